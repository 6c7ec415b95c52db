import type { Db, Item, ItemRef } from './tables.ts';

/** The most items that BatchGetItem takes. */
const itemsPerCall = 100;

/** Reads any number of items in parallel calls, strongly consistent, in the order of the keys. */
export async function batchGetAll<T extends object = Item>(
  db: Pick<Db, 'batchGet'>,
  keys: readonly ItemRef[],
): Promise<(T | undefined)[]> {
  const calls = Array.from({ length: Math.ceil(keys.length / itemsPerCall) }, (_, call) =>
    db.batchGet<T>(keys.slice(call * itemsPerCall, (call + 1) * itemsPerCall)),
  );
  return (await Promise.all(calls)).flat();
}
