import type { Settings } from '#contract/settings.ts';
import { AwsError, callAws } from '../aws.ts';
import { e164, type SmsGateway, SmsRefused, SmsUnavailable } from './gateway.ts';

type AwsSettings = Extract<Settings['sms'], { kind: 'aws' }>;

/** AWS End User Messaging SMS (pinpoint-sms-voice-v2); credentials are the function's own role. Not in aws-cn. */
export function awsSms(settings: AwsSettings): SmsGateway {
  return {
    async send({ phone, text }) {
      const input = {
        DestinationPhoneNumber: e164(phone),
        OriginationIdentity: settings.originationIdentity,
        MessageBody: text,
        MessageType: 'TRANSACTIONAL',
        ...(settings.configurationSet && { ConfigurationSetName: settings.configurationSet }),
      };
      try {
        await callAws('sms-voice', 'SendTextMessage', input, { tries: 1, timeoutMilliseconds: 3000 });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        // Both exceptions concern the number: it cannot receive messages, or its owner opted out.
        if (/^(Validation|Conflict)Exception$/.test(error.code)) throw new SmsRefused('aws', error.code);
        throw new SmsUnavailable('aws', error.code, error.maybeDone);
      }
    },
  };
}
