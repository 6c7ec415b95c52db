import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seal } from '#crypto/sealed.ts';
import { sealContext } from '#store/people/person-row.ts';
import type { Loose } from '../support/client.ts';
import { creditCode } from '../support/credit-codes.ts';
import { expectStatus } from '../support/runtime.ts';
import { dataKeysOf } from '../support/seed.ts';
import { long } from '../support/variants.ts';
import {
  type Known,
  knownPerson,
  openWatchedRuntime,
  row,
  rows,
  type WatchedRuntime,
} from '../support/watched.ts';
import {
  type Api,
  agencyFirm,
  agentAt,
  agreementLine,
  client,
  type Firm,
  staffLine,
} from './support/agencies.ts';
import { costOf, putAll } from './support/bulk.ts';
import { companyLine, feed } from './support/registry.ts';
import { keyOf } from './support/relations.ts';

/** An agent with five hundred clients: a search costs only what it shows, and no page before the end is empty. */
const many = 500;

let runtime: WatchedRuntime;
let agency: Firm;
let agent: Known;
let api: Api;
/** The numbers in the order of the list. */
let numbers: string[];
beforeAll(async () => {
  runtime = await openWatchedRuntime({ alone: true });
  agency = await agencyFirm(runtime);
  agent = await knownPerson(runtime);
  const one = await client(runtime, { name: '黄山毛峰有限公司' });
  const line = agreementLine(agency.id, one, [agent]);
  await feed(runtime, staffLine(agency.id, [agent]), line);
  await runtime.settled();
  const company = await row(runtime, 'Taxpayers', { companyKey: keyOf(one) });
  const agreement = await row(runtime, 'Agreements', { agreementId: line.agreementId });
  const entry = (await rows(runtime, 'Relationships')).find(({ relation }) =>
    relation.startsWith('agent-for#'),
  );
  const sealedName = seal(dataKeysOf(runtime), sealContext.name(agent.personKey), agent.name);
  numbers = Array.from({ length: many }, (_, at) => `91340100MC${String(at).padStart(7, '0')}X`);
  const made = numbers.map((taxpayerId, at) => ({
    agreementId: `large-${at}`,
    clientKey: keyOf(taxpayerId),
    company: { ...company, companyKey: keyOf(taxpayerId), taxpayerId, name: `徽州第${at}号商行` },
  }));
  await putAll(
    runtime,
    'Taxpayers',
    made.map(({ company: of }) => of),
  );
  await putAll(
    runtime,
    'Agreements',
    made.map(({ agreementId, clientKey }) => ({
      ...agreement,
      agreementId,
      clientKey,
      agents: [{ personKey: agent.personKey, sealedName }],
    })),
  );
  await putAll(
    runtime,
    'Relationships',
    made.map(({ agreementId, clientKey, company: of }) => ({
      ...entry,
      relation: `agent-for#${clientKey}#${agreementId}`,
      clientKey,
      searched: `${of.name}\n${of.taxpayerId}`,
    })),
  );
  await feed(
    runtime,
    agreementLine(agency.id, one, [agent], { agreementId: line.agreementId, removed: true }),
  );
  await runtime.settled();
  api = (await agentAt(runtime, agent, agency.id)).api;
}, 120_000);
afterAll(() => runtime?.finish());

const page = async (query: string, cursor?: string) => {
  const more = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
  const path = `/v1/session/clients?query=${encodeURIComponent(query)}${more}`;
  const { result, calls, readUnits } = await costOf(runtime, 'clients', () => api('GET', path));
  const { body } = expectStatus(result, 200);
  const ids: string[] = body.clients.map(({ taxpayerId }: Loose) => taxpayerId);
  return { ids, cursor: body.cursor as string | undefined, calls, readUnits };
};
async function wholeList(query: string) {
  const found: string[][] = [];
  let cursor: string | undefined;
  do {
    const next = await page(query, cursor);
    // No page before the end is empty, and no page comes after the end.
    if (found.length > 0 || next.cursor) expect(next.ids.length).toBeGreaterThan(0);
    found.push(next.ids);
    cursor = next.cursor;
  } while (cursor && found.length < 100);
  return found;
}

describe('the clients of an agent who has five hundred', () => {
  long(
    'SWI-3 ENT-5 one of them is found on one page, by name or number, for the rows and its own reads',
    async () => {
      for (const typed of ['第497号', '0000497X', 'ｍｃ00004 97']) {
        const found = await page(typed);
        expect(found.ids).toEqual([numbers[497]]);
        expect(found.cursor).toBeUndefined();
        expect(found.calls).toBeLessThanOrEqual(9);
        // One row costs a twelfth of a read unit; the agreements and companies of five hundred clients would cost a
        // thousand.
        expect(found.readUnits).toBeLessThan(70);
      }
    },
  );

  it('SWI-3 what nobody has is an empty list at once, without a cursor', async () => {
    const found = await page('天都');
    expect([found.ids, found.cursor]).toEqual([[], undefined]);
    expect(found.calls).toBeLessThanOrEqual(8);
    expect(found.readUnits).toBeLessThan(70);
  });

  long('SWI-3 what most of them have comes in full pages that cost what they show', async () => {
    const first = await page('徽州');
    expect(first.ids).toEqual(numbers.slice(0, 100));
    expect(first.calls).toBeLessThanOrEqual(9);
    expect(first.readUnits).toBeLessThan(300);
    const all = await wholeList('徽州');
    expect(all.map(({ length }) => length)).toEqual(Array.from({ length: 5 }, () => 100));
    expect(all.flat()).toEqual(numbers);
    expect((await wholeList('')).flat()).toEqual(numbers);
    // The ten matches are far apart in the list, but on one page.
    const rare = await wholeList('99号');
    expect(rare).toEqual([numbers.filter((_, at) => String(at).endsWith('99'))]);
  });

  long('CTR-2 the warning before 用户注销 names two hundred and says that there are more', async () => {
    // Rows of expired agreements come before all others in the index. These rows show no client, and use no place on a
    // page.
    const entry = (await rows(runtime, 'Relationships')).find(({ searched }) => searched?.includes('徽州第'));
    await putAll(
      runtime,
      'Relationships',
      Array.from({ length: 250 }, (_, at) => ({
        ...entry,
        relation: `agent-for#c_0#over-${at}`,
        until: '2027-03-01',
      })),
    );
    runtime.clock.advance(61);
    const { result, readUnits } = await costOf(runtime, 'deregistration', () =>
      api('POST', '/v1/account/deregistration/sms'),
    );
    const { companies, moreCompanies } = expectStatus(result, 202).body;
    expect([companies.length, moreCompanies]).toEqual([200, true]);
    expect(companies[0].role).toBe('tax-agent');
    // One agreement and one company per client, and the rows of the caller.
    expect(readUnits).toBeLessThan(500);
  });

  long('SWI-3 ENT-4 a client is found by its new name at once, and no more by the one before', async () => {
    const id = numbers[250] as string;
    const fault = runtime.faults.add({ function: 'company-copies', kind: 'error500', times: 1_000 });
    const rest = runtime.faults.add({ function: 'copies-continued', kind: 'error500', times: 1_000 });
    await feed(runtime, companyLine(id, { name: '齐云山茶社' }));
    await runtime.settled();
    expect([runtime.faults.struck(fault) > 0, runtime.faults.struck(rest) > 0]).toEqual([true, true]);
    expect((await page('齐云山')).ids).toEqual([id]);
    expect((await page('第250号')).ids).toEqual([]);
    runtime.faults.clear();
    runtime.clock.advance(181);
    await runtime.settled();
    const { searched } = await row(runtime, 'Relationships', {
      personKey: agent.personKey,
      relation: `agent-for#${keyOf(id)}#large-250`,
    });
    expect(searched).toBe(`齐云山茶社\n${id}`);
    expect((await page('齐云山')).ids).toEqual([id]);
    expect((await page('第250号')).ids).toEqual([]);
  });

  it('SWI-3 ENT-3 the agreement may come before the company, or the company before it', async () => {
    const [late, early] = [creditCode(), creditCode()];
    await feed(runtime, agreementLine(agency.id, late, [agent]));
    await runtime.settled();
    await feed(
      runtime,
      companyLine(late, { name: '后来者公司' }),
      companyLine(early, { name: '先来者公司' }),
    );
    expect((await page('后来者')).ids).toEqual([late]);
    await feed(runtime, agreementLine(agency.id, early, [agent]));
    expect((await page('先来者')).ids).toEqual([early]);
    await runtime.settled();
    const copied = (await rows(runtime, 'Relationships')).filter(({ searched }) =>
      searched?.includes('来者'),
    );
    expect(copied.map(({ searched }) => searched.split('\n')[1]).sort()).toEqual([late, early].sort());
    expect((await page('来者')).ids.sort()).toEqual([late, early].sort());
  });

  it('SWI-3 DOC-4 a number that is somebody’s own is found whole only, and stands in no row', async () => {
    const own = `340104${String(Date.now() % 1e9).padStart(9, '0')}`;
    await feed(
      runtime,
      companyLine(own, { name: '屯溪个体户', subject: 'sole-proprietor' }),
      agreementLine(agency.id, own, [agent]),
    );
    await runtime.settled();
    expect((await page(own)).ids).toHaveLength(1);
    expect((await page('屯溪个体户')).ids).toHaveLength(1);
    expect((await page(own.slice(3))).ids).toEqual([]);
    expect(JSON.stringify(await rows(runtime, 'Relationships'))).not.toContain(own);
  });
});
