import { createSecretKey, type KeyObject } from 'node:crypto';

const known = new WeakMap<Buffer, KeyObject>();

/** The key as node:crypto wants it: handed over as bytes it is looked at anew in each call, for most of its cost. */
export function secretKey(bytes: Buffer): KeyObject {
  let key = known.get(bytes);
  if (!key) {
    key = createSecretKey(bytes);
    known.set(bytes, key);
  }
  return key;
}
