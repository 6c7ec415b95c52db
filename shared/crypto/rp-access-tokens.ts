import * as v from 'valibot';
import { OAuthProblem } from '#domain/sso/oauth-problem.ts';
import { findClient, type RelyingParty } from '#domain/sso/relying-parties.ts';
import { newHandle } from './random.ts';
import type { Sealed } from './sealed.ts';
import { signJwt, verifyJwt } from './signed-tokens.ts';
import type { SigningRing } from './signing-ring.ts';

/**
 * RFC 9068. The portal's own access tokens have another audience: our issuer, which no resource may use as its name
 * (SSO-1).
 */
const rpAccessTokenType = 'at+jwt';

/** What the tokens of one hand-over share. */
export interface HandOverFacts {
  readonly issuer: string;
  readonly clientId: string;
  /** The name of the hand-over that the client knows. */
  readonly sid: string;
  readonly claims: {
    /** The person's pairwise pseudonym at the client. */
    readonly sub: string;
    /** Epoch seconds. */
    readonly authTime: number;
    readonly acr: string;
    readonly amr: readonly string[];
    readonly realNameLevel: number;
    readonly identity: Readonly<Record<string, unknown>>;
  };
  readonly lifetimeSeconds: number;
}
export interface RpAccessFacts extends HandOverFacts {
  readonly resource: string;
  /** Words parted by blanks. */
  readonly scope: string;
  /** Granted (RFC 9396). */
  readonly details: readonly Readonly<Record<string, unknown>>[];
  /** Thumbprint of the key to which the token is bound; without that key the token is useless (RFC 9449, 6). */
  readonly jkt: string | undefined;
  /** The session behind the token, readable only by us (session-references.ts). */
  readonly session: Sealed;
}

/** SSO-6: works at one resource of this client and not here: no route of ours accepts that audience as a session. */
export const newRpAccessToken = (
  ring: SigningRing,
  { issuer, clientId, sid, claims, resource, scope, details, jkt, session, lifetimeSeconds }: RpAccessFacts,
  now: Date,
): Promise<string> =>
  signJwt(
    ring,
    { typ: rpAccessTokenType, issuer, audience: resource },
    {
      sub: claims.sub,
      client_id: clientId,
      scope,
      jti: newHandle(),
      sid,
      ses: session,
      ...(jkt === undefined ? {} : { cnf: { jkt } }),
      auth_time: claims.authTime,
      acr: claims.acr,
      real_name_level: claims.realNameLevel,
      authorization_details: details,
    },
    lifetimeSeconds,
    now,
  );

const claimsSchema = v.looseObject({
  sub: v.string(),
  aud: v.string(),
  client_id: v.string(),
  sid: v.string(),
  ses: v.string(),
  cnf: v.optional(v.object({ jkt: v.string() })),
  scope: v.string(),
  jti: v.string(),
  iat: v.number(),
  exp: v.number(),
});
/**
 * What an access token of a relying party states, once its signature is verified. The session behind it may have ended
 * since.
 */
export type RpAccessToken = v.InferOutput<typeof claimsSchema>;

/**
 * Verifies an access token of a relying party and tells whose it is. A token of another kind, of a client that is no
 * longer registered, or for a resource that is not the client's is refused.
 */
export async function verifyRpAccessToken(
  ring: SigningRing,
  clients: readonly RelyingParty[],
  token: string,
  issuer: string,
  now: Date,
): Promise<{ client: RelyingParty; token: RpAccessToken } | undefined> {
  const audience = clients.flatMap(({ resources }) => resources.map(({ uri }) => uri));
  const payload = await verifyJwt(ring, token, { typ: rpAccessTokenType, issuer, audience }, now);
  const claims = v.safeParse(claimsSchema, payload);
  if (!claims.success) return undefined;
  const client = findClient(clients, claims.output.client_id);
  if (!client?.resources.some(({ uri }) => uri === claims.output.aud)) return undefined;
  return { client, token: claims.output };
}

/** RFC 6750, 3.1: the token is not valid, or no longer valid. */
export const invalidToken = (): OAuthProblem =>
  new OAuthProblem('invalid_token', 'The access token is not good, or not any more');
