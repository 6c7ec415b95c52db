import { maskPhone } from '#domain/people/masks.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { ownPhone, type Person } from '#store/people/person-row.ts';
import { findPerson, personUpdate } from '#store/people/users.ts';
import { auditPut } from '../audit.ts';
import { notifyPerson } from './notices.ts';
import { phoneNumberOf } from './personal-data.ts';

/** What a takeover does to the former holder of the number. */
export interface PhoneLoss {
  readonly writes: readonly Write[];
  /** Call this after the writes succeeded: it informs the former holder at the numbers that they still have (PWD-3). */
  readonly tell: () => Promise<void>;
}
export const noLoss: PhoneLoss = { writes: [], tell: async () => undefined };

/**
 * PHN-3: the writes by which the former holder loses a number that is taken over (置空), and that record it in their
 * history. The claim itself is `claimPhoneUpdate` with that holder. Throws ConcurrentChange if the holder changed since
 * they were read. If it was the default number, the holder has no default until they choose one (LGN-5): they may have
 * given up the other numbers too, and another person's call does not decide which of them gets the codes.
 */
export async function phoneLoss(
  ctx: FlowContext,
  call: AnyCall,
  holder: string,
  phoneKey: string,
): Promise<PhoneLoss> {
  const former = await findPerson(ctx.db, holder);
  const lost = former && ownPhone(former, phoneKey);
  if (!former || !lost) return noLoss;
  const phones = former.phones?.filter((phone) => phone !== lost) ?? [];
  return {
    writes: [
      personUpdate(
        holder,
        former.rev,
        { phones, ...(former.defaultPhoneId === lost.phoneId ? { defaultPhoneId: undefined } : {}) },
        () => new ConcurrentChange(),
      ),
      auditPut(ctx, call, holder, 'phone-lost', 'success', { reason: 'taken-over' }),
    ],
    tell: () => notifyOfLoss(ctx, call, former, [phoneKey], maskPhone(phoneNumberOf(ctx, lost))),
  };
}

/** In Chinese, because the language of the call is another person's. */
export const notifyOfLoss = (
  ctx: FlowContext,
  call: AnyCall,
  former: Person,
  lost: readonly string[],
  masked: string,
): Promise<void> => notifyPerson(ctx, { ...call, language: 'zh' }, former, 'phone-lost', masked, lost);
