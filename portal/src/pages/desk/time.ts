const shanghaiMs = 8 * 3_600_000;
const dayMs = 86_400_000;

/** `2026-11-23 09:30:05` in Shanghai. */
export const exactTime = (instant: string | number): string =>
  new Date(new Date(instant).getTime() + shanghaiMs).toISOString().slice(0, 19).replace('T', ' ');

/** Whole seconds until the next midnight in Shanghai, at least 1. */
export const secondsToMidnight = (nowMs: number): number =>
  Math.ceil((dayMs - ((nowMs + shanghaiMs) % dayMs)) / 1000);

/** The value of an `<input type="datetime-local">`, read as Shanghai time. */
export const instantOf = (local: string): string => `${local.length === 16 ? `${local}:00` : local}+08:00`;
