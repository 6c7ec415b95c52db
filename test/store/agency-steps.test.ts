/** @module-tag long */
import { beforeAll, describe, expect, it } from 'vitest';
import { newHandle } from '#crypto/random.ts';
import type { Role } from '#domain/names.ts';
import * as agreements from '#flows/agency/change-agreements.ts';
import { changeStaff, showStaff } from '#flows/agency/change-staff.ts';
import { listAgreements } from '#flows/agency/list-agreements.ts';
import * as client from '#flows/client-agreements/decide-agreement.ts';
import { becomeClient } from '#flows/clients/become-client.ts';
import { listClients } from '#flows/clients/list-clients.ts';
import { readCompany } from '#flows/registry-feed/companies.ts';
import { agentIdOf } from '#journeys/agencies/agents.ts';
import { choiceIdOf } from '#journeys/sessions/identity-choices.ts';
import type { FlowContext } from '#runtime/context.ts';
import {
  type Agreement,
  clientEntryKey,
  newFormId,
  staffEntryKey,
  staffFormKey,
  type Terms,
} from '#store/agencies/agency-forms.ts';
import { findAgreedPeriods, findAgreement } from '#store/agencies/agreements.ts';
import { findStaffForm } from '#store/agencies/staff-forms.ts';
import type { Relation } from '#store/companies/relations.ts';
import type { KnownTaxpayer } from '#store/companies/taxpayers.ts';
import type { Db, Item, Write } from '#store/dynamodb/tables.ts';
import { findPerson } from '#store/people/users.ts';
import type { Session } from '#store/sessions/session-row.ts';
import { agentOf, storeAgreement, storeStaffForm } from '../support/agency-rows.ts';
import { companyRow, contextOf, putRows, signingRing } from '../support/in-process.ts';
import { person as sample } from '../support/people.ts';
import { acting, storeSession } from '../support/session-rows.ts';
import {
  at,
  changedMeanwhile,
  claimed,
  day,
  now,
  ownPhone,
  personKeyOf,
  putMisses,
  type Registered,
  relationRow,
  run as runIn,
  seconds,
  storePerson,
  tomorrow,
  yesterday,
} from '../support/step-fixtures.ts';
import { openStore } from '../support/store.ts';
import type { Part } from '../support/stored-rows.ts';

/** The steps of agencies and their clients, on rows as they may stand there. */
let db: Db;
let ctx: FlowContext;
let signing: FlowContext['signing'];
beforeAll(async () => {
  db = await openStore(
    'Agencies',
    'Agreements',
    'Audit',
    'Phones',
    'Relationships',
    'Sessions',
    'Taxpayers',
    'Tickets',
    'Users',
  );
  signing = await signingRing();
  ctx = contextOf(db, { signing });
});

const end = '2027-12-31';
let numbers = 0;
const number = () => `91340100ME${String(++numbers).padStart(7, '0')}X`;
const keyOf = (id: string) => `c_${id}`;

const run = (step: unknown, session: Session, parts: object = {}, by: FlowContext = ctx) =>
  runIn(step, by, { caller: { session }, ...parts });
const said = async (...given: Parameters<typeof run>) => (await run(...given)).said;
const meanwhile = (table: Write['table'], change: () => Promise<unknown>) =>
  contextOf(changedMeanwhile(db, table, change), { signing });

const signedIn = (who: Registered, facts: Partial<Session> = {}) => storeSession(db, who, facts);
/** A registered person without a number, who is shown without one. */
const registered = () => storePerson(db, {}, { phones: [] });
async function company(facts: Partial<KnownTaxpayer> = {}) {
  const id = number();
  await putRows(db, 'Taxpayers', companyRow(keyOf(id), facts));
  return id;
}
async function related(who: Registered, id: string, role: Role, facts: Partial<Relation> = {}) {
  const row = relationRow(who, companyRow(keyOf(id)), { role, permissions: [], ...facts });
  await putRows(db, 'Relationships', row);
  return row;
}
/** A company with its legal representative signed in for it. */
async function firm(facts: Partial<KnownTaxpayer> = {}) {
  const id = await company(facts);
  const boss = await registered();
  const relation = await related(boss, id, 'legal-representative');
  return { id, boss, session: await signedIn(boss, acting(relation)), relation };
}
type Firm = Awaited<ReturnType<typeof firm>>;
const agencyFirm = (facts: Partial<KnownTaxpayer> = {}) =>
  firm({ subjects: ['enterprise', 'agency'], name: '徽州税务师事务所', ...facts });
const list = (id: string, ...people: Registered[]) => storeStaffForm(db, keyOf(id), ...people);
const party = (id: string) => ({ companyKey: keyOf(id), taxpayerId: id });
const agreed = (agencyId: string, clientId: string, people: Registered[], facts: Part<Agreement> = {}) =>
  storeAgreement(db, [party(agencyId), party(clientId)], people, facts);
const stored = ({ agreementId }: Pick<Agreement, 'agreementId'>) =>
  findAgreement(db, agreementId) as Promise<Agreement>;
/** A session of an agent who is logged in for the agency through `enterprise`. */
const byStaffForm = (who: Registered, agencyId: string) =>
  signedIn(who, {
    identity: {
      kind: 'enterprise',
      taxpayerId: agencyId,
      taxpayerName: '徽州税务师事务所',
      role: 'tax-agent',
      permissions: [],
    },
    company: { by: 'staff-form', companyKey: keyOf(agencyId), role: 'tax-agent' },
  });
/** A session of an agent at the agency, without a client. */
const agentAt = (who: Registered, agencyId: string, facts: Partial<Session> = {}) =>
  signedIn(who, {
    identity: { kind: 'agency', agencyId, agencyName: '徽州' },
    company: { by: 'staff-form', companyKey: keyOf(agencyId), role: 'tax-agent' },
    ...facts,
  });

describe('an agency’s agreements', () => {
  const entering = (clientId: string, agents: object[], facts: object = {}) => ({
    body: { clientId, agents, items: ['consulting', 'tax-declaration'], from: day, until: end, ...facts },
  });
  const enter = (of: Firm, clientId: string, agents: object[], facts?: object, by?: FlowContext) =>
    run(agreements.enterAgreement, of.session, entering(clientId, agents, facts), by);

  it('AGY-4 AGY-1 are entered for a company at work, by people of the staff form, on free days', async () => {
    const agency = await agencyFirm();
    const who = await registered();
    await list(agency.id, who);
    const owner = await company();
    const { said: status, body } = await enter(agency, owner, [claimed(who)]);
    expect(status).toBe('201');
    expect(await stored(body)).toMatchObject({
      state: 'pending',
      agencyKey: keyOf(agency.id),
      clientKey: keyOf(owner),
      agencyNumber: { taxpayerId: agency.id },
      clientNumber: { taxpayerId: owner },
      items: ['tax-declaration', 'consulting'],
      agents: [agentOf(who)].map(({ personKey }) => ({ personKey })),
      updatedAt: at,
    });
    expect(
      (await findAgreedPeriods(db, { agencyKey: keyOf(agency.id), clientKey: keyOf(owner) }))?.taken,
    ).toHaveLength(1);
    const handle_ = { agentId: agentIdOf(ctx, keyOf(agency.id), who.personKey) };
    expect((await enter(agency, owner, [handle_])).said).toBe('STATE_CONFLICT');
    const other = await company();
    const twice = await enter(agency, other, [handle_, claimed(who)]);
    expect((await stored(twice.body)).agents).toHaveLength(1);
    const staff = await registered();
    await list(agency.id, who, staff);
    const third = await company();
    await related(staff, third, 'tax-handler');
    const [waiting, gone] = [
      await company({ state: 'awaiting-confirmation' }),
      await company({ state: 'cancelled' }),
    ];
    for (const [clientId, agents, facts, code] of [
      [agency.id, [handle_], {}, 'BAD_REQUEST'],
      [third, [handle_], { until: yesterday, from: yesterday }, 'BAD_REQUEST'],
      [third, [handle_, claimed(staff)], {}, 'AGENT_IS_STAFF'],
      [third, [claimed(sample())], {}, 'AGENT_NOT_LISTED'],
      [third, [{ agentId: 'made-up' }], {}, 'AGENT_NOT_LISTED'],
      [third, [{ ...claimed(who), name: '别人' }], {}, 'PERSON_MISMATCH'],
      [third, [{ ...claimed(who), documentNumber: '34' }], {}, 'DOCUMENT_INVALID'],
      [waiting, [handle_], {}, 'COMPANY_NOT_CONFIRMED'],
      [gone, [handle_], {}, 'TAXPAYER_NOT_FOUND'],
      [number(), [handle_], {}, 'TAXPAYER_NOT_FOUND'],
    ] as const)
      expect((await enter(agency, clientId, [...agents], facts)).said, code).toBe(code);
    const placed = await enter(agency, third, [handle_, claimed(staff)]);
    expect(placed.body).toMatchObject({ errors: [{ path: 'agents.1' }] });
    expect((await enter(agency, agency.id, [handle_])).body).toMatchObject({
      errors: [{ path: 'clientId' }],
    });
    expect((await enter(await agencyFirm(), third, [handle_])).said).toBe('AGENT_NOT_LISTED');
    expect((await enter(await firm(), third, [handle_])).said).toBe('ROLE_NOT_ALLOWED');
  });

  it('AGY-1 REL-2 REL-9 ENT-4 by whoever may, as long as they may and the agency is one', async () => {
    const agency = await agencyFirm();
    const [who, owner] = [await registered(), await company()];
    await list(agency.id, who);
    const agents = [{ agentId: agentIdOf(ctx, keyOf(agency.id), who.personKey) }];
    const byForm = await byStaffForm(who, agency.id);
    const as = (session: Session): Firm => ({ ...agency, session });
    expect((await enter(as(byForm), owner, agents)).said).toBe('201');
    // Off the form meanwhile, or on a newer one: the row of the person decides.
    const replaced = meanwhile('Taxpayers', () => list(agency.id, who));
    const next = await company();
    expect((await enter(as(byForm), next, agents, {}, replaced)).said).toBe('201');
    const off = meanwhile('Taxpayers', () =>
      putRows(db, 'Relationships', {
        ...staffEntryKey(who.personKey, keyOf(agency.id)),
        forms: new Set(['x']),
      }),
    );
    expect((await enter(as(byForm), await company(), agents, {}, off)).said).toBe('RELATION_NOT_FOUND');
    const formless = await agencyFirm();
    const stranger = await byStaffForm(who, formless.id);
    const terms = await agreed(formless.id, await company(), [who]);
    expect(await said(agreements.terminateAgreement, stranger, { params: { id: terms.agreementId } })).toBe(
      'RELATION_NOT_FOUND',
    );
    const row = companyRow(keyOf(agency.id), { subjects: ['enterprise', 'agency'] });
    for (const [facts, code] of [
      [{ state: 'cancelled' as const }, 'RELATION_NOT_FOUND'],
      [{ subjects: ['enterprise' as const] }, 'ROLE_NOT_ALLOWED'],
    ] as const) {
      const late = meanwhile('Taxpayers', () => putRows(db, 'Taxpayers', { ...row, ...facts }));
      expect((await enter(agency, await company(), agents, {}, late)).said).toBe(code);
    }
    await putRows(db, 'Taxpayers', row);
    const client_ = await company();
    const cancelled = meanwhile('Taxpayers', () =>
      putRows(db, 'Taxpayers', companyRow(keyOf(client_), { state: 'cancelled' })),
    );
    expect((await enter(agency, client_, agents, {}, cancelled)).said).toBe('TAXPAYER_NOT_FOUND');
    const { boss } = agency;
    const dismissed = meanwhile('Taxpayers', () =>
      related(boss, agency.id, 'legal-representative', { state: 'superseded' }),
    );
    expect((await enter(agency, await company(), agents, {}, dismissed)).said).toBe('RELATION_NOT_FOUND');
    const ended = await signedIn(agency.boss, {
      ...agency.session,
      ended: { reason: 'logged-out', at: seconds },
    });
    await related(boss, agency.id, 'legal-representative', {
      authorizationId: agency.relation.authorizationId,
    });
    expect((await enter(as(ended), await company(), agents)).said).toBe('SESSION_ENDED');
    expect((await enter(as({ ...agency.session, channel: 'ahtax-app' }), owner, agents)).said).toBe(
      'CHANNEL_NOT_ALLOWED',
    );
  });

  const change = (of: Firm, id: string, body: object, by?: FlowContext) =>
    run(agreements.changeAgreement, of.session, { params: { id }, body }, by);

  it('AGY-4 a change that gives more waits, one that takes away holds at once', async () => {
    const agency = await agencyFirm();
    const [one, two, owner] = [await registered(), await registered(), await company()];
    await list(agency.id, one, two);
    const terms = await agreed(agency.id, owner, [one, two]);
    const { agreementId } = terms;
    const wider = await change(agency, agreementId, { items: ['tax-declaration'] });
    expect(wider.body).toEqual({ agreementId, state: 'active', waits: true });
    expect(await stored(terms)).toMatchObject({
      state: 'active',
      items: terms.items,
      updatedAt: at,
      proposed: {
        items: ['tax-declaration'],
        from: day,
        until: end,
        agents: terms.agents.map(({ personKey }) => ({ personKey })),
      },
    });
    const taken = (await findAgreedPeriods(db, terms))?.taken;
    expect(taken).toHaveLength(2);
    const narrower = await change(agency, agreementId, { until: tomorrow, agents: [claimed(two)] });
    expect(narrower.body).toEqual({ agreementId, state: 'active', waits: false });
    const after = await stored(terms);
    expect(after).toMatchObject({ until: tomorrow, from: day, items: terms.items });
    expect(after.agents.map(({ personKey }) => personKey)).toEqual([two.personKey]);
    expect(after).not.toHaveProperty('proposed');
    const waiting = await agreed(agency.id, await company(), [one], { state: 'pending', formId: undefined });
    const again = await change(agency, waiting.agreementId, { from: tomorrow });
    expect(again.body).toEqual({ agreementId: waiting.agreementId, state: 'pending', waits: true });
    expect(await stored(waiting)).toMatchObject({
      from: tomorrow,
      until: end,
      state: 'pending',
      rev: 2,
      updatedAt: at,
    });
    expect((await findAgreedPeriods(db, waiting))?.taken).toMatchObject([{ from: tomorrow }]);
    const kinds = (
      await db.query<Item>('Audit', {
        condition: { write: (to) => `${to.path('subject')} = ${to.value(keyOf(owner))}` },
      })
    ).items;
    expect(kinds.map(({ kind }) => kind)).toEqual(['agreement-proposed', 'agreement-changed']);
  });

  it('AGY-4 a change is of one’s own agreement that lives, as it was seen, and names what is wrong', async () => {
    const agency = await agencyFirm();
    const [one, staff, owner] = [await registered(), await registered(), await company()];
    await list(agency.id, one, staff);
    const terms = await agreed(agency.id, owner, [one, staff]);
    await related(staff, owner, 'tax-handler');
    const { agreementId } = terms;
    for (const [body, code] of [
      [{}, 'BAD_REQUEST'],
      [{ revision: 1 }, 'BAD_REQUEST'],
      [{ until: yesterday }, 'BAD_REQUEST'],
      [{ from: '2028-01-01' }, 'BAD_REQUEST'],
      [{ items: ['consulting'], revision: 2 }, 'STATE_CONFLICT'],
      [{ agents: [claimed(sample())] }, 'AGENT_NOT_LISTED'],
    ] as const)
      expect((await change(agency, agreementId, body)).said, JSON.stringify(body)).toBe(code);
    expect((await change(agency, agreementId, {})).body).toMatchObject({ errors: [{ path: 'body' }] });
    // Whoever was its agent already may stay, though they have become the client's own.
    expect((await change(agency, agreementId, { agents: [claimed(staff)], revision: 1 })).said).toBe('200');
    const fresh = await registered();
    await list(agency.id, one, staff, fresh);
    await related(fresh, owner, 'tax-handler');
    expect((await change(agency, agreementId, { agents: [claimed(fresh)] })).said).toBe('AGENT_IS_STAFF');
    // A last day that is over stays as it is where only something else is changed.
    expect((await change(agency, agreementId, { items: ['tax-planning'] })).body.waits).toBe(true);
    const other = await agencyFirm();
    expect((await change(other, agreementId, { items: ['consulting'] })).said).toBe('NOT_FOUND');
    expect((await change(agency, 'none', { items: ['consulting'] })).said).toBe('NOT_FOUND');
    for (const facts of [
      { state: 'ended' },
      { state: 'rejected' },
      { from: yesterday, until: yesterday },
    ] as const) {
      const over = await agreed(agency.id, await company(), [one], facts);
      expect((await change(agency, over.agreementId, { items: ['consulting'] })).said).toBe('STATE_CONFLICT');
      expect(
        await said(agreements.terminateAgreement, agency.session, { params: { id: over.agreementId } }),
      ).toBe('STATE_CONFLICT');
    }
    await putRows(db, 'Agreements', {
      agreementId: `pair#${keyOf(agency.id)}#${keyOf(owner)}`,
      rev: 9,
      taken: [{ agreementId: 'other', from: '2028-01-01', until: '2028-12-31', at }],
    });
    expect((await change(agency, agreementId, { until: '2028-06-30' })).said).toBe('STATE_CONFLICT');
    const busy = meanwhile('Agreements', async () =>
      putRows(db, 'Agreements', { ...(await stored(terms)), rev: 20 }),
    );
    expect((await change(agency, agreementId, { items: ['other-matters'] }, busy)).said).toBe('200');
    expect((await stored(terms)).rev).toBe(21);
  });

  it('AGY-4 are ended at once by either side, and listed for each', async () => {
    const agency = await agencyFirm();
    const [one, owner] = [await registered(), await firm()];
    await list(agency.id, one);
    const terms = await agreed(agency.id, owner.id, [one]);
    const params = { id: terms.agreementId };
    const stale = { params, body: { revision: 2 } };
    expect(await said(agreements.terminateAgreement, agency.session, stale)).toBe('STATE_CONFLICT');
    expect((await run(agreements.terminateAgreement, agency.session, { params })).body).toEqual({
      agreementId: terms.agreementId,
      state: 'ended',
    });
    expect((await stored(terms)).state).toBe('ended');
    const listed = await run(listAgreements, agency.session);
    expect(listed.body.agreements).toMatchObject([{ agreementId: terms.agreementId, state: 'ended' }]);
    expect((await run(client.list, owner.session)).body.agreements).toHaveLength(1);
    expect(await said(listAgreements, owner.session)).toBe('ROLE_NOT_ALLOWED');
    const natural = await signedIn(one);
    for (const step of [listAgreements, client.list])
      expect(await said(step, natural)).toBe('ROLE_NOT_ALLOWED');
  });

  it('AGY-4 the client agrees, refuses or ends: its own, as it was seen, while it waits or holds', async () => {
    const agency = await agencyFirm();
    const [one, owner, stranger] = [await registered(), await firm(), await firm()];
    const proposed: Terms = { items: ['tax-planning'], agents: [agentOf(one)], from: tomorrow, until: end };
    const terms = (facts: Part<Agreement> = {}) => agreed(agency.id, owner.id, [one], facts);
    const pending = { state: 'pending', formId: undefined } as const;
    const decided = async (
      step: unknown,
      row: Agreement,
      body: object = {},
      of: Firm = owner,
      by?: FlowContext,
    ) => run(step, of.session, { params: { id: row.agreementId }, body }, by);
    const free = () =>
      putRows(db, 'Agreements', {
        agreementId: `pair#${keyOf(agency.id)}#${keyOf(owner.id)}`,
        rev: 1,
        taken: [],
      });
    const first = await terms(pending);
    for (const step of [client.acceptAgreement, client.rejectAgreement, client.terminate]) {
      expect((await decided(step, first, {}, stranger)).said).toBe('NOT_FOUND');
      expect((await decided(step, first, { revision: 9 })).said).toBe('STATE_CONFLICT');
    }
    expect((await decided(client.acceptAgreement, first, { revision: 1 })).body).toEqual({
      agreementId: first.agreementId,
      state: 'active',
    });
    expect(await stored(first)).toMatchObject({ state: 'active', formId: expect.any(String) });
    for (const step of [client.acceptAgreement, client.rejectAgreement])
      expect((await decided(step, first)).said).toBe('STATE_CONFLICT');
    expect((await decided(client.terminate, first)).body).toEqual({
      agreementId: first.agreementId,
      state: 'ended',
    });
    await free();
    expect((await decided(client.acceptAgreement, { ...first, agreementId: 'none' })).said).toBe('NOT_FOUND');
    // On its last day it may still begin.
    expect((await decided(client.acceptAgreement, await terms({ ...pending, until: day }))).said).toBe('200');
    await free();
    const second = await terms(pending);
    expect((await decided(client.rejectAgreement, second)).body).toEqual({
      agreementId: second.agreementId,
      state: 'rejected',
    });
    expect(await stored(second)).toMatchObject({ state: 'rejected', updatedAt: at });
    expect((await findAgreedPeriods(db, second))?.taken).toEqual([]);
    const third = await terms({ proposed });
    expect((await decided(client.rejectAgreement, third)).body).toEqual({
      agreementId: third.agreementId,
      state: 'active',
    });
    expect(await stored(third)).not.toHaveProperty('proposed');
    expect((await findAgreedPeriods(db, third))?.taken).toMatchObject([
      { agreementId: third.agreementId, from: day },
    ]);
    await free();
    const fourth = await terms({ proposed });
    expect((await decided(client.acceptAgreement, fourth)).said).toBe('200');
    expect(await stored(fourth)).toMatchObject({ items: ['tax-planning'], from: tomorrow });
    await free();
    // Proposed terms whose days are over, and days that another agreement has taken meanwhile.
    const late = await terms({ proposed: { ...proposed, from: yesterday, until: yesterday } });
    expect((await decided(client.acceptAgreement, late)).said).toBe('STATE_CONFLICT');
    await putRows(db, 'Agreements', {
      agreementId: `pair#${keyOf(agency.id)}#${keyOf(owner.id)}`,
      rev: 1,
      taken: [{ agreementId: 'other', from: day, until: day, at }],
    });
    expect((await decided(client.acceptAgreement, await terms(pending))).said).toBe('STATE_CONFLICT');
    await free();
    for (const facts of [
      { state: 'ended' },
      { state: 'rejected' },
      { from: yesterday, until: yesterday },
    ] as const) {
      const over = await terms(facts);
      for (const step of [client.acceptAgreement, client.rejectAgreement, client.terminate])
        expect((await decided(step, over)).said).toBe('STATE_CONFLICT');
    }
    const gone = await firm({ termSince: new Date(now.getTime() + 1).toISOString() });
    const old = await agreed(agency.id, gone.id, [one]);
    expect((await decided(client.terminate, old, {}, gone)).said).toBe('STATE_CONFLICT');
    for (const step of [client.acceptAgreement, client.rejectAgreement, client.terminate]) {
      await free();
      const row = await terms(pending);
      const replaced = meanwhile('Agreements', async () =>
        related(owner.boss, owner.id, 'legal-representative', {
          state: 'superseded',
          authorizationId: owner.relation.authorizationId,
        }),
      );
      expect((await decided(step, row, {}, owner, replaced)).said).toBe('RELATION_NOT_FOUND');
      await related(owner.boss, owner.id, 'legal-representative', {
        authorizationId: owner.relation.authorizationId,
      });
      expect((await stored(row)).state).toBe('pending');
    }
  });
});

it('REG-9 AGY-1 nobody tries out names on a form: beyond the free tries a listed one is told no more than a wrong one', async () => {
  const agency = await agencyFirm();
  const who = await registered();
  await list(agency.id, who);
  await putMisses(db, who, 99);
  const owner = await company();
  const wrong = { ...claimed(who), name: '别人' };
  for (const agent of [claimed(who), wrong]) {
    const body = { clientId: owner, agents: [agent], items: ['consulting'], from: day, until: end };
    expect(await said(agreements.enterAgreement, agency.session, { body })).toBe('CHALLENGE_REQUIRED');
    expect(await said(changeStaff, agency.session, { body: { agents: [agent] } })).toBe('CHALLENGE_REQUIRED');
  }
  // By its handle nobody is named. A mistake with one person tells nothing about another.
  const agents = [{ agentId: agentIdOf(ctx, keyOf(agency.id), who.personKey) }];
  const body = { clientId: owner, agents, items: ['consulting'], from: day, until: end };
  expect(await said(agreements.enterAgreement, agency.session, { body })).toBe('201');
  const other = await registered();
  const mixed = [claimed(who), { ...claimed(other), name: '别人' }];
  expect(await said(changeStaff, agency.session, { body: { agents: mixed } })).toBe('CHALLENGE_REQUIRED');
  const otherMisses = { ticketKey: `m_${other.personKey}_${day}` };
  expect(await db.get('Tickets', otherMisses)).toBeUndefined();
});

describe('an agency’s staff form', () => {
  const put = (of: Firm, agents: object[], facts: object = {}, by?: FlowContext) =>
    run(changeStaff, of.session, { body: { agents, ...facts } }, by);
  const show = (session: Session, by?: FlowContext) => run(showStaff, session, {}, by);

  it('AGY-1 REL-11 is replaced by those who may, each person once, kept ones by their handles', async () => {
    const agency = await agencyFirm();
    const [one, two] = [await registered(), sample()];
    expect((await show(agency.session)).body).toEqual({ agents: [], revision: 0 });
    const first = await put(agency, [claimed(one), claimed(two), claimed(one)], { revision: 0 });
    expect([first.said, first.body.agents.length, first.body.revision]).toEqual(['200', 2, 1]);
    expect(first.body.agents[0]).toEqual({
      agentId: agentIdOf(ctx, keyOf(agency.id), one.personKey),
      name: expect.stringContaining('*'),
      documentNumber: `340***********${one.documentNumber.slice(-4)}`,
    });
    expect(await findPerson(db, personKeyOf(two))).toMatchObject({ nameClaimed: true });
    expect((await show(agency.session)).body).toMatchObject({ revision: 1 });
    const [kept, gone] = first.body.agents;
    const next = await put(agency, [{ agentId: kept.agentId }], { revision: 1 });
    expect(next.body).toMatchObject({ agents: [{ agentId: kept.agentId }], revision: 2 });
    for (const [agents, facts, code, path] of [
      [[{ agentId: kept.agentId }, { agentId: gone.agentId }], {}, 'AGENT_NOT_LISTED', 'agents.1'],
      [[{ agentId: kept.agentId }, { ...claimed(one), name: '别人' }], {}, 'PERSON_MISMATCH', 'agents.1'],
      [[], { revision: 1 }, 'STATE_CONFLICT', undefined],
    ] as const) {
      const refused = await put(agency, [...agents], facts);
      expect([refused.said, refused.body.errors?.[0]?.path]).toEqual([code, path]);
    }
    expect((await put(await agencyFirm(), [{ agentId: kept.agentId }])).said).toBe('AGENT_NOT_LISTED');
    const plain = await firm();
    expect([(await put(plain, [])).said, (await show(plain.session)).said]).toEqual([
      'ROLE_NOT_ALLOWED',
      'ROLE_NOT_ALLOWED',
    ]);
    expect((await put(agency, [])).body).toEqual({ agents: [], revision: 3 });
  });

  it('REL-11 DOC-4 shows phones to those who manage it and not to its agents', async () => {
    const agency = await agencyFirm();
    const who = await storePerson(db, {}, { phones: [ownPhone('13812345678')] });
    await list(agency.id, who);
    expect((await show(agency.session)).body.agents[0].phone).toBe('138****5678');
    const byForm = await byStaffForm(who, agency.id);
    expect((await show(byForm)).body.agents[0]).not.toHaveProperty('phone');
    expect((await put({ ...agency, session: byForm }, [])).said).toBe('ROLE_NOT_ALLOWED');
  });

  it('AGY-1 is read whole: again while it changes, and not for ever', async () => {
    const agency = await agencyFirm();
    const [one, two] = [await registered(), await registered()];
    await list(agency.id, one, two);
    const rows = (
      await db.query<Item>('Agencies', {
        condition: { write: (to) => `${to.path('agencyKey')} = ${to.value(keyOf(agency.id))}` },
      })
    ).items;
    const half = (rounds: number) => {
      const reads = { count: 0 };
      const of = new Proxy(db, {
        get: (store, name: keyof Db) =>
          name === 'query'
            ? async (...given: Parameters<Db['query']>) =>
                ++reads.count <= rounds ? { items: rows.slice(0, 1) } : store.query(...given)
            : store[name],
      });
      return { by: contextOf(of), reads };
    };
    const four = half(4);
    expect((await show(agency.session, four.by)).body.agents).toHaveLength(2);
    expect(four.reads.count).toBe(5);
    const always = half(9);
    const refused = await show(agency.session, always.by);
    expect([refused.said, refused.body]).toEqual(['TOO_MANY_REQUESTS', { retryAfter: 1 }]);
    expect(always.reads.count).toBe(5);
  });

  it('AGY-1 REL-2 is changed from the form that was read, by whoever still may', async () => {
    const agency = await agencyFirm();
    const [one, two] = [await registered(), await registered()];
    await list(agency.id, one);
    const changed = () => meanwhile('Audit', () => list(agency.id, two));
    const seen = await put(agency, [claimed(one)], { revision: 1 }, changed());
    expect(seen.said).toBe('STATE_CONFLICT');
    const blind = await put(agency, [claimed(one)], {}, changed());
    expect([blind.said, blind.body.agents.length]).toEqual(['200', 1]);
    const replaced = meanwhile('Audit', () =>
      related(agency.boss, agency.id, 'legal-representative', { state: 'superseded' }),
    );
    expect((await put(agency, [], {}, replaced)).said).toBe('RELATION_NOT_FOUND');
    expect((await findStaffForm(db, keyOf(agency.id)))?.size).toBe(1);
    await putRows(db, 'Taxpayers', { companyKey: keyOf(agency.id), rev: 1, subjects: ['agency'] });
    expect((await put(agency, [])).said).toBe('RELATION_NOT_FOUND');
  });
});

describe('the clients of an agent', () => {
  async function served(facts: { client?: Partial<KnownTaxpayer>; agency?: Partial<KnownTaxpayer> } = {}) {
    const agencyId = await company({ subjects: ['agency'], name: '徽州税务师事务所', ...facts.agency });
    const clientId = await company(facts.client);
    const who = await registered();
    await list(agencyId, who);
    const terms = await agreed(agencyId, clientId, [who]);
    return { agencyId, clientId, who, terms, session: await agentAt(who, agencyId) };
  }
  const become = (session: Session, body: object, by?: FlowContext) =>
    run(becomeClient, session, { body }, by);
  const listed = async (session: Session, query: object = {}) =>
    (await run(listClients, session, { query })).body;

  it('SWI-3 SWI-5 the session continues for a client, by number or handle', async () => {
    const of = await served();
    const { said: status, body } = await become(of.session, { taxpayerId: of.clientId });
    expect(status).toBe('200');
    expect(body.session.identity).toEqual({
      kind: 'agency',
      agencyId: of.agencyId,
      agencyName: '徽州税务师事务所',
      client: { taxpayerId: of.clientId, taxpayerName: '黄山毛峰有限公司' },
    });
    expect(await db.get<Item>('Sessions', { sessionId: of.session.sessionId })).toMatchObject({
      identityVersion: 2,
      company: {
        by: 'agreement',
        companyKey: keyOf(of.clientId),
        agencyKey: keyOf(of.agencyId),
        agreementId: of.terms.agreementId,
      },
    });
    const again = await agentAt(of.who, of.agencyId, {
      company: {
        by: 'agreement',
        companyKey: keyOf(of.clientId),
        agencyKey: keyOf(of.agencyId),
        role: 'tax-agent',
        agreementId: of.terms.agreementId,
      },
    });
    const { clients } = await listed(again);
    expect(clients).toEqual([
      {
        choiceId: expect.any(String),
        taxpayerId: of.clientId,
        taxpayerName: '黄山毛峰有限公司',
        current: true,
      },
    ]);
    expect((await become(again, { choiceId: clients[0].choiceId })).said).toBe('200');
    const plain = await agentAt(of.who, of.agencyId);
    expect((await listed(plain)).clients[0]).not.toHaveProperty('current');
    for (const choiceId of ['made-up', choiceIdOf(ctx, plain, 'person')])
      expect((await become(plain, { choiceId })).said).toBe('NOT_FOUND');
    for (const taxpayerId of [number(), 'x', undefined])
      expect((await become(plain, { taxpayerId })).said).toBe('RELATION_NOT_FOUND');
    for (const facts of [
      { identity: { kind: 'natural' } },
      { identity: { kind: 'enterprise' } },
      { company: undefined },
      { company: { by: 'relation' } },
    ]) {
      const other = { ...plain, ...facts } as Session;
      expect([
        (await become(other, { taxpayerId: of.clientId })).said,
        await said(listClients, other),
      ]).toEqual(Array(2).fill('SWITCH_NOT_ALLOWED'));
    }
  });

  it('ENT-4 SWI-5 in the present term of both companies', async () => {
    const of = await served({ agency: { term: 1 }, client: { term: 2 } });
    expect((await become(of.session, { taxpayerId: of.clientId })).said).toBe('200');
  });

  it('SWI-5 AGY-4 ENT-4 SPC-1 to no client that the forms do not give today', async () => {
    for (const facts of [
      { client: { state: 'awaiting-confirmation' as const } },
      { client: { state: 'cancelled' as const } },
      { client: { subjects: ['cross-region' as const] } },
      { client: { termSince: new Date(now.getTime() - 500).toISOString() } },
      { client: { name: undefined as never } },
      { agency: { state: 'cancelled' as const } },
      { agency: { subjects: ['enterprise' as const] } },
      { agency: { termSince: new Date(now.getTime() - 4_000).toISOString() } },
    ]) {
      const of = await served(facts);
      expect((await become(of.session, { taxpayerId: of.clientId })).said, JSON.stringify(facts)).toBe(
        'RELATION_NOT_FOUND',
      );
    }
    const other = await served();
    const own = clientEntryKey(other.who.personKey, keyOf(other.clientId), other.terms.agreementId);
    const row = (await db.get<Item>('Relationships', own)) as Item;
    for (const facts of [
      { from: tomorrow },
      { until: yesterday },
      { agencyKey: 'c_other' },
      { forms: undefined },
    ]) {
      await putRows(db, 'Relationships', { ...row, ...facts });
      expect((await become(other.session, { taxpayerId: other.clientId })).said).toBe('RELATION_NOT_FOUND');
    }
    await putRows(db, 'Relationships', row);
    await putRows(db, 'Agencies', {
      ...staffFormKey(keyOf(other.agencyId)),
      rev: 9,
      formId: newFormId(now),
      size: 0,
    });
    expect((await become(other.session, { taxpayerId: other.clientId })).said).toBe('RELATION_NOT_FOUND');
  });

  it('SWI-5 AGY-4 a left-over row of an ended agreement does not stand in the way of one that holds', async () => {
    const of = await served();
    await putRows(db, 'Agreements', { ...of.terms, state: 'ended' });
    expect((await become(of.session, { taxpayerId: of.clientId })).said).toBe('RELATION_NOT_FOUND');
    const rows = await Promise.all([0, 1, 2].map(() => agreed(of.agencyId, of.clientId, [of.who])));
    const [living] = rows
      .map(({ agreementId }) => agreementId)
      .sort()
      .slice(-1);
    for (const row of rows)
      if (row.agreementId !== living) await putRows(db, 'Agreements', { ...row, state: 'ended' });
    const became = await become(of.session, { taxpayerId: of.clientId });
    expect(became.said).toBe('200');
    expect(await db.get<Item>('Sessions', { sessionId: of.session.sessionId })).toMatchObject({
      company: { agreementId: living },
    });
    // The form of the agreement does not name the person any more, though the row is there.
    const last = rows.find(({ agreementId }) => agreementId === living) as Agreement;
    await putRows(db, 'Agreements', { ...last, formId: newFormId(now) });
    expect((await become(await agentAt(of.who, of.agencyId), { taxpayerId: of.clientId })).said).toBe(
      'RELATION_NOT_FOUND',
    );
  });

  it.each<[string, (of: Awaited<ReturnType<typeof served>>) => Promise<unknown>, string]>([
    [
      'a newer agreement form',
      async ({ terms, who, clientId }) => {
        const formId = newFormId(now);
        await putRows(db, 'Agreements', { ...terms, formId });
        await putRows(db, 'Relationships', {
          ...clientEntryKey(who.personKey, keyOf(clientId), terms.agreementId),
          agencyKey: terms.agencyKey,
          from: day,
          until: end,
          forms: new Set([formId]),
        });
      },
      '200',
    ],
    ['a newer staff form', ({ agencyId, who }) => list(agencyId, who), '200'],
    [
      'a client that is cancelled',
      ({ clientId }) => putRows(db, 'Taxpayers', companyRow(keyOf(clientId), { state: 'cancelled' })),
      'RELATION_NOT_FOUND',
    ],
    [
      'a client of another term',
      ({ clientId }) => putRows(db, 'Taxpayers', companyRow(keyOf(clientId), { term: 1 })),
      'RELATION_NOT_FOUND',
    ],
    [
      'an agency that waits',
      ({ agencyId }) =>
        putRows(
          db,
          'Taxpayers',
          companyRow(keyOf(agencyId), { subjects: ['agency'], state: 'awaiting-confirmation' }),
        ),
      'RELATION_NOT_FOUND',
    ],
    [
      'an agreement that ended',
      ({ terms }) => putRows(db, 'Agreements', { ...terms, state: 'ended' }),
      'RELATION_NOT_FOUND',
    ],
  ])('SWI-5 between the look and the switch comes %s', async (_, change, expected) => {
    const of = await served();
    const by = meanwhile('Sessions', () => change(of));
    expect((await become(of.session, { taxpayerId: of.clientId }, by)).said).toBe(expected);
  });

  it('SWI-3 ENT-5 DOC-4 are found by part of name or number, a person’s number only whole', async () => {
    const agencyId = await company({ subjects: ['agency'] });
    const who = await registered();
    await list(agencyId, who);
    const session = await agentAt(who, agencyId);
    const [tea, inn] = [await company({ name: '黄山（茶）庄' }), await company({ name: '宏村客栈' })];
    for (const clientId of [tea, inn]) await agreed(agencyId, clientId, [who]);
    const solo = readCompany(ctx, '340102199001011234');
    await putRows(
      db,
      'Taxpayers',
      companyRow(solo.key, { taxpayerId: undefined as never, ...solo.number, name: '张三商行' }),
    );
    await storeAgreement(db, [party(agencyId), { companyKey: solo.key, ...solo.number }], [who]);
    const found = async (query: string) =>
      (await listed(session, { query })).clients
        .map(({ taxpayerName }: { taxpayerName: string }) => taxpayerName)
        .sort();
    expect(await found('')).toHaveLength(3);
    expect(await found('(茶')).toEqual(['黄山（茶）庄']);
    expect(await found(inn.slice(5).toLowerCase())).toEqual(['宏村客栈']);
    expect(await found('34010219900101')).toEqual([]);
    expect(await found('340102199001011234')).toEqual(['张三商行']);
    expect(await found('天都')).toEqual([]);
    expect(await found('-')).toEqual([]);
    expect((await listed(session)).cursor).toBeUndefined();
    // Rows that say what they are searched by are not read in vain, except where the company has just changed.
    const entries = (
      await db.query<Item>('Relationships', {
        condition: { write: (to) => `${to.path('personKey')} = ${to.value(who.personKey)}` },
      })
    ).items.filter(({ relation }) => String(relation).startsWith('agent-for#'));
    for (const entry of entries) {
      const clientKey = String(entry.relation).split('#')[1] ?? '';
      await putRows(db, 'Relationships', { ...entry, clientKey, searched: '旧名\n' });
    }
    const changed = { name: '天都峰客栈', copiesDue: 'due', rev: 2 } as const;
    expect(await found('客栈')).toEqual([]);
    expect(await found('340102199001011234')).toEqual(['张三商行']);
    await putRows(db, 'Taxpayers', companyRow(keyOf(inn), changed));
    expect(await found('天都')).toEqual(['天都峰客栈']);
    await putRows(
      db,
      'Taxpayers',
      ...Array.from({ length: 100 }, () => companyRow(`c_0${newHandle()}`, { copiesDue: 'due' })),
    );
    expect(await found('（茶')).toEqual(['黄山（茶）庄']);
  });

  it('SWI-3 come in pages of a hundred, each client once, and a cursor of this list only', async () => {
    const agencyId = await company({ subjects: ['agency'] });
    const who = await registered();
    await list(agencyId, who);
    const session = await agentAt(who, agencyId);
    const ids: string[] = [];
    for (let at_ = 0; at_ < 205; at_++) {
      const id = await company();
      ids.push(id);
      await agreed(agencyId, id, [who]);
    }
    // A second agreement of the client at the end of the first page.
    await agreed(agencyId, ids[99] ?? '', [who]);
    const page = async (cursor?: string) => {
      const { clients, cursor: next } = await listed(session, cursor === undefined ? {} : { cursor });
      return { ids: clients.map(({ taxpayerId }: { taxpayerId: string }) => taxpayerId), next };
    };
    const first = await page();
    expect(first.ids).toEqual(ids.slice(0, 100));
    const second = await page(first.next);
    expect(second.ids).toEqual(ids.slice(100, 200));
    const third = await page(second.next);
    expect([third.ids, third.next]).toEqual([ids.slice(200), undefined]);
    const other = await agentAt(who, agencyId);
    expect(await said(listClients, other, { query: { cursor: first.next } })).toBe('BAD_REQUEST');
  });
});
