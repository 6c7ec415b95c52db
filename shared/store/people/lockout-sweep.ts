import { equals, exists } from '../dynamodb/expressions.ts';
import type { Db, Write } from '../dynamodb/tables.ts';
import { lockoutKey } from './lockout-row.ts';

/**
 * How many partitions of a day the sweep reads in parallel; a single one would be overloaded on a night with many
 * locks.
 */
export const sweepShards = 8;

export const sweepKeyOf = (day: string, shard: number): string => `${day}#${shard}`;

/** Computed from the whole key: its last character alone carries only four bits of the hash. */
export function shardOf(personKey: string): number {
  let sum = 0;
  for (let at = 0; at < personKey.length; at++) sum = (sum * 31 + personKey.charCodeAt(at)) % 1_000_003;
  return sum % sweepShards;
}

/** One page of the locked rows of a day's shard, for the midnight sweep (UNL-1). Reads the sparse index only. */
export const lockedRows = (db: Db, day: string, shard: number, from?: Record<string, string>) =>
  db.query<{ personKey: string; day: string }>('Lockouts', {
    index: 'sweep',
    condition: equals('sweepKey', sweepKeyOf(day, shard)),
    limit: 100,
    from,
  });

/** Removes the lock mark from the row of an ended day, once: the condition makes a second sweep skip the row. */
export function sweptUpdate(personKey: string, day: string): Write {
  return {
    table: 'Lockouts',
    key: lockoutKey(personKey, day),
    update: { remove: ['sweepKey'] },
    condition: exists('sweepKey'),
  };
}
