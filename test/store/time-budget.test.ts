import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callAws } from '#gateways/aws.ts';
import { readRange } from '#gateways/object-ranges.ts';
import { outboxSms } from '#gateways/sms/outbox.ts';
import { budgetSignal, reserve, withinLeft, withinTimeBudget } from '#gateways/time-budget.ts';
import { equals } from '#store/dynamodb/expressions.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { allowing } from '../support/patience.ts';
import { environmentFor, startMisbehaving } from './misbehaving-server.ts';

let server: Awaited<ReturnType<typeof startMisbehaving>>;
beforeEach(async () => {
  server = await startMisbehaving();
  const environment = {
    ...environmentFor(server.origin),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: server.origin,
    AWS_ENDPOINT_URL_S3: server.origin,
    AWS_ENDPOINT_URL_OUTBOX: server.origin,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  // Nothing is ever answered.
  server.plays(() => undefined);
});
afterEach(() => {
  server.stop();
  vi.unstubAllEnvs();
});

/** An invocation whose calls may take so long. */
const having = (milliseconds: number) => ({
  getRemainingTimeInMillis: () => milliseconds + reserve.callsEnd,
});
const failed = (call: Promise<unknown>): Promise<true> =>
  call.then(
    () => Promise.reject(new Error('it was answered')),
    () => true as const,
  );

const key = { personKey: '甲' };
const write = { table: 'Users', put: key } as const;
const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['a read', () => openTables().get('Users', key)],
  ['a batch', () => openTables().batchGet([{ table: 'Users', key }])],
  ['a query', () => openTables().query('Users', { condition: equals('a', 1) })],
  ['an update', () => openTables().update({ table: 'Users', key, update: { set: { a: 1 } } })],
  ['a put', () => openTables().put(write)],
  ['a transaction', () => openTables().transact([write])],
  ['Secrets Manager', () => callAws('secretsmanager', 'GetSecretValue', {})],
  ['S3', () => readRange({ bucket: 'b', encodedKey: 'k' }, 0, 10, undefined)],
  ['SMS', () => outboxSms().send({ phone: '13805510001', purpose: 'login', text: 't' })],
];

describe('the time of one invocation', () => {
  it.each(calls)('ERR-02 %s that hangs is given up when it is used up', async (_what, call) => {
    const startedAt = performance.now();
    await withinTimeBudget(having(300), () => failed(call()));
    expect(performance.now() - startedAt).toBeGreaterThan(250);
    // Its own limits, over all tries, are several seconds.
    expect(performance.now() - startedAt).toBeLessThan(allowing(2_000));
  });

  it.each(calls)('ERR-02 %s is not even begun afterwards', async (_what, call) => {
    await withinTimeBudget(having(0), async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await failed(call());
    });
    expect(server.seen).toEqual([]);
  });

  it('ERR-02 what comes later has what is left, not a time of its own', async () => {
    const startedAt = performance.now();
    await withinTimeBudget(having(400), async () => {
      for (const [, call] of calls.slice(0, 4)) await failed(call());
    });
    expect(performance.now() - startedAt).toBeLessThan(allowing(2_000));
  });

  it('ERR-02 is its own: one that ends takes nothing from others in the same process', async () => {
    const seen: number[] = [];
    await Promise.all([
      withinTimeBudget(having(0), async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        seen.push(withinLeft(3_000));
        expect(budgetSignal()?.aborted).toBe(true);
      }),
      withinTimeBudget(having(60_000), async () => {
        await new Promise((resolve) => setTimeout(resolve, 40));
        seen.push(withinLeft(3_000));
        expect(budgetSignal()?.aborted).toBe(false);
      }),
    ]);
    expect(seen).toEqual([0, 3_000]);
    expect(budgetSignal()).toBeUndefined();
    expect(withinLeft(3_000)).toBe(3_000);
  });
});
