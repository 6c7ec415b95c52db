import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  agencyFirm,
  agentAt,
  agreementLine,
  agreementsOf,
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
} from '../flows/support/agencies.ts';
import { feed } from '../flows/support/registry.ts';
import { enterCompany, keyOf, passFace } from '../flows/support/relations.ts';
import { whileHeld } from '../support/held.ts';
import { expectStatus } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import {
  type Known,
  knownPerson,
  morning,
  openWatchedRuntime,
  row,
  rows,
  type WatchedRuntime,
} from '../support/watched.ts';

let runtime: WatchedRuntime;
let agency: Firm;
let agents: Known[];
beforeAll(async () => {
  runtime = await openWatchedRuntime();
  agency = await agencyFirm(runtime);
  agents = [await knownPerson(runtime), await knownPerson(runtime), await knownPerson(runtime)];
});
afterAll(async () => {
  await runtime?.finish();
});
beforeEach(() => runtime.clock.set(morning));

const put = (who: readonly Known[]) => agency.api('PUT', '/v1/agency/staff', { agents: who.map(claimed) });
const all = () => put(agents);
const counts = (answers: readonly string[]) =>
  Object.fromEntries(
    [...new Set(answers)].map((one) => [one, answers.filter((other) => other === one).length]),
  );

long('AGY-1 two staff forms at once: one of them holds, whole', async () => {
  for (let round = 0; round < 4; round++) {
    const [one, two, three] = agents as [Known, Known, Known];
    const answers = await Promise.all([put([one, two]), put([two, three]), put([three])]);
    for (const answer of answers) expect([200, 429]).toContain(answer.status);
    const { body } = expectStatus(await agency.api('GET', '/v1/agency/staff'), 200);
    const ids = (list: { agentId: string }[]) => list.map(({ agentId }) => agentId).sort();
    const wholes = answers.filter(({ status }) => status === 200).map((answer) => ids(answer.body.agents));
    expect(wholes).toContainEqual(ids(body.agents));
    const held = await row(runtime, 'Agencies', { agencyKey: keyOf(agency.id), part: 'form' });
    const named = (await rows(runtime, 'Relationships')).filter(
      ({ relation, forms }) => relation === `agent-at#${keyOf(agency.id)}` && forms?.has(held.formId),
    );
    expect(named).toHaveLength(body.agents.length);
  }
});

long('AGY-4 agreements with days in common that are entered at once: exactly one is taken', async () => {
  expectStatus(await all(), 200);
  const owner = await client(runtime);
  const days = [
    [today, yearsEnd],
    ['2027-06-01', '2027-06-30'],
    [today, '2027-06-15'],
    ['2027-06-10', '2028-06-30'],
    [today, yearsEnd],
  ] as const;
  const answers = await Promise.all(
    days.map(([from, until]) =>
      agency.api(
        'POST',
        '/v1/agency/agreements',
        entering(owner, agents.slice(0, 1).map(claimed), { from, until }),
      ),
    ),
  );
  expect(counts(answers.map(said))).toEqual({ 201: 1, STATE_CONFLICT: 4 });
  const listed = (await agreementsOf(agency, 'agency')).filter(({ clientId }) => clientId === owner);
  expect(listed).toHaveLength(1);
});

long('AGY-4 agreed to, refused, changed and ended at once: what is told is what holds', async () => {
  expectStatus(await all(), 200);
  const owner = await firm(runtime);
  const who = agents[0] as Known;
  for (let round = 0; round < 4; round++) {
    const id = await entered(agency, owner.id, [who]);
    const theirs = (what: string) => owner.api('POST', `/v1/enterprise/agreements/${id}/${what}`);
    const [confirmed, rejected, ended, changed] = await Promise.all([
      theirs('confirm'),
      theirs('reject'),
      agency.api('POST', `/v1/agency/agreements/${id}/terminate`),
      agency.api('PATCH', `/v1/agency/agreements/${id}`, { items: ['consulting'] }),
    ]);
    for (const answer of [confirmed, rejected, ended, changed])
      expect([200, 409, 429], JSON.stringify(answer.body)).toContain(answer.status);
    // The change only removes, so it cannot be refused after the client has agreed.
    expect([confirmed, rejected].filter(({ status }) => status === 200).length).toBeLessThan(2);
    const { state } = await row(runtime, 'Agreements', { agreementId: id });
    if (ended.status === 200) expect(state).toBe('ended');
    else if (rejected.status === 200) expect(state).toBe('rejected');
    const opens = (await enterCompany(runtime, who, owner.id)).status === 201;
    expect(opens).toBe(state === 'active');
    if (state === 'active' || state === 'pending') expectStatus(await theirs('terminate'), 200);
  }
});

long(
  'AGY-1 SWI-5 a form that changes beside login and switch: afterwards nobody acts without both forms',
  async () => {
    const who = agents[0] as Known;
    const clientId = await client(runtime);
    await feed(runtime, staffLine(agency.id, agents), agreementLine(agency.id, clientId, [who]));
    for (let round = 0; round < 4; round++) {
      expectStatus(await all(), 200);
      const { api } = await agentAt(runtime, who, agency.id);
      const [switched, without] = await Promise.all([
        api('POST', '/v1/session/client', { taxpayerId: clientId }),
        put(agents.slice(1)),
      ]);
      expectStatus(without, 200);
      expect(['200', 'RELATION_NOT_FOUND', 'SWITCH_NOT_ALLOWED']).toContain(said(switched));
      const token = switched.status === 200 ? switched.body.session.accessToken : undefined;
      if (token) {
        const after = await runtime.http('GET', '/v1/enterprise', undefined, { token });
        expect(said(after)).toBe('RELATION_NOT_FOUND');
      }
      expectStatus(await all(), 200);
      const { loginId } = expectStatus(await enterCompany(runtime, who, clientId), 201).body;
      const [entering] = await Promise.all([passFace(runtime, loginId), put(agents.slice(1))]);
      if (entering.status === 200) {
        const { accessToken } = entering.body.session;
        expect(said(await runtime.http('GET', '/v1/enterprise', undefined, { token: accessToken }))).toBe(
          'RELATION_NOT_FOUND',
        );
      } else expect(said(entering)).toBe('RELATION_NOT_FOUND');
    }
  },
);

it.each([
  ['over, is prolonged', { from: '2027-01-01', until: yesterday }, { from: '2027-01-01', until: yearsEnd }],
  ['still to come, is begun earlier', { from: tomorrow, until: yearsEnd }, { from: today, until: yearsEnd }],
])(
  'AGY-4 SWI-5 while an agreement, %s, the agent’s row says it before it holds: no switch by that',
  async (_, old, anew) => {
    const who = agents[0] as Known;
    const owner = await firm(runtime);
    await feed(runtime, staffLine(agency.id, agents));
    const line = agreementLine(agency.id, owner.id, [who], { version: 1, ...old });
    await reported(runtime, line);
    const { api } = await agentAt(runtime, who, agency.id);
    const there = () => api('POST', '/v1/session/client', { taxpayerId: owner.id });
    let early = '';
    const report = await whileHeld(
      runtime,
      { function: 'registry-feed', table: 'Agreements' },
      () => reported(runtime, { ...line, version: 2, ...anew }),
      async () => {
        early = said(await there());
      },
    );
    expect(report).toMatchObject({ accepted: 1 });
    expect(early).toBe('RELATION_NOT_FOUND');
    expectStatus(await there(), 200);
  },
);

long(
  'AGY-4 ENT-3 the feed beside the API: a switch meets old terms or new ones, and the newest line holds',
  async () => {
    const who = agents[0] as Known;
    const owner = await firm(runtime);
    await feed(runtime, staffLine(agency.id, agents));
    const line = agreementLine(agency.id, owner.id, [who], { version: 1 });
    await reported(runtime, line);
    const id = line.agreementId as string;
    for (let version = 2; version < 6; version++) {
      const { api } = await agentAt(runtime, who, agency.id);
      const [switched, report, changed] = await Promise.all([
        api('POST', '/v1/session/client', { taxpayerId: owner.id }),
        reported(runtime, { ...line, version, items: version % 2 ? ['consulting'] : ['tax-declaration'] }),
        agency.api('PATCH', `/v1/agency/agreements/${id}`, { until: '2027-11-30' }),
      ]);
      expect(report).toMatchObject({ accepted: 1, rejected: [] });
      expect([200, 409, 429], JSON.stringify(changed.body)).toContain(changed.status);
      expect(['200', 'RELATION_NOT_FOUND'], JSON.stringify(switched.body)).toContain(said(switched));
      expect((await row(runtime, 'Agreements', { agreementId: id })).version).toBe(version);
      const again = await agentAt(runtime, who, agency.id);
      expect((await goTo(runtime, again.api, owner.id)).session.identity.client.taxpayerId).toBe(owner.id);
    }
  },
);
