import { newIdToken } from '#crypto/id-tokens.ts';
import { newRpAccessToken } from '#crypto/rp-access-tokens.ts';
import { sealedSession } from '#crypto/session-references.ts';
import type { Detail } from '#journeys/sso/granted-details.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { RpSession } from '#store/sessions/rp-sessions.ts';
import type { TokenClaims } from '#store/tickets/sso-tickets.ts';

type Signing = Pick<FlowContext, 'signing' | 'settings' | 'dataKeys'>;

/** The facts from which tokens are made, for every grant. */
export interface TokenFacts {
  readonly handOver: Pick<RpSession, 'sessionId' | 'clientId' | 'sid' | 'resource'>;
  /** The thumbprint of the key that the call has proved; the access token is bound to it. */
  readonly jkt: string | undefined;
  readonly claims: TokenClaims;
  readonly scope: readonly string[];
  readonly details: readonly Detail[];
  /** The nonce of the request that began the hand-over; absent in a refresh (OpenID Connect Core, 12.2). */
  readonly nonce?: string | undefined;
  /** Masked. */
  readonly name: string;
  readonly refreshToken?: string | undefined;
}

export type Tokens = Awaited<ReturnType<typeof issueTokens>>;

/**
 * SSO-6: the tokens of a client. The ID token tells only who came and how they were authenticated, because it travels
 * in addresses as a hint (DATA-01). The company and its permissions are in the access token and in the answer.
 */
export async function issueTokens(
  { signing, settings: { issuer, policies }, dataKeys }: Signing,
  { handOver, claims, scope, details, jkt, nonce, name, refreshToken }: TokenFacts,
  now: Date,
) {
  const { sessionId, clientId, sid, resource } = handOver;
  const shared = { issuer, clientId, sid, claims, lifetimeSeconds: policies.ssoTokenSeconds };
  const shownName = scope.includes('profile') ? name : undefined;
  const session = sealedSession(dataKeys, handOver, sessionId);
  const words = scope.join(' ');
  const [idToken, accessToken] = await Promise.all([
    scope.includes('openid') ? newIdToken(signing, { ...shared, nonce, name: shownName }, now) : undefined,
    newRpAccessToken(signing, { ...shared, resource, scope: words, details, jkt, session }, now),
  ]);
  return {
    access_token: accessToken,
    token_type: jkt === undefined ? ('Bearer' as const) : ('DPoP' as const),
    expires_in: policies.ssoTokenSeconds,
    ...(idToken === undefined ? {} : { id_token: idToken }),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    scope: words,
    authorization_details: details.map((detail) => ({ ...detail })),
  };
}
