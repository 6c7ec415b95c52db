/** Epoch seconds. */
export const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);

/** When the table forgets a ticket, epoch seconds: a day after its end, so that "expired" can be told from "never was". */
export const ttlAfter = (expiresAt: number): number => expiresAt + 86_400;
