import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followingDay, shanghaiDay } from '#domain/days.ts';
import { maskDocument, maskPhone } from '#domain/people/masks.ts';
import type { FaultRule } from '../../infra/local/emulators/faults.ts';
import type { Loose } from '../support/client.ts';
import { creditCode } from '../support/credit-codes.ts';
import { person } from '../support/people.ts';
import { expectStatus } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import { openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';
import { legalRepresentative, taxpayer } from './support/feed-lines.ts';
import { expectProblem } from './support/problems.ts';
import {
  applied,
  claimed,
  company,
  decide,
  fed,
  financeHead,
  managedBy,
  noticesTo,
  said,
  somebody,
  taxHandler,
} from './support/staff.ts';
import { eventsOf, rowsOf } from './support/tables.ts';

describe('the people of a company', () => {
  let runtime: WatchedRuntime;
  beforeAll(async () => {
    runtime = await openWatchedRuntime({}, null);
  });
  afterAll(() => runtime?.finish());

  const today = () => shanghaiDay(runtime.clock.now());

  long('REL-5 an invited tax handler waits on both sides until they confirm as natural person', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    const happened = await eventsOf(runtime, () => firm.invited(hand.who));
    const [waiting] = await firm.staff('pending');
    expect(waiting).toEqual({
      authorizationId: expect.stringMatching(/^[\w-]{32}$/),
      name: expect.stringMatching(/^.\*+$/),
      documentNumber: maskDocument(hand.who.documentNumber),
      phone: maskPhone(hand.who.phone),
      role: 'tax-handler',
      state: 'pending',
      direction: 'invited',
      permissions: ['filing', 'declaration', 'enquiry', 'invoice'],
      updatedAt: expect.stringMatching(/\+08:00$/),
      revision: expect.any(String),
    });
    expect(await hand.listed('pending', firm.id)).toMatchObject([
      { authorizationId: waiting.authorizationId, direction: 'invited', refusable: true },
    ]);
    expect(happened.map(({ kind }) => kind)).toEqual(['relation-pending', 'relation-pending']);
    expect(new Set(happened.map(({ subject }) => subject)).size).toBe(2);
    expect(JSON.stringify(happened)).not.toContain(hand.who.name);

    const confirmed = await decide(hand, waiting.authorizationId, 'confirm');
    expect([confirmed.status, confirmed.body]).toEqual([
      200,
      { authorizationId: waiting.authorizationId, state: 'active' },
    ]);
    expect(await firm.staff()).toMatchObject([
      { role: 'legal-representative' },
      { authorizationId: waiting.authorizationId, state: 'active' },
    ]);
    expect(await firm.staff('pending')).toEqual([]);
    expectStatus(await hand.switchTo(firm.id), 200);
  });

  long('REL-11 two people of one name are told apart by masked document and phone', async () => {
    const firm = await company(runtime);
    const [one, two] = [
      await somebody(runtime, person({ name: '王强' })),
      await somebody(runtime, person({ name: '王强' })),
    ];
    await firm.invited(one.who);
    await firm.invited(two.who);
    const shown = await firm.staff('pending');
    const told = ({ documentNumber, phone }: { documentNumber: string; phone: string }) => ({
      name: '王*',
      documentNumber: `${documentNumber.slice(0, 3)}***********${documentNumber.slice(-4)}`,
      phone: `${phone.slice(0, 3)}****${phone.slice(-4)}`,
    });
    expect(shown).toHaveLength(2);
    expect(shown).toEqual(
      expect.arrayContaining([one, two].map(({ who }) => expect.objectContaining(told(who)))),
    );
    expect(JSON.stringify(shown)).not.toContain(one.who.documentNumber);
    expect(JSON.stringify(shown)).not.toContain(one.who.phone);
  });

  long('REL-5 tells the invited person by SMS, without a name or number', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    await firm.invited(hand.who, { role: 'invoice-clerk' });
    const [text] = noticesTo(runtime, hand.who.phone);
    expect(text).toContain('合肥春晓科技有限公司（开票员）');
    expect(text).not.toContain(hand.who.documentNumber);
    expect(text).not.toContain(hand.who.name);
  });

  long('REL-5 an SMS that cannot be sent does not undo what was done', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    const away: FaultRule[] = [
      { function: 'staff', service: 'sms', kind: 'error500', times: Number.POSITIVE_INFINITY },
      // The caller and the invited person are read first; the third read of a person serves only the notice.
      { function: 'staff', table: 'Users', action: 'GetItem', nth: 3, kind: 'error500', times: 3 },
    ];
    for (const [at, rule] of away.entries()) {
      const id = runtime.faults.add(rule);
      const reply = await firm.invite(hand.who, { role: at === 0 ? 'tax-handler' : 'invoice-clerk' });
      expect(runtime.faults.struck(id)).toBeGreaterThan(0);
      runtime.faults.clear();
      expectStatus(reply, 201);
    }
    expect(await firm.staff('pending')).toHaveLength(2);
    expect(noticesTo(runtime, hand.who.phone)).toEqual([]);
  });

  long(
    'REL-5 REL-7 only legal representative and finance head manage people, in an enterprise session',
    async () => {
      const firm = await company(runtime);
      const [hand, head] = [await somebody(runtime), await somebody(runtime)];
      const id = await firm.invited(hand.who);
      await decide(hand, id, 'confirm');
      const routes: [string, string, unknown?][] = [
        ['GET', '/v1/enterprise/staff'],
        ['POST', '/v1/enterprise/staff', { ...claimed(head.who), role: 'tax-handler' }],
        ['PATCH', `/v1/enterprise/staff/${id}`, { permissions: ['filing'] }],
        ['DELETE', `/v1/enterprise/staff/${id}`],
        ...['confirm', 'reject', 'withdraw', 'hide'].map((what): [string, string] => [
          'POST',
          `/v1/enterprise/staff/${id}/${what}`,
        ]),
      ];
      const allSaid = async (who: typeof hand) =>
        new Set(await Promise.all(routes.map(async (route) => said(await who.call(...route)))));
      expect(await allSaid(hand)).toEqual(new Set(['ROLE_NOT_ALLOWED']));
      expectStatus(await hand.switchTo(firm.id), 200);
      expect(await allSaid(hand)).toEqual(new Set(['ROLE_NOT_ALLOWED']));

      await fed(runtime, financeHead(firm.id, head.who));
      const [appointment] = await head.listed('pending', firm.id);
      expectStatus(await decide(head, appointment.authorizationId, 'confirm'), 200);
      expectStatus(await head.switchTo(firm.id), 200);
      const byHead = managedBy(firm.id, head);
      expect(await byHead.staff()).toHaveLength(3);
      expectStatus(await byHead.on(id, '', 'DELETE'), 204);
    },
  );

  it.each(['legal-representative', 'finance-head', 'tax-agent'])(
    'REL-7 a company neither invites nor deletes a %s',
    async (role) => {
      const [firm, other] = [await company(runtime), await somebody(runtime)];
      expect(said(await firm.invite(other.who, { role }))).toBe('ROLE_NOT_ALLOWED');
      const [boss] = await firm.staff();
      for (const what of ['confirm', 'reject', 'withdraw'])
        expect(said(await firm.on(boss.authorizationId, what))).toBe('ROLE_NOT_ALLOWED');
      expect(said(await firm.on(boss.authorizationId, '', 'DELETE'))).toBe('ROLE_NOT_ALLOWED');
      expect(said(await firm.on(boss.authorizationId, '', 'PATCH', { permissions: ['filing'] }))).toBe(
        'ROLE_NOT_ALLOWED',
      );
      expect(said(await firm.on(boss.authorizationId, 'hide'))).toBe('STATE_CONFLICT');
      expect(await firm.staff()).toHaveLength(1);
    },
  );

  long(
    'REL-5 DOC-5 refuses who is not registered, a wrong name, a wrong number, and bad fields by name',
    async () => {
      const [firm, hand] = [await company(runtime), await somebody(runtime)];
      expect(said(await firm.invite(person()))).toBe('PERSON_NOT_REGISTERED');
      expect(said(await firm.invite({ ...hand.who, name: '另一人' }))).toBe('PERSON_MISMATCH');
      const number = `${hand.who.documentNumber.slice(0, 17)}${hand.who.documentNumber.endsWith('1') ? '2' : '1'}`;
      expect(said(await firm.invite({ ...hand.who, documentNumber: number }))).toBe('DOCUMENT_INVALID');
      const yesterday = shanghaiDay(new Date(runtime.clock.now().getTime() - 86_400_000));
      const bad: [object, string][] = [
        [{ role: 'boss' }, 'role'],
        [{ role: undefined }, 'role'],
        [{ permissions: [] }, 'permissions'],
        [{ permissions: ['everything'] }, 'permissions.0'],
        [{ permissions: 'filing' }, 'permissions'],
        [{ validUntil: yesterday }, 'validUntil'],
        [{ validUntil: '2027-02-30' }, 'validUntil'],
        [{ validUntil: 'tomorrow' }, 'validUntil'],
        [{ validUntil: 20_270_101 }, 'validUntil'],
        [{ name: '' }, 'name'],
        [{ documentType: '999' }, 'documentType'],
      ];
      for (const [fields, path] of bad) {
        const reply = await firm.invite(hand.who, fields);
        expectProblem(reply, path);
        expect([said(reply), reply.body.errors?.map((one: Loose) => one.path)]).toEqual([
          'BAD_REQUEST',
          [path],
        ]);
      }
      expect(await firm.staff('pending')).toEqual([]);
      expect(noticesTo(runtime, hand.who.phone)).toEqual([]);
    },
  );

  long(
    'REL-5 a person known to the registry under another name is a mismatch before they are unregistered',
    async () => {
      const [firm, known] = [await company(runtime), person()];
      await fed(runtime, taxHandler(firm.id, known));
      expect(said(await firm.invite({ ...known, name: '另一人' }, { role: 'invoice-clerk' }))).toBe(
        'PERSON_MISMATCH',
      );
      expect(said(await firm.invite(known, { role: 'invoice-clerk' }))).toBe('PERSON_NOT_REGISTERED');
    },
  );

  long('REL-10 one live authorization a role, whoever began it; several roles side by side', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    const id = await firm.invited(hand.who);
    expect(said(await firm.invite(hand.who))).toBe('RELATION_EXISTS');
    expect(said(await applied(hand, firm.id))).toBe('RELATION_EXISTS');
    await decide(hand, id, 'confirm');
    expect(said(await firm.invite(hand.who))).toBe('RELATION_EXISTS');
    expectStatus(await applied(hand, firm.id, { role: 'invoice-clerk' }), 201);
    expect(said(await firm.invite(hand.who, { role: 'invoice-clerk' }))).toBe('RELATION_EXISTS');
    expectStatus(await firm.invite(firm.boss.who), 201);
  });

  long('REL-6 an applicant is taken or refused by the company, never by themselves', async () => {
    const firm = await company(runtime);
    const [one, two] = [await somebody(runtime), await somebody(runtime)];
    const ids: string[] = [];
    for (const who of [one, two])
      ids.push(expectStatus(await applied(who, firm.id), 201).body.authorizationId);
    const [first = '', second = ''] = ids;
    expect(said(await decide(one, first, 'confirm'))).toBe('STATE_CONFLICT');
    expect(said(await firm.on(first, 'withdraw'))).toBe('STATE_CONFLICT');
    const happened = await eventsOf(runtime, async () => {
      expectStatus(await firm.on(first, 'confirm'), 200);
      expectStatus(await firm.on(second, 'reject'), 200);
    });
    expect(happened.map(({ kind }) => kind).sort()).toEqual([
      'relation-active',
      'relation-active',
      'relation-rejected',
      'relation-rejected',
    ]);
    expect(await one.listed('active', firm.id)).toMatchObject([
      { authorizationId: first, direction: 'applied' },
    ]);
    expect(await two.listed('history', firm.id)).toMatchObject([
      { authorizationId: second, state: 'rejected' },
    ]);
    for (const what of ['confirm', 'reject'])
      expect(said(await firm.on(second, what))).toBe('STATE_CONFLICT');
  });

  long('AUD-1 keeps who acted for the company, and shows it to nobody', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    const invited = await eventsOf(runtime, () => firm.invited(hand.who));
    const actors = new Set(invited.map((event) => (event as { actor?: string }).actor));
    expect(actors.size).toBe(1);
    const [actor] = actors;
    const boss = (await eventsOf(runtime, () => firm.boss.switchTo())).find(
      (event) => event.kind === 'identity-switched',
    );
    expect(actor).toBe(boss?.subject);
    const { body } = expectStatus(await hand.call('GET', '/v1/account/activity'), 200);
    expect(body.events[0]).toMatchObject({ kind: 'relation-pending', detail: { taxpayerId: firm.id } });
    expect(JSON.stringify(body)).not.toContain(String(actor));
  });

  long(
    'REL-7 deleting ends a live session’s company at once; the record stays on both sides, inviting begins anew',
    async () => {
      const [firm, hand] = [await company(runtime), await somebody(runtime)];
      const id = await firm.invited(hand.who);
      await decide(hand, id, 'confirm');
      expectStatus(await hand.switchTo(firm.id), 200);
      expectStatus(await hand.call('GET', '/v1/enterprise'), 200);
      expectStatus(await firm.on(id, '', 'DELETE'), 204);
      expect(said(await hand.call('GET', '/v1/enterprise'))).toBe('RELATION_NOT_FOUND');
      expect(noticesTo(runtime, hand.who.phone)[0]).toContain('授权已解除');
      for (const what of ['confirm', 'reject', 'withdraw'])
        expect(said(await firm.on(id, what))).toBe('STATE_CONFLICT');
      expect(said(await firm.on(id, '', 'DELETE'))).toBe('STATE_CONFLICT');

      const again = await firm.invited(hand.who);
      expect(again).not.toBe(id);
      expect(await firm.staff('history')).toMatchObject([{ authorizationId: id, state: 'deleted' }]);
      await hand.logIn();
      expect(await hand.listed('history', firm.id)).toMatchObject([
        { authorizationId: id, state: 'deleted' },
      ]);
      expect(await hand.listed('pending', firm.id)).toMatchObject([{ authorizationId: again }]);
      for (const what of ['confirm', 'reject', 'withdraw', 'delete'])
        expect(said(await decide(hand, id, what))).toBe('STATE_CONFLICT');
    },
  );

  long('REL-5 an invitation can be taken back while it waits, and not afterwards', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    const id = await firm.invited(hand.who);
    expect(said(await firm.on(id, '', 'DELETE'))).toBe('STATE_CONFLICT');
    expectStatus(await firm.on(id, 'withdraw'), 200);
    expect(said(await decide(hand, id, 'confirm'))).toBe('STATE_CONFLICT');
    expect(await hand.listed('history', firm.id)).toMatchObject([{ state: 'withdrawn' }]);
  });

  long('CTR-3 清除记录 hides what has ended from the company alone', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    const first = await firm.invited(hand.who);
    expect(said(await firm.on(first, 'hide'))).toBe('STATE_CONFLICT');
    await firm.on(first, 'withdraw');
    expectStatus(await firm.on(first, 'hide'), 200);
    expect(await firm.staff('history')).toEqual([]);
    expect(await hand.listed('history', firm.id)).toHaveLength(1);
    // A hidden record stays hidden when a newer authorization takes its place.
    const second = await firm.invited(hand.who);
    expect(await firm.staff('history')).toEqual([]);
    await firm.on(second, 'withdraw');
    await firm.invited(hand.who);
    expect(await firm.staff('history')).toMatchObject([{ authorizationId: second }]);
    expectStatus(await firm.on(second, 'hide'), 200);
    expect(await firm.staff('history')).toEqual([]);
    const rows = (await rowsOf(runtime, 'Relationships')).filter((row) => row.companyKey === `c_${firm.id}`);
    expect(rows.filter((row) => row.state === 'withdrawn')).toHaveLength(2);
  });

  long(
    'REL-8 permissions: a clerk only invoices, a handler all unless narrowed, in the order of the groups',
    async () => {
      const [firm, hand] = [await company(runtime), await somebody(runtime)];
      const clerk = await firm.invited(hand.who, {
        role: 'invoice-clerk',
        permissions: ['filing', 'invoice'],
      });
      const handler = await firm.invited(hand.who, { permissions: ['enquiry', 'filing', 'filing'] });
      expect(await firm.staff('pending')).toMatchObject([
        { authorizationId: handler, permissions: ['filing', 'enquiry'] },
        { authorizationId: clerk, permissions: ['invoice'] },
      ]);
    },
  );

  long(
    'REL-8 narrowing and extending bite in the live session, need no consent, and the person is told',
    async () => {
      const [firm, hand] = [await company(runtime), await somebody(runtime)];
      const id = await firm.invited(hand.who);
      expect(said(await firm.on(id, '', 'PATCH', { permissions: ['filing'] }))).toBe('STATE_CONFLICT');
      await decide(hand, id, 'confirm');
      expectStatus(await hand.switchTo(firm.id), 200);
      const permitted = async () => (await hand.call('GET', '/v1/session')).body.session.identity.permissions;
      expect(await permitted()).toHaveLength(4);
      const happened = await eventsOf(runtime, async () => {
        const { body } = expectStatus(await firm.on(id, '', 'PATCH', { permissions: ['filing'] }), 200);
        expect(body).toEqual({ authorizationId: id, state: 'active', permissions: ['filing'] });
      });
      expect(happened.map(({ kind }) => kind)).toEqual(['relation-adjusted', 'relation-adjusted']);
      expect(await permitted()).toEqual(['filing']);
      expect(noticesTo(runtime, hand.who.phone)[0]).toContain('授权已变更');

      const lastDay = followingDay(today());
      const { body } = expectStatus(await firm.on(id, '', 'PATCH', { validUntil: lastDay }), 200);
      expect(body).toMatchObject({ permissions: ['filing'], validUntil: lastDay });
      expect(await firm.staff()).toMatchObject([{}, { validUntil: lastDay, permissions: ['filing'] }]);
      expectStatus(await firm.on(id, '', 'PATCH', { validUntil: '' }), 200);
      expect((await firm.staff())[1]).not.toHaveProperty('validUntil');
      for (const bad of [{}, { validUntil: '2020-01-01' }, { permissions: [] }, { validUntil: '2026-13-01' }])
        expect(said(await firm.on(id, '', 'PATCH', bad))).toBe('BAD_REQUEST');
    },
  );

  long(
    'REL-8 a relation ends with its last day, at midnight exactly, and counts as ended for everything',
    async () => {
      const [firm, hand] = [await company(runtime), await somebody(runtime)];
      const day = today();
      const id = await firm.invited(hand.who, { validUntil: day });
      await decide(hand, id, 'confirm');
      const midnight = new Date(`${followingDay(day)}T00:00:00+08:00`).getTime();
      await runtime.http('POST', '/local/clock', { now: new Date(midnight - 1_000).toISOString() });
      await Promise.all([hand.logIn(), firm.boss.logIn()]);
      expectStatus(await firm.boss.switchTo(firm.id), 200);
      expectStatus(await hand.switchTo(firm.id), 200);
      expectStatus(await hand.call('GET', '/v1/enterprise'), 200);
      expect(await firm.staff()).toHaveLength(2);
      await runtime.http('POST', '/local/clock', { now: new Date(midnight).toISOString() });
      expect(said(await hand.call('GET', '/v1/enterprise'))).toBe('RELATION_NOT_FOUND');
      expect(await firm.staff()).toHaveLength(1);
      expect(await firm.staff('history')).toMatchObject([{ authorizationId: id, state: 'expired' }]);
      expect(said(await firm.on(id, '', 'PATCH', { validUntil: '' }))).toBe('STATE_CONFLICT');
      expect(said(await firm.on(id, '', 'DELETE'))).toBe('STATE_CONFLICT');
      const again = await firm.invited(hand.who);
      expect(await firm.staff('pending')).toMatchObject([{ authorizationId: again }]);
      expect(await firm.staff('history')).toMatchObject([{ authorizationId: id, state: 'expired' }]);
      await runtime.http('POST', '/local/clock', {});
    },
  );

  long('REL-2 a legal representative replaced while acting is refused in the very next call', async () => {
    const [firm, hand, heir] = [await company(runtime), await somebody(runtime), await somebody(runtime)];
    const id = await firm.invited(hand.who);
    await fed(runtime, legalRepresentative(firm.id, heir.who, 2));
    for (const reply of [
      await firm.invite(heir.who),
      await firm.on(id, 'withdraw'),
      await firm.boss.call('GET', '/v1/enterprise/staff'),
    ])
      expect(said(reply)).toBe('RELATION_NOT_FOUND');
    expectStatus(await heir.switchTo(firm.id), 200);
    expectStatus(await managedBy(firm.id, heir).on(id, 'withdraw'), 200);
  });

  long('ENT-3 nobody manages a company that is cancelled', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    const id = await firm.invited(hand.who);
    await fed(runtime, taxpayer(firm.id, 2, { state: 'cancelled' }));
    expect(said(await firm.invite(hand.who, { role: 'invoice-clerk' }))).toBe('RELATION_NOT_FOUND');
    expect(said(await firm.on(id, 'withdraw'))).toBe('RELATION_NOT_FOUND');
    expect(said(await decide(hand, id, 'confirm'))).toBe('STATE_CONFLICT');
    expect(said(await applied(hand, firm.id, { role: 'invoice-clerk' }))).toBe('TAXPAYER_NOT_FOUND');
  });

  it('REL-9 a channel cannot manage people, not even with a session', async () => {
    const firm = await company(runtime);
    const path = '/v1/enterprise/staff';
    for (const channel of ['ahtax-app', 'wechat-mini', 'alipay-mini', 'iit-app'] as const) {
      const assertion = await runtime.assertion(channel, { method: 'GET', path });
      expect(said(await runtime.http('GET', path, undefined, { assertion }))).toBe('CHANNEL_NOT_ALLOWED');
      expect(said(await runtime.http('GET', path, undefined, { assertion, token: firm.boss.token }))).toBe(
        'CHANNEL_NOT_ALLOWED',
      );
    }
  });

  long(
    'REL-5 pages through a company’s people, each once, waiting and expired ones in their own lists',
    async () => {
      const firm = await company(runtime);
      const hands = Array.from({ length: 120 }, () => person());
      await fed(runtime, ...hands.map((hand) => taxHandler(firm.id, hand)));
      const waiting = await firm.staff('pending');
      expect(new Set(waiting.map((one) => one.authorizationId)).size).toBe(120);
      const page = expectStatus(await firm.boss.call('GET', '/v1/enterprise/staff?state=pending'), 200).body;
      expect(page.staff.length).toBeLessThan(120);
      expect(await firm.staff('history')).toEqual([]);
      // A cursor is valid only for its own list and company.
      const elsewhere = await company(runtime);
      for (const [who, state] of [
        [firm, 'active'],
        [elsewhere, 'pending'],
      ] as const) {
        const path = `/v1/enterprise/staff?state=${state}&cursor=${encodeURIComponent(page.cursor)}`;
        expect(said(await who.boss.call('GET', path))).toBe('BAD_REQUEST');
      }
    },
  );

  long('REL-5 two companies never see each other, whatever is called in whatever order', async () => {
    const firms = [
      await company(runtime, { name: '甲公司' }),
      await company(runtime, { name: '乙公司' }),
    ] as const;
    const people = await Promise.all(Array.from({ length: 3 }, () => somebody(runtime)));
    const ids: [Set<string>, Set<string>] = [new Set(), new Set()];
    for (const who of people) for (const at of [0, 1] as const) ids[at].add(await firms[at].invited(who.who));
    const side = fc.constantFrom(0 as const, 1 as const);
    const call = fc.oneof(
      fc.record({ do: fc.constant('invite' as const), side, who: fc.nat(2) }),
      fc.record({ do: fc.constantFrom('active', 'pending', 'history'), side }),
      fc.record({
        do: fc.constantFrom('confirm', 'reject', 'withdraw', 'hide', 'DELETE', 'PATCH'),
        side,
        foreign: fc.boolean(),
        pick: fc.nat(),
      }),
      fc.record({ do: fc.constantFrom('accept', 'refuse', 'leave'), side, who: fc.nat(2), pick: fc.nat() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 4, maxLength: 12 }), async (calls) => {
        for (const one of calls) {
          const own = firms[one.side];
          const other = one.side === 0 ? 1 : 0;
          if ('foreign' in one) {
            const from = [...ids[one.foreign ? other : one.side]];
            const id = from[one.pick % from.length] ?? '';
            const method = one.do === 'DELETE' || one.do === 'PATCH' ? one.do : 'POST';
            const reply = await own.on(id, method === 'POST' ? one.do : '', method, {
              permissions: ['filing'],
            });
            if (one.foreign) expect([reply.status, reply.body.code]).toEqual([404, 'NOT_FOUND']);
            else expect(reply.status).not.toBe(404);
          } else if ('pick' in one) {
            const all = [...ids[one.side]];
            const id = all[one.pick % all.length] ?? '';
            const what = { accept: 'confirm', refuse: 'reject', leave: 'delete' }[one.do] ?? '';
            const who = people[one.who];
            if (who) await decide(who, id, what);
          } else if ('who' in one) {
            const who = people[one.who];
            const reply = who && (await own.invite(who.who));
            if (reply?.status === 201) ids[one.side].add(reply.body.authorizationId);
          } else {
            const shown = JSON.stringify(await own.staff(one.do));
            for (const id of ids[other]) expect(shown).not.toContain(id);
            expect(shown).not.toContain(firms[other].id);
          }
        }
      }),
      { numRuns: 12, interruptAfterTimeLimit: 25_000 },
    );
    // Each row belongs to the company in whose list its id appeared.
    for (const row of await rowsOf(runtime, 'Relationships'))
      for (const at of [0, 1] as const)
        if (ids[at].has(String(row.authorizationId))) expect(row.companyKey).toBe(`c_${firms[at].id}`);
  });

  keeping(1)(['after', 'crash-after', 'crash', 'error500', 'throttle', 'conflict'] as const)(
    'REL-10 a change is done whole or not at all when the table or the function fails: %s',
    async (kind) => {
      const [firm, hand] = [await company(runtime), await somebody(runtime)];
      const id = await firm.invited(hand.who);
      await decide(hand, id, 'confirm');
      const happened = await eventsOf(runtime, async () => {
        const times = kind === 'error500' || kind === 'throttle' ? 3 : 1;
        await runtime.provoking(() => {
          runtime.faults.add({
            function: 'staff',
            table: 'Relationships',
            action: 'UpdateItem',
            kind,
            times,
          });
          return firm.on(id, '', 'DELETE');
        });
        // Whatever the first answer was, a second call leads to the same state.
        expect(['204', 'STATE_CONFLICT']).toContain(said(await firm.on(id, '', 'DELETE')));
      });
      expect(happened.map((event) => event.kind)).toEqual(['relation-deleted', 'relation-deleted']);
      expect(await firm.staff('history')).toMatchObject([{ authorizationId: id, state: 'deleted' }]);
    },
  );

  long('REL-5 unknown and foreign handles are NOT_FOUND alike, malformed ones too', async () => {
    const firm = await company(runtime);
    for (const id of ['x', 'A'.repeat(32), `c_${firm.id}`, creditCode()])
      for (const what of ['confirm', 'reject', 'withdraw', 'hide'])
        expect(said(await firm.on(id, what))).toBe('NOT_FOUND');
  });
});
