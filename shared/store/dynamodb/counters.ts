import { nextMidnight } from '#domain/days.ts';
import { absentOr, below } from './expressions.ts';
import type { Check, Update } from './tables.ts';

/**
 * One number under a primary key, in a row of Tickets that dies with its time. The number is changed by the update below alone,
 * so that a limit on it is exact under parallel calls.
 */
export interface Counter {
  readonly ticketKey: string;
  /** Of the row. */
  readonly kind: string;
  /** The number's own name: a row may have several. */
  readonly counts: string;
  /** Epoch seconds. */
  readonly ttl: number;
}

/** Until when a row of a Shanghai day is kept: a day after it, so that its end may be seen on any clock. Epoch seconds. */
export const dayRowExpiry = (now: Date): number => Math.floor(nextMidnight(now).getTime() / 1000) + 86_400;

/**
 * Counts one, or takes one back.
 * @param most refused where so many are counted already; none: never refused
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

/** That fewer than `most` are counted. */
export const roomCheck = (
  { ticketKey, counts }: Pick<Counter, 'ticketKey' | 'counts'>,
  most: number,
): Check => ({
  table: 'Tickets',
  key: { ticketKey },
  condition: hasRoom(counts, most),
});

const hasRoom = (counts: string, most: number) => absentOr(counts, below(counts, most));
