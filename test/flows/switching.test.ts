/** @module-tag grants */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '#domain/names.ts';
import type { Loose } from '../support/client.ts';
import { expectStatus, loggedInByFace, wait } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import {
  history,
  type Known,
  knownPerson,
  morning,
  openWatchedRuntime,
  row,
  type WatchedRuntime,
} from '../support/watched.ts';
import { putAll } from './support/bulk.ts';
import { companyLine, companyOf, feed, representativeLine } from './support/registry.ts';
import {
  bothFactors,
  changeRelation,
  chooseRole,
  companyGrantsLeft,
  giveRelation,
  inCompany,
  relationRow,
  relationsLike,
} from './support/relations.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(async () => {
  // agency-switching.test.ts shows the grants of `identity` that only agencies use.
  await runtime?.finish('enterprise');
  for (const flow of ['identity', 'enterprise', 'session'])
    expect(companyGrantsLeft(runtime, flow)).toEqual([]);
});
beforeEach(() => runtime.clock.set(morning));

const get = (path: string, token: string) => runtime.http('GET', path, undefined, { token });
const show = (token: string) => get('/v1/session', token);
const identities = async (token: string): Promise<Loose[]> =>
  expectStatus(await get('/v1/session/identities', token), 200).body.choices;
const become = (token: string, choiceId: string) =>
  runtime.http('POST', '/v1/session/identity', { choiceId }, { token });
const refresh = (cookie: string) => runtime.http('POST', '/v1/session/refresh', undefined, { cookie });
const choiceOf = (choices: Loose[], taxpayerId: string, role?: Role): Loose => {
  const found = choices.find(
    ({ identity }) => identity.taxpayerId === taxpayerId && (role === undefined || identity.role === role),
  );
  if (!found) throw new Error(`no choice for ${taxpayerId} ${role}`);
  return found;
};
const claimsOf = (token: string): Loose =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
const naturalToken = async (who: Known): Promise<string> =>
  (await loggedInByFace(runtime, who)).session.accessToken;

describe('the list', () => {
  long('SWI-5 has natural first, then companies by number and role, the current one marked', async () => {
    const who = await knownPerson(runtime);
    const other = await knownPerson(runtime);
    const numbers = [
      await companyOf(runtime, other, { name: '甲公司' }),
      await companyOf(runtime, other, { name: '乙公司' }),
    ].sort();
    const [first = '', second = ''] = numbers;
    await giveRelation(runtime, who, second, 'tax-handler');
    await giveRelation(runtime, who, first, 'invoice-clerk');
    await giveRelation(runtime, who, first, 'finance-head');
    await giveRelation(runtime, who, first, 'tax-handler');
    const { token } = await inCompany(runtime, who, second);
    const choices = await identities(token);
    expect(choices.map(({ identity }) => [identity.kind, identity.taxpayerId, identity.role])).toEqual([
      ['natural', undefined, undefined],
      ['enterprise', first, 'finance-head'],
      ['enterprise', first, 'tax-handler'],
      ['enterprise', first, 'invoice-clerk'],
      ['enterprise', second, 'tax-handler'],
    ]);
    expect(choices.map((choice) => choice.current === true)).toEqual([false, false, false, false, true]);
    expect(new Set(choices.map(({ choiceId }) => choiceId)).size).toBe(5);
    for (const { choiceId } of choices) expect(choiceId).not.toContain(first);

    const natural = await identities(await naturalToken(who));
    expect(natural.map((choice) => choice.current === true)).toEqual([true, false, false, false, false]);
  });

  long('SWI-5 REL-8 SPC-1 leaves out what cannot be had', async () => {
    const who = await knownPerson(runtime);
    const other = await knownPerson(runtime);
    const company = async (role: Role, given: object, facts: object = {}) => {
      const taxpayerId = await companyOf(runtime, other, facts);
      await giveRelation(runtime, who, taxpayerId, role, given);
      return taxpayerId;
    };
    for (const state of ['pending', 'rejected', 'withdrawn', 'deleted', 'superseded'])
      await company('tax-handler', { state });
    await company('tax-handler', { validUntil: '2027-03-01' });
    await company('tax-handler', {}, { state: 'cancelled' });
    await company('tax-handler', {}, { state: 'awaiting-confirmation' });
    await company('tax-handler', {}, { subject: 'cross-region' });
    const open = await company('tax-handler', { validUntil: '2027-03-02' });
    const choices = await identities(await naturalToken(who));
    expect(choices.map(({ identity }) => identity.taxpayerId)).toEqual([undefined, open]);
  });

  long('SWI-2 shows a person with 200 companies all of them, and the login does not read them', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, await knownPerson(runtime));
    await giveRelation(runtime, who, taxpayerId, 'tax-handler');
    const template = await relationRow(runtime, who, taxpayerId, 'tax-handler');
    await putAll(runtime, 'Relationships', relationsLike(template, 200));
    const { token } = await inCompany(runtime, who, taxpayerId);
    runtime.resetUsage();
    const choices = await identities(token);
    expect(choices).toHaveLength(202);
    expect(runtime.usage().identity?.longestChain).toBe(2);
    runtime.resetUsage();
    expectStatus(await become(token, choiceOf(choices, taxpayerId).choiceId), 200);
    // A switch reads one company, however many companies the person has.
    expect(runtime.usage().identity?.readUnits).toBeLessThan(10);
  });
});

describe('switching', () => {
  let who: Known;
  let home: string;
  let away: string;
  beforeAll(async () => {
    who = await knownPerson(runtime);
    const other = await knownPerson(runtime);
    home = await companyOf(runtime, who, { name: '家乡公司' });
    away = await companyOf(runtime, other, { name: '外地公司' });
    await giveRelation(runtime, who, home, 'tax-handler');
    await giveRelation(runtime, who, away, 'invoice-clerk');
  });

  long(
    'SWI-1 SES-2 takes another role in the same company; the older token dies, the session lives',
    async () => {
      const { loginId, reply } = await bothFactors(runtime, who, home);
      const opened = expectStatus(await chooseRole(runtime, loginId, reply.body.choices[0].choiceId), 200);
      const { accessToken: token, sessionId } = opened.body.session;
      const wanted = choiceOf(await identities(token), home, 'tax-handler');
      const switched = expectStatus(await become(token, wanted.choiceId), 200).body.session;
      expect(switched.sessionId).toBe(sessionId);
      expect(switched.identity).toEqual(wanted.identity);
      expect(switched.identity).toMatchObject({ kind: 'enterprise', taxpayerId: home, role: 'tax-handler' });
      for (const path of ['/v1/session', '/v1/enterprise', '/v1/session/identities', '/v1/account'])
        expect((await get(path, token)).body).toMatchObject({ status: 401, code: 'SESSION_ENDED' });
      expect((await become(token, wanted.choiceId)).body.code).toBe('SESSION_ENDED');
      expect((await get('/v1/enterprise', switched.accessToken)).body.role).toBe('tax-handler');
      const again = expectStatus(await refresh(opened.cookie ?? ''), 200).body.session;
      expect(again.identity).toEqual(switched.identity);
      expectStatus(await get('/v1/enterprise', again.accessToken), 200);
      // LGN-10: the next login preselects the role that was used last.
      const next = (await bothFactors(runtime, who, home)).reply.body.choices;
      expect(next.filter((one: Loose) => one.preselected).map((one: Loose) => one.identity.role)).toEqual([
        'tax-handler',
      ]);
    },
  );

  long('SWI-2 SWI-5 goes from natural to a company, to another, and back, each step audited', async () => {
    const before = new Set((await history(runtime, who)).map(({ eventId }) => eventId));
    let token = await naturalToken(who);
    const steps = [
      { taxpayerId: home, role: 'legal-representative' as const },
      { taxpayerId: away, role: 'invoice-clerk' as const },
    ];
    expect((await get('/v1/enterprise', token)).body).toMatchObject({
      status: 403,
      code: 'ROLE_NOT_ALLOWED',
    });
    for (const { taxpayerId, role } of steps) {
      const choice = choiceOf(await identities(token), taxpayerId, role);
      token = expectStatus(await become(token, choice.choiceId), 200).body.session.accessToken;
      expect((await get('/v1/enterprise', token)).body).toMatchObject({ taxpayerId, role });
      expect((await identities(token)).filter(({ current }) => current)).toMatchObject([
        { identity: { taxpayerId, role } },
      ]);
    }
    const [natural] = await identities(token);
    const back = expectStatus(await become(token, natural.choiceId), 200).body.session;
    expect(back.identity).toEqual({ kind: 'natural' });
    expect((await get('/v1/enterprise', back.accessToken)).body.code).toBe('ROLE_NOT_ALLOWED');
    expect(claimsOf(back.accessToken)).not.toHaveProperty('company');
    const told = (await history(runtime, who)).filter(
      ({ kind, eventId }) => kind === 'identity-switched' && !before.has(eventId),
    );
    expect(told.map(({ detail }) => detail.taxpayerId ?? detail.identity).sort()).toEqual(
      [home, away, 'natural'].sort(),
    );
  });

  long('SWI-5 takes the handles of this session only', async () => {
    const earlier = await identities(await naturalToken(who));
    const token = await naturalToken(who);
    const stranger = await identities(await naturalToken(await knownPerson(runtime)));
    const own = await identities(token);
    const sealed: string = own[1].choiceId;
    for (const choiceId of [
      earlier[1].choiceId,
      earlier[0].choiceId,
      stranger[0].choiceId,
      `${sealed.slice(0, -2)}${sealed.endsWith('AA') ? 'BB' : 'AA'}`,
      sealed.slice(0, 40),
      home,
      'natural',
      'made-up',
    ])
      expect((await become(token, choiceId)).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    for (const body of [{}, { choiceId: '' }, { choiceId: 7 }, { choiceId: 'a'.repeat(513) }])
      expect((await runtime.http('POST', '/v1/session/identity', body, { token })).body.code).toBe(
        'BAD_REQUEST',
      );
    expect((await show(token)).body.session.identity).toEqual({ kind: 'natural' });
    expect((await become('no.such.token', sealed)).body.code).toBe('SESSION_ENDED');
  });

  long('SWI-5 judges relation and company anew when the handle is used', async () => {
    const handler = await knownPerson(runtime);
    const boss = await knownPerson(runtime);
    const token = await naturalToken(handler);
    const cases: [string, object, (taxpayerId: string) => Promise<unknown>][] = [
      [
        'RELATION_NOT_FOUND',
        {},
        (id) => changeRelation(runtime, handler, id, 'tax-handler', { state: 'deleted' }),
      ],
      ['RELATION_NOT_FOUND', {}, (id) => feed(runtime, companyLine(id, { state: 'cancelled' }))],
      [
        'COMPANY_NOT_CONFIRMED',
        {},
        (id) => feed(runtime, companyLine(id, { state: 'awaiting-confirmation' })),
      ],
      ['SWITCH_NOT_ALLOWED', {}, (id) => feed(runtime, companyLine(id, { subject: 'cross-region' }))],
      [
        'RELATION_NOT_FOUND',
        { validUntil: '2027-03-02' },
        () => Promise.resolve(runtime.clock.set('2027-03-03T00:00:00+08:00')),
      ],
    ];
    for (const [code, given, change] of cases) {
      const taxpayerId = await companyOf(runtime, boss);
      await giveRelation(runtime, handler, taxpayerId, 'tax-handler', given);
      const fresh = code === 'RELATION_NOT_FOUND' && 'validUntil' in given;
      if (fresh) runtime.clock.set('2027-03-02T23:59:00+08:00');
      const using = fresh ? await naturalToken(handler) : token;
      const { choiceId } = choiceOf(await identities(using), taxpayerId);
      await change(taxpayerId);
      expect((await become(using, choiceId)).body).toMatchObject({ status: 403, code });
      expect((await show(using)).body.session.identity).toEqual({ kind: 'natural' });
    }
  });

  long('SWI-5 lets nothing out of a special session but the person', async () => {
    const boss = await knownPerson(runtime);
    const special = await companyOf(runtime, boss, { subject: 'social-insurance' });
    await companyOf(runtime, boss);
    const { reply } = await bothFactors(runtime, boss, special, { entry: 'social-insurance' });
    const { accessToken: token, identity } = reply.body.session;
    const choices = await identities(token);
    expect(choices.map((choice) => [choice.identity.kind, choice.current])).toEqual([
      ['natural', undefined],
      ['special', true],
    ]);
    expect(choices[1].identity).toEqual(identity);
    expect((await become(token, choices[1].choiceId)).body).toMatchObject({
      status: 403,
      code: 'SWITCH_NOT_ALLOWED',
    });
    const { body } = await get('/v1/enterprise', token);
    expect(body).toMatchObject({ taxpayerId: special, subjects: ['social-insurance'] });
    const back = expectStatus(await become(token, choices[0].choiceId), 200).body.session;
    expect(back.identity).toEqual({ kind: 'natural' });
    expect(await identities(back.accessToken)).toHaveLength(2);
  });

  long('SWI-5 SES-2 lets one of many switches of the same token through', async () => {
    const token = await naturalToken(who);
    const choices = await identities(token);
    const answers = await Promise.all(
      [0, 1, 2, 3, 1, 2].map((index) => become(token, choices[index % choices.length].choiceId)),
    );
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    for (const { status, body } of answers)
      if (status !== 200) expect(body).toMatchObject({ status: 401, code: 'SESSION_ENDED' });
    const shown = await show(won[0]?.body.session.accessToken);
    expect(expectStatus(shown, 200).body.session.identity).toEqual(won[0]?.body.session.identity);
  });

  it('SWI-1 SWI-2 stay within three calls in sequence; natural people pay nothing for companies', async () => {
    const cost = (flow: string, route: string) => {
      const usage = runtime.usage()[flow]?.routes[route];
      return { calls: usage?.calls, chain: usage?.longestChain };
    };
    const natural = await naturalToken(who);
    runtime.resetUsage();
    expectStatus(await show(natural), 200);
    expect(cost('session', 'GET /v1/session')).toEqual({ calls: 1, chain: 1 });
    const choices = await identities(natural);
    expect(cost('identity', 'GET /v1/session/identities').chain).toBe(2);
    const switched = expectStatus(
      await become(natural, choiceOf(choices, home, 'tax-handler').choiceId),
      200,
    );
    const { accessToken: token } = switched.body.session;
    const role = choiceOf(await identities(token), home, 'legal-representative');
    const other = expectStatus(await become(token, role.choiceId), 200).body.session.accessToken;
    expect(cost('identity', 'POST /v1/session/identity').chain).toBe(3);
    runtime.resetUsage();
    expectStatus(await show(other), 200);
    // Session and relation are read in parallel.
    expect(cost('session', 'GET /v1/session')).toEqual({ calls: 2, chain: 1 });
    expectStatus(await get('/v1/enterprise', other), 200);
    expect(cost('enterprise', 'GET /v1/enterprise').chain).toBe(2);
    const { cookie } = await inCompany(runtime, who, away);
    runtime.resetUsage();
    expectStatus(await refresh(cookie), 200);
    expect(cost('session', 'POST /v1/session/refresh')).toEqual({ calls: 2, chain: 2 });
  });
});

describe('live sessions', () => {
  /** A tax handler who is logged in for a company. */
  async function acting(given: object = {}) {
    const boss = await knownPerson(runtime);
    const who = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, boss);
    await giveRelation(runtime, who, taxpayerId, 'tax-handler', given);
    return { boss, who, taxpayerId, ...(await inCompany(runtime, who, taxpayerId)) };
  }
  const lost = { status: 403, code: 'RELATION_NOT_FOUND', title: '未查询到您与该企业的关联关系' };
  /**
   * The answers of a session whose company is lost: calls for the company are refused, and the natural person can
   * continue.
   */
  async function expectLost(token: string) {
    for (const path of ['/v1/enterprise', '/v1/account', '/v1/sessions', '/v1/authorizations'])
      expect((await get(path, token)).body).toMatchObject(lost);
    expect((await get('/v1/enterprise', token)).body.detail).toContain('切换');
    const { session } = expectStatus(await show(token), 200).body;
    expect(session.identity).toEqual({ kind: 'natural' });
    expect(session.notices.map(({ code }: { code: string }) => code)).toEqual(['IDENTITY_LOST']);
  }

  keeping(1)(['deleted', 'superseded', 'withdrawn', 'rejected', 'pending'])(
    'REL-7 REL-8 ends company work at once when the relation is %s',
    async (state) => {
      const { who, taxpayerId, token } = await acting();
      expectStatus(await get('/v1/enterprise', token), 200);
      await changeRelation(runtime, who, taxpayerId, 'tax-handler', { state });
      await expectLost(token);
    },
  );

  long(
    'REL-8 shows narrowed and widened permissions at once, from the relation and not from the token',
    async () => {
      const { who, taxpayerId, token, cookie } = await acting();
      for (const permissions of [['enquiry'], [], ['filing', 'declaration', 'enquiry', 'invoice']]) {
        await changeRelation(runtime, who, taxpayerId, 'tax-handler', { permissions });
        expect((await get('/v1/enterprise', token)).body.permissions).toEqual(permissions);
        expect((await show(token)).body.session.identity.permissions).toEqual(permissions);
      }
      await changeRelation(runtime, who, taxpayerId, 'tax-handler', { permissions: ['enquiry'] });
      const { session } = expectStatus(await refresh(cookie), 200).body;
      expect(session.identity.permissions).toEqual(['enquiry']);
      expect(claimsOf(session.accessToken).identity.permissions).toEqual(['enquiry']);
    },
  );

  long('REL-8 ends at midnight of the last day, exactly', async () => {
    runtime.clock.set('2027-03-02T23:58:00+08:00');
    const { token, cookie } = await acting({ validUntil: '2027-03-02' });
    runtime.clock.set('2027-03-02T23:59:59.999+08:00');
    expectStatus(await get('/v1/enterprise', token), 200);
    runtime.clock.set('2027-03-03T00:00:00+08:00');
    await expectLost(token);
    expect((await refresh(cookie)).body.session.identity).toEqual({ kind: 'natural' });
  });

  long('REL-2 replaces a legal representative while acting', async () => {
    const boss = await knownPerson(runtime);
    const heir = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, boss);
    const { token } = await inCompany(runtime, boss, taxpayerId);
    expectStatus(await get('/v1/enterprise', token), 200);
    await feed(runtime, representativeLine(taxpayerId, heir));
    await expectLost(token);
    const next = await inCompany(runtime, heir, taxpayerId);
    expect((await get('/v1/enterprise', next.token)).body.legalRepresentative).toBe(`${heir.name[0]}**`);
  });

  long(
    'REL-5 REL-7 REL-8 reaches a live session from the company’s side: invited, narrowed, dismissed',
    async () => {
      const boss = await knownPerson(runtime);
      const who = await knownPerson(runtime);
      const taxpayerId = await companyOf(runtime, boss);
      const manager = (await inCompany(runtime, boss, taxpayerId)).token;
      const staff = (method: string, id = '', body?: object) =>
        runtime.http(method, `/v1/enterprise/staff${id && `/${id}`}`, body, { token: manager });
      const { name, documentType, documentNumber } = who;
      const invitation = { name, documentType, documentNumber, role: 'tax-handler' };
      const { authorizationId } = expectStatus(await staff('POST', '', invitation), 201).body;
      const natural = await naturalToken(who);
      expect(await identities(natural)).toHaveLength(1);
      const path = `/v1/authorizations/${authorizationId}/confirm`;
      expectStatus(await runtime.http('POST', path, undefined, { token: natural }), 200);
      const { choiceId } = choiceOf(await identities(natural), taxpayerId);
      const { accessToken: token } = expectStatus(await become(natural, choiceId), 200).body.session;
      expectStatus(await staff('PATCH', authorizationId, { permissions: ['filing'] }), 200);
      expect((await get('/v1/enterprise', token)).body.permissions).toEqual(['filing']);
      // A tax handler's session can neither manage people nor read their list.
      expect((await get('/v1/enterprise/staff', token)).body.code).toBe('ROLE_NOT_ALLOWED');
      expectStatus(await staff('DELETE', authorizationId), 204);
      await expectLost(token);
    },
  );

  long(
    'REL-2 REL-5 refuses the people management of a legal representative who was just replaced',
    async () => {
      const boss = await knownPerson(runtime);
      const heir = await knownPerson(runtime);
      const taxpayerId = await companyOf(runtime, boss);
      const { token } = await inCompany(runtime, boss, taxpayerId);
      expectStatus(await get('/v1/enterprise/staff', token), 200);
      await feed(runtime, representativeLine(taxpayerId, heir));
      for (const [method, path, body] of [
        ['GET', '/v1/enterprise/staff'],
        ['POST', '/v1/enterprise/staff', { ...(await knownPerson(runtime)), role: 'tax-handler' }],
      ] as const)
        expect((await runtime.http(method, path, body, { token })).body).toMatchObject(lost);
    },
  );

  long('ENT-3 ends work for a company that is cancelled, and shows a new name at once', async () => {
    const { taxpayerId, token } = await acting();
    await feed(runtime, companyLine(taxpayerId, { name: '合肥新名科技有限公司' }));
    expect((await get('/v1/enterprise', token)).body.taxpayerName).toBe('合肥新名科技有限公司');
    expect((await show(token)).body.session.identity.taxpayerName).toBe('合肥新名科技有限公司');
    await feed(runtime, companyLine(taxpayerId, { state: 'cancelled' }));
    await expectLost(token);
  });

  long(
    'REL-7 SES-2 goes on as the natural person after refresh; older tokens die; it is audited',
    async () => {
      const { who, taxpayerId, token, cookie } = await acting();
      await changeRelation(runtime, who, taxpayerId, 'tax-handler', { state: 'deleted' });
      const refreshed = expectStatus(await refresh(cookie), 200);
      const { session } = refreshed.body;
      expect(session.identity).toEqual({ kind: 'natural' });
      expect(session.notices.map(({ code }: { code: string }) => code)).toEqual(['IDENTITY_LOST']);
      expect(claimsOf(session.accessToken)).not.toHaveProperty('company');
      expect(claimsOf(session.accessToken).identity).toEqual({ kind: 'natural' });
      expect((await get('/v1/enterprise', token)).body).toMatchObject({ status: 401, code: 'SESSION_ENDED' });
      expect((await get('/v1/enterprise', session.accessToken)).body.code).toBe('ROLE_NOT_ALLOWED');
      expectStatus(await get('/v1/account', session.accessToken), 200);
      expect((await history(runtime, who)).filter(({ kind }) => kind === 'identity-lost')).toMatchObject([
        { detail: { taxpayerId, role: 'tax-handler' } },
      ]);
      // A refresh whose answer was lost gets the same answer again; a later refresh does not repeat the message.
      expect(expectStatus(await refresh(cookie), 200).body.session.identity).toEqual({ kind: 'natural' });
      await wait(runtime, 30);
      const later = expectStatus(await refresh(refreshed.cookie ?? ''), 200).body.session;
      expect(later).toMatchObject({ identity: { kind: 'natural' }, notices: [] });
    },
  );

  long('SWI-2 lets the person switch away from a lost company, or log out', async () => {
    const { boss, who, taxpayerId, token } = await acting();
    const second = await companyOf(runtime, boss);
    await giveRelation(runtime, who, second, 'invoice-clerk');
    await changeRelation(runtime, who, taxpayerId, 'tax-handler', { state: 'deleted' });
    const choices = await identities(token);
    expect(choices.map(({ identity, current }) => [identity.taxpayerId, current])).toEqual([
      [undefined, true],
      [second, undefined],
    ]);
    const switched = expectStatus(await become(token, choices[1].choiceId), 200).body.session;
    expect((await get('/v1/enterprise', switched.accessToken)).body.taxpayerId).toBe(second);
    await changeRelation(runtime, who, second, 'invoice-clerk', { state: 'deleted' });
    expect((await get('/v1/enterprise', switched.accessToken)).body).toMatchObject(lost);
    expectStatus(
      await runtime.http('DELETE', '/v1/session', undefined, { token: switched.accessToken }),
      204,
    );
    expect((await show(switched.accessToken)).body).toMatchObject({
      code: 'SESSION_ENDED',
      reason: 'logged-out',
    });
  });

  long('REL-10 does not let a newer authorization revive the session of the old one', async () => {
    const { who, taxpayerId, token } = await acting();
    await giveRelation(runtime, who, taxpayerId, 'tax-handler');
    await expectLost(token);
    const { choiceId } = choiceOf(await identities(token), taxpayerId);
    const { accessToken } = expectStatus(await become(token, choiceId), 200).body.session;
    expectStatus(await get('/v1/enterprise', accessToken), 200);
  });

  long('REL-8 fails closed when the relation cannot be read', async () => {
    const { token } = await acting();
    await runtime.provoking(async () => {
      runtime.faults.add({ table: 'Relationships', kind: 'error500', times: Number.POSITIVE_INFINITY });
      const reply = await get('/v1/enterprise', token);
      expect(reply.status).toBe(503);
    });
    expectStatus(await get('/v1/enterprise', token), 200);
  });

  it('REL-8 keeps what the relation is found by out of the answers', async () => {
    const { token, session } = await acting();
    const stored = await row(runtime, 'Sessions', { sessionId: session.sessionId });
    expect(stored.company).toMatchObject({ role: 'tax-handler' });
    for (const path of ['/v1/session', '/v1/enterprise', '/v1/session/identities'])
      expect(JSON.stringify((await get(path, token)).body)).not.toContain(stored.company.authorizationId);
    expect(JSON.stringify(claimsOf(token))).not.toContain(stored.company.authorizationId);
  });
});

describe('two companies', () => {
  long('SWI-5 REL-8 never see each other, whatever is called in whatever order', async () => {
    const [left, right] = await Promise.all(
      ['东山公司', '西河公司'].map(async (name) => {
        const boss = await knownPerson(runtime);
        const taxpayerId = await companyOf(runtime, boss, { name });
        const clerk = await knownPerson(runtime);
        await giveRelation(runtime, clerk, taxpayerId, 'invoice-clerk');
        return { name, taxpayerId, people: [boss, clerk] };
      }),
    );
    if (!left || !right) throw new Error('two companies');
    const sides = [left, right];
    const call = fc.record({
      side: fc.integer({ min: 0, max: 1 }),
      person: fc.integer({ min: 0, max: 1 }),
      what: fc.constantFrom('enterprise', 'session', 'list', 'switch', 'steal', 'back'),
      pick: fc.nat(3),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 4, maxLength: 10 }), async (calls) => {
        const tokens = new Map<string, string>();
        const handles: string[][] = [[], []];
        for (const { side, person, what, pick } of calls) {
          const own = sides[side];
          const foreign = sides[1 - side];
          const who = own?.people[person];
          if (!own || !foreign || !who) continue;
          const at = `${side}/${person}`;
          const token = tokens.get(at) ?? (await inCompany(runtime, who, own.taxpayerId)).token;
          tokens.set(at, token);
          let reply: Loose;
          if (what === 'enterprise') reply = await get('/v1/enterprise', token);
          else if (what === 'session') reply = await show(token);
          else if (what === 'steal') {
            const stolen = handles[1 - side] ?? [];
            const choiceId = stolen[pick % Math.max(1, stolen.length)];
            if (choiceId === undefined) continue;
            reply = await become(token, choiceId);
            expect(reply.body.code).toBe('NOT_FOUND');
          } else {
            reply = await get('/v1/session/identities', token);
            const choices: Loose[] = reply.body.choices;
            handles[side]?.push(...choices.map(({ choiceId }) => choiceId));
            if (what !== 'list') {
              const choice = choices[what === 'back' ? 0 : pick % choices.length];
              reply = await become(token, choice.choiceId);
              tokens.set(at, expectStatus(reply, 200).body.session.accessToken);
            }
          }
          const said = JSON.stringify(reply.body);
          expect(said).not.toContain(foreign.taxpayerId);
          expect(said).not.toContain(foreign.name);
        }
      }),
      { numRuns: 12 },
    );
  });
});
