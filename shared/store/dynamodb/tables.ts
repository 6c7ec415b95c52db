import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type BatchGetCommandOutput,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type TableName, tableVariable } from '#contract/tables.ts';
import { Problem } from '#domain/problem.ts';
import { budgetSignal } from '#gateways/time-budget.ts';
import { openClient } from './client.ts';
import { backOff, type Cancelled, errorName, retryOnConflict } from './conflicts.ts';
import { type Changes, type Condition, compile, type Expressed } from './expressions.ts';

/** An item as stored. The store modules give it a type; no other code sees attribute names. */
export type Item = Record<string, unknown>;
export type Key = Record<string, string>;
/** Names one item to read. */
export interface ItemRef {
  readonly table: TableName;
  readonly key: Key;
}

type Expression = Omit<Expressed, 'update'>;
export interface Update extends Expression {
  readonly table: TableName;
  readonly key: Key;
  readonly update: Changes;
}
export interface Put extends Expression {
  readonly table: TableName;
  readonly put: Item;
}
/** Deletes an item; only inside a transaction. */
export interface Removal extends Expression {
  readonly table: TableName;
  readonly remove: Key;
}
export interface Check extends Expression {
  readonly table: TableName;
  readonly key: Key;
  readonly condition: Condition;
}
/** One write of a transaction, and what its refusal means: the error to throw, given the item that was found. */
export type Write = (Update | Put | Removal | Check) & {
  readonly onRefused?: (old: Item | undefined) => Error;
};

export type RefusableUpdate = Update & Pick<Write, 'onRefused'>;
export type RefusableCheck = Check & Pick<Write, 'onRefused'>;
export type RefusablePut = Put & Pick<Write, 'onRefused'>;

/** The outcome of a single conditional write. */
export type WriteResult<T> =
  | { readonly ok: true; readonly item: T }
  | { readonly ok: false; readonly old: T | undefined };

/** The outcome of a transaction: done, or the first write whose condition failed, with the item that was found. */
export type TransactionResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly refusedBy: Write;
      readonly item: Item | undefined;
      /** The error of that write's `onRefused`; STATE_CONFLICT if the write has none. */
      readonly problem: Error;
    };

export type Db = ReturnType<typeof openTables>;

/** For one call with all its tries: it is aborted when the invocation's time ends (ERR-02). */
function inTime(): { abortSignal?: AbortSignal } {
  const abortSignal = budgetSignal();
  return abortSignal ? { abortSignal } : {};
}

/** The tables of this function, by the names that its environment gives. */
export function openTables() {
  let opened: DynamoDBDocumentClient | undefined;
  const client = (): DynamoDBDocumentClient => {
    opened ??= openClient();
    return opened;
  };
  const names = new Map<TableName, string>();
  const name = (table: TableName): string => {
    const deployed = names.get(table) ?? process.env[tableVariable(table)];
    if (!deployed) throw new Error(`This function's contract does not list the table ${table}`);
    names.set(table, deployed);
    return deployed;
  };
  const expression = (e: Expressed) => {
    const { condition, update, names, values } = compile(e);
    return {
      ConditionExpression: condition,
      UpdateExpression: update,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    };
  };

  return {
    /** Reads one item, strongly consistent unless the caller says otherwise. */
    async get<T extends object>(
      table: TableName,
      key: Key,
      { consistent = true } = {},
    ): Promise<T | undefined> {
      const { Item: item } = await client().send(
        new GetCommand({ TableName: name(table), Key: key, ConsistentRead: consistent }),
        inTime(),
      );
      return item as T | undefined;
    },

    /** Reads up to 100 items of several tables in one call, strongly consistent, in the order of the keys. */
    async batchGet<T extends object = Item>(keys: readonly ItemRef[]): Promise<(T | undefined)[]> {
      const request: Record<string, { Keys: Key[]; ConsistentRead: true }> = {};
      for (const { table, key } of keys) {
        const of = name(table);
        request[of] ??= { Keys: [], ConsistentRead: true };
        request[of].Keys.push(key);
      }
      const found = new Map<string, Item>();
      let pending: BatchGetCommandInput['RequestItems'] = request;
      for (let attempt = 0; pending && Object.keys(pending).length > 0; attempt++) {
        if (attempt > 5) throw new Error('BatchGetItem left keys unprocessed');
        if (attempt > 0) await backOff(attempt);
        const answer: BatchGetCommandOutput = await client().send(
          new BatchGetCommand({ RequestItems: pending }),
          inTime(),
        );
        for (const [table, items] of Object.entries(answer.Responses ?? {})) {
          const keyNames = Object.keys(request[table]?.Keys[0] ?? {});
          for (const item of items) found.set(`${table}\n${keyNames.map((k) => item[k]).join('\n')}`, item);
        }
        pending = answer.UnprocessedKeys;
      }
      return keys.map(
        ({ table, key }) => found.get(`${name(table)}\n${Object.values(key).join('\n')}`) as T | undefined,
      );
    },

    /** One page of a query on a table or index. Indexes are eventually consistent: they serve lists, never rules. */
    async query<T extends object>(
      table: TableName,
      q: {
        index?: string;
        condition: Condition;
        filter?: Condition;
        limit?: number;
        backwards?: boolean;
        /** Strongly consistent; possible only on a table's own key, from which a rule may read. */
        consistent?: boolean;
        from?: Key | undefined;
      },
    ): Promise<{ items: T[]; next?: Key | undefined }> {
      const { condition, filter, names, values } = compile(q);
      const { Items = [], LastEvaluatedKey: last } = await client().send(
        new QueryCommand({
          TableName: name(table),
          IndexName: q.index,
          KeyConditionExpression: condition,
          FilterExpression: filter,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: values,
          Limit: q.limit,
          ScanIndexForward: !q.backwards,
          ConsistentRead: q.consistent,
          ExclusiveStartKey: q.from,
        }),
        inTime(),
      );
      return { items: Items as T[], next: last };
    },

    /**
     * A single conditional update. A refusal is returned as a result that carries the item as it is, without a second
     * read.
     */
    async update<T extends object>(u: Update): Promise<WriteResult<T>> {
      try {
        const { Attributes: item } = await retryOnConflict(() =>
          client().send(
            new UpdateCommand({
              TableName: name(u.table),
              Key: u.key,
              ...expression(u),
              ReturnValues: 'ALL_NEW',
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            }),
            inTime(),
          ),
        );
        return { ok: true, item: item as T };
      } catch (error) {
        if (errorName(error) !== 'ConditionalCheckFailedException') throw error;
        return { ok: false, old: refusedItem(error) as T | undefined };
      }
    },

    /** A single conditional put; false if its condition did not hold. */
    async put(p: Put): Promise<boolean> {
      try {
        await retryOnConflict(() =>
          client().send(
            new PutCommand({ TableName: name(p.table), Item: p.put, ...expression(p) }),
            inTime(),
          ),
        );
        return true;
      } catch (error) {
        if (errorName(error) !== 'ConditionalCheckFailedException') throw error;
        return false;
      }
    },

    /**
     * Writes all or nothing. The first write whose condition fails decides the error: its `onRefused`, or
     * STATE_CONFLICT.
     */
    async transact(writes: readonly Write[]): Promise<void> {
      const result = await tryTransact(writes);
      if (!result.ok) throw result.problem;
    },
    tryTransact,
  };

  /**
   * A transaction for a caller that continues after a refusal: the result tells which write was refused. The
   * transaction is one TransactWriteItems. The SDK sends the same token in all tries, so that a lost answer does not
   * apply it twice.
   */
  async function tryTransact(writes: readonly Write[]): Promise<TransactionResult> {
    const TransactItems = writes.map((w) => {
      const common = {
        TableName: name(w.table),
        ...expression(w),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      };
      if ('put' in w) return { Put: { ...common, Item: w.put } };
      if ('update' in w) return { Update: { ...common, Key: w.key } };
      if ('remove' in w) return { Delete: { ...common, Key: w.remove } };
      return { ConditionCheck: { ...common, Key: w.key } };
    });
    try {
      await retryOnConflict(() => client().send(new TransactWriteCommand({ TransactItems }), inTime()));
      return { ok: true };
    } catch (error) {
      if (errorName(error) !== 'TransactionCanceledException') throw error;
      const reasons = (error as Cancelled).CancellationReasons ?? [];
      const index = reasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
      const refusedBy = writes[index];
      if (!refusedBy) throw error;
      const item = refusedItem(reasons[index]);
      const problem = refusedBy.onRefused?.(item) ?? new Problem('STATE_CONFLICT', {}, { cause: error });
      return { ok: false, refusedBy, item, problem };
    }
  }
}

/** The item that made a condition fail; the SDK's errors hold it in DynamoDB's own form. */
function refusedItem(refusal: unknown): Item | undefined {
  const { Item: item } = refusal as { Item?: Parameters<typeof unmarshall>[0] };
  return item && unmarshall(item);
}
