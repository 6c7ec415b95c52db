import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { epochSeconds } from '#domain/epoch.ts';
import { signingKey, verifyingKeys } from '#domain/rotating-keys.ts';
import type { SigningRing } from './signing-ring.ts';

/** A longer token is none of ours; it is refused before any work. */
const longestToken = 8192;

export interface TokenKind {
  /** The header's `typ`: one for each kind, so that no token works as another (TOK-02). */
  readonly typ: string;
  readonly issuer: string;
  readonly audience: string;
}

/** Signs a JWT (ES256) with the key that signs at `now`; lives `lifetimeSeconds`. */
export async function signJwt(
  ring: SigningRing,
  { typ, issuer, audience }: TokenKind,
  claims: JWTPayload,
  lifetimeSeconds: number,
  now: Date,
): Promise<string> {
  const issuedAt = epochSeconds(now);
  const key = signingKey(ring, issuedAt);
  if (!key) throw new Error('There is no key to sign with');
  return new SignJWT({
    ...claims,
    iss: issuer,
    aud: audience,
    iat: issuedAt,
    exp: issuedAt + lifetimeSeconds,
  })
    .setProtectedHeader({ alg: 'ES256', typ, kid: key.kid })
    .sign(key.privateKey);
}

/**
 * The claims of a token that is ours, of this kind and not expired at `now`; null for every other token (TOK-01,
 * TOK-02). The key comes from our ring by its id only: `jwk`, `jku` and `x5u` in the header are ignored. Failures that
 * are not the token's fault (the runtime's own) are thrown.
 * @param outlivedSeconds how long after its end the token is still accepted, where it only names something
 */
export async function verifyJwt(
  ring: SigningRing,
  token: string,
  { typ, issuer, audience }: Omit<TokenKind, 'audience'> & { readonly audience: string | readonly string[] },
  now: Date,
  { outlivedSeconds = 0 }: { outlivedSeconds?: number } = {},
): Promise<JWTPayload | null> {
  if (token.length > longestToken) return null;
  try {
    const { payload } = await jwtVerify(
      token,
      ({ kid }) => {
        const key = verifyingKeys(ring, epochSeconds(now)).find((candidate) => candidate.kid === kid);
        if (!key) throw new errors.JWKSNoMatchingKey();
        return key.publicKey;
      },
      {
        algorithms: ['ES256'],
        typ,
        issuer,
        audience: typeof audience === 'string' ? audience : [...audience],
        currentDate: now,
        clockTolerance: outlivedSeconds,
        requiredClaims: ['iss', 'aud', 'iat', 'exp'],
      },
    );
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}
