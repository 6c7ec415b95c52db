import { shanghaiDay } from '#domain/days.ts';
import { type Counter, countUpdate, dayRowExpiry, roomCheck } from '../dynamodb/counters.ts';
import type { Db, Write } from '../dynamodb/tables.ts';

/**
 * REG-9: names and numbers that were tried for a document and did not match, counted by the document's key and the
 * Shanghai day. The counter is stored beside the address budgets, because it ends with its day as they do. The counter
 * is no lock: whoever solves a challenge may go on.
 */
const counterOf = (personKey: string, now: Date, counts: 'misses' | 'nobody'): Counter => ({
  ticketKey: `m_${personKey}_${shanghaiDay(now)}`,
  kind: 'misses',
  counts,
  ttl: dayRowExpiry(now),
});

/**
 * Counts one miss.
 * @param most the tries that need no challenge; absent for a try that has solved one: it is counted and never refused
 */
export const missUpdate = (
  personKey: string,
  now: Date,
  most: number | undefined,
  onRefused: () => Error,
): Write => ({ ...countUpdate(counterOf(personKey, now, 'misses'), { most }), onRefused });

/** A match tells as much as a miss, so a match also uses one of the tries that need no challenge. */
export const missesLeftCheck = (
  personKey: string,
  now: Date,
  most: number,
  onRefused: () => Error,
): Write => ({ ...roomCheck(counterOf(personKey, now, 'misses'), most), onRefused });

/**
 * Counts a phone recovery for a person who does not exist, and returns the day's count, this one included. The answers
 * depend on the count, but it is never a lock.
 */
export async function countForUnknownPerson(db: Db, personKey: string, now: Date): Promise<number> {
  const written = await db.update<{ nobody: number }>(countUpdate(counterOf(personKey, now, 'nobody')));
  return written.ok ? written.item.nobody : 1;
}

/**
 * Changes nothing, but costs as much as the audit event of a failure, so that the answer for a person who does not
 * exist needs as many calls as any other.
 */
export const writeForUnknownPerson = (db: Db, personKey: string, now: Date) => {
  const { ticketKey, kind, ttl } = counterOf(personKey, now, 'nobody');
  return db.update({ table: 'Tickets', key: { ticketKey }, update: { set: { kind, ttl } } });
};
