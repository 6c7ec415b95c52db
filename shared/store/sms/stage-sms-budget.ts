import { clockHour } from '#domain/days.ts';
import type { Item, Write } from '../dynamodb/tables.ts';

/**
 * SMS-4: the sends of the whole stage in an hour that strangers asked for. Each send is counted in its own transaction,
 * spread over several rows so that none is overloaded; the rows are summed in parallel to the ticket's read. The sum
 * lacks only the sends in progress at that moment.
 */
const shards = 8;
const keyOf = (now: Date, shard: number) => ({ phoneKey: `hour/${clockHour(now).from}/${shard}` });

export const stageBudgetKeys = (now: Date) =>
  Array.from({ length: shards }, (_, shard) => ({ table: 'SmsWindows' as const, key: keyOf(now, shard) }));
export const stageSendsOf = (rows: readonly (Item | undefined)[]): number =>
  rows.reduce((sum, row) => sum + ((row?.strangers as number | undefined) ?? 0), 0);

/** Counts one, or takes it back from the row in which it was counted. */
export const stageSendUpdate = (now: Date, shard: number, by: 1 | -1): Write => ({
  table: 'SmsWindows',
  key: keyOf(now, shard),
  update: { set: { ttl: clockHour(now).until + 3600 }, add: { strangers: by } },
});
/** @param random from 0 to 1, never 1 itself */
export const randomShard = (random: number): number => Math.floor(random * shards);
