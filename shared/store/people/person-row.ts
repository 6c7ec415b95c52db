import type { PersonPassword, StoredPassword } from '#crypto/passwords.ts';
import type { Sealed } from '#crypto/sealed.ts';
import type { SmsWindowHint } from '#domain/factors/sms-window.ts';
import type { Channel, Role } from '#domain/names.ts';
import { Problem, type ProblemCode } from '#domain/problem.ts';

/**
 * The person: real-name record and account in one item. The key of the item is the HMAC of document type and number, so
 * that a person exists before the account and after its end. `rev` grows with every change of the person's facts and is
 * the condition of every write that was decided from a read.
 */
export interface Person {
  readonly personKey: string;
  readonly rev: number;
  readonly documentType: string;
  /**
   * Absent while only an order is known about the person, because an order need not contain a name: see
   * `hasVerifiedName`.
   */
  readonly sealedName: Sealed;
  readonly sealedNumber: Sealed;
  /**
   * Only an agency has named the person so far, on its staff form. When the person proves their identity, or an
   * authority names them, the name is replaced (DOC-5).
   */
  readonly nameClaimed?: true;
  /** LVL-1: 3 without a face check, 4 with one, 5 collected at a hall. */
  readonly realNameLevel?: number;
  /** Identity collected at a tax service hall (REG-2). */
  readonly hall?: HallCollection;
  readonly account?: { readonly status: 'active' | 'cancelled' | 'invalid'; readonly since: string };
  readonly password?: PersonPassword;
  readonly passwordHistory?: readonly StoredPassword[];
  /** Grows with every new password: a login that began with an earlier password cannot be finished (PWD-3). */
  readonly passwordRev?: number;
  readonly phones?: readonly OwnPhone[];
  readonly defaultPhoneId?: string;
  readonly username?: string;
  /** ISO time of the last change after the free first setting (USR-1). */
  readonly usernameChangedAt?: string;
  readonly consents?: readonly Consent[];
  /**
   * The last passed face check of this registered person (STP-2). No other decision depends on it, so it is outside of
   * `rev`.
   */
  readonly faceProof?: KeptFace;
  /** ISO time of the last 找回手机号码 (PHN-4), whatever happened to the number since. */
  readonly phoneRecoveredAt?: string;
  /** SES-3: the one web session; it is replaced in the transaction that opens a session. */
  readonly webSession?: WebSessionPointer;
  /** In stages that allow several web sessions: the ones before the newest, the oldest first. */
  readonly otherWebSessions?: readonly WebSessionPointer[];
  /**
   * QR-1 in an app's web view: the session on which hand-overs from an app are based, one per app; no page and no
   * cookie has it.
   */
  readonly appSessions?: Readonly<Partial<Record<Channel, WebSessionPointer>>>;
  /** LGN-10: for each company the role chosen last, if there were several roles to choose from. */
  readonly lastRoles?: Readonly<Record<string, Role>>;
  /** What a `person` line of the registry feed imported (MIG-1). */
  readonly migrated?: Migrated;
  /** What the authority has ordered about this person (ORD-1), registered or not. */
  readonly orders?: Orders;
  /**
   * The SMS window as the last finished journey remembered it, so that the next journey tries the right write first.
   */
  readonly lastWindow?: SmsWindowHint;
}

/**
 * The present effect of orders. Each order changes the person's facts, so `rev` grows: the store refuses what was
 * decided from the person before the order, and the caller decides again.
 */
export interface Orders {
  /** The newest version from the feed, in a sequence of its own; absent while only counters have ordered. */
  readonly version?: number;
  /** ISO time since when the account is suspended; absent: it is not. */
  readonly suspendedAt?: string;
  /** ISO time of the last suspension, kept after it is lifted: no face check from before it proves anything. */
  readonly proofsEndedAt?: string;
  /** ISO time of the last order that took all phones. */
  readonly emptiedAt?: string;
  /**
   * The numbers that orders took, each with the time of the last such order: later notices are not sent to them
   * (PWD-3).
   */
  readonly emptied?: readonly { readonly phoneKey: string; readonly at: string }[];
}

/** A passed face check that may serve again (STP-4). */
export interface KeptFace {
  readonly at: string;
  readonly transactionId: string;
  /** `account.since` of the registration that it belongs to: the check ends with that account. */
  readonly since: string;
}

export interface Migrated {
  readonly version: number;
  /**
   * The account as the import left it: the difference to it shows what was done here since. Absent if the account
   * existed before.
   */
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
  /** ISO time at which the record was stored here. */
  readonly at: string;
  /** ISO time at which the hall saw the person; the record's life is counted from it (REG-2). */
  readonly collectedAt: string;
  /** ISO time of the registration that used the record: no other may use it (REG-2). The version stays stored. */
  readonly usedAt?: string;
}

export interface OwnPhone {
  readonly phoneId: string;
  readonly phoneKey: string;
  readonly sealed: Sealed;
  readonly since: string;
  /** The number was imported, and nobody has answered an SMS to it here yet (MIG-1). */
  readonly imported?: true;
  /** ISO time at which 找回手机号码 added the number: for one day an SMS to it is no fresh factor (PHN-4). */
  readonly recoveredAt?: string;
}

export interface Consent {
  readonly kind: 'privacy' | 'face';
  readonly version: string;
  readonly at: string;
}

export interface WebSessionPointer {
  readonly sessionId: string;
  /** Epoch seconds; after this time the pointer is meaningless. */
  readonly expiresAt: number;
}

/**
 * The facts about a person that opening a session needs, as a login's first step read them: no password and no history.
 * The copy only saves a read. The write that opens a session checks it in its condition (`rev`, session, level).
 */
export function sessionFieldsOf(person: Person): Person {
  const { password, passwordHistory, username, usernameChangedAt, consents, faceProof, ...others } = person;
  const { hall, migrated, lastRoles, lastWindow, appSessions, ...needed } = others;
  return needed;
}

/** Contexts that bind a sealed field to its owner and column. */
export const sealContext = {
  name: (personKey: string) => `name:${personKey}`,
  number: (personKey: string) => `number:${personKey}`,
  phone: (phoneKey: string) => `phone:${phoneKey}`,
};

/** A person with an account. An order of the authority may have suspended them (ORD-1). */
export type RegisteredPerson = Person & { readonly account: { readonly status: 'active' } };

export const isRegistered = (person: Person | undefined): person is RegisteredPerson =>
  person?.account?.status === 'active';

/** ORD-1: whether the person is suspended, registered or not. */
export const isSuspended = (person: Person | undefined): boolean => person?.orders?.suspendedAt !== undefined;

export function refuseSuspended(person: Person | undefined): void {
  if (isSuspended(person)) throw new Problem('ACCOUNT_SUSPENDED');
}

/**
 * The person, if they may use a route: registered (otherwise `unless`), and not suspended (otherwise ACCOUNT_SUSPENDED,
 * ORD-1). Call this only after the person's proof was checked, so that a stranger does not learn of a suspension.
 */
export function requireAdmitted(person: Person | undefined, unless: ProblemCode): RegisteredPerson {
  if (!isRegistered(person)) throw new Problem(unless);
  refuseSuspended(person);
  return person;
}

/**
 * Whether a row has a trustworthy name. A row that only an order created has none (ORD-1), and a name that only an
 * agency claims does not count (DOC-5).
 */
export const hasVerifiedName = (person: Pick<Person, 'sealedName' | 'nameClaimed'> | undefined): boolean =>
  person?.sealedName !== undefined && !person.nameClaimed;

export const ownPhone = (person: Person, phoneKey: string | undefined): OwnPhone | undefined =>
  person.phones?.find((phone) => phone.phoneKey === phoneKey);

export const defaultPhone = (person: Person): OwnPhone | undefined =>
  person.phones?.find((phone) => phone.phoneId === person.defaultPhoneId);

/** STP-4: the face check that may be used again: one of this very registration. */
export const keptFace = ({ faceProof, account }: Person): KeptFace | undefined =>
  faceProof !== undefined && faceProof.since === account?.since ? faceProof : undefined;
