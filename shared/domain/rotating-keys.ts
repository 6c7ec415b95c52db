/**
 * Keys are chosen by time, so that a rotation needs no coordination (SES-2): a new key is published first and signs
 * once every cache has seen it; the old key verifies until its last token has expired. Times are epoch seconds.
 */
export interface KeyTimes {
  readonly signFrom: number;
  /** Null while no newer key has replaced it. */
  readonly verifyUntil: number | null;
}
export interface RingKey extends KeyTimes {
  readonly kid: string;
}
export interface RotationTimes {
  /** At least as long as anybody caches the ring or the published keys. */
  readonly publishAheadSeconds: number;
  /** At least as long as a token lives. */
  readonly outliveSeconds: number;
}

/**
 * The key that signs now: the newest one whose time has begun (a ring is in the order of signing). If none has begun
 * (the clock was set back), the first one to begin, because without a signing key nobody could log in. Undefined for an
 * empty ring.
 */
export const signingKey = <K extends RingKey>(ring: readonly K[], now: number): K | undefined =>
  ring.findLast((key) => key.signFrom <= now) ?? ring[0];

/** The keys that verify (and are published) now, including those that do not sign yet. */
export const verifyingKeys = <K extends RingKey>(ring: readonly K[], now: number): K[] =>
  ring.filter((key) => key.verifyUntil === null || key.verifyUntil > now);

/**
 * The ring after a rotation: `fresh` is added, the key before it gets an end, and keys whose end has passed are
 * dropped. The very first key signs at once. A second rotation with the same kid changes nothing more, so a rotation
 * that failed half-way may run again.
 */
export function rotate<Material extends { readonly kid: string }>(
  ring: readonly (NoInfer<Material> & KeyTimes)[],
  fresh: Material,
  now: number,
  times: RotationTimes,
): (Material & KeyTimes)[] {
  const kept = verifyingKeys(ring, now);
  if (kept.some((key) => key.kid === fresh.kid)) return kept;
  // A key never signs earlier than the key before it, even if the clock went back: ring order is signing order.
  const signFrom =
    kept.length === 0 ? now : Math.max(now + times.publishAheadSeconds, ...kept.map((key) => key.signFrom));
  const succeeded = kept.map((key) =>
    key.verifyUntil === null ? { ...key, verifyUntil: signFrom + times.outliveSeconds } : key,
  );
  return [...succeeded, { ...fresh, signFrom, verifyUntil: null }];
}
