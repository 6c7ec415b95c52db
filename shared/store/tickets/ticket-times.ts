/**
 * When the table may delete a ticket (epoch seconds): a day after its end, so that "expired" can be told from "never
 * existed".
 */
export const ttlAfter = (expiresAt: number): number => expiresAt + 86_400;
