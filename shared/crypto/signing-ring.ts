import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
} from 'jose';
import * as v from 'valibot';
import { epochSeconds } from '#domain/epoch.ts';
import { verifyingKeys } from '#domain/rotating-keys.ts';
import { readSecret } from './secret-json.ts';

const coordinate = v.pipe(v.string(), v.regex(/^[\w-]{43}$/));
const privateJwkSchema = v.object({
  kty: v.literal('EC'),
  crv: v.literal('P-256'),
  x: coordinate,
  y: coordinate,
  d: coordinate,
});
const seconds = v.pipe(v.number(), v.integer(), v.minValue(0));
const ringSchema = v.object({
  keys: v.pipe(
    v.array(
      v.object({
        kid: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
        privateJwk: privateJwkSchema,
        /** Epoch seconds from which the key signs; it is published earlier (TOK-03). */
        signFrom: seconds,
        /** Epoch seconds until which the key's tokens are accepted; null while no end is set. */
        verifyUntil: v.nullable(seconds),
      }),
    ),
    v.minLength(1),
  ),
});

/** An entry of the secret `signing`. */
export type StoredSigningKey = v.InferOutput<typeof ringSchema>['keys'][number];

export interface SigningKey extends Omit<StoredSigningKey, 'privateJwk'> {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
}
/** The keys of the secret `signing`, imported once; which of them sign or verify is a matter of time. */
export type SigningRing = readonly SigningKey[];

/** @throws Error if the secret is a placeholder or broken; the message says nothing about its content. */
export function readStoredRing(json: string): StoredSigningKey[] {
  return readSecret({ secret: 'signing', holds: 'ring of keys' }, ringSchema, json).keys;
}

/** @throws Error as `readStoredRing`, and for a key that cannot be imported. */
export async function parseSigningRing(json: string): Promise<SigningRing> {
  return Promise.all(readStoredRing(json).map(importKey));
}

async function importKey({ privateJwk, ...entry }: StoredSigningKey): Promise<SigningKey> {
  const { kty, crv, x, y } = privateJwk;
  const publicJwk = { kty, crv, x, y, kid: entry.kid, alg: 'ES256', use: 'sig' };
  const [privateKey, publicKey] = await Promise.all([
    importJWK(privateJwk, 'ES256', { extractable: false }),
    importJWK(publicJwk, 'ES256'),
  ]);
  if (privateKey instanceof Uint8Array || publicKey instanceof Uint8Array) {
    throw new Error('The secret signing holds a key that is no EC key');
  }
  return { ...entry, privateKey, publicKey, publicJwk };
}

/** The answer of /.well-known/jwks.json: every key whose tokens are accepted now or soon. */
export const publicJwks = (ring: SigningRing, now: Date): JSONWebKeySet => ({
  keys: verifyingKeys(ring, epochSeconds(now)).map((key) => key.publicJwk),
});

/** A new P-256 key; its id is the RFC 7638 thumbprint. The rotation decides when it signs. */
export async function newSigningKey(): Promise<Pick<StoredSigningKey, 'kid' | 'privateJwk'>> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const privateJwk = v.parse(privateJwkSchema, await exportJWK(privateKey));
  return { kid: await calculateJwkThumbprint(privateJwk), privateJwk };
}
