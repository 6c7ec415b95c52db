import { Problem } from '#domain/problem.ts';
import type { Db, Write } from '../dynamodb/tables.ts';

/**
 * What is known of a number (PHN-1). The item is the guard: one number, one owner, under any race (PHN-5). It stays
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
   * ISO time at which it last left somebody: removed, given up with the account, taken over, emptied by an import. It
   * stays when the next owner comes, because a hall record of before is over by then (REG-2).
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
  const free = `attribute_not_exists(personKey) OR personKey = :person${from ? ' OR personKey = :from' : ''}`;
  return {
    table: 'Phones',
    key: { phoneKey },
    update: `SET personKey = :person, since = :since${from ? ', leftAt = :since' : ''} REMOVE imported`,
    condition: hall ? `(${free}) AND (attribute_not_exists(leftAt) OR leftAt <= :collected)` : free,
    values: {
      ':person': personKey,
      ':since': now.toISOString(),
      ...(from ? { ':from': from } : {}),
      ...(hall ? { ':collected': hall.collectedAt } : {}),
    },
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
  update: 'SET leftAt = :now REMOVE personKey, since, imported',
  condition: 'personKey = :person',
  values: { ':person': personKey, ':now': now.toISOString() },
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
  update: 'SET personKey = :person, since = :since, imported = :true',
  condition: 'attribute_not_exists(personKey) AND attribute_not_exists(contested)',
  values: { ':person': personKey, ':since': now.toISOString(), ':true': true },
  onRefused,
});

/**
 * MIG-1: two people were named for a number. Who had it by an import loses it; who proved it by SMS keeps it. In both
 * cases only on the condition that it stands as it was read.
 */
export const contestPhoneUpdate = (row: OwnedPhone, now: Date, onRefused: () => Error): Write => ({
  table: 'Phones',
  key: { phoneKey: row.phoneKey },
  update: `SET contested = :true${row.imported ? ', leftAt = :now REMOVE personKey, since, imported' : ''}`,
  condition: `personKey = :owner AND ${row.imported ? 'imported = :true' : 'attribute_not_exists(imported)'}`,
  values: { ':owner': row.personKey, ':true': true, ...(row.imported ? { ':now': now.toISOString() } : {}) },
  onRefused,
});

/** The holder has answered an SMS to a number that came by an import: no later import can take it (MIG-1). */
export const phoneProvenUpdate = (phoneKey: string, personKey: string, onRefused: () => Error): Write => ({
  table: 'Phones',
  key: { phoneKey },
  update: 'REMOVE imported',
  condition: 'personKey = :person',
  values: { ':person': personKey },
  onRefused,
});
