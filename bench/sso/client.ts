import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { RelyingPartyInput } from '../../shared/contract/relying-parties.ts';

/** The tax system for both sides: one key, one redirect URI, one resource. */
export interface BenchClient {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly resource: string;
  readonly publicJwk: { kid: string; kty: 'EC'; crv: 'P-256'; x: string; y: string };
  readonly registered: RelyingPartyInput;
  assertion(issuer: string): Promise<string>;
}

export async function benchClient(): Promise<BenchClient> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const { x = '', y = '' } = await exportJWK(publicKey);
  const publicJwk = { kid: 'k1', kty: 'EC' as const, crv: 'P-256' as const, x, y };
  const clientId = 'filing-web';
  const redirectUri = 'https://filing.example.cn/callback';
  const resource = 'https://filing.example.cn/api';
  return {
    clientId,
    redirectUri,
    resource,
    publicJwk,
    registered: {
      clientId,
      name: { zh: '申报', en: 'Filing' },
      sector: 'filing',
      redirectUris: [redirectUri],
      backchannelLogoutUri: 'https://filing.example.cn/logout',
      keys: [publicJwk],
      resources: [{ uri: resource }],
      accepts: { kinds: ['natural'] },
    },
    assertion: (issuer) => {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({
        iss: clientId,
        sub: clientId,
        aud: issuer,
        jti: randomUUID(),
        iat: now,
        exp: now + 60,
      })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .sign(privateKey);
    },
  };
}

/** The values of one request, and those with which its code is exchanged. */
export function newRequest({ clientId, redirectUri }: BenchClient) {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile',
    state: randomUUID(),
    nonce: randomUUID(),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return { verifier, query };
}

/** The form that exchanges the code, the same for both sides. */
export async function exchangeForm(
  client: BenchClient,
  issuer: string,
  { code, verifier }: { readonly code: string; readonly verifier: string },
): Promise<string> {
  return new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.redirectUri,
    code_verifier: verifier,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await client.assertion(issuer),
  }).toString();
}
