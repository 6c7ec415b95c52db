/** @module-tag grants */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { enterPassword, expectStatus } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import {
  failures,
  history,
  type Known,
  knownPerson,
  none,
  openWatchedRuntime,
  rows,
  type WatchedRuntime,
} from '../support/watched.ts';

const wrong = 'Wrong#9182';
const evening = '2027-03-02T23:30:00+08:00';
const midnight = '2027-03-03T00:00:00+08:00';

let runtime: WatchedRuntime;
let people: Known[];
beforeAll(async () => {
  runtime = await openWatchedRuntime({ alone: true }, '2027-03-02T20:00:00+08:00');
  people = [];
  for (let i = 0; i < 4; i++) people.push(await knownPerson(runtime));
});
afterEach(() => runtime.faults.clear());
afterAll(() => runtime?.finish('midnight-unlock'));

const sweep = async (): Promise<number> =>
  expectStatus(await runtime.http('POST', '/local/schedule/midnight-unlock'), 200).body.unlocked;
async function lock(who: Known): Promise<void> {
  for (let i = 0; i < 5; i++) await enterPassword(runtime, who.phone, wrong);
  expect((await failures(runtime, who)).locked).toBe(true);
}
const unlockings = async (who: Known) =>
  (await history(runtime, who)).filter((event) => event.kind === 'unlocked');

/** Writes lock rows directly, because five password checks for each would take too long. */
async function lockedRows(day: string, count: number, prefix: string): Promise<string[]> {
  const TableName = runtime.tables.find((name) => name.endsWith('Lockouts')) ?? '';
  const keys = Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
  for (const [i, personKey] of keys.entries())
    await runtime.dynamodb('PutItem', {
      TableName,
      Item: {
        personKey: { S: personKey },
        day: { S: day },
        password: { SS: ['a', 'b', 'c', 'd', 'e'] },
        lockedAt: { S: `${day}T12:00:00.000Z` },
        lockedBy: { S: 'password' },
        sweepKey: { S: `${day}#${i % 8}` },
      },
    });
  return keys;
}
const eventsOf = async (keys: readonly string[]) =>
  (await rows(runtime, 'Audit')).filter((event) => keys.includes(event.subject) && event.kind === 'unlocked');

describe('midnight sweep', () => {
  long('UNL-1 leaves the locks of today alone', async () => {
    const [who] = people as [Known];
    runtime.clock.set(evening);
    await lock(who);
    expect(await sweep()).toBe(0);
    expect((await enterPassword(runtime, who.phone, who.password)).body.code).toBe('ACCOUNT_LOCKED');
    expect(await unlockings(who)).toEqual([]);
  });

  long(
    'UNL-1 clears the locks of the day that ended, one audit event each, and the second run finds none',
    async () => {
      const [first, second, other] = people as [Known, Known, Known];
      runtime.clock.set(evening);
      await lock(second);
      for (let i = 0; i < 4; i++) await enterPassword(runtime, other.phone, wrong);
      runtime.clock.set(midnight);
      expect(await sweep()).toBe(2);
      expect(await sweep()).toBe(0);
      for (const who of [first, second]) {
        const events = await unlockings(who);
        expect(events).toHaveLength(1);
        expect(events[0]).toMatchObject({
          outcome: 'success',
          channel: 'schedule',
          at: '2027-03-02T16:00:00.000Z',
          detail: { lockedOn: '2027-03-02' },
        });
        expect(await failures(runtime, who)).toEqual(none);
        expectStatus(await enterPassword(runtime, who.phone, who.password), 201);
      }
      expect(await unlockings(other)).toEqual([]);
      expect((await rows(runtime, 'Lockouts')).filter((row) => row.sweepKey)).toEqual([]);
    },
  );

  long('UNL-1 writes no event for a lock that 忘记密码 had lifted', async () => {
    const [who] = people as [Known];
    runtime.clock.set('2027-03-03T21:00:00+08:00');
    await lock(who);
    const before = (await unlockings(who)).length;
    const start = await runtime.http('POST', '/v1/password-resets', {
      account: who.documentNumber,
      name: who.name,
      documentNumber: who.documentNumber,
    });
    const path = `/v1/password-resets/${start.body.resetId}`;
    expectStatus(await runtime.http('POST', `${path}/sms`), 202);
    const smsCode = runtime.sms(who.phone).find((message) => message.code)?.code;
    expectStatus(
      await runtime.http('POST', `${path}/complete`, { smsCode, newPassword: 'Huaihe#20581' }),
      204,
    );
    runtime.clock.set('2027-03-04T00:00:00+08:00');
    expect(await sweep()).toBe(0);
    // The only event is the event of the password reset.
    const events = await unlockings(who);
    expect(events).toHaveLength(before + 1);
    expect(events.at(-1)).toMatchObject({ channel: 'web' });
  });

  long(
    'UNL-2 a lock of yesterday does not hold although nothing ran; late, the sweep still writes its event',
    async () => {
      const [, , , who] = people as [Known, Known, Known, Known];
      runtime.clock.set('2027-03-04T22:00:00+08:00');
      await lock(who);
      runtime.clock.set('2027-03-05T00:00:00+08:00');
      expectStatus(await enterPassword(runtime, who.phone, who.password), 201);
      // A new lock of today stays while the sweep removes the old lock.
      await lock(who);
      runtime.clock.set('2027-03-05T09:00:00+08:00');
      expect(await sweep()).toBe(1);
      expect((await unlockings(who)).map((event) => event.detail.lockedOn)).toEqual(['2027-03-04']);
      expect((await enterPassword(runtime, who.phone, who.password)).body.code).toBe('ACCOUNT_LOCKED');
      runtime.clock.set('2027-03-06T00:00:01+08:00');
      expect(await sweep()).toBe(1);
      expect((await unlockings(who)).map((event) => event.detail.lockedOn)).toEqual([
        '2027-03-04',
        '2027-03-05',
      ]);
    },
  );

  long('UNL-2 finds locks up to seven days late, and the rows stay that long', async () => {
    runtime.clock.set('2027-04-10T00:05:00+08:00');
    const week = await lockedRows('2027-04-03', 3, 'week');
    const older = await lockedRows('2027-04-02', 2, 'older');
    expect(await sweep()).toBe(3);
    expect(await eventsOf(week)).toHaveLength(3);
    expect(await eventsOf(older)).toEqual([]);
    const [who] = people as [Known];
    await lock(who);
    const mine = (await rows(runtime, 'Lockouts')).find(
      (row) => row.personKey === who.personKey && row.day === '2027-04-10',
    );
    expect(mine?.ttl * 1000).toBeGreaterThanOrEqual(Date.parse('2027-04-18T00:00:00+08:00'));
    runtime.clock.set('2027-04-11T00:00:00+08:00');
    expect(await sweep()).toBe(1);
  });

  long('UNL-1 goes through more locks than a page holds', async () => {
    runtime.clock.set('2027-05-02T00:00:00+08:00');
    const keys = await lockedRows('2027-05-01', 1_700, 'many');
    expect(await sweep()).toBe(1_700);
    expect(new Set((await eventsOf(keys)).map((event) => event.subject)).size).toBe(1_700);
    expect(await sweep()).toBe(0);
  });

  keeping(1)(['crash', 'crash-after', 'error500'] as const)(
    'UNL-1 that dies half-way (%s) is finished by the next run, with one event each',
    async (kind) => {
      const day = { crash: '2027-06-01', 'crash-after': '2027-06-02', error500: '2027-06-03' }[kind];
      runtime.clock.set(`${day}T23:00:00+08:00`);
      const keys = await lockedRows(day, 40, kind);
      runtime.clock.advance(3_600);
      let first = 0;
      await runtime.provoking(async () => {
        runtime.faults.add({
          function: 'midnight-unlock',
          action: 'TransactWriteItems',
          nth: 12,
          kind,
          times: Number.POSITIVE_INFINITY,
        });
        const died = await runtime.http('POST', '/local/schedule/midnight-unlock');
        expect(died.status).toBe(500);
        // Waits for the calls that ran in parallel to the failed one.
        await new Promise((resolve) => setTimeout(resolve, 300));
        first = (await eventsOf(keys)).length;
        expect(first).toBeGreaterThan(0);
      });
      const left = (await rows(runtime, 'Lockouts')).filter(
        (row) => row.sweepKey && keys.includes(row.personKey),
      ).length;
      expect(await sweep()).toBe(left);
      expect(await eventsOf(keys)).toHaveLength(40);
      expect(new Set((await eventsOf(keys)).map((event) => event.subject)).size).toBe(40);
      expect(await sweep()).toBe(0);
    },
  );

  it('UNL-1 a lost answer writes nothing twice', async () => {
    runtime.clock.set('2027-06-11T00:00:00+08:00');
    const keys = await lockedRows('2027-06-10', 8, 'lost');
    runtime.faults.add({
      function: 'midnight-unlock',
      action: 'TransactWriteItems',
      kind: 'after',
      times: 4,
    });
    expect(await sweep()).toBe(8);
    expect(await eventsOf(keys)).toHaveLength(8);
  });

  long('UNL-1 costs by locked accounts, not by users', async () => {
    const cost = async () => {
      runtime.resetUsage();
      await sweep();
      const { calls, readUnits, writeUnits } = runtime.usage()['midnight-unlock'] ?? {
        calls: 0,
        readUnits: 0,
        writeUnits: 0,
      };
      return { calls, readUnits, writeUnits };
    };
    runtime.clock.set('2027-07-02T00:00:00+08:00');
    const idle = await cost();
    // People with failures and without a lock, and all other people, cost the sweep nothing.
    const TableName = runtime.tables.find((name) => name.endsWith('Lockouts')) ?? '';
    for (let i = 0; i < 300; i++)
      await runtime.dynamodb('PutItem', {
        TableName,
        Item: {
          personKey: { S: `unlocked-${i}` },
          day: { S: '2027-07-01' },
          password: { SS: ['a', 'b', 'c', 'd'] },
        },
      });
    expect(await cost()).toEqual(idle);
    await lockedRows('2027-07-01', 10, 'ten');
    const ten = await cost();
    expect(ten.calls - idle.calls).toBe(10);
    await lockedRows('2027-07-01', 40, 'forty');
    const forty = await cost();
    expect(forty.calls - idle.calls).toBe(40);
    expect(forty.writeUnits).toBeLessThanOrEqual(4.5 * ten.writeUnits);
    expect(idle.writeUnits).toBe(0);
  });
});
