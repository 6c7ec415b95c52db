import { createHash, randomUUID } from 'node:crypto';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from 'jose';

/**
 * What a channel states in an assertion in addition to the call itself. docs/channels.md says which call needs which
 * member.
 */
export interface About {
  /** The user who is logged in to your app. */
  readonly person?: { readonly documentType: string; readonly documentNumber: string };
  /** The company that the user works for in your app. */
  readonly identity?: { readonly taxpayerId: string; readonly role: string };
  /** Only for a hall: the officer at the counter. */
  readonly officer?: string;
  /** Only for a hall or a terminal: its place. */
  readonly office?: string;
}
export type Sign<C extends string = string> = (
  channel: C,
  /** `body`: the text that will be sent, empty if none. A hall must sign it, others may. */
  call: About & { method: string; path: string; body?: string },
) => Promise<string>;

export interface PartnerKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  /** The part that the bureau gets. The private key stays on your server, and never goes into an app. */
  readonly publicKey: { kid: string; kty: 'EC'; crv: 'P-256'; x: string; y: string };
}

export async function newPartnerKey(): Promise<PartnerKey> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const { x = '', y = '' } = await exportJWK(pair.publicKey);
  const publicKey = { kty: 'EC' as const, crv: 'P-256' as const, x, y };
  const kid = await calculateJwkThumbprint(publicKey);
  return { kid, privateKey: pair.privateKey, publicKey: { kid, ...publicKey } };
}

/** The key in a form for a file on your server, or better for your vault. */
export const storedKey = async ({ kid, privateKey }: PartnerKey): Promise<JWK> => ({
  ...(await exportJWK(privateKey)),
  kid,
});

export async function readKey(stored: JWK): Promise<PartnerKey> {
  const { kid, x, y } = stored;
  const privateKey = await importJWK({ ...stored, ext: true }, 'ES256');
  if (!kid || !x || !y || privateKey instanceof Uint8Array) throw new Error('No P-256 key with a kid');
  return { kid, privateKey, publicKey: { kid, kty: 'EC', crv: 'P-256', x, y } };
}

/**
 * Signs the header `Channel-Assertion` with your own key: ES256, valid for a minute at most, a new `jti` for every
 * call, bound to the call's method and path, and to its body if you give one.
 * @param issuer the bureau's address, without a slash at the end
 */
export const signedBy =
  (key: Pick<PartnerKey, 'kid' | 'privateKey'>, issuer: string, now: () => Date = () => new Date()): Sign =>
  (channel, { method, path, body, ...about }) => {
    const at = Math.floor(now().getTime() / 1000);
    const bsh = body === undefined ? {} : { bsh: createHash('sha256').update(body).digest('base64url') };
    return new SignJWT({ ...about, ...bsh, htm: method, htu: path })
      .setProtectedHeader({ alg: 'ES256', kid: key.kid })
      .setIssuer(channel)
      .setAudience(issuer)
      .setIssuedAt(at)
      .setExpirationTime(at + 60)
      .setJti(randomUUID())
      .sign(key.privateKey);
  };
