import type { PersonPassword, StoredPassword } from '#crypto/passwords.ts';
import type { Sealed } from '#crypto/sealed.ts';
import type { Channel, Role } from '#domain/names.ts';
import { Problem, type ProblemCode } from '#domain/problem.ts';
import type { WindowHint } from '#domain/sms-window.ts';

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
  /**
   * Only an agency has named them so far, on its staff form: whoever proves to be the person, and any authority, names them
   * anew (DOC-5).
   */
  readonly nameClaimed?: true;
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

/** Whether a row says who it is. One that only an order has made does not (ORD-1), nor does what an agency claims (DOC-5). */
export const isNamed = (person: Pick<Person, 'sealedName' | 'nameClaimed'> | undefined): boolean =>
  person?.sealedName !== undefined && !person.nameClaimed;

export const ownPhone = (person: Person, phoneKey: string | undefined): OwnPhone | undefined =>
  person.phones?.find((phone) => phone.phoneKey === phoneKey);

export const defaultPhone = (person: Person): OwnPhone | undefined =>
  person.phones?.find((phone) => phone.phoneId === person.defaultPhoneId);

/** STP-4: the face check that may serve again: one of this very registration. */
export const keptFace = ({ faceProof, account }: Person): KeptFace | undefined =>
  faceProof !== undefined && faceProof.since === account?.since ? faceProof : undefined;
