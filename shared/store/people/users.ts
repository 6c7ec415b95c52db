import type { PersonPassword, StoredPassword } from '#crypto/passwords.ts';
import type { Sealed } from '#crypto/sealed.ts';
import type { Channel, Role } from '#domain/names.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem, type ProblemCode } from '#domain/problem.ts';
import type { WindowHint } from '#domain/sms-window.ts';
import { ConcurrentChange } from '../dynamodb/concurrent-change.ts';
import { absent, all, any, atMost, below, type Condition, equals } from '../dynamodb/expressions.ts';
import type { Db, Item, Write } from '../dynamodb/tables.ts';
import { versionedUpdate } from '../dynamodb/versioned-update.ts';

/**
 * The person: real-name record and account in one item, keyed by the HMAC of document type and number, so that a
 * person exists before the account and survives its end. `rev` grows with every change of the person's facts and is
 * the condition of every write that was decided from a read.
 */
export interface Person {
  readonly personKey: string;
  readonly rev: number;
  readonly documentType: string;
  /** Not there while nothing but an order is known of somebody, which names no name: see `isNamed`. */
  readonly sealedName: Sealed;
  readonly sealedNumber: Sealed;
  /** LVL-1: 3 without a face check, 4 with one, 5 collected at a hall. */
  readonly realNameLevel?: number;
  /** Identity collected at a tax service hall (REG-2). */
  readonly hall?: HallCollection;
  readonly account?: { readonly status: 'active' | 'cancelled' | 'invalid'; readonly since: string };
  readonly password?: PersonPassword;
  readonly passwordHistory?: readonly StoredPassword[];
  /** Grows with every new password: a login begun with an earlier one cannot be finished (PWD-3). */
  readonly passwordRev?: number;
  readonly phones?: readonly OwnPhone[];
  readonly defaultPhoneId?: string;
  readonly username?: string;
  /** ISO time of the last change after the free first setting (USR-1). */
  readonly usernameChangedAt?: string;
  readonly consents?: readonly Consent[];
  /** The last passed face check of this registered person (STP-2): no fact that others decide from, so outside `rev`. */
  readonly faceProof?: KeptFace;
  /** ISO time of the last 找回手机号码 (PHN-4), whatever became of its number. */
  readonly phoneRecoveredAt?: string;
  /** SES-3: the one web session; swapped in the transaction that opens a session. */
  readonly webSession?: WebSessionPointer;
  /** Where the stage allows several web sessions: the ones before the newest, the oldest first. */
  readonly otherWebSessions?: readonly WebSessionPointer[];
  /** QR-1 in a web view: the session that hand-overs from an app stand on, one an app; no page and no cookie has it. */
  readonly appSessions?: Readonly<Partial<Record<Channel, WebSessionPointer>>>;
  /** LGN-10: the role chosen last, by company, where there were several to choose from. */
  readonly lastRoles?: Readonly<Record<string, Role>>;
  /** What a `person` line of the registry feed brought (MIG-1). */
  readonly migrated?: Migrated;
  /** What the authority has ordered of this person (ORD-1), registered or not. */
  readonly orders?: Orders;
  /** The SMS window that the last finished journey left, so that the next one's first guess is right. */
  readonly lastWindow?: WindowHint;
}
/**
 * Orders as they stand. Each of them is a change of the person's facts, so `rev` grows with it: whatever was decided
 * from before it is refused by the store and decided anew.
 */
export interface Orders {
  /** The newest of the feed's versions, a sequence of its own; none while only counters have ordered. */
  readonly version?: number;
  /** ISO time since when the account is suspended; none: it is not. */
  readonly suspendedAt?: string;
  /** ISO time of the last suspension, also once it is lifted: no face check from before it proves anything. */
  readonly proofsEndedAt?: string;
  /** ISO time of the last order that took all phones. */
  readonly emptiedAt?: string;
  /** The numbers that orders took, each with the last time: no notice of a later change goes there (PWD-3). */
  readonly emptied?: readonly { readonly phoneKey: string; readonly at: string }[];
}
/** A passed face check that may serve again (STP-4). */
export interface KeptFace {
  readonly at: string;
  readonly transactionId: string;
  /** `account.since` of the registration that it belongs to: it ends with that account. */
  readonly since: string;
}
export interface Migrated {
  readonly version: number;
  /** The account as the line left it, by which what is done here since is told from it; none where it was here before. */
  readonly gave?: {
    readonly status: 'active' | 'cancelled' | 'invalid';
    readonly passwordRev: number;
    readonly phoneKeys: readonly string[];
  };
}
export interface HallCollection {
  readonly phoneKey: string;
  readonly sealedPhone: Sealed;
  readonly officer: string;
  readonly version: number;
  /** ISO time at which it was written here. */
  readonly at: string;
  /** ISO time at which the hall saw the person: what the record's life is counted from (REG-2). */
  readonly collectedAt: string;
  /** ISO time of the registration that it served: it serves no other (REG-2). The version stays known. */
  readonly usedAt?: string;
}
export interface OwnPhone {
  readonly phoneId: string;
  readonly phoneKey: string;
  readonly sealed: Sealed;
  readonly since: string;
  /** It came by an import, and no SMS to it has been answered here yet (MIG-1). */
  readonly imported?: true;
  /** ISO time at which 找回手机号码 brought it: for a day an SMS to it is no fresh factor (PHN-4). */
  readonly recoveredAt?: string;
}
export interface Consent {
  readonly kind: 'privacy' | 'face';
  readonly version: string;
  readonly at: string;
}
export interface WebSessionPointer {
  readonly sessionId: string;
  /** Epoch seconds; a pointer past it points to nothing. */
  readonly expiresAt: number;
}

/**
 * What opening a session needs of a person, as a login's first step read it: no password and no history. The copy is only a
 * guess that saves a read; whoever opens a session by it says so in the write's condition (`rev`, session, level).
 */
export function sessionFieldsOf(person: Person): Person {
  const { password, passwordHistory, username, usernameChangedAt, consents, faceProof, ...others } = person;
  const { hall, migrated, lastRoles, lastWindow, appSessions, ...needed } = others;
  return needed;
}

/** Contexts that bind a sealed field to its owner and place. */
export const sealContext = {
  name: (personKey: string) => `name:${personKey}`,
  number: (personKey: string) => `number:${personKey}`,
  phone: (phoneKey: string) => `phone:${phoneKey}`,
};

/**
 * A passed face check of a registered person, in the transaction of the check (STP-2), and with it the rise from
 * level 3 to 4 where the check is one that lifts (LVL-2). The level stands in the condition instead of `rev`: nothing
 * that others decided from the person becomes wrong by it, so nobody has to decide anew. The account must be the one for
 * which the check was started (STP-4): not one registered anew, nor that of the next holder of the number. A suspended
 * person proves nothing (ORD-1).
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

/** A person who may log in. */
export type Active = Person & { readonly account: { readonly status: 'active' } };
export const isActive = (person: Person | undefined): person is Active =>
  person?.account?.status === 'active';
/** ORD-1. Suspended is a person, registered or not. */
export const isSuspended = (person: Person | undefined): boolean => person?.orders?.suspendedAt !== undefined;
export function refuseSuspended(person: Person | undefined): void {
  if (isSuspended(person)) throw new Problem('ACCOUNT_SUSPENDED');
}
/**
 * The person who comes in at a door: registered, else `unless`, and not suspended, else ACCOUNT_SUSPENDED (ORD-1). To be
 * asked where what proves the person has been looked at already, so that a stranger learns nothing of a suspension.
 */
export function requireAdmitted(person: Person | undefined, unless: ProblemCode): Active {
  if (!isActive(person)) throw new Problem(unless);
  refuseSuspended(person);
  return person;
}
/** Whether a row says who it is. One that only an order has made does not (ORD-1). */
export const isNamed = (person: Pick<Person, 'sealedName'> | undefined): boolean =>
  person?.sealedName !== undefined;

export const registered = equals('account.status', 'active');
export const notSuspended = absent('orders.suspendedAt');
/** What refused a write that a suspension stands against: ACCOUNT_SUSPENDED, or else what `onRefused` says. */
const refusal = (old: Item | undefined, onRefused: () => Error): Error =>
  isSuspended(old as Person | undefined) ? new Problem('ACCOUNT_SUSPENDED') : onRefused();

/**
 * Makes a transaction that writes nothing of the person hold only for somebody registered and not suspended (ORD-1):
 * what an order that came first forbids is not given after it.
 */
export const admittedCheck = (personKey: string, onRefused: () => Error): Write => ({
  table: 'Users',
  key: { personKey },
  condition: all(registered, notSuspended),
  onRefused: (old) => refusal(old, onRefused),
});

export const ownPhone = (person: Person, phoneKey: string | undefined): OwnPhone | undefined =>
  person.phones?.find((phone) => phone.phoneKey === phoneKey);
export const defaultPhone = (person: Person): OwnPhone | undefined =>
  person.phones?.find((phone) => phone.phoneId === person.defaultPhoneId);

/** STP-4: the face check that may serve again: one of this very registration. */
export const keptFace = ({ faceProof, account }: Person): KeptFace | undefined =>
  faceProof !== undefined && faceProof.since === account?.since ? faceProof : undefined;

/** No number was recovered within the last day, or before the face. */
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
 * PHN-4: for a transaction that wants a face where a number was recovered within the last day, be it since the person was
 * read. Throws FACE_REQUIRED.
 * @param faceAt ISO time of the session's own face check: what was recovered before it is covered
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
    isActive(old as Person | undefined) ? new Problem('FACE_REQUIRED') : new Problem('SESSION_ENDED'),
});

/** For a transaction decided from the person as read that changes nothing of them. ConcurrentChange. */
export const personCheck = ({ personKey, rev: version }: Person): Write => ({
  table: 'Users',
  key: { personKey },
  condition: equals('rev', version),
  onRefused: () => new ConcurrentChange(),
});

/** The item that holds a username, ignoring case (USR-1); a freed one stays reserved (USR-2). */
export interface UsernameGuard {
  readonly personKey: string;
  readonly owner?: string;
  /** The name in the owner's own capitals, which are the only ones that log in (USR-1). */
  readonly username?: string;
  /** Epoch seconds until which a freed name is reserved. */
  readonly reservedUntil?: number;
  /** Who freed it: the reservation keeps others away, not the person who had it. */
  readonly formerOwner?: string;
}
export const usernameKey = (indexed: string): string => `username#${indexed}`;
export const findUsername = (db: Db, key: string) => db.get<UsernameGuard>('Users', { personKey: key });

export const usernameFree = (guard: UsernameGuard | undefined, owner: string, now: Date): boolean =>
  !guard ||
  guard.owner === owner ||
  (guard.owner === undefined && guard.formerOwner === owner) ||
  (guard.owner === undefined && (guard.reservedUntil ?? 0) <= now.getTime() / 1000);

/** Claims a username: free, theirs or lately theirs, or freed longer than its reservation. Else USERNAME_TAKEN. */
export function claimUsernamePut(key: string, username: string, owner: string, now: Date): Write {
  return {
    table: 'Users',
    put: { personKey: key, owner, username },
    condition: any(
      absent('personKey'),
      equals('owner', owner),
      all(
        absent('owner'),
        any(equals('formerOwner', owner), atMost('reservedUntil', Math.floor(now.getTime() / 1000))),
      ),
    ),
    onRefused: () => new Problem('USERNAME_TAKEN'),
  };
}

/** Frees a username and keeps it reserved (USR-2). */
export const releaseUsernamePut = (
  key: string,
  owner: string,
  reservedUntil: Date,
  onRefused: () => Error,
): Write => ({
  table: 'Users',
  put: { personKey: key, formerOwner: owner, reservedUntil: Math.floor(reservedUntil.getTime() / 1000) },
  condition: equals('owner', owner),
  onRefused,
});

/** New facts by attribute; undefined takes the attribute away. */
export type PersonChanges = {
  readonly [K in Exclude<keyof Person, 'personKey' | 'rev'>]?: Person[K] | undefined;
};

/**
 * Changes a person's facts as they were read. Another change in between makes
 * it fail with `onRefused` (given the person as it now stands).
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

/** Several people by key, in reads of a hundred side by side; those who are unknown are missing. */
export async function findPeople(db: Db, personKeys: readonly string[]): Promise<Map<string, Person>> {
  const keys = [...new Set(personKeys)];
  const pages = Array.from({ length: Math.ceil(keys.length / 100) }, (_, page) =>
    db.batchGet(
      keys.slice(page * 100, page * 100 + 100).map((personKey) => ({ table: 'Users', key: { personKey } })),
    ),
  );
  const found = (await Promise.all(pages)).flat() as unknown as (Person | undefined)[];
  return new Map(found.filter((person) => person !== undefined).map((person) => [person.personKey, person]));
}
