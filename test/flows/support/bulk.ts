import { marshall } from '@aws-sdk/util-dynamodb';
import type { TableName } from '#contract/tables.ts';
import type { TestRuntime } from '../../support/runtime.ts';
import type { OnlyKnown, StoredRow } from '../../support/stored-rows.ts';

const perCall = 25;
const atOnce = 6;

/** Writes items directly into a table, without the functions; as many as a province has. Fails if one is left out. */
export async function putAll<Table extends TableName, Row extends StoredRow<Table>>(
  runtime: TestRuntime,
  table: Table,
  items: readonly (Row & OnlyKnown<Row, Table>)[],
): Promise<void> {
  const name = runtime.tables.find((one) => one.endsWith(`-${table}`)) ?? table;
  const batches = Array.from({ length: Math.ceil(items.length / perCall) }, (_, at) =>
    items.slice(at * perCall, (at + 1) * perCall),
  );
  const take = async (): Promise<void> => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      const { UnprocessedItems } = await runtime.dynamodb('BatchWriteItem', {
        RequestItems: {
          [name]: batch.map((item) => ({
            PutRequest: { Item: marshall(item, { removeUndefinedValues: true }) },
          })),
        },
      });
      if (Object.keys(Object(UnprocessedItems)).length > 0)
        throw new Error(`${table}: some items are left out`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, take));
}

/** Runs an action and returns what its calls cost a function. */
export async function costOf<T>(runtime: TestRuntime, functionName: string, run: () => Promise<T>) {
  runtime.resetUsage();
  const result = await run();
  const { calls = 0, readUnits = 0, longestChain = 0 } = runtime.usage()[functionName] ?? {};
  return { result, calls, readUnits, longestChain };
}
