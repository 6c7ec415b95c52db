import { shanghaiDay } from '#domain/days.ts';
import { type Counter, countUpdate, dayRowExpiry, roomCheck } from '../dynamodb/counters.ts';
import type { Db, Write } from '../dynamodb/tables.ts';

/**
 * REG-9: names and numbers that were tried against a document and did not fit, by the document's key and the Shanghai
 * day. A row beside the address budgets, because it dies with its day like they do and is no lock: nobody is kept out
 * by it who solves a challenge.
 */
const counterOf = (personKey: string, now: Date, counts: 'misses' | 'nobody'): Counter => ({
  ticketKey: `m_${personKey}_${shanghaiDay(now)}`,
  kind: 'misses',
  counts,
  ttl: dayRowExpiry(now),
});

/**
 * Counts one miss.
 * @param most the tries that need no challenge; none for a try that has solved one: it counts, and is never refused
 */
export const missUpdate = (
  personKey: string,
  now: Date,
  most: number | undefined,
  onRefused: () => Error,
): Write => ({ ...countUpdate(counterOf(personKey, now, 'misses'), { most }), onRefused });

/** A try that fits tells as much as one that does not, so it too is one of the tries that need no challenge. */
export const missesLeftCheck = (
  personKey: string,
  now: Date,
  most: number,
  onRefused: () => Error,
): Write => ({ ...roomCheck(counterOf(personKey, now, 'misses'), most), onRefused });

/** Recoveries of the day for somebody who does not exist, this one included: what their answers go by, never a lock. */
export async function countNobody(db: Db, personKey: string, now: Date): Promise<number> {
  const written = await db.update<{ nobody: number }>(countUpdate(counterOf(personKey, now, 'nobody')));
  return written.ok ? written.item.nobody : 1;
}

/**
 * Changes nothing: costs what the event of a failure costs, so that the answer for somebody who does not exist comes
 * after as many calls as any other.
 */
export const writeForNobody = (db: Db, personKey: string, now: Date) => {
  const { ticketKey, kind, ttl } = counterOf(personKey, now, 'nobody');
  return db.update({ table: 'Tickets', key: { ticketKey }, update: { set: { kind, ttl } } });
};
