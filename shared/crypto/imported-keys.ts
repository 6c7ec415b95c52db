import { type CryptoKey, importJWK, type JWK } from 'jose';

/** Public keys come from the settings, parsed once a container: importing each once is enough. */
const importedKeys = new WeakMap<object, Promise<CryptoKey>>();

/** A registered public key of ES256, as jose takes it. */
export function importedKey(jwk: JWK): Promise<CryptoKey> {
  const known = importedKeys.get(jwk);
  if (known) return known;
  const { kty, crv, x, y } = jwk;
  // The four members only: a `d` or `use` that slipped into the settings must not change what the key may do.
  const key = importJWK({ kty, crv, x, y } as JWK, 'ES256') as Promise<CryptoKey>;
  importedKeys.set(jwk, key);
  return key;
}
