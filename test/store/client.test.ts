import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { asProblem } from '#http/problems.ts';
import { logRequest } from '#http/request-log.ts';
import { equals } from '#store/dynamodb/expressions.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import {
  answer,
  atFirst,
  environmentFor,
  type Play,
  refusal,
  requestId,
  startMisbehaving,
} from './misbehaving-server.ts';

let server: Awaited<ReturnType<typeof startMisbehaving>>;

const identity = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

beforeEach(async () => {
  server = await startMisbehaving();
  const environment = { ...environmentFor(server.origin), AWS_SESSION_TOKEN: 'of-the-role' };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(() => {
  server.stop();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const person = { personKey: '甲' };
const stored = { Item: { personKey: { S: '甲' }, rev: { N: '3' } } };
const get = (db = openTables()) => db.get('Users', person);
const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('the way to DynamoDB', () => {
  it.each(['AWS_ENDPOINT_URL_DYNAMODB', 'AWS_ENDPOINT_URL'])('is told by %s', async (variable) => {
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', undefined);
    vi.stubEnv(variable, server.origin);
    server.plays(answer(stored));
    expect(await get()).toEqual({ personKey: '甲', rev: 3 });
    const [{ headers, body } = { headers: {}, body: undefined }] = server.seen;
    expect(headers['x-amz-target']).toBe('DynamoDB_20120810.GetItem');
    expect(headers['x-amz-security-token']).toBe('of-the-role');
    expect(headers.authorization).toMatch(/Credential=AKIDEXAMPLE\/\d{8}\/cn-north-1\/dynamodb\//);
    expect(body).toEqual({ TableName: 'users', Key: { personKey: { S: '甲' } }, ConsistentRead: true });
  });

  it('goes with the credentials of a container, asked for once', async () => {
    for (const name of identity) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `${server.origin}/v1/credentials`);
    vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN', 'of-the-pod');
    const credentials = {
      AccessKeyId: 'AKIDOFPOD',
      SecretAccessKey: 's',
      Token: 'of-the-pod-role',
      Expiration: new Date(Date.now() + 3_600_000).toISOString(),
    };
    server.plays((response, seen, nth) =>
      (seen.headers['x-amz-target'] ? answer(stored) : answer(credentials))(response, seen, nth),
    );
    const db = openTables();
    expect(await get(db)).toMatchObject(person);
    expect(await get(db)).toMatchObject(person);
    const [asked, ...calls] = server.seen.map(({ headers }) => headers);
    expect(asked?.authorization).toBe('of-the-pod');
    expect(calls).toHaveLength(2);
    for (const headers of calls) {
      expect(headers.authorization).toContain('Credential=AKIDOFPOD/');
      expect(headers['x-amz-security-token']).toBe('of-the-pod-role');
    }
  });
});

describe('ERR-02 what passes by itself', () => {
  it('a clock that is ten minutes off is corrected by the first refusal, and stays so', async () => {
    const ahead = 10 * 60_000;
    server.plays((response, seen, nth) => {
      const theirs = Date.now() + ahead;
      const date = new Date(theirs).toUTCString();
      const signedAt = Date.parse(
        String(seen.headers['x-amz-date']).replace(
          /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
          '$1-$2-$3T$4:$5:$6Z',
        ),
      );
      const expired = !(Math.abs(theirs - signedAt) < 5 * 60_000);
      (expired ? refusal('InvalidSignatureException', 400, { date }) : answer(stored, 200, { date }))(
        response,
        seen,
        nth,
      );
    });
    const db = openTables();
    expect(await get(db)).toMatchObject(person);
    expect(server.seen).toHaveLength(2);
    expect(await get(db)).toMatchObject(person);
    expect(server.seen).toHaveLength(3);
  });

  it.each<[string, Play]>([
    ['429 without a body', (response) => response.writeHead(429).end()],
    ['RequestTimeout', refusal('RequestTimeout')],
    ['ReplicatedWriteConflict', refusal('ReplicatedWriteConflictException')],
    ['500 that is no JSON', (response) => response.writeHead(500).end('<html>')],
    ['a cut connection', (response) => response.destroy()],
  ])('%s', async (_what, play) => {
    server.plays(atFirst(play, answer({ Attributes: stored.Item })));
    const written = await openTables().update({ table: 'Users', key: person, update: { set: { rev: 4 } } });
    expect(written).toMatchObject({ ok: true, item: person });
    expect(server.seen).toHaveLength(2);
    expect(new Set(server.seen.map(({ headers }) => headers['amz-sdk-invocation-id'])).size).toBe(1);
  });

  it('a transaction whose answer was lost is applied once: all tries carry one token, the next one another', async () => {
    const applied = new Set<string>();
    server.plays((response, seen, nth) => {
      applied.add(seen.body.ClientRequestToken);
      if (nth === 1) response.destroy();
      else answer({})(response, seen, nth);
    });
    const db = openTables();
    const write = { table: 'Users', put: person } as const;
    await db.transact([write]);
    expect(server.seen).toHaveLength(2);
    expect(applied.size).toBe(1);
    expect([...applied][0]).toMatch(/^[\w-]{36}$/);
    await db.transact([write]);
    expect(applied.size).toBe(2);
  });

  it('a transaction whose first try is still under way is asked for again by the same token', async () => {
    server.plays(atFirst(refusal('TransactionInProgressException')));
    await openTables().transact([{ table: 'Users', put: person }]);
    expect(new Set(server.seen.map(({ body }) => body.ClientRequestToken)).size).toBe(1);
    expect(server.seen).toHaveLength(2);
  });
});

describe('ERR-02 what does not pass', () => {
  it('a refusal is not repeated, and brings the item that stood in the way', async () => {
    server.plays(refusal('ConditionalCheckFailedException', 400, {}, { Item: stored.Item }));
    const written = await openTables().update({
      table: 'Users',
      key: person,
      update: { set: { rev: 4 } },
      condition: equals('rev', 3),
    });
    expect(written).toEqual({ ok: false, old: { personKey: '甲', rev: 3 } });
    expect(server.seen).toHaveLength(1);
  });

  it('a transaction is refused by its first failed condition, with the item that stood there', async () => {
    const CancellationReasons = [
      { Code: 'None' },
      { Code: 'ConditionalCheckFailed', Item: stored.Item, Message: 'no' },
    ];
    server.plays(refusal('TransactionCanceledException', 400, {}, { CancellationReasons }));
    const put = { table: 'Users', put: person } as const;
    const refused = await errorOf(
      openTables().transact([put, { ...put, onRefused: (old) => new Error(`stood at rev ${old?.rev}`) }]),
    );
    expect(refused).toMatchObject({ message: 'stood at rev 3' });
    expect(server.seen).toHaveLength(1);
  });

  it('AUD-1 is logged with the id by which AWS finds the request', async () => {
    server.plays(refusal('InternalServerError', 500));
    const lines: string[] = [];
    const stdout = vi
      .spyOn(process.stdout, 'write')
      .mockImplementation((text) => lines.push(String(text)) > 0);
    const failure = asProblem(await errorOf(get()));
    const requestContext = { requestId: 'r', http: { sourceIp: '127.0.0.1' } };
    const event = { routeKey: 'GET /probe', headers: {}, requestContext };
    logRequest('probe', event as unknown as APIGatewayProxyEventV2, failure.status, 0, failure);
    stdout.mockRestore();
    const line = lines.map((text) => JSON.parse(text)).find(({ level }) => level === 'ERROR');
    expect(line).toMatchObject({ route: 'GET /probe', cause: { name: 'InternalServerError', requestId } });
    expect(server.seen).toHaveLength(3);
  });
});

describe('reading several items', () => {
  it('in one batch asks again for what was left over', async () => {
    const left = { users: { Keys: [{ personKey: { S: '甲' } }], ConsistentRead: true } };
    server.plays(
      atFirst(
        answer({ Responses: {}, UnprocessedKeys: left }),
        answer({ Responses: { users: [stored.Item] } }),
      ),
    );
    expect(await openTables().batchGet([{ table: 'Users', key: person }])).toEqual([
      { personKey: '甲', rev: 3 },
    ]);
    expect(server.seen[1]?.body).toEqual({ RequestItems: left });
  });
});
