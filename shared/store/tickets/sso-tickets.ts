import type { Sealed } from '#crypto/sealed.ts';
import type { Acr } from '#domain/acrs.ts';
import type { Amr } from '#domain/authentication.ts';
import type { AuthorizationRequest } from '#domain/authorization-requests.ts';
import type { Granted } from '#domain/granted-limits.ts';
import type { LogoutAsked } from '#domain/logout-requests.ts';
import type { Role } from '#domain/names.ts';
import type { IdentityKind } from '#domain/relying-parties.ts';
import type { AccessBasis } from '../sessions/access-basis.ts';
import type { SeenAccess } from '../sessions/seen-access.ts';
import type { PlainTicket } from './plain-ticket.ts';

/** A request of a relying party that waits for its decision (SSO-2, SSO-4). */
export interface SsoRequestTicket extends PlainTicket {
  readonly kind: 'sso';
  readonly request: AuthorizationRequest;
  /** Epoch seconds. */
  readonly createdAt: number;
  /** Came by PAR: opened by a browser until then (epoch seconds), and not later. */
  readonly pushedUntil?: number;
  /** Hashes of the secrets of the browsers that opened it; only they decide it. */
  readonly browsers?: ReadonlySet<string>;
  /** SSO-9: the face that was shown for the request's matter, or one of before that serves again. */
  readonly face?: MatterFace;
}

/**
 * A passed face check of one session, for one matter: it serves this request alone, and only while the session is handed
 * over as who it was begun for (STP-4).
 */
export interface MatterFace {
  /** ISO time of the check. */
  readonly at: string;
  readonly transactionId: string;
  /** `account.since` of the person at the check (STP-4). */
  readonly since: string;
  readonly sessionId: string;
  /** Whom for; a person for themselves has none. */
  readonly acting?: AccessBasis;
  /** Of a scan: until when it may be used though the matter takes no earlier check (epoch seconds). */
  readonly scanUntil?: number;
}

/** SSO-9: a matter for which the face was shown on the way to a system. Nothing in it names anybody. */
export interface ShownMatter {
  readonly code: string;
  /** ISO time of the check, and `account.since` of the person then. */
  readonly at: string;
  readonly since: string;
  /** Epoch seconds: how long the system may rely on it. */
  readonly validUntil: number;
  readonly nonce?: string;
}

/**
 * Authorization codes (SSO-5): rows of Tickets, found by the hash of the code. The row holds everything that was decided,
 * so that the exchange needs one read of it and one transaction:
 *
 * - `codeSpentUpdate`: the code is open and in time, and now spent, by the `sid` that it gave;
 * - `versionAliveCheck({ sessionId, version })` (session-checks.ts): the session lives and is still who it was;
 * - `seenAccessChecks(personKey, grounds, day)` (seen-access.ts), for a company identity: what it stood on at the decision has
 *   not changed, which is exact without reading it again;
 * - `rpSessionPut` (rp-sessions.ts) with the client's assertion and the audit.
 *
 * Client, redirect_uri, verifier and time are compared with the row before that: a miss writes nothing. A spent row is kept
 * a day; `spent` tells a replay which hand-over it would end.
 */
export interface SsoCodeTicket extends PlainTicket {
  readonly kind: 'sso-code';
  readonly personKey: string;
  /** `taxpayer` narrows also what a refresh may give; of `acrValues` and `claims` it tells the word of acr. */
  readonly request: Pick<AuthorizationRequest, (typeof ofRequest)[number]>;
  readonly sessionId: string;
  /** Of the session: its identity version after the decision, and its end (epoch seconds). */
  readonly version: number;
  readonly sessionEnds: number;
  /** What a company identity stood on; natural people have none. */
  readonly grounds?: SeenAccess;
  /** Of a company identity: how far it was granted (SSO-8). */
  readonly granted?: Granted;
  readonly told: TokenClaims;
  readonly matter?: ShownMatter;
  /** The granted details (RFC 9396), sealed for `sealedDetailsContext`: they may hold a number that is a person's. */
  readonly sealedDetails: Sealed;
  /** As the session has it. */
  readonly sealedName: Sealed;
  /** Epoch seconds, and the `sid` of the hand-over that it gave. */
  readonly spent?: { readonly at: number; readonly sid: string };
}

/**
 * A logout that a tax system asks for (SSO-10). It is never spent: it ends nothing by itself, and the page that takes it up
 * may ask again after a lost answer.
 */
export interface SsoLogoutTicket extends PlainTicket {
  readonly kind: 'sso-logout';
  readonly asked: LogoutAsked;
}

/** What tokens tell of the person and of how they were authenticated. */
export interface TokenClaims {
  /** Pairwise, by the client's sector. */
  readonly sub: string;
  /** Epoch seconds: when the session began. */
  readonly authTime: number;
  readonly acr: Acr;
  readonly amr: readonly Amr[];
  readonly realNameLevel: number;
  readonly identity: { readonly kind: IdentityKind; readonly role?: Role };
}

/** What of a request matters after its decision. */
export const ofRequest = [
  'clientId',
  'redirectUri',
  'nonce',
  'challenge',
  'scope',
  'resource',
  'taxpayer',
  'acrValues',
  'claims',
  'dpopJkt',
] as const satisfies readonly (keyof AuthorizationRequest)[];
