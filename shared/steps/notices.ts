import { type NoticeKind, noticeText } from '#gateways/sms/text.ts';
import type { AnyCall } from '#http/call.ts';
import type { House } from '#http/house.ts';
import type { OwnPhone } from '#store/users.ts';
import { phoneNumberOf } from './facts.ts';

/**
 * Tells the person by SMS of a change that may not be theirs (PWD-3, PHN-4), never at the price of the change itself.
 * @param detail already masked (DOC-4)
 */
export async function tellBySms(
  h: House,
  call: AnyCall,
  phone: OwnPhone | undefined,
  kind: NoticeKind,
  detail = '',
): Promise<void> {
  if (!phone) return;
  const message = {
    phone: phoneNumberOf(h, phone),
    purpose: 'notice' as const,
    text: noticeText(kind, detail, call.language),
  };
  await h.sms.send(message).catch(() => undefined);
}
