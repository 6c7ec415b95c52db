import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followingDay, shanghaiDay } from '#domain/days.ts';
import { channels } from '#domain/names.ts';
import { creditCode } from '../support/credit-codes.ts';
import { mobile, person } from '../support/people.ts';
import { expectStatus, fillProfile, registered, startRegistration } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import { openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';
import { asChannel, claimOf } from './support/channels.ts';
import { legalRepresentative, taxpayer } from './support/feed-lines.ts';
import { expectProblem } from './support/problems.ts';
import {
  applied,
  claimed,
  company,
  counter,
  decide,
  fed,
  financeHead,
  noticesTo,
  said,
  somebody,
  taxHandler,
} from './support/staff.ts';
import { eventsOf, rowsOf } from './support/tables.ts';

describe('the hall counter', () => {
  let runtime: WatchedRuntime;
  beforeAll(async () => {
    runtime = await openWatchedRuntime({}, null);
  });
  afterAll(() => runtime?.finish());

  const officer = { officer: '3401001', office: '合肥市办税服务厅' };
  const related = (
    taxpayerId: string,
    who: Parameters<typeof claimed>[0],
    more: object = {},
    claims: object = {},
  ) =>
    counter(runtime, claims)('POST', '/v1/hall/relations', {
      taxpayerId,
      person: claimed(who),
      role: 'tax-handler',
      ...more,
    });
  const removed = (id: string) => counter(runtime)('DELETE', `/v1/hall/relations/${id}`);

  long(
    'REG-2 LVL-1 collects a person whose registration then needs no face, with the phone that was seen',
    async () => {
      const who = person({ documentType: '208', documentNumber: `P${Date.now() % 10_000_000}` });
      const happened = await eventsOf(runtime, async () => {
        const reply = await counter(runtime)('POST', '/v1/hall/collections', {
          person: claimed(who),
          phone: who.phone,
        });
        expect([reply.status, reply.body]).toEqual([201, { realNameLevel: 5 }]);
      });
      expect(happened).toMatchObject([{ kind: 'collected', channel: 'hall', detail: officer }]);
      expect(JSON.stringify(happened)).not.toContain(who.documentNumber);
      const id = await startRegistration(runtime, who);
      expectStatus(await fillProfile(runtime, id, who), 200);
      expect(
        expectStatus(await runtime.http('POST', `/v1/registrations/${id}/complete`), 201).body,
      ).toMatchObject({
        realNameLevel: 5,
      });
    },
  );

  long(
    'ENT-3 a later collection counts, and the registry’s versions go on from where they were',
    async () => {
      const who = person();
      const collect = (phone: string) =>
        counter(runtime)('POST', '/v1/hall/collections', { person: claimed(who), phone });
      const line = (version: number, phone: string) => ({
        type: 'collection',
        version,
        person: claimed(who),
        phone,
        officer: '3401002',
      });
      expectStatus(await collect(mobile()), 201);
      await fed(runtime, line(0, mobile()));
      const last = mobile();
      expectStatus(await collect(last), 201);
      expect(await runtime.registry(JSON.stringify(line(0, mobile())))).toMatchObject({ stale: 1 });
      const again = person({ ...who, phone: last });
      const id = await startRegistration(runtime, again);
      expectStatus(await fillProfile(runtime, id, again), 200);
      await fed(runtime, line(1, mobile()));
    },
  );

  long('DOC-5 refuses a wrong name, a wrong number, a wrong phone', async () => {
    const who = await registered(runtime);
    for (const [body, code] of [
      [{ person: claimed({ ...who, name: '别的人' }), phone: who.phone }, 'PERSON_MISMATCH'],
      [
        { person: { ...claimed(who), documentNumber: '340101199001011111' }, phone: who.phone },
        'DOCUMENT_INVALID',
      ],
      [{ person: claimed(who), phone: '12345' }, 'PHONE_INVALID'],
      [{ person: claimed(who) }, 'BAD_REQUEST'],
      [{ phone: who.phone }, 'BAD_REQUEST'],
    ] as const) {
      const reply = await counter(runtime)('POST', '/v1/hall/collections', body);
      expectProblem(reply, code);
      expect(said(reply)).toBe(code);
    }
  });

  long(
    'DOC-5 a name changed by law is changed by the document and the former name; the relations stay',
    async () => {
      const firm = await company(runtime);
      const hand = await somebody(runtime);
      expectStatus(await related(firm.id, hand.who), 201);
      const { who } = hand;
      const collect = (name: string, formerName?: string) =>
        counter(runtime)('POST', '/v1/hall/collections', {
          person: { ...claimed(who), name },
          phone: who.phone,
          ...(formerName === undefined ? {} : { formerName }),
        });
      expect(said(await collect('欧阳〇'))).toBe('PERSON_MISMATCH');
      expect(said(await collect('欧阳〇', '别的人'))).toBe('PERSON_MISMATCH');
      expectProblem(await collect('欧阳〇', '12'), 'BAD_REQUEST');
      const happened = await eventsOf(runtime, async () =>
        expectStatus(await collect('欧阳〇', who.name), 201),
      );
      expect(happened.map(({ kind }) => kind).sort()).toEqual(['collected', 'name-changed']);
      for (const event of happened) expect(event).toMatchObject({ channel: 'hall', detail: officer });
      expect(JSON.stringify(happened)).not.toContain('欧阳');
      // The same call twice has the effect of one call, and the old name is refused now.
      expectStatus(await collect('欧阳〇', who.name), 201);
      expect(said(await collect(who.name))).toBe('PERSON_MISMATCH');
      expect(said(await related(firm.id, who, { role: 'invoice-clerk' }))).toBe('PERSON_MISMATCH');
      expect((await firm.staff()).map(({ name }) => name)).toContain('欧阳*');
      expect(await hand.listed('active', firm.id)).toMatchObject([{ role: 'tax-handler' }]);
      await hand.logIn();
      expect((await hand.call('GET', '/v1/session')).body.session.person.name).toMatch(/^欧/);
    },
  );

  long(
    'DOC-5 ENT-3 the same by a feed line, also where the line before died before the copies were written',
    async () => {
      const firm = await company(runtime);
      const hand = await somebody(runtime);
      expectStatus(await related(firm.id, hand.who), 201);
      const line = (version: number, facts: object) => ({
        type: 'collection',
        version,
        person: { ...claimed(hand.who), name: '司徒新' },
        phone: hand.who.phone,
        officer: '3401002',
        ...facts,
      });
      const report = await runtime.registry(
        [line(1, {}), line(1, { formerName: '不是' }), line(1, { formerName: hand.who.name })]
          .map((one) => JSON.stringify(one))
          .join('\n'),
      );
      expect(report).toMatchObject({
        accepted: 1,
        rejected: [
          { line: 1, code: 'PERSON_MISMATCH' },
          { line: 2, code: 'PERSON_MISMATCH' },
        ],
      });
      const copies = async () =>
        new Set(
          (await rowsOf(runtime, 'Relationships'))
            .filter(({ authorizationId }) => ids.includes(authorizationId as string))
            .map(({ sealedName }) => sealedName),
        );
      const ids = (await hand.listed('active', firm.id)).map(
        ({ authorizationId }) => authorizationId as string,
      );
      const after = await copies();
      expect(after.size).toBe(1);
      expect(await runtime.registry(JSON.stringify(line(1, { formerName: hand.who.name })))).toMatchObject({
        stale: 1,
      });
      expect(await copies()).toEqual(after);
    },
  );

  keeping(1)(['tax-handler', 'invoice-clerk'])(
    'ENT-3 a %s entered in person is active at once, registered or not, with officer and office in the audit',
    async (role) => {
      const firm = await company(runtime);
      const [hand, stranger] = [await somebody(runtime), person()];
      for (const who of [hand.who, stranger]) {
        const happened = await eventsOf(runtime, async () => {
          const { body } = expectStatus(await related(firm.id, who, { role }), 201);
          expect(body).toEqual({ authorizationId: expect.stringMatching(/^[\w-]{32}$/) });
        });
        expect(happened.map(({ kind }) => kind)).toEqual(['relation-active', 'relation-active']);
        for (const event of happened)
          expect(event).toMatchObject({ channel: 'hall', detail: { role, ...officer } });
      }
      expectStatus(await hand.switchTo(firm.id), 200);
      expect(await firm.staff()).toHaveLength(3);
      // The person sees that the change came from a hall, but not which officer made it.
      const { body } = expectStatus(await hand.call('GET', '/v1/account/activity'), 200);
      expect(JSON.stringify(body)).toContain('"channel":"hall"');
      expect(JSON.stringify(body)).not.toContain(`"${officer.officer}"`);
      expect(said(await related(firm.id, hand.who, { role }))).toBe('RELATION_EXISTS');
    },
  );

  it('REL-4 ENT-3 what waited becomes active at the counter, with the same authorization', async () => {
    const [firm, one, two] = [await company(runtime), await somebody(runtime), await somebody(runtime)];
    await fed(runtime, taxHandler(firm.id, one.who));
    const [{ authorizationId }] = await one.listed('pending', firm.id);
    const lastDay = followingDay(shanghaiDay(runtime.clock.now()));
    const { body } = expectStatus(await related(firm.id, one.who, { validUntil: lastDay }), 201);
    expect(body.authorizationId).toBe(authorizationId);
    expect(await one.listed('active', firm.id)).toMatchObject([{ authorizationId, validUntil: lastDay }]);
    const application = expectStatus(await applied(two, firm.id), 201).body.authorizationId;
    expect(expectStatus(await related(firm.id, two.who), 201).body.authorizationId).toBe(application);
  });

  long('ENT-3 whom somebody else brings in waits; who stands there themselves does not', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    const boss = claimOf(firm.boss.who);
    const { body } = expectStatus(await related(firm.id, hand.who, {}, boss), 201);
    expect(await hand.listed('pending', firm.id)).toMatchObject([{ authorizationId: body.authorizationId }]);
    expect(said(await related(firm.id, hand.who, {}, boss))).toBe('RELATION_EXISTS');
    expectStatus(await related(firm.id, hand.who, {}, claimOf(hand.who)), 201);
    expect(await hand.listed('active', firm.id)).toHaveLength(1);
  });

  long(
    'REL-3 a finance head entered at the hall supersedes the former one and waits, unless they are there',
    async () => {
      const firm = await company(runtime);
      const [one, two] = [await somebody(runtime), await somebody(runtime)];
      await fed(runtime, financeHead(firm.id, one.who));
      expectStatus(await related(firm.id, two.who, { role: 'finance-head' }), 201);
      expect(await one.listed('history', firm.id)).toMatchObject([{ state: 'superseded' }]);
      expect(await two.listed('pending', firm.id)).toMatchObject([
        { role: 'finance-head', refusable: false },
      ]);
      expect(said(await related(firm.id, two.who, { role: 'finance-head' }))).toBe('RELATION_EXISTS');
      expectStatus(await related(firm.id, two.who, { role: 'finance-head' }, claimOf(two.who)), 201);
      expect(await two.listed('active', firm.id)).toMatchObject([{ role: 'finance-head' }]);
      // The registry's next line is accepted again.
      await fed(runtime, financeHead(firm.id, one.who, 2));
      expect(await two.listed('history', firm.id)).toMatchObject([{ state: 'superseded' }]);
      expect(said(await related(firm.id, two.who, { role: 'finance-head', validUntil: '2030-01-01' }))).toBe(
        'BAD_REQUEST',
      );
    },
  );

  long('REL-7 removes handlers and clerks, waiting or active, and nobody who is appointed', async () => {
    const [firm, hand] = [await company(runtime), await somebody(runtime)];
    const id = await firm.invited(hand.who);
    expectStatus(await removed(id), 204);
    expect(await hand.listed('history', firm.id)).toMatchObject([{ state: 'deleted' }]);
    const { authorizationId } = expectStatus(await related(firm.id, hand.who), 201).body;
    expectStatus(await hand.switchTo(firm.id), 200);
    const happened = await eventsOf(runtime, () => removed(authorizationId));
    expect(happened.map(({ kind, detail }) => [kind, detail?.officer])).toEqual([
      ['relation-deleted', officer.officer],
      ['relation-deleted', officer.officer],
    ]);
    expect(said(await hand.call('GET', '/v1/enterprise'))).toBe('RELATION_NOT_FOUND');
    expect(noticesTo(runtime, hand.who.phone)[0]).toContain('授权已解除');
    expect(said(await removed(authorizationId))).toBe('STATE_CONFLICT');
    const [boss] = await firm.staff();
    expect(said(await removed(boss.authorizationId))).toBe('ROLE_NOT_ALLOWED');
    for (const unknown of ['x', 'A'.repeat(32)]) expect(said(await removed(unknown))).toBe('NOT_FOUND');
  });

  long('DOC-5 refuses roles, companies, people and days that are none', async () => {
    const firm = await company(runtime);
    const who = await registered(runtime);
    const gone = creditCode();
    await fed(runtime, taxpayer(gone, 1, { state: 'cancelled' }));
    for (const role of ['legal-representative', 'tax-agent'])
      expect(said(await related(firm.id, who, { role }))).toBe('ROLE_NOT_ALLOWED');
    for (const id of [creditCode(), gone, 'nonsense'])
      expect(said(await related(id, who))).toBe('TAXPAYER_NOT_FOUND');
    expect(said(await related(firm.id, { ...who, name: '别的人' }))).toBe('PERSON_MISMATCH');
    expect(said(await related(firm.id, { ...who, documentNumber: '1' }))).toBe('DOCUMENT_INVALID');
    for (const fields of [{ validUntil: '2020-01-01' }, { role: 'x' }, { person: undefined }])
      expect(said(await related(firm.id, who, fields))).toBe('BAD_REQUEST');
    expect(await firm.staff()).toHaveLength(1);
  });

  long(
    'ENT-2 confirms a waiting company: the legal representative takes effect, a handler goes on waiting',
    async () => {
      const [boss, hand, id] = [await somebody(runtime), await somebody(runtime), creditCode()];
      await fed(
        runtime,
        taxpayer(id, 1, { state: 'awaiting-confirmation' }),
        legalRepresentative(id, boss.who),
        taxHandler(id, hand.who),
      );
      const confirm = () => counter(runtime)('POST', '/v1/hall/confirmations', { taxpayerId: id });
      const happened = await eventsOf(runtime, async () => expectStatus(await confirm(), 200));
      for (const event of happened) expect(event).toMatchObject({ channel: 'hall', detail: officer });
      expect(await boss.listed('active', id)).toMatchObject([{ role: 'legal-representative' }]);
      const [{ authorizationId }] = await hand.listed('pending', id);
      expectStatus(await decide(hand, authorizationId, 'confirm'), 200);
      expect(said(await confirm())).toBe('STATE_CONFLICT');
      for (const unknown of [creditCode(), 'nonsense'])
        expect(said(await counter(runtime)('POST', '/v1/hall/confirmations', { taxpayerId: unknown }))).toBe(
          'TAXPAYER_NOT_FOUND',
        );
    },
  );

  long('ENT-2 a handler entered at the counter of a waiting company may confirm it', async () => {
    const [hand, id] = [await somebody(runtime), creditCode()];
    await fed(runtime, taxpayer(id, 1, { state: 'awaiting-confirmation' }));
    expectStatus(await related(id, hand.who), 201);
    const { confirmations } = expectStatus(await hand.call('GET', '/v1/confirmations'), 200).body;
    expect(confirmations).toMatchObject([{ taxpayerId: id, kinds: ['one-licence'] }]);
    const [{ confirmationId }] = confirmations;
    expectStatus(
      await hand.call('POST', `/v1/confirmations/${confirmationId}`, { kind: 'one-licence' }),
      200,
    );
    expectStatus(await hand.switchTo(id), 200);
  });

  it('CHN-1 a body that was changed after the hall signed it is refused, and nothing is written', async () => {
    const who = person();
    const [method, path] = ['POST', '/v1/hall/collections'] as const;
    const signed = JSON.stringify({ person: claimed(who), phone: who.phone });
    const send = async (sent: string, body: string) =>
      said(
        await runtime.http(method, path, sent, {
          assertion: await runtime.assertion('hall', { method, path, ...officer, body }),
        }),
      );
    const happened = await eventsOf(runtime, async () => {
      expect(await send(signed.replace(who.phone, mobile()), signed)).toBe('ASSERTION_INVALID');
      // The bytes count, not what they mean.
      expect(await send(` ${signed}`, signed)).toBe('ASSERTION_INVALID');
      expect(await send(signed, '')).toBe('ASSERTION_INVALID');
    });
    expect(happened).toEqual([]);
    expect(await send(signed, signed)).toBe('201');
  });

  it('CHN-1 a call without a body is signed as the hash of nothing', async () => {
    const [method, path] = ['DELETE', `/v1/hall/relations/${'A'.repeat(32)}`] as const;
    const call = async (body: string) =>
      said(
        await runtime.http(method, path, undefined, {
          assertion: await runtime.assertion('hall', { method, path, ...officer, body }),
        }),
      );
    expect(await call('{}')).toBe('ASSERTION_INVALID');
    expect(await call('')).toBe('NOT_FOUND');
  });

  long(
    'CHN-1 counter work is the hall’s alone, named and signed, and nothing is done otherwise',
    async () => {
      const [firm, who] = [await company(runtime), person()];
      const calls: [string, string, unknown?][] = [
        ['POST', '/v1/hall/collections', { person: claimed(who), phone: who.phone }],
        ['POST', '/v1/hall/relations', { taxpayerId: firm.id, person: claimed(who), role: 'tax-handler' }],
        ['DELETE', `/v1/hall/relations/${'A'.repeat(32)}`],
        ['POST', '/v1/hall/confirmations', { taxpayerId: firm.id }],
      ];
      const happened = await eventsOf(runtime, async () => {
        for (const [method, path, body] of calls) {
          for (const channel of channels.filter((one) => one !== 'hall' && one !== 'web'))
            expect(said(await asChannel(runtime, channel, officer)(method, path, body))).toBe(
              'CHANNEL_NOT_ALLOWED',
            );
          expect(said(await runtime.http(method, path, body))).toBe('ASSERTION_INVALID');
          expect(said(await runtime.http(method, path, body, { token: firm.boss.token }))).toBe(
            'ASSERTION_INVALID',
          );
          const unnamed = await runtime.assertion('hall', { method, path, officer: officer.officer });
          expect(said(await runtime.http(method, path, body, { assertion: unnamed }))).toBe(
            'ASSERTION_INVALID',
          );
        }
      });
      expect(happened).toEqual([]);
      const rows = await rowsOf(runtime, 'Relationships');
      expect(rows.filter((row) => row.companyKey === `c_${firm.id}`)).toHaveLength(1);
    },
  );
});
