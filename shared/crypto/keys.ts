import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { parseSecret } from './secret-json.ts';
import { secretKey } from './secret-key.ts';

/**
 * The keys for personal fields, derived from the secret `root`. Peppers have versions (PWD-3: the newest hashes new
 * passwords, older ones still verify). The index key always comes from version 1 of root, because a new index key would
 * mean new keys for every row of every table.
 */
export interface Keys {
  readonly indexKey: Buffer;
  readonly peppers: ReadonlyMap<number, Buffer>;
  /** The version of the pepper for new passwords: the highest. */
  readonly pepperVersion: number;
}

/**
 * The keys for what we hand out and get back, derived from the secret `handles`. Whoever knows these keys learns
 * nothing about a person, and the keys can be replaced within minutes. Short-lived values use the newest version.
 * Values that others keep (the pseudonym of a person at a tax system, of an agent at a client) stay with version 1.
 */
export interface HandleKeys {
  readonly codeKey: Buffer;
  readonly refreshKey: Buffer;
  readonly challengeKey: Buffer;
  readonly addressKey: Buffer;
  readonly pseudonymKey: Buffer;
}

/** A shorter root is a mistake in the secret. */
const minimumRootLength = 32;

/**
 * @param rootJson `{"1": "<64 characters>", "2"?: …}`, the value of the secret `root`.
 * @throws Error where the secret is a placeholder or broken; says nothing of its content.
 */
export function deriveKeys(rootJson: string): Keys {
  const { roots, first } = parseVersions('root', rootJson);
  return {
    indexKey: derive(first, 'index/1'),
    peppers: new Map([...roots].map(([version, root]) => [version, derive(root, `pepper/${version}`)])),
    pepperVersion: Math.max(...roots.keys()),
  };
}

/**
 * @param handlesJson `{"1": "<64 characters>", "2"?: …}`, the value of the secret `handles`.
 * @throws Error where the secret is a placeholder or broken; says nothing of its content.
 */
export function deriveHandleKeys(handlesJson: string): HandleKeys {
  const { roots, first } = parseVersions('handles', handlesJson);
  const newest = roots.get(Math.max(...roots.keys())) ?? first;
  return {
    codeKey: derive(newest, 'sms-code/1'),
    refreshKey: derive(newest, 'refresh/1'),
    challengeKey: derive(newest, 'challenge/1'),
    addressKey: derive(newest, 'address/1'),
    pseudonymKey: derive(first, 'pseudonym/1'),
  };
}

const derive = (root: string, label: string): Buffer =>
  Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), `ahtax-door/${label}`, 32));

function parseVersions(
  secret: 'root' | 'handles',
  json: string,
): { readonly roots: Map<number, string>; readonly first: string } {
  const parsed = parseSecret(secret, json);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new Error(`The secret ${secret} is not an object of versions`);
  }
  const roots = new Map<number, string>();
  for (const [version, root] of Object.entries(parsed)) {
    if (!/^[1-9]\d{0,5}$/.test(version))
      throw new Error(`The secret ${secret} has a version that is no number`);
    if (typeof root !== 'string' || root.length < minimumRootLength) {
      throw new Error(`The secret ${secret} is too short in version ${version}`);
    }
    roots.set(Number(version), root);
  }
  const first = roots.get(1);
  if (!first) throw new Error(`The secret ${secret} has no version 1`);
  return { roots, first };
}

/**
 * One letter for each kind, so that a key in a table or log shows what kind of thing it stands for, and nothing more.
 */
const indexLetters = {
  person: 'p',
  phone: 'n',
  username: 'u',
  company: 'c',
  handler: 'h',
} as const;
export type IndexKind = keyof typeof indexLetters;

/** The same for handles that we give out: a handle stands for a thing, and nobody can compute the number from it. */
const handleLetters = { address: 'a', pseudonym: 's', agent: 'g', meant: 'm' } as const;
export type HandleKind = keyof typeof handleLetters;

/** The version of the index key, part of every key made with it: `p1_…`. */
const indexVersion = 1;

/**
 * The table key for a value that may not be stored in clear (DOC-4). The key is an HMAC, so that nobody who sees a
 * table can try all phone numbers. Equal values give equal keys; values of different kinds never share one.
 */
export const indexKey = (keys: Keys, kind: IndexKind, value: string): string =>
  `${indexLetters[kind]}${indexVersion}_${macOf(keys.indexKey, kind, value)}`;

/**
 * The handle that stands for an address in the budgets, a person at a tax system, an agent at a client, or a company
 * that a request names.
 */
export const handleKey = (keys: HandleKeys, kind: HandleKind, value: string): string =>
  `${handleLetters[kind]}1_${macOf(kind === 'address' ? keys.addressKey : keys.pseudonymKey, kind, value)}`;

const macOf = (key: Buffer, kind: string, value: string): string =>
  createHmac('sha256', secretKey(key)).update(`${kind}\0${value}`).digest('base64url');

/** The key of a person, with or without an account. Takes the normalised number (DOC-2). */
export const personKey = (keys: Keys, documentType: string, documentNumber: string): string =>
  indexKey(keys, 'person', `${documentType}|${documentNumber}`);

/** The key of a mainland phone number of 11 digits. */
export const phoneKey = (keys: Keys, phone: string): string => indexKey(keys, 'phone', phone);

/**
 * The stored form of an SMS code (SMS-2), bound to purpose, ticket and phone, so that a code never works elsewhere. A
 * keyed hash, not a slow one: six digits can always be guessed from a hash, and only the key prevents that.
 */
export function codeHash(
  keys: HandleKeys,
  purpose: string,
  ticketId: string,
  phone: string,
  code: string,
): string {
  const bound = JSON.stringify([purpose, ticketId, phone, code]);
  return createHmac('sha256', secretKey(keys.codeKey)).update(bound).digest('base64url');
}

/** @throws Error for a version that the secret does not hold, or not yet: see `getKeys` in the gateway. */
export function pepper(keys: Keys, version: number): Buffer {
  const found = keys.peppers.get(version);
  if (!found) throw new Error(`The secret root has no pepper version ${version}`);
  return found;
}

/** Compares two texts so that the time taken does not show where they differ; their lengths are no secret. */
export function constantTimeEqual(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
