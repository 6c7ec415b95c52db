/** Epoch seconds of an instant, rounded down: the unit of times in tokens, tickets and sessions. */
export const epochSeconds = (at: Date): number => Math.floor(at.getTime() / 1000);

/** The instant at which an epoch second begins. */
export const fromEpochSeconds = (seconds: number): Date => new Date(seconds * 1000);
