import { type NoticeKind, noticeText } from '#gateways/sms/text.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { OwnPhone, Person } from '#store/people/person-row.ts';
import { phoneNumberOf } from './personal-data.ts';

/** The longest that an answer waits for its notices: a provider that hangs costs the person no more than this. */
const longestWaitMs = 1500;

/**
 * Tells the person by SMS of a change of phones, password, recovery or account that may not be theirs, at all numbers
 * that they held before it (PWD-3, PHN-4): whoever made the change has at most some of them. Side by side, never at the
 * price of the change itself, and never longer than a moment.
 * @param before the person as the change found them; a change is decided from what its transaction holds on to, so
 *   these numbers are theirs until that moment
 * @param detail already masked (DOC-4)
 * @param lost numbers that belong to somebody else by this change: they are told nothing
 */
export async function tellPerson(
  ctx: FlowContext,
  call: AnyCall,
  before: Pick<Person, 'phones'> | undefined,
  kind: NoticeKind,
  detail = '',
  lost: readonly string[] = [],
): Promise<void> {
  // What an order took off the account is not among them any more (ORD-1).
  const notified = (before?.phones ?? []).filter((phone) => !lost.includes(phone.phoneKey));
  await briefly(Promise.all(notified.map((phone) => send(ctx, call, phone, kind, detail))));
}

/** Tells one number: what concerns a relation goes to the default one (REL-8). */
export const tellBySms = (
  ctx: FlowContext,
  call: AnyCall,
  phone: OwnPhone | undefined,
  kind: NoticeKind,
  detail = '',
): Promise<void> => (phone ? briefly(send(ctx, call, phone, kind, detail)) : Promise.resolve());

/** Whatever happens to a notice, the change stands: it is in the person's history, too. */
async function send(
  ctx: FlowContext,
  call: AnyCall,
  phone: OwnPhone,
  kind: NoticeKind,
  detail: string,
): Promise<void> {
  try {
    const text = noticeText(kind, detail, call.language);
    await ctx.sms.send({ phone: phoneNumberOf(ctx, phone), purpose: 'notice', text });
  } catch {
    // Told nowhere else: the provider's own metrics show what it refuses.
  }
}

async function briefly(sending: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const moment = new Promise((resolve) => {
    timer = setTimeout(resolve, longestWaitMs);
  });
  await Promise.race([sending, moment]).finally(() => clearTimeout(timer));
}
