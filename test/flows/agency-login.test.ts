import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { person } from '../support/people.ts';
import { enterPassword, expectStatus } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import {
  failures,
  type Known,
  knownPerson,
  morning,
  none,
  openWatchedRuntime,
  row,
  type WatchedRuntime,
} from '../support/watched.ts';
import {
  agencyFirm,
  agentAt,
  agreementLine,
  apiOf,
  client,
  type Firm,
  goTo,
  said,
  staffLine,
  today,
} from './support/agencies.ts';
import { putAll } from './support/bulk.ts';
import { companyLine, companyOf, feed } from './support/registry.ts';
import { bothFactors, chooseRole, enterCompany, giveRelation, keyOf, passFace } from './support/relations.ts';

let runtime: WatchedRuntime;
let agency: Firm;
let agent: Known;
let clientId: string;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
  agency = await agencyFirm(runtime);
  agent = await knownPerson(runtime);
  clientId = await client(runtime);
  await feed(runtime, staffLine(agency.id, [agent]), agreementLine(agency.id, clientId, [agent]));
});
afterAll(async () => {
  await runtime?.finish();
});
beforeEach(() => runtime.clock.set(morning));

const noRelation = '未查询到您与该企业的关联关系';
const at = (entry: string, who: { documentNumber: string; password: string }, taxpayerId: string) =>
  enterPassword(runtime, who.documentNumber, who.password, entry, { taxpayerId });

describe('at `agency`', () => {
  long('AGY-3 AGY-1 LGN-8 lets in who stands on the staff form, without a client', async () => {
    const { session, api } = await agentAt(runtime, agent, agency.id);
    expect(session.identity).toEqual({
      kind: 'agency',
      agencyId: agency.id,
      agencyName: '徽州税务师事务所',
    });
    expect((await api('GET', '/v1/session')).body.session.identity).toEqual(session.identity);
    // The agency's own affairs belong to another entry (AGY-2).
    expect(said(await api('GET', '/v1/agency/staff'))).toBe('ROLE_NOT_ALLOWED');
  });

  it('LGN-8 LGN-2 LCK-6 tells that the agency’s form does not name the person only after the right password, as no failure', async () => {
    const stranger = await knownPerson(runtime);
    for (const who of [stranger, agency.boss]) {
      const wrong = await at('agency', { ...who, password: 'Wrong#9182' }, agency.id);
      expect(wrong.body).toMatchObject({ code: 'BAD_CREDENTIALS', remainingAttempts: 4 });
      expect((await at('agency', who, agency.id)).body).toMatchObject({
        status: 403,
        code: 'RELATION_NOT_FOUND',
        title: noRelation,
      });
      expect(await failures(runtime, who)).toEqual(none);
    }
    expect((await at('agency', agent, clientId)).body).toMatchObject({
      code: 'USE_SPECIAL_ENTRY',
      entry: 'enterprise',
    });
    const waiting = await client(runtime, { subject: 'agency', state: 'awaiting-confirmation' });
    expect(said(await at('agency', agent, waiting))).toBe('COMPANY_NOT_CONFIRMED');
  });

  long('AGY-1 judges the form once more at the second step', async () => {
    const leaver = await knownPerson(runtime);
    await feed(runtime, staffLine(agency.id, [agent, leaver]));
    const { loginId } = expectStatus(await at('agency', leaver, agency.id), 201).body;
    await feed(runtime, staffLine(agency.id, [agent]));
    expect(said(await passFace(runtime, loginId))).toBe('RELATION_NOT_FOUND');
    expect(said(await at('agency', leaver, agency.id))).toBe('RELATION_NOT_FOUND');
  });

  long('AGY-1 AGY-4 ends a live session whose person leaves the form', async () => {
    const leaver = await knownPerson(runtime);
    await feed(
      runtime,
      staffLine(agency.id, [agent, leaver]),
      agreementLine(agency.id, await client(runtime), [leaver]),
    );
    const { api, cookie } = await agentAt(runtime, leaver, agency.id);
    expectStatus(await api('GET', '/v1/session/clients'), 200);
    await feed(runtime, staffLine(agency.id, [agent]));
    expect((await api('GET', '/v1/session')).body.session.identity).toEqual({ kind: 'natural' });
    expect(said(await api('GET', '/v1/session/clients'))).toBe('SWITCH_NOT_ALLOWED');
    const next = await runtime.http('POST', '/v1/session/refresh', undefined, { cookie });
    expect(next.body.session).toMatchObject({
      identity: { kind: 'natural' },
      notices: [{ code: 'IDENTITY_LOST' }],
    });
  });
});

describe('at `enterprise`', () => {
  long(
    'AGY-3 SWI-3 CTR-3 agreements that ran out, however many, do not hide the one that holds',
    async () => {
      const served = await client(runtime);
      const ofMonths = Array.from({ length: 10 }, (_, month) =>
        // By their ids, these agreements come before the valid one.
        agreementLine(agency.id, served, [agent], {
          agreementId: `A0-${served}-${month}`,
          from: `2026-${String(month + 1).padStart(2, '0')}-01`,
          until: `2026-${String(month + 1).padStart(2, '0')}-28`,
        }),
      );
      const good = agreementLine(agency.id, served, [agent]);
      await feed(runtime, ...ofMonths, good);
      // One agreement has ended, but its row still exists.
      const entry = await row(runtime, 'Relationships', {
        personKey: agent.personKey,
        relation: `agent-for#${keyOf(served)}#${good.agreementId}`,
      });
      const left = `agent-for#${keyOf(served)}#A0-left-over`;
      await putAll(runtime, 'Relationships', [{ ...entry, relation: left }]);
      const { session } = (await bothFactors(runtime, agent, served)).reply.body;
      expect(session.identity).toMatchObject({ taxpayerId: served, role: 'tax-agent' });
      const { api } = await agentAt(runtime, agent, agency.id);
      expect((await goTo(runtime, api, served)).session.identity.client.taxpayerId).toBe(served);
    },
  );

  long(
    'AGY-4 ERR-01 a change of the days that fails hides nobody from those that hold; done, it counts at once',
    async () => {
      const served = await client(runtime);
      const line = agreementLine(agency.id, served, [agent]);
      await feed(runtime, line);
      const path = `/v1/agency/agreements/${line.agreementId}`;
      const later = { from: '2027-03-05' };
      await runtime.provoking(async () => {
        // The second transaction decides; all its tries fail.
        runtime.faults.add({
          function: 'agency',
          action: 'TransactWriteItems',
          nth: 2,
          kind: 'error500',
          times: 3,
        });
        expect(said(await agency.api('PATCH', path, later))).toBe('UNAVAILABLE');
        runtime.faults.clear();
      });
      const { session } = (await bothFactors(runtime, agent, served)).reply.body;
      expect(session.identity).toMatchObject({ taxpayerId: served, role: 'tax-agent' });
      const { api } = await agentAt(runtime, agent, agency.id);
      expect((await goTo(runtime, api, served)).session.identity.client.taxpayerId).toBe(served);

      expectStatus(await agency.api('PATCH', path, later), 200);
      expect(said(await at('enterprise', agent, served))).toBe('RELATION_NOT_FOUND');
      runtime.clock.set('2027-03-05T10:00:00+08:00');
      expectStatus(await at('enterprise', agent, served), 201);
    },
  );

  long('AGY-3 LGN-10 lets a listed agent in by the client’s number, with what the items allow', async () => {
    const { reply } = await bothFactors(runtime, agent, clientId);
    expect(reply.body.session.identity).toEqual({
      kind: 'enterprise',
      taxpayerId: clientId,
      taxpayerName: '黄山毛峰有限公司',
      role: 'tax-agent',
      permissions: ['filing', 'declaration', 'enquiry'],
    });
    const api = apiOf(runtime, reply.body.session.accessToken);
    expect((await api('GET', '/v1/enterprise')).body).toMatchObject({
      taxpayerId: clientId,
      role: 'tax-agent',
    });
    for (const path of ['/v1/enterprise/staff', '/v1/enterprise/agreements', '/v1/agency/agreements'])
      expect(said(await api('GET', path))).toBe('ROLE_NOT_ALLOWED');
    const advised = await client(runtime);
    await feed(
      runtime,
      agreementLine(agency.id, advised, [agent], { items: ['consulting', 'tax-planning'] }),
    );
    const second = (await bothFactors(runtime, agent, advised)).reply.body.session;
    expect(second.identity.permissions).toEqual(['enquiry']);
  });

  long(
    'AGY-2 AGY-3 opens the agency itself to its own people and to the agents on its staff form',
    async () => {
      const { reply } = await bothFactors(runtime, agent, agency.id);
      expect(reply.body.session.identity).toMatchObject({
        kind: 'enterprise',
        taxpayerId: agency.id,
        role: 'tax-agent',
        permissions: [],
      });
      const api = apiOf(runtime, reply.body.session.accessToken);
      expect((await api('GET', '/v1/agency/staff')).body.agents).toHaveLength(1);
      expect((await agency.api('GET', '/v1/agency/staff')).body.agents).toHaveLength(1);
      const own = (await bothFactors(runtime, agency.boss, agency.id)).reply.body.session;
      expect(own.identity).toMatchObject({ taxpayerId: agency.id, role: 'legal-representative' });
      agency = { ...agency, api: apiOf(runtime, own.accessToken) };
    },
  );

  long('AGY-1 LGN-8 wants both forms: whoever stands on one only has no relation', async () => {
    const onStaff = await knownPerson(runtime);
    const onAgreement = await knownPerson(runtime);
    const other = await client(runtime);
    await feed(
      runtime,
      staffLine(agency.id, [agent, onStaff]),
      agreementLine(agency.id, other, [agent, onAgreement]),
    );
    for (const who of [onStaff, onAgreement]) {
      expect((await enterCompany(runtime, who, other)).body).toMatchObject({
        code: 'RELATION_NOT_FOUND',
        title: noRelation,
      });
      expect(said(await enterCompany(runtime, who, other, { password: 'Wrong#9182' }))).toBe(
        'BAD_CREDENTIALS',
      );
    }
    expectStatus(await enterCompany(runtime, agent, other), 201);
    await feed(runtime, staffLine(agency.id, [agent, onStaff, onAgreement]));
    expectStatus(await enterCompany(runtime, onAgreement, other), 201);
    await feed(runtime, staffLine(agency.id, [agent]));
  });

  long(
    'LGN-10 AGY-3 offers the agent’s choice beside own relations, as the last of the five roles',
    async () => {
      const both = await knownPerson(runtime);
      const boss = await knownPerson(runtime);
      const id = await companyOf(runtime, boss);
      await feed(runtime, staffLine(agency.id, [agent, both]), agreementLine(agency.id, id, [both]));
      await giveRelation(runtime, both, id, 'invoice-clerk');
      const first = await bothFactors(runtime, both, id);
      const roles = (choices: { identity: { role: string } }[]) =>
        choices.map(({ identity }) => identity.role);
      expect(roles(first.reply.body.choices)).toEqual(['invoice-clerk', 'tax-agent']);
      const [, asAgent] = first.reply.body.choices;
      const opened = expectStatus(await chooseRole(runtime, first.loginId, asAgent.choiceId), 200).body
        .session;
      expect(opened.identity).toEqual(asAgent.identity);
      const again = await bothFactors(runtime, both, id);
      expect(again.reply.body.choices[1]).toMatchObject({
        preselected: true,
        identity: { role: 'tax-agent' },
      });
      await feed(runtime, staffLine(agency.id, [agent]));
      expect(said(await chooseRole(runtime, again.loginId, again.reply.body.choices[1].choiceId))).toBe(
        'RELATION_NOT_FOUND',
      );
      expectStatus(await chooseRole(runtime, again.loginId, again.reply.body.choices[0].choiceId), 200);
    },
  );

  long(
    'AGY-4 REL-8 ends at midnight after the last day, in live sessions too, and begins with the first',
    async () => {
      const short = await client(runtime);
      await feed(runtime, agreementLine(agency.id, short, [agent], { from: today, until: today }));
      runtime.clock.set('2027-03-01T23:59:59+08:00');
      expect(said(await enterCompany(runtime, agent, short))).toBe('RELATION_NOT_FOUND');
      runtime.clock.set('2027-03-02T23:58:00+08:00');
      const { reply } = await bothFactors(runtime, agent, short);
      const api = apiOf(runtime, reply.body.session.accessToken);
      runtime.clock.set('2027-03-02T23:59:59+08:00');
      expectStatus(await api('GET', '/v1/enterprise'), 200);
      runtime.clock.set('2027-03-03T00:00:00+08:00');
      expect(said(await api('GET', '/v1/enterprise'))).toBe('RELATION_NOT_FOUND');
      expect((await api('GET', '/v1/session')).body.session.identity).toEqual({ kind: 'natural' });
      expect(said(await enterCompany(runtime, agent, short))).toBe('RELATION_NOT_FOUND');
    },
  );

  long('AGY-4 ENT-3 ends with the client, and with the agency', async () => {
    const other = await agencyFirm(runtime);
    const gone = await client(runtime);
    const stays = await client(runtime);
    await feed(
      runtime,
      staffLine(other.id, [agent]),
      agreementLine(other.id, gone, [agent]),
      agreementLine(other.id, stays, [agent]),
    );
    const { api } = await agentAt(runtime, agent, other.id);
    const there = await goTo(runtime, api, gone);
    await feed(runtime, companyLine(gone, { state: 'cancelled' }));
    expect(said(await there.api('GET', '/v1/enterprise'))).toBe('RELATION_NOT_FOUND');
    expect((await there.api('GET', '/v1/session')).body.session.identity).toMatchObject({ kind: 'agency' });
    const next = await goTo(runtime, there.api, stays);
    await feed(runtime, companyLine(other.id, { subject: 'agency', state: 'cancelled' }));
    expect((await next.api('GET', '/v1/session')).body.session.identity).toEqual({ kind: 'natural' });
    // The second factor also checks the agency itself.
    const { loginId } = expectStatus(await enterCompany(runtime, agent, stays), 201).body;
    expect(said(await passFace(runtime, loginId))).toBe('RELATION_NOT_FOUND');
    expect(said(await at('agency', agent, other.id))).toBe('TAXPAYER_NOT_FOUND');
  });

  it('AGY-3 stays within three calls in sequence at each step', async () => {
    const chain = (route: string) => runtime.usage().login?.routes[route]?.longestChain ?? 99;
    for (const [entry, id] of [
      ['enterprise', clientId],
      ['agency', agency.id],
    ] as const) {
      runtime.resetUsage();
      const { loginId } = expectStatus(await at(entry, agent, id), 201).body;
      expect(chain('POST /v1/logins')).toBeLessThanOrEqual(3);
      expect((await passFace(runtime, loginId)).status).toBe(200);
      expect(chain('POST /v1/logins/{id}/verify')).toBeLessThanOrEqual(3);
    }
  });

  long('AGY-1 lets an agent register after both forms have named them', async () => {
    const late = person();
    await feed(
      runtime,
      staffLine(agency.id, [agent, late]),
      agreementLine(agency.id, await client(runtime), [late]),
    );
    expect(said(await at('agency', late, agency.id))).toBe('USER_NOT_REGISTERED');
    const known = await knownPerson(runtime, late);
    const { api } = await agentAt(runtime, known, agency.id);
    expect((await api('GET', '/v1/session/clients')).body.clients).toHaveLength(1);
  });
});
