import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channels } from '#domain/names.ts';
import { feedOffice, orderCountUpdate } from '#store/tickets/order-hours.ts';
import { creditCode } from '../support/credit-codes.ts';
import { mobile, person, type Sample } from '../support/people.ts';
import {
  codeFor,
  enterPassword,
  expectStatus,
  fillProfile,
  loggedInByFace,
  registered,
  scanFace,
  startRegistration,
  wait,
} from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { long } from '../support/variants.ts';
import {
  type Known,
  knownPerson,
  openWatchedRuntime,
  row,
  rows,
  type WatchedRuntime,
} from '../support/watched.ts';
import { putAll } from './support/bulk.ts';
import { asChannel } from './support/channels.ts';
import { feed } from './support/feed-lines.ts';
import { legacy, moved, personLine } from './support/migration.ts';
import { orderAtHall, orderLine, secondOfficer } from './support/orders.ts';
import { expectProblem } from './support/problems.ts';
import { claimed, fed, noticesTo, said, taxHandler } from './support/staff.ts';
import { eventsOf, setIn } from './support/tables.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());

const counter = { officer: '3401001', office: '合肥市办税服务厅' };
const ordered = async (who: Sample, order: string, more: object = {}) =>
  expectStatus(await orderAtHall(runtime, who, order, more, { office: `办税厅 ${Math.random()}` }), 204);
const stateOf = async ({ personKey }: Known) => (await row(runtime, 'Users', { personKey })).orders;
const login = (who: Sample, password = who.password) => enterPassword(runtime, who.documentNumber, password);
const refresh = (cookie: string) => runtime.http('POST', '/v1/session/refresh', undefined, { cookie });
const told = (report: object, list: 'rejected' | 'warnings') =>
  (report as Record<string, { line: number; code: string }[]>)[list]?.map(({ line, code }) => [line, code]);

describe('ORD-1 suspending and resuming', () => {
  long(
    'ORD-1 LGN-2 is told after the right password only, and a wrong one counts and says nothing of it',
    async () => {
      const who = await knownPerson(runtime);
      await ordered(who, 'suspend');
      const wrong = await login(who, 'Falsch#9182');
      expect([said(wrong), wrong.body.remainingAttempts]).toEqual(['BAD_CREDENTIALS', 4]);
      const right = await login(who);
      expectProblem(right);
      expect([right.status, right.body.code]).toEqual([403, 'ACCOUNT_SUSPENDED']);
      expect(right.body.detail).toContain('12366');
      // The right password is not a failure, and resets the count.
      expect((await login(who, 'Falsch#9182')).body.remainingAttempts).toBe(4);
      for (let look = 0; look < 4; look++) await login(who, 'Falsch#9182');
      expect(said(await login(who))).toBe('ACCOUNT_LOCKED');
    },
  );

  long(
    'ORD-1 SES-2 ends the sessions at once with their reason, and a resumption brings none back',
    async () => {
      const who = await knownPerson(runtime);
      const { session, cookie } = await loggedInByFace(runtime, who);
      const token = session.accessToken;
      const at = runtime.clock.now().getTime();
      await ordered(who, 'suspend');
      for (const reply of [
        await refresh(cookie),
        await runtime.http('GET', '/v1/account', undefined, { token }),
      ]) {
        expect(said(reply)).toBe('SESSION_ENDED');
        expect(reply.body.reason).toBe('suspended');
        expect(Math.abs(Date.parse(reply.body.at) - at)).toBeLessThan(60_000);
        expect(reply.body.title).toContain('停用');
      }
      await ordered(who, 'resume');
      expect((await refresh(cookie)).body.reason).toBe('suspended');
      expectStatus(await login(who), 201);
      await loggedInByFace(runtime, who);
    },
  );

  long('ORD-1 ends sessions alone: the account goes on', async () => {
    const who = await knownPerson(runtime);
    const { cookie } = await loggedInByFace(runtime, who);
    await ordered(who, 'end-sessions');
    const ended = await refresh(cookie);
    expect([said(ended), ended.body.reason]).toEqual(['SESSION_ENDED', 'by-order']);
    await loggedInByFace(runtime, who);
  });

  long('ORD-1 is audited with officers and office, told by SMS, and seen in the own history', async () => {
    const who = await knownPerson(runtime);
    await loggedInByFace(runtime, who);
    const happened = await eventsOf(runtime, async () => {
      expectStatus(
        await orderAtHall(runtime, who, 'suspend', {
          reason: `来函 ${who.documentNumber} 号码 ${who.phone}`,
        }),
        204,
      );
    });
    expect(happened.map(({ kind }) => kind).sort()).toEqual(['account-suspended', 'session-ended']);
    const [event] = happened.filter(({ kind }) => kind === 'account-suspended');
    expect(event).toMatchObject({
      subject: who.personKey,
      channel: 'hall',
      detail: { ...counter, approvedBy: secondOfficer, grounds: expect.stringContaining('来函') },
    });
    expect(JSON.stringify(happened)).not.toMatch(new RegExp(`${who.documentNumber}|${who.phone}`));
    expect(noticesTo(runtime, who.phone)[0]).toContain('账号已被税务机关停用');
    await ordered(who, 'resume');
    expect(noticesTo(runtime, who.phone)[0]).toContain('恢复使用');
    const { session } = await loggedInByFace(runtime, who);
    const { body } = await runtime.http('GET', '/v1/account/activity', undefined, {
      token: session.accessToken,
    });
    const own = body.events.filter(({ kind }: { kind: string }) => kind.startsWith('account-'));
    expect(own).toMatchObject([
      { kind: 'account-resumed', channel: 'hall' },
      { kind: 'account-suspended', channel: 'hall', detail: { office: counter.office } },
    ]);
    // The history does not show officers.
    expect(JSON.stringify(own)).not.toMatch(/3401001|3401002|来函/);
  });

  long('ORD-1 SES-3 ends every session where the stage allows several', async () => {
    const who = await knownPerson(runtime);
    const { cookie } = await loggedInByFace(runtime, who);
    const otherWebSessions = [{ sessionId: 'other', expiresAt: 9_999_999_999 }];
    await setIn(runtime, 'Users', { personKey: who.personKey }, { otherWebSessions });
    await putAll(runtime, 'Sessions', [{ sessionId: 'other', personKey: who.personKey }]);
    await ordered(who, 'suspend');
    expect((await refresh(cookie)).body.reason).toBe('suspended');
    expect((await row(runtime, 'Sessions', { sessionId: 'other' })).ended.reason).toBe('suspended');
  });
});

describe('ORD-1 taking an account off its phones', () => {
  long('ORD-1 LGN-5 empties all of them, tells each before, and frees the numbers', async () => {
    const who = await knownPerson(runtime);
    await wait(runtime, 61);
    const second = mobile();
    const token = (await loggedInByFace(runtime, who)).session.accessToken;
    expectStatus(await runtime.http('POST', '/v1/account/phones/sms', { phone: second }, { token }), 202);
    const smsCode = await codeFor(runtime, second);
    expectStatus(
      await runtime.http('POST', '/v1/account/phones', { phone: second, smsCode }, { token }),
      201,
    );
    await ordered(who, 'empty-phones');
    for (const phone of [who.phone, second]) expect(noticesTo(runtime, phone)[0]).toContain('置空');
    const { body } = expectStatus(await login(who), 201);
    expect(body.secondFactors).toEqual([{ method: 'face' }]);
    expect(body.notices).toMatchObject([{ code: 'PHONE_EMPTY' }]);
    expect(said(await enterPassword(runtime, who.phone, who.password))).toBe('PHONE_NOT_FOUND');
    const user = await row(runtime, 'Users', { personKey: who.personKey });
    expect([user.phones, user.defaultPhoneId, user.lastWindow]).toEqual([undefined, undefined, undefined]);
    expect(user.orders.emptied).toHaveLength(2);
    expect((await rows(runtime, 'Phones')).filter((one) => one.personKey === who.personKey)).toEqual([]);
    // Another person can take the number, because nobody owns it now.
    await wait(runtime, 61);
    await registered(runtime, person({ phone: who.phone }));
  });

  it('ORD-1 a code on its way to an emptied number opens nothing', async () => {
    const who = await knownPerson(runtime);
    await wait(runtime, 61);
    const { loginId } = (await login(who)).body;
    expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/sms`), 202);
    const smsCode = await codeFor(runtime, who.phone);
    await ordered(who, 'empty-phones');
    expect(said(await runtime.http('POST', `/v1/logins/${loginId}/verify`, { smsCode }))).toBe(
      'FACE_REQUIRED',
    );
  });

  it('ORD-1 MIG-1 an import brings no number back to who was taken off all phones', async () => {
    const who = person();
    await moved(runtime, who);
    await fed(runtime, orderLine(who, 'empty-phones', 1));
    await fed(
      runtime,
      personLine(who, 2, { passwordHash: legacy('MD5', who.password), phones: [who.phone, mobile()] }),
    );
    const later = person();
    await fed(runtime, orderLine(later, 'empty-phones', 1));
    await moved(runtime, later);
    for (const one of [who, later]) {
      const { body } = expectStatus(await login(one, one.password), 201);
      expect(body.secondFactors).toEqual([{ method: 'face' }]);
    }
  });
});

describe('ORD-1 the second officer', () => {
  it.each(['suspend', 'empty-phones'])(
    'ORD-1 %s names another officer, at the counter and in the feed',
    async (order) => {
      const who = await knownPerson(runtime);
      for (const approvedBy of [undefined, '3401001', ' 3401001 ', '３４０１００１', ' ']) {
        const reply = await orderAtHall(runtime, who, order, { approvedBy });
        expectProblem(reply, String(approvedBy));
        expect([said(reply), reply.body.errors.map(({ path }: { path: string }) => path)]).toEqual([
          'BAD_REQUEST',
          ['approvedBy'],
        ]);
        const report = await feed(runtime, orderLine(who, order, 1, { approvedBy }));
        expect(report).toMatchObject({ accepted: 0, rejected: [{ line: 1, code: 'BAD_REQUEST' }] });
      }
      expect(await stateOf(who)).toBeUndefined();
      expectStatus(await login(who), 201);
    },
  );

  it.each(['resume', 'end-sessions'])(
    'ORD-1 %s needs none, but one that is named must be another',
    async (order) => {
      const who = await knownPerson(runtime);
      await ordered(who, order);
      expect(said(await orderAtHall(runtime, who, order, { approvedBy: '3401001' }))).toBe('BAD_REQUEST');
    },
  );
});

describe('ORD-1 by whom and of whom', () => {
  it('CHN-1 only a hall orders, with officer and office', async () => {
    const who = person();
    const body = {
      person: { documentType: who.documentType, documentNumber: who.documentNumber },
      order: 'resume',
      reason: '恢复',
    };
    for (const channel of channels.filter((one) => one !== 'web' && one !== 'hall'))
      expect(said(await asChannel(runtime, channel)('POST', '/v1/hall/orders', body))).toBe(
        'CHANNEL_NOT_ALLOWED',
      );
    expect(said(await runtime.http('POST', '/v1/hall/orders', body))).toBe('ASSERTION_INVALID');
    const nameless = asChannel(runtime, 'hall', { office: undefined });
    expect(said(await nameless('POST', '/v1/hall/orders', body))).toBe('ASSERTION_INVALID');
  });

  it('DOC-2 DOC-5 refuses what is no document, no order, no reason, or another name', async () => {
    const who = await knownPerson(runtime);
    const { documentType, documentNumber } = who;
    for (const [more, code] of [
      [{ person: { documentType, documentNumber: '340101199001011111' } }, 'DOCUMENT_INVALID'],
      [{ person: { documentType, documentNumber, name: '别的人' } }, 'PERSON_MISMATCH'],
      [{ person: { documentType } }, 'BAD_REQUEST'],
      [{ order: 'delete' }, 'BAD_REQUEST'],
      [{ reason: '  ' }, 'BAD_REQUEST'],
      [{ reason: '长'.repeat(201) }, 'BAD_REQUEST'],
    ] as const) {
      const reply = await orderAtHall(runtime, who, 'suspend', more);
      expectProblem(reply, code);
      expect(said(reply)).toBe(code);
    }
    const named = {
      person: { documentType, documentNumber: documentNumber.toLowerCase(), name: ` ${who.name} ` },
    };
    await ordered(who, 'suspend', named);
  });

  long('ORD-1 an order for somebody unknown holds: they cannot register until it is lifted', async () => {
    const who = person();
    await ordered(who, 'suspend');
    const start = () =>
      runtime.http('POST', '/v1/registrations', { ...claimed(who), consents: ['privacy', 'face'] });
    expect(said(await start())).toBe('ACCOUNT_SUSPENDED');
    expect(said(await login(who))).toBe('USER_NOT_REGISTERED');
    await ordered(who, 'resume');
    await registered(runtime, who);
    expectStatus(await login(who), 201);
  });

  long(
    'ORD-1 ENT-3 MIG-1 a row that only an order made takes its name from whoever names it first',
    async () => {
      const [collected, imported, handler] = [person(), person(), person()];
      for (const who of [collected, imported, handler]) await ordered(who, 'suspend');
      const hall = asChannel(runtime, 'hall');
      expectStatus(
        await hall('POST', '/v1/hall/collections', { person: claimed(collected), phone: collected.phone }),
        201,
      );
      await moved(runtime, imported);
      expect(said(await login(imported))).toBe('ACCOUNT_SUSPENDED');
      await fed(runtime, taxHandler(creditCode(), handler));
      for (const who of [collected, imported, handler]) {
        const named = { person: { ...claimed(who), name: '别的人' } };
        expect(said(await orderAtHall(runtime, who, 'resume', named))).toBe('PERSON_MISMATCH');
      }
      await ordered(imported, 'resume');
      expectStatus(await login(imported), 201);
    },
  );

  it('ORD-1 REG-4 outlives the account: who closed it is suspended when they come again', async () => {
    const who = person();
    await moved(runtime, who, { state: 'cancelled' });
    await fed(runtime, orderLine(who, 'suspend', 1));
    const start = await runtime.http('POST', '/v1/registrations', {
      ...claimed(who),
      consents: ['privacy', 'face'],
    });
    expect(said(start)).toBe('ACCOUNT_SUSPENDED');
    expect(said(await login(who))).toBe('USER_NOT_REGISTERED');
  });

  long('ORD-1 stops a registration that had begun before it', async () => {
    const who = person();
    const id = await startRegistration(runtime, who);
    expectStatus(await fillProfile(runtime, id, who), 200);
    await ordered(who, 'suspend');
    const scan = expectStatus(await runtime.http('POST', `/v1/registrations/${id}/face`), 201).body;
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    expect(said(await runtime.http('POST', `/v1/registrations/${id}/complete`))).toBe('ACCOUNT_SUSPENDED');
  });
});

describe('ORD-1 versions', () => {
  it('ENT-3 are a sequence of their own: an older line is accepted, counted and changes nothing', async () => {
    const who = await knownPerson(runtime);
    expect(await feed(runtime, orderLine(who, 'suspend', 5))).toMatchObject({ accepted: 1, stale: 0 });
    expect(await feed(runtime, orderLine(who, 'resume', 5))).toMatchObject({ accepted: 0, stale: 1 });
    expect(await feed(runtime, orderLine(who, 'resume', 4))).toMatchObject({
      accepted: 0,
      stale: 1,
      rejected: [],
    });
    expect(said(await login(who))).toBe('ACCOUNT_SUSPENDED');
    expect(await feed(runtime, orderLine(who, 'resume', 6))).toMatchObject({ accepted: 1 });
    expectStatus(await login(who), 201);
    // Other lines about the person have versions of their own.
    const line = {
      type: 'collection',
      version: 1,
      person: claimed(who),
      phone: who.phone,
      officer: '3401001',
    };
    expect(await feed(runtime, line)).toMatchObject({ accepted: 1 });
  });

  it('ORD-1 a counter’s order comes after what was ordered before, and leaves the feed’s versions alone', async () => {
    const who = await knownPerson(runtime);
    await fed(runtime, orderLine(who, 'suspend', 5));
    await ordered(who, 'resume');
    expectStatus(await login(who), 201);
    expect(await feed(runtime, orderLine(who, 'suspend', 5))).toMatchObject({ stale: 1 });
    expectStatus(await login(who), 201);
    await fed(runtime, orderLine(who, 'suspend', 6));
    expect(said(await login(who))).toBe('ACCOUNT_SUSPENDED');
  });
});

describe('ORD-1 MIG-1 a person line that means an order', () => {
  it.each(['invalid', 'cancelled'])(
    'is taken without its %s state, with a warning that says what to send',
    async (state) => {
      const who = await registered(runtime);
      const report = await feed(runtime, personLine(who, 1, { state }));
      expect(report).toMatchObject({ accepted: 1 });
      expect(told(report, 'warnings')).toEqual([[1, 'STATE_NOT_TAKEN']]);
      expect(JSON.stringify(report)).toMatch(/order.*suspend/);
      expectStatus(await login(who), 201);
      expect(told(await feed(runtime, personLine(who, 2)), 'warnings')).toEqual([]);
    },
  );
});

describe('ORD-1 the hour of an office', () => {
  long('ORD-1 has a limit, and operators are told before it', async () => {
    const who = person();
    const office = '歙县办税服务厅';
    const lines = () =>
      runtime
        .logs()
        .filter(({ line }) => line.includes(office) && line.includes('Orders'))
        .map(({ line }) => JSON.parse(line));
    for (let given = 1; given <= 30; given++)
      expectStatus(await orderAtHall(runtime, who, 'resume', {}, { office }), 204);
    // From 80 % of the limit on, each line counts as near the limit.
    await expect.poll(() => lines().map(({ inHour }) => inHour)).toHaveLength(30);
    expect(lines().flatMap((line) => (line.OrdersNearLimit === 1 ? [line.inHour] : []))).toEqual([
      24, 25, 26, 27, 28, 29, 30,
    ]);
    const refused = await orderAtHall(runtime, who, 'suspend', {}, { office });
    expectProblem(refused);
    expect([refused.status, refused.body.code]).toEqual([429, 'TOO_MANY_REQUESTS']);
    expect(Date.parse(refused.body.retryAt) % 3_600_000).toBe(0);
    expectStatus(await orderAtHall(runtime, who, 'resume', {}, { office: '休宁县办税服务厅' }), 204);
    await wait(runtime, 3600);
    expectStatus(await orderAtHall(runtime, who, 'resume', {}, { office }), 204);
  });
});

describe('ORD-1 the hour of the feed', () => {
  const all = Array.from({ length: 3 }, () => person());
  const message = (version: number) => ({
    Records: [
      {
        messageId: 'm',
        body: all.map((who) => JSON.stringify(orderLine(who, 'suspend', version))).join('\n'),
      },
    ],
  });
  const suspended = async () =>
    (await Promise.all(all.map((who) => login(who)))).filter((reply) => said(reply) === 'ACCOUNT_SUSPENDED');
  const given = async (count: number) => {
    const update = orderCountUpdate(feedOffice, runtime.clock.now(), 0);
    if (!('update' in update)) throw new Error('the count is an update');
    await runtime.dynamodb('UpdateItem', {
      TableName: runtime.tables.find((name) => name.endsWith('-Tickets')),
      Key: { ticketKey: { S: update.key.ticketKey } },
      UpdateExpression: 'SET #count = :count',
      ExpressionAttributeNames: { '#count': 'count' },
      ExpressionAttributeValues: { ':count': { N: String(count) } },
    });
  };

  long(
    'ORD-1 has a limit, exactly: what brings more is given back whole and waits for a person, who may hand it over',
    async () => {
      for (const who of all) await settled(runtime, who);
      await given(298);
      const heldBack = { batchItemFailures: [{ itemIdentifier: 'm' }] };
      expect(await runtime.invoke('registry-feed', message(1))).toEqual(heldBack);
      expect(await suspended()).toHaveLength(2);
      // The message comes again and is refused again. The orders that were taken before do not count again.
      expect(await runtime.invoke('registry-feed', message(1))).toEqual(heldBack);
      expect(await suspended()).toHaveLength(2);
      expect(JSON.stringify(runtime.logs())).toContain('more than 300 orders in an hour');
      // An operator who has looked at the orders calls the function directly.
      expect(await feed(runtime, ...all.map((who) => orderLine(who, 'suspend', 1)))).toMatchObject({
        accepted: 1,
        stale: 2,
      });
      expect(await suspended()).toHaveLength(3);
      await wait(runtime, 3600);
      expect(await runtime.invoke('registry-feed', message(2))).toEqual({ batchItemFailures: [] });
    },
  );
});
