import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '#domain/problem.ts';
import { equals, exists, startsWith } from '#store/dynamodb/expressions.ts';
import { openTables, type Update } from '#store/dynamodb/tables.ts';
import { answer, atFirst, environmentFor, refusal, startMisbehaving } from './misbehaving-server.ts';

/**
 * What is sent to DynamoDB, and what is made of its refusals: DynamoDB Local refuses in few ways, and never on demand.
 */
let server: Awaited<ReturnType<typeof startMisbehaving>>;
beforeEach(async () => {
  server = await startMisbehaving();
  for (const [name, value] of Object.entries(environmentFor(server.origin))) vi.stubEnv(name, value);
  // Nobody waits before the next try.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  server.stop();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const key = { personKey: 'p1' };
const update: Update = { table: 'Users', key, update: { set: { rev: 4 } }, condition: equals('rev', 3) };
const put = { table: 'Users', put: key, condition: exists('personKey') } as const;
const cancelled = (...CancellationReasons: object[]) =>
  refusal('TransactionCanceledException', 400, {}, { CancellationReasons });
const conflict = { Code: 'TransactionConflict' };
const failed = { Code: 'ConditionalCheckFailed', Item: { rev: { N: '9' } } };
const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );
/** The longest pauses before the next tries, in milliseconds; nobody waits for them. */
function pausing(): readonly number[] {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const pauses: number[] = [];
  const real = globalThis.setTimeout;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms?: number) => {
    const ours = new Error().stack?.includes('backOff');
    if (ours) pauses.push(ms ?? 0);
    return real(run, ours ? 0 : ms);
  }) as typeof setTimeout);
  return pauses;
}
const bodies = () => server.seen.map(({ body }) => body);

describe('what is sent', () => {
  it('reads consistently unless the caller says otherwise', async () => {
    await openTables().get('Users', key);
    await openTables().get('Users', key, { consistent: false });
    expect(bodies().map((body) => body.ConsistentRead)).toEqual([true, false]);
  });

  it('a query says all that it was given, and answers where the list goes on', async () => {
    const last = { personKey: { S: 'p2' } };
    server.plays(answer({ Items: [{ personKey: { S: 'p2' } }], LastEvaluatedKey: last }));
    const page = await openTables().query('Users', {
      index: 'byPhone',
      condition: equals('a', 1),
      filter: startsWith('b', 'x'),
      limit: 7,
      backwards: true,
      consistent: true,
      from: { personKey: 'p0' },
    });
    expect(page).toEqual({ items: [{ personKey: 'p2' }], next: { personKey: 'p2' } });
    expect(bodies()).toEqual([
      {
        TableName: 'users',
        IndexName: 'byPhone',
        KeyConditionExpression: '#a = :v0',
        FilterExpression: 'begins_with(#b, :v1)',
        ExpressionAttributeNames: { '#a': 'a', '#b': 'b' },
        ExpressionAttributeValues: { ':v0': { N: '1' }, ':v1': { S: 'x' } },
        Limit: 7,
        ScanIndexForward: false,
        ConsistentRead: true,
        ExclusiveStartKey: { personKey: { S: 'p0' } },
      },
    ]);
    server.plays(answer({}));
    expect(await openTables().query('Users', { condition: equals('a', 1) })).toEqual({ items: [] });
    expect(bodies()[1]).toMatchObject({ ScanIndexForward: true });
  });

  it('a batch asks each table once, and answers in the order of the keys', async () => {
    const [ticket, other] = [{ ticketKey: 't1' }, { personKey: 'p2' }];
    server.plays(
      answer({
        Responses: {
          tickets: [{ ticketKey: { S: 't1' } }],
          users: [{ personKey: { S: 'p2' }, rev: { N: '1' } }],
        },
      }),
    );
    const found = await openTables().batchGet([
      { table: 'Users', key },
      { table: 'Tickets', key: ticket },
      { table: 'Users', key: other },
    ]);
    expect(found).toEqual([undefined, ticket, { ...other, rev: 1 }]);
    expect(bodies()).toEqual([
      {
        RequestItems: {
          users: { Keys: [{ personKey: { S: 'p1' } }, { personKey: { S: 'p2' } }], ConsistentRead: true },
          tickets: { Keys: [{ ticketKey: { S: 't1' } }], ConsistentRead: true },
        },
      },
    ]);
    expect(await openTables().batchGet([])).toEqual([]);
    expect(server.seen).toHaveLength(1);
  });

  it('a key of two parts is another one than the same letters parted elsewhere', async () => {
    vi.stubEnv('TABLE_LOCKOUTS', 'lockouts');
    const keys = [
      { personKey: 'p1', day: '2' },
      { personKey: 'p', day: '12' },
    ];
    const [first] = keys.map(({ personKey, day }) => ({ personKey: { S: personKey }, day: { S: day } }));
    server.plays(answer({ Responses: { lockouts: [first] } }));
    expect(await openTables().batchGet(keys.map((one) => ({ table: 'Lockouts', key: one })))).toEqual([
      keys[0],
      undefined,
    ]);
  });

  it('a transaction holds updates, puts, removals and checks, and wants to see what refuses', async () => {
    await openTables().transact([
      update,
      put,
      { table: 'Tickets', remove: { ticketKey: 't1' } },
      { table: 'Users', key, condition: exists('rev') },
    ]);
    const old = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
    const Key = { personKey: { S: 'p1' } };
    expect(bodies()[0].TransactItems).toMatchObject([
      { Update: { TableName: 'users', Key, UpdateExpression: 'SET #rev = :v1', ...old } },
      { Put: { TableName: 'users', Item: Key, ConditionExpression: 'attribute_exists(#personKey)', ...old } },
      { Delete: { TableName: 'tickets', Key: { ticketKey: { S: 't1' } }, ...old } },
      { ConditionCheck: { TableName: 'users', Key, ConditionExpression: 'attribute_exists(#rev)', ...old } },
    ]);
  });

  it('an update alone answers the item as it is then, a put whether it was done', async () => {
    server.plays(answer({ Attributes: { rev: { N: '4' } } }));
    expect(await openTables().update(update)).toEqual({ ok: true, item: { rev: 4 } });
    expect(bodies()[0]).toMatchObject({
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    expect(await openTables().put(put)).toBe(true);
    server.plays(refusal('ConditionalCheckFailedException'));
    expect(await openTables().put(put)).toBe(false);
  });

  it('nothing to a table that the contract does not list', async () => {
    vi.stubEnv('TABLE_USERS', undefined);
    expect(await errorOf(openTables().get('Users', key))).toMatchObject({
      message: "This function's contract does not list the table Users",
    });
    expect(server.seen).toEqual([]);
  });
});

describe('ERR-02 what is made of a refusal', () => {
  const calls = {
    update: () => openTables().update(update),
    put: () => openTables().put(put),
    transaction: () => openTables().transact([put]),
  };

  it.each([
    ['update', refusal('TransactionConflictException')],
    ['put', refusal('TransactionConflictException')],
    ['transaction', cancelled({ Code: 'None' }, conflict)],
  ] as const)(
    'a conflict of one %s with another is nobody’s failure: it is tried again',
    async (of, play) => {
      server.plays(atFirst(play));
      expect(await errorOf(calls[of]())).toBeUndefined();
      expect(server.seen).toHaveLength(2);
    },
  );

  it('one that goes on is answered as too many requests, after fifteen tries', async () => {
    server.plays(cancelled(conflict));
    const error = await errorOf(calls.transaction());
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({ code: 'TOO_MANY_REQUESTS', details: { retryAfter: 1 } });
    expect((error as Problem).cause).toMatchObject({ name: 'TransactionCanceledException' });
    expect(server.seen).toHaveLength(15);
  });

  it('the pauses between the tries grow, to less than half a second', async () => {
    const pauses = pausing();
    server.plays(cancelled(conflict));
    await errorOf(calls.transaction());
    expect(pauses).toEqual([8, 16, 32, 64, 128, 256, ...Array(8).fill(400)]);
  });

  it('so do those of a batch before it asks for what was left over, not before its first try', async () => {
    const pauses = pausing();
    server.plays(answer({ UnprocessedKeys: { users: { Keys: [{ personKey: { S: 'p1' } }] } } }));
    await errorOf(openTables().batchGet([{ table: 'Users', key }]));
    expect(pauses).toEqual([16, 32, 64, 128, 256]);
  });

  it('a failed condition beside a conflict is an answer, and not tried again', async () => {
    server.plays(cancelled(conflict, failed));
    const check = { ...put, onRefused: (old?: object) => new Error(JSON.stringify(old)) };
    const result = await openTables().tryTransact([put, check]);
    expect(result).toMatchObject({ ok: false, refusedBy: check, item: { rev: 9 } });
    expect(result).toHaveProperty('problem.message', '{"rev":9}');
    expect(server.seen).toHaveLength(1);
  });

  it('a write that says nothing of its refusal is a conflict of states', async () => {
    server.plays(cancelled(failed));
    const error = await errorOf(calls.transaction());
    expect(error).toMatchObject({ code: 'STATE_CONFLICT', details: {} });
    expect((error as Problem).cause).toMatchObject({ name: 'TransactionCanceledException' });
  });

  it.each([
    ['update', refusal('ValidationException'), 'ValidationException'],
    ['put', refusal('ValidationException'), 'ValidationException'],
    ['transaction', refusal('ValidationException'), 'ValidationException'],
    ['transaction', cancelled({ Code: 'ItemCollectionSizeLimitExceeded' }), 'TransactionCanceledException'],
    ['transaction', refusal('TransactionCanceledException'), 'TransactionCanceledException'],
  ] as const)('any other of one %s is thrown as it came', async (of, play, name) => {
    server.plays(play);
    expect(await errorOf(calls[of]())).toMatchObject({ name });
    expect(server.seen).toHaveLength(1);
  });

  it('a batch that never gets all of its keys is given up', async () => {
    const left = { users: { Keys: [{ personKey: { S: 'p1' } }] } };
    server.plays(answer({ UnprocessedKeys: left }));
    expect(await errorOf(openTables().batchGet([{ table: 'Users', key }]))).toMatchObject({
      message: 'BatchGetItem left keys unprocessed',
    });
    expect(server.seen).toHaveLength(6);
    server.plays(answer({ Responses: { users: [{ personKey: { S: 'p1' } }] }, UnprocessedKeys: {} }));
    expect(await openTables().batchGet([{ table: 'Users', key }])).toEqual([key]);
  });
});
