import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Loose } from '../support/client.ts';
import { creditCode } from '../support/credit-codes.ts';
import { person, type Sample } from '../support/people.ts';
import { enterPassword, expectStatus, registered } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import {
  history,
  type Known,
  knownPerson,
  morning,
  openWatchedRuntime,
  row,
  rows,
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
  type Firm,
  firm,
  reported,
  said,
  staffLine,
} from './support/agencies.ts';
import { feed } from './support/registry.ts';
import { companyHistory, inCompany, keyOf } from './support/relations.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(async () => {
  await runtime?.finish();
});
beforeEach(() => runtime.clock.set(morning));

const put = ({ api }: Firm, agents: readonly object[]) => api('PUT', '/v1/agency/staff', { agents });
const listOf = async ({ api }: Firm): Promise<Loose[]> =>
  expectStatus(await api('GET', '/v1/agency/staff'), 200).body.agents;
const listRows = async (id: string) =>
  (await rows(runtime, 'Agencies')).filter(
    ({ agencyKey, part }) => agencyKey === keyOf(id) && part !== 'form',
  );
const atAgencyPassword = (who: Sample, taxpayerId: string) =>
  enterPassword(runtime, who.documentNumber, who.password, 'agency', { taxpayerId });
const placeOf = (who: Known, id: string) =>
  row(runtime, 'Relationships', { personKey: who.personKey, relation: `agent-at#${keyOf(id)}` });

describe('by the agency', () => {
  long(
    'AGY-1 names people, registered or not, under handles that stay; it replaces the form before',
    async () => {
      const agency = await agencyFirm(runtime);
      expect(await listOf(agency)).toEqual([]);
      const [one, two] = [await knownPerson(runtime), person()];
      const first = expectStatus(await put(agency, [one, two, one].map(claimed)), 200).body.agents as Loose[];
      expect(first).toHaveLength(2);
      // REL-11: the list shows name and document masked.
      for (const { name, documentNumber } of first)
        expect([name, documentNumber]).toEqual(Array(2).fill(expect.stringContaining('*')));
      expect(new Set(await listOf(agency).then((list) => list.map(({ agentId }) => agentId)))).toEqual(
        new Set(first.map(({ agentId }) => agentId)),
      );
      const [kept, gone] = first;
      const next = expectStatus(await put(agency, [{ agentId: kept?.agentId }, claimed(person())]), 200).body
        .agents;
      expect(next[0].agentId).toBe(kept?.agentId);
      expect(
        (await put(agency, [{ agentId: kept?.agentId }, { agentId: gone?.agentId }])).body,
      ).toMatchObject({
        status: 422,
        code: 'AGENT_NOT_LISTED',
        errors: [{ path: 'agents.1' }],
      });
      const back = expectStatus(await put(agency, [claimed(two)]), 200).body.agents;
      expect(back[0].agentId).toBe(gone?.agentId);
      expect(await listRows(agency.id)).toHaveLength(1);
      expect(await placeOf(one, agency.id)).toBeUndefined();
      expectStatus(await put(agency, []), 200);
      expect(await listOf(agency)).toEqual([]);
      expect(await listRows(agency.id)).toEqual([]);
      expect(
        (await companyHistory(runtime, agency.id)).filter(({ kind }) => kind === 'agency-staff-changed'),
      ).toHaveLength(4);
      const own = (await history(runtime, one)).map(({ kind }) => kind);
      expect(own.filter((kind) => kind.startsWith('agent-')).sort()).toEqual([
        'agent-listed',
        'agent-unlisted',
      ]);
      // A person who was unknown now has a sealed real-name record, and no account.
      const known = (await rows(runtime, 'Users')).filter(
        ({ account, sealedNumber }) => !account && sealedNumber,
      );
      expect(known.length).toBeGreaterThanOrEqual(2);
      for (const one of [...known, ...(await rows(runtime, 'Agencies'))])
        for (const secret of [two.name, two.documentNumber])
          expect(JSON.stringify(one)).not.toContain(secret);
    },
  );

  long(
    'AGY-1 of two who change the form that both have seen one is refused, and nobody is lost',
    async () => {
      const agency = await agencyFirm(runtime);
      const seen = async (): Promise<number> =>
        expectStatus(await agency.api('GET', '/v1/agency/staff'), 200).body.revision;
      const change = (agents: readonly object[], revision?: unknown) =>
        agency.api('PUT', '/v1/agency/staff', { agents, revision });
      expect(await seen()).toBe(0);
      const both = await Promise.all([change([claimed(person())], 0), change([claimed(person())], 0)]);
      expect(both.map(said).sort()).toEqual(['200', 'STATE_CONFLICT']);
      const [refused] = both.filter(({ status }) => status !== 200);
      expect(refused?.body).toMatchObject({ status: 409, title: '采集表刚被他人修改，本次修改未保存' });
      const [won] = both.filter(({ status }) => status === 200);
      expect(won?.body).toMatchObject({ agents: await listOf(agency), revision: await seen() });

      // The other client reads again and changes what it sees. A client that has seen neither version is refused before
      // any handle is looked up.
      const kept = (await listOf(agency)).map(({ agentId }) => ({ agentId }));
      const next = expectStatus(await change([...kept, claimed(person())], await seen()), 200).body;
      expect(next).toMatchObject({ revision: await seen() });
      expect(await listOf(agency)).toHaveLength(2);
      for (const old of [0, next.revision - 1, next.revision + 1])
        expect(said(await change([{ agentId: 'gone' }], old)), String(old)).toBe('STATE_CONFLICT');
      for (const wrong of [-1, 1.5, '1', null])
        expect(said(await change([], wrong)), String(wrong)).toBe('BAD_REQUEST');
      // A form that the registry sends has a new revision too.
      await reported(runtime, staffLine(agency.id, [person()], { version: 1 }));
      expect(said(await change([], next.revision))).toBe('STATE_CONFLICT');
      expect(await listOf(agency)).toHaveLength(1);
      expect(await listRows(agency.id)).toHaveLength(1);
      expectStatus(await change([]), 200);
    },
  );

  long('AGY-1 DOC-5 names whom it cannot take, and stays as it was', async () => {
    const agency = await agencyFirm(runtime);
    const [one, two] = [await knownPerson(runtime), await knownPerson(runtime)];
    await put(agency, [claimed(one)]);
    for (const [agents, code, path] of [
      [[claimed(one), { ...claimed(two), name: '另名' }], 'PERSON_MISMATCH', 'agents.1'],
      [[claimed(one), { ...claimed(one), name: '另名' }], 'PERSON_MISMATCH', 'agents.1'],
      [[{ ...claimed(two), documentNumber: '34' }], 'DOCUMENT_INVALID', 'agents.0'],
      [[{ ...claimed(two), name: '12' }], 'BAD_REQUEST', 'agents.0.name'],
      [[{ name: '无证' }], 'BAD_REQUEST', undefined],
      [['x'], 'BAD_REQUEST', 'agents.0'],
    ] as const) {
      const { body } = await put(agency, agents as unknown as object[]);
      expect(body.code).toBe(code);
      if (path) expect(body.errors[0].path).toBe(path);
    }
    expect(await listOf(agency)).toHaveLength(1);
    const other = await firm(runtime);
    expect(said(await put(other, [claimed(one)]))).toBe('ROLE_NOT_ALLOWED');
    expect(said(await other.api('GET', '/v1/agency/staff'))).toBe('ROLE_NOT_ALLOWED');
  });

  it('DOC-5 AGY-1 what an agency calls somebody unknown keeps nobody from registering, nor any authority from naming them', async () => {
    const agency = await agencyFirm(runtime);
    const [who, other] = [person(), person()];
    const wrong = [who, other].map((one) => claimed({ ...one, name: '查无此人' }));
    expectStatus(await put(agency, wrong), 200);
    await registered(runtime, who);
    const login = await enterPassword(runtime, who.documentNumber, who.password);
    expectStatus(login, 201);
    const line = { type: 'tax-handler', taxpayerId: agency.id, person: claimed(other) };
    await feed(runtime, line);
    // From now on the names are proven, so the agency too must use them.
    for (const { name, documentNumber, documentType } of [who, other]) {
      const listed = [{ name, documentNumber, documentType }];
      expect(said(await put(agency, [{ ...listed[0], name: '查无此人' }]))).toBe('PERSON_MISMATCH');
      expectStatus(await put(agency, listed), 200);
    }
  });

  long('AGY-1 takes 256 KiB at once, and no more', async () => {
    const agency = await agencyFirm(runtime);
    const many = Array.from({ length: 400 }, () => claimed(person()));
    expect(Buffer.byteLength(JSON.stringify(many))).toBeGreaterThan(16 * 1024);
    runtime.resetUsage();
    expect(expectStatus(await put(agency, many), 200).body.agents).toHaveLength(400);
    expect(await listOf(agency)).toHaveLength(400);
    // People are written in parallel and in groups: the chain grows by one call for a hundred people.
    expect(runtime.usage().agency?.routes['PUT /v1/agency/staff']?.longestChain).toBeLessThan(15);
    const huge = Array.from({ length: 2600 }, () => ({ ...claimed(person()), name: '王'.repeat(20) }));
    expect(Buffer.byteLength(JSON.stringify(huge))).toBeGreaterThan(256 * 1024);
    expect((await put(agency, huge)).status).toBe(413);
    const other = await agencyFirm(runtime);
    expectStatus(await put(agency, many.slice(0, 1)), 200);
    expect(await listRows(agency.id)).toHaveLength(1);
    expect(await listOf(other)).toEqual([]);
  });

  long(
    'AGY-1 holds whole or not at all when the function dies half-way, and a later change tidies up',
    async () => {
      const agency = await agencyFirm(runtime);
      const [stays, comes, third] = [
        await knownPerson(runtime),
        await knownPerson(runtime),
        await knownPerson(runtime),
      ];
      await put(agency, [claimed(stays)]);
      const dying = (kind: 'crash' | 'crash-after', agents: readonly Sample[]) =>
        runtime.provoking(async () => {
          // The head of the form changes together with its audit event. A fault before that changes nothing visible; a
          // fault after that leaves only work to tidy up.
          runtime.faults.add({ function: 'agency', table: 'Audit', kind });
          await put(agency, agents.map(claimed));
        });
      await dying('crash', [comes, third]);
      expect(await listRows(agency.id)).toHaveLength(3);
      expect(await placeOf(comes, agency.id)).toBeDefined();
      expect(await listOf(agency)).toHaveLength(1);
      await agentAt(runtime, stays, agency.id);
      expect(said(await atAgencyPassword(comes, agency.id))).toBe('RELATION_NOT_FOUND');
      await dying('crash-after', [comes]);
      await agentAt(runtime, comes, agency.id);
      expect(said(await atAgencyPassword(stays, agency.id))).toBe('RELATION_NOT_FOUND');
      runtime.clock.set('2027-03-02T12:00:00+08:00');
      const { token } = await inCompany(runtime, agency.boss, agency.id);
      const later = { ...agency, api: apiOf(runtime, token) };
      expectStatus(await put(later, [claimed(stays)]), 200);
      expect(await listRows(agency.id)).toHaveLength(1);
      for (const who of [comes, third]) expect(await placeOf(who, agency.id)).toBeUndefined();
      expect((await placeOf(stays, agency.id)).forms.size).toBe(1);
      await agentAt(runtime, stays, agency.id);
    },
  );
});

describe('by the feed', () => {
  it('AGY-1 ENT-3 is versioned and may come before its agency; the agency’s own form follows and precedes', async () => {
    const [one, two] = [await knownPerson(runtime), await knownPerson(runtime)];
    const unknown = creditCode();
    expect(await reported(runtime, staffLine(unknown, [one], { version: 3 }))).toMatchObject({ accepted: 1 });
    expect(await reported(runtime, staffLine(unknown, [two], { version: 3 }))).toMatchObject({
      accepted: 0,
      stale: 1,
    });
    const agency = await agencyFirm(runtime);
    await reported(runtime, staffLine(agency.id, [one], { version: 1 }));
    expectStatus(await put(agency, [claimed(two)]), 200);
    expect(await reported(runtime, staffLine(agency.id, [one], { version: 1 }))).toMatchObject({ stale: 1 });
    expect(await listOf(agency)).toHaveLength(1);
    await agentAt(runtime, two, agency.id);
    await reported(runtime, staffLine(agency.id, [one], { version: 2 }));
    await agentAt(runtime, one, agency.id);
    const report = await reported(
      runtime,
      staffLine(agency.id, [{ ...two, name: '另名' }], { version: 9 }),
      staffLine('123', [two], { version: 9 }),
      staffLine(agency.id, [one, two], { version: 4 }),
    );
    expect(report.accepted).toBe(1);
    expect(report.rejected.map(({ line, code }: Loose) => [line, code])).toEqual([
      [1, 'PERSON_MISMATCH'],
      [2, 'BAD_REQUEST'],
    ]);
    expect(await listOf(agency)).toHaveLength(2);
  });
});

long('AGY-1 AGY-4 SWI-3 two agencies never see each other’s staff, agreements or clients', async () => {
  const people = await Promise.all(Array.from({ length: 4 }, () => knownPerson(runtime)));
  const clients = await Promise.all(
    Array.from({ length: 3 }, (_, i) => client(runtime, { name: `甲乙丙${i}公司` })),
  );
  const firms = await Promise.all([agencyFirm(runtime), agencyFirm(runtime)]);
  const side = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 });
  const agreed = fc.array(fc.tuple(fc.nat(2), fc.nat(3)), { maxLength: 4 });
  const at = (list: readonly Sample[], index: number) => list[index] ?? person();
  await fc.assert(
    fc.asyncProperty(side, side, agreed, agreed, async (staffA, staffB, forA, forB) => {
      const lines = [[staffA, forA] as const, [staffB, forB] as const].map(([staff, agreements], i) => ({
        staff: [...new Set(staff)],
        agreements: agreements.map(([who, agent]) => ({
          clientId: clients[who] ?? '',
          agent,
          line: agreementLine(firms[i]?.id ?? '', clients[who] ?? '', [at(people, agent)]),
        })),
      }));
      for (const [i, { staff, agreements }] of lines.entries())
        await feed(
          runtime,
          staffLine(
            firms[i]?.id ?? '',
            staff.map((one) => at(people, one)),
          ),
          ...agreements.map(({ line }) => line),
        );
      for (const [i, { staff, agreements }] of lines.entries()) {
        const own = firms[i] as Firm;
        expect(await listOf(own)).toHaveLength(staff.length);
        expect((await agreementsOf(own, 'agency')).every(({ agencyId }) => agencyId === own.id)).toBe(true);
        const [first = 0] = staff;
        const { api } = await agentAt(runtime, at(people, first), own.id);
        const shown = expectStatus(await api('GET', '/v1/session/clients'), 200).body.clients;
        const expected = agreements.filter(({ agent }) => agent === first).map(({ clientId }) => clientId);
        expect(shown.map(({ taxpayerId }: Loose) => taxpayerId)).toEqual([...new Set(expected)].sort());
        for (const clientId of clients)
          if (!expected.includes(clientId))
            expect(said(await api('POST', '/v1/session/client', { taxpayerId: clientId }))).toBe(
              'RELATION_NOT_FOUND',
            );
      }
      // The agreements end before the next round.
      for (const { agreements } of lines)
        if (agreements.length > 0)
          await feed(runtime, ...agreements.map(({ line }) => ({ ...line, removed: true })));
    }),
    { numRuns: 5 },
  );
});
