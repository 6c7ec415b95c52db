import { type AuthorizationRequest, type OAuthRefusal, refusal } from './authorization-requests.ts';
import type { RelyingParty } from './relying-parties.ts';

/** How somebody was authenticated: the words of `acr` that this server gives. */
export const acrs = { twoFactors: 'urn:ahtax:2fa', face: 'urn:ahtax:face' } as const;
export type Acr = (typeof acrs)[keyof typeof acrs];

/** A face check serves the acr `face` for so many seconds. */
export const faceServesSeconds = 86_400;

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
  readonly startedAt: number;
  /** ISO time of the last face check that was a factor of this session. */
  readonly faceAt?: string | undefined;
  readonly realNameLevel: number;
}

/** Every session has two factors; the face counts for a day. */
export function acrOf({ faceAt }: Pick<Authenticated, 'faceAt'>, now: Date): Acr {
  const age = faceAt === undefined ? Number.NaN : now.getTime() - Date.parse(faceAt);
  return age >= 0 && age < faceServesSeconds * 1000 ? acrs.face : acrs.twoFactors;
}

/** The factors as a tax system is told them; a face that was checked later in the session counts as one. */
export const amrToday = (methods: readonly Amr[] | undefined, acr: Acr): readonly Amr[] => {
  const known: readonly Amr[] = methods ?? ['mfa'];
  return acr === acrs.face && !known.includes('face') ? [...known, 'face'] : known;
};

const satisfies = (held: Acr, wanted: string): boolean =>
  wanted === held || (wanted === acrs.twoFactors && held === acrs.face);

/** The needs of a request: what it says of time, methods and level (SSO-9). */
export type Needs = Pick<AuthorizationRequest, 'prompt' | 'maxAge' | 'claims'> & {
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
  { prompt, maxAge, claims, createdAt }: Needs,
  { minLevel }: Pick<RelyingParty, 'minLevel'>,
  session: Authenticated,
  now: Date,
): Shortfall | undefined {
  const age = Math.floor(now.getTime() / 1000) - session.startedAt;
  const loginWanted = prompt.includes('login') || maxAge === 0;
  // A login for this request serves however long the person reads the page afterwards.
  if (session.startedAt < createdAt && (loginWanted || (maxAge !== undefined && age > maxAge)))
    return { kind: 'login' };
  const required = Math.max(minLevel, claims?.essentialLevel ?? 0);
  if (session.realNameLevel < required) return { kind: 'level', required };
  const held = acrOf(session, now);
  if (claims?.essentialAcr && !claims.essentialAcr.some((wanted) => satisfies(held, wanted)))
    return { kind: 'acr' };
  return undefined;
}

/** Whether the person is not asked: the client's setting, where the request leaves it open. */
export const goesSilently = (
  { silent }: Pick<RelyingParty, 'silent'>,
  { prompt }: Pick<AuthorizationRequest, 'prompt'>,
): boolean => silent && !prompt.includes('consent') && !prompt.includes('select_account');

/** What `prompt=none` is told instead of a page (OpenID Connect Core, 3.1.2.6). */
export const noneAnswer = (why: Shortfall['kind'] | 'no-session' | 'not-accepted' | 'asks'): OAuthRefusal => {
  switch (why) {
    case 'no-session':
    case 'login':
      return refusal('login_required', 'the person has to log in');
    case 'not-accepted':
      return refusal('account_selection_required', 'the person has to choose another identity');
    case 'acr':
      return refusal('unmet_authentication_requirements', 'the person was not authenticated as is required');
    default:
      return refusal('interaction_required', 'the person has to see a page');
  }
};
