import { createHash, randomUUID } from 'node:crypto';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { TestRuntime } from '../../support/runtime.ts';

/** The key with which a tax system makes proofs (RFC 9449). */
export interface ProofKey {
  readonly jkt: string;
  readonly pair: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };
  /**
   * The header of a call.
   * @param claims undefined removes a claim
   */
  proof(
    runtime: TestRuntime,
    path: string,
    claims?: Readonly<Record<string, unknown>>,
  ): Promise<{ dpop: string }>;
  /** The same at userinfo, for this access token. */
  proofAt(runtime: TestRuntime, accessToken: string, claims?: object): Promise<{ dpop: string }>;
}

export async function proofKey(): Promise<ProofKey> {
  const pair = await generateKeyPair('ES256');
  const jwk = await exportJWK(pair.publicKey);
  const proof: ProofKey['proof'] = async (runtime, path, claims = {}) => {
    const all = {
      jti: randomUUID(),
      htm: 'POST',
      htu: runtime.issuer + path,
      iat: Math.floor(runtime.clock.now().getTime() / 1000),
      ...claims,
    };
    const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const header = { alg: 'ES256', typ: 'dpop+jwt', jwk };
    return { dpop: await new SignJWT(present).setProtectedHeader(header).sign(pair.privateKey) };
  };
  return {
    jkt: await calculateJwkThumbprint(jwk),
    pair,
    proof,
    proofAt: (runtime, accessToken, claims = {}) => {
      const ath = createHash('sha256').update(accessToken).digest('base64url');
      return proof(runtime, '/oauth2/userinfo', { htm: 'GET', ath, ...claims });
    },
  };
}
