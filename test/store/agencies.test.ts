/** @module-tag long */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newHandle } from '#crypto/random.ts';
import { Problem } from '#domain/problem.ts';
import {
  type AgentAccess,
  agentAccessBasesAt,
  agentActingOption,
  byAgreement,
  byStaffForm,
  firstActingOption,
  isAgreementInForce,
  readAgentAccess,
} from '#journeys/agencies/agent-access.ts';
import { agentIdOf, namingAgent, readAgents, withAgentPosition } from '#journeys/agencies/agents.ts';
import { clientsServed } from '#journeys/agencies/clients-served.ts';
import { agreementAudits, staffFormAudits } from '#journeys/agencies/form-audits.ts';
import { listedAgreements } from '#journeys/agencies/list-agreements.ts';
import {
  endAgreement,
  grantedTerms,
  type InForce,
  keptTerms,
  liveStateOf,
  putInForce,
  requireNoOverlap,
  shownAgreements,
} from '#journeys/agencies/put-agreement-in-force.ts';
import { putStaffForm } from '#journeys/agencies/put-staff-form.ts';
import type { ChangeOrigin } from '#journeys/change-origin.ts';
import { parseNamedPerson } from '#journeys/people/named-person.ts';
import type { FlowContext } from '#runtime/context.ts';
import {
  type Agreement,
  clientEntryKey,
  type FormEntry,
  newFormId,
  type StaffForm,
  staffEntryKey,
  staffFormKey,
} from '#store/agencies/agency-forms.ts';
import { findAgreedPeriods, findAgreement } from '#store/agencies/agreements.ts';
import { allListed, findStaffForm, formIdOf } from '#store/agencies/staff-forms.ts';
import { type KnownTaxpayer, storedNumber } from '#store/companies/taxpayers.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { absent, exists } from '#store/dynamodb/expressions.ts';
import type { Db, Item, Key, Put, Update, Write } from '#store/dynamodb/tables.ts';
import {
  companyRow,
  contextOf,
  dataKeys,
  putRows,
  recordOf,
  sealedNameOf,
  watchedStore,
} from '../support/in-process.ts';
import { person as sample } from '../support/people.ts';
import { openStore, refusalOf } from '../support/store.ts';
import type { Part } from '../support/stored-rows.ts';

/** How agencies, their forms and their agents are put and judged, journey by journey. */
let db: Db;
let ctx: FlowContext;
beforeAll(async () => {
  db = await openStore('Agencies', 'Agreements', 'Audit', 'Relationships', 'Taxpayers', 'Tickets', 'Users');
  ctx = contextOf(db);
});

const now = new Date('2027-03-02T10:00:00+08:00');
const day = '2027-03-02';
const today = { from: day, until: day };
const formOf = (ms: number) => newFormId(new Date(now.getTime() - ms));
const origin: ChangeOrigin = { at: now, channel: 'web', address: '192.0.2.0', actor: 'p1_actor' };
const registry: ChangeOrigin = { at: now, channel: 'exchange', address: '' };
const person = () => `p1_${newHandle()}`;
const agentOf = (personKey: string) => ({ personKey, sealedName: sealedNameOf(personKey, '王建国') });
const entryOf = (key: Key) => db.get<FormEntry>('Relationships', key);
/** Keys of a number in the form of a company. */
let numbers = 0;
const company = () => `c_91340100MB${String(++numbers).padStart(7, '0')}X`;
const puts = (writes: readonly Write[]): Item[] => writes.map((write) => (write as Put).put);
const eventsOf = async (subject: string) => {
  const { items } = await db.query<Item>('Audit', {
    condition: { write: (to) => `${to.path('subject')} = ${to.value(subject)}` },
  });
  return items.map(({ kind }) => kind);
};

interface ServedFacts {
  readonly agency?: Partial<KnownTaxpayer>;
  readonly client?: Part<KnownTaxpayer> | null;
  readonly form?: Partial<StaffForm>;
  readonly agreement?: Partial<Agreement>;
  readonly staffForms?: readonly string[];
  readonly clientForms?: readonly string[];
  readonly entry?: Part<FormEntry>;
}
/** An agency with a staff form, a client with an agreement, and the agent whom both forms name. */
async function served(facts: ServedFacts = {}) {
  const [agencyKey, clientKey, who, agreementId] = [company(), company(), person(), newHandle()];
  const [staffForm, clientForm] = [formOf(2_000), formOf(1_000)];
  await putRows(
    db,
    'Taxpayers',
    companyRow(agencyKey, { subjects: ['agency'], name: '徽州税务师事务所', ...facts.agency }),
    ...(facts.client === null ? [] : [companyRow(clientKey, facts.client as Partial<KnownTaxpayer>)]),
  );
  await putRows(db, 'Agencies', {
    ...staffFormKey(agencyKey),
    rev: 1,
    formId: staffForm,
    size: 1,
    ...facts.form,
  });
  await putRows(db, 'Agreements', {
    agreementId,
    rev: 1,
    agencyKey,
    clientKey,
    agencyNumber: { taxpayerId: agencyKey.slice(2) },
    clientNumber: { taxpayerId: clientKey.slice(2) },
    state: 'active',
    formId: clientForm,
    items: ['consulting'],
    agents: [agentOf(who)],
    updatedAt: now.toISOString(),
    ...today,
    ...facts.agreement,
  });
  const entry = {
    ...clientEntryKey(who, clientKey, agreementId),
    agencyKey,
    forms: new Set(facts.clientForms ?? [clientForm]),
    ...today,
    ...facts.entry,
  };
  await putRows(db, 'Relationships', entry, {
    ...staffEntryKey(who, agencyKey),
    forms: new Set(facts.staffForms ?? [staffForm]),
  });
  return {
    agencyKey,
    clientKey,
    who,
    agreementId,
    staffForm,
    clientForm,
    entry: entry as unknown as FormEntry,
  };
}
type Served = Awaited<ReturnType<typeof served>>;

describe('what lets an agent in', () => {
  const basesAt = (of: Served, at = of.clientKey, term?: Partial<KnownTaxpayer>) =>
    agentAccessBasesAt(db, of.who, at, day, term && companyRow(at, term));

  it('AGY-3 ENT-4 are the agreements of agencies that list the person, and the staff form of the company itself', async () => {
    const of = await served();
    const agreed = [byAgreement(of)];
    expect(agreed).toEqual([
      {
        by: 'agreement',
        companyKey: of.clientKey,
        role: 'tax-agent',
        agencyKey: of.agencyKey,
        agreementId: of.agreementId,
      },
    ]);
    expect(await basesAt(of)).toEqual(agreed);
    expect(await basesAt(of, of.agencyKey)).toEqual([byStaffForm(of.agencyKey)]);
    expect(byStaffForm('c_1')).toEqual({ by: 'staff-form', companyKey: 'c_1', role: 'tax-agent' });
    const since = (ms: number) => ({ termSince: new Date(now.getTime() + ms).toISOString() });
    expect(await basesAt(of, of.clientKey, since(-1_000))).toEqual(agreed);
    expect(await basesAt(of, of.clientKey, since(-999))).toEqual([]);
    expect(await agentAccessBasesAt(db, of.who, of.clientKey, '2027-03-03')).toEqual([]);
    // One of two forms is of the present term.
    const both = await served({ clientForms: [formOf(9_000), formOf(1_000)] });
    expect(await basesAt(both, both.clientKey, since(-2_000))).toHaveLength(1);
  });

  it('AGY-3 are none by a row without forms or agency, or of an agency that does not list the person', async () => {
    for (const facts of [
      { entry: { agencyKey: undefined } },
      { entry: { forms: undefined } },
      { entry: { agencyKey: 'c_other' } },
    ])
      expect(await basesAt(await served(facts)), JSON.stringify(facts)).toEqual([]);
    const of = await served();
    await putRows(db, 'Relationships', staffEntryKey(of.who, of.agencyKey));
    expect(await basesAt(of)).toEqual([]);
  });

  it('AGY-3 are eight at most for one client', async () => {
    const of = await served();
    const more = Array.from({ length: 9 }, (_, at) => ({
      ...of.entry,
      ...clientEntryKey(of.who, of.clientKey, `more-${at}`),
    }));
    await putRows(db, 'Relationships', ...more);
    expect(await basesAt(of)).toHaveLength(8);
  });
});

describe('what an agent becomes', () => {
  const read = async (of: Served, ...bases: Parameters<typeof readAgentAccess>[2]) =>
    readAgentAccess(db, of.who, bases);
  const optionOf = async (
    of: Served,
    through: 'enterprise' | 'agency',
    basis: Parameters<typeof readAgentAccess>[2][number] = byAgreement(of),
  ) => {
    const [one] = (await read(of, basis)) as [AgentAccess];
    return agentActingOption(ctx, of.who, one.basis, one.records, through, now);
  };

  it('AGY-3 SWI-3 at `enterprise` the client or the agency itself, at `agency` the agency with or without a client', async () => {
    const of = await served({ agreement: { items: ['tax-declaration'] } });
    const [agencyId, clientId] = [of.agencyKey.slice(2), of.clientKey.slice(2)];
    const client = { taxpayerId: clientId, taxpayerName: '黄山毛峰有限公司' };
    const agency = { kind: 'agency', agencyId, agencyName: '徽州税务师事务所' };
    const serving = await optionOf(of, 'enterprise');
    expect(serving?.company).toEqual(byAgreement(of));
    expect(serving?.identity).toEqual({
      kind: 'enterprise',
      ...client,
      role: 'tax-agent',
      permissions: ['filing', 'declaration', 'enquiry'],
    });
    expect((await optionOf(of, 'agency'))?.identity).toEqual({ ...agency, client });
    const own = byStaffForm(of.agencyKey);
    expect((await optionOf(of, 'agency', own))?.identity).toEqual(agency);
    expect((await optionOf(of, 'enterprise', own))?.identity).toEqual({
      kind: 'enterprise',
      taxpayerId: agencyId,
      taxpayerName: '徽州税务师事务所',
      role: 'tax-agent',
      permissions: [],
    });
    expect((await optionOf(of, 'agency', own))?.writes).toHaveLength(3);
    expect(serving?.writes).toHaveLength(6);
  });

  it('ENT-4 SWI-5 is of the present term of both companies', async () => {
    const of = await served({ agency: { term: 1 }, client: { term: 2 } });
    const option = await optionOf(of, 'enterprise');
    expect(await refusalOf(db.transact(option?.writes ?? []))).toBeUndefined();
  });

  it('AGY-1 AGY-4 is the first of several access bases that holds today', async () => {
    const of = await served();
    const gone = byAgreement({ ...of, agreementId: 'none' });
    const first = async (...bases: Parameters<typeof readAgentAccess>[2]) =>
      firstActingOption(ctx, of.who, await read(of, ...bases), 'enterprise', now)?.company;
    expect(await first(gone, byAgreement(of), byStaffForm(of.agencyKey))).toEqual(byAgreement(of));
    expect(await first(byStaffForm(of.agencyKey), byAgreement(of))).toEqual(byStaffForm(of.agencyKey));
    expect(await first(gone)).toBeUndefined();
    expect(await first()).toBeUndefined();
  });

  it.each<[string, (of: Served) => Promise<unknown>, unknown]>([
    ['nothing', () => putRows(db, 'Agencies', { agencyKey: 'c_x', part: 'x' }), undefined],
    [
      'another staff form',
      ({ agencyKey }) => putRows(db, 'Agencies', { ...staffFormKey(agencyKey), rev: 2, formId: 'f9' }),
      'read again',
    ],
    [
      'the person off the staff form',
      ({ who, agencyKey }) =>
        putRows(db, 'Relationships', { ...staffEntryKey(who, agencyKey), forms: new Set(['x']) }),
      'read again',
    ],
    [
      'an agency that is cancelled',
      ({ agencyKey }) => putRows(db, 'Taxpayers', companyRow(agencyKey, { state: 'cancelled' })),
      'TAXPAYER_NOT_FOUND',
    ],
    [
      'an agency of a new term',
      ({ agencyKey }) => putRows(db, 'Taxpayers', companyRow(agencyKey, { term: 1 })),
      'RELATION_NOT_FOUND',
    ],
    [
      'another agreement form',
      ({ who, clientKey, agreementId }) =>
        putRows(db, 'Relationships', {
          ...clientEntryKey(who, clientKey, agreementId),
          forms: new Set(['x']),
        }),
      'read again',
    ],
    [
      'an agreement that ended',
      ({ agreementId, clientForm }) =>
        putRows(db, 'Agreements', { agreementId, state: 'ended', formId: clientForm, ...today }),
      'read again',
    ],
    [
      'an agreement that is over today',
      ({ agreementId, clientForm }) =>
        putRows(db, 'Agreements', {
          agreementId,
          state: 'active',
          formId: clientForm,
          from: '2027-01-01',
          until: '2027-03-01',
        }),
      'read again',
    ],
    [
      'a client that waits',
      ({ clientKey }) => putRows(db, 'Taxpayers', companyRow(clientKey, { state: 'awaiting-confirmation' })),
      'COMPANY_NOT_CONFIRMED',
    ],
    [
      'a client of a new term',
      ({ clientKey }) => putRows(db, 'Taxpayers', companyRow(clientKey, { term: 1 })),
      'RELATION_NOT_FOUND',
    ],
  ])('SWI-5 AGY-4 ENT-4 the transaction meets %s', async (_, change, expected) => {
    const of = await served();
    const option = await optionOf(of, 'enterprise');
    await change(of);
    const refused = await refusalOf(db.transact(option?.writes ?? [])).catch((error) =>
      error instanceof ConcurrentChange ? 'read again' : error,
    );
    expect(refused).toBe(expected);
  });
});

describe('the clients that a person serves', () => {
  const names = async (...entries: FormEntry[]) =>
    (await clientsServed(db, entries, now)).map(({ companyKey }) => companyKey);

  it('AGY-4 SWI-3 ENT-4 are those of forms in force, at companies at work', async () => {
    const good = await served();
    expect(await names(good.entry)).toEqual([good.clientKey]);
    for (const facts of [
      { agreement: { state: 'ended' } },
      { agreement: { agencyKey: 'c_other' } },
      { agreement: { clientKey: 'c_other' } },
      { agreement: { until: '2027-03-01', from: '2027-03-01' } },
      { clientForms: ['f9'] },
      { entry: { agencyKey: undefined } },
      { client: null },
      { client: { name: undefined } },
      { client: { termSince: new Date(now.getTime() - 500).toISOString() } },
      { client: { state: 'awaiting-confirmation' } },
      { client: { subjects: ['cross-region'] } },
    ] satisfies ServedFacts[]) {
      const of = await served(facts);
      expect(await names(of.entry, good.entry), JSON.stringify(facts)).toEqual([good.clientKey]);
    }
    const unknown = { ...good.entry, ...clientEntryKey(good.who, good.clientKey, 'none') };
    expect(await names(unknown)).toEqual([]);
  });

  it('SWI-3 are read fifty at a time, each client once, in the order of the rows', async () => {
    const of = await Promise.all(Array.from({ length: 52 }, () => served()));
    const watched = watchedStore(db);
    const found = await clientsServed(
      watched.db,
      of.map(({ entry }) => entry),
      now,
    );
    expect(found.map(({ companyKey }) => companyKey)).toEqual(of.map(({ clientKey }) => clientKey));
    expect(watched.calls.map(([, keys]) => (keys as unknown[]).length)).toEqual([100, 4]);
    const [one] = of as [Served];
    const twice = watchedStore(db);
    await clientsServed(
      twice.db,
      [one.entry, { ...one.entry, ...clientEntryKey(one.who, one.clientKey, 'x') }],
      now,
    );
    expect(twice.calls.map(([, keys]) => (keys as unknown[]).length)).toEqual([3]);
    expect(await clientsServed(twice.db, [], now)).toEqual([]);
  });

  it('AGY-4 the agreement alone: its agency, its client, its days', async () => {
    const of = await served();
    const agreement = await findAgreement(db, of.agreementId);
    expect(isAgreementInForce(agreement, of, now)).toBe(true);
    expect(isAgreementInForce(undefined, of, now)).toBe(false);
    expect(isAgreementInForce(agreement, { ...of, agencyKey: 'c_x' }, now)).toBe(false);
    expect(isAgreementInForce(agreement, { ...of, clientKey: 'c_x' }, now)).toBe(false);
    expect(isAgreementInForce(agreement, of, new Date('2027-03-03T00:00:00+08:00'))).toBe(false);
  });
});

describe('what the histories say', () => {
  const [a, b, c] = ['p_a', 'p_b', 'p_c'].map(agentOf) as [
    ReturnType<typeof agentOf>,
    ReturnType<typeof agentOf>,
    ReturnType<typeof agentOf>,
  ];
  const told = (writes: Write[]) => puts(writes).map(({ subject, kind, detail }) => [subject, kind, detail]);

  it('AUD-1 AGY-1 of a staff form: the agency, whoever changed it, who came and who went', () => {
    const agency = { companyKey: 'c_agency', taxpayerId: '91340100MA0000001X' };
    const detail = { agents: 2, joined: 1, left: 1 };
    const named = { agency: '91340100MA0000001X' };
    const events = [
      ['c_agency', 'agency-staff-changed', detail],
      ['p1_actor', 'agency-staff-changed', { ...named, ...detail }],
      ['p_c', 'agent-listed', named],
      ['p_a', 'agent-unlisted', named],
    ];
    const writes = staffFormAudits(ctx, agency, [a, b], [b, c], origin);
    expect(told(writes)).toEqual(events);
    expect(puts(writes)[0]).toMatchObject({
      outcome: 'success',
      at: now.toISOString(),
      channel: 'web',
      address: '192.0.2.0',
      actor: 'p1_actor',
      ttl: now.getTime() / 1000 + ctx.settings.policies.auditRetentionDays * 86_400,
    });
    expect(told(staffFormAudits(ctx, agency, [a, b], [b, c], registry))).toEqual(
      events.filter(([subject]) => subject !== 'p1_actor'),
    );
    const counter = { ...registry, detail: { officer: '0042' } };
    expect(puts(staffFormAudits(ctx, agency, [], [], counter))[0]?.detail).toMatchObject({ officer: '0042' });
    const many = Array.from({ length: 41 }, (_, at) => agentOf(`p_${at}`));
    expect(staffFormAudits(ctx, agency, [], many, registry)).toHaveLength(41);
  });

  it('AUD-1 AGY-4 of an agreement: both companies, whoever changed it, who is new and who is out', () => {
    const between = {
      agreementId: 'AG-1',
      agencyKey: 'c_agency',
      clientKey: 'c_client',
      agencyNumber: { taxpayerId: '91340100MA0000001X' },
      clientNumber: storedNumber(dataKeys, 'c_client', '340102199001011234'),
    };
    const terms = { items: ['consulting', 'attestation'] as const, agents: [b, c], ...today };
    const detail = {
      agreementId: 'AG-1',
      agency: '91340100MA0000001X',
      client: '340***********1234',
      items: 'consulting attestation',
      from: day,
      until: day,
      agents: 2,
    };
    const { agreementId, agency, client } = detail;
    const shown = { agency, client, agreementId };
    const sides = [
      ['c_agency', 'agreement-changed', detail],
      ['c_client', 'agreement-changed', detail],
    ];
    const concerned = [
      ['p_c', 'agent-named', shown],
      ['p_a', 'agent-left', shown],
    ];
    const writes = (from: ChangeOrigin, was?: (typeof a)[]) =>
      agreementAudits(ctx, between, terms, 'changed', from, was);
    expect(told(writes(registry, [a, b]))).toEqual([...sides, ...concerned]);
    expect(told(writes(origin, [a, b]))).toEqual([
      ...sides,
      ['p1_actor', 'agreement-changed', detail],
      ...concerned,
    ]);
    expect(told(writes(registry))).toEqual(sides);
    const many = Array.from({ length: 41 }, (_, at) => agentOf(`p_${at}`));
    expect(writes(registry, many)).toHaveLength(2 + 40);
  });
});

describe('an agreement that is put into force', () => {
  const [one, two, three] = [agentOf(person()), agentOf(person()), agentOf(person())];
  const between = () => {
    const [agencyKey, clientKey] = [company(), company()];
    return {
      agreementId: newHandle(),
      agencyKey,
      clientKey,
      agencyNumber: { taxpayerId: agencyKey.slice(2) },
      clientNumber: { taxpayerId: clientKey.slice(2) },
    };
  };
  type Between = ReturnType<typeof between>;
  const terms = (agents: (typeof one)[], facts: Partial<InForce['terms']> = {}): InForce['terms'] => ({
    items: ['consulting'],
    agents,
    ...today,
    ...facts,
  });
  async function put(of: Between, given: Partial<InForce> = {}, by: FlowContext = ctx) {
    const [read, pair] = [await findAgreement(db, of.agreementId), await findAgreedPeriods(db, of)];
    await putInForce(by, {
      between: of,
      before: read,
      pair,
      terms: terms([one]),
      event: 'entered',
      origin,
      writes: [],
      ...given,
    });
  }
  const formsOf = async (of: Between, agent: typeof one) =>
    (await entryOf(clientEntryKey(agent.personKey, of.clientKey, of.agreementId)))?.forms;
  const periodOf = async (of: Between, agent: typeof one) => {
    const entry = await entryOf(clientEntryKey(agent.personKey, of.clientKey, of.agreementId));
    return entry && { from: entry.from, until: entry.until };
  };

  it('AGY-4 names its people, keeps its days from others, and is what was given', async () => {
    const of = between();
    const record: Write = { table: 'Users', put: { personKey: `p_${newHandle()}`, rev: 1 } };
    const agents = [{ ...one, records: [record] }, two];
    await put(of, { terms: terms(agents, { items: ['consulting', 'tax-declaration'] }) });
    const stored = await findAgreement(db, of.agreementId);
    expect(stored).toEqual({
      ...of,
      rev: 1,
      state: 'active',
      formId: expect.any(String),
      items: ['tax-declaration', 'consulting'],
      agents: [one, two],
      ...today,
      updatedAt: now.toISOString(),
    });
    expect(await db.get('Users', { personKey: String((record as Put).put.personKey) })).toBeDefined();
    for (const agent of [one, two]) expect(await formsOf(of, agent)).toEqual(new Set([stored?.formId]));
    expect((await findAgreedPeriods(db, of))?.taken).toMatchObject([
      { agreementId: of.agreementId, ...today },
    ]);
    expect(await eventsOf(of.agencyKey)).toEqual(['agreement-entered']);
    expect(await eventsOf(two.personKey)).toEqual(['agent-named']);
  });

  it('AGY-4 SWI-5 covers old and new days until it holds, and the new ones from then on', async () => {
    const of = between();
    await put(of, { version: 3 });
    let while_: unknown;
    const watching = new Proxy(db, {
      get: (store, name: keyof Db) => {
        if (name !== 'transact') return store[name];
        return async (writes: readonly Write[]) => {
          if (writes.some(({ table }) => table === 'Agreements')) while_ = await periodOf(of, one);
          return store.transact(writes);
        };
      },
    });
    const next = (from: string, until: string) =>
      put(of, { terms: terms([one], { from, until }) }, contextOf(watching));
    await next('2027-03-03', '2027-03-04');
    expect(while_).toEqual({ from: day, until: '2027-03-04' });
    expect(await periodOf(of, one)).toEqual({ from: '2027-03-03', until: '2027-03-04' });
    await next('2027-03-01', '2027-03-02');
    expect(while_).toEqual({ from: '2027-03-01', until: '2027-03-04' });
    expect(await periodOf(of, one)).toEqual({ from: '2027-03-01', until: '2027-03-02' });
    await next('2027-02-01', '2027-12-31');
    expect(while_).toEqual({ from: '2027-02-01', until: '2027-12-31' });
    expect(await findAgreement(db, of.agreementId)).toMatchObject({ version: 3, from: '2027-02-01' });
  });

  it('AGY-4 takes the old terms from whoever they named, and the proposed ones are void', async () => {
    const of = between();
    await put(of, { terms: terms([one, two]) });
    const first = await findAgreement(db, of.agreementId);
    await putRows(db, 'Agreements', { ...first, proposed: terms([three]) });
    const watched = watchedStore(db);
    await put(of, { terms: terms([two, three]), event: 'changed' }, contextOf(watched.db));
    const second = await findAgreement(db, of.agreementId);
    expect(second?.proposed).toBeUndefined();
    expect(await formsOf(of, one)).toBeUndefined();
    for (const agent of [two, three]) expect(await formsOf(of, agent)).toEqual(new Set([second?.formId]));
    expect(await eventsOf(one.personKey)).toContain('agent-left');
    // Rows of the new terms, the agreement, and the old rows, whose days are those of the new terms: nothing else.
    expect(watched.calls.map(([name]) => name)).toEqual(Array(4).fill('transact'));
  });

  it('AGY-4 from waiting terms names everybody anew, and has no older form to take away', async () => {
    const of = between();
    await put(of, { terms: terms([one]) });
    const read = await findAgreement(db, of.agreementId);
    const { formId: _, ...waiting } = { ...read, state: 'pending', from: '2026-01-01', until: '2028-01-01' };
    await putRows(db, 'Agreements', waiting);
    await putRows(db, 'Relationships', { ...clientEntryKey(one.personKey, of.clientKey, of.agreementId) });
    const watched = watchedStore(db);
    await put(of, { event: 'confirmed' }, contextOf(watched.db));
    expect(await periodOf(of, one)).toEqual(today);
    expect(watched.calls).toHaveLength(2);
    const named = (await eventsOf(one.personKey)).filter((kind) => kind === 'agent-named');
    expect(named.length).toBeGreaterThanOrEqual(2);
  });

  it.each<[string, Write | Error, boolean]>([
    [
      'another change came first',
      {
        table: 'Users',
        put: { personKey: 'x' },
        condition: exists('rev'),
        onRefused: () => new ConcurrentChange(),
      },
      true,
    ],
    [
      'whoever did it may not',
      {
        table: 'Users',
        put: { personKey: 'x' },
        condition: exists('rev'),
        onRefused: () => new Problem('ROLE_NOT_ALLOWED'),
      },
      true,
    ],
    ['a table was away', new Problem('UNAVAILABLE'), false],
    ['nobody knows why', new Error('lost'), false],
  ])('AGY-4 is tidied up only if it certainly does not hold: %s', async (_, cause, tidied) => {
    const of = between();
    const losing = new Proxy(db, {
      get: (store, name: keyof Db) => {
        if (name !== 'transact' || !(cause instanceof Error)) return store[name];
        return (writes: readonly Write[]) =>
          writes.some(({ table }) => table === 'Agreements') ? Promise.reject(cause) : store.transact(writes);
      },
    });
    const writes = cause instanceof Error ? [] : [cause];
    await expect(put(of, { writes }, contextOf(losing))).rejects.toBeInstanceOf(Error);
    expect(await findAgreement(db, of.agreementId)).toBeUndefined();
    expect((await formsOf(of, one)) === undefined).toBe(tidied);
  });

  it('AGY-4 holds all the same if the days of its rows cannot be written after it', async () => {
    const of = between();
    await put(of);
    const failing = new Proxy(db, {
      get: (store, name: keyof Db) => {
        if (name !== 'transact') return store[name];
        return (writes: readonly Write[]) =>
          writes.some((write) => 'update' in write && !write.update.add && write.table === 'Relationships')
            ? Promise.reject(new Error('away'))
            : store.transact(writes);
      },
    });
    await put(of, { terms: terms([one], { from: '2027-03-01' }) }, contextOf(failing));
    expect((await findAgreement(db, of.agreementId))?.from).toBe('2027-03-01');
  });

  it('AGY-4 ends at once with its rows and days, once, as it was read', async () => {
    const of = between();
    await put(of, { terms: terms([one, two]), version: 1 });
    const [agreement, pair] = [
      (await findAgreement(db, of.agreementId)) as Agreement,
      await findAgreedPeriods(db, of),
    ];
    await endAgreement(ctx, agreement, pair, registry, [], 2);
    expect(await findAgreement(db, of.agreementId)).toMatchObject({ state: 'ended', version: 2, rev: 2 });
    expect((await findAgreedPeriods(db, of))?.taken).toEqual([]);
    for (const agent of [one, two]) {
      expect(await formsOf(of, agent)).toBeUndefined();
      expect(await eventsOf(agent.personKey)).toContain('agent-left');
    }
    await expect(endAgreement(ctx, agreement, pair, registry, [])).rejects.toBeInstanceOf(ConcurrentChange);
    // Ended here, it keeps the registry's version, so that an older line stays older (ENT-3).
    const other = between();
    await put(other, { version: 7 });
    await endAgreement(
      ctx,
      (await findAgreement(db, other.agreementId)) as Agreement,
      await findAgreedPeriods(db, other),
      origin,
      [],
    );
    expect(await findAgreement(db, other.agreementId)).toMatchObject({ state: 'ended', version: 7 });
  });

  it('AGY-4 that never held ends without a word to its people, and nobody who may not ends it', async () => {
    const of = between();
    const agent = agentOf(person());
    const waiting = { ...of, rev: 1, state: 'pending', ...terms([agent]), proposed: terms([agent]) };
    await putRows(db, 'Agreements', waiting);
    const read = (await findAgreement(db, of.agreementId)) as Agreement;
    const forbidden: Write = {
      table: 'Users',
      put: { personKey: 'x' },
      condition: exists('rev'),
      onRefused: () => new Problem('ROLE_NOT_ALLOWED'),
    };
    expect(await refusalOf(endAgreement(ctx, read, undefined, origin, [forbidden]))).toBe('ROLE_NOT_ALLOWED');
    const watched = watchedStore(db);
    await endAgreement(contextOf(watched.db), read, undefined, origin, []);
    expect(watched.calls).toHaveLength(1);
    const ended = await findAgreement(db, of.agreementId);
    expect(ended).toMatchObject({ state: 'ended', updatedAt: now.toISOString() });
    expect(ended).not.toHaveProperty('proposed');
    expect(ended).not.toHaveProperty('version');
    expect(await eventsOf(agent.personKey)).toEqual([]);
  });
});

describe('an agreement as it is judged and shown', () => {
  const agreement = (facts: Part<Agreement> = {}): Agreement => ({
    agreementId: 'AG-1',
    rev: 3,
    agencyKey: 'c_agency',
    clientKey: 'c_client',
    agencyNumber: { taxpayerId: '91340100MA0000001X' },
    clientNumber: { taxpayerId: '91340100MA0000002X' },
    state: 'active',
    formId: formOf(0),
    items: ['consulting'],
    agents: [],
    updatedAt: now.toISOString(),
    ...today,
    ...(facts as Partial<Agreement>),
  });

  it('ENT-4 AGY-4 lives while it waits or holds, in the client’s present term', async () => {
    const state = (facts: Part<Agreement>, client?: Partial<KnownTaxpayer>) => {
      try {
        return liveStateOf(agreement(facts), client && companyRow('c_client', client), now);
      } catch (error) {
        return (error as Problem).code;
      }
    };
    expect([state({}), state({ state: 'pending' })]).toEqual(['active', 'pending']);
    for (const gone of ['ended', 'rejected'] as const) expect(state({ state: gone })).toBe('STATE_CONFLICT');
    for (const living of ['active', 'pending'] as const)
      expect(state({ state: living, until: '2027-03-01' })).toBe('STATE_CONFLICT');
    const later = { termSince: new Date(now.getTime() + 1).toISOString() };
    expect(state({}, later)).toBe('STATE_CONFLICT');
    expect(state({ state: 'pending' }, later)).toBe('pending');
    expect(state({}, { termSince: now.toISOString() })).toBe('active');
  });

  it('AGY-4 its days must be free', () => {
    const pair = { rev: 1, taken: [{ agreementId: 'AG-2', ...today, at: now.toISOString() }] };
    expect(() => requireNoOverlap(pair, 'AG-1', today, undefined)).toThrow(
      expect.objectContaining({ code: 'STATE_CONFLICT', variant: 'overlap' }),
    );
    requireNoOverlap(pair, 'AG-2', today, undefined);
    requireNoOverlap(undefined, 'AG-1', today, undefined);
    const agents = [{ ...agentOf('p_1'), records: [] }];
    const kept = keptTerms({ items: ['consulting', 'tax-declaration'], agents, ...today });
    expect(kept).toEqual({
      items: ['tax-declaration', 'consulting'],
      agents: [{ personKey: 'p_1', sealedName: agents[0]?.sealedName }],
      ...today,
    });
    expect(grantedTerms(kept)).toEqual({ items: kept.items, agents: ['p_1'], ...today });
  });

  it('REL-11 DOC-4 shows people masked, and to the agency no more of a client that never agreed than to anybody', async () => {
    const [agencyKey, clientKey, who] = [company(), `c_${newHandle()}`, person()];
    const number = storedNumber(dataKeys, clientKey, '340102199001011234');
    const agencyNumber = { taxpayerId: agencyKey.slice(2) };
    await putRows(db, 'Taxpayers', companyRow(agencyKey, { name: '徽州税务师事务所', subjects: ['agency'] }));
    await putRows(
      db,
      'Taxpayers',
      companyRow(clientKey, { taxpayerId: undefined as never, ...number, name: '张三商行' }),
    );
    await putRows(db, 'Users', recordOf(who, '欧阳建国'));
    const waiting = agreement({
      agencyKey,
      clientKey,
      agencyNumber,
      clientNumber: number,
      state: 'pending',
      formId: undefined,
      agents: [agentOf(who)],
    });
    const proposed = { items: ['attestation'], agents: [agentOf(person())], from: day, until: '2027-12-31' };
    const shown = (one: Agreement, side: 'agency' | 'client') => shownAgreements(ctx, [one], side, now);
    const seen = {
      agreementId: 'AG-1',
      agencyId: agencyKey.slice(2),
      agencyName: '徽州税务师事务所',
      clientId: '340***********1234',
      clientName: '张***',
      agents: [
        { agentId: agentIdOf(ctx, agencyKey, who), name: '欧阳**', documentNumber: '340***********1234' },
      ],
      items: ['consulting'],
      ...today,
      state: 'pending',
      revision: 3,
    };
    expect(await shown(waiting, 'agency')).toEqual([seen]);
    expect(await shown(waiting, 'client')).toEqual([{ ...seen, clientName: '张三商行' }]);
    const [agreed] = await shown({ ...waiting, formId: formOf(0), state: 'active' }, 'agency');
    expect(agreed).toMatchObject({ clientName: '张三商行', state: 'active' });
    const [both] = await shown({ ...waiting, proposed } as Agreement, 'agency');
    expect(both?.proposed).toMatchObject({
      items: ['attestation'],
      from: day,
      until: '2027-12-31',
      agents: [{ name: '王**', documentNumber: '*' }],
    });
    const [unknown] = await shown(
      { ...waiting, clientKey: 'c_unknown', clientNumber: agencyNumber },
      'client',
    );
    expect(unknown?.clientName).toBe('');
  });

  it('AGY-4 lists fifty at a time, and a cursor works for its own side only', async () => {
    const [agencyKey, clientKey] = [company(), company()];
    const ids = Array.from({ length: 51 }, (_, at) => `list-${agencyKey}-${String(at).padStart(2, '0')}`);
    await putRows(
      db,
      'Agreements',
      ...ids.map((agreementId) => ({ ...agreement({ agencyKey, clientKey }), agreementId })),
    );
    const listed = (side: Parameters<typeof listedAgreements>[2], cursor?: string) =>
      listedAgreements(
        ctx,
        { now, query: { cursor } } as unknown as Parameters<typeof listedAgreements>[1],
        side,
      );
    for (const side of [{ agencyKey }, { clientKey }]) {
      const first = await listed(side);
      expect(first.agreements.map(({ agreementId }) => agreementId)).toEqual(ids.slice(0, 50));
      const rest = await listed(side, first.cursor);
      expect(rest.agreements.map(({ agreementId }) => agreementId)).toEqual(ids.slice(50));
      expect(rest).not.toHaveProperty('cursor');
      const other = 'agencyKey' in side ? { clientKey } : { agencyKey };
      expect(await refusalOf(listed(other, first.cursor))).toBe('BAD_REQUEST');
    }
  });

  it('AGY-4 REL-11 as the agency sees a client that never agreed: by its outside name', async () => {
    const [agencyKey, clientKey] = [company(), `c_${newHandle()}`];
    const number = storedNumber(dataKeys, clientKey, '340102199001011234');
    await putRows(
      db,
      'Taxpayers',
      companyRow(clientKey, { taxpayerId: undefined as never, ...number, name: '张三商行' }),
    );
    await putRows(db, 'Agreements', {
      ...agreement({ agencyKey, clientKey, clientNumber: number, formId: undefined, state: 'pending' }),
      agreementId: newHandle(),
    });
    const call = { now, query: {} } as unknown as Parameters<typeof listedAgreements>[1];
    const names = async (side: Parameters<typeof listedAgreements>[2]) =>
      (await listedAgreements(ctx, call, side)).agreements.map(({ clientName }) => clientName);
    expect([await names({ agencyKey }), await names({ clientKey })]).toEqual([['张***'], ['张三商行']]);
  });
});

describe('a staff form that is put into force', () => {
  let agencyKey: string;
  beforeEach(() => {
    agencyKey = company();
  });
  const newAgent = (personKey = person(), records: readonly Write[] = []) => ({
    ...agentOf(personKey),
    records,
  });
  type NewAgent = ReturnType<typeof newAgent>;
  const put = async (agents: NewAgent[], given: object = {}, by: FlowContext = ctx) =>
    putStaffForm(
      by,
      { agencyKey, before: await findStaffForm(db, agencyKey), agents, writes: [], ...given },
      now,
    );
  const formsOf = async ({ personKey }: NewAgent) =>
    (await entryOf(staffEntryKey(personKey, agencyKey)))?.forms;
  const listed = async () => (await allListed(db, agencyKey)).map(({ personKey }) => personKey).sort();
  /** A form that was begun so long ago and never finished. */
  async function unfinished(agoMs: number, agent: NewAgent) {
    const formId = formOf(agoMs);
    await putRows(db, 'Agencies', {
      agencyKey,
      part: `agent#${formId}#${agent.personKey}`,
      ...agentOf(agent.personKey),
    });
    await putRows(db, 'Relationships', {
      ...staffEntryKey(agent.personKey, agencyKey),
      forms: new Set([formId]),
    });
    return formId;
  }

  it('AGY-1 lists its people, writes whoever was unknown, and replaces the form before', async () => {
    const [one, two, three] = [newAgent(), newAgent(), newAgent()];
    const record: Write = { table: 'Users', put: { personKey: one.personKey, rev: 1 } };
    await put([{ ...one, records: [record] }, two], { version: 4 });
    expect(await db.get('Users', { personKey: one.personKey })).toBeDefined();
    const first = await findStaffForm(db, agencyKey);
    expect(first).toMatchObject({ rev: 1, size: 2, version: 4 });
    expect(await listed()).toEqual([one.personKey, two.personKey].sort());
    expect((await allListed(db, agencyKey)).map(({ agentId }) => agentId)).toContain(
      agentIdOf(ctx, agencyKey, one.personKey),
    );
    await put([two, three]);
    const second = await findStaffForm(db, agencyKey);
    expect(second).toMatchObject({ rev: 2, size: 2, version: 4 });
    expect(await listed()).toEqual([two.personKey, three.personKey].sort());
    expect(await formsOf(one)).toBeUndefined();
    for (const agent of [two, three]) expect(await formsOf(agent)).toEqual(new Set([second?.formId]));
  });

  it('AGY-1 that names the same people again takes a call for the rows, the head, the list and the old rows', async () => {
    const [one, two] = [newAgent(), newAgent()];
    await put([one, two]);
    const watched = watchedStore(db);
    await put([one, two], {}, contextOf(watched.db));
    expect(watched.calls.map(([name]) => name)).toEqual(['transact', 'transact', 'query', 'transact']);
    const head = await findStaffForm(db, agencyKey);
    for (const agent of [one, two]) expect(await formsOf(agent)).toEqual(new Set([head?.formId]));
    expect(await listed()).toHaveLength(2);
  });

  it('AGY-1 removes what another call left unfinished an hour ago, and leaves alone what is being written', async () => {
    const [old, fresh, own] = [newAgent(), newAgent(), newAgent()];
    await unfinished(3_600_001, old);
    const formId = await unfinished(3_600_000, fresh);
    await put([own]);
    expect(await listed()).toEqual([fresh.personKey, own.personKey].sort());
    expect(await formsOf(old)).toBeUndefined();
    expect(await formsOf(fresh)).toEqual(new Set([formId]));
  });

  it.each<[string, Write | Error, boolean]>([
    [
      'another change came first',
      {
        table: 'Users',
        put: { personKey: 'x' },
        condition: exists('rev'),
        onRefused: () => new ConcurrentChange(),
      },
      true,
    ],
    [
      'whoever did it may not',
      {
        table: 'Users',
        put: { personKey: 'x' },
        condition: exists('rev'),
        onRefused: () => new Problem('ROLE_NOT_ALLOWED'),
      },
      true,
    ],
    ['a table was away', new Problem('UNAVAILABLE'), false],
    ['nobody knows why', new Error('lost'), false],
  ])('AGY-1 is tidied up only if it certainly does not hold: %s', async (_, cause, tidied) => {
    const [old, own] = [newAgent(), newAgent()];
    await put([old]);
    const abandoned = newAgent();
    await unfinished(9_000_000, abandoned);
    const losing = new Proxy(db, {
      get: (store, name: keyof Db) => {
        if (name !== 'transact' || !(cause instanceof Error)) return store[name];
        return (writes: readonly Write[]) =>
          writes.some((write) => 'key' in write && write.key.part === 'form')
            ? Promise.reject(cause)
            : store.transact(writes);
      },
    });
    const writes = cause instanceof Error ? [] : [cause];
    await expect(put([own, old], { writes }, contextOf(losing))).rejects.toBeInstanceOf(Error);
    expect(await formsOf(own)).toEqual(tidied ? undefined : expect.any(Set));
    expect((await formsOf(old))?.size).toBe(tidied ? 1 : 2);
    // The form before stays, and so does what is not this call's own.
    expect((await findStaffForm(db, agencyKey))?.size).toBe(1);
    expect(await listed()).toContain(abandoned.personKey);
    expect((await allListed(db, agencyKey)).length).toBe(tidied ? 2 : 4);
  });

  it('AGY-1 holds all the same if its list cannot be read after it', async () => {
    const blind = new Proxy(db, {
      get: (store, name: keyof Db) =>
        name === 'query' ? () => Promise.reject(new Error('away')) : store[name],
    });
    await put([newAgent()], {}, contextOf(blind));
    expect((await findStaffForm(db, agencyKey))?.size).toBe(1);
    expect((await allListed(db, agencyKey)).map(formIdOf)).toHaveLength(1);
  });
});

describe('the people whom a form names', () => {
  const claimed = () => {
    const { name, documentType, documentNumber } = sample();
    return { name, documentType: documentType as '201', documentNumber };
  };
  const setOf = (agent: { readonly records: readonly Write[] } | undefined) =>
    (agent?.records[0] as Update | undefined)?.update.set;
  const at = (...people: ReturnType<typeof claimed>[]) =>
    people.map((one, position) => ({ at: position, person: one }));
  const refused = (people: ReturnType<typeof at>) =>
    readAgents(ctx, people, now).then(
      () => undefined,
      (error: Problem) => [error.code, error.details.reason, error.details.errors],
    );

  it('AGY-1 DOC-5 are taken once each; a refusal tells which of them it is about', async () => {
    const [one, two] = [claimed(), claimed()];
    const found = await readAgents(ctx, at(one, two, one), now);
    const keys = [one, two].map((who) => parseNamedPerson(ctx, who, now).key);
    expect(found.map(({ personKey }) => personKey)).toEqual(keys);
    expect(await refused(at(one, two, { ...one, name: '别人' }))).toEqual([
      'PERSON_MISMATCH',
      'agents.2',
      [{ path: 'agents.2', message: 'PERSON_MISMATCH' }],
    ]);
    expect((await refused(at(one, { ...two, documentNumber: '34' })))?.slice(0, 2)).toEqual([
      'DOCUMENT_INVALID',
      'agents.1',
    ]);
    expect(await refused(at(one, { ...two, name: '12' }))).toEqual([
      'BAD_REQUEST',
      'agents.1',
      [{ path: 'agents.1.name', message: 'name' }],
    ]);
    await putRows(db, 'Users', recordOf(keys[1] ?? '', '别人'));
    expect((await refused(at(one, two, two)))?.slice(0, 2)).toEqual(['PERSON_MISMATCH', 'agents.1']);
  });

  it('AGY-1 DOC-5 get a record where they have none: an authority’s name counts, an agency’s is only claimed', async () => {
    const [one, two] = [claimed(), claimed()];
    const key = parseNamedPerson(ctx, two, now).key;
    const record = recordOf(key, two.name);
    await putRows(db, 'Users', record);
    const [unknown, known] = await readAgents(ctx, at(one, two), now);
    expect(unknown?.records).toHaveLength(1);
    expect(unknown?.records[0]).toMatchObject({ table: 'Users' });
    expect(setOf(unknown)).not.toHaveProperty('nameClaimed', true);
    expect(known).toEqual({ personKey: key, sealedName: record.sealedName, records: [] });
    const check: Write = { table: 'Tickets', key: { ticketKey: 'x' }, condition: absent('ticketKey') };
    const asked: unknown[] = [];
    const tried = {
      require: async (names: readonly unknown[]) => void asked.push(...names),
      allWithin: async () => undefined,
      within: () => [check],
    };
    const [byAgency, checked] = await readAgents(ctx, at(one, two), now, tried);
    expect(setOf(byAgency)).toHaveProperty('nameClaimed', true);
    expect(byAgency?.records).toHaveLength(1);
    expect(checked?.records).toEqual([check]);
    expect(asked).toMatchObject([
      { at: 0, named: { name: one.name }, recorded: undefined },
      { at: 1, named: { key }, recorded: { personKey: key } },
    ]);
    // Where tries are counted, the counting tells a wrong name, and nothing else does.
    await putRows(db, 'Users', recordOf(key, '别人'));
    expect(await readAgents(ctx, at(one, two), now, tried)).toHaveLength(2);
  });

  it('AGY-1 a refusal keeps what it said, at its place in the list', async () => {
    const bare = withAgentPosition(3, new Problem('AGENT_NOT_LISTED'));
    expect(bare.details).toEqual({
      reason: 'agents.3',
      errors: [{ path: 'agents.3', message: 'AGENT_NOT_LISTED' }],
    });
    expect(bare.variant).toBeUndefined();
    const given = new Problem(
      'BAD_REQUEST',
      { remainingAttempts: 2, errors: [{ path: 'name', message: 'name' }] },
      { variant: 'ended' },
    );
    const placed = withAgentPosition(0, given);
    expect([placed.code, placed.variant, placed.details]).toEqual([
      'BAD_REQUEST',
      'ended',
      { reason: 'agents.0', remainingAttempts: 2, errors: [{ path: 'agents.0.name', message: 'name' }] },
    ]);
    const said = (error: Error) =>
      namingAgent(1, Promise.reject(error)).catch((one: Problem) => one.details?.reason ?? one.message);
    expect(await namingAgent(1, Promise.resolve('taken'))).toBe('taken');
    expect(await said(new Problem('PERSON_MISMATCH'))).toBe('agents.1');
    expect(await said(new Problem('CHALLENGE_REQUIRED', { reason: 'x' }))).toBe('x');
    expect(await said(new Error('away'))).toBe('away');
  });
});
