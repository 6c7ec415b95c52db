import { type CryptoKey, decodeJwt, errors, importJWK, jwtVerify } from 'jose';
import * as v from 'valibot';
import type { ClientKey, RelyingParty } from '#domain/relying-parties.ts';

/** What a client proved of itself (SSO-3). `jti` is to be spent by the store until `expiresAt`. */
export interface ClientProof {
  readonly clientId: string;
  readonly jti: string;
  readonly expiresAt: Date;
}

/** RFC 7523, the only way in which clients are known here. */
export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const longestAssertion = 4096;
/** FAPI 2.0: a clock that is a little off is no reason to refuse, one that is wrong is. */
const skewSeconds = 10;
const longestLifeSeconds = 120;

const claimsSchema = v.object({
  // One string: an assertion that is good at several servers could be carried from one to another.
  aud: v.string(),
  exp: v.number(),
  iat: v.optional(v.number()),
  jti: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{8,256}$/)),
});

/**
 * Verifies a client assertion: ES256 by a registered key of the client that it names, made for this issuer, alive and
 * short. Single use is the store's part, in the transaction of what the client came for, so that a call that is refused
 * for another reason spends nothing. Undefined for everything else, without a reason.
 * @param clientOf the relying parties of the stage
 */
export async function verifyClientAssertion(
  assertion: string,
  clientOf: (clientId: string) => RelyingParty | undefined,
  issuer: string,
  now: Date,
): Promise<ClientProof | undefined> {
  if (assertion.length > longestAssertion) return undefined;
  try {
    const claimed = decodeJwt(assertion).iss;
    const client = typeof claimed === 'string' ? clientOf(claimed) : undefined;
    if (!client) return undefined;
    const { payload } = await jwtVerify(
      assertion,
      ({ kid }) => {
        // Nothing but a kid chooses the key: `jwk`, `jku` and `x5c` in the header are never looked at.
        const [key, ...others] = client.keys.filter((one) => kid === undefined || one.kid === kid);
        if (!key || others.length > 0) throw new errors.JWKSNoMatchingKey();
        return imported(key);
      },
      {
        algorithms: ['ES256'],
        issuer: client.clientId,
        subject: client.clientId,
        audience: issuer,
        clockTolerance: skewSeconds,
        currentDate: now,
        requiredClaims: ['exp', 'jti', 'aud'],
      },
    );
    const claims = v.safeParse(claimsSchema, payload);
    if (!claims.success) return undefined;
    const { exp, iat, jti } = claims.output;
    const at = now.getTime() / 1000;
    if (exp > at + longestLifeSeconds || (iat !== undefined && iat > at + skewSeconds)) return undefined;
    return { clientId: client.clientId, jti, expiresAt: new Date((exp + skewSeconds) * 1000) };
  } catch (error) {
    // jose's decoders throw TypeError for what is no token at all.
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Keys come from a file that a container reads once: importing them once is enough. */
const importedKeys = new WeakMap<ClientKey, Promise<CryptoKey>>();

function imported(key: ClientKey): Promise<CryptoKey> {
  const known = importedKeys.get(key);
  if (known) return known;
  const { kty, crv, x, y } = key;
  const made = importJWK({ kty, crv, x, y }, 'ES256') as Promise<CryptoKey>;
  importedKeys.set(key, made);
  return made;
}
