import { nextMidnight } from '#domain/days.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { absentOr, below } from './expressions.ts';
import type { Check, Update } from './tables.ts';

/**
 * One counter in a row of Tickets that DynamoDB deletes after its time. Only the update below changes the counter, so
 * that a limit on it is exact under parallel calls.
 */
export interface Counter {
  readonly ticketKey: string;
  /** The kind of the row. */
  readonly kind: string;
  /** The name of the counter; a row may have several counters. */
  readonly counts: string;
  /** Epoch seconds. */
  readonly ttl: number;
}

/**
 * Until when (epoch seconds) a row of a Shanghai day is kept: one day longer than the day, so that every clock has seen
 * its end.
 */
export const dayRowExpiry = (now: Date): number => epochSeconds(nextMidnight(now)) + 86_400;

/**
 * Adds one, or takes one back.
 * @param most the write is refused if the counter has reached this number; absent: never refused
 */
export function countUpdate(
  { ticketKey, kind, counts, ttl }: Counter,
  { most, by = 1 }: { readonly most?: number | undefined; readonly by?: 1 | -1 } = {},
): Update {
  return {
    table: 'Tickets',
    key: { ticketKey },
    update: { add: { [counts]: by }, set: { kind, ttl } },
    ...(most === undefined ? {} : { condition: hasRoom(counts, most) }),
  };
}

/** The check that the counter is below `most`. */
export const roomCheck = (
  { ticketKey, counts }: Pick<Counter, 'ticketKey' | 'counts'>,
  most: number,
): Check => ({
  table: 'Tickets',
  key: { ticketKey },
  condition: hasRoom(counts, most),
});

const hasRoom = (counts: string, most: number) => absentOr(counts, below(counts, most));
