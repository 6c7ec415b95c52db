import { marshall } from '@aws-sdk/util-dynamodb';
import type { Door } from '../../support/door.ts';

const perCall = 25;
const atOnce = 6;

/** Writes items directly into a table, without the functions; as many as a province has. */
export async function putAll(door: Door, table: string, items: readonly object[]): Promise<void> {
  const name = door.tables.find((one) => one.endsWith(`-${table}`)) ?? table;
  const batches = Array.from({ length: Math.ceil(items.length / perCall) }, (_, at) =>
    items.slice(at * perCall, (at + 1) * perCall),
  );
  const take = async (): Promise<void> => {
    for (let batch = batches.shift(); batch; batch = batches.shift())
      await door.dynamodb('BatchWriteItem', {
        RequestItems: {
          [name]: batch.map((item) => ({
            PutRequest: { Item: marshall(item, { removeUndefinedValues: true }) },
          })),
        },
      });
  };
  await Promise.all(Array.from({ length: atOnce }, take));
}

/** Runs an action and returns what its calls cost a function. */
export async function costOf<T>(door: Door, functionName: string, run: () => Promise<T>) {
  door.resetUsage();
  const result = await run();
  const { calls = 0, readUnits = 0, longestChain = 0 } = door.usage()[functionName] ?? {};
  return { result, calls, readUnits, longestChain };
}
