import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataKeys, seal } from '#crypto/sealed.ts';
import { withListKeys } from '#store/companies/relation-lists.ts';
import type { Relation } from '#store/companies/relations.ts';
import { sealContext } from '#store/people/person-row.ts';
import type { Loose } from '../support/client.ts';
import { expectStatus, loggedInByFace } from '../support/runtime.ts';
import { dataKeysOf } from '../support/seed.ts';
import { long } from '../support/variants.ts';
import { type Known, knownPerson, openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';
import { costOf, putAll } from './support/bulk.ts';
import { asChannel, claimOf } from './support/channels.ts';
import { companyLine, companyOf, feed, representativeLine } from './support/registry.ts';
import { giveRelation, inCompany, keyOf, relationRow } from './support/relations.ts';

/** A company with 3,000 people, and a person with 3,000 companies: a page costs only what it shows (CTR-3). */
const many = 3_000;
const today = '2027-03-02';
const yesterday = '2027-03-01';
/**
 * The cost of a page: fifty rows, the people of the rows, and the caller. The cost of an empty page: the caller and
 * empty ranges.
 */
const ofAPage = { calls: 8, units: 110 };
const ofNothing = { calls: 7, units: 12 };

let runtime: WatchedRuntime;
let boss: Known;
let token: string;
let taxpayerId: string;
let template: Relation;
let dataKeys: DataKeys;
beforeAll(async () => {
  runtime = await openWatchedRuntime({ alone: true });
  boss = await knownPerson(runtime);
  taxpayerId = await companyOf(runtime, boss);
  dataKeys = dataKeysOf(runtime);
  const hand = await knownPerson(runtime);
  await giveRelation(runtime, hand, taxpayerId, 'tax-handler');
  template = await relationRow(runtime, hand, taxpayerId, 'tax-handler');
  token = (await inCompany(runtime, boss, taxpayerId)).token;
});
afterAll(() => runtime?.finish());

let made = 0;
const rowsLike = (count: number, facts: (at: number) => Partial<Relation>): Relation[] =>
  Array.from({ length: count }, (_, at) => {
    const of = facts(at);
    const personKey = of.personKey ?? `p_large-${made}`;
    const sealedName = seal(dataKeys, sealContext.name(personKey), '王小明');
    const row = { ...template, personKey, authorizationId: `large-${made++}`, sealedName, ...of };
    return withListKeys({ ...row, relation: of.relation ?? `${row.companyKey}#${row.role}` });
  });

/** Reads one list of the company to its end; returns the rows, and the cost of the most expensive page. */
async function wholeList(path: string, name: 'staff' | 'authorizations', functionName: string, by: string) {
  const all: Loose[] = [];
  const dearest = { calls: 0, units: 0 };
  let cursor: string | undefined;
  let pages = 0;
  do {
    const url: string = cursor ? `${path}&cursor=${cursor}` : path;
    const { result, calls, readUnits } = await costOf(runtime, functionName, () =>
      runtime.http('GET', url, undefined, { token: by }),
    );
    const { body } = expectStatus(result, 200);
    if (body.cursor) expect(body[name].length).toBeGreaterThan(0);
    all.push(...body[name]);
    cursor = body.cursor;
    dearest.calls = Math.max(dearest.calls, calls);
    dearest.units = Math.max(dearest.units, readUnits);
    pages++;
  } while (cursor && pages < 100);
  return { all, dearest };
}
const staffList = (state: string) =>
  wholeList(`/v1/enterprise/staff?state=${state}`, 'staff', 'staff', token);

describe('a company with 3,000 people', () => {
  long(
    'CTR-3 REL-8 none of them ended: 历史管理信息 and 待确认 are empty and cost nothing of it',
    async () => {
      await putAll(
        runtime,
        'Relationships',
        rowsLike(many, () => ({})),
      );
      for (const state of ['history', 'pending']) {
        const { all, dearest } = await staffList(state);
        expect(all).toEqual([]);
        expect(dearest.calls).toBeLessThanOrEqual(ofNothing.calls);
        expect(dearest.units).toBeLessThanOrEqual(ofNothing.units);
      }
      const { result, calls, readUnits } = await costOf(runtime, 'staff', () =>
        runtime.http('GET', '/v1/enterprise/staff?state=active', undefined, { token }),
      );
      expect(result.body.staff).toHaveLength(50);
      expect(result.body.staff[0].role).toBe('legal-representative');
      expect(calls).toBeLessThanOrEqual(ofAPage.calls);
      expect(readUnits).toBeLessThanOrEqual(ofAPage.units);
      const shown = await costOf(runtime, 'enterprise', () =>
        runtime.http('GET', '/v1/enterprise', undefined, { token }),
      );
      expect(shown.result.body.legalRepresentative).toMatch(/\*/);
      expect(shown.readUnits).toBeLessThan(8);
    },
  );

  long(
    'CTR-3 REL-8 all ended by their day or with an earlier term: 现有 costs nothing of it, 历史 is paged',
    async () => {
      const other = await companyOf(runtime, boss);
      // ENT-4: the company was cancelled and came back, so it is in its second term.
      await feed(
        runtime,
        companyLine(other, { state: 'cancelled' }),
        companyLine(other),
        representativeLine(other, boss),
      );
      const company = { taxpayerId: other, companyKey: keyOf(other), companyTerm: 1, taxpayerTerm: 1 };
      await putAll(runtime, 'Relationships', [
        ...rowsLike(many - 200, (at) => ({
          ...company,
          validUntil: yesterday,
          state: at % 2 === 0 ? 'active' : 'pending',
        })),
        // Rows of the first term, with or without a last day.
        ...rowsLike(99, () => ({ ...company, companyTerm: 0 })),
        ...rowsLike(100, () => ({ ...company, state: 'deleted' })),
        ...rowsLike(3, (at) => ({
          ...company,
          validUntil: ['2027-03-03', today, '2099-12-31'][at] as string,
        })),
      ]);
      const before = token;
      token = (await inCompany(runtime, boss, other)).token;
      try {
        const active = await staffList('active');
        expect(active.all.map(({ validUntil }) => validUntil)).toEqual([
          undefined,
          '2099-12-31',
          '2027-03-03',
          today,
        ]);
        expect(active.dearest.calls).toBeLessThanOrEqual(ofAPage.calls);
        expect(active.dearest.units).toBeLessThanOrEqual(ofNothing.units);
        const history = await staffList('history');
        expect(history.all).toHaveLength(many);
        expect(new Set(history.all.map(({ authorizationId }) => authorizationId)).size).toBe(many);
        expect(history.all.filter(({ state }) => state === 'expired')).toHaveLength(many - 200);
        expect(history.all.filter(({ state }) => state === 'company-cancelled')).toHaveLength(100);
        expect(history.dearest.calls).toBeLessThanOrEqual(ofAPage.calls);
        expect(history.dearest.units).toBeLessThanOrEqual(ofAPage.units);

        // 清除记录: a hidden relation is in no list of the side that hid it, and costs nothing there.
        await putAll(
          runtime,
          'Relationships',
          rowsLike(many, () => ({ ...company, state: 'deleted', hiddenByCompany: true })),
        );
        expect((await staffList('history')).all).toHaveLength(many);
      } finally {
        token = before;
      }
    },
  );
});

describe('a person with 3,000 companies', () => {
  let who: Known;
  let own: string;
  const rowsOf = (count: number, facts: (at: number) => Partial<Relation>) =>
    rowsLike(count, (at) => {
      // Random numbers would repeat among so many companies, so these numbers are counted up.
      const id = `91340100MB${String(made).padStart(8, '0')}`;
      const more = { personKey: who.personKey, taxpayerId: id, companyKey: keyOf(id), ...facts(at) };
      return { ...more, relation: `${more.companyKey}#tax-handler` };
    });
  const list = (state: string) =>
    wholeList(`/v1/authorizations?state=${state}`, 'authorizations', 'authorizations', own);
  beforeAll(async () => {
    who = await knownPerson(runtime);
    await putAll(runtime, 'Relationships', [
      ...rowsOf(many, () => ({})),
      ...rowsOf(60, () => ({ validUntil: yesterday })),
      ...rowsOf(1, () => ({ state: 'pending' })),
    ]);
    own = (await loggedInByFace(runtime, who)).session.accessToken;
  });

  long('CTR-3 待确认授权 and 历史管理信息 cost what they show', async () => {
    const pending = await list('pending');
    expect(pending.all).toHaveLength(1);
    expect(pending.dearest.calls).toBeLessThanOrEqual(3);
    expect(pending.dearest.units).toBeLessThanOrEqual(4);
    const history = await list('history');
    expect(history.all).toHaveLength(60);
    expect(history.dearest.units).toBeLessThanOrEqual(30);
    const active = await list('active');
    expect(new Set(active.all.map(({ authorizationId }) => authorizationId)).size).toBe(many);
    expect(active.dearest.calls).toBe(3);
    expect(active.dearest.units).toBeLessThanOrEqual(20);
  });

  long('SWI-5 REL-9 the identities and what an app sees come in pages', async () => {
    const first = await costOf(runtime, 'identity', () =>
      runtime.http('GET', '/v1/session/identities', undefined, { token: own }),
    );
    expect(first.result.body.choices).toHaveLength(501);
    expect(first.longestChain).toBe(2);
    expect(first.readUnits).toBeLessThan(100);
    let seen = 501;
    for (let { cursor } = first.result.body; cursor; ) {
      const { body } = expectStatus(
        await runtime.http('GET', `/v1/session/identities?cursor=${cursor}`, undefined, { token: own }),
        200,
      );
      seen += body.choices.length;
      cursor = body.cursor;
    }
    expect(seen).toBe(many + 1);
    const app = await costOf(runtime, 'channel-relations', () =>
      asChannel(runtime, 'ahtax-app', claimOf(who))('GET', '/v1/channel/relations'),
    );
    expect(app.result.body.relations).toHaveLength(100);
    expect(app.result.body.relations.filter(({ state }: Loose) => state === 'pending')).toHaveLength(1);
    expect(app.result.body.cursor).toBeDefined();
    expect(app.readUnits).toBeLessThan(30);
  });

  it('ENT-2 no company of them waits: the list of confirmations reads none', async () => {
    const { result, calls, readUnits } = await costOf(runtime, 'confirmations', () =>
      runtime.http('GET', '/v1/confirmations', undefined, { token: own }),
    );
    expect(result.body.confirmations).toEqual([]);
    expect(calls).toBe(2);
    expect(readUnits).toBeLessThanOrEqual(3);
  });

  it('CTR-2 the warning before 用户注销 names some and says that there are more', async () => {
    const { result, calls, readUnits } = await costOf(runtime, 'deregistration', async () => {
      runtime.clock.advance(61);
      return runtime.http('POST', '/v1/account/deregistration/sms', undefined, { token: own });
    });
    const { companies, moreCompanies } = expectStatus(result, 202).body;
    expect([companies.length, moreCompanies]).toEqual([200, true]);
    expect(calls).toBeLessThan(16);
    expect(readUnits).toBeLessThan(60);
  });
});
