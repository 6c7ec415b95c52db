import { Problem } from '#domain/problem.ts';
import { absent, absentOr, all, any, atMost, equals } from '../dynamodb/expressions.ts';
import type { Db, Write } from '../dynamodb/tables.ts';

/**
 * What is known of a number (PHN-1). The item is the guard: one number, one owner, under any race (PHN-5). The item stays
 * without an owner once it had one, so that what an import has to remember of a number outlives its owners.
 */
export interface PhoneRow {
  readonly phoneKey: string;
  /** None: free. */
  readonly personKey?: string;
  readonly since?: string;
  /** The owner has it from an import, and no SMS to it has been answered here yet. */
  readonly imported?: true;
  /**
   * ISO time at which it last left somebody: removed, given up with the account, taken over, emptied by an import. The
   * time stays when the next owner comes, because a hall record of before is over by then (REG-2).
   */
  readonly leftAt?: string;
  /** Imports named it for two people (MIG-1): no later line gets it, only who proves it by SMS. */
  readonly contested?: true;
}
export type OwnedPhone = PhoneRow & { readonly personKey: string };
export const isOwned = (row: PhoneRow | undefined): row is OwnedPhone => row?.personKey !== undefined;

export const findPhone = (db: Db, phoneKey: string) => db.get<PhoneRow>('Phones', { phoneKey });

export async function phoneOwner(db: Db, phoneKey: string): Promise<OwnedPhone | undefined> {
  const row = await findPhone(db, phoneKey);
  return isOwned(row) ? row : undefined;
}

/**
 * Claims a number for a person who has proved it by SMS. Free, or already theirs, or (with `from`, after SMS and face,
 * PHN-3) taken over from exactly that owner. Anything else is PHONE_TAKEN.
 * @param hall for a registration by a hall record (REG-2): when it was collected, since when the number must not have
 *   left anybody, and what to throw where it has
 */
export function claimPhoneUpdate(
  phoneKey: string,
  personKey: string,
  now: Date,
  from?: string,
  hall?: { readonly collectedAt: string; readonly onRefused: () => Error },
): Write {
  const since = now.toISOString();
  return {
    table: 'Phones',
    key: { phoneKey },
    update: { set: { personKey, since, leftAt: from ? since : undefined }, remove: ['imported'] },
    condition: all(
      any(absent('personKey'), equals('personKey', personKey), from ? equals('personKey', from) : undefined),
      hall && absentOr('leftAt', atMost('leftAt', hall.collectedAt)),
    ),
    onRefused: (old) =>
      hall && ((old as PhoneRow | undefined)?.leftAt ?? '') > hall.collectedAt
        ? hall.onRefused()
        : new Problem('PHONE_TAKEN'),
  };
}

/** Frees a number for anybody (PHN-2, CTR-2), if it is still this person's. */
export const releasePhoneUpdate = (
  phoneKey: string,
  personKey: string,
  now: Date,
  onRefused: () => Error,
): Write => ({
  table: 'Phones',
  key: { phoneKey },
  update: { set: { leftAt: now.toISOString() }, remove: ['personKey', 'since', 'imported'] },
  condition: equals('personKey', personKey),
  onRefused,
});

/** MIG-1: gives a number that an import names to its person, if nobody has it and it was not contested meanwhile. */
export const importPhoneUpdate = (
  phoneKey: string,
  personKey: string,
  now: Date,
  onRefused: () => Error,
): Write => ({
  table: 'Phones',
  key: { phoneKey },
  update: { set: { personKey, since: now.toISOString(), imported: true } },
  condition: all(absent('personKey'), absent('contested')),
  onRefused,
});

/**
 * MIG-1: two people were named for a number. Who had it by an import loses it; who proved it by SMS keeps it. In both
 * cases only on the condition that it stands as it was read.
 */
export const contestPhoneUpdate = (row: OwnedPhone, now: Date, onRefused: () => Error): Write => ({
  table: 'Phones',
  key: { phoneKey: row.phoneKey },
  update: row.imported
    ? {
        set: { contested: true, leftAt: now.toISOString() },
        remove: ['personKey', 'since', 'imported'],
      }
    : { set: { contested: true } },
  condition: all(
    equals('personKey', row.personKey),
    row.imported ? equals('imported', true) : absent('imported'),
  ),
  onRefused,
});

/** The holder has answered an SMS to a number that came by an import: no later import can take it (MIG-1). */
export const phoneProvenUpdate = (phoneKey: string, personKey: string, onRefused: () => Error): Write => ({
  table: 'Phones',
  key: { phoneKey },
  update: { remove: ['imported'] },
  condition: equals('personKey', personKey),
  onRefused,
});
