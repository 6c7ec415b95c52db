/**
 * Chance that can be repeated: everything invented here follows from a seed and an index, never from earlier values.
 */
export interface Dice {
  /** 0 ≤ x < 1 */
  next(): number;
  /** Whether something happens that happens `share` (0–1) of the time. */
  happens(share: number): boolean;
  /** 0 ≤ n < `below` */
  below(below: number): number;
  pick<T>(choices: ArrayLike<T>): T;
}

/** FNV-1a: any text becomes a seed. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

const mixed = (value: number): number => {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
};

/** The dice of one thing: mulberry32 from a seed mixed with what it is for and its index. */
export function diceFor(seed: number, purpose: string, index: number): Dice {
  let state = mixed(seed ^ mixed(seedOf(purpose) ^ mixed(index) ^ Math.floor(index / 2 ** 32)));
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    happens: (share) => next() < share,
    pick: <T>(choices: ArrayLike<T>): T => {
      if (choices.length === 0) throw new Error('Nothing to pick from');
      return choices[below(choices.length)] as T;
    },
  };
}

/**
 * Spreads 0, 1, 2… over 0 ≤ x < `size` so that no number comes twice within `size`: distinct values without a list of
 * the ones already used.
 */
export function spread(size: number, seed: number, index: number): number {
  const start = BigInt(mixed(seed));
  const step = BigInt(coprimeNear(size));
  return Number((start + BigInt(index) * step) % BigInt(size));
}

const steps = new Map<number, number>();
function coprimeNear(size: number): number {
  const known = steps.get(size);
  if (known !== undefined) return known;
  let step = Math.max(1, Math.floor(size * 0.6180339887));
  while (commonDivisor(step, size) !== 1) step++;
  steps.set(size, step);
  return step;
}
const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));
