import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { secretKey } from './secret-key.ts';

/** A sealed field: `s1.<key id>.<base64url of iv, ciphertext, tag>`. */
export type Sealed = string;

/** The unwrapped data keys: one per month, 32 bytes each; new fields are sealed with `current`. */
export interface DataKeys {
  readonly current: string;
  readonly keys: Readonly<Record<string, Buffer>>;
}

const ivLength = 12;
const tagLength = 16;

/**
 * Seals a personal field (DOC-4) with AES-256-GCM.
 * @param context where the field belongs, e.g. `Users.name|<personKey>`: authenticated, not stored, so that a
 * sealed value copied to another row or column does not open.
 */
export function seal(dataKeys: DataKeys, context: string, plaintext: string): Sealed {
  const key = keyOf(dataKeys, dataKeys.current);
  const iv = randomBytes(ivLength);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagLength });
  cipher.setAAD(authenticated(dataKeys.current, context));
  const body = Buffer.concat([iv, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `s1.${dataKeys.current}.${body.toString('base64url')}`;
}

/**
 * @throws Error for another context, a changed value or an unknown key. `unseal` never guesses, and the message never
 * holds the content.
 */
export function unseal(dataKeys: DataKeys, context: string, sealed: Sealed): string {
  const match = /^s1\.([\w-]{1,32})\.([\w-]{38,})$/.exec(sealed);
  const [, keyId = '', encoded = ''] = match ?? [];
  if (!match) throw new Error('A sealed field is malformed');
  const body = Buffer.from(encoded, 'base64url');
  // The decoder accepts texts that the encoder never writes: one value must have one text.
  if (body.toString('base64url') !== encoded) throw new Error('A sealed field is malformed');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(dataKeys, keyId), body.subarray(0, ivLength), {
    authTagLength: tagLength,
  });
  decipher.setAAD(authenticated(keyId, context));
  decipher.setAuthTag(body.subarray(-tagLength));
  try {
    const opened = Buffer.concat([decipher.update(body.subarray(ivLength, -tagLength)), decipher.final()]);
    return opened.toString('utf8');
  } catch {
    throw new Error('A sealed field does not open in this context');
  }
}

const authenticated = (keyId: string, context: string): Buffer => Buffer.from(`s1\0${keyId}\0${context}`);

function keyOf(dataKeys: DataKeys, keyId: string): KeyObject {
  const key = Object.hasOwn(dataKeys.keys, keyId) ? dataKeys.keys[keyId] : undefined;
  if (!key) throw new Error(`There is no data key ${keyId}`);
  return secretKey(key);
}
