import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { secretKey } from './secret-key.ts';

/**
 * What the secret `root` is stretched into: the keys of personal fields. Peppers are versioned (PWD-3: the newest
 * hashes, older ones still verify); the index key stays with root 1, because a new one means re-keying every table.
 */
export interface Keys {
  readonly indexKey: Buffer;
  readonly peppers: ReadonlyMap<number, Buffer>;
  /** The pepper that new passwords get: the highest version. */
  readonly pepperVersion: number;
}

/**
 * What the secret `handles` is stretched into: the keys of what we hand out and get back. Who has them learns nothing of
 * a person, and they can be replaced in minutes: what passes takes the newest version, what others keep (the pseudonyms
 * of a person at a tax system, of an agent at a client) stays with version 1.
 */
export interface HandleKeys {
  readonly codeKey: Buffer;
  readonly refreshKey: Buffer;
  readonly challengeKey: Buffer;
  readonly addressKey: Buffer;
  readonly pseudonymKey: Buffer;
}

/** Shorter roots are a mistake in the secret, not a choice. */
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
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new Error(`The secret ${secret} is not JSON`);
  }
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

/** One letter a kind, so that a key in a table or a log says what it is the key of (and nothing more). */
const indexLetters = {
  person: 'p',
  phone: 'n',
  username: 'u',
  company: 'c',
  handler: 'h',
} as const;
export type IndexKind = keyof typeof indexLetters;

/** The same of what we hand out: it stands for something, and is no way back to a number. */
const handleLetters = { address: 'a', pseudonym: 's', agent: 'g', meant: 'm' } as const;
export type HandleKind = keyof typeof handleLetters;

/** The version of the index key, part of every key made with it: `p1_…`. */
const indexVersion = 1;

/**
 * The table key of something that may not stand there in clear (DOC-4): keyed, so that nobody who sees a table
 * can try all phone numbers. Equal values give equal keys; kinds never meet.
 */
export const indexKey = (keys: Keys, kind: IndexKind, value: string): string =>
  `${indexLetters[kind]}${indexVersion}_${macOf(keys.indexKey, kind, value)}`;

/** What stands for an address in the budgets, a person at a tax system, an agent at a client, a company that a request means. */
export const handleKey = (keys: HandleKeys, kind: HandleKind, value: string): string =>
  `${handleLetters[kind]}1_${macOf(kind === 'address' ? keys.addressKey : keys.pseudonymKey, kind, value)}`;

const macOf = (key: Buffer, kind: string, value: string): string =>
  createHmac('sha256', secretKey(key)).update(`${kind}\0${value}`).digest('base64url');

/** The key of a person, account or none. Takes the normalised number (DOC-2). */
export const personKey = (keys: Keys, documentType: string, documentNumber: string): string =>
  indexKey(keys, 'person', `${documentType}|${documentNumber}`);

/** The key of a mainland phone number of 11 digits. */
export const phoneKey = (keys: Keys, phone: string): string => indexKey(keys, 'phone', phone);

/**
 * What is stored of an SMS code (SMS-2): bound to purpose, ticket and phone, so that a code never serves
 * elsewhere. A keyed hash and not a slow one: six digits fall to any guessing, only the key protects them.
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

/** @throws Error for a version that the secret does not hold (yet): see `getKeys` in the gateway. */
export function pepper(keys: Keys, version: number): Buffer {
  const found = keys.peppers.get(version);
  if (!found) throw new Error(`The secret root has no pepper version ${version}`);
  return found;
}

/** Compares two texts without telling by time where they differ; lengths are no secret. */
export function constantTimeEqual(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
