import { createHash, getHashes, timingSafeEqual } from 'node:crypto';
import argon2 from 'argon2';
import type { Policies } from '#domain/policies.ts';
import { type Keys, pepper } from './keys.ts';

/** Hashes that older systems bring (MIG-1). */
export type LegacyAlgorithm = 'MD5' | 'SHA256' | 'SM3';
/** The character set in which an old system hashed the password; UTF-8 if absent. */
export type LegacyCharset = 'gbk';

/** A password as it is stored. Absent members stay absent when the row is written. */
export interface StoredPassword {
  /** argon2id in PHC form: carries its own cost and salt. */
  readonly hash: string;
  readonly pepperVersion: number;
  /** The argon2id hash is over the hex digest of this legacy hash, not over the password (MIG-1). */
  readonly wraps?: LegacyAlgorithm;
  readonly wrapSalt?: string;
  readonly wrapCharset?: LegacyCharset;
  /**
   * The registry set this password and many people may know it (LGN-11). The store sets the mark; hashing ignores it.
   */
  readonly initial?: true;
}

/**
 * The password is the last six characters of the document number (LGN-11). Only this fact is stored: a hash would
 * protect nothing, because the number is in the same row, and sixty million hashes would have to be computed.
 */
export interface InitialPassword {
  readonly initial: true;
  readonly hash?: undefined;
}
/** The password of a person as it is stored. */
export type PersonPassword = StoredPassword | InitialPassword;
export const isHashed = (password: PersonPassword | undefined): password is StoredPassword =>
  password?.hash !== undefined;

export type PasswordCost = Pick<Policies, 'argon2MemoryKiB' | 'argon2Iterations' | 'argon2Parallelism'>;

/**
 * Hashes a password as typed: its UTF-8 bytes, whole, with no change of case or Unicode form (PWD-3).
 * The caller bounds the length before (PWD-02).
 */
export async function hashPassword(
  password: string,
  keys: Keys,
  policies: PasswordCost,
): Promise<StoredPassword> {
  const version = keys.pepperVersion;
  const hash = await argon2.hash(password, {
    type: argon2.argon2id,
    secret: pepper(keys, version),
    memoryCost: policies.argon2MemoryKiB,
    timeCost: policies.argon2Iterations,
    parallelism: policies.argon2Parallelism,
  });
  return { hash, pepperVersion: version };
}

/**
 * @returns `needsRehash` if cost or pepper are older than the policy's, or a legacy hash is wrapped; meaningful only if
 * `ok`.
 * @throws Error if the stored hash is malformed or its pepper is unknown: that is our fault, so it counts as no failed
 * attempt.
 */
export async function verifyPassword(
  stored: StoredPassword,
  password: string,
  keys: Keys,
  policies: PasswordCost,
): Promise<{ ok: boolean; needsRehash: boolean }> {
  const cost = readCost(stored.hash);
  const secret = pepper(keys, stored.pepperVersion);
  const hashed = stored.wraps ? await legacyDigest(stored.wraps, stored, password) : password;
  const ok = await argon2.verify(stored.hash, hashed ?? '', { secret });
  const needsRehash =
    stored.wraps !== undefined ||
    stored.pepperVersion < keys.pepperVersion ||
    cost.memory < policies.argon2MemoryKiB ||
    cost.iterations < policies.argon2Iterations ||
    cost.parallelism < policies.argon2Parallelism;
  return { ok: ok && hashed !== undefined, needsRehash };
}

const lastOfDocument = 6;

/**
 * Compares with the last six characters of a document number (LGN-11), with an X in either case. Takes as long as any
 * other password, so that the time does not show who still has the initial password (AUTH-07).
 */
export async function matchesInitialPassword(
  documentNumber: string,
  password: string,
  keys: Keys,
  policies: PasswordCost,
): Promise<boolean> {
  await hashPassword(password, keys, policies);
  const digest = (text: string): Buffer => createHash('sha256').update(text.toUpperCase()).digest();
  return timingSafeEqual(digest(documentNumber.slice(-lastOfDocument)), digest(password));
}

const phc =
  /^\$argon2id\$v=19\$m=(\d{1,8}),(?:p=(\d{1,3}),t=(\d{1,4})|t=(\d{1,4}),p=(\d{1,3}))\$[A-Za-z0-9+/]{11,64}\$[A-Za-z0-9+/]{22,86}$/;

/** The library answers `false` for some broken hashes; a broken row must not look like a wrong password. */
function readCost(hash: string): { memory: number; iterations: number; parallelism: number } {
  const match = phc.exec(hash);
  if (!match) throw new Error('A stored password hash is malformed');
  return {
    memory: Number(match[1]),
    iterations: Number(match[3] ?? match[4]),
    parallelism: Number(match[2] ?? match[5]),
  };
}

export interface LegacyHash {
  readonly algorithm: LegacyAlgorithm;
  readonly salt: string;
  /** Lower-case hex. */
  readonly digest: string;
}

const hexLength: Record<LegacyAlgorithm, number> = { MD5: 32, SHA256: 64, SM3: 64 };

/** Reads `{MD5}hex`, `{SHA256}hex`, `{SM3}hex` or `{SM3:salt}hex` (MIG-1); null for anything else. */
export function parseLegacyHash(text: string): LegacyHash | null {
  const match = /^\{(MD5|SHA256|SM3)(?::([^{}]{1,128}))?\}([0-9A-Fa-f]{32,64})$/.exec(text);
  if (!match) return null;
  const algorithm = match[1] as LegacyAlgorithm;
  const digest = (match[3] ?? '').toLowerCase();
  if (digest.length !== hexLength[algorithm]) return null;
  return { algorithm, salt: match[2] ?? '', digest };
}

/**
 * An argon2id hash over a legacy digest, so that no weak hash is stored (PWD-01, MIG-1). The first login replaces it by
 * a plain argon2id hash.
 * @throws Error for a text that `parseLegacyHash` refuses; the message does not repeat the text.
 */
export async function wrapLegacyHash(
  legacy: string,
  keys: Keys,
  policies: PasswordCost,
  charset?: LegacyCharset,
): Promise<StoredPassword> {
  const parsed = parseLegacyHash(legacy);
  if (!parsed) throw new Error('A legacy password hash is malformed');
  const stored = await hashPassword(parsed.digest, keys, policies);
  return {
    ...stored,
    wraps: parsed.algorithm,
    ...(parsed.salt !== '' && { wrapSalt: parsed.salt }),
    ...(charset && { wrapCharset: charset }),
  };
}

/**
 * hash(salt + password) in lower-case hex, as the old systems computed it. Undefined if the character set cannot write
 * the password: then it is not the password that was hashed.
 */
async function legacyDigest(
  algorithm: LegacyAlgorithm,
  { wrapSalt = '', wrapCharset }: Pick<StoredPassword, 'wrapSalt' | 'wrapCharset'>,
  password: string,
): Promise<string | undefined> {
  const name = algorithm.toLowerCase();
  // OpenSSL can be built without SM3: name the cause instead of showing the library's error.
  if (!getHashes().includes(name)) throw new Error(`This runtime cannot compute ${algorithm}`);
  const text = wrapSalt + password;
  // Most passwords are ASCII, which both character sets write alike; the tables of GBK are loaded only for the others.
  const bytes =
    wrapCharset === undefined || /^[\x20-\x7e]*$/.test(text)
      ? Buffer.from(text)
      : (await import('./gbk.ts')).gbkBytes(text);
  return bytes && createHash(name).update(bytes).digest('hex');
}
