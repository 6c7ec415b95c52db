import { nextMidnight, shanghaiDay } from '#domain/days.ts';
import type { Check, Db, Update, Write } from './db.ts';

/**
 * REG-9: names and numbers that were tried against a document and did not fit, by the document's key and the Shanghai
 * day. A row beside the address budgets, because it dies with its day like they do and is no lock: nobody is kept out
 * by it who solves a challenge. One number, changed only by the writes below, so that it is exact under parallel tries.
 */
const rowOf = (personKey: string, now: Date) => ({ ticketKey: `m_${personKey}_${shanghaiDay(now)}` });
const ttlOf = (now: Date): number => Math.floor(nextMidnight(now).getTime() / 1000) + 86_400;

/**
 * Counts one miss.
 * @param most the tries that need no challenge; none for a try that has solved one: it counts, and is never refused
 */
export const missWrite = (
  personKey: string,
  now: Date,
  most: number | undefined,
  otherwise: () => Error,
): Write & Update => ({
  table: 'Tickets',
  key: rowOf(personKey, now),
  set: 'ADD #misses :one SET kind = :kind, #ttl = :ttl',
  names: { '#misses': 'misses', '#ttl': 'ttl' },
  ...(most === undefined ? {} : { when: 'attribute_not_exists(#misses) OR #misses < :most' }),
  values: {
    ':one': 1,
    ':kind': 'misses',
    ':ttl': ttlOf(now),
    ...(most === undefined ? {} : { ':most': most }),
  },
  otherwise,
});

/** A try that fits tells as much as one that does not, so it too is one of the tries that need no challenge. */
export const missesLeftWrite = (
  personKey: string,
  now: Date,
  most: number,
  otherwise: () => Error,
): Write & Check => ({
  table: 'Tickets',
  key: rowOf(personKey, now),
  when: 'attribute_not_exists(#misses) OR #misses < :most',
  names: { '#misses': 'misses' },
  values: { ':most': most },
  otherwise,
});

/** Recoveries of the day for somebody who does not exist, this one included: what their answers go by, never a lock. */
export async function countNobody(db: Db, personKey: string, now: Date): Promise<number> {
  const written = await db.update<{ nobody: number }>({
    table: 'Tickets',
    key: rowOf(personKey, now),
    set: 'ADD nobody :one SET kind = :kind, #ttl = :ttl',
    names: { '#ttl': 'ttl' },
    values: { ':one': 1, ':kind': 'misses', ':ttl': ttlOf(now) },
  });
  return written.ok ? written.item.nobody : 1;
}
