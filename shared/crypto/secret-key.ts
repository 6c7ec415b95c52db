import { createSecretKey, type KeyObject } from 'node:crypto';

const known = new WeakMap<Buffer, KeyObject>();

/**
 * The key as an object of node:crypto. Passed as bytes, the key would be prepared again in each call, which is most of
 * the call's cost.
 */
export function secretKey(bytes: Buffer): KeyObject {
  let key = known.get(bytes);
  if (!key) {
    key = createSecretKey(bytes);
    known.set(bytes, key);
  }
  return key;
}
