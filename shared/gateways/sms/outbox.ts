import { environment } from '../aws.ts';
import { call } from '../outbound.ts';
import { type SmsGateway, SmsUnavailable, unansweredSend } from './gateway.ts';

/**
 * The outbox of the local runtime, which shows the messages under /local/sms; a deployed stack has no address for it.
 */
export function outboxSms(): SmsGateway {
  return {
    async send({ phone, purpose, code, text }) {
      const answer = await call(`${environment('AWS_ENDPOINT_URL_OUTBOX')}/messages`, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ phone, purpose, ...(code !== undefined && { code }), text }),
        timeoutMilliseconds: 3000,
      }).catch((error: unknown) => {
        throw unansweredSend('outbox', error);
      });
      if (answer.status < 200 || answer.status > 299) {
        throw new SmsUnavailable('outbox', `http-${answer.status}`, false);
      }
    },
  };
}
