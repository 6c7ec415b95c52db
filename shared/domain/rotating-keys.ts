/**
 * Choosing keys by time, so that a rotation needs no coordination (SES-2): a new key is published first, signs once
 * every cache has seen it, and the old one verifies until its last token has expired. Times in epoch seconds.
 */
export interface KeyTimes {
  readonly signFrom: number;
  /** null while nothing has succeeded it. */
  readonly verifyUntil: number | null;
}
export interface RingKey extends KeyTimes {
  readonly kid: string;
}
export interface RotationTimes {
  /** At least as long as anybody caches the ring or its published keys. */
  readonly publishAheadSeconds: number;
  /** At least as long as a token lives. */
  readonly outliveSeconds: number;
}

/**
 * The key that signs now: the newest that has begun. Where none has begun (the clock was set back) the first to
 * begin, since a ring without a signer would stop every login. Undefined for an empty ring.
 */
export function signingKey<K extends RingKey>(ring: readonly K[], now: number): K | undefined {
  let begun: K | undefined;
  let first: K | undefined;
  for (const key of ring) {
    if (key.signFrom <= now && (begun === undefined || key.signFrom >= begun.signFrom)) begun = key;
    if (first === undefined || key.signFrom < first.signFrom) first = key;
  }
  return begun ?? first;
}

/** The keys that verify (and are published) now, those that do not sign yet included. */
export const verifyingKeys = <K extends RingKey>(ring: readonly K[], now: number): K[] =>
  ring.filter((key) => key.verifyUntil === null || key.verifyUntil > now);

/**
 * The ring after a rotation: `fresh` joins, its predecessor gets its end, what has ended is dropped.
 * The very first key signs at once. Repeating a rotation with the same kid changes nothing more, so a rotation
 * that died half-way may run again.
 */
export function rotate<Material extends { readonly kid: string }>(
  ring: readonly (NoInfer<Material> & KeyTimes)[],
  fresh: Material,
  now: number,
  times: RotationTimes,
): (Material & KeyTimes)[] {
  const kept = verifyingKeys(ring, now);
  if (kept.some((key) => key.kid === fresh.kid)) return kept;
  // Never before a predecessor, even where the clock went back: the order of the ring stays the order of signing.
  const signFrom =
    kept.length === 0 ? now : Math.max(now + times.publishAheadSeconds, ...kept.map((key) => key.signFrom));
  const succeeded = kept.map((key) =>
    key.verifyUntil === null ? { ...key, verifyUntil: signFrom + times.outliveSeconds } : key,
  );
  return [...succeeded, { ...fresh, signFrom, verifyUntil: null }];
}
