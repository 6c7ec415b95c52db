import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Role } from '#domain/names.ts';
import type { Loose, Reply } from '../support/client.ts';
import { allowing } from '../support/patience.ts';
import { enterPassword, expectStatus, loggedInByFace, scanFace, wait } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import { type Known, knownPerson, openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';
import {
  agencyFirm,
  agentAt,
  agreementLine,
  agreementsOf,
  apiOf,
  entered,
  goTo,
  staffLine,
  today,
} from './support/agencies.ts';
import { companyLine, companyOf, feed, representativeLine } from './support/registry.ts';
import { bothFactors, enterCompany, giveRelation, inCompany, relationRow } from './support/relations.ts';
import {
  beforeReports,
  handlerOf,
  reportLine,
  reportNumber,
  reportsFor,
  underReport,
} from './support/reports.ts';

/** ENT-4: what happens to sessions and relations when the company itself changes. */
let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());

const said = ({ status, body }: Reply<Loose>): string => body?.code ?? String(status);
const get = (path: string, token: string) => runtime.http('GET', path, undefined, { token });
const listed = async (token: string, state: string, taxpayerId: string): Promise<Loose[]> =>
  expectStatus(await get(`/v1/authorizations?state=${state}`, token), 200).body.authorizations.filter(
    (one: Loose) => one.taxpayerId === taxpayerId,
  );

/** An active company, its legal representative, and one more person there. */
async function firmWith(role: Role, facts: object = {}) {
  const boss = await knownPerson(runtime);
  const who = await knownPerson(runtime);
  const taxpayerId = await companyOf(runtime, boss, facts);
  const authorizationId = await giveRelation(runtime, who, taxpayerId, role);
  return { boss, who, taxpayerId, authorizationId };
}
const naturalIn = async (who: Known, taxpayerId: string) => {
  const { token, cookie } = await inCompany(runtime, who, taxpayerId);
  return { token, cookie };
};

describe('ENT-4 sessions', () => {
  keeping(1)([
    ['becomes cross-region only', { subject: 'cross-region' }],
    ['waits for confirmation again', { state: 'awaiting-confirmation' }],
    ['is cancelled', { state: 'cancelled' }],
  ])('ENT-4 a company that %s ends the company identity at once', async (_what, change) => {
    const { who, taxpayerId } = await firmWith('tax-handler');
    const { token, cookie } = await naturalIn(who, taxpayerId);
    expectStatus(await get('/v1/enterprise', token), 200);
    await feed(runtime, companyLine(taxpayerId, change));
    expect(said(await get('/v1/enterprise', token))).toBe('RELATION_NOT_FOUND');
    expect((await get('/v1/session', token)).body.session.identity).toEqual({ kind: 'natural' });
    const next = expectStatus(
      await runtime.http('POST', '/v1/session/refresh', undefined, { cookie }),
      200,
    ).body;
    expect(next.session.identity).toEqual({ kind: 'natural' });
  });

  long('ENT-4 SPC-5 a special session falls when the company is that subject no longer', async () => {
    const { who, taxpayerId } = await firmWith('tax-handler', { subject: ['social-insurance'] });
    const entry = 'social-insurance';
    const { reply } = await bothFactors(runtime, who, taxpayerId, { entry });
    const token = reply.body.session.accessToken;
    expect((await get('/v1/session', token)).body.session.identity).toMatchObject({ kind: 'special' });
    await feed(runtime, companyLine(taxpayerId, { subject: 'enterprise' }));
    expect((await get('/v1/session', token)).body.session.identity).toEqual({ kind: 'natural' });
  });

  it('ENT-4 the company is looked at beside the session: no call more, and none after another', async () => {
    const { who, taxpayerId } = await firmWith('tax-handler');
    const { token } = await naturalIn(who, taxpayerId);
    runtime.resetUsage();
    expectStatus(await get('/v1/session', token), 200);
    const route = runtime.usage().session?.routes['GET /v1/session'];
    expect(route).toMatchObject({ longestChain: 1, calls: 2 });
  });
});

describe('ENT-4 relations', () => {
  long(
    'ENT-4 show as company-cancelled, are never stored so, and do not return with the company',
    async () => {
      const { boss, who, taxpayerId, authorizationId } = await firmWith('tax-handler');
      const natural = (await inNatural(who)).token;
      await feed(runtime, companyLine(taxpayerId, { state: 'cancelled' }));
      expect(await listed(natural, 'active', taxpayerId)).toEqual([]);
      // The stream updates the copies, so the history shows the end a moment later.
      const ended = [{ state: 'company-cancelled' }];
      await vi.waitFor(
        async () => expect(await listed(natural, 'history', taxpayerId)).toMatchObject(ended),
        allowing(5_000),
      );
      expect((await relationRow(runtime, who, taxpayerId, 'tax-handler')).state).toBe('active');

      await feed(runtime, companyLine(taxpayerId));
      for (const person of [who, boss])
        expect(said(await enterCompany(runtime, person, taxpayerId))).toBe('RELATION_NOT_FOUND');
      expect(await listed(natural, 'history', taxpayerId)).toMatchObject([{ state: 'company-cancelled' }]);
      const act = (step: string) =>
        runtime.http('POST', `/v1/authorizations/${authorizationId}/${step}`, {}, { token: natural });
      expect(said(await act('confirm'))).toBe('STATE_CONFLICT');
      expect(
        said(
          await runtime.http('DELETE', `/v1/authorizations/${authorizationId}`, undefined, {
            token: natural,
          }),
        ),
      ).toBe('STATE_CONFLICT');
      // 清除记录: the relation is in the history, so it can be hidden like any other.
      expectStatus(await act('hide'), 200);
      expect(await listed(natural, 'history', taxpayerId)).toEqual([]);
    },
  );

  long(
    'ENT-4 the registry’s roles return by their lines, and the company’s own people are added anew',
    async () => {
      const { boss, who, taxpayerId } = await firmWith('tax-handler');
      await feed(runtime, companyLine(taxpayerId, { state: 'cancelled' }));
      await feed(runtime, companyLine(taxpayerId), representativeLine(taxpayerId, boss));
      const { token } = await inCompany(runtime, boss, taxpayerId);
      const staff = async (state: string) =>
        expectStatus(await get(`/v1/enterprise/staff?state=${state}`, token), 200).body.staff;
      expect(await staff('active')).toMatchObject([{ role: 'legal-representative' }]);
      expect(await staff('history')).toMatchObject([
        { role: 'legal-representative', state: 'company-cancelled' },
        { role: 'tax-handler', state: 'company-cancelled' },
      ]);
      const [, former] = (await staff('history')) as Loose[];
      expect(
        said(
          await runtime.http('DELETE', `/v1/enterprise/staff/${former?.authorizationId}`, undefined, {
            token,
          }),
        ),
      ).toBe('STATE_CONFLICT');
      const { name, documentType, documentNumber } = who;
      const invited = { name, documentType, documentNumber, role: 'tax-handler' };
      expectStatus(await runtime.http('POST', '/v1/enterprise/staff', invited, { token }), 201);
      expect(await staff('pending')).toMatchObject([{ role: 'tax-handler', state: 'pending' }]);
    },
  );

  long('ENT-4 ENT-3 a representative’s line that comes before the company’s own return counts', async () => {
    const boss = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, boss);
    await feed(runtime, companyLine(taxpayerId, { state: 'cancelled' }));
    await feed(runtime, representativeLine(taxpayerId, boss));
    await feed(runtime, companyLine(taxpayerId));
    const { session } = await inCompany(runtime, boss, taxpayerId);
    expect(session.identity).toMatchObject({ kind: 'enterprise', role: 'legal-representative' });
  });

  it('ENT-4 a login that was judged before the company went and came back opens no session', async () => {
    const { who, taxpayerId } = await firmWith('tax-handler');
    const { loginId } = expectStatus(await enterCompany(runtime, who, taxpayerId), 201).body;
    const scan = expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/face`), 201).body;
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    const held = runtime.faults.add({
      function: 'login',
      routeKey: 'POST /v1/logins/{id}/verify',
      action: 'TransactWriteItems',
      kind: 'hold',
    });
    const verifying = runtime.http('POST', `/v1/logins/${loginId}/verify`, { faceTicket: scan.ticket });
    await runtime.faults.held(held);
    await feed(runtime, companyLine(taxpayerId, { state: 'cancelled' }));
    await feed(runtime, companyLine(taxpayerId));
    runtime.faults.release(held);
    expect(said(await verifying)).toBe('RELATION_NOT_FOUND');
  });
});

describe('ENT-4 agents and 经办人', () => {
  long(
    'ENT-4 AGY-1 AGY-4 a client that was cancelled and returns has no agents by that, but by a newer agreement',
    async () => {
      const [agency, agent] = [await agencyFirm(runtime), await knownPerson(runtime)];
      const { boss, taxpayerId } = await firmWith('tax-handler');
      const agreement = agreementLine(agency.id, taxpayerId, [agent], { from: today });
      await feed(runtime, staffLine(agency.id, [agent]), agreement);
      const here = await agentAt(runtime, agent, agency.id);
      const { token } = await goTo(runtime, here.api, taxpayerId);
      expectStatus(await get('/v1/enterprise', token), 200);
      await wait(runtime, 1);
      await feed(runtime, companyLine(taxpayerId, { state: 'cancelled' }));
      await wait(runtime, 1);
      await feed(runtime, companyLine(taxpayerId), representativeLine(taxpayerId, boss));

      expect(said(await get('/v1/enterprise', token))).toBe('RELATION_NOT_FOUND');
      const again = await agentAt(runtime, agent, agency.id);
      expect((await again.api('GET', '/v1/session/clients')).body.clients).toEqual([]);
      expect(said(await again.api('POST', '/v1/session/client', { taxpayerId }))).toBe('RELATION_NOT_FOUND');
      expect(said(await enterCompany(runtime, agent, taxpayerId))).toBe('RELATION_NOT_FOUND');
      const { token: client } = await inCompany(runtime, boss, taxpayerId);
      expect(await agreementsOf({ api: apiOf(runtime, client) }, 'enterprise')).toMatchObject([
        { state: 'ended' },
      ]);
      // The agreement cannot be changed or ended, and its days are free for a new one.
      const path = `/v1/agency/agreements/${agreement.agreementId}`;
      expect(said(await agency.api('PATCH', path, { items: ['tax-declaration'] }))).toBe('STATE_CONFLICT');
      expect(said(await agency.api('POST', `${path}/terminate`))).toBe('STATE_CONFLICT');
      const id = await entered(agency, taxpayerId, [agent]);
      const confirm = `/v1/enterprise/agreements/${id}/confirm`;
      expectStatus(await runtime.http('POST', confirm, undefined, { token: client }), 200);
      expectStatus(
        await goTo(runtime, again.api, taxpayerId).then(({ api }) => api('GET', '/v1/enterprise')),
        200,
      );
    },
  );

  long(
    'ENT-4 AGY-1 an agency that was cancelled and returns has its agents by a newer staff form',
    async () => {
      const [agency, agent] = [await agencyFirm(runtime), await knownPerson(runtime)];
      const facts = { subject: ['agency', 'enterprise'] };
      await feed(runtime, staffLine(agency.id, [agent]));
      const { token } = await agentAt(runtime, agent, agency.id);
      await wait(runtime, 1);
      await feed(runtime, companyLine(agency.id, { ...facts, state: 'cancelled' }));
      await wait(runtime, 1);
      await feed(runtime, companyLine(agency.id, facts));
      expect((await get('/v1/session', token)).body.session.identity).toEqual({ kind: 'natural' });
      const entry = ['agency', { taxpayerId: agency.id }] as const;
      const login = () => enterPassword(runtime, agent.documentNumber, agent.password, ...entry);
      expect(said(await login())).toBe('RELATION_NOT_FOUND');
      await feed(runtime, staffLine(agency.id, [agent]));
      expectStatus(await login(), 201);
    },
  );

  long('ENT-4 SPC-3 a cross-region company that returns has its 经办人 by a newer report', async () => {
    const [boss, who] = [await knownPerson(runtime), await knownPerson(runtime)];
    const facts = { subject: 'cross-region' };
    const taxpayerId = await companyOf(runtime, boss, facts);
    const report = reportLine(taxpayerId, reportNumber('0415'), handlerOf(who));
    await feed(runtime, report);
    const { token } = await underReport(runtime, who, taxpayerId, report.reportNo);
    expect((await get('/v1/session', token)).body.session.identity).toMatchObject({ kind: 'special' });
    await wait(runtime, 1);
    await feed(runtime, companyLine(taxpayerId, { ...facts, state: 'cancelled' }));
    await wait(runtime, 1);
    await feed(runtime, companyLine(taxpayerId, facts));
    expect((await get('/v1/session', token)).body.session.identity).toEqual({ kind: 'natural' });
    const loginId = await beforeReports(runtime, who, taxpayerId);
    expect(await reportsFor(runtime, loginId, '0415')).toEqual([]);
    await feed(runtime, report);
    expect(await reportsFor(runtime, loginId, '0415')).toHaveLength(1);
    await underReport(runtime, who, taxpayerId, report.reportNo);
  });
});

async function inNatural(who: Known) {
  const { session } = await loggedInByFace(runtime, who);
  return { token: session.accessToken as string };
}
