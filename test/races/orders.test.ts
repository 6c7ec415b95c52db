import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { laterSteps, signedInSteps, type Way } from '../flows/support/account-ways.ts';
import { feed } from '../flows/support/feed-lines.ts';
import { type LegacyRuntime, openLegacyRuntime } from '../flows/support/legacy.ts';
import { orderAtHall, orderLine } from '../flows/support/orders.ts';
import { person } from '../support/people.ts';
import { expectStatus, loggedInByFace, registered } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import { knownPerson, row, rows } from '../support/watched.ts';

let runtime: LegacyRuntime;
beforeAll(async () => {
  runtime = await openLegacyRuntime();
});
afterAll(() => runtime?.finish());
afterEach(() => runtime.faults.clear());

let office = 0;
const ordered = async (who: Parameters<typeof orderAtHall>[1], order: string) =>
  expectStatus(await orderAtHall(runtime, who, order, {}, { office: `办税厅 ${office++}` }), 204);

/** Lets the order come after all reads and before the write. */
async function overtaken<T>(
  rule: { function: string; action?: string },
  call: () => Promise<T>,
  order: () => Promise<unknown>,
) {
  const id = runtime.faults.add({ kind: 'hold', ...rule, nth: 1, per: 'runtime' });
  const held = runtime.faults.held(id);
  const reply = call();
  await held;
  await order();
  runtime.faults.release(id);
  return reply;
}

describe('ORD-1 an order that comes while', () => {
  keeping(3)([...laterSteps, ...signedInSteps].filter(({ decides }) => decides))(
    'ORD-1 $name is being written: it is not',
    async ({ prepare, decides }: Way) => {
      const { who, last } = await prepare(runtime);
      const sessions = (await rows(runtime, 'Sessions')).filter(({ ended }) => !ended).length;
      const reply = await overtaken(decides ?? { function: '' }, last, () => ordered(who, 'suspend'));
      // A signed-in person may first learn that the order ended the session (SES-2).
      expect([
        [403, 'ACCOUNT_SUSPENDED', undefined],
        [401, 'SESSION_ENDED', 'suspended'],
      ]).toContainEqual([reply.status, reply.body?.code, reply.body?.reason]);
      expect(reply.cookie).toBeUndefined();
      const open = (await rows(runtime, 'Sessions')).filter(({ ended }) => !ended).length;
      expect(open).toBeLessThanOrEqual(sessions);
    },
  );

  long('ORD-1 SES-2 a session is refreshed: it is over', async () => {
    const who = await registered(runtime);
    const { cookie } = await loggedInByFace(runtime, who);
    const refresh = () => runtime.http('POST', '/v1/session/refresh', undefined, { cookie });
    const rule = { function: 'session', action: 'UpdateItem' };
    const reply = await overtaken(rule, refresh, () => ordered(who, 'suspend'));
    expect([reply.body.code, reply.body.reason]).toEqual(['SESSION_ENDED', 'suspended']);
  });

  long('ORD-1 SES-2 end-sessions: the session that is just opened is ended or opened after it', async () => {
    const way = laterSteps.find(({ name }) => name === 'the face of a login');
    const { who, last } = (await way?.prepare(runtime)) ?? expect.fail();
    const reply = await overtaken({ function: 'login', action: 'TransactWriteItems' }, last, () =>
      ordered(who, 'end-sessions'),
    );
    // The call was decided again after the order. The session of the call is new, and the next order ends it.
    expectStatus(reply, 200);
    await ordered(who, 'end-sessions');
    const ended = await runtime.http('POST', '/v1/session/refresh', undefined, {
      cookie: reply.cookie ?? '',
    });
    expect(ended.body.reason).toBe('by-order');
  });
});

describe('ORD-1 two officers', () => {
  it('ORD-1 ENT-3 a feed’s older suspension that is written late does not undo its newer resumption', async () => {
    const who = await knownPerson(runtime);
    const reports: { accepted: number; stale: number }[] = [];
    const older = overtaken(
      { function: 'registry-feed', action: 'TransactWriteItems' },
      () => feed(runtime, orderLine(who, 'suspend', 5)),
      async () => reports.push(await feed(runtime, orderLine(who, 'resume', 6))),
    );
    expect(await older).toMatchObject({ accepted: 0, stale: 1 });
    expect(reports).toMatchObject([{ accepted: 1 }]);
    expect((await row(runtime, 'Users', { personKey: who.personKey })).orders).toEqual({ version: 6 });
  });

  long(
    'ORD-1 counters that order at once are taken one after the other, and what stands is the last of them',
    async () => {
      const who = await knownPerson(runtime);
      for (let round = 0; round < 4; round++) {
        await Promise.all([ordered(who, 'suspend'), ordered(who, 'resume'), ordered(who, 'empty-phones')]);
        const { orders, phones } = await row(runtime, 'Users', { personKey: who.personKey });
        expect(phones).toBeUndefined();
        expect(orders.emptiedAt).toBeDefined();
        expect([0, 1]).toContain(Object.keys(orders).filter((one) => one === 'suspendedAt').length);
      }
      const audit = (await rows(runtime, 'Audit')).filter(({ subject }) => subject === who.personKey);
      for (const kind of ['account-suspended', 'account-resumed', 'phones-emptied'])
        expect(audit.filter((event) => event.kind === kind)).toHaveLength(4);
    },
  );

  it('ORD-1 an order overtaken by another is decided anew: both hold', async () => {
    const who = await knownPerson(runtime);
    const reply = await overtaken(
      { function: 'hall', action: 'TransactWriteItems' },
      () => orderAtHall(runtime, who, 'empty-phones', {}, { office: 'A' }),
      () => feed(runtime, orderLine(who, 'suspend', 1)),
    );
    expectStatus(reply, 204);
    const { orders, phones } = await row(runtime, 'Users', { personKey: who.personKey });
    expect([phones, orders.version, typeof orders.suspendedAt, typeof orders.emptiedAt]).toEqual([
      undefined,
      1,
      'string',
      'string',
    ]);
  });
});

long('ORD-1 of any number of orders at once an office gives exactly its limit', async () => {
  const replies = await Promise.all(
    Array.from({ length: 36 }, () =>
      orderAtHall(runtime, person(), 'resume', {}, { office: '黟县办税服务厅' }),
    ),
  );
  const statuses = replies.map(({ status }) => status);
  expect(statuses.filter((status) => status === 204)).toHaveLength(30);
  expect(statuses.filter((status) => status === 429)).toHaveLength(6);
});
