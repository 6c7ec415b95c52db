import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, decodeProtectedHeader, errors, importJWK, type JWK, jwtVerify } from 'jose';
import * as v from 'valibot';
import { fromEpochSeconds } from '#domain/epoch.ts';
import { invalidDpopProof } from '#domain/sso/oauth-problem.ts';
import { constantTimeEqual } from './keys.ts';

/** The proof that a caller holds a key, for one call (RFC 9449); trusted once the signature is verified. */
export interface DpopProof {
  /** The key's thumbprint (RFC 7638, SHA-256): what tokens are bound to. */
  readonly jkt: string;
  /** The store spends this id once; it is remembered until `expiresAt`. */
  readonly jti: string;
  /** The last instant at which it could be accepted, clock skew included. */
  readonly expiresAt: Date;
}

/** The call that a proof must be made for. */
export interface ProvenCall {
  readonly method: string;
  /** Without query. */
  readonly uri: string;
  /** The access token that is sent together with the proof, at a resource. */
  readonly accessToken?: string | undefined;
  readonly now: Date;
}

const proofType = 'dpop+jwt';
export const dpopAlgorithms = ['ES256'] as const;

/** Seconds: how old a proof may be, and how far the caller's clock may be ahead. */
const oldestSeconds = 60;
const skewSeconds = 10;
const longestProof = 4096;

const coordinate = v.pipe(v.string(), v.regex(/^[\w-]{43}$/));
/** A public key on P-256. A key with a private member, or of another kind, is refused and never repaired. */
const jwkSchema = v.object({
  kty: v.literal('EC'),
  crv: v.literal('P-256'),
  x: coordinate,
  y: coordinate,
  ...Object.fromEntries(
    ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map((name) => [name, v.optional(v.never())]),
  ),
});
const claimsSchema = v.object({
  jti: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
  htm: v.string(),
  htu: v.string(),
  iat: v.number(),
  ath: v.optional(v.string()),
});

/**
 * Verifies a DPoP proof (RFC 9449, 4.3), except that it is used once: the store makes sure of that.
 * @throws OAuthProblem invalid_dpop_proof for everything else, without a reason: only a forger would need one
 */
export async function verifyDpopProof(
  proof: string,
  { method, uri, accessToken, now }: ProvenCall,
): Promise<DpopProof> {
  if (proof.length > longestProof) throw invalidDpopProof();
  try {
    const jwk = publicKeyIn(proof);
    const { payload } = await jwtVerify(proof, await importJWK(jwk, 'ES256'), {
      algorithms: [...dpopAlgorithms],
      typ: proofType,
      currentDate: now,
      clockTolerance: skewSeconds,
      maxTokenAge: oldestSeconds,
    });
    const claims = v.safeParse(claimsSchema, payload);
    if (!claims.success) throw invalidDpopProof();
    const { jti, htm, htu, iat, ath } = claims.output;
    if (htm !== method || plainUri(htu) !== plainUri(uri)) throw invalidDpopProof();
    if (accessToken !== undefined && !constantTimeEqual(ath ?? '', hashOf(accessToken)))
      throw invalidDpopProof();
    return {
      jkt: await calculateJwkThumbprint(jwk),
      jti,
      expiresAt: fromEpochSeconds(iat + oldestSeconds + skewSeconds),
    };
  } catch (error) {
    // The decoders throw TypeError for text that is no proof, and DOMException for a point that is not on the curve.
    if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException)
      throw invalidDpopProof();
    throw error;
  }
}

/** The header holds the key itself; the header never names an address to fetch a key from. */
function publicKeyIn(proof: string): JWK {
  const { jwk } = decodeProtectedHeader(proof);
  const known = v.safeParse(jwkSchema, jwk);
  if (!known.success) throw invalidDpopProof();
  const { kty, crv, x, y } = known.output;
  return { kty, crv, x, y };
}

const hashOf = (accessToken: string): string => createHash('sha256').update(accessToken).digest('base64url');

/**
 * The address without query and fragment, with scheme, host and port in their normal form; undefined if it is no
 * address.
 */
const plainUri = (text: string): string | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) && url.username === '' ? url.origin + url.pathname : undefined;
};
