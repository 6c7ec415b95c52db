import { type CryptoKey, decodeJwt, errors, jwtVerify } from 'jose';
import * as v from 'valibot';
import { fromEpochSeconds } from '#domain/epoch.ts';
import { OAuthProblem } from '#domain/sso/oauth-problem.ts';
import { findClient, type RelyingParty } from '#domain/sso/relying-parties.ts';
import { importedKey } from './imported-keys.ts';

/** How a client proves who it is (RFC 7523); trusted once the signature is verified. */
export interface ClientAssertion {
  readonly clientId: string;
  /** The store spends this id once; it is remembered until `expiresAt`. */
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
  // A single string (RFC 7523 bis): an assertion for several servers could be replayed at the others.
  aud: v.string(),
  exp: v.number(),
  iat: v.optional(v.number()),
  jti: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
});

/**
 * SSO-3: who calls, proved by `private_key_jwt` only. The store makes sure that the assertion is used once.
 * @param form the parameters of the call, each sent once
 * @param authorization the header, which must not name a client as well
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
    throw new ClientRefused('method', 'private_key_jwt alone is accepted, and nothing beside it');
  if (token === undefined || type !== clientAssertionType || token.length > longestAssertion)
    throw new ClientRefused('no-assertion');
  try {
    const client = findClient(clients, decodeJwt(token).iss);
    if (!client || (named !== undefined && named !== client.clientId)) throw new ClientRefused('unknown');
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
    if (!claims.success) throw new ClientRefused('claims');
    const { exp, iat, jti } = claims.output;
    if (exp > latest + longestSeconds || (iat !== undefined && iat > latest))
      throw new ClientRefused('claims');
    return {
      client,
      assertion: { clientId: client.clientId, jti, expiresAt: fromEpochSeconds(exp + skewSeconds) },
    };
  } catch (error) {
    if (error instanceof errors.JOSEError) throw new ClientRefused(refusalReason(error));
    // jose's decoders throw TypeError for a text that is no token at all.
    if (error instanceof TypeError) throw new ClientRefused('signature');
    throw error;
  }
}

/** Why a client's proof was refused: for our log and audit, never for the answer. */
export type ClientRefusal = 'method' | 'no-assertion' | 'unknown' | 'key' | 'signature' | 'claims' | 'spent';

/** `invalid_client` without a reason: only a forger would need one. */
export class ClientRefused extends OAuthProblem {
  readonly why: ClientRefusal;
  constructor(why: ClientRefusal, description = 'The client assertion was not accepted') {
    super('invalid_client', description);
    this.name = 'ClientRefused';
    this.why = why;
  }
}

/** Translates jose's error into our word. */
function refusalReason(error: errors.JOSEError): ClientRefusal {
  if (error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed) return 'claims';
  return error instanceof errors.JWKSNoMatchingKey ? 'key' : 'signature';
}

/** The assertion had been used before. */
export const assertionSpent = (): ClientRefused => new ClientRefused('spent');

/** The client that a call claims to be, whether the claim is true or not; undefined if no such client is registered. */
export function namedClient(
  clients: readonly RelyingParty[],
  { client_assertion: token, client_id: named }: Readonly<Record<string, string>>,
): RelyingParty | undefined {
  let issuer: string | undefined;
  try {
    issuer = token === undefined || token.length > longestAssertion ? undefined : decodeJwt(token).iss;
  } catch {
    issuer = undefined;
  }
  return findClient(clients, issuer ?? named);
}

/** The registered key of this id; a client with one key may leave the id out. */
function keyOf({ keys }: RelyingParty, kid: string | undefined): Promise<CryptoKey> {
  const key = kid === undefined && keys.length === 1 ? keys[0] : keys.find((one) => one.kid === kid);
  if (!key) throw new errors.JWKSNoMatchingKey();
  return importedKey(key);
}
