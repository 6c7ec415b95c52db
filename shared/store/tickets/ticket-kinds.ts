import type { StoredPassword } from '#crypto/passwords.ts';
import type { Sealed } from '#crypto/sealed.ts';
import type { ChannelAction } from '#domain/channels.ts';
import type { Channel, Entry, Role } from '#domain/names.ts';
import type { WindowHint } from '#domain/sms-window.ts';
import type { Person } from '../people/person-row.ts';
import type { AccessBasis, AgentAccessBasis } from '../sessions/access-basis.ts';
import type { PlainTicket } from './plain-ticket.ts';
import type { MatterFace, SsoCodeTicket, SsoLogoutTicket, SsoRequestTicket } from './sso-tickets.ts';

/**
 * Journeys under way. The handle that the client holds is random; the table knows only its hash. A ticket is open,
 * spent by the one call that uses it up, or ended; its times are checked on read and in conditions, never left to TTL.
 */
export interface TicketBase extends PlainTicket {
  readonly personKey: string;
  /** The newest SMS code of this ticket (SMS-2). */
  readonly code?: StoredCode;
  /** Tries of that code, wrong ones and those under way. */
  readonly codeTries?: ReadonlySet<string>;
  /** What this journey knows of the number's window. */
  readonly window?: WindowHint;
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

/** What the journey's ticket takes of a passed scan: the proof, and of a step-up what it was begun for (SSO-9). */
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
  readonly companyTermSince?: string;
  /** The number an SMS goes to (LGN-6). */
  readonly phone?: { readonly phoneKey: string; readonly sealed: Sealed };
  readonly day: string;
  /** At `enterprise`: what may let the person in as tax agent (AGY-3), by their own rows; judged when it is used. */
  readonly agentAt?: readonly AgentAccessBasis[];
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
  readonly basis: AgentAccessBasis;
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
  /** After a failed check: how many more the journey, the day or this scan allows (REG-5, LCK-1). */
  readonly triesLeft?: number;
  /** QR-2: a code that is confirmed belongs to who scanned it first. The name is masked, for the page alone. */
  readonly scannedBy?: { readonly personKey: string; readonly name: string };
  /** QR-1: who confirmed on which phone, and as what; the page's next poll turns it into a session. */
  readonly confirmed?: {
    readonly personKey: string;
    readonly channel: Channel;
    readonly company?: CompanyClaim;
  };
  /** STP-2: what the passed check will prove, and to whom. */
  readonly stepUp?: StepUpRequest;
  /** The passed check and the level that the person had after it. */
  readonly proven?: { readonly at: string; readonly transactionId: string; readonly level: number };
}

/** A company and role as a phone asserts them (QR-1). */
export interface CompanyClaim {
  readonly companyKey: string;
  readonly role: Role;
  /** Of a tax agent: what the own rows named then, so that looking again needs no search (QR-3). */
  readonly agentAt?: readonly AgentAccessBasis[];
}

/** A step-up as it was asked for: by a session, or by the terminal or hall counter in front of the person (STP-3). */
export interface StepUpRequest {
  readonly matter: string;
  readonly audience: string;
  readonly nonce?: string;
  readonly sessionId?: string;
  /** What the session stood on when it asked: a proof is made only while it still stands on the same (STP-4). */
  readonly acting?: AccessBasis;
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

export const holdsOnlyACode = (kind: Ticket['kind']): kind is SessionCodePurpose =>
  sessionCodePurposes.some((purpose) => purpose === kind);

/** What stands for the handle of such a ticket. */
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
