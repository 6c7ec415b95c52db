import type { Settings } from '#contract/settings.ts';
import { counted } from '../counted.ts';
import type { ProviderCredentials } from '../secrets.ts';
import { alibabaSms } from './alibaba.ts';
import { awsSms } from './aws.ts';
import { type SmsGateway, SmsRefused } from './gateway.ts';
import { outboxSms } from './outbox.ts';
import { tencentSms } from './tencent.ts';

export * from './gateway.ts';
export * from './text.ts';

/**
 * The stage's SMS provider (SMS-3).
 * @param credentials loads the secret `providers`; called only by providers that have any.
 */
export function createSmsGateway(
  settings: Settings['sms'],
  credentials: () => Promise<ProviderCredentials>,
): SmsGateway {
  const provider = providerOf(settings, credentials);
  const isAway = (error: unknown) => !(error instanceof SmsRefused);
  return { send: (message) => counted('sms', isAway, () => provider.send(message)) };
}

function providerOf(settings: Settings['sms'], credentials: () => Promise<ProviderCredentials>): SmsGateway {
  switch (settings.kind) {
    case 'tencent':
      return tencentSms(settings, credentials);
    case 'alibaba':
      return alibabaSms(settings, credentials);
    case 'aws':
      return awsSms(settings);
    case 'outbox':
      return outboxSms();
  }
}
