import { createHash } from 'node:crypto';
import { clockHour, isoShanghai } from '#domain/days.ts';
import { epochSeconds, fromEpochSeconds } from '#domain/epoch.ts';
import { Problem } from '#domain/problem.ts';
import { countUpdate } from '../dynamodb/counters.ts';
import type { Db, Write } from '../dynamodb/tables.ts';

/** Stands for the registry feed, which is no office: no office's name contains a line break. */
export const feedOffice = '\nregistry-feed';

/**
 * The row that counts the orders of an office within a clock hour (ORD-1). One row per office and hour, deleted a day
 * later.
 */
const hourKey = (office: string, now: Date): { ticketKey: string } => ({
  ticketKey: `o_${createHash('sha256').update(office).digest('base64url')}_${clockHour(now).from}`,
});

/**
 * Counts one order of an office, in the transaction of the order: of any number given simultaneously exactly `most`
 * succeed. Refused with TOO_MANY_REQUESTS {retryAt}, the beginning of the next hour.
 */
export function orderCountUpdate(office: string, now: Date, most: number): Write {
  const { until } = clockHour(now);
  const counter = { ...hourKey(office, now), kind: 'orders', counts: 'count', ttl: until + 86_400 };
  return {
    ...countUpdate(counter, { most }),
    onRefused: () =>
      new Problem('TOO_MANY_REQUESTS', {
        retryAt: isoShanghai(fromEpochSeconds(until)),
        retryAfter: Math.max(1, until - epochSeconds(now)),
      }),
  };
}

/** The number of an office's orders in the running hour. */
export async function ordersInHour(db: Db, office: string, now: Date): Promise<number> {
  const row = await db.get<{ count: number }>('Tickets', hourKey(office, now));
  return row?.count ?? 0;
}
