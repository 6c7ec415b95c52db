import { randomBytes, randomInt } from 'node:crypto';

/** A new handle: 192 random bits that nobody can guess, 32 characters base64url. */
export const newHandle = (): string => randomBytes(24).toString('base64url');

/**
 * `count` decimal digits, each combination equally likely (SMS-2).
 * One draw instead of a modulo per digit: node's `randomInt` rejects the biased rest itself, up to 2^48.
 */
export function digits(count: number): string {
  if (!Number.isInteger(count) || count < 1 || count > 14) throw new RangeError('1 to 14 digits');
  return String(randomInt(10 ** count)).padStart(count, '0');
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const timeLength = 10;
const randomLength = 16;
/**
 * A clock that falls back further than this was wrong before. A smaller step back is an adjustment: ids go on from the
 * last time.
 */
const toleratedStepBackMilliseconds = 60_000;

let lastTime = -1;
let lastDigits: number[] = [];

/**
 * A ULID: 26 characters of Crockford base32, 48 bits of time before 80 random bits, so that keys sort by time.
 * Within a process ids grow strictly, also inside a millisecond and while the clock steps back a little.
 */
export function ulid(now: Date): string {
  const time = now.getTime();
  if (!(time >= 0 && time < 2 ** 48)) throw new RangeError('a ULID needs a time from 1970 to 10889');
  if (time > lastTime || lastTime - time > toleratedStepBackMilliseconds) {
    lastTime = time;
    lastDigits = Array.from(randomBytes(randomLength), (byte) => byte & 31);
  } else {
    increment();
  }
  return encodeTime(lastTime) + lastDigits.map((digit) => alphabet[digit]).join('');
}

function increment(): void {
  for (let i = randomLength - 1; i >= 0; i--) {
    const digit = lastDigits[i] ?? 0;
    if (digit < 31) {
      lastDigits[i] = digit + 1;
      return;
    }
    lastDigits[i] = 0;
  }
  // All 80 bits were used up: borrow the next millisecond rather than repeat an id.
  lastTime += 1;
}

function encodeTime(time: number): string {
  let rest = time;
  let text = '';
  for (let i = 0; i < timeLength; i++) {
    text = alphabet[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
