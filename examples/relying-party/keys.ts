import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';

export interface ClientKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  /** The part that the bureau gets. */
  readonly publicKey: { kid: string; kty: 'EC'; crv: 'P-256'; x: string; y: string };
}

export async function newClientKey(): Promise<ClientKey> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const { x = '', y = '' } = await exportJWK(pair.publicKey);
  const publicKey = { kty: 'EC' as const, crv: 'P-256' as const, x, y };
  const kid = await calculateJwkThumbprint(publicKey);
  return { kid, privateKey: pair.privateKey, publicKey: { kid, ...publicKey } };
}

/** The key in a form for a file on your server, or better for your vault. */
export const storedKey = async ({ kid, privateKey }: ClientKey): Promise<JWK> => ({
  ...(await exportJWK(privateKey)),
  kid,
});

export async function readKey(stored: JWK): Promise<ClientKey> {
  const { kid, x, y } = stored;
  const privateKey = await importJWK({ ...stored, ext: true }, 'ES256');
  if (!kid || !x || !y || privateKey instanceof Uint8Array) throw new Error('No P-256 key with a kid');
  return { kid, privateKey, publicKey: { kid, kty: 'EC', crv: 'P-256', x, y } };
}
