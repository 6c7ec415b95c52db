import { createHash } from 'node:crypto';
import type { Assertion } from '#crypto/assertions.ts';
import { type ClientAssertion, refused } from '#crypto/client-assertions.ts';
import type { StoredPassword } from '#crypto/passwords.ts';
import { handle } from '#crypto/random.ts';
import type { Sealed } from '#crypto/sealed.ts';
import type { ChannelAction } from '#domain/channels.ts';
import type { Channel, Entry, Role } from '#domain/names.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { type SeenWindow, tooFrequent } from '#domain/sms-window.ts';
import { countWrite } from './counters.ts';
import type { Db, Put, Write } from './db.ts';
import type { ActingCompany, AgentGrounds } from './grounds.ts';
import type { SsoCodeTicket, SsoRequestTicket } from './sso-tickets.ts';
import type { Person } from './users.ts';

/**
 * Journeys under way. The handle that the client holds is random; the table knows only its hash. A ticket is open,
 * spent by the one call that uses it up, or ended; its times are checked on read and in conditions, never left to TTL.
 */
export interface TicketBase {
  readonly ticketKey: string;
  readonly kind: string;
  readonly personKey: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
  readonly state: TicketState;
  /** The newest SMS code of this ticket (SMS-2). */
  readonly code?: StoredCode;
  /** Tries of that code, wrong ones and those under way. */
  readonly codeTries?: ReadonlySet<string>;
  /** The phone's window as this journey last saw it: what to expect, never what to believe. */
  readonly window?: PhoneWindow;
  /** SMS-4: sends of this ticket, and the numbers that they went to. */
  readonly sends?: number;
  readonly numbers?: ReadonlySet<string>;
  /** Wrong codes over all codes of the ticket of somebody who is not registered, and those under way (LCK-5). */
  readonly wrongCodes?: ReadonlySet<string>;
  /** A passed face check (FACE-2) started from this ticket. */
  readonly face?: FaceProof;
  /** Failed face checks of this ticket (REG-5). */
  readonly faceFailures?: number;
}
/** `passed`: both factors of a login are, and the role is still to be chosen. */
export type TicketState = 'open' | 'passed' | 'spent' | 'ended';
export type PhoneWindow = SeenWindow & { readonly phoneKey: string };
export interface StoredCode {
  readonly hash: string;
  readonly phoneKey: string;
  readonly expiresAt: number;
}
export interface FaceProof {
  readonly scanKey: string;
  /** The provider's transaction id: all that is kept of a face check (REG-6). */
  readonly transactionId: string;
  readonly at: string;
  readonly channel: Channel;
}

export interface RegistrationTicket extends TicketBase {
  readonly kind: 'registration';
  readonly documentType: string;
  readonly sealedName: Sealed;
  readonly sealedNumber: Sealed;
  readonly consents: readonly ('privacy' | 'face')[];
  readonly channel: Channel;
  readonly startedAt: string;
  /** A hall record stands for the face check (REG-2) and names the phone that must be used. */
  readonly hallPhoneKey?: string;
  /** Wrong numbers tried against that record; the fifth ends the ticket (REG-2). */
  readonly wrongPhones?: number;
  readonly profile?: RegistrationProfile;
}
export interface RegistrationProfile {
  readonly phoneKey: string;
  readonly sealedPhone: Sealed;
  readonly password: StoredPassword;
  readonly username?: string;
  /** The number is somebody else's and the person asked for it (PHN-3): a face proof is needed. */
  readonly takeover: boolean;
}
export interface LoginTicket extends TicketBase {
  readonly kind: 'login';
  /** The password that opened it, by its count. */
  readonly passwordRev?: number;
  /** At `natural`: the person as the first step saw them, so that the second need not read them. */
  readonly who?: Person;
  readonly entry: Entry;
  /** The company, at every entry but `natural`. */
  readonly companyKey?: string;
  /** The company's term when the password was right (ENT-4). */
  readonly companyTerm?: number;
  /** The number an SMS goes to (LGN-6). */
  readonly phone?: { readonly phoneKey: string; readonly sealed: Sealed };
  readonly day: string;
  /** At `enterprise`: what may let the person in as tax agent (AGY-3), by their own rows; judged when it is used. */
  readonly agentAt?: readonly AgentGrounds[];
  /** State `passed`. */
  readonly passed?: PassedFactors;
  /** LGN-11: opened by the initial password; no code is sent. */
  readonly faceOnly?: true;
}
/** What a login knows once both factors are passed and the person still has to choose (LGN-9, LGN-10). */
export interface PassedFactors {
  /** Epoch seconds. */
  readonly at: number;
  readonly method: string;
  /** Whether it is a fresh factor (SES-5, PHN-4). */
  readonly fresh: boolean;
  /** ISO time of the check, where it was a face (PHN-4). */
  readonly faceAt?: string;
  readonly choices: readonly RoleChoice[];
  /** As tax agent, beside or instead of these (AGY-3). */
  readonly agent?: AgentChoice;
  /** The pending appointment that may be confirmed here (LGN-9). */
  readonly confirm?: {
    readonly authorizationId: string;
    readonly role: Role;
    readonly taxpayerName: string;
  };
}
/** The choice that rests on both forms instead of a relation. */
export interface AgentChoice {
  readonly choiceId: string;
  readonly grounds: AgentGrounds;
}
export interface RoleChoice {
  readonly choiceId: string;
  readonly role: Role;
  readonly authorizationId: string;
}
/** 找回手机号码 (PHN-4): the password was right, the new number is still to be proven. */
export interface RecoveryTicket extends TicketBase {
  readonly kind: 'phone-recovery';
  /** The password that opened it, by its count. */
  readonly passwordRev?: number;
  readonly newPhone: { readonly phoneKey: string; readonly sealed: Sealed };
}
export interface ResetTicket extends TicketBase {
  readonly kind: 'password-reset';
  /** `account.since` of the registration that it was opened for. */
  readonly since?: string;
  /** PHN-4: the number was recovered lately; no code is sent. */
  readonly faceOnly?: true;
  readonly phone?: { readonly phoneKey: string; readonly sealed: Sealed };
}
/**
 * A code on a page that a phone scans (QR, FACE): for a face check of a known person, or to confirm something as
 * whoever is logged in on the phone.
 */
export interface ScanTicket
  extends Omit<TicketBase, 'personKey' | 'code' | 'window' | 'face' | 'faceFailures'> {
  readonly kind: 'scan';
  readonly purpose: ScanPurpose;
  readonly scanState: 'pending' | 'scanned' | 'passed' | 'confirmed' | 'failed' | 'cancelled';
  /** What a channel must be allowed to do in order to scan it (CHN). */
  readonly action: ChannelAction;
  /** Hash of the secret that only the asking browser holds (QR-2). */
  readonly pollHash: string;
  readonly origin: {
    readonly account: string;
    readonly browser: string;
    readonly place: string;
    readonly at: string;
  };
  /** The call that a passed check of its own may be spent by, and the session that this call must be made in (SES-5). */
  readonly use?: FaceUse;
  readonly sessionId?: string;
  /** A session that came by QR: its confirming channel may check the face too, whatever `action` says (SES-5). */
  readonly alsoBy?: Channel;
  /** Whose face is wanted. A code that is only confirmed has nobody yet. */
  readonly personKey?: string;
  /** `account.since` of the person at the start: the check ends with that account (STP-4). */
  readonly since?: string;
  readonly subject?: FaceSubject;
  /** The journey that the check serves; its ticket takes the proof. */
  readonly parent?: { readonly ticketKey: string; readonly kind: Ticket['kind'] };
  /** Where failed checks count: in LCK (login), on the journey's ticket (REG-5), or on this scan alone. */
  readonly counts: 'lockout' | 'ticket' | 'scan';
  readonly faceToken?: string;
  readonly failures?: number;
  /** QR-2: a code that is confirmed belongs to who scanned it first. The name is masked, for the page alone. */
  readonly scannedBy?: { readonly personKey: string; readonly name: string };
  /** QR-1: who confirmed on which phone, and as what; the page's next poll turns it into a session. */
  readonly confirmed?: {
    readonly personKey: string;
    readonly channel: Channel;
    readonly company?: CompanyClaim;
  };
  /** STP-2: what the passed check will prove, and to whom. */
  readonly stepUp?: StepUpFacts;
  /** The passed check and the level that the person had after it. */
  readonly proven?: { readonly at: string; readonly transactionId: string; readonly level: number };
}
/** A company and role as a phone asserts them (QR-1). */
export interface CompanyClaim {
  readonly companyKey: string;
  readonly role: Role;
  /** Of a tax agent: what the own rows named then, so that looking again needs no search (QR-3). */
  readonly agentAt?: readonly AgentGrounds[];
}
/** A step-up as it was asked for: by a session, or by the terminal or hall counter in front of the person (STP-3). */
export interface StepUpFacts {
  readonly matter: string;
  readonly audience: string;
  readonly nonce?: string;
  readonly sessionId?: string;
  /** What the session stood on when it asked: a proof is made only while it still stands on the same (STP-4). */
  readonly acting?: ActingCompany;
  readonly startedBy?: { readonly channel: Channel; readonly officer?: string; readonly office?: string };
}
/**
 * SES-5: what a face check of a session is started for: `/v1/session/factor`, or one call of the account centre;
 * `account` where the page did not say which of these. `level` is no proof of anything else (LVL-2).
 */
export const accountFaceUses = ['password', 'phone', 'deregistration'] as const;
export type AccountFaceUse = (typeof accountFaceUses)[number];
export type FaceUse = 'factor' | AccountFaceUse | 'account' | 'level';
export type ScanPurpose = 'login' | 'face' | 'step-up' | 'register' | 'reset' | 'verification';
/** The identity that the provider compares a face with. */
export interface FaceSubject {
  readonly documentType: string;
  readonly sealedName: Sealed;
  readonly sealedNumber: Sealed;
}
/** The old login once the company password was right (LEG-1): nobody is known yet, whom it may be is. */
export interface LegacyTicket
  extends Omit<TicketBase, 'personKey' | 'code' | 'window' | 'face' | 'faceFailures'> {
  readonly kind: 'legacy';
  readonly companyKey: string;
  /** Who may be picked, by the handles that this ticket's holder got. */
  readonly persons: Readonly<Record<string, string>>;
}
/**
 * The code of something that a signed-in person does, or that binds somebody in the old login: its path names no
 * ticket, so there is one per session and purpose, opened anew by each send.
 */
export interface SessionCodeTicket extends TicketBase {
  readonly kind: SessionCodePurpose;
}
const sessionCodePurposes = ['add-phone', 'factor', 'deregistration', 'legacy-binding'] as const;
export type SessionCodePurpose = (typeof sessionCodePurposes)[number];
const holdsOnlyACode = (kind: Ticket['kind']): kind is SessionCodePurpose =>
  sessionCodePurposes.some((purpose) => purpose === kind);
/** What stands for the handle of such a ticket. */
export const sessionCodeId = (sessionId: string, purpose: SessionCodePurpose): string =>
  `${sessionId}/${purpose}`;

/** Tickets that can hold an SMS code. */
export type CodeTicket = RegistrationTicket | LoginTicket | ResetTicket | RecoveryTicket | SessionCodeTicket;
export type Ticket = CodeTicket | ScanTicket | LegacyTicket | SsoRequestTicket | SsoCodeTicket;

export const ticketKeyOf = (id: string): string => `t_${createHash('sha256').update(id).digest('base64url')}`;
const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);
/** Kept a while after its end, so that "expired" can be told from "never was". */
const ttlAfter = (expiresAt: number): number => expiresAt + 86_400;

/** The write that opens a ticket, and the handle for the client. */
export function openTicketWrite<T extends Ticket>(
  body: Omit<T, 'ticketKey' | 'expiresAt' | 'state'>,
  now: Date,
  lifetimeSeconds: number,
): { id: string; ticketKey: string; expiresAt: Date; write: Put } {
  const id = handle();
  const ticketKey = ticketKeyOf(id);
  const expiresAt = seconds(now) + lifetimeSeconds;
  return {
    id,
    ticketKey,
    expiresAt: new Date(expiresAt * 1000),
    write: {
      table: 'Tickets',
      put: { ...body, ticketKey, expiresAt, state: 'open', ttl: ttlAfter(expiresAt) },
      when: 'attribute_not_exists(ticketKey)',
    },
  };
}

/** What a ticket that is missing, of another kind, spent or over means to its holder. */
export function ticketProblem(
  ticket: Pick<TicketBase, 'kind' | 'state' | 'expiresAt'> | undefined,
  kind: string,
  now: Date,
  state: TicketState = 'open',
): Problem | undefined {
  if (!ticket || ticket.kind !== kind) return new Problem('NOT_FOUND');
  if (ticket.state !== state) return new Problem('STATE_CONFLICT');
  if (ticket.expiresAt <= seconds(now)) return new Problem('EXPIRED');
  return undefined;
}

/** Reads an open ticket by its handle. Throws NOT_FOUND, STATE_CONFLICT (spent, ended) or EXPIRED. */
export async function openTicket<T extends Ticket>(
  db: Db,
  id: string,
  kind: T['kind'],
  now: Date,
): Promise<T> {
  const ticket = await db.get<T>('Tickets', { ticketKey: ticketKeyOf(id) });
  const problem = ticketProblem(ticket, kind, now);
  if (problem) throw problem;
  return ticket as T;
}

/** Conditions that every write on an open ticket carries. */
const isOpen = '#state = :open AND expiresAt > :now';
const openValues = (now: Date) => ({ ':open': 'open', ':now': seconds(now) });

/** A change to an open ticket inside a transaction; refused with the ticket's own problem. */
export function ticketWrite(
  ticket: { readonly ticketKey: string; readonly kind: Ticket['kind'] },
  now: Date,
  change: { set: string; when?: string; names?: Record<string, string>; values?: Record<string, unknown> },
  state: 'open' | 'passed' = 'open',
): Write & { set: string } {
  return {
    table: 'Tickets',
    key: { ticketKey: ticket.ticketKey },
    set: change.set,
    when: change.when ? `${isOpen} AND (${change.when})` : isOpen,
    names: { '#state': 'state', ...change.names },
    values: { ...openValues(now), ':open': state, ...change.values },
    otherwise: (old) =>
      ticketProblem(old as TicketBase | undefined, ticket.kind, now, state) ?? new Problem('STATE_CONFLICT'),
  };
}

/**
 * REG-2: one more wrong number for the hall record, counted from the ticket as it was read; the last permitted one ends
 * the ticket in the same write. `moved` is thrown where another try was counted meanwhile.
 */
export function wrongPhoneWrite(
  ticket: Pick<RegistrationTicket, 'ticketKey' | 'kind' | 'wrongPhones'>,
  now: Date,
  most: number,
  moved: () => Error,
): Write {
  const seen = ticket.wrongPhones ?? 0;
  const write = ticketWrite(ticket, now, {
    set: `SET wrongPhones = :next${seen + 1 >= most ? ', #state = :ended' : ''}`,
    when: seen === 0 ? 'attribute_not_exists(wrongPhones)' : 'wrongPhones = :seen',
    values: {
      ':next': seen + 1,
      ...(seen === 0 ? {} : { ':seen': seen }),
      ...(seen + 1 >= most ? { ':ended': 'ended' } : {}),
    },
  });
  return {
    ...write,
    otherwise: (old) => ticketProblem(old as TicketBase | undefined, ticket.kind, now) ?? moved(),
  };
}

/** Uses a ticket up, once. */
export const spendWrite = (
  ticket: { readonly ticketKey: string; readonly kind: Ticket['kind'] },
  now: Date,
  when?: string,
  values?: Record<string, unknown>,
  names?: Record<string, string>,
) =>
  ticketWrite(ticket, now, {
    set: 'SET #state = :spent REMOVE code',
    ...(when ? { when } : {}),
    ...(names ? { names } : {}),
    values: { ':spent': 'spent', ...values },
  });

/**
 * Both factors are passed: no code, face or second `verify` fits the ticket any more, only a choice.
 * @param codeHash of the SMS code that was right
 */
export const passWrite = (
  ticket: LoginTicket,
  passed: PassedFactors,
  now: Date,
  codeHash: string | undefined,
): Write =>
  ticketWrite(ticket, now, {
    set: 'SET #state = :passed, passed = :facts REMOVE code',
    ...(codeHash === undefined ? {} : { when: 'code.#hash = :hash', names: { '#hash': 'hash' } }),
    values: {
      ':passed': 'passed',
      ':facts': passed,
      ...(codeHash === undefined ? {} : { ':hash': codeHash }),
    },
  });

/** Offers other choices to a login that waits for one. */
export const offerWrite = (ticket: LoginTicket, passed: PassedFactors, now: Date): Write =>
  ticketWrite(ticket, now, { set: 'SET passed = :facts', values: { ':facts': passed } }, 'passed');

/** The choice is made, once. */
export const chosenWrite = (ticket: LoginTicket, now: Date): Write =>
  ticketWrite(ticket, now, { set: 'SET #state = :spent', values: { ':spent': 'spent' } }, 'passed');

/** SMS-4: counts a send on a ticket, which has room for so many sends and so many numbers. */
const oneMoreSend = (
  phoneKey: string,
  { smsSendsPerTicket, smsNumbersPerTicket }: Pick<Policies, 'smsNumbersPerTicket' | 'smsSendsPerTicket'>,
) => ({
  fits:
    '(attribute_not_exists(sends) OR sends < :mostSends) AND ' +
    '(attribute_not_exists(numbers) OR size(numbers) < :mostNumbers OR contains(numbers, :phone))',
  counts: 'ADD sends :one, numbers :phones',
  values: {
    ':one': 1,
    ':phone': phoneKey,
    ':phones': new Set([phoneKey]),
    ':mostSends': smsSendsPerTicket,
    ':mostNumbers': smsNumbersPerTicket,
  },
});

/**
 * SMS-4: counts a send on the journey whose codes lie on tickets of their own, one a person (the old login's bindings).
 * SMS_TOO_FREQUENT where it has sent its fill. What the provider refuses afterwards stays counted: the journey ends soon.
 */
export function journeySendWrite(
  ticket: Pick<LegacyTicket, 'ticketKey' | 'kind' | 'expiresAt'>,
  phoneKey: string,
  now: Date,
  policies: Pick<Policies, 'smsNumbersPerTicket' | 'smsSendsPerTicket'>,
): Write {
  const { fits, counts, values } = oneMoreSend(phoneKey, policies);
  return {
    ...ticketWrite(ticket, now, { set: counts, when: fits, values }),
    otherwise: (old) =>
      ticketProblem(old as TicketBase | undefined, ticket.kind, now) ??
      tooFrequent(ticket.expiresAt * 1000, now.getTime()),
  };
}

/**
 * Puts the newest code on its ticket; the one before is void (SMS-2). A ticket, or a session and purpose, sends so many
 * and to so many numbers (SMS-4); after that not before its end.
 */
export function codeWrite(
  ticket: CodeTicket,
  code: StoredCode,
  window: PhoneWindow,
  now: Date,
  policies: Pick<Policies, 'smsNumbersPerTicket' | 'smsSendsPerTicket'>,
): Write {
  const { kind, personKey, expiresAt } = ticket;
  // What holds only a code is opened by its first send.
  const opens = holdsOnlyACode(kind);
  const { fits, counts, values } = oneMoreSend(code.phoneKey, policies);
  const change = {
    set:
      `SET code = :code, #window = :window${opens ? ', kind = :kind, personKey = :person, expiresAt = :end, #state = :open, #ttl = :ttl' : ''}` +
      ` REMOVE codeTries ${counts}`,
    names: { '#window': 'window', '#state': 'state', ...(opens ? { '#ttl': 'ttl' } : {}) },
    values: {
      ':code': code,
      ':window': window,
      ...values,
      ...(opens
        ? {
            ':kind': kind,
            ':person': personKey,
            ':end': expiresAt,
            ':open': 'open',
            ':ttl': ttlAfter(expiresAt),
          }
        : {}),
    },
  };
  const usedUp = () => tooFrequent(expiresAt * 1000, now.getTime());
  if (opens)
    return {
      table: 'Tickets',
      key: { ticketKey: ticket.ticketKey },
      ...change,
      when: fits,
      otherwise: usedUp,
    };
  return {
    ...ticketWrite(ticket, now, { ...change, when: fits }),
    otherwise: (old) => ticketProblem(old as TicketBase | undefined, kind, now) ?? usedUp(),
  };
}

/** Uses the code up with the ticket that holds nothing else; the next send opens it again. */
export const codeSpentWrite = (ticket: SessionCodeTicket, hash: string, now: Date): Write => ({
  ...ticketWrite(ticket, now, {
    set: 'REMOVE code',
    when: 'code.#hash = :hash',
    names: { '#hash': 'hash' },
    values: { ':hash': hash },
  }),
  otherwise: () => new Problem('SMS_CODE_WRONG', {}, { variant: 'used-up' }),
});

/**
 * A code whose send the provider refused is void, and no send.
 * @param isNew whether this was the ticket's first to that number
 */
export const dropCode = (
  db: Db,
  ticket: CodeTicket,
  { hash, phoneKey }: Pick<StoredCode, 'hash' | 'phoneKey'>,
  isNew: boolean,
) =>
  db.update({
    table: 'Tickets',
    key: { ticketKey: ticket.ticketKey },
    set: `SET sends = sends - :one REMOVE code, #window${isNew ? ' DELETE numbers :phones' : ''}`,
    when: 'code.#hash = :hash',
    names: { '#hash': 'hash', '#window': 'window' },
    values: { ':hash': hash, ':one': 1, ...(isNew ? { ':phones': new Set([phoneKey]) } : {}) },
  });

/**
 * Reserves one try of the ticket's code and reads the ticket, in one write: parallel guesses get at most five per
 * code (SMS-2). A try is a member of a set, like an attempt in Lockouts: an answer that was lost and asked for again
 * counts once, and giving back is exact. Throws the ticket's problem, or SMS_CODE_WRONG when there is no code to try
 * (any more).
 * @param tryId random, one per request
 * @param wrongCodes LCK-5: how many wrong ones, over all its codes, end the ticket of somebody who is not registered
 */
export async function tryCode<T extends CodeTicket>(
  db: Db,
  id: string,
  kind: T['kind'],
  now: Date,
  tries: number,
  tryId: string,
  wrongCodes?: number,
): Promise<T> {
  const ticketKey = ticketKeyOf(id);
  let written: Awaited<ReturnType<typeof db.update<T>>>;
  try {
    written = await db.update<T>({
      table: 'Tickets',
      key: { ticketKey },
      set: `ADD codeTries :try${wrongCodes === undefined ? '' : ', wrongCodes :try'}`,
      when:
        `kind = :kind AND ${isOpen} AND code.expiresAt > :now AND (attribute_not_exists(codeTries) OR size(codeTries) < :tries OR contains(codeTries, :id))` +
        (wrongCodes === undefined
          ? ''
          : ' AND (attribute_not_exists(wrongCodes) OR size(wrongCodes) < :wrong OR contains(wrongCodes, :id))'),
      names: { '#state': 'state' },
      values: {
        ...openValues(now),
        ':kind': kind,
        ':try': new Set([tryId]),
        ':tries': tries,
        ':id': tryId,
        ...(wrongCodes === undefined ? {} : { ':wrong': wrongCodes }),
      },
    });
  } catch (error) {
    // It may have arrived though its answer did not: what was not compared does not count.
    await returnTry(db, ticketKey, tryId).catch(() => undefined);
    throw error;
  }
  if (written.ok) return written.item;
  // Where the code is all there is, none (any more) is a wrong one, not a missing journey.
  if (!written.old && holdsOnlyACode(kind)) throw new Problem('SMS_CODE_WRONG', {}, { variant: 'used-up' });
  throw ticketProblem(written.old, kind, now) ?? new Problem('SMS_CODE_WRONG', {}, { variant: 'used-up' });
}

/** A right code whose call failed for another reason stays usable (SMS-2): gives its try back. */
export const returnTry = (db: Db, ticketKey: string, tryId: string) =>
  db.update({
    table: 'Tickets',
    key: { ticketKey },
    set: 'DELETE codeTries :try, wrongCodes :try',
    when: 'contains(codeTries, :id) OR contains(wrongCodes, :id)',
    values: { ':try': new Set([tryId]), ':id': tryId },
  });

/** LCK-5: the wrong code that was the last ends its ticket, if all of them still stand. */
export const endedByCodesWrite = (ticketKey: string, wrongCodes: number, otherwise: () => Error): Write => ({
  table: 'Tickets',
  key: { ticketKey },
  set: 'SET #state = :ended REMOVE code',
  when: '#state = :open AND size(wrongCodes) >= :wrong',
  names: { '#state': 'state' },
  values: { ':ended': 'ended', ':open': 'open', ':wrong': wrongCodes },
  otherwise,
});

/** CHN-1: an assertion works once. False when it has been seen. */
export const spendAssertion = (
  db: Db,
  assertion: Pick<Assertion, 'channel' | 'jti' | 'expiresAt'>,
  now: Date,
): Promise<boolean> =>
  once(
    db,
    `a_${assertion.channel}_${createHash('sha256').update(assertion.jti).digest('base64url')}`,
    assertion.expiresAt,
    now,
  );

const clientAssertionKey = ({ clientId, jti }: Pick<ClientAssertion, 'clientId' | 'jti'>): string =>
  `j_${createHash('sha256').update(`${clientId}\n${jti}`).digest('base64url')}`;

/** SSO-3: a client's assertion works once. False when it has been seen. */
export const spendClientAssertion = (db: Db, assertion: ClientAssertion, now: Date): Promise<boolean> =>
  once(db, clientAssertionKey(assertion), assertion.expiresAt, now);

/** The same inside a transaction: `invalid_client` when it has been seen, and then nothing is done. */
export const clientAssertionWrite = (assertion: ClientAssertion, now: Date): Write => {
  const until = seconds(assertion.expiresAt);
  return {
    table: 'Tickets',
    put: {
      ticketKey: clientAssertionKey(assertion),
      kind: 'once',
      expiresAt: until,
      ttl: ttlAfter(Math.max(until, seconds(now))),
    },
    when: 'attribute_not_exists(ticketKey)',
    otherwise: refused,
  };
};

/** LGN-12: a solved challenge works once. False when it has been seen. */
export const spendChallenge = (db: Db, challengeId: string, expiresAt: Date, now: Date): Promise<boolean> =>
  once(db, `c_${createHash('sha256').update(challengeId).digest('base64url')}`, expiresAt, now);

function once(db: Db, ticketKey: string, expiresAt: Date, now: Date): Promise<boolean> {
  const until = seconds(expiresAt);
  // The same request again, because its answer was lost, is no second use.
  const usedBy = handle();
  return db.put({
    table: 'Tickets',
    put: { ticketKey, kind: 'once', usedBy, expiresAt: until, ttl: ttlAfter(Math.max(until, seconds(now))) },
    when: 'attribute_not_exists(ticketKey) OR usedBy = :usedBy',
    values: { ':usedBy': usedBy },
  });
}

/**
 * LGN-12: counts a request of an address in the running window; answers how many there were, this one included.
 * @param by -1 takes one back
 */
export async function countAddress(
  db: Db,
  addressKey: string,
  now: Date,
  windowSeconds: number,
  by: 1 | -1 = 1,
): Promise<number> {
  const start = Math.floor(seconds(now) / windowSeconds) * windowSeconds;
  const counter = {
    ticketKey: `b_${addressKey}_${start}`,
    kind: 'budget',
    counts: 'count',
    ttl: start + 2 * windowSeconds,
  };
  const written = await db.update<{ count: number }>(countWrite(counter, { by }));
  return written.ok ? written.item.count : Number.POSITIVE_INFINITY;
}
