import { AwsV4Signer } from 'aws4fetch';
import {
  asObject,
  call,
  DependencyError,
  mayHaveArrived,
  OutboundError,
  parseObject,
  safeCode,
} from './outbound.ts';

/**
 * Signed calls to AWS services that speak JSON, with a signer of a few KB instead of the SDK's clients. Secrets
 * Manager, KMS, SQS and SMS are seven plain POSTs; their clients would add some 500 KB and 100 ms of import to every
 * cold start on the login path. DynamoDB, with its marshalling, retries and transactions, uses the SDK.
 */
const services = {
  secretsmanager: { target: 'secretsmanager', json: '1.1', override: 'AWS_ENDPOINT_URL_SECRETS_MANAGER' },
  kms: { target: 'TrentService', json: '1.1', override: 'AWS_ENDPOINT_URL_KMS' },
  sqs: { target: 'AmazonSQS', json: '1.0', override: 'AWS_ENDPOINT_URL_SQS' },
  'sms-voice': {
    target: 'PinpointSMSVoiceV2',
    json: '1.0',
    override: 'AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2',
  },
} as const;
export type AwsService = keyof typeof services;

/** AWS refused the call or failed; `code` is the exception's name without its namespace. */
export class AwsError extends DependencyError {
  readonly code: string;
  /** Whether the request may have been carried out although no answer confirms it. */
  readonly maybeDone: boolean;
  constructor(service: AwsService, action: string, code: string, maybeDone = false) {
    super(service, `${action} failed: ${code}`);
    this.code = code;
    this.maybeDone = maybeDone;
  }
}

export interface AwsCallOptions {
  /** 3 unless said otherwise; 1 for calls that must not happen twice. */
  readonly tries?: number;
  /** Of one try. */
  readonly timeoutMilliseconds?: number;
}

const defaultTimeoutMilliseconds = 2000;
const backoffMilliseconds = 100;
/** Secrets are up to 64 KB of text, more in JSON. */
const maxBytes = 262_144;

/**
 * Makes one call, e.g. `secretsmanager` / `GetSecretValue`. Tries again, with jitter, after failures that may pass: no
 * answer in time, 5xx, throttling.
 * @throws AwsError
 */
export async function callAws(
  service: AwsService,
  action: string,
  input: Readonly<Record<string, unknown>>,
  { tries = 3, timeoutMilliseconds = defaultTimeoutMilliseconds }: AwsCallOptions = {},
): Promise<Readonly<Record<string, unknown>>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await callOnce(service, action, input, timeoutMilliseconds);
    } catch (error) {
      if (attempt >= tries || !(error instanceof AwsError && passes(error.code))) throw error;
      await pause(Math.random() * backoffMilliseconds * 2 ** attempt);
    }
  }
}

const passes = (code: string): boolean =>
  /^(timeout|network|refused-connection|http-5\d\d|http-429)$/.test(code) ||
  /Throttl|TooManyRequests|RequestLimit|InternalServer|InternalFailure|InternalServiceError|KMSInternal|DependencyTimeout|ServiceUnavailable/.test(
    code,
  );

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function callOnce(
  service: AwsService,
  action: string,
  input: Readonly<Record<string, unknown>>,
  timeoutMilliseconds: number,
): Promise<Readonly<Record<string, unknown>>> {
  const { url, headers, body } = await sign(service, action, input);
  const answer = await call(url, { headers, body, timeoutMilliseconds, maxBytes }).catch((error: unknown) => {
    if (!(error instanceof OutboundError)) throw error;
    throw new AwsError(service, action, error.failure, mayHaveArrived(error.failure));
  });
  const parsed = parseObject(answer.text);
  if (answer.status === 200 && parsed) return parsed;
  if (answer.status === 200) throw new AwsError(service, action, 'no-json', true);
  throw new AwsError(service, action, exceptionName(parsed) ?? `http-${answer.status}`, answer.status >= 500);
}

/** `com.amazonaws.kms#NotFoundException:http://…` → `NotFoundException`. */
function exceptionName(answer: Readonly<Record<string, unknown>> | null): string | null {
  const type = asObject(answer)?.__type;
  if (typeof type !== 'string') return null;
  return safeCode(type.split('#').at(-1)?.split(':')[0]);
}

async function sign(service: AwsService, action: string, input: Readonly<Record<string, unknown>>) {
  const { target, json } = services[service];
  const body = JSON.stringify(input);
  const signed = await new AwsV4Signer({
    method: 'POST',
    url: endpoint(service),
    service,
    region: region(),
    body,
    headers: { 'content-type': `application/x-amz-json-${json}`, 'x-amz-target': `${target}.${action}` },
    ...credentials(),
    cache: signingKeys,
  }).sign();
  return { url: signed.url, headers: Object.fromEntries(signed.headers), body };
}

/** Derived signing keys by secret, day, region and service: this saves four HMACs per call. */
const signingKeys = new Map<string, ArrayBuffer>();

function endpoint(service: AwsService): string {
  const override = process.env[services[service].override];
  if (override) return override.endsWith('/') ? override : `${override}/`;
  const suffix = region().startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://${service}.${region()}.${suffix}/`;
}

/** Read for each call. Lambda never changes them within a container, but this code need not rely on that. */
export const credentials = () => ({
  accessKeyId: environment('AWS_ACCESS_KEY_ID'),
  secretAccessKey: environment('AWS_SECRET_ACCESS_KEY'),
  ...(process.env.AWS_SESSION_TOKEN && { sessionToken: process.env.AWS_SESSION_TOKEN }),
});

const region = (): string => environment('AWS_REGION');

export function environment(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment has no ${name}`);
  return value;
}
