/** @module-tag grants */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followingDay, shanghaiDay } from '#domain/days.ts';
import type { Loose } from '../support/client.ts';
import { creditCode } from '../support/credit-codes.ts';
import { person } from '../support/people.ts';
import { expectStatus, registered } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';
import { asChannel, claimOf } from './support/channels.ts';
import { feed, legalRepresentative, taxpayer } from './support/feed-lines.ts';
import { expectProblem } from './support/problems.ts';
import {
  applied,
  company,
  decide,
  fed,
  financeHead,
  noticesTo,
  said,
  somebody,
  taxHandler,
} from './support/staff.ts';
import { eventsOf, rowsOf } from './support/tables.ts';

describe('what a person does with authorizations', () => {
  let runtime: WatchedRuntime;
  beforeAll(async () => {
    runtime = await openWatchedRuntime({}, null);
  });
  afterAll(() => runtime?.finish('authorizations'));

  const everything = ['confirm', 'reject', 'withdraw', 'hide', 'delete'];

  long('REL-6 applies to a company and may withdraw; the record stays visible to both', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    expectStatus(await hand.call('POST', '/v1/authorizations/preview', { taxpayerId: firm.id }), 200);
    const lastDay = followingDay(shanghaiDay(runtime.clock.now()));
    const reply = expectStatus(await applied(hand, firm.id.toLowerCase(), { validUntil: lastDay }), 201);
    const { authorizationId } = reply.body;
    expect(await hand.listed('pending', firm.id)).toMatchObject([
      { authorizationId, direction: 'applied', refusable: false, validUntil: lastDay },
    ]);
    expect(await firm.staff('pending')).toMatchObject([{ authorizationId, direction: 'applied' }]);
    const { body } = expectStatus(await decide(hand, authorizationId, 'withdraw'), 200);
    expect(body).toEqual({ authorizationId, state: 'withdrawn' });
    expect(await hand.listed('history', firm.id)).toMatchObject([{ authorizationId, state: 'withdrawn' }]);
    expect(await firm.staff('history')).toMatchObject([{ authorizationId, state: 'withdrawn' }]);
    expect(said(await firm.on(authorizationId, 'confirm'))).toBe('STATE_CONFLICT');
    expect(said(await decide(hand, authorizationId, 'withdraw'))).toBe('STATE_CONFLICT');
  });

  long('REL-6 refuses roles that nobody applies for, unknown companies, and bad fields by name', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    for (const role of ['legal-representative', 'finance-head', 'tax-agent'])
      expect(said(await applied(hand, firm.id, { role }))).toBe('ROLE_NOT_ALLOWED');
    const [gone, waiting] = [creditCode(), creditCode()];
    await fed(
      runtime,
      taxpayer(gone, 1, { state: 'cancelled' }),
      taxpayer(waiting, 1, { state: 'awaiting-confirmation' }),
    );
    for (const id of [creditCode(), gone, 'X', '91340100MA_000000A'])
      expect(said(await applied(hand, id))).toBe('TAXPAYER_NOT_FOUND');
    expect(said(await applied(hand, waiting))).toBe('COMPANY_NOT_CONFIRMED');
    for (const [fields, path] of [
      [{ role: 'owner' }, 'role'],
      [{ taxpayerId: '' }, 'taxpayerId'],
      [{ taxpayerId: 5 }, 'taxpayerId'],
      [{ validUntil: '2020-01-01' }, 'validUntil'],
      [{ validUntil: '2027-1-1' }, 'validUntil'],
    ] as const) {
      const reply = await applied(hand, firm.id, fields);
      expectProblem(reply, path);
      expect([said(reply), reply.body.errors?.map((one: Loose) => one.path)]).toEqual([
        'BAD_REQUEST',
        [path],
      ]);
    }
    expect(await firm.staff('pending')).toEqual([]);
  });

  long('REL-5 confirms and refuses as natural person only', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    const own = await company(runtime);
    const home = await own.invited(hand.who);
    await decide(hand, home, 'confirm');
    const id = await firm.invited(hand.who);
    expectStatus(await hand.switchTo(own.id), 200);
    expect(said(await decide(hand, id, 'confirm'))).toBe('ROLE_NOT_ALLOWED');
    expect(said(await decide(hand, id, 'reject'))).toBe('ROLE_NOT_ALLOWED');
    expect(await firm.staff('pending')).toHaveLength(1);
    expectStatus(await hand.switchTo(), 200);
    expectStatus(await decide(hand, id, 'reject'), 200);
    expect(await firm.staff('history')).toMatchObject([{ authorizationId: id, state: 'rejected' }]);
  });

  long('REL-3 a finance head confirms, and cannot refuse, withdraw or leave', async () => {
    const [firm, head] = [await company(runtime), await somebody(runtime)];
    await fed(runtime, financeHead(firm.id, head.who));
    const [{ authorizationId, refusable }] = await head.listed('pending', firm.id);
    expect(refusable).toBe(false);
    expect(said(await decide(head, authorizationId, 'reject'))).toBe('REFUSAL_NOT_ALLOWED');
    expect(said(await decide(head, authorizationId, 'withdraw'))).toBe('STATE_CONFLICT');
    expect(said(await decide(head, authorizationId, 'delete'))).toBe('ROLE_NOT_ALLOWED');
    expectStatus(await decide(head, authorizationId, 'confirm'), 200);
    expect(said(await decide(head, authorizationId, 'confirm'))).toBe('STATE_CONFLICT');
    expect(said(await decide(head, authorizationId, 'reject'))).toBe('STATE_CONFLICT');
    expect(said(await decide(head, authorizationId, 'delete'))).toBe('ROLE_NOT_ALLOWED');
    expectStatus(await head.switchTo(firm.id, 'finance-head'), 200);
  });

  long('REL-2 a legal representative neither confirms nor refuses nor leaves', async () => {
    const boss = await somebody(runtime);
    const id = creditCode();
    await fed(
      runtime,
      taxpayer(id, 1, { state: 'awaiting-confirmation' }),
      legalRepresentative(id, boss.who),
    );
    const [{ authorizationId }] = await boss.listed('pending', id);
    const answers: string[] = [];
    for (const what of everything) answers.push(said(await decide(boss, authorizationId, what)));
    expect(answers).toEqual([
      'ROLE_NOT_ALLOWED',
      'REFUSAL_NOT_ALLOWED',
      'STATE_CONFLICT',
      'STATE_CONFLICT',
      'ROLE_NOT_ALLOWED',
    ]);
    expect(await boss.listed('pending', id)).toHaveLength(1);
  });

  long('REL-7 leaves a company at once, also in the own live session; the company sees it', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    const id = await firm.invited(hand.who);
    expect(said(await decide(hand, id, 'delete'))).toBe('STATE_CONFLICT');
    await decide(hand, id, 'confirm');
    expectStatus(await hand.switchTo(firm.id), 200);
    const happened = await eventsOf(runtime, async () => expectStatus(await decide(hand, id, 'delete'), 204));
    expect(happened.map(({ kind }) => kind)).toEqual(['relation-deleted', 'relation-deleted']);
    expect(said(await hand.call('GET', '/v1/enterprise'))).toBe('RELATION_NOT_FOUND');
    expect(await firm.staff('history')).toMatchObject([{ authorizationId: id, state: 'deleted' }]);
    // The person did this, so no SMS informs the person.
    expect(noticesTo(runtime, hand.who.phone)).toHaveLength(1);
    expectStatus(await applied(hand, firm.id), 403);
    await hand.logIn();
    expectStatus(await applied(hand, firm.id), 201);
  });

  long(
    'CTR-3 清除记录 hides what has ended from the person alone, also once it lies in history',
    async () => {
      const [firm, hand] = [await company(runtime), await somebody(runtime)];
      const first = await firm.invited(hand.who);
      expect(said(await decide(hand, first, 'hide'))).toBe('STATE_CONFLICT');
      await decide(hand, first, 'reject');
      await firm.invited(hand.who);
      expect(await hand.listed('history', firm.id)).toMatchObject([{ authorizationId: first }]);
      expectStatus(await decide(hand, first, 'hide'), 200);
      expectStatus(await decide(hand, first, 'hide'), 200);
      expect(await hand.listed('history', firm.id)).toEqual([]);
      expect(await firm.staff('history')).toMatchObject([{ authorizationId: first }]);
      expect(
        (await rowsOf(runtime, 'Relationships')).find((row) => row.authorizationId === first),
      ).toMatchObject({
        state: 'rejected',
        hiddenByPerson: true,
      });
    },
  );

  long('REL-5 somebody else’s authorization does not exist', async () => {
    const [firm, hand, other] = [await company(runtime), await somebody(runtime), await somebody(runtime)];
    const id = await firm.invited(hand.who);
    for (const what of everything) {
      expect(said(await decide(other, id, what))).toBe('NOT_FOUND');
      expect(said(await decide(firm.boss, id, what))).toBe(
        what === 'confirm' || what === 'reject' ? 'ROLE_NOT_ALLOWED' : 'NOT_FOUND',
      );
    }
    expect(await hand.listed('pending', firm.id)).toHaveLength(1);
  });

  long('REL-8 an invitation that ran out cannot be accepted, and leaves room for a new one', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    const day = shanghaiDay(runtime.clock.now());
    const id = await firm.invited(hand.who, { validUntil: day });
    await runtime.http('POST', '/local/clock', { now: `${followingDay(day)}T00:00:00+08:00` });
    await Promise.all([hand.logIn(), firm.boss.logIn()]);
    expectStatus(await firm.boss.switchTo(firm.id), 200);
    for (const what of ['confirm', 'reject', 'delete'])
      expect(said(await decide(hand, id, what))).toBe('STATE_CONFLICT');
    expect(await hand.listed('history', firm.id)).toMatchObject([{ authorizationId: id, state: 'expired' }]);
    expectStatus(await decide(hand, id, 'hide'), 200);
    expect(await hand.listed('history', firm.id)).toEqual([]);
    const again = await firm.invited(hand.who);
    expectStatus(await decide(hand, again, 'confirm'), 200);
    await runtime.http('POST', '/local/clock', {});
  });

  long('REL-9 channels look and change nothing', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    const id = await firm.invited(hand.who);
    const calls: [string, string][] = [
      ['POST', '/v1/authorizations'],
      ...everything.map((what): [string, string] =>
        what === 'delete'
          ? ['DELETE', `/v1/authorizations/${id}`]
          : ['POST', `/v1/authorizations/${id}/${what}`],
      ),
    ];
    for (const channel of ['ahtax-app', 'wechat-mini', 'alipay-mini'] as const) {
      const app = asChannel(runtime, channel, claimOf(hand.who));
      for (const [method, path] of calls) {
        const body = { taxpayerId: firm.id, role: 'invoice-clerk' };
        expect(said(await app(method, path, body))).toBe('CHANNEL_NOT_ALLOWED');
        expect(said(await app(method, path, body, { token: hand.token }))).toBe('CHANNEL_NOT_ALLOWED');
      }
      const seen = expectStatus(await app('GET', '/v1/channel/relations'), 200).body.relations;
      expect(seen).toMatchObject([{ taxpayerId: firm.id, state: 'pending' }]);
    }
  });
});

describe('finance heads and tax handlers from the registry', () => {
  let runtime: WatchedRuntime;
  beforeAll(async () => {
    runtime = await openWatchedRuntime({}, null);
  });
  afterAll(() => runtime?.finish());

  const companyRow = async (id: string) =>
    (await rowsOf(runtime, 'Taxpayers')).find((row) => row.companyKey === `c_${id}`);

  long('REL-3 a new finance head supersedes the old, waiting or active; a removal ends it', async () => {
    const firm = await company(runtime);
    const [one, two, three] = [await somebody(runtime), await somebody(runtime), await somebody(runtime)];
    await fed(runtime, financeHead(firm.id, one.who));
    const [{ authorizationId }] = await one.listed('pending', firm.id);
    await decide(one, authorizationId, 'confirm');
    const happened = await eventsOf(runtime, () => feed(runtime, financeHead(firm.id, two.who, 2)));
    expect(happened.map(({ kind }) => kind).sort()).toEqual([
      'relation-pending',
      'relation-pending',
      'relation-superseded',
      'relation-superseded',
    ]);
    expect(await one.listed('history', firm.id)).toMatchObject([{ authorizationId, state: 'superseded' }]);
    await fed(runtime, financeHead(firm.id, three.who, 3));
    expect(await two.listed('history', firm.id)).toMatchObject([{ state: 'superseded' }]);
    await fed(runtime, financeHead(firm.id, two.who, 4, { removed: true }));
    expect(await three.listed('pending', firm.id)).toHaveLength(1);
    await fed(runtime, financeHead(firm.id, three.who, 5, { removed: true }));
    expect(await three.listed('history', firm.id)).toMatchObject([{ state: 'deleted' }]);
    expect(await feed(runtime, financeHead(firm.id, one.who, 5))).toMatchObject({ stale: 1, accepted: 0 });
    expect(await companyRow(firm.id)).toMatchObject({ financeHeadVersion: 5 });
    expect(await companyRow(firm.id)).not.toHaveProperty('financeHead');
  });

  it('REL-3 REL-2 both appointments may be one person, each with versions of its own', async () => {
    const boss = await somebody(runtime);
    const id = creditCode();
    await fed(runtime, financeHead(id, boss.who, 9), legalRepresentative(id, boss.who, 2), taxpayer(id, 1));
    expect(await boss.listed('active', id)).toMatchObject([{ role: 'legal-representative' }]);
    expect(await boss.listed('pending', id)).toMatchObject([{ role: 'finance-head', refusable: false }]);
    await fed(runtime, legalRepresentative(id, person(), 3));
    expect(await boss.listed('pending', id)).toHaveLength(1);
    expect(await boss.listed('active', id)).toEqual([]);
  });

  long(
    'ENT-3 REL-4 lines in any order, before the person is registered, end in the same relations',
    async () => {
      const lines = (id: string, hand: ReturnType<typeof person>, head: ReturnType<typeof person>) => [
        taxpayer(id),
        financeHead(id, head),
        taxHandler(id, hand),
      ];
      for (const order of [
        [0, 1, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
      ]) {
        const [hand, head, id] = [person(), person(), creditCode()];
        const all = lines(id, hand, head);
        for (const at of order) await fed(runtime, all[at] ?? {});
        const [a, b] = [await somebody(runtime, hand), await somebody(runtime, head)];
        expect(await a.listed('pending', id)).toMatchObject([
          {
            role: 'tax-handler',
            direction: 'invited',
            refusable: true,
            taxpayerName: '合肥春晓科技有限公司',
          },
        ]);
        expect(await b.listed('pending', id)).toMatchObject([{ role: 'finance-head' }]);
        const row = await companyRow(id);
        expect(row).not.toHaveProperty('handlersDue');
      }
    },
  );

  long('REL-4 a listed handler waits, confirms or refuses, and a newer line lists them again', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    await fed(runtime, taxHandler(firm.id, hand.who, 3));
    expect(
      await feed(runtime, taxHandler(firm.id, hand.who, 3), taxHandler(firm.id, hand.who, 1)),
    ).toMatchObject({
      accepted: 0,
      stale: 2,
    });
    const [{ authorizationId }] = await hand.listed('pending', firm.id);
    expectStatus(await decide(hand, authorizationId, 'reject'), 200);
    await fed(runtime, taxHandler(firm.id, hand.who, 4));
    const [again] = await hand.listed('pending', firm.id);
    expect(again.authorizationId).not.toBe(authorizationId);
    expectStatus(await decide(hand, again.authorizationId, 'confirm'), 200);
    expectStatus(await hand.switchTo(firm.id), 200);
    await fed(runtime, taxHandler(firm.id, hand.who, 5, { removed: true }));
    expect(said(await hand.call('GET', '/v1/enterprise'))).toBe('RELATION_NOT_FOUND');
    const ended = (await firm.staff('history')).map((one) => [one.authorizationId, one.state]);
    expect(Object.fromEntries(ended)).toEqual({
      [authorizationId]: 'rejected',
      [again.authorizationId]: 'deleted',
    });
  });

  long(
    'ENT-3 a removal that overtook its listing keeps the older listing out, known company or not',
    async () => {
      const [firm, hand] = [await company(runtime), await somebody(runtime)];
      const later = creditCode();
      for (const id of [firm.id, later]) {
        await fed(runtime, taxHandler(id, hand.who, 2, { removed: true }));
        expect(await feed(runtime, taxHandler(id, hand.who, 1))).toMatchObject({ stale: 1 });
      }
      await fed(runtime, taxHandler(later, hand.who, 3), taxHandler(later, hand.who, 4, { removed: true }));
      await fed(runtime, taxpayer(later));
      for (const id of [firm.id, later]) {
        expect(await hand.listed('pending', id)).toEqual([]);
        expect(await hand.listed('history', id)).toEqual([]);
      }
    },
  );

  long('ENT-3 a listing leaves alone what person and company agreed, and a removal ends it', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    const id = await firm.invited(hand.who, { permissions: ['filing'] });
    await decide(hand, id, 'confirm');
    await fed(runtime, taxHandler(firm.id, hand.who));
    expect(await hand.listed('active', firm.id)).toMatchObject([
      { authorizationId: id, permissions: ['filing'] },
    ]);
    await fed(runtime, taxHandler(firm.id, hand.who, 2, { removed: true }));
    expect(await hand.listed('history', firm.id)).toMatchObject([{ authorizationId: id, state: 'deleted' }]);
  });

  it('ENT-3 finishes taking up handlers when the function died half-way, with the company’s next line', async () => {
    const hands = Array.from({ length: 3 }, () => person());
    const id = creditCode();
    await fed(runtime, ...hands.map((hand) => taxHandler(id, hand)));
    const line = taxpayer(id);
    runtime.faults.add({
      function: 'registry-feed',
      table: 'Relationships',
      action: 'PutItem',
      nth: 2,
      kind: 'error500',
      times: 3,
    });
    await runtime.invoke('registry-feed', { Records: [{ messageId: 'm', body: JSON.stringify(line) }] });
    runtime.faults.clear();
    const due = (await companyRow(id))?.handlersDue ?? [];
    expect(due).not.toEqual([]);
    expect(await feed(runtime, line)).toMatchObject({ stale: 1 });
    expect(await companyRow(id)).not.toHaveProperty('handlersDue');
    const rows = (await rowsOf(runtime, 'Relationships')).filter((row) => row.companyKey === `c_${id}`);
    expect(rows.map((row) => row.state)).toEqual(['pending', 'pending', 'pending']);
  });

  long(
    'DOC-5 REL-3 refuses a wrong name for a finance head or handler and leaves everything as it was',
    async () => {
      const firm = await company(runtime);
      const who = await registered(runtime);
      const report = await feed(
        runtime,
        financeHead(firm.id, { ...who, name: '别的人' }),
        taxHandler(firm.id, { ...who, name: '别的人' }),
        taxHandler(firm.id, who, 1, { removed: 'no' }),
        taxHandler('123', who),
      );
      expect(report).toMatchObject({ accepted: 0, stale: 0 });
      expect((report.rejected as { line: number; code: string }[]).map(({ code }) => code)).toEqual([
        'PERSON_MISMATCH',
        'PERSON_MISMATCH',
        'BAD_REQUEST',
        'BAD_REQUEST',
      ]);
      expect(await companyRow(firm.id)).not.toHaveProperty('financeHead');
      expect(await firm.staff('pending')).toEqual([]);
    },
  );

  long('ENT-3 lines that arrive at once leave what the newest says', async () => {
    const firm = await company(runtime);
    const people = await Promise.all(Array.from({ length: 4 }, () => somebody(runtime)));
    const hand = person();
    const order = [3, 1, 4, 2];
    await Promise.all([
      ...people.map(({ who }, i) =>
        runtime.invoke('registry-feed', { lines: [JSON.stringify(financeHead(firm.id, who, order[i]))] }),
      ),
      ...[5, 3, 4, 1, 2].map((version) =>
        runtime.invoke('registry-feed', {
          lines: [JSON.stringify(taxHandler(firm.id, hand, version, { removed: version % 2 === 0 }))],
        }),
      ),
    ]);
    const waiting = await firm.staff('pending');
    expect(waiting.map(({ role }) => role).sort()).toEqual(['finance-head', 'tax-handler']);
    const heads = await Promise.all(people.map((one) => one.listed('pending', firm.id)));
    expect(heads.map((list) => list.length)).toEqual([0, 0, 1, 0]);
  });
});
