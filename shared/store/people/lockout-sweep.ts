import { equals, exists } from '../dynamodb/expressions.ts';
import type { Db, Write } from '../dynamodb/tables.ts';
import { lockoutKey } from './lockout-row.ts';

/** The sweep reads this many partitions a day side by side; one would be hot on a bad night. */
export const sweepShards = 8;

export const sweepKeyOf = (day: string, shard: number): string => `${day}#${shard}`;

/** Over the whole key: its last character alone says only four bits of the hash. */
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

/** Takes the lock mark off an ended day's row, once: the condition makes a second sweep pass over it. */
export function sweptUpdate(personKey: string, day: string): Write {
  return {
    table: 'Lockouts',
    key: lockoutKey(personKey, day),
    update: { remove: ['sweepKey'] },
    condition: exists('sweepKey'),
  };
}
