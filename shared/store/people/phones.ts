import { Problem } from '#domain/problem.ts';
import { absent, absentOr, all, any, atMost, equals } from '../dynamodb/expressions.ts';
import type { Db, Write } from '../dynamodb/tables.ts';

/**
 * What is stored about a number (PHN-1). The item is the guard: one number has one owner, whatever happens in parallel
 * (PHN-5). The item stays after its owner has gone, so that what an import must remember about a number is not lost.
 */
export interface PhoneRow {
  readonly phoneKey: string;
  /** Absent: the number is free. */
  readonly personKey?: string;
  readonly since?: string;
  /** The owner has the number from an import, and nobody has answered an SMS to it here yet. */
  readonly imported?: true;
  /**
   * ISO time at which the number last left a person: removed, given up with the account, taken over, or removed by an
   * import. The time stays when the next owner comes, because a hall record from before it is no longer valid (REG-2).
   */
  readonly leftAt?: string;
  /**
   * Imports named this number for two people (MIG-1): no later import line gets it, only a person who proves it by SMS.
   */
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
 * Claims a number for a person who has proved it by SMS. The number must be free, or already theirs, or (with `from`,
 * after SMS and face, PHN-3) taken over from exactly that owner. Otherwise PHONE_TAKEN.
 * @param hall for a registration with a hall record (REG-2): the time of collection, since which the number must not
 * have left anybody, and the error to throw if it has
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

/** Frees a number (PHN-2, CTR-2) if it is still this person's. */
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

/** MIG-1: gives an imported number to its person, if nobody has it and it has not become contested meanwhile. */
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
 * MIG-1: imports named two people for one number. An owner who had it by an import loses it; an owner who proved it by
 * SMS keeps it. Both changes happen only if the row is as it was read.
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

/** The owner has answered an SMS to an imported number: no later import can take it (MIG-1). */
export const phoneProvenUpdate = (phoneKey: string, personKey: string, onRefused: () => Error): Write => ({
  table: 'Phones',
  key: { phoneKey },
  update: { remove: ['imported'] },
  condition: equals('personKey', personKey),
  onRefused,
});
