import type { Matter } from '../factors/matters.ts';
import { isAcrUnknown } from './acrs.ts';
import { type MatterAsked, readDetailsAsked, type TaxpayerAsked } from './authorization-details.ts';
import { type Parameters, wordsOf } from './oauth-parameters.ts';
import { type OAuthErrorCode, severalResources } from './oauth-problem.ts';
import type { RelyingParty } from './relying-parties.ts';
import { type ClaimsAsked, readClaims } from './requested-claims.ts';

/** The words of `prompt` (OpenID Connect Core, 3.1.2.1). */
export const prompts = ['none', 'login', 'consent', 'select_account'] as const;
export type Prompt = (typeof prompts)[number];

/** A relying party's request that passed all checks, as it is stored until it is decided (SSO-2). */
export interface AuthorizationRequest {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state?: string;
  readonly nonce?: string;
  /** PKCE, S256: base64url of the verifier's SHA-256. */
  readonly challenge: string;
  /** The part of the requested scope that this client may have, `openid` first. */
  readonly scope: readonly string[];
  /** The resource that will accept the access token. */
  readonly resource: string;
  readonly taxpayer?: TaxpayerAsked;
  readonly matter?: MatterAsked;
  readonly claims?: ClaimsAsked;
  readonly prompt: readonly Prompt[];
  /** Seconds. */
  readonly maxAge?: number;
  readonly acrValues: readonly string[];
  /** Thumbprint of the key to which the code is bound (RFC 9449, 10). */
  readonly dpopJkt?: string;
}

/** From the `id_token_hint` of a request: the person whom our ID token means, and the client that got the token. */
export interface PersonHint {
  readonly clientId: string;
  /** The person's pseudonym for that client. */
  readonly sub: string;
}

/** Data that a request is checked against, in addition to its client. */
export interface RequestContext {
  /** The stage's matters of risk. */
  readonly matters: readonly Pick<Matter, 'code'>[];
  /** The content of the request's `id_token_hint`; undefined if the hint is not an ID token of ours. */
  readonly hint: PersonHint | undefined;
}

/**
 * A refusal that the browser carries back. `description` is for the client's developer; it repeats nothing that the
 * client sent.
 */
export interface OAuthRefusal {
  readonly error: OAuthErrorCode;
  readonly description: string;
}
export const refusal = (error: OAuthErrorCode, description: string): OAuthRefusal => ({ error, description });

/** Where an answer goes: only to an address that the client registered. */
export interface ReturnAddress {
  readonly redirectUri: string;
  readonly state?: string;
}

export type Judged =
  | { readonly ok: true; readonly request: AuthorizationRequest }
  /** The person sees a page: no address is known to be the client's. */
  | { readonly ok: false; readonly page: 'client' | 'redirect_uri' | 'request' }
  /** The answer goes back to the client. */
  | { readonly ok: false; readonly refused: OAuthRefusal; readonly returnTo: ReturnAddress };

/**
 * The most characters of a whole request, and the most bytes of the two values that are sent back unchanged (SSO-2).
 */
export const longestRequest = 8 * 1024;
export const longestEcho = 1024;
/** LVL-1. */
const highestLevel = 5;

/**
 * Judges an authorization request (SSO-2): first client and redirect_uri, because without them no answer may be sent
 * anywhere; then everything else in the order of the profile's table.
 * @param raw undefined if the text could not be read
 */
export function judgeRequest(
  raw: Parameters | undefined,
  clientOf: (clientId: string) => RelyingParty | undefined,
  asking: RequestContext,
): Judged {
  if (!raw) return { ok: false, page: 'request' };
  const { values, doubled } = raw;
  const clientId = values.get('client_id');
  const client = clientId === undefined || doubled.has('client_id') ? undefined : clientOf(clientId);
  if (!client) return { ok: false, page: 'client' };
  const redirectUri = values.get('redirect_uri');
  if (redirectUri === undefined || doubled.has('redirect_uri') || !client.redirectUris.includes(redirectUri))
    return { ok: false, page: 'redirect_uri' };
  const state = values.get('state');
  const echoed = state !== undefined && !doubled.has('state') && Buffer.byteLength(state) <= longestEcho;
  const returnTo: ReturnAddress = { redirectUri, ...(echoed ? { state } : {}) };
  const read = readRequest(raw, client, redirectUri, asking);
  return 'error' in read ? { ok: false, refused: read, returnTo } : { ok: true, request: read };
}

/** Parameters of OpenID Connect that this server does not support, each with its error code. */
const unsupported: readonly (readonly [string, OAuthErrorCode])[] = [
  ['request', 'request_not_supported'],
  ['request_uri', 'request_uri_not_supported'],
  ['registration', 'registration_not_supported'],
];

function readRequest(
  { values, doubled, size }: Parameters,
  client: RelyingParty,
  redirectUri: string,
  { matters, hint }: RequestContext,
): AuthorizationRequest | OAuthRefusal {
  if (size > longestRequest) return refusal('invalid_request', 'the request is longer than 8 KiB');
  // RFC 8707, 2 lets a request name several resources; an access token of ours is for one.
  if (doubled.size === 1 && doubled.has('resource')) return refusal('invalid_target', severalResources);
  if (doubled.size > 0) return refusal('invalid_request', 'a parameter is sent more than once');
  for (const [name, error] of unsupported)
    if (values.has(name)) return refusal(error, `the parameter ${name} is not supported`);
  const responseType = values.get('response_type');
  if (responseType === undefined) return refusal('invalid_request', 'response_type is missing');
  if (responseType !== 'code')
    return refusal('unsupported_response_type', 'the response_type is code and nothing else');
  if ((values.get('response_mode') ?? 'query') !== 'query')
    return refusal('invalid_request', 'the response_mode is query and nothing else');
  for (const name of ['state', 'nonce'])
    if (Buffer.byteLength(values.get(name) ?? '') > longestEcho)
      return refusal('invalid_request', `${name} is longer than 1024 bytes`);

  const challenge = values.get('code_challenge');
  if (challenge === undefined) return refusal('invalid_request', 'code_challenge is missing (PKCE)');
  if (values.get('code_challenge_method') !== 'S256')
    return refusal('invalid_request', 'the code_challenge_method is S256 and nothing else');
  if (!/^[\w-]{43}$/.test(challenge))
    return refusal('invalid_request', 'code_challenge is not 43 characters of base64url');

  const dpopJkt = values.get('dpop_jkt');
  if (dpopJkt !== undefined && !/^[\w-]{43}$/.test(dpopJkt))
    return refusal('invalid_request', 'dpop_jkt is not 43 characters of base64url');

  const resource = readResource(values.get('resource'), client);
  if (resource === undefined)
    return refusal('invalid_target', 'resource is none that this client may ask for');
  const asked = wordsOf(values.get('scope'));
  if (!asked.includes('openid')) return refusal('invalid_scope', 'openid is missing in scope');

  const prompt = readPrompt(values.get('prompt'));
  if (!prompt) return refusal('invalid_request', 'prompt is none, login, consent or select_account');
  if (prompt.includes('none') && prompt.length > 1)
    return refusal('invalid_request', 'prompt none stands alone');
  const maxAge = readMaxAge(values.get('max_age'));
  if (maxAge === 'wrong') return refusal('invalid_request', 'max_age is a whole number of seconds');
  const claims = readClaims(values.get('claims'));
  if (claims === 'wrong') return refusal('invalid_request', 'claims is not as OpenID Connect has it');
  if (values.has('id_token_hint') && hint?.clientId !== client.clientId)
    return refusal('invalid_request', 'id_token_hint is no ID token that this client got here');
  const sub = hint?.sub ?? claims?.sub;
  if (claims?.sub !== undefined && claims.sub !== sub)
    return refusal('invalid_request', 'claims and id_token_hint mean two people');
  const acrValues = wordsOf(values.get('acr_values'));
  // No login and no face check can help: the system gets the refusal at once, before the person sees a page.
  if (isAcrUnknown({ acrValues, claims }) || (claims?.essentialLevel ?? 0) > highestLevel)
    return refusal('unmet_authentication_requirements', 'what is needed of acr or level is not given here');
  const details = readDetailsAsked(values.get('authorization_details'), matters);
  if (details === 'wrong')
    return refusal('invalid_authorization_details', 'authorization_details are not as documented');
  // Each matter sends people to a face check, so a client may name only the matters of its setting, as with scopes.
  if (details.matter && !client.matters.includes(details.matter.matter))
    return refusal('invalid_authorization_details', 'the matter is none that this client may ask');

  const [state, nonce] = [values.get('state'), values.get('nonce')];
  return {
    clientId: client.clientId,
    redirectUri,
    ...(state === undefined ? {} : { state }),
    ...(nonce === undefined ? {} : { nonce }),
    challenge,
    scope: grantableScope(asked, client, resource.scopes),
    resource: resource.uri,
    ...details,
    ...(claims || sub !== undefined ? { claims: { ...claims, ...(sub === undefined ? {} : { sub }) } } : {}),
    prompt,
    ...(maxAge === undefined ? {} : { maxAge }),
    acrValues,
    ...(dpopJkt === undefined ? {} : { dpopJkt }),
  };
}

/**
 * Unknown scopes are ignored (OpenID Connect Core, 3.1.2.1); `document` is only for clients whose settings allow it.
 */
function grantableScope(
  asked: readonly string[],
  { document }: Pick<RelyingParty, 'document'>,
  ofResource: readonly string[],
): string[] {
  const known = new Set(['openid', 'profile', ...(document ? ['document'] : []), ...ofResource]);
  return ['openid', ...asked.filter((word) => word !== 'openid' && known.has(word))];
}

/** RFC 8707: a resource that the client registered; without the parameter, the client's first. */
const readResource = (uri: string | undefined, { resources }: Pick<RelyingParty, 'resources'>) =>
  uri === undefined ? resources[0] : resources.find((resource) => resource.uri === uri);

function readPrompt(text: string | undefined): Prompt[] | undefined {
  const words = wordsOf(text);
  return words.every((word): word is Prompt => (prompts as readonly string[]).includes(word))
    ? words
    : undefined;
}

function readMaxAge(text: string | undefined): number | undefined | 'wrong' {
  if (text === undefined) return undefined;
  return /^\d{1,9}$/.test(text) ? Number(text) : 'wrong';
}

/** The address to which the browser returns, with the answer in its query; a query of the client's own is kept. */
export function answerAddress(
  issuer: string,
  { redirectUri, state }: ReturnAddress,
  answer: { readonly code: string } | OAuthRefusal,
): string {
  const parameters: Record<string, string> =
    'code' in answer ? { code: answer.code } : { error: answer.error, error_description: answer.description };
  const query = Object.entries({ ...parameters, ...(state === undefined ? {} : { state }), iss: issuer })
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query}`;
}
