import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { Settings } from '#contract/settings.ts';
import { call, DependencyError, parseObject, safeCode } from '../outbound.ts';
import type { ProviderCredentials } from '../secrets.ts';
import {
  type SmsGateway,
  type SmsMessage,
  SmsRefused,
  SmsUnavailable,
  unansweredSend,
  unsigned,
} from './gateway.ts';
import { purposeText } from './text.ts';

type AlibabaSettings = Extract<Settings['sms'], { kind: 'alibaba' }>;

const timeoutMilliseconds = 3000;

/** Codes that concern this number or this message, not the service or our account. */
const refusals = new Set([
  'isv.MOBILE_NUMBER_ILLEGAL',
  'isv.MOBILE_COUNT_OVER_LIMIT',
  'isv.BUSINESS_LIMIT_CONTROL',
  'isv.BLACK_KEY_CONTROL_LIMIT',
  'isv.SMS_TEST_NUMBER_LIMIT',
]);

/** Alibaba Cloud SMS (短信服务), dysmsapi 2017-05-25, request signature version 3. */
export function alibabaSms(
  settings: AlibabaSettings,
  credentials: () => Promise<ProviderCredentials>,
  endpoint = 'https://dysmsapi.aliyuncs.com',
): SmsGateway {
  return {
    async send(message) {
      const { accessKeyId, accessKeySecret } = (await credentials()).alibaba ?? {};
      if (!accessKeyId || !accessKeySecret) {
        throw new DependencyError('sms alibaba', 'no credentials in the secret providers');
      }
      const url = new URL(endpoint);
      // In the body, not in the query: a phone number must not be in a URL (DOC-4).
      const body = encodeForm({
        RegionId: settings.region,
        PhoneNumbers: message.phone,
        SignName: settings.signName,
        ...template(settings, message),
      });
      const headers = signedHeaders(
        {
          host: url.host,
          action: 'SendSms',
          version: '2017-05-25',
          query: '',
          body,
          contentType: 'application/x-www-form-urlencoded',
          date: new Date(),
          nonce: randomUUID(),
        },
        { accessKeyId, accessKeySecret },
      );
      const answer = await call(url, { headers, body, timeoutMilliseconds }).catch((error: unknown) => {
        throw unansweredSend('alibaba', error);
      });
      judge(answer.status, parseObject(answer.text)?.Code);
    },
  };
}

function template({ templates }: AlibabaSettings, { purpose, code = '', minutes = 0, text }: SmsMessage) {
  return purpose === 'notice'
    ? { TemplateCode: templates.notice, TemplateParam: JSON.stringify({ text: unsigned(text) }) }
    : {
        TemplateCode: templates.code,
        TemplateParam: JSON.stringify({ purpose: purposeText(purpose), code, minutes: String(minutes) }),
      };
}

function judge(status: number, code: unknown): void {
  if (status === 200 && code === 'OK') return;
  if (typeof code === 'string' && refusals.has(code)) throw new SmsRefused('alibaba', code);
  const unclear = code === undefined || status >= 500;
  throw new SmsUnavailable('alibaba', code === undefined ? `http-${status}` : safeCode(code), unclear);
}

export interface AlibabaRequest {
  readonly host: string;
  readonly action: string;
  readonly version: string;
  /** Already encoded and sorted. */
  readonly query: string;
  readonly body: string;
  readonly contentType?: string;
  readonly date: Date;
  readonly nonce: string;
}

/** The headers of a request signed by ACS3-HMAC-SHA256; `host` is signed too, but the transport sends it. */
export function signedHeaders(
  request: AlibabaRequest,
  { accessKeyId, accessKeySecret }: { readonly accessKeyId: string; readonly accessKeySecret: string },
): Record<string, string> {
  const bodyHash = sha256(request.body);
  const headers: Record<string, string> = {
    ...(request.contentType && { 'content-type': request.contentType }),
    'x-acs-action': request.action,
    'x-acs-content-sha256': bodyHash,
    'x-acs-date': `${request.date.toISOString().slice(0, 19)}Z`,
    'x-acs-signature-nonce': request.nonce,
    'x-acs-version': request.version,
  };
  const signed = Object.entries({ ...headers, host: request.host }).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const lines = signed.map(([name, value]) => `${name}:${value.trim()}\n`).join('');
  const canonical = ['POST', '/', request.query, lines, names, bodyHash].join('\n');
  const signature = createHmac('sha256', accessKeySecret)
    .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
    .digest('hex');
  const authorization = `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${names},Signature=${signature}`;
  return { ...headers, authorization };
}

/** RFC 3986 encoding: encodeURIComponent leaves four more characters unencoded. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

const encodeForm = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
