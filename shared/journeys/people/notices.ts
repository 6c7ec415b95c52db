import { type NoticeKind, noticeText } from '#gateways/sms/text.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { OwnPhone, Person } from '#store/people/person-row.ts';
import { phoneNumberOf } from './personal-data.ts';

/** The longest that an answer waits for its notices: a provider that hangs delays the person by no more than this. */
const longestWaitMs = 1500;

/**
 * Informs the person by SMS about a change of phones, password, recovery or account that somebody else may have made
 * (PWD-3, PHN-4). The SMS goes to all numbers that the person had before the change, because another person who made it
 * owns at most some of them. All are sent in parallel; a failed notice never undoes the change, and the answer waits
 * only briefly.
 * @param before the person as the change read them; the transaction of the change checks that version, so these numbers
 * were theirs until then
 * @param detail already masked (DOC-4)
 * @param lost numbers that belong to somebody else after the change: they get no notice
 */
export async function notifyPerson(
  ctx: FlowContext,
  call: AnyCall,
  before: Pick<Person, 'phones'> | undefined,
  kind: NoticeKind,
  detail = '',
  lost: readonly string[] = [],
): Promise<void> {
  // Numbers that an order removed from the account are no longer in the list (ORD-1).
  const notified = (before?.phones ?? []).filter((phone) => !lost.includes(phone.phoneKey));
  await briefly(Promise.all(notified.map((phone) => send(ctx, call, phone, kind, detail))));
}

/** Sends one notice to one number: notices about a relation go to the default phone (REL-8). */
export const notifyBySms = (
  ctx: FlowContext,
  call: AnyCall,
  phone: OwnPhone | undefined,
  kind: NoticeKind,
  detail = '',
): Promise<void> => (phone ? briefly(send(ctx, call, phone, kind, detail)) : Promise.resolve());

/** Whatever happens to a notice, the change stays done; it is in the person's history too. */
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
    // Not logged: the metrics of the provider's calls show what it refuses.
  }
}

async function briefly(sending: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const moment = new Promise((resolve) => {
    timer = setTimeout(resolve, longestWaitMs);
  });
  await Promise.race([sending, moment]).finally(() => clearTimeout(timer));
}
