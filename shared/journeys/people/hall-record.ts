import { type HallRecordEnd, hallRecordEnd } from '#domain/people/hall-records.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { HallCollection, Person } from '#store/people/person-row.ts';
import { findPhone, type PhoneRow } from '#store/people/phones.ts';

/**
 * A person's hall record, as a registration may use it (REG-2): it is valid, or it has ended, or there was never one.
 */
export interface HallRecord {
  readonly valid?: HallCollection;
  readonly ended?: HallRecordEnd;
}

/** @param row the row of the record's number, if it was read already */
export async function hallRecordOf(
  ctx: Pick<FlowContext, 'db' | 'settings'>,
  person: Person | undefined,
  now: Date,
  row?: { readonly read: PhoneRow | undefined },
): Promise<HallRecord> {
  const hall = person?.hall;
  if (!person || !hall) return {};
  const phone = row ? row.read : await findPhone(ctx.db, hall.phoneKey);
  const others = phone?.personKey !== undefined && phone.personKey !== person.personKey;
  const ended = hallRecordEnd(
    {
      collectedAt: hall.collectedAt,
      usedAt: hall.usedAt,
      accountEndedAt: endedHereAt(person),
      phoneLeftAt: phone?.leftAt,
      phoneOthersSince: others ? phone.since : undefined,
    },
    now,
    ctx.settings.policies,
  );
  return ended ? { ended } : { valid: hall };
}

/**
 * When an account of this system ended. An account that was imported as ended, and that nobody has used here since, has
 * no such time: it needs what a new account needs (FAQ 二(二)8).
 */
function endedHereAt({ account, migrated, passwordRev = 0 }: Person): string | undefined {
  if (!account || account.status === 'active') return undefined;
  const { gave } = migrated ?? {};
  return gave?.status === account.status && gave.passwordRev === passwordRev ? undefined : account.since;
}
