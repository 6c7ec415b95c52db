import { epochSeconds } from '../epoch.ts';
import { type Acr, acrOf, acrs, meetsAcr } from './acrs.ts';
import { type AuthorizationRequest, type OAuthRefusal, refusal } from './authorization-requests.ts';
import type { RelyingParty } from './relying-parties.ts';

/** The values of `amr` (RFC 8176). `qr` is our own: a phone whose user was logged in confirmed the code on the page. */
export const amrValues = ['pwd', 'sms', 'face', 'qr', 'mfa'] as const;
export type Amr = (typeof amrValues)[number];

/** The factors with which a session was opened. */
export const amrOf = (method: string): readonly Amr[] => {
  if (method === 'qr') return ['qr', 'mfa'];
  return method === 'face' ? ['pwd', 'face', 'mfa'] : ['pwd', 'sms', 'mfa'];
};

/** The facts of a session that a hand-over checks. Times are epoch seconds. */
export interface Authenticated {
  /** The person's pseudonym at the client. */
  readonly sub: string;
  readonly startedAt: number;
  /** ISO time of the last face check that was a factor of this session. */
  readonly faceAt?: string | undefined;
  readonly realNameLevel: number;
}

/** The factors as a tax system is told about them; a face check later in the session counts as a factor. */
export const amrToday = (methods: readonly Amr[] | undefined, acr: Acr): readonly Amr[] => {
  const known: readonly Amr[] = methods ?? ['mfa'];
  return acr === acrs.face && !known.includes('face') ? [...known, 'face'] : known;
};

/** What a request demands: the time of the login, the methods and the level (SSO-9). */
export type AuthenticationDemands = Pick<
  AuthorizationRequest,
  'prompt' | 'maxAge' | 'acrValues' | 'claims'
> & {
  /** Epoch seconds: when the request was made. */
  readonly createdAt: number;
};

/**
 * What a session lacks for a request: a new login, a higher level, or another way of authentication. Undefined if it
 * lacks nothing.
 */
export type Shortfall =
  | { readonly kind: 'login' }
  | { readonly kind: 'level'; readonly required: number }
  | { readonly kind: 'acr' };

export function shortfall(
  { prompt, maxAge, acrValues, claims, createdAt }: AuthenticationDemands,
  { minLevel }: Pick<RelyingParty, 'minLevel'>,
  session: Authenticated,
  now: Date,
): Shortfall | undefined {
  if (claims?.sub !== undefined && claims.sub !== session.sub) return { kind: 'login' };
  const age = epochSeconds(now) - session.startedAt;
  const loginWanted = prompt.includes('login') || maxAge === 0;
  // A login made for this request is new enough, however long the person then reads the page.
  if (session.startedAt < createdAt && (loginWanted || (maxAge !== undefined && age > maxAge)))
    return { kind: 'login' };
  const required = Math.max(minLevel, claims?.essentialLevel ?? 0);
  if (session.realNameLevel < required) return { kind: 'level', required };
  return meetsAcr(acrOf(session, now), { acrValues, claims }) ? undefined : { kind: 'acr' };
}

/** Whether the person is handed over without a question: the client's setting, if the request leaves it open. */
export const isHandedOverSilently = (
  { silent }: Pick<RelyingParty, 'silent'>,
  { prompt }: Pick<AuthorizationRequest, 'prompt'>,
): boolean => silent && !prompt.includes('consent') && !prompt.includes('select_account');

/**
 * The answer to a system whose demanded acr the person did not reach, for example because they declined (RFC 9470, 5).
 */
export const unmetAuthentication = refusal(
  'unmet_authentication_requirements',
  'the person was not authenticated as is required',
);

/** The error for a request with `prompt=none` that would need a page (OpenID Connect Core, 3.1.2.6). */
export const promptNoneError = (
  why: Shortfall['kind'] | 'no-session' | 'not-accepted' | 'asks' | 'matter',
): OAuthRefusal => {
  switch (why) {
    case 'no-session':
    case 'login':
      return refusal('login_required', 'the person has to log in');
    case 'not-accepted':
      return refusal('account_selection_required', 'the person has to choose another identity');
    case 'acr':
      return unmetAuthentication;
    default:
      return refusal('interaction_required', 'the person has to see a page');
  }
};
