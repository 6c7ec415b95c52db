import type { AnyCall } from '#http/call.ts';
import type { House } from '#http/house.ts';
import type { Write } from '#store/db.ts';
import { findPerson, ownPhone, personWrite, Stale } from '#store/users.ts';
import { audited } from './facts.ts';

/**
 * PHN-3: the writes by which the former holder loses a number that is taken over (置空), and finds it in the own
 * history. The claim itself is `claimPhoneWrite` with that holder. A holder who changes meanwhile makes them Stale.
 */
export async function phoneLoss(h: House, call: AnyCall, holder: string, phoneKey: string): Promise<Write[]> {
  const former = await findPerson(h.db, holder);
  const lost = former && ownPhone(former, phoneKey);
  if (!former || !lost) return [];
  const phones = former.phones?.filter((phone) => phone !== lost) ?? [];
  return [
    personWrite(
      holder,
      former.rev,
      { phones, ...(former.defaultPhoneId === lost.phoneId ? { defaultPhoneId: undefined } : {}) },
      () => new Stale(),
    ),
    audited(h, call, holder, 'phone-lost', 'success', { reason: 'taken-over' }),
  ];
}
