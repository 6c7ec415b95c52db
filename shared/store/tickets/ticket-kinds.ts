import type { StoredPassword } from '#crypto/passwords.ts';
import type { Sealed } from '#crypto/sealed.ts';
import type { ChannelAction } from '#domain/channels.ts';
import type { SmsWindowHint } from '#domain/factors/sms-window.ts';
import type { Channel, Entry, Role } from '#domain/names.ts';
import type { Person } from '../people/person-row.ts';
import type { AccessBasis, AgentAccessBasis } from '../sessions/access-basis.ts';
import type { PlainTicket } from './plain-ticket.ts';
import type { MatterFace, SsoCodeTicket, SsoLogoutTicket, SsoRequestTicket } from './sso-tickets.ts';

/**
 * Journeys in progress. The client holds a random handle, and the table stores only its hash. A ticket is open, spent
 * by the one call that uses it up, or ended; that of a login is `passed` while the role has still to be chosen. A
 * ticket's times are checked on read and in conditions and never left to TTL.
 */
export interface TicketBase extends PlainTicket {
  readonly personKey: string;
  /** The newest SMS code of this ticket (SMS-2). */
  readonly code?: StoredCode;
  /** Tries of that code: wrong ones, and those in progress. */
  readonly codeTries?: ReadonlySet<string>;
  /** What this journey knows about the number's SMS window. */
  readonly window?: SmsWindowHint;
  /** SMS-4: the sends of this ticket, and the numbers that they went to. */
  readonly sends?: number;
  readonly numbers?: ReadonlySet<string>;
  /** For a person who is not registered: wrong codes over all codes of the ticket, and those in progress (LCK-5). */
  readonly wrongCodes?: ReadonlySet<string>;
  /** A passed face check (FACE-2) started from this ticket. */
  readonly face?: FaceProof;
  /** Failed face checks of this ticket (REG-5). */
  readonly faceFailures?: number;
}

export interface StoredCode {
  readonly hash: string;
  readonly phoneKey: string;
  readonly expiresAt: number;
}

export interface FaceProof {
  readonly scanKey: string;
  /** The provider's transaction id: the only thing that is kept of a face check (REG-6). */
  readonly transactionId: string;
  readonly at: string;
  readonly channel: Channel;
}

/**
 * What the journey's ticket gets from a passed scan: the proof, and for a step-up what the step-up was started for
 * (SSO-9).
 */
export const proofOnJourney = (
  { stepUp, since, expiresAt }: ScanTicket,
  face: FaceProof,
): FaceProof | (FaceProof & MatterFace) =>
  stepUp?.sessionId === undefined || since === undefined
    ? face
    : {
        ...face,
        since,
        sessionId: stepUp.sessionId,
        scanUntil: expiresAt,
        ...(stepUp.acting ? { acting: stepUp.acting } : {}),
      };

export interface RegistrationTicket extends TicketBase {
  readonly kind: 'registration';
  readonly documentType: string;
  readonly sealedName: Sealed;
  readonly sealedNumber: Sealed;
  readonly consents: readonly ('privacy' | 'face')[];
  readonly channel: Channel;
  readonly startedAt: string;
  /** A hall record replaces the face check (REG-2) and names the phone that must be used. */
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
  /** The number belongs to somebody else, and the person asked to take it over (PHN-3): a face proof is needed. */
  readonly takeover: boolean;
}

export interface LoginTicket extends TicketBase {
  readonly kind: 'login';
  /** The number of the password that opened the ticket (`passwordRev`). */
  readonly passwordRev?: number;
  /** At `natural`: the person as the first step read them, so that the second step need not read them again. */
  readonly who?: Person;
  readonly entry: Entry;
  /** The company, at every entry but `natural`. */
  readonly companyKey?: string;
  /** The company's term when the password was right (ENT-4). */
  readonly companyTerm?: number;
  readonly companyTermSince?: string;
  /** The number that gets an SMS (LGN-6). */
  readonly phone?: { readonly phoneKey: string; readonly sealed: Sealed };
  readonly day: string;
  /** At `enterprise`: the person's own access bases as tax agent (AGY-3), judged when they are used. */
  readonly agentAt?: readonly AgentAccessBasis[];
  /** Only in state `passed`. */
  readonly passed?: PassedFactors;
  /** LGN-11: opened with the initial password; no code is sent. */
  readonly faceOnly?: true;
}

/** What a login knows after both factors were passed, while the person still has to choose (LGN-9, LGN-10). */
export interface PassedFactors {
  /** Epoch seconds. */
  readonly at: number;
  readonly method: string;
  /** Whether the factor counts as a fresh factor (SES-5, PHN-4). */
  readonly fresh: boolean;
  /** ISO time of the check, if it was a face (PHN-4). */
  readonly faceAt?: string;
  readonly choices: readonly RoleChoice[];
  /** A choice as tax agent, beside or instead of these roles (AGY-3). */
  readonly agent?: AgentChoice;
  /** The pending appointment that the person may confirm here (LGN-9). */
  readonly confirm?: {
    readonly authorizationId: string;
    readonly role: Role;
    readonly taxpayerName: string;
  };
}

/** A choice that is based on both forms instead of a relation. */
export interface AgentChoice {
  readonly choiceId: string;
  readonly basis: AgentAccessBasis;
}

export interface RoleChoice {
  readonly choiceId: string;
  readonly role: Role;
  readonly authorizationId: string;
}

/** 找回手机号码 (PHN-4): the password was right; the new number has still to be proved. */
export interface RecoveryTicket extends TicketBase {
  readonly kind: 'phone-recovery';
  /** The number of the password that opened the ticket (`passwordRev`). */
  readonly passwordRev?: number;
  readonly newPhone: { readonly phoneKey: string; readonly sealed: Sealed };
}

export interface ResetTicket extends TicketBase {
  readonly kind: 'password-reset';
  /** `account.since` of the registration that it was opened for. */
  readonly since?: string;
  /** PHN-4: the number was recovered recently; no code is sent. */
  readonly faceOnly?: true;
  readonly phone?: { readonly phoneKey: string; readonly sealed: Sealed };
}

/**
 * A code on a page that a phone scans (QR, FACE): for a face check of a known person, or to confirm something as the
 * person who is logged in on the phone.
 */
export interface ScanTicket
  extends Omit<TicketBase, 'personKey' | 'code' | 'window' | 'face' | 'faceFailures'> {
  readonly kind: 'scan';
  readonly purpose: ScanPurpose;
  readonly scanState: 'pending' | 'scanned' | 'passed' | 'confirmed' | 'failed' | 'cancelled';
  /** The action that a channel must be allowed to do in order to scan it (CHN). */
  readonly action: ChannelAction;
  /** Hash of the secret that only the browser that asked has (QR-2). */
  readonly pollHash: string;
  readonly origin: {
    readonly account: string;
    readonly browser: string;
    readonly place: string;
    readonly at: string;
  };
  /**
   * For a check that stands alone: the call that may spend it, and the session in which that call must be made (SES-5).
   */
  readonly use?: FaceUse;
  readonly sessionId?: string;
  /** In a session opened by QR: the confirming channel may check the face too, whatever `action` says (SES-5). */
  readonly alsoBy?: Channel;
  /** The person whose face is checked. A code that is only confirmed has nobody yet. */
  readonly personKey?: string;
  /** `account.since` of the person at the start: the check ends with that account (STP-4). */
  readonly since?: string;
  readonly subject?: SealedFaceSubject;
  /** The journey that the check serves; its ticket gets the proof. */
  readonly parent?: { readonly ticketKey: string; readonly kind: Ticket['kind'] };
  /** Where failed checks count: as LCK failures (login), on the journey's ticket (REG-5), or on this scan alone. */
  readonly counts: 'lockout' | 'ticket' | 'scan';
  readonly faceToken?: string;
  readonly failures?: number;
  /** After a failed check: how many more checks the journey, the day or this scan allows (REG-5, LCK-1). */
  readonly triesLeft?: number;
  /** QR-2: a code that is confirmed belongs to its first scanner. The name is masked, for the page only. */
  readonly scannedBy?: { readonly personKey: string; readonly name: string };
  /** QR-1: who confirmed, on which phone and as what; the page's next poll turns this into a session. */
  readonly confirmed?: {
    readonly personKey: string;
    readonly channel: Channel;
    readonly company?: CompanyClaim;
  };
  /** STP-2: what the passed check will prove, and to which system. */
  readonly stepUp?: StepUpRequest;
  /** The passed check and the level that the person had after it. */
  readonly proven?: { readonly at: string; readonly transactionId: string; readonly level: number };
}

/** A company and role that a phone asserts (QR-1). */
export interface CompanyClaim {
  readonly companyKey: string;
  readonly role: Role;
  /** For a tax agent: the person's own access bases at that time, so that judging again needs no search (QR-3). */
  readonly agentAt?: readonly AgentAccessBasis[];
}

/** A step-up as it was requested: by a session, or by the terminal or hall counter where the person stands (STP-3). */
export interface StepUpRequest {
  readonly matter: string;
  readonly audience: string;
  readonly nonce?: string;
  readonly sessionId?: string;
  /**
   * The session's access basis at the request: a proof is made only while the session still has the same one (STP-4).
   */
  readonly acting?: AccessBasis;
  readonly startedBy?: { readonly channel: Channel; readonly officer?: string; readonly office?: string };
}

/**
 * SES-5: the call for which a session starts a face check: `/v1/session/factor`, or one call of the account centre;
 * `account` if the page did not say which. A check for `level` proves nothing else (LVL-2).
 */
export const accountFaceUses = ['password', 'phone', 'deregistration'] as const;

export type AccountFaceUse = (typeof accountFaceUses)[number];

export type FaceUse = 'factor' | AccountFaceUse | 'account' | 'level';

export type ScanPurpose = 'login' | 'face' | 'step-up' | 'register' | 'reset' | 'verification';

/** The identity that the provider compares a face with. */
export interface SealedFaceSubject {
  readonly documentType: string;
  readonly sealedName: Sealed;
  readonly sealedNumber: Sealed;
}

/** The old login after the right company password (LEG-1): the person is not known yet, only who it may be. */
export interface LegacyTicket
  extends Omit<TicketBase, 'personKey' | 'code' | 'window' | 'face' | 'faceFailures'> {
  readonly kind: 'legacy';
  readonly companyKey: string;
  /** The people who may be picked, by the handles that the ticket's holder got. */
  readonly persons: Readonly<Record<string, string>>;
}

/**
 * The code for something that a signed-in person does, or for binding a person in the old login. The path of such a
 * call names no ticket, so there is one ticket per session and purpose, and each send opens it again.
 */
export interface SessionCodeTicket extends TicketBase {
  readonly kind: SessionCodePurpose;
}

const sessionCodePurposes = ['add-phone', 'factor', 'deregistration', 'legacy-binding'] as const;

export type SessionCodePurpose = (typeof sessionCodePurposes)[number];

export const holdsOnlyACode = (kind: Ticket['kind']): kind is SessionCodePurpose =>
  sessionCodePurposes.some((purpose) => purpose === kind);

/** The text that takes the place of such a ticket's handle. */
export const sessionCodeId = (sessionId: string, purpose: SessionCodePurpose): string =>
  `${sessionId}/${purpose}`;

/** Tickets that can hold an SMS code. */
export type CodeTicket = RegistrationTicket | LoginTicket | ResetTicket | RecoveryTicket | SessionCodeTicket;

export type Ticket =
  | CodeTicket
  | ScanTicket
  | LegacyTicket
  | SsoRequestTicket
  | SsoCodeTicket
  | SsoLogoutTicket;
