import { type CryptoKey, decodeJwt, errors, importJWK, type JWK, jwtVerify } from 'jose';
import * as v from 'valibot';
import { OAuthProblem } from '#domain/oauth-problem.ts';
import type { RelyingParty } from '#domain/relying-parties.ts';

/** How a client says who it is (RFC 7523), believed after its signature. */
export interface ClientAssertion {
  readonly clientId: string;
  /** To be spent once by the store, until `expiresAt`. */
  readonly jti: string;
  /** The last instant at which it could be accepted, clock skew included. */
  readonly expiresAt: Date;
}

export const clientAssertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** SSO-3: how long an assertion may live, and how far a client's clock may be ahead. */
const longestSeconds = 120;
const skewSeconds = 10;
const longestAssertion = 4096;

const claimsSchema = v.object({
  sub: v.string(),
  // One string (RFC 7523 bis): an assertion for several servers could be used at the others.
  aud: v.string(),
  exp: v.number(),
  iat: v.optional(v.number()),
  jti: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
});

/**
 * SSO-3: who calls, by `private_key_jwt` alone. Single use is the store's part.
 * @param form the parameters of the call, each once
 * @param authorization the header, which would be a second way to say who one is
 * @throws OAuthProblem invalid_client for everything else
 */
export async function verifyClientAssertion(
  clients: readonly RelyingParty[],
  form: Readonly<Record<string, string>>,
  { issuer, now, authorization }: { issuer: string; now: Date; authorization: string | undefined },
): Promise<{ client: RelyingParty; assertion: ClientAssertion }> {
  const {
    client_assertion: token,
    client_assertion_type: type,
    client_secret: secret,
    client_id: named,
  } = form;
  if (authorization !== undefined || secret !== undefined)
    throw new OAuthProblem('invalid_client', 'private_key_jwt alone is accepted, and nothing beside it');
  if (token === undefined || type !== clientAssertionType || token.length > longestAssertion) throw refused();
  try {
    const client = clients.find(({ clientId }) => clientId === decodeJwt(token).iss);
    if (!client || (named !== undefined && named !== client.clientId)) throw refused();
    const { payload } = await jwtVerify(token, ({ kid }) => keyOf(client, kid), {
      algorithms: ['ES256'],
      issuer: client.clientId,
      subject: client.clientId,
      audience: issuer,
      currentDate: now,
      clockTolerance: skewSeconds,
      requiredClaims: ['exp', 'jti'],
    });
    const claims = v.safeParse(claimsSchema, payload);
    const latest = now.getTime() / 1000 + skewSeconds;
    if (!claims.success) throw refused();
    const { exp, iat, jti } = claims.output;
    if (exp > latest + longestSeconds || (iat !== undefined && iat > latest)) throw refused();
    return {
      client,
      assertion: { clientId: client.clientId, jti, expiresAt: new Date((exp + skewSeconds) * 1000) },
    };
  } catch (error) {
    // jose's decoders throw TypeError for what is no token at all.
    if (error instanceof errors.JOSEError || error instanceof TypeError) throw refused();
    throw error;
  }
}

/** Without a reason, which only a forger would need. */
export const refused = (): OAuthProblem =>
  new OAuthProblem('invalid_client', 'The client assertion was not accepted');

const importedKeys = new WeakMap<object, Promise<CryptoKey>>();

/** The registered key of this id; a client with one key may leave the id out. */
function keyOf({ keys }: RelyingParty, kid: string | undefined): Promise<CryptoKey> {
  const key = kid === undefined && keys.length === 1 ? keys[0] : keys.find((one) => one.kid === kid);
  if (!key) throw new errors.JWKSNoMatchingKey();
  const known = importedKeys.get(key);
  if (known) return known;
  const { kty, crv, x, y } = key;
  const imported = importJWK({ kty, crv, x, y } satisfies JWK, 'ES256') as Promise<CryptoKey>;
  importedKeys.set(key, imported);
  return imported;
}
