import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { batchGetAll } from '../dynamodb/batch-reads.ts';
import { ConcurrentChange } from '../dynamodb/concurrent-change.ts';
import { absent, all, any, atMost, below, type Condition, equals } from '../dynamodb/expressions.ts';
import type { Db, Item, Write } from '../dynamodb/tables.ts';
import { versionedUpdate } from '../dynamodb/versioned-update.ts';
import { isRegistered, isSuspended, type KeptFace, type Person } from './person-row.ts';

/**
 * Records a passed face check of a registered person, in the transaction of the check (STP-2), and raises the level
 * from 3 to 4 if this kind of check does (LVL-2). The condition contains the level instead of `rev`: the check changes
 * nothing from which others decide, so nobody has to decide again. The account must be the one for which the check was
 * started (STP-4), not one that was registered since, nor that of the number's next owner. A suspended person proves
 * nothing (ORD-1).
 */
export function facePassedUpdate(
  personKey: string,
  proof: KeptFace,
  rise: { readonly from: number | undefined; readonly to: number } | undefined,
  onRefused: () => Error,
): Write {
  return {
    table: 'Users',
    key: { personKey },
    update: { set: { faceProof: proof, realNameLevel: rise?.to } },
    condition: all(
      registered,
      equals('account.since', proof.since),
      notSuspended,
      rise && hasLevel(rise.from),
    ),
    onRefused: (old) => refusal(old, onRefused),
  };
}

/** The person's level is still the one that was read. */
export const hasLevel = (level: number | undefined) =>
  level === undefined ? absent('realNameLevel') : equals('realNameLevel', level);

export const findPerson = (db: Db, personKey: string) => db.get<Person>('Users', { personKey });

export const registered = equals('account.status', 'active');

export const notSuspended = absent('orders.suspendedAt');

/**
 * The error of a write that was refused: ACCOUNT_SUSPENDED if the person is suspended, otherwise what `onRefused`
 * returns.
 */
const refusal = (old: Item | undefined, onRefused: () => Error): Error =>
  isSuspended(old as Person | undefined) ? new Problem('ACCOUNT_SUSPENDED') : onRefused();

/**
 * For a transaction that writes nothing about the person: they must be registered and not suspended (ORD-1), so that
 * nothing is granted after an order that forbids it.
 */
export const admittedCheck = (personKey: string, onRefused: () => Error): Write => ({
  table: 'Users',
  key: { personKey },
  condition: all(registered, notSuspended),
  onRefused: (old) => refusal(old, onRefused),
});

/** No phone was recovered within the last day, or the face check came after the recovery. */
export const recoveryCovered = (
  faceAt: string | undefined,
  now: Date,
  { recoveredPhoneSeconds }: Pick<Policies, 'recoveredPhoneSeconds'>,
): Condition =>
  any(
    absent('phoneRecoveredAt'),
    atMost('phoneRecoveredAt', new Date(now.getTime() - recoveredPhoneSeconds * 1000).toISOString()),
    faceAt === undefined ? undefined : below('phoneRecoveredAt', faceAt),
  );

/**
 * PHN-4: for a transaction that requires a face check if a phone was recovered within the last day, even since the
 * person was read. Throws FACE_REQUIRED.
 * @param faceAt ISO time of the session's own face check: it covers earlier recoveries
 */
export const recoveryCoveredCheck = (
  personKey: string,
  faceAt: string | undefined,
  now: Date,
  policies: Pick<Policies, 'recoveredPhoneSeconds'>,
): Write => ({
  table: 'Users',
  key: { personKey },
  condition: all(registered, recoveryCovered(faceAt, now, policies)),
  onRefused: (old) =>
    isRegistered(old as Person | undefined) ? new Problem('FACE_REQUIRED') : new Problem('SESSION_ENDED'),
});

/** For a transaction that was decided from the person as read and does not change them. ConcurrentChange. */
export const personUnchangedCheck = ({ personKey, rev: version }: Person): Write => ({
  table: 'Users',
  key: { personKey },
  condition: equals('rev', version),
  onRefused: () => new ConcurrentChange(),
});

/** New values by attribute; undefined removes the attribute. */
export type PersonChanges = {
  readonly [K in Exclude<keyof Person, 'personKey' | 'rev'>]?: Person[K] | undefined;
};

/**
 * Changes a person's facts as they were read. If they changed in between, it fails with `onRefused` (which gets the
 * person as it is now).
 */
export function personUpdate(
  personKey: string,
  version: number,
  changes: PersonChanges,
  onRefused: (now: Person | undefined) => Error,
): Write {
  return versionedUpdate('Users', { personKey }, version, changes, (old) =>
    onRefused(old as Person | undefined),
  );
}

/** Several people by key; unknown people are missing from the result. */
export async function findPeople(db: Db, personKeys: readonly string[]): Promise<Map<string, Person>> {
  const keys = [...new Set(personKeys)];
  const found = await batchGetAll<Person>(
    db,
    keys.map((personKey) => ({ table: 'Users', key: { personKey } })),
  );
  return new Map(found.filter((person) => person !== undefined).map((person) => [person.personKey, person]));
}
