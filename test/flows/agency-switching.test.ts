/** @module-tag grants */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Loose } from '../support/client.ts';
import { creditCode } from '../support/credit-codes.ts';
import { whileHeld } from '../support/held.ts';
import { expectStatus } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import {
  history,
  type Known,
  knownPerson,
  morning,
  openWatchedRuntime,
  type WatchedRuntime,
} from '../support/watched.ts';
import {
  type Api,
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
import { personWith } from './support/documents.ts';
import { companyLine, companyOf, feed } from './support/registry.ts';
import { giveRelation, inCompany } from './support/relations.ts';

let runtime: WatchedRuntime;
let agency: Firm;
let agent: Known;
let own: string;
let clients: string[];
beforeAll(async () => {
  runtime = await openWatchedRuntime();
  agency = await agencyFirm(runtime);
  agent = await knownPerson(runtime);
  own = await companyOf(runtime, agent, { name: '自有公司' });
  clients = [await client(runtime, { name: '宏村客栈' }), await client(runtime, { name: '屯溪茶行' })].sort();
  await feed(
    runtime,
    staffLine(agency.id, [agent]),
    ...clients.map((clientId) => agreementLine(agency.id, clientId, [agent])),
  );
});
afterAll(async () => {
  await runtime?.finish('clients', 'identity');
});
beforeEach(() => runtime.clock.set(morning));

const clientsOf = async (api: Api, query = ''): Promise<Loose[]> =>
  expectStatus(await api('GET', `/v1/session/clients${query}`), 200).body.clients;
const numbers = (list: Loose[]) => list.map(({ taxpayerId }) => taxpayerId);
const identities = async (api: Api): Promise<Loose[]> =>
  expectStatus(await api('GET', '/v1/session/identities'), 200).body.choices;
const switchTo = (api: Api, choiceId: string) => api('POST', '/v1/session/identity', { choiceId });

describe('clients', () => {
  long('ENT-5 SWI-3 are found whatever width, case and brackets are typed', async () => {
    const [owner, worker] = [await agencyFirm(runtime), await knownPerson(runtime)];
    const id = await client(runtime, { name: '徽光（合肥）ＡＢＣ 有限公司' });
    await feed(runtime, staffLine(owner.id, [worker]), agreementLine(owner.id, id, [worker]));
    const { api } = await agentAt(runtime, worker, owner.id);
    for (const typed of [
      '(合肥)',
      '（合肥）',
      '〔合肥〕',
      'abc',
      'ＡＢＣ有限',
      ` ${id.slice(0, 6)} ${id.slice(6).toLowerCase()}`,
    ])
      expect(numbers(await clientsOf(api, `?query=${encodeURIComponent(typed)}`)), typed).toEqual([id]);
    expect(await clientsOf(api, `?query=${encodeURIComponent('合肥市')}`)).toEqual([]);
  });

  long('SWI-3 are listed by number and found by a part of name or number', async () => {
    const { api } = await agentAt(runtime, agent, agency.id);
    const all = await clientsOf(api);
    expect(numbers(all)).toEqual(clients);
    expect(numbers(await clientsOf(api, `?query=${encodeURIComponent('屯溪')}`))).toHaveLength(1);
    const [first = ''] = clients;
    expect(numbers(await clientsOf(api, `?query=${first.slice(9, 17).toLowerCase()}`))).toEqual([first]);
    expect(await clientsOf(api, '?query=nowhere')).toEqual([]);
    expect(said(await api('GET', `/v1/session/clients?query=${'x'.repeat(121)}`))).toBe('BAD_REQUEST');
    expect(said(await api('GET', '/v1/session/clients?cursor=x'))).toBe('BAD_REQUEST');
  });

  it('CTR-2 are named in the warning before an account is closed, beside the own companies', async () => {
    const { api } = await agentAt(runtime, agent, agency.id);
    runtime.clock.advance(61);
    const { companies } = expectStatus(await api('POST', '/v1/account/deregistration/sms'), 202).body;
    expect(companies).toEqual([
      { taxpayerName: '宏村客栈', role: 'tax-agent' },
      { taxpayerName: '屯溪茶行', role: 'tax-agent' },
      { taxpayerName: '自有公司', role: 'legal-representative' },
    ]);
  });

  long(
    'SWI-3 SWI-5 SES-2 follow one another without a new login; each step is audited, the token before dies',
    async () => {
      const { api, session, cookie } = await agentAt(runtime, agent, agency.id);
      const [first = '', second = ''] = clients;
      const one = await goTo(runtime, api, first);
      expect(one.session.sessionId).toBe(session.sessionId);
      expect(one.session.identity).toMatchObject({
        kind: 'agency',
        agencyId: agency.id,
        client: { taxpayerId: first },
      });
      expect(said(await api('GET', '/v1/session/clients'))).toBe('SESSION_ENDED');
      expect((await one.api('GET', '/v1/enterprise')).body).toMatchObject({
        taxpayerId: first,
        role: 'tax-agent',
        permissions: ['filing', 'declaration', 'enquiry'],
      });
      const listed = await clientsOf(one.api);
      expect(listed.map(({ current }) => current === true)).toEqual([true, false]);
      const byHandle = await one.api('POST', '/v1/session/client', { choiceId: listed[1]?.choiceId });
      expect(expectStatus(byHandle, 200).body.session.identity.client.taxpayerId).toBe(second);
      const refreshed = await runtime.http('POST', '/v1/session/refresh', undefined, { cookie });
      expect(refreshed.body.session.identity.client.taxpayerId).toBe(second);
      const told = (await history(runtime, agent)).filter(({ kind }) => kind === 'identity-switched');
      expect(told.slice(-2).map(({ detail }) => detail.taxpayerId)).toEqual([first, second]);
    },
  );

  long(
    'SWI-3 AGY-4 a form that is replaced between the look and the switch names the agent still',
    async () => {
      const id = await client(runtime);
      const line = agreementLine(agency.id, id, [agent]);
      await feed(runtime, line);
      const { api } = await agentAt(runtime, agent, agency.id);
      const became = await whileHeld(
        runtime,
        { function: 'clients' },
        () => api('POST', '/v1/session/client', { taxpayerId: id }),
        () => feed(runtime, { ...line, until: '2028-12-31' }),
      );
      expect(expectStatus(became, 200).body.session.identity.client.taxpayerId).toBe(id);
      await feed(runtime, { ...line, removed: true });
    },
  );

  long('SWI-3 SWI-5 are those of this agency, this person and today, and no others', async () => {
    const other = await agencyFirm(runtime);
    const colleague = await knownPerson(runtime);
    const strange = await client(runtime);
    const theirs = await client(runtime);
    const [later, special] = [await client(runtime), await client(runtime, { subject: 'cross-region' })];
    await feed(
      runtime,
      staffLine(other.id, [agent]),
      agreementLine(other.id, strange, [agent]),
      agreementLine(agency.id, theirs, [colleague]),
      agreementLine(agency.id, later, [agent], { from: '2027-03-03' }),
      agreementLine(agency.id, special, [agent]),
    );
    const { api } = await agentAt(runtime, agent, agency.id);
    expect(numbers(await clientsOf(api))).toEqual(clients);
    for (const taxpayerId of [strange, theirs, later, special, own, agency.id, creditCode(), 'nonsense'])
      expect(said(await api('POST', '/v1/session/client', { taxpayerId })), taxpayerId).toBe(
        'RELATION_NOT_FOUND',
      );
    for (const body of [{}, { taxpayerId: '' }, { taxpayerId: clients[0], choiceId: 'x' }, { taxpayerId: 1 }])
      expect(said(await api('POST', '/v1/session/client', body))).toBe('BAD_REQUEST');
    expect(said(await api('POST', '/v1/session/client', { choiceId: 'made-up' }))).toBe('NOT_FOUND');
    runtime.clock.set('2027-03-03T00:00:01+08:00');
    const next = await agentAt(runtime, agent, agency.id);
    expect(numbers(await clientsOf(next.api))).toEqual([...clients, later].sort());
  });

  long(
    'DOC-4 SWI-3 a number that is a person’s own is masked, found whole, and taken by its handle',
    async () => {
      const solo = personWith('201').documentNumber;
      const owner = await agencyFirm(runtime);
      await feed(
        runtime,
        companyLine(solo, { name: '个体户张', subject: 'sole-proprietor' }),
        staffLine(owner.id, [agent]),
        agreementLine(owner.id, solo, [agent]),
      );
      const { api } = await agentAt(runtime, agent, owner.id);
      const [only] = await clientsOf(api);
      expect(only?.taxpayerId).toContain('*');
      expect(await clientsOf(api, `?query=${solo.slice(6, 14)}`)).toEqual([]);
      expect(await clientsOf(api, `?query=${solo}`)).toHaveLength(1);
      const there = expectStatus(await api('POST', '/v1/session/client', { choiceId: only?.choiceId }), 200);
      expect(there.body.session.identity.client.taxpayerId).toBe(only?.taxpayerId);
    },
  );

  long('SWI-3 works for 200 clients in few calls, in pages, and a switch looks at one', async () => {
    const big = await agencyFirm(runtime);
    const many = Array.from({ length: 200 }, (_, i) => ({ id: creditCode(), name: `第${i}号客户` }));
    await feed(
      runtime,
      staffLine(big.id, [agent]),
      ...many.map(({ id, name }) => companyLine(id, { name })),
      ...many.map(({ id }) => agreementLine(big.id, id, [agent])),
    );
    const { api } = await agentAt(runtime, agent, big.id);
    const seen: string[] = [];
    runtime.resetUsage();
    for (let cursor = ''; ; ) {
      const { body } = expectStatus(await api('GET', `/v1/session/clients${cursor}`), 200);
      seen.push(...numbers(body.clients));
      if (body.cursor === undefined) break;
      cursor = `?cursor=${encodeURIComponent(body.cursor)}`;
    }
    const listing = runtime.usage().clients?.routes['GET /v1/session/clients'];
    expect(listing?.longestChain).toBeLessThanOrEqual(5);
    expect(seen).toEqual(many.map(({ id }) => id).sort());
    expect(await clientsOf(api, `?query=${encodeURIComponent('第199号')}`)).toHaveLength(1);
    runtime.resetUsage();
    await goTo(runtime, api, many[7]?.id ?? '');
    const switching = runtime.usage().clients?.routes['POST /v1/session/client'];
    expect(switching?.longestChain).toBe(3);
    expect(runtime.usage().clients?.readUnits).toBeLessThan(20);
  });
});

describe('other identities', () => {
  long(
    'SWI-2 SWI-5 from an agency session: natural, own companies, the agency without its client, the current one marked',
    async () => {
      const { api } = await agentAt(runtime, agent, agency.id);
      const kinds = (list: Loose[]) =>
        list.map(({ identity, current }) => [
          identity.kind,
          identity.taxpayerId ?? identity.client?.taxpayerId,
          current,
        ]);
      expect(kinds(await identities(api))).toEqual([
        ['natural', undefined, undefined],
        ['enterprise', own, undefined],
        ['agency', undefined, true],
      ]);
      const there = await goTo(runtime, api, clients[0] ?? '');
      const choices = await identities(there.api);
      expect(kinds(choices)).toEqual([
        ['natural', undefined, undefined],
        ['enterprise', own, undefined],
        ['agency', undefined, undefined],
        ['agency', clients[0], true],
      ]);
      expect(said(await switchTo(there.api, choices[3]?.choiceId))).toBe('SWITCH_NOT_ALLOWED');
      const back = expectStatus(await switchTo(there.api, choices[2]?.choiceId), 200).body.session;
      expect(back.identity).not.toHaveProperty('client');
      const home = apiOf(runtime, back.accessToken);
      const mine = expectStatus(await switchTo(home, (await identities(home))[1]?.choiceId), 200).body
        .session;
      expect(mine.identity).toMatchObject({ kind: 'enterprise', taxpayerId: own });
      const outside = apiOf(runtime, mine.accessToken);
      expect(said(await outside('GET', '/v1/session/clients'))).toBe('SWITCH_NOT_ALLOWED');
      expect(said(await outside('POST', '/v1/session/client', { taxpayerId: clients[0] }))).toBe(
        'SWITCH_NOT_ALLOWED',
      );
    },
  );

  it('SWI-4 whoever came through `enterprise` as tax agent goes to own companies only', async () => {
    const [first = '', second = ''] = clients;
    const api = apiOf(runtime, (await inCompany(runtime, agent, first)).token);
    const choices = await identities(api);
    expect(choices.map(({ identity, current }) => [identity.taxpayerId, identity.role, current])).toEqual([
      [undefined, undefined, undefined],
      [own, 'legal-representative', undefined],
      [first, 'tax-agent', true],
    ]);
    expect(JSON.stringify(choices)).not.toContain(second);
    expect(said(await api('GET', '/v1/session/clients'))).toBe('SWITCH_NOT_ALLOWED');
    expect(said(await api('POST', '/v1/session/client', { taxpayerId: second }))).toBe('SWITCH_NOT_ALLOWED');
    expect(said(await switchTo(api, choices[2]?.choiceId))).toBe('SWITCH_NOT_ALLOWED');
    const mine = expectStatus(await switchTo(api, choices[1]?.choiceId), 200).body.session;
    expect(mine.identity).toMatchObject({ taxpayerId: own });
  });

  long('SWI-5 AGY-4 judges both forms anew at the switch, and a lost client leaves the agency', async () => {
    const handler = await knownPerson(runtime);
    await giveRelation(runtime, handler, own, 'tax-handler');
    const lost = await client(runtime);
    const line = agreementLine(agency.id, lost, [handler]);
    await feed(runtime, staffLine(agency.id, [agent, handler]), line);
    const { api } = await agentAt(runtime, handler, agency.id);
    const [listed] = await clientsOf(api);
    await feed(runtime, { ...line, until: today, items: ['consulting'] });
    const there = apiOf(
      runtime,
      expectStatus(await api('POST', '/v1/session/client', { choiceId: listed?.choiceId }), 200).body.session
        .accessToken,
    );
    await feed(runtime, { ...line, until: '2027-03-01' });
    expect(said(await there('GET', '/v1/enterprise'))).toBe('RELATION_NOT_FOUND');
    expect(await clientsOf(there)).toEqual([]);
    expect(said(await there('POST', '/v1/session/client', { taxpayerId: lost }))).toBe('RELATION_NOT_FOUND');
    expect((await identities(there)).map(({ identity, current }) => [identity.kind, current])).toEqual([
      ['natural', undefined],
      ['enterprise', undefined],
      ['agency', true],
    ]);
    // LGN-10: this login too remembers the role that was chosen among several.
    await giveRelation(runtime, handler, own, 'invoice-clerk');
    const clerk = (await identities(there)).find(({ identity }) => identity.role === 'invoice-clerk');
    expectStatus(await switchTo(there, clerk?.choiceId), 200);
  });
});
