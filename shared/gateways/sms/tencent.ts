import type { Settings } from '#contract/settings.ts';
import { asObject, safeCode } from '../outbound.ts';
import type { ProviderCredentials } from '../secrets.ts';
import { callTencent, tencentCredentials } from '../tencent-api.ts';
import {
  e164,
  type SmsGateway,
  type SmsMessage,
  SmsRefused,
  SmsUnavailable,
  unansweredSend,
  unsigned,
} from './gateway.ts';
import { purposeText } from './text.ts';

type TencentSettings = Extract<Settings['sms'], { kind: 'tencent' }>;

/** Codes that concern this number or this message, not the service or our account. */
const refusals =
  /^(FailedOperation\.PhoneNumberInBlacklist|InvalidParameterValue\.IncorrectPhoneNumber|UnsupportedOperation\.|LimitExceeded\.(PhoneNumber|DeliveryFrequencyLimit))/;

/** Tencent Cloud SMS (短信), API 3.0, version 2021-01-11. */
export function tencentSms(
  settings: TencentSettings,
  credentials: () => Promise<ProviderCredentials>,
  endpoint?: string,
): SmsGateway {
  return {
    async send(message) {
      const keys = tencentCredentials((await credentials()).tencent);
      const request = {
        service: 'sms',
        action: 'SendSms',
        version: '2021-01-11',
        region: settings.region,
        endpoint,
        input: {
          PhoneNumberSet: [e164(message.phone)],
          SmsSdkAppId: settings.appId,
          SignName: settings.signName,
          ...template(settings, message),
        },
      } as const;
      const response = await callTencent(request, keys).catch((error: unknown) => {
        throw unansweredSend('tencent', error);
      });
      judge(response);
    },
  };
}

function template({ templates }: TencentSettings, { purpose, code = '', minutes = 0, text }: SmsMessage) {
  return purpose === 'notice'
    ? { TemplateId: templates.notice, TemplateParamSet: [unsigned(text)] }
    : { TemplateId: templates.code, TemplateParamSet: [purposeText(purpose), code, String(minutes)] };
}

/** A correct call still has a status for each number; only `Ok` means sent. */
function judge(response: Readonly<Record<string, unknown>>): void {
  const statuses = Array.isArray(response.SendStatusSet) ? response.SendStatusSet : [];
  const code = asObject(response.Error)?.Code ?? asObject(statuses[0])?.Code;
  if (code === 'Ok') return;
  if (typeof code === 'string' && refusals.test(code)) throw new SmsRefused('tencent', code);
  throw new SmsUnavailable('tencent', safeCode(code), code === undefined || code === 'InternalError.Timeout');
}
