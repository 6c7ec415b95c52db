import { AwsClient } from 'aws4fetch';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Runtime } from '../../infra/local/runtime.ts';
import { allowing } from '../support/patience.ts';
import { long } from '../support/variants.ts';
import { call, get, probe, put, startFixture, steps, table } from './fixture.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await startFixture();
});
afterAll(() => runtime?.stop());
afterEach(() => runtime.faults.clear());

const transaction = (...TransactItems: object[]) => ({ op: 'TransactWriteItems', input: { TransactItems } });
const write = (name: string, pk: string) => ({ Put: { TableName: name, Item: { pk: { S: pk } } } });
const others = 'fixture-data-Others';
/** Reads an item directly, without the functions and their faults. */
const stored = (pk: string) => runtime.dynamodb('GetItem', { ...get(pk).input, ConsistentRead: true });

describe('policy enforcement', () => {
  it('lets through what is granted', async () => {
    expect(await call(runtime, put('a'))).toMatchObject({ ok: true });
    expect((await call(runtime, get('a'))).answer?.Item).toEqual({ pk: { S: 'a' } });
  });

  it('refuses and records what is not', async () => {
    const scan = { op: 'Scan', input: { TableName: table } };
    expect(await call(runtime, scan)).toMatchObject({ ok: false, name: 'AccessDeniedException' });
    expect(await call(runtime, put('a'), '/narrow')).toMatchObject({
      ok: false,
      name: 'AccessDeniedException',
    });
    expect(await call(runtime, get('a'), '/narrow')).toMatchObject({ ok: true });
    expect(runtime.denials().map(({ functionName, action }) => `${functionName} ${action}`)).toEqual([
      'probe dynamodb:Scan',
      'narrow dynamodb:PutItem',
    ]);
  });

  it('grants an index and its table apart', async () => {
    const query = (IndexName?: string) => ({
      op: 'Query',
      input: {
        TableName: table,
        ...(IndexName ? { IndexName } : {}),
        KeyConditionExpression: '#k = :v',
        ExpressionAttributeNames: { '#k': IndexName ? 'owner' : 'pk' },
        ExpressionAttributeValues: { ':v': { S: 'a' } },
      },
    });
    expect(await call(runtime, query('byOwner'))).toMatchObject({ ok: true });
    expect(await call(runtime, query())).toMatchObject({ ok: false, name: 'AccessDeniedException' });
  });

  it('judges a transaction item by item, and nothing of a refused one happens', async () => {
    expect(await call(runtime, transaction(write(table, 't1'), write(others, 't1')))).toMatchObject({
      ok: true,
    });
    const remove = { Delete: { TableName: others, Key: { pk: { S: 't1' } } } };
    expect(await call(runtime, transaction(write(table, 't2'), remove))).toMatchObject({
      name: 'AccessDeniedException',
    });
    expect((await call(runtime, get('t2'))).answer?.Item).toBeUndefined();
  });

  it('knows who calls by the access key, and refuses strangers', async () => {
    const env = (await probe(runtime, { do: 'env' })).body as Record<string, string>;
    const ask = (accessKeyId: string) =>
      new AwsClient({
        accessKeyId,
        secretAccessKey: 'x',
        service: 'dynamodb',
        region: 'x',
        retries: 0,
      }).fetch(env.AWS_ENDPOINT_URL_DYNAMODB ?? '', {
        method: 'POST',
        headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' },
        body: JSON.stringify(get('a').input),
      });
    expect((await ask('STRANGER')).status).toBe(400);
    expect((await ask(env.AWS_ACCESS_KEY_ID ?? '')).status).toBe(200);
  });

  it('reports grants that no call needed', async () => {
    const unused = runtime
      .unusedGrants()
      .filter(({ functionName }) => functionName === 'probe')
      .map(({ action }) => action);
    expect(unused).toContain('dynamodb:BatchWriteItem');
    expect(unused).not.toContain('dynamodb:GetItem');
  });
});

describe('counting', () => {
  const used = () => runtime.usage().probe?.routes['POST /probe'];

  it('counts the longest chain of sequential calls, not the calls', async () => {
    await steps(runtime, [[get('warm')]]);
    runtime.resetUsage();
    await steps(runtime, [[get('a'), get('b'), get('c')], [get('d')], [get('e'), get('f')]]);
    expect(used()).toMatchObject({ invocations: 1, calls: 6, longestChain: 3 });
  });

  long('keeps concurrent invocations apart', async () => {
    runtime.resetUsage();
    await Promise.all(Array.from({ length: 20 }, () => steps(runtime, [[get('a')], [get('b'), put('c')]])));
    expect(used()).toMatchObject({ invocations: 20, calls: 60, longestChain: 2 });
  });

  it('adds up read and write units', async () => {
    runtime.resetUsage();
    await steps(runtime, [[get('a')], [put('a')], [transaction(write(table, 'x'), write(others, 'x'))]]);
    expect(used()).toMatchObject({ readUnits: 0.5, writeUnits: 5 });
  });

  it('is shown and reset over HTTP', async () => {
    const url = `${runtime.url}/local/usage`;
    expect(await (await fetch(url)).json()).toEqual(runtime.usage());
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(204);
    expect(await (await fetch(url)).json()).toEqual({});
  });
});

describe('faults', () => {
  it('strike the n-th call of an invocation, all its tries, and no other', async () => {
    const id = runtime.faults.add({ kind: 'error500', nth: 2, times: Number.POSITIVE_INFINITY });
    const outcomes = await steps(runtime, [[get('a')], [get('b')], [get('c')]]);
    const [first, second, third] = outcomes.flat();
    expect([first?.ok, second?.name, third?.ok]).toEqual([true, 'InternalServerError', true]);
    expect(runtime.faults.struck(id)).toBe(2);
  });

  long('are over after so many times, so that a retry succeeds', async () => {
    runtime.faults.add({ kind: 'throttle', table: 'Things', action: 'GetItem' });
    expect(await call(runtime, get('a'))).toMatchObject({ ok: true, attempts: 2 });
  });

  it('conflict as transactions and single writes do, and never a plain read', async () => {
    runtime.faults.add({ kind: 'conflict', times: Number.POSITIVE_INFINITY });
    const outcome = await call(runtime, transaction(write(table, 'y'), write(others, 'y')));
    expect(outcome).toMatchObject({ name: 'TransactionCanceledException' });
    expect(outcome.reasons?.map(({ Code }) => Code)).toEqual(['TransactionConflict', 'None']);
    expect(await call(runtime, put('y'))).toMatchObject({ name: 'TransactionConflictException' });
    expect(await call(runtime, get('y'))).toMatchObject({ ok: true, answer: {} });
  });

  it('`after` carries the call out but loses the answer', async () => {
    runtime.faults.add({ kind: 'after', action: 'PutItem', times: 2 });
    expect(await call(runtime, put('lost'))).toMatchObject({ ok: false });
    expect((await call(runtime, get('lost'))).answer?.Item).toEqual({ pk: { S: 'lost' } });
  });

  long('`timeout` never answers', async () => {
    runtime.faults.add({ kind: 'timeout', function: 'probe', times: 2 });
    expect(await call(runtime, get('a'))).toMatchObject({ ok: false, name: 'TimeoutError' });
  });

  long('`crash` ends the function at the call; the next invocation gets a new one', async () => {
    runtime.faults.add({ kind: 'crash', action: 'PutItem', nth: 1 });
    expect((await probe(runtime, { do: 'steps', steps: [[put('crash')]] })).status).toBe(500);
    expect((await call(runtime, get('crash'))).answer?.Item).toBeUndefined();
    runtime.faults.clear();
    runtime.faults.add({ kind: 'crash-after', action: 'PutItem', nth: 1 });
    expect((await probe(runtime, { do: 'steps', steps: [[put('crash')]] })).status).toBe(500);
    expect((await call(runtime, get('crash'))).answer?.Item).toBeDefined();
  });

  it('`hold` lets the n-th call wait until it is released, and no other', async () => {
    const id = runtime.faults.add({ kind: 'hold', table: 'Things', nth: 2 });
    const held = runtime.faults.held(id);
    const waiting = steps(runtime, [[get('h')], [put('h')], [get('h')]]);
    await held;
    expect((await stored('h')).Item).toBeUndefined();
    expect(await steps(runtime, [[get('i')], [put('i')]])).toMatchObject([[{ ok: true }], [{ ok: true }]]);
    expect((await stored('i')).Item).toBeDefined();
    expect((await stored('h')).Item).toBeUndefined();
    runtime.faults.release(id);
    expect((await waiting).flat()).toMatchObject([{ ok: true }, { ok: true }, { answer: { Item: {} } }]);
    expect(runtime.faults.struck(id)).toBe(1);
  });

  long(
    '`hold` keeps all tries of a call, and carries out only the one that somebody still waits for',
    async () => {
      const id = runtime.faults.add({ kind: 'hold', action: 'UpdateItem' });
      const add = {
        op: 'UpdateItem',
        input: {
          TableName: table,
          Key: { pk: { S: 'tries' } },
          UpdateExpression: 'ADD #n :one',
          ExpressionAttributeNames: { '#n': 'n' },
          ExpressionAttributeValues: { ':one': { N: '1' } },
        },
      };
      // The probe gives up a try after 0.5 s and makes two tries.
      const calls = () => runtime.usage().probe?.routes['POST /probe']?.calls ?? 0;
      const before = calls();
      const waiting = call(runtime, add);
      await expect.poll(calls, { timeout: allowing(5_000), interval: 5 }).toBe(before + 2);
      runtime.faults.release(id);
      expect(await waiting).toMatchObject({ ok: true, attempts: 2 });
      expect(await stored('tries')).toMatchObject({ Item: { n: { N: '1' } } });
      expect(runtime.faults.struck(id)).toBe(1);
    },
  );

  it('`hold` waits for several calls at once, and another fault can follow it', async () => {
    const id = runtime.faults.add({ kind: 'hold', action: 'PutItem', times: 2 });
    runtime.faults.add({ kind: 'conflict', action: 'PutItem', times: 1 });
    const both = Promise.all([call(runtime, put('j')), call(runtime, put('k'))]);
    await runtime.faults.held(id, 2);
    runtime.faults.release(id);
    expect((await both).map(({ ok }) => ok).sort()).toEqual([false, true]);
  });

  it('`hold` ends with the rules, and says so to whoever waited for a call', async () => {
    const id = runtime.faults.add({ kind: 'hold', action: 'PutItem' });
    const waiting = call(runtime, put('l'));
    await runtime.faults.held(id);
    const more = expect(runtime.faults.held(id, 2)).rejects.toThrow('Released while 1 of 2 calls were held');
    runtime.faults.clear();
    await more;
    expect(await waiting).toMatchObject({ ok: true });
    await expect(runtime.faults.held(id)).rejects.toThrow(`No rule ${id} holds calls`);
    expect(() => runtime.faults.release(id)).toThrow(`No rule ${id} holds calls`);
    const other = runtime.faults.add({ kind: 'error500', table: 'nowhere' });
    expect(() => runtime.faults.release(other)).toThrow('holds calls');
  });

  long('`hold` does not keep the runtime from stopping', async () => {
    const own = await startFixture();
    const id = own.faults.add({ kind: 'hold', action: 'PutItem' });
    const waiting = call(own, put('m'));
    await own.faults.held(id);
    const [outcome] = await Promise.allSettled([waiting, own.stop()]);
    if (outcome.status === 'fulfilled') expect(outcome.value).toMatchObject({ ok: true });
    expect(own.faults.list()).toEqual([]);
  });

  it('other functions and tables do not meet', async () => {
    runtime.faults.add({ kind: 'error500', function: 'narrow', times: Number.POSITIVE_INFINITY });
    runtime.faults.add({ kind: 'error500', table: 'Others', times: Number.POSITIVE_INFINITY });
    expect(await call(runtime, get('a'))).toMatchObject({ ok: true });
    expect(await call(runtime, get('a'), '/narrow')).toMatchObject({ name: 'InternalServerError' });
  });

  it('reach the SMS and face providers too', async () => {
    runtime.faults.add({ kind: 'error500', service: 'sms' });
    const send = {
      do: 'fetch',
      variable: 'AWS_ENDPOINT_URL_OUTBOX',
      path: '/messages',
      init: { method: 'POST', body: '{"phone":"1","purpose":"p","text":"t"}' },
    };
    expect((await probe(runtime, send)).body).toMatchObject({ status: 500 });
    expect(runtime.sms()).toEqual([]);
    const id = runtime.faults.add({ kind: 'hold', service: 'sms' });
    const waiting = probe(runtime, send);
    await runtime.faults.held(id);
    expect(runtime.sms()).toEqual([]);
    runtime.faults.release(id);
    expect((await waiting).body).toMatchObject({ status: 202 });
    expect(runtime.sms('1')).toHaveLength(1);
  });
});
