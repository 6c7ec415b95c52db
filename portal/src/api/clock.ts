/**
 * Countdowns use the API's clock, not this machine's, which may be wrong (and which the local runtime's virtual clock
 * does not follow). The Date header of every answer shows the difference between the two.
 */
let serverAheadMs = 0;

export function syncServerClock(date: string | null): void {
  const server = Date.parse(date ?? '');
  if (!Number.isNaN(server)) serverAheadMs = server - Date.now();
}
export const serverNow = (): number => Date.now() + serverAheadMs;

/** Whole seconds until an instant of the API, at least 0. */
export const secondsUntil = (instant: string): number =>
  Math.max(0, Math.ceil((Date.parse(instant) - serverNow()) / 1000));

/** `2026-11-23 09:30` in Shanghai, in the form of the API's sentences. */
export const formatTime = (instant: string): string =>
  new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
