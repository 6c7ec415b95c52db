import type { Sealed } from '#crypto/sealed.ts';
import type { Role } from '#domain/names.ts';
import type { Acr } from '#domain/sso/acrs.ts';
import type { Amr } from '#domain/sso/authentication.ts';
import type { AuthorizationRequest } from '#domain/sso/authorization-requests.ts';
import type { Granted } from '#domain/sso/granted-limits.ts';
import type { LogoutAsked } from '#domain/sso/logout-requests.ts';
import type { IdentityKind } from '#domain/sso/relying-parties.ts';
import type { AccessBasis } from '../sessions/access-basis.ts';
import type { SeenAccess } from '../sessions/seen-access.ts';
import type { PlainTicket } from './plain-ticket.ts';

/** A request of a relying party that waits for its decision (SSO-2, SSO-4). */
export interface SsoRequestTicket extends PlainTicket {
  readonly kind: 'sso';
  readonly request: AuthorizationRequest;
  /** Epoch seconds. */
  readonly createdAt: number;
  /** For a pushed request (PAR): a browser must open it before this time (epoch seconds). */
  readonly pushedUntil?: number;
  /** Hashes of the secrets of the browsers that opened it; only these browsers decide it. */
  readonly browsers?: ReadonlySet<string>;
  /** SSO-9: the face check for the request's matter: a new one, or an earlier one that still serves. */
  readonly face?: MatterFace;
}

/**
 * A passed face check of one session for one matter. The check serves this request only, and only while the session is
 * handed over with the identity for which it was started (STP-4).
 */
export interface MatterFace {
  /** ISO time of the check. */
  readonly at: string;
  readonly transactionId: string;
  /** `account.since` of the person at the check (STP-4). */
  readonly since: string;
  readonly sessionId: string;
  /** The company for which it was shown; absent for a natural person. */
  readonly acting?: AccessBasis;
  /** For a scan: until when (epoch seconds) it may be used even if the matter accepts no earlier check. */
  readonly scanUntil?: number;
}

/** SSO-9: a matter for which the face was shown on the way to a system. The matter names no person. */
export interface FaceCheckedMatter {
  readonly code: string;
  /** ISO time of the check, and `account.since` of the person then. */
  readonly at: string;
  readonly since: string;
  /** Epoch seconds: until when the system may rely on it. */
  readonly validUntil: number;
  readonly nonce?: string;
}

/**
 * Authorization codes (SSO-5): rows of Tickets, found by the hash of the code. The row holds everything that was
 * decided, so that the exchange needs one read of it and one transaction:
 * - `authorizationCodeSpentUpdate`: the code is open and in time, and is now spent, with the `sid` that it gave;
 * - `sessionNotIdleCheck` (session-checks.ts): the session is live, not idle, and has the same identity;
 * - `seenAccessChecks` (seen-access.ts), for a company identity: the rows behind it have not changed
 *   since the decision, which is exact without reading them again;
 * - `faceUnchangedCheck` (face-checks.ts), for a matter: its face check is still valid for the person;
 * - `rpSessionPut` (rp-sessions.ts) with the client's assertion and the audit.
 * Client, redirect_uri, verifier and time are compared with the row before that: a mismatch writes nothing. A spent row
 * is kept for a day; `spent` tells which hand-over a replay would end.
 */
export interface SsoCodeTicket extends PlainTicket {
  readonly kind: 'sso-code';
  readonly personKey: string;
  /**
   * `taxpayer` also narrows what a refresh may give; `acrValues` and `claims` decide which acr value the tokens state.
   */
  readonly request: Pick<AuthorizationRequest, (typeof ofRequest)[number]>;
  readonly sessionId: string;
  /** The identity version of the session after the decision, and the session's end (epoch seconds). */
  readonly identityVersion: number;
  readonly sessionEnds: number;
  /** What the company identity relied on; absent for natural persons. */
  readonly seenAccess?: SeenAccess;
  /** For a company identity: the limits of the grant (SSO-8). */
  readonly granted?: Granted;
  readonly claims: TokenClaims;
  readonly matter?: FaceCheckedMatter;
  /** The granted details (RFC 9396), sealed for `sealedDetailsContext`: they may hold a number that is a person's. */
  readonly sealedDetails: Sealed;
  /** As the session has it. */
  readonly sealedName: Sealed;
  /** Epoch seconds, and the `sid` of the hand-over that it gave. */
  readonly spent?: { readonly at: number; readonly sid: string };
}

/**
 * A logout that a tax system requests (SSO-10). The ticket is never spent: it ends nothing by itself, and the page that
 * picks it up may ask again after a lost answer.
 */
export interface SsoLogoutTicket extends PlainTicket {
  readonly kind: 'sso-logout';
  readonly asked: LogoutAsked;
}

/** What tokens state about the person and their authentication. */
export interface TokenClaims {
  /** Pairwise pseudonym, by the client's sector. */
  readonly sub: string;
  /** Epoch seconds: when the session began. */
  readonly authTime: number;
  readonly acr: Acr;
  readonly amr: readonly Amr[];
  readonly realNameLevel: number;
  readonly identity: { readonly kind: IdentityKind; readonly role?: Role };
}

/** The parts of a request that matter after its decision. */
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
