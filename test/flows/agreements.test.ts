/** @module-tag grants */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { maskDocument } from '#domain/people/masks.ts';
import type { Loose } from '../support/client.ts';
import { creditCode } from '../support/credit-codes.ts';
import { person } from '../support/people.ts';
import { expectStatus } from '../support/runtime.ts';
import { solve } from '../support/solve.ts';
import { long } from '../support/variants.ts';
import {
  history,
  type Known,
  knownPerson,
  morning,
  openWatchedRuntime,
  row,
  type WatchedRuntime,
} from '../support/watched.ts';
import {
  agencyFirm,
  agentAt,
  agreementLine,
  agreementsOf,
  apiOf,
  claimed,
  client,
  entered,
  entering,
  type Firm,
  firm,
  goTo,
  reported,
  said,
  staffLine,
  today,
  tomorrow,
  yearsEnd,
  yesterday,
} from './support/agencies.ts';
import { asChannel, claimOf } from './support/channels.ts';
import { companyLine, feed } from './support/registry.ts';
import { companyHistory, enterCompany, giveRelation, inCompany } from './support/relations.ts';

let runtime: WatchedRuntime;
let agency: Firm;
let one: Known;
let two: Known;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
  [one, two] = await Promise.all([knownPerson(runtime), knownPerson(runtime)]);
});
afterAll(async () => {
  await runtime?.finish('agency', 'client-agreements');
});
beforeEach(async () => {
  runtime.clock.set(morning);
  agency = await agencyFirm(runtime);
  await feed(runtime, staffLine(agency.id, [one, two]));
});

it('REG-9 AGY-1 a wrong name on the staff form is counted, and a challenge that was solved is taken with it', async () => {
  const who = await knownPerson(runtime);
  const put = (agents: readonly object[], more: object = {}) =>
    agency.api('PUT', '/v1/agency/staff', { agents, ...more });
  expect((await put([claimed({ ...who, name: '查无此人' })])).body.code).toBe('PERSON_MISMATCH');
  const challenge = await solve((await runtime.http('GET', '/v1/challenge')).body);
  expectStatus(await put([claimed(who)], { challenge }), 200);
  expect((await put([claimed(who)], { challenge })).body.code).toBe('CHALLENGE_REQUIRED');
});

const confirm = ({ api }: Firm, id: string, what = 'confirm', body?: object) =>
  api('POST', `/v1/enterprise/agreements/${id}/${what}`, body);
const change = ({ api }: Firm, id: string, body: object) => api('PATCH', `/v1/agency/agreements/${id}`, body);
const enter = ({ api }: Firm, body: object) => api('POST', '/v1/agency/agreements', body);
const found = async (side: Firm, which: 'agency' | 'enterprise', id: string): Promise<Loose> =>
  (await agreementsOf(side, which)).find(({ agreementId }) => agreementId === id);
/** Whether a person can log in as agent at `enterprise`. */
const opens = async (who: Known, taxpayerId: string) =>
  (await enterCompany(runtime, who, taxpayerId)).status === 201;

describe('what an agency enters', () => {
  long(
    'AGY-4 REL-11 waits for the client, who sees it and agrees; both and whoever did it find it in their history',
    async () => {
      const owner = await firm(runtime);
      const id = await entered(agency, owner.id, [one]);
      const seen = await found(owner, 'enterprise', id);
      expect(seen).toMatchObject({
        agreementId: id,
        agencyId: agency.id,
        agencyName: '徽州税务师事务所',
        clientId: owner.id,
        items: ['tax-declaration', 'consulting'],
        from: today,
        until: yearsEnd,
        state: 'pending',
        agents: [{ name: expect.stringContaining('*'), documentNumber: maskDocument(one.documentNumber) }],
      });
      expect(JSON.stringify(seen)).not.toContain(one.name);
      expect(await found(agency, 'agency', id)).toEqual(seen);
      expect(await opens(one, owner.id)).toBe(false);
      expect((await confirm(owner, id)).body).toEqual({ agreementId: id, state: 'active' });
      expect((await found(agency, 'agency', id)).state).toBe('active');
      expect(await opens(one, owner.id)).toBe(true);
      expect(await opens(two, owner.id)).toBe(false);
      expect(said(await confirm(owner, id))).toBe('STATE_CONFLICT');
      expect(said(await confirm(owner, id, 'reject'))).toBe('STATE_CONFLICT');
      const kinds = (events: Loose[]) =>
        events
          .map(({ kind }) => kind)
          .filter((kind) => kind.startsWith('agree'))
          .sort();
      expect(kinds(await companyHistory(runtime, agency.id))).toEqual([
        'agreement-confirmed',
        'agreement-entered',
      ]);
      expect(kinds(await companyHistory(runtime, owner.id))).toEqual([
        'agreement-confirmed',
        'agreement-entered',
      ]);
      expect(kinds(await history(runtime, owner.boss))).toEqual(['agreement-confirmed']);
      expect(kinds(await history(runtime, agency.boss))).toEqual(['agreement-entered']);
      expect(
        (await history(runtime, one)).filter(({ kind }) => kind === 'agent-named').at(-1)?.detail,
      ).toMatchObject({
        client: owner.id,
        agency: agency.id,
      });
    },
  );

  long('AGY-4 can be refused, taken back and ended, each once, and names no client then', async () => {
    const owner = await firm(runtime);
    const refused = await entered(agency, owner.id, [one]);
    expect((await confirm(owner, refused, 'reject')).body.state).toBe('rejected');
    const back = await entered(agency, owner.id, [one]);
    expect((await agency.api('POST', `/v1/agency/agreements/${back}/terminate`)).body.state).toBe('ended');
    const ended = await entered(agency, owner.id, [one]);
    expectStatus(await confirm(owner, ended), 200);
    expect((await confirm(owner, ended, 'terminate')).body.state).toBe('ended');
    expect(await opens(one, owner.id)).toBe(false);
    for (const id of [refused, back, ended]) {
      for (const what of ['confirm', 'reject', 'terminate'])
        expect(said(await confirm(owner, id, what))).toBe('STATE_CONFLICT');
      expect(said(await change(agency, id, { until: tomorrow }))).toBe('STATE_CONFLICT');
      expect(said(await agency.api('POST', `/v1/agency/agreements/${id}/terminate`))).toBe('STATE_CONFLICT');
    }
  });

  long('AGY-4 cannot be agreed to unseen where the client says what it saw', async () => {
    const owner = await firm(runtime);
    const id = await entered(agency, owner.id, [one]);
    const { revision } = await found(owner, 'enterprise', id);
    expectStatus(await change(agency, id, { items: ['attestation'] }), 200);
    expect(said(await confirm(owner, id, 'confirm', { revision }))).toBe('STATE_CONFLICT');
    expectStatus(await confirm(owner, id, 'confirm', { revision: revision + 1 }), 200);
  });

  long('AGY-4 runs out by itself', async () => {
    const owner = await firm(runtime);
    const id = await entered(agency, owner.id, [one], { until: today });
    runtime.clock.set('2027-03-03T00:00:00+08:00');
    const { token } = await inCompany(runtime, owner.boss, owner.id);
    const now = { ...owner, api: apiOf(runtime, token) };
    expect((await found(now, 'enterprise', id)).state).toBe('expired');
    expect(said(await confirm(now, id))).toBe('STATE_CONFLICT');
  });

  long('AGY-1 AGY-4 names what is wrong with it', async () => {
    const owner = await firm(runtime);
    const outsider = await knownPerson(runtime);
    const agents = [claimed(one)];
    const cases: [object, string, unknown][] = [
      [{ from: tomorrow, until: today }, 'BAD_REQUEST', 'until'],
      [{ from: yesterday, until: yesterday }, 'BAD_REQUEST', 'until'],
      [{ from: '2027-02-30' }, 'BAD_REQUEST', 'from'],
      [{ until: 'soon' }, 'BAD_REQUEST', 'until'],
      [{ items: ['gardening'] }, 'BAD_REQUEST', 'items.0'],
      [{ items: [] }, 'BAD_REQUEST', 'items'],
      [{ agents: [] }, 'BAD_REQUEST', 'agents'],
      [{ clientId: agency.id }, 'BAD_REQUEST', 'clientId'],
      [{ agents: [...agents, claimed(outsider)] }, 'AGENT_NOT_LISTED', 'agents.1'],
      [{ agents: [{ agentId: 'g1_made-up' }] }, 'AGENT_NOT_LISTED', 'agents.0'],
      [{ agents: [...agents, { ...claimed(two), name: '别人' }] }, 'PERSON_MISMATCH', 'agents.1'],
      [{ agents: [{ ...claimed(two), documentNumber: '340102' }] }, 'DOCUMENT_INVALID', 'agents.0'],
    ];
    for (const [facts, code, path] of cases) {
      const { body } = await enter(agency, entering(owner.id, agents, facts));
      expect([body.code, body.errors?.[0]?.path], JSON.stringify(body)).toEqual([code, path]);
    }
    const waiting = await client(runtime, { state: 'awaiting-confirmation' });
    const gone = await client(runtime, { state: 'cancelled' });
    for (const [id, code] of [
      [creditCode(), 'TAXPAYER_NOT_FOUND'],
      [gone, 'TAXPAYER_NOT_FOUND'],
      ['nonsense', 'TAXPAYER_NOT_FOUND'],
      [waiting, 'COMPANY_NOT_CONFIRMED'],
    ] as const)
      expect(said(await enter(agency, entering(id, agents)))).toBe(code);
    expect(await agreementsOf(agency, 'agency')).toEqual([]);
    const id = await entered(agency, owner.id, [one]);
    for (const [body, code] of [
      [{}, 'BAD_REQUEST'],
      [{ until: yesterday }, 'BAD_REQUEST'],
      [{ agents: [claimed(outsider)] }, 'AGENT_NOT_LISTED'],
    ] as const)
      expect(said(await change(agency, id, body))).toBe(code);
  });

  long('AGY-4 refuses the client’s own people as its agents, as long as they are', async () => {
    const owner = await firm(runtime);
    await giveRelation(runtime, one, owner.id, 'invoice-clerk', { validUntil: today });
    await giveRelation(runtime, two, owner.id, 'tax-handler', { state: 'pending' });
    const refused = await enter(agency, entering(owner.id, [claimed(two), claimed(one)]));
    expect(refused.body).toMatchObject({
      status: 409,
      code: 'AGENT_IS_STAFF',
      errors: [{ path: 'agents.1' }],
    });
    await entered(agency, owner.id, [two]);
    runtime.clock.set('2027-03-03T00:00:00+08:00');
    const { token } = await inCompany(runtime, agency.boss, agency.id);
    const later = { ...agency, api: apiOf(runtime, token) };
    const [waiting] = await agreementsOf(later, 'agency');
    expectStatus(await change(later, waiting?.agreementId, { agents: [claimed(one)] }), 200);
  });

  long('AGY-4 has no day in common with another agreement of the pair that lives', async () => {
    const owner = await firm(runtime);
    const first = await entered(agency, owner.id, [one], { from: today, until: '2027-06-30' });
    for (const [from, until] of [
      ['2027-06-30', yearsEnd],
      [today, today],
      ['2027-01-01', yearsEnd],
    ] as const) {
      const { body } = await enter(agency, entering(owner.id, [claimed(one)], { from, until }));
      expect(body).toMatchObject({ status: 409, code: 'STATE_CONFLICT' });
      expect(body.title).toContain('重叠');
    }
    const second = await entered(agency, owner.id, [one], { from: '2027-07-01', until: yearsEnd });
    expect(said(await change(agency, second, { from: '2027-06-30' }))).toBe('STATE_CONFLICT');
    // The days of another agency's agreement do not collide.
    const other = await agencyFirm(runtime);
    await feed(runtime, staffLine(other.id, [two]));
    await entered(other, owner.id, [two], { from: today, until: yearsEnd });
    expectStatus(await confirm(owner, first, 'reject'), 200);
    expectStatus(await change(agency, second, { from: today }), 200);
  });
});

describe('a change', () => {
  long('AGY-4 that gives more waits beside the terms that hold', async () => {
    const owner = await firm(runtime);
    const id = await entered(agency, owner.id, [one], { items: ['consulting'] });
    await confirm(owner, id);
    const live = apiOf(runtime, (await inCompany(runtime, one, owner.id)).token);
    expect(
      (await change(agency, id, { items: ['tax-declaration'], agents: [claimed(one), claimed(two)] })).body,
    ).toEqual({
      agreementId: id,
      state: 'active',
      waits: true,
    });
    expect((await live('GET', '/v1/enterprise')).body.permissions).toEqual(['enquiry']);
    expect(await opens(two, owner.id)).toBe(false);
    expect(await found(owner, 'enterprise', id)).toMatchObject({
      state: 'active',
      items: ['consulting'],
      proposed: { items: ['tax-declaration'], from: today, until: yearsEnd },
    });
    expect((await confirm(owner, id, 'reject')).body.state).toBe('active');
    expect((await found(owner, 'enterprise', id)).proposed).toBeUndefined();
    expect((await live('GET', '/v1/enterprise')).body.permissions).toEqual(['enquiry']);
    await change(agency, id, { items: ['tax-declaration'], agents: [claimed(one), claimed(two)] });
    expect((await confirm(owner, id)).body.state).toBe('active');
    expect((await live('GET', '/v1/enterprise')).body.permissions).toEqual([
      'filing',
      'declaration',
      'enquiry',
    ]);
    expect(await opens(two, owner.id)).toBe(true);
  });

  long('AGY-4 that takes away holds at once, in live sessions too', async () => {
    const owner = await firm(runtime);
    const id = await entered(agency, owner.id, [one, two]);
    await confirm(owner, id);
    const [first, second] = [
      apiOf(runtime, (await inCompany(runtime, one, owner.id)).token),
      await agentAt(runtime, two, agency.id).then(({ api }) => goTo(runtime, api, owner.id)),
    ];
    const listed = (await found(agency, 'agency', id)).agents as Loose[];
    expect(listed).toHaveLength(2);
    expect((await change(agency, id, { items: ['consulting'] })).body.waits).toBe(false);
    expect((await first('GET', '/v1/enterprise')).body.permissions).toEqual(['enquiry']);
    expect((await change(agency, id, { agents: [claimed(one)] })).body.waits).toBe(false);
    expectStatus(await first('GET', '/v1/enterprise'), 200);
    expect(said(await second.api('GET', '/v1/enterprise'))).toBe('RELATION_NOT_FOUND');
    expect((await second.api('GET', '/v1/session')).body.session.identity).toEqual({
      kind: 'agency',
      agencyId: agency.id,
      agencyName: '徽州税务师事务所',
    });
    // The list gives the handle of the agent.
    const agentId = (await found(agency, 'agency', id)).agents[0].agentId;
    expect(listed.map((agent) => agent.agentId)).toContain(agentId);
    expect((await change(agency, id, { agents: [{ agentId }], until: tomorrow })).body.waits).toBe(false);
    await confirm(owner, id, 'terminate');
    expect(said(await first('GET', '/v1/enterprise'))).toBe('RELATION_NOT_FOUND');
    expect((await history(runtime, two)).some(({ kind }) => kind === 'agent-left')).toBe(true);
    for (const who of [one, two])
      expect(
        await row(runtime, 'Relationships', {
          personKey: who.personKey,
          relation: `agent-for#c_${owner.id}#${id}`,
        }),
      ).toBeUndefined();
  });
});

describe('who', () => {
  long(
    'AGY-4 AGY-2 the agency’s legal representative, finance head, tax handler and listed agents, in an `enterprise` session',
    async () => {
      const owner = await firm(runtime);
      for (const role of ['finance-head', 'tax-handler', 'invoice-clerk'] as const) {
        const who = await knownPerson(runtime);
        await giveRelation(runtime, who, agency.id, role);
        const acting = { ...agency, api: apiOf(runtime, (await inCompany(runtime, who, agency.id)).token) };
        if (role === 'invoice-clerk') {
          for (const path of ['/v1/agency/staff', '/v1/agency/agreements'])
            expect(said(await acting.api('GET', path))).toBe('ROLE_NOT_ALLOWED');
          expect(said(await enter(acting, entering(owner.id, [claimed(one)])))).toBe('ROLE_NOT_ALLOWED');
          continue;
        }
        const id = await entered(acting, owner.id, [one]);
        expectStatus(await acting.api('POST', `/v1/agency/agreements/${id}/terminate`), 200);
        expectStatus(await acting.api('GET', '/v1/agency/staff'), 200);
      }
      const agent = { ...agency, api: apiOf(runtime, (await inCompany(runtime, one, agency.id)).token) };
      const id = await entered(agent, owner.id, [one, two]);
      expectStatus(await confirm(owner, id), 200);
      expect((await change(agent, id, { agents: [claimed(two)] })).body.waits).toBe(false);
      expect(await agreementsOf(agent, 'agency')).toHaveLength(3);
      // An agent who works for a client, a natural person, and another company may not change it.
      const { api, token } = await agentAt(runtime, two, agency.id);
      const atClient = await goTo(runtime, api, owner.id);
      for (const call of [atClient.api, apiOf(runtime, token), owner.api]) {
        for (const path of ['/v1/agency/staff', '/v1/agency/agreements'])
          expect(said(await call('GET', path))).not.toBe('200');
        expect(said(await call('POST', `/v1/agency/agreements/${id}/terminate`))).not.toBe('200');
      }
      expect(said(await owner.api('GET', '/v1/agency/agreements'))).toBe('ROLE_NOT_ALLOWED');
      expect(said(await enter(owner, entering(agency.id, [claimed(one)])))).toBe('ROLE_NOT_ALLOWED');
      // An agent who is no longer on the form loses access at once.
      const staff = { agents: [claimed(two), claimed(person())] };
      expect(said(await agent.api('PUT', '/v1/agency/staff', staff))).toBe('ROLE_NOT_ALLOWED');
      expectStatus(await agency.api('PUT', '/v1/agency/staff', staff), 200);
      expect(said(await enter(agent, entering(owner.id, [claimed(two)])))).toBe('RELATION_NOT_FOUND');
    },
  );

  long('AGY-4 of the client its legal representative and finance head; ids of others are none', async () => {
    const owner = await firm(runtime);
    const stranger = await firm(runtime);
    const id = await entered(agency, owner.id, [one]);
    for (const what of ['confirm', 'reject', 'terminate'])
      expect(said(await confirm(stranger, id, what))).toBe('NOT_FOUND');
    const other = await agencyFirm(runtime);
    expect(said(await change(other, id, { until: tomorrow }))).toBe('NOT_FOUND');
    expect(said(await other.api('POST', `/v1/agency/agreements/${id}/terminate`))).toBe('NOT_FOUND');
    expect(said(await confirm(owner, `pair#c_${agency.id}#c_${owner.id}`))).toBe('NOT_FOUND');
    const handler = await knownPerson(runtime);
    await giveRelation(runtime, handler, owner.id, 'tax-handler');
    const hers = { ...owner, api: apiOf(runtime, (await inCompany(runtime, handler, owner.id)).token) };
    expect(said(await hers.api('GET', '/v1/enterprise/agreements'))).toBe('ROLE_NOT_ALLOWED');
    expect(said(await confirm(hers, id))).toBe('ROLE_NOT_ALLOWED');
    const head = await knownPerson(runtime);
    await giveRelation(runtime, head, owner.id, 'finance-head');
    const his = { ...owner, api: apiOf(runtime, (await inCompany(runtime, head, owner.id)).token) };
    expectStatus(await confirm(his, id), 200);
    const app = asChannel(runtime, 'ahtax-app', claimOf(head));
    expect(said(await app('POST', `/v1/enterprise/agreements/${id}/terminate`))).toBe('CHANNEL_NOT_ALLOWED');
  });
});

describe('what the feed brings', () => {
  long('AGY-4 ENT-3 is active at once, versioned, in any order, for companies still unknown', async () => {
    const newcomer = person();
    const [agencyId, clientId] = [creditCode(), creditCode()];
    const line = agreementLine(agencyId, clientId, [newcomer], { version: 5 });
    const report = await reported(runtime, line);
    expect(report).toMatchObject({
      accepted: 1,
      rejected: [],
      warnings: [{ line: 1, code: 'AGENT_NOT_LISTED' }],
    });
    expect(await reported(runtime, line, { ...line, version: 4, until: today })).toMatchObject({
      accepted: 0,
      stale: 2,
    });
    await reported(
      runtime,
      staffLine(agencyId, [newcomer], { version: 2 }),
      staffLine(agencyId, [], { version: 1 }),
    );
    await feed(runtime, companyLine(clientId), companyLine(agencyId, { subject: 'agency' }));
    const known = await knownPerson(runtime, newcomer);
    expect(await opens(known, clientId)).toBe(true);
    const again = await reported(runtime, { ...line, version: 6, until: yesterday });
    expect(again).toMatchObject({ accepted: 1, warnings: [] });
    expect(await opens(known, clientId)).toBe(false);
  });

  it('AGY-1 AGY-4 ENT-3 warns of what does not fit, names what is wrong, and loses nothing else', async () => {
    const owner = await firm(runtime);
    await giveRelation(runtime, two, owner.id, 'tax-handler');
    const good = agreementLine(agency.id, owner.id, [one], { version: 1 });
    const make = (facts: object) => ({
      ...agreementLine(agency.id, owner.id, [one], { version: 1 }),
      ...facts,
    });
    const report = await reported(
      runtime,
      good,
      make({ until: '2026-12-31' }),
      make({ items: ['gardening'] }),
      make({ agents: [] }),
      make({ from: '2027-13-01' }),
      make({ clientId: agency.id }),
      make({ agents: [{ ...claimed(one), name: '另名' }] }),
      make({ agencyId: '123' }),
      { ...good, version: 2, clientId: creditCode() },
      make({ agents: [claimed(two)], from: '2028-01-01', until: '2028-12-31' }),
      make({ agents: [claimed(await knownPerson(runtime))], from: '2029-01-01', until: '2029-12-31' }),
      make({ from: '2029-12-31', until: '2030-12-31' }),
    );
    expect(report.accepted).toBe(4);
    expect(
      report.rejected.map(({ line, code, message }: Loose) => [line, code, message.split(': ')[1]]),
    ).toEqual([
      [2, 'BAD_REQUEST', 'until (not before from)'],
      [3, 'BAD_REQUEST', expect.stringContaining('items.0')],
      [4, 'BAD_REQUEST', expect.stringContaining('agents')],
      [5, 'BAD_REQUEST', 'from (expected a day)'],
      [6, 'BAD_REQUEST', 'clientId (not the agency itself)'],
      [7, 'PERSON_MISMATCH', 'agents.0'],
      [8, 'BAD_REQUEST', 'agencyId (number)'],
      [9, 'STATE_CONFLICT', expect.stringContaining('agreementId')],
    ]);
    expect(report.warnings.map(({ line, code }: Loose) => [line, code])).toEqual([
      [10, 'AGENT_IS_STAFF'],
      [11, 'AGENT_NOT_LISTED'],
      [12, 'STATE_CONFLICT'],
    ]);
    for (const told of [...report.rejected, ...report.warnings])
      for (const secret of [one.name, one.documentNumber, two.documentNumber])
        expect(JSON.stringify(told)).not.toContain(secret);
  });

  long('AGY-4 the client ends it all the same, and it stays ended', async () => {
    const owner = await firm(runtime);
    const line = agreementLine(agency.id, owner.id, [one], { version: 1 });
    await reported(runtime, line);
    expectStatus(await confirm(owner, line.agreementId as string, 'terminate'), 200);
    expect(await reported(runtime, { ...line, version: 2 })).toMatchObject({
      accepted: 1,
      warnings: [{ code: 'AGREEMENT_ENDED' }],
    });
    expect(await opens(one, owner.id)).toBe(false);
    const next = agreementLine(agency.id, owner.id, [one], { version: 1 });
    expect((await reported(runtime, next)).warnings).toEqual([]);
    expect(await opens(one, owner.id)).toBe(true);
    expect((await reported(runtime, { ...next, version: 2, removed: true })).accepted).toBe(1);
    expect(await opens(one, owner.id)).toBe(false);
    const never = agreementLine(agency.id, owner.id, [one], { version: 1, removed: true });
    expect((await reported(runtime, never)).accepted).toBe(1);
    expect(await opens(one, owner.id)).toBe(false);
  });
});
