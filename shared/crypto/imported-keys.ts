import { type CryptoKey, importJWK, type JWK } from 'jose';

/** Public keys come from the settings, which are parsed once per container: each key is imported only once. */
const importedKeys = new WeakMap<object, Promise<CryptoKey>>();

/** A registered public key for ES256, in the form that jose takes. */
export function importedKey(jwk: JWK): Promise<CryptoKey> {
  const known = importedKeys.get(jwk);
  if (known) return known;
  const { kty, crv, x, y } = jwk;
  // Only these four members: a `d` or `use` that slipped into the settings must not change what the key may do.
  const key = importJWK({ kty, crv, x, y } as JWK, 'ES256') as Promise<CryptoKey>;
  importedKeys.set(jwk, key);
  return key;
}
