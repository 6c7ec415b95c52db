import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { StateFile } from '../control/state-file.ts';
import { type JsonObject, objectOf, stringOf } from '../http/json.ts';
import type { KeyModel } from '../template/model.ts';

export interface KmsState {
  /** Key id → 32 bytes, base64. */
  keys: Record<string, string>;
}

/** An error with the name that KMS uses. */
export class KmsError extends Error {
  constructor(type: string, message: string) {
    super(message);
    this.name = type;
  }
}

const format = 1;
const idLength = 36;
const headLength = 1 + idLength + 12 + 16;

/** KMS on this machine: symmetric keys under local master keys, with the encryption context as authenticated data. */
export class Kms {
  private readonly file: StateFile<KmsState>;
  private readonly models: readonly KeyModel[];

  constructor(file: StateFile<KmsState>, models: readonly KeyModel[]) {
    this.file = file;
    this.models = models;
    for (const { id } of models) file.state.keys[id] ??= randomBytes(32).toString('base64');
    file.save();
  }

  /** Finds a key by id, ARN or alias; a ciphertext names its key itself. */
  find(input: JsonObject): KeyModel {
    const given = stringOf(input.KeyId);
    const blob = input.CiphertextBlob;
    const id = given ?? Buffer.from(String(blob), 'base64').toString('latin1', 1, 1 + idLength);
    const found = this.models.find((key) => {
      return (
        id === key.id ||
        id === key.arn ||
        key.aliases.some((alias) => id === alias || id.endsWith(`:${alias}`))
      );
    });
    if (found) return found;
    if (given === undefined)
      throw new KmsError('InvalidCiphertextException', 'The ciphertext is of no key here');
    throw new KmsError('NotFoundException', 'The key does not exist');
  }

  generateDataKey(key: KeyModel, input: JsonObject, withPlaintext: boolean): JsonObject {
    const length = input.KeySpec === 'AES_128' ? 16 : Number(input.NumberOfBytes ?? 32);
    const plaintext = randomBytes(length);
    return {
      KeyId: key.arn,
      CiphertextBlob: this.seal(key, plaintext, input).toString('base64'),
      ...(withPlaintext ? { Plaintext: plaintext.toString('base64') } : {}),
    };
  }

  encrypt(key: KeyModel, input: JsonObject): JsonObject {
    const plaintext = Buffer.from(String(input.Plaintext), 'base64');
    return { KeyId: key.arn, CiphertextBlob: this.seal(key, plaintext, input).toString('base64') };
  }

  decrypt(key: KeyModel, input: JsonObject): JsonObject {
    const blob = Buffer.from(String(input.CiphertextBlob), 'base64');
    try {
      if (blob[0] !== format || blob.toString('latin1', 1, 1 + idLength) !== key.id)
        throw new Error('Another key');
      const iv = blob.subarray(1 + idLength, 1 + idLength + 12);
      const decipher = createDecipheriv('aes-256-gcm', this.master(key), iv);
      decipher.setAAD(context(input)).setAuthTag(blob.subarray(1 + idLength + 12, headLength));
      const plaintext = Buffer.concat([decipher.update(blob.subarray(headLength)), decipher.final()]);
      return { KeyId: key.arn, Plaintext: plaintext.toString('base64') };
    } catch {
      throw new KmsError('InvalidCiphertextException', 'The ciphertext or its encryption context is wrong');
    }
  }

  private seal(key: KeyModel, plaintext: Buffer, input: JsonObject): Buffer {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.master(key), iv).setAAD(context(input));
    const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([
      Buffer.from([format]),
      Buffer.from(key.id, 'latin1'),
      iv,
      cipher.getAuthTag(),
      sealed,
    ]);
  }

  private master(key: KeyModel): Buffer {
    return Buffer.from(this.file.state.keys[key.id] ?? '', 'base64');
  }
}

const context = (input: JsonObject): Buffer =>
  Buffer.from(
    JSON.stringify(Object.entries(objectOf(input.EncryptionContext)).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
