import { createHash, createHmac } from 'node:crypto';
import { epochSeconds, fromEpochSeconds } from '#domain/epoch.ts';
import { asObject, call, DependencyError, parseObject } from './outbound.ts';

export interface TencentCredentials {
  readonly secretId: string;
  readonly secretKey: string;
}

/** @throws DependencyError if the secret `providers` holds none */
export function tencentCredentials(
  credentials: Readonly<Record<string, string>> | undefined,
): TencentCredentials {
  const { secretId, secretKey } = credentials ?? {};
  if (!secretId || !secretKey) throw new DependencyError('tencent', 'no credentials in the secret providers');
  return { secretId, secretKey };
}

export interface TencentCall {
  readonly service: 'sms' | 'faceid';
  readonly action: string;
  readonly version: string;
  readonly region: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Another origin than the service's own, for tests. */
  readonly endpoint?: string | undefined;
}

const timeoutMilliseconds = 3000;
const contentType = 'application/json; charset=utf-8';

/**
 * One call of Tencent Cloud's API 3.0, never repeated here. Returns `Response`, which may hold an `Error`.
 * @throws OutboundError if there is no answer, DependencyError if the answer is malformed
 */
export async function callTencent(
  { service, action, version, region, input, endpoint }: TencentCall,
  credentials: TencentCredentials,
): Promise<Readonly<Record<string, unknown>>> {
  const url = new URL(endpoint ?? `https://${service}.tencentcloudapi.com`);
  const timestamp = epochSeconds(new Date());
  const body = JSON.stringify(input);
  const answer = await call(url, {
    headers: {
      'content-type': contentType,
      'x-tc-action': action,
      'x-tc-version': version,
      'x-tc-region': region,
      'x-tc-timestamp': String(timestamp),
      authorization: tencentAuthorization({ service, host: url.host, timestamp, body }, credentials),
    },
    body,
    timeoutMilliseconds,
  });
  const response = asObject(parseObject(answer.text)?.Response);
  if (!response) throw new DependencyError('tencent', `${action} answered ${answer.status} and no Response`);
  return response;
}

/** The Authorization header of signature method TC3-HMAC-SHA256. */
export function tencentAuthorization(
  request: {
    readonly service: string;
    readonly host: string;
    readonly timestamp: number;
    readonly body: string;
  },
  { secretId, secretKey }: TencentCredentials,
): string {
  const date = fromEpochSeconds(request.timestamp).toISOString().slice(0, 10);
  const scope = `${date}/${request.service}/tc3_request`;
  const signedHeaders = 'content-type;host';
  const headers = `content-type:${contentType}\nhost:${request.host}\n`;
  const canonical = ['POST', '/', '', headers, signedHeaders, sha256(request.body)].join('\n');
  const toSign = ['TC3-HMAC-SHA256', request.timestamp, scope, sha256(canonical)].join('\n');
  const key = [date, request.service, 'tc3_request'].reduce<string | Buffer>(hmac, `TC3${secretKey}`);
  const signature = hmac(key, toSign).toString('hex');
  return `TC3-HMAC-SHA256 Credential=${secretId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
