import { longestEcho, longestRequest } from './authorization-requests.ts';
import type { Parameters } from './oauth-parameters.ts';
import type { RelyingParty } from './relying-parties.ts';

/** The hand-over that one of our ID tokens names: which client it was for, and its name there. */
export interface LogoutHint {
  readonly clientId: string;
  readonly sid: string;
}

/** A logout that a tax system requests (SSO-10), stored until the person's page picks it up. */
export interface LogoutAsked {
  /** The client that asks; absent if the request named none. */
  readonly clientId?: string;
  /** The hand-over that should end. */
  readonly sid?: string;
  /** Where the browser goes afterwards: only an address that the client registered. */
  readonly returnTo?: string;
  readonly state?: string;
}

export type JudgedLogout =
  | { readonly ok: true; readonly asked: LogoutAsked }
  /** The person sees a page, and nothing is sent anywhere. */
  | { readonly ok: false; readonly page: 'client' | 'request' | 'logout_hint' | 'logout_uri' };

/**
 * Judges a logout request (OpenID Connect RP-Initiated Logout 1.0). A return address counts only together with the
 * client that registered it. A request with repeated, broken or foreign parameters ends at a page.
 * @param raw undefined if the text could not be read
 * @param hint the hand-over that the ID token names; undefined if the token is none of ours
 */
export function judgeLogout(
  raw: Parameters | undefined,
  hint: LogoutHint | undefined,
  clientOf: (clientId: string) => RelyingParty | undefined,
): JudgedLogout {
  if (!raw || raw.size > longestRequest || raw.doubled.size > 0) return { ok: false, page: 'request' };
  const { values } = raw;
  const state = values.get('state');
  if (state !== undefined && Buffer.byteLength(state) > longestEcho) return { ok: false, page: 'request' };
  const named = values.get('client_id');
  if (named !== undefined && !clientOf(named)) return { ok: false, page: 'client' };
  if (values.has('id_token_hint') && (!hint || (named !== undefined && named !== hint.clientId)))
    return { ok: false, page: 'logout_hint' };
  const clientId = named ?? hint?.clientId;
  const client = clientId === undefined ? undefined : clientOf(clientId);
  if (hint && !client) return { ok: false, page: 'logout_hint' };
  const returnTo = values.get('post_logout_redirect_uri');
  if (returnTo !== undefined && !client?.postLogoutRedirectUris.includes(returnTo))
    return { ok: false, page: 'logout_uri' };
  const sid = hint?.sid ?? (client ? values.get('logout_hint') : undefined);
  return {
    ok: true,
    asked: {
      ...(clientId === undefined ? {} : { clientId }),
      ...(sid === undefined ? {} : { sid }),
      ...(returnTo === undefined ? {} : { returnTo, ...(state === undefined ? {} : { state }) }),
    },
  };
}

/** Where the browser goes after the logout; undefined if it stays here. */
export function afterLogout({ returnTo, state }: LogoutAsked): string | undefined {
  if (returnTo === undefined || state === undefined) return returnTo;
  return `${returnTo}${returnTo.includes('?') ? '&' : '?'}state=${encodeURIComponent(state)}`;
}
