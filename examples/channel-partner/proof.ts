import { createRemoteJWKSet, jwtVerify } from 'jose';

/** What a proof must say so that your system accepts it. */
export interface Asked {
  /** The bureau's address, without a slash at the end. */
  readonly issuer: string;
  readonly audience: string;
  readonly matter: string;
  /** The nonce that you sent. */
  readonly nonce?: string;
}

/** Checks a proof as a tax system does; the only call to the bureau is for its keys. Throws if anything is wrong. */
export async function checkedProof(proof: string, { issuer, audience, matter, nonce }: Asked, now?: Date) {
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer));
  const { payload } = await jwtVerify(proof, keys, {
    algorithms: ['ES256'],
    typ: 'step-up+jwt',
    issuer,
    audience,
    ...(now ? { currentDate: now } : {}),
  });
  if (payload.matter !== matter || payload.nonce !== nonce) throw new Error('A proof of something else');
  return payload;
}
