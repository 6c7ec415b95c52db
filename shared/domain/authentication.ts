import { type Acr, acrOf, acrs, meetsAcr } from './acrs.ts';
import { type AuthorizationRequest, type OAuthRefusal, refusal } from './authorization-requests.ts';
import type { RelyingParty } from './relying-parties.ts';

/** The words of `amr` (RFC 8176; `qr` is ours: a phone that was logged in confirmed the code on the page). */
export const amrValues = ['pwd', 'sms', 'face', 'qr', 'mfa'] as const;
export type Amr = (typeof amrValues)[number];

/** By which factors a session was opened. */
export const amrOf = (method: string): readonly Amr[] => {
  if (method === 'qr') return ['qr', 'mfa'];
  return method === 'face' ? ['pwd', 'face', 'mfa'] : ['pwd', 'sms', 'mfa'];
};

/** What a hand-over looks at in a session. Times are epoch seconds. */
export interface Authenticated {
  /** The person as the client knows them. */
  readonly sub: string;
  readonly startedAt: number;
  /** ISO time of the last face check that was a factor of this session. */
  readonly faceAt?: string | undefined;
  readonly realNameLevel: number;
}

/** The factors as a tax system is told them; a face that was checked later in the session counts as one. */
export const amrToday = (methods: readonly Amr[] | undefined, acr: Acr): readonly Amr[] => {
  const known: readonly Amr[] = methods ?? ['mfa'];
  return acr === acrs.face && !known.includes('face') ? [...known, 'face'] : known;
};

/** The needs of a request: what it says of time, methods and level (SSO-9). */
export type Needs = Pick<AuthorizationRequest, 'prompt' | 'maxAge' | 'acrValues' | 'claims'> & {
  /** Epoch seconds: when it was made. */
  readonly createdAt: number;
};

/**
 * Why a session is not good enough for a request: it must log in anew, rise in level, or be authenticated otherwise.
 * Undefined where it is.
 */
export type Shortfall =
  | { readonly kind: 'login' }
  | { readonly kind: 'level'; readonly required: number }
  | { readonly kind: 'acr' };

export function shortfall(
  { prompt, maxAge, acrValues, claims, createdAt }: Needs,
  { minLevel }: Pick<RelyingParty, 'minLevel'>,
  session: Authenticated,
  now: Date,
): Shortfall | undefined {
  if (claims?.sub !== undefined && claims.sub !== session.sub) return { kind: 'login' };
  const age = Math.floor(now.getTime() / 1000) - session.startedAt;
  const loginWanted = prompt.includes('login') || maxAge === 0;
  // A login for this request serves however long the person reads the page afterwards.
  if (session.startedAt < createdAt && (loginWanted || (maxAge !== undefined && age > maxAge)))
    return { kind: 'login' };
  const required = Math.max(minLevel, claims?.essentialLevel ?? 0);
  if (session.realNameLevel < required) return { kind: 'level', required };
  return meetsAcr(acrOf(session, now), { acrValues, claims }) ? undefined : { kind: 'acr' };
}

/** Whether the person is not asked: the client's setting, where the request leaves it open. */
export const goesSilently = (
  { silent }: Pick<RelyingParty, 'silent'>,
  { prompt }: Pick<AuthorizationRequest, 'prompt'>,
): boolean => silent && !prompt.includes('consent') && !prompt.includes('select_account');

/** What a system is told whose acr nobody showed, be it that the person did not want to (RFC 9470, 5). */
export const unmet = refusal(
  'unmet_authentication_requirements',
  'the person was not authenticated as is required',
);

/** What `prompt=none` is told instead of a page (OpenID Connect Core, 3.1.2.6). */
export const noneAnswer = (
  why: Shortfall['kind'] | 'no-session' | 'not-accepted' | 'asks' | 'matter',
): OAuthRefusal => {
  switch (why) {
    case 'no-session':
    case 'login':
      return refusal('login_required', 'the person has to log in');
    case 'not-accepted':
      return refusal('account_selection_required', 'the person has to choose another identity');
    case 'acr':
      return unmet;
    default:
      return refusal('interaction_required', 'the person has to see a page');
  }
};
