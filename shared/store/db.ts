import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type TableName, tableVariable } from '#contract/tables.ts';
import { Problem } from '#domain/problem.ts';
import { makeClient, type Send } from './dynamodb.ts';

/** An item as stored. Store modules give it its type; nobody else sees attribute names. */
export type Item = Record<string, unknown>;
export type Key = Record<string, string>;

interface Expression {
  /** ConditionExpression. */
  readonly when?: string;
  readonly names?: Record<string, string>;
  readonly values?: Record<string, unknown>;
}
export interface Update extends Expression {
  readonly table: TableName;
  readonly key: Key;
  /** UpdateExpression. */
  readonly set: string;
}
export interface Put extends Expression {
  readonly table: TableName;
  readonly put: Item;
}
/** Takes an item away; only inside a transaction. */
export interface Removal extends Expression {
  readonly table: TableName;
  readonly remove: Key;
}
export interface Check extends Expression {
  readonly table: TableName;
  readonly key: Key;
  readonly when: string;
}
/** One write of a transaction and what its refusal means: the problem to answer, given the item that stood there. */
export type Write = (Update | Put | Removal | Check) & {
  readonly otherwise?: (old: Item | undefined) => Error;
};

/** The outcome of a single conditional write. */
export type Written<T> =
  | { readonly ok: true; readonly item: T }
  | { readonly ok: false; readonly old: T | undefined };

export type Db = ReturnType<typeof openTables>;

/** Lambda's own retries end before API Gateway's 30 s; a call that hangs is given up and tried again early. */
const callMs = 2_500;
const conflictRetries = 14;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const errorName = (error: unknown): string => (error instanceof Error ? error.name : '');

/** Full jitter up to 400 ms: many requests for one item spread out instead of colliding again. */
const backOff = (attempt: number) => sleep(Math.random() * Math.min(400, 8 * 2 ** attempt));

interface Cancelled extends Error {
  CancellationReasons?: { Code?: string; Item?: unknown }[];
}

function isConflict(error: unknown): boolean {
  if (
    errorName(error) === 'TransactionConflictException' ||
    errorName(error) === 'TransactionInProgressException'
  )
    return true;
  if (errorName(error) !== 'TransactionCanceledException') return false;
  const reasons = (error as Cancelled).CancellationReasons ?? [];
  return (
    reasons.some((reason) => reason.Code === 'TransactionConflict') &&
    !reasons.some((reason) => reason.Code === 'ConditionalCheckFailed')
  );
}

/**
 * Repeats a call that lost against a concurrent one. Two requests in each other's way are nobody's failure,
 * so they are never shown as 5xx; a hot item that stays hot ends in TOO_MANY_REQUESTS.
 */
async function throughConflicts<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (attempt >= conflictRetries)
        throw new Problem('TOO_MANY_REQUESTS', { retryAfter: 1 }, { cause: error });
      await backOff(attempt);
    }
  }
}

/** Attribute values as DynamoDB writes them. */
type Stored = Parameters<typeof unmarshall>[0];
const stored = (item: object): Stored => marshall(item, { removeUndefinedValues: true });

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment has no ${name}`);
  return value;
}
const endpointOf = (region: string): string =>
  `https://dynamodb.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

/** The tables of this function, by the names its environment gives. */
export function openTables() {
  let client: Send | undefined;
  const send: Send = (operation, input) => {
    client ??= makeClient({
      region: variable('AWS_REGION'),
      endpoint: process.env.AWS_ENDPOINT_URL_DYNAMODB ?? endpointOf(variable('AWS_REGION')),
      accessKeyId: variable('AWS_ACCESS_KEY_ID'),
      secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
      sessionToken: process.env.AWS_SESSION_TOKEN,
      tries: 3,
      timeoutMs: callMs,
    });
    return client(operation, input);
  };
  const name = (table: TableName): string => {
    const deployed = process.env[tableVariable(table)];
    if (!deployed) throw new Error(`This function's contract does not list the table ${table}`);
    return deployed;
  };
  const expression = (e: Expression) =>
    // What is undefined is left out by JSON itself.
    ({
      ConditionExpression: e.when,
      ExpressionAttributeNames: e.names,
      ExpressionAttributeValues: e.values && stored(e.values),
    });

  return {
    /** Reads one item, strongly consistent unless told. */
    async get<T extends object>(
      table: TableName,
      key: Key,
      { consistent = true } = {},
    ): Promise<T | undefined> {
      const { Item: item } = await send('GetItem', {
        TableName: name(table),
        Key: stored(key),
        ConsistentRead: consistent,
      });
      return item === undefined ? undefined : (unmarshall(item as Stored) as T);
    },

    /** Reads up to 100 items of several tables in one call, strongly consistent, in the order of the keys. */
    async batchGet(keys: readonly { table: TableName; key: Key }[]): Promise<(Item | undefined)[]> {
      const request: Record<string, { Keys: Stored[]; ConsistentRead: true }> = {};
      for (const { table, key } of keys) {
        const of = name(table);
        request[of] ??= { Keys: [], ConsistentRead: true };
        request[of].Keys.push(stored(key));
      }
      const found = new Map<string, Item>();
      let pending: typeof request | undefined = request;
      for (let attempt = 0; pending && Object.keys(pending).length > 0; attempt++) {
        if (attempt > 5) throw new Error('BatchGetItem left keys unprocessed');
        if (attempt > 0) await backOff(attempt);
        const answer = await send('BatchGetItem', { RequestItems: pending });
        for (const [table, items] of Object.entries((answer.Responses ?? {}) as Record<string, Stored[]>)) {
          const keyNames = Object.keys(request[table]?.Keys[0] ?? {});
          for (const item of items.map((one) => unmarshall(one)))
            found.set(`${table}\n${keyNames.map((k) => item[k]).join('\n')}`, item);
        }
        pending = answer.UnprocessedKeys as typeof request | undefined;
      }
      return keys.map(({ table, key }) => found.get(`${name(table)}\n${Object.values(key).join('\n')}`));
    },

    /** One page of a query on a table or index. Indexes are eventually consistent: they serve lists, never rules. */
    async query<T extends object>(
      table: TableName,
      q: {
        index?: string;
        when: string;
        names?: Record<string, string>;
        values: Record<string, unknown>;
        filter?: string;
        limit?: number;
        backwards?: boolean;
        /** Strongly consistent: only on a table's own key, where a rule may read. */
        consistent?: boolean;
        from?: Key | undefined;
      },
    ): Promise<{ items: T[]; next?: Key | undefined }> {
      const answer = await send('Query', {
        TableName: name(table),
        IndexName: q.index,
        KeyConditionExpression: q.when,
        FilterExpression: q.filter,
        ExpressionAttributeNames: q.names,
        ExpressionAttributeValues: stored(q.values),
        Limit: q.limit,
        ScanIndexForward: !q.backwards,
        ConsistentRead: q.consistent,
        ExclusiveStartKey: q.from && stored(q.from),
      });
      const last = answer.LastEvaluatedKey as Stored | undefined;
      return {
        items: ((answer.Items ?? []) as Stored[]).map((item) => unmarshall(item) as T),
        next: last && (unmarshall(last) as Key),
      };
    },

    /** A single conditional update. A refusal is an outcome and carries the item as it stood, without a second read. */
    async update<T extends object>(u: Update): Promise<Written<T>> {
      try {
        const answer = await throughConflicts(() =>
          send('UpdateItem', {
            TableName: name(u.table),
            Key: stored(u.key),
            UpdateExpression: u.set,
            ...expression(u),
            ReturnValues: 'ALL_NEW',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return { ok: true, item: unmarshall(answer.Attributes as Stored) as T };
      } catch (error) {
        if (errorName(error) !== 'ConditionalCheckFailedException') throw error;
        return { ok: false, old: itemIn(error) as T | undefined };
      }
    },

    /** A single conditional put; false when its condition did not hold. */
    async put(p: Put): Promise<boolean> {
      try {
        await throughConflicts(() =>
          send('PutItem', { TableName: name(p.table), Item: stored(p.put), ...expression(p) }),
        );
        return true;
      } catch (error) {
        if (errorName(error) !== 'ConditionalCheckFailedException') throw error;
        return false;
      }
    },

    /**
     * All writes or none, in one TransactWriteItems. The first write whose condition fails decides the error
     * (its `otherwise`). The client sends one token over its retries, so a lost answer does not apply twice.
     */
    async transact(writes: readonly Write[]): Promise<void> {
      const TransactItems = writes.map((w) => {
        const common = {
          TableName: name(w.table),
          ...expression(w),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
        };
        if ('put' in w) return { Put: { ...common, Item: stored(w.put) } };
        if ('set' in w) return { Update: { ...common, Key: stored(w.key), UpdateExpression: w.set } };
        if ('remove' in w) return { Delete: { ...common, Key: stored(w.remove) } };
        return { ConditionCheck: { ...common, Key: stored(w.key), ConditionExpression: w.when } };
      });
      try {
        await throughConflicts(() => send('TransactWriteItems', { TransactItems }));
      } catch (error) {
        if (errorName(error) !== 'TransactionCanceledException') throw error;
        const reasons = (error as Cancelled).CancellationReasons ?? [];
        for (const [index, reason] of reasons.entries()) {
          if (reason.Code !== 'ConditionalCheckFailed') continue;
          throw (
            writes[index]?.otherwise?.(itemIn(reason)) ?? new Problem('STATE_CONFLICT', {}, { cause: error })
          );
        }
        throw error;
      }
    },
  };
}

/** The item that made a condition fail. */
function itemIn(refusal: unknown): Item | undefined {
  const { Item: item } = refusal as { Item?: Stored };
  return item && unmarshall(item);
}
