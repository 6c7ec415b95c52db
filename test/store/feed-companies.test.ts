/** @module-tag long */

import { beforeAll, describe, expect, it } from 'vitest';
import { newHandle } from '#crypto/random.ts';
import type { Problem } from '#domain/problem.ts';
import { importAgencyStaff } from '#flows/registry-feed/agency-staff.ts';
import { importAgreement } from '#flows/registry-feed/agreement.ts';
import { importAppointment } from '#flows/registry-feed/appointment.ts';
import { readCompany } from '#flows/registry-feed/companies.ts';
import { importReport } from '#flows/registry-feed/cross-region-report.ts';
import { createDueRelations, importTaxHandler } from '#flows/registry-feed/tax-handler.ts';
import { importTaxpayer } from '#flows/registry-feed/taxpayer.ts';
import { agentIdOf } from '#journeys/agencies/agents.ts';
import type { ChangeOrigin } from '#journeys/change-origin.ts';
import { appointmentWrites, takingEffectWrites } from '#journeys/companies/appointments.ts';
import { confirmationWrites, confirmedCompany } from '#journeys/companies/company-confirmation.ts';
import { parseNamedPerson } from '#journeys/people/named-person.ts';
import type { FlowContext } from '#runtime/context.ts';
import { findAgreedPeriods, findAgreement } from '#store/agencies/agreements.ts';
import { findStaffForm } from '#store/agencies/staff-forms.ts';
import type { HandlerListing } from '#store/companies/handler-listings.ts';
import { findListing } from '#store/companies/handler-listings.ts';
import { withListKeys } from '#store/companies/relation-lists.ts';
import { findRelation, type Relation } from '#store/companies/relations.ts';
import { due, findTaxpayer, type KnownTaxpayer, type Taxpayer } from '#store/companies/taxpayers.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { equals } from '#store/dynamodb/expressions.ts';
import type { Db, Item, Write } from '#store/dynamodb/tables.ts';
import { findPerson } from '#store/people/users.ts';
import { findNamedHandlers, findReport, findReportHead } from '#store/reports/cross-region-reports.ts';
import { legacy } from '../flows/support/migration.ts';
import { companyRow, contextOf, putRows, recordOf, sealedNameOf } from '../support/in-process.ts';
import { mobile, type Sample, person as sample } from '../support/people.ts';
import { openStore } from '../support/store.ts';

/** What lines about companies, their people and their agencies do to the rows as they may stand there. */
let db: Db;
let ctx: FlowContext;
beforeAll(async () => {
  db = await openStore(
    'Agencies',
    'Agreements',
    'Audit',
    'CrossRegionReports',
    'Relationships',
    'Taxpayers',
    'Users',
  );
  ctx = contextOf(db);
});

const now = new Date('2027-03-02T10:00:00+08:00');
const at = now.toISOString();
const [day, yesterday] = ['2027-03-02', '2027-03-01'];
let numbers = 0;
const number = () => `91340100MC${String(++numbers).padStart(7, '0')}X`;
const keyOf = (taxpayerId: string) => `c_${taxpayerId}`;
const claimed = ({ name, documentType, documentNumber }: Sample) => ({
  name,
  documentType: documentType as '201',
  documentNumber,
});
const personKeyOf = (who: Sample) => parseNamedPerson(ctx, claimed(who), now).key;
const companyOf = (id: string) => findTaxpayer(db, keyOf(id)) as Promise<KnownTaxpayer>;
const eventsOf = async (subject: string, kind?: string) =>
  (await db.query<Item>('Audit', { condition: equals('subject', subject) })).items.filter(
    (one) => kind === undefined || one.kind === kind,
  );
const refusal = (run: () => Promise<unknown>) =>
  Promise.resolve()
    .then(run)
    .then(
      () => undefined,
      (error: Problem) => error.code ?? error.message,
    );
/** Somebody else changes a row before the first transaction. */
const meanwhile = (change: () => Promise<unknown>) => {
  let first = true;
  const busy = new Proxy(db, {
    get: (store, name: keyof Db) => {
      if (name !== 'transact') return store[name];
      return async (writes: readonly Write[]) => {
        if (first) {
          first = false;
          await change();
        }
        return store.transact(writes);
      };
    },
  });
  return contextOf(busy);
};

async function known(facts: Partial<KnownTaxpayer> = {}) {
  const id = number();
  const row = companyRow(keyOf(id), { taxpayerVersion: 1, ...facts });
  await putRows(db, 'Taxpayers', row);
  return { id, row };
}
const relationOf = (who: Sample, id: string, role: Relation['role'] = 'tax-handler') =>
  findRelation(db, personKeyOf(who), keyOf(id), role);
async function related(who: Sample, id: string, facts: Partial<Relation> = {}): Promise<Relation> {
  const { role = 'tax-handler' } = facts;
  const row = withListKeys({
    personKey: personKeyOf(who),
    companyKey: keyOf(id),
    relation: `${keyOf(id)}#${role}`,
    role,
    state: 'pending',
    direction: 'invited',
    refusable: true,
    permissions: [],
    source: 'registry',
    sealedName: sealedNameOf(personKeyOf(who), who.name),
    authorizationId: newHandle(),
    rev: 1,
    createdAt: at,
    updatedAt: at,
    taxpayerId: id,
    taxpayerName: '黄山毛峰有限公司',
    taxpayerState: 'active',
    ...facts,
  });
  await putRows(db, 'Relationships', row);
  return row;
}
const recorded = async (who: Sample) => {
  const row = recordOf(personKeyOf(who), who.name);
  await putRows(db, 'Users', row);
  return row;
};

describe('a company’s own line', () => {
  type Line = Parameters<typeof importTaxpayer>[1];
  const lineOf = (id: string, facts: Partial<Line> = {}): Line => ({
    type: 'taxpayer',
    version: 2,
    taxpayerId: id,
    name: '黄山毛峰有限公司',
    subject: 'enterprise',
    state: 'active',
    charset: undefined,
    ...facts,
  });
  const take = (id: string, facts?: Partial<Line>, by = ctx) => importTaxpayer(by, lineOf(id, facts), now);

  it('ENT-3 SPC-5 makes it known, with its subjects in their order and without an event', async () => {
    const id = number();
    expect(
      await take(id, { subject: ['agency', 'enterprise'], companyPasswordHash: legacy('MD5', 'x') }),
    ).toBe('accepted');
    expect(await companyOf(id)).toEqual({
      companyKey: keyOf(id),
      rev: 1,
      taxpayerId: id,
      name: '黄山毛峰有限公司',
      subjects: ['enterprise', 'agency'],
      state: 'active',
      taxpayerVersion: 2,
      companyPassword: expect.objectContaining({ wraps: 'MD5' }),
    });
    expect(await eventsOf(keyOf(id))).toEqual([]);
    expect(await take(id, { name: '旧' })).toBe('stale');
    expect(await take(id, { version: 3, subject: ['enterprise', 'agency'] })).toBe('accepted');
    const again = await companyOf(id);
    expect(again).toMatchObject({ rev: 2, taxpayerVersion: 3, companyPassword: { wraps: 'MD5' } });
    expect(again).not.toHaveProperty('copiesDue');
    // The same state is no change of it.
    expect(await eventsOf(keyOf(id))).toEqual([]);
  });

  it('ENT-4 DOC-4 marks the copies as old with whatever they show', async () => {
    const changed = async (was: Partial<KnownTaxpayer>, is: Partial<Line>) => {
      const { id } = await known(was);
      await take(id, is);
      return (await companyOf(id)).copiesDue;
    };
    expect(await changed({}, {})).toBeUndefined();
    expect(await changed({ copiesDue: due }, {})).toBe(due);
    expect(await changed({}, { name: '新名' })).toBe(due);
    expect(await changed({}, { state: 'awaiting-confirmation' })).toBe(due);
    expect(await changed({}, { subject: ['enterprise', 'agency'] })).toBe(due);
    // The number became a person's, or is one no more.
    const number15 = `3401021990${String(numbers + 10_000)}`;
    expect(await take(number15, { version: 1 })).toBe('accepted');
    const hidden = importTaxpayer(ctx, lineOf(number15, { version: 2, personal: false }), now);
    await hidden;
    const { items } = await db.query<Taxpayer>('Taxpayers', {
      index: 'copiesDue',
      condition: equals('copiesDue', due),
    });
    expect(items.find(({ taxpayerId }) => taxpayerId === number15)).toMatchObject({
      rev: 2,
      taxpayerId: number15,
    });
    expect(items.find(({ taxpayerId }) => taxpayerId === number15)).not.toHaveProperty('sealedId');
    // A company of which only an appointment was known has no copies.
    const id = number();
    await putRows(db, 'Taxpayers', { companyKey: keyOf(id), rev: 1, taxpayerId: id });
    await take(id);
    expect(await companyOf(id)).not.toHaveProperty('copiesDue');
    expect(await eventsOf(keyOf(id))).toEqual([]);
  });

  it('ENT-4 LEG-2 ends everything that depends on it when it is cancelled, once', async () => {
    const who = { personKey: 'p', at };
    const rest = {
      legalRepresentative: who,
      financeHead: who,
      handlersDue: ['p'],
      staffed: true,
      confirmedAt: at,
    };
    for (const [term, next] of [
      [undefined, 1],
      [4, 5],
    ] as const) {
      const { id } = await known({ ...rest, ...(term ? { term } : {}) });
      await take(id, { state: 'cancelled' });
      const gone = await companyOf(id);
      expect(gone).toMatchObject({ state: 'cancelled', term: next, termSince: at, copiesDue: due });
      for (const none of Object.keys(rest)) expect(gone).not.toHaveProperty(none);
      expect((await eventsOf(keyOf(id)))[0]).toMatchObject({
        kind: 'company-state',
        outcome: 'success',
        channel: 'exchange',
        detail: { state: 'cancelled' },
      });
      await take(id, { state: 'cancelled', version: 3 });
      expect(await companyOf(id)).toMatchObject({ term: next, termSince: at });
      await take(id, { version: 4 });
      expect(await companyOf(id)).toMatchObject({ state: 'active', term: next, termSince: at });
      expect((await eventsOf(keyOf(id))).map(({ detail }) => detail)).toContainEqual({ state: 'active' });
    }
    // Cancelled before it was ever known: no term of it has ended.
    const unheardOf = number();
    expect(await take(unheardOf, { state: 'cancelled' })).toBe('accepted');
    expect(await companyOf(unheardOf)).not.toHaveProperty('term');
    const id = number();
    await putRows(db, 'Taxpayers', { companyKey: keyOf(id), rev: 1, taxpayerId: id, staffed: true });
    await take(id, { state: 'cancelled' });
    expect(await companyOf(id)).not.toHaveProperty('term');
    expect((await companyOf(id)).staffed).toBe(true);
  });

  it('ENT-2 that was confirmed here stays confirmed until it is cancelled', async () => {
    const stateOf = async (was: Partial<KnownTaxpayer>, state: Line['state']) => {
      const { id } = await known(was);
      await take(id, { state });
      const { confirmedAt, state: is } = await companyOf(id);
      return [is, confirmedAt];
    };
    expect(await stateOf({ confirmedAt: at }, 'awaiting-confirmation')).toEqual(['active', at]);
    expect(await stateOf({ confirmedAt: at }, 'active')).toEqual(['active', at]);
    expect(await stateOf({ confirmedAt: at }, 'cancelled')).toEqual(['cancelled', undefined]);
    expect(await stateOf({}, 'awaiting-confirmation')).toEqual(['awaiting-confirmation', undefined]);
  });

  it('REL-2 ENT-3 gives whoever was appointed before their relation, or lets a waiting one take effect', async () => {
    const [boss, head] = [sample(), sample()];
    await Promise.all([recorded(boss), recorded(head)]);
    const appointed = {
      legalRepresentative: { personKey: personKeyOf(boss), at },
      financeHead: { personKey: personKeyOf(head), at },
    };
    const id = number();
    await putRows(db, 'Taxpayers', { companyKey: keyOf(id), rev: 1, taxpayerId: id, ...appointed });
    await take(id, { state: 'awaiting-confirmation' });
    const waiting = await relationOf(boss, id, 'legal-representative');
    expect(waiting).toMatchObject({
      state: 'pending',
      taxpayerRev: 2,
      taxpayerState: 'awaiting-confirmation',
    });
    await take(id, { version: 3 });
    expect(await relationOf(boss, id, 'legal-representative')).toMatchObject({
      state: 'active',
      authorizationId: waiting?.authorizationId,
      taxpayerState: 'active',
    });
    expect(await relationOf(head, id, 'finance-head')).toMatchObject({ state: 'pending', refusable: false });
    const gone = number();
    const nobody = { legalRepresentative: { personKey: 'p1_nobody', at } };
    await putRows(db, 'Taxpayers', { companyKey: keyOf(gone), rev: 1, taxpayerId: gone, ...nobody });
    expect(await refusal(() => take(gone))).toBe('an appointed person without a record');
    expect(await companyOf(gone)).not.toHaveProperty('name');
  });

  it('ENT-3 takes up the handlers who were listed before it, also by a line that is stale', async () => {
    const who = sample();
    await recorded(who);
    const id = number();
    const waits = { handlersDue: [personKeyOf(who)] };
    await putRows(db, 'Relationships', {
      personKey: personKeyOf(who),
      relation: `registry#${keyOf(id)}#tax-handler`,
      version: 1,
      listed: true,
    });
    await putRows(db, 'Taxpayers', { ...companyRow(keyOf(id)), taxpayerVersion: 9, ...waits });
    expect(await take(id)).toBe('stale');
    expect(await relationOf(who, id)).toMatchObject({ state: 'pending', source: 'registry' });
    expect(await companyOf(id)).not.toHaveProperty('handlersDue');
    // One that is not known yet has nothing to take up.
    const other = number();
    await putRows(db, 'Taxpayers', { companyKey: keyOf(other), rev: 1, taxpayerVersion: 9, ...waits });
    expect(await take(other)).toBe('stale');
    expect((await companyOf(other)).handlersDue).toEqual(waits.handlersDue);
  });

  it('ENT-3 a change meanwhile is read again', async () => {
    const { id, row } = await known();
    const busy = meanwhile(() => putRows(db, 'Taxpayers', { ...row, rev: 7, staffed: true }));
    expect(await take(id, { name: '新名' }, busy)).toBe('accepted');
    expect(await companyOf(id)).toMatchObject({ rev: 8, name: '新名', staffed: true });
  });
});

describe('a tax handler’s line', () => {
  const lineOf = (who: Sample, id: string, facts: object = {}) => ({
    type: 'tax-handler' as const,
    version: 1,
    taxpayerId: id,
    person: claimed(who),
    removed: false,
    ...facts,
  });
  const take = (who: Sample, id: string, facts?: object, by = ctx) =>
    importTaxHandler(by, lineOf(who, id, facts), now);
  const listing = (who: Sample, id: string) => findListing(db, personKeyOf(who), keyOf(id));

  it('REL-4 asks the person, registered or not, once', async () => {
    const who = sample();
    const { id } = await known({ term: 2 });
    expect(await take(who, id)).toBe('accepted');
    const relation = await relationOf(who, id);
    expect(relation).toMatchObject({
      state: 'pending',
      direction: 'invited',
      refusable: true,
      source: 'registry',
      companyTerm: 2,
      permissions: ['filing', 'declaration', 'enquiry', 'invoice'],
    });
    expect(await findPerson(db, personKeyOf(who))).toMatchObject({ rev: 1, documentType: '201' });
    expect(await listing(who, id)).toMatchObject({ version: 1, listed: true });
    expect((await eventsOf(personKeyOf(who))).map(({ kind }) => kind)).toEqual(['relation-pending']);
    expect(await take(who, id)).toBe('stale');
    expect(await take(who, id, { version: 2 })).toBe('accepted');
    expect(await relationOf(who, id)).toEqual(relation);
    expect(await refusal(() => take({ ...who, name: '别人' }, id, { version: 3 }))).toBe('PERSON_MISMATCH');
    expect((await listing(who, id))?.version).toBe(2);
  });

  it('REL-4 ENT-4 begins anew what has ended, and strikes what lives', async () => {
    const who = sample();
    const { id } = await known({ term: 1 });
    const old = await related(who, id, { state: 'active' });
    expect(await take(who, id)).toBe('accepted');
    const anew = await relationOf(who, id);
    expect(anew?.authorizationId).not.toBe(old.authorizationId);
    expect(await take(who, id, { version: 2, removed: true })).toBe('accepted');
    expect(await relationOf(who, id)).toMatchObject({
      state: 'deleted',
      authorizationId: anew?.authorizationId,
    });
    expect(await listing(who, id)).toMatchObject({ version: 2, listed: false });
    expect(await take(who, id, { version: 3, removed: true })).toBe('accepted');
    expect((await listing(who, id))?.version).toBe(3);
    // A removal of somebody whom nobody knows makes no record.
    const nobody = sample();
    expect(await take(nobody, id, { removed: true })).toBe('accepted');
    expect(await findPerson(db, personKeyOf(nobody))).toBeUndefined();
  });

  it('ENT-3 of a company that is not known yet waits for its line, each person once', async () => {
    const [one, two] = [sample(), sample()];
    const id = number();
    await take(one, id);
    expect(await companyOf(id)).toEqual({
      companyKey: keyOf(id),
      rev: 1,
      taxpayerId: id,
      handlersDue: [personKeyOf(one)],
    });
    await take(two, id);
    await take(one, id, { version: 2 });
    expect(await companyOf(id)).toMatchObject({ rev: 3, handlersDue: [one, two].map(personKeyOf) });
    expect(await relationOf(one, id)).toBeUndefined();
    // Its line came meanwhile.
    const three = sample();
    const busy = meanwhile(() => putRows(db, 'Taxpayers', companyRow(keyOf(id), { rev: 9 })));
    expect(await take(three, id, {}, busy)).toBe('accepted');
    expect((await relationOf(three, id))?.state).toBe('pending');
    expect(await companyOf(id)).not.toHaveProperty('handlersDue');
  });

  it.each<[string, boolean]>([
    ['a removal', true],
    ['a listing', false],
  ])('ENT-3 %s sees what began or ended meanwhile', async (_, removed) => {
    const who = sample();
    await recorded(who);
    const { id } = await known();
    const live = { state: 'active' as const };
    if (removed) {
      // It found nobody, and somebody begins: the removal strikes them.
      const busy = meanwhile(() => related(who, id, live));
      expect(await take(who, id, { removed }, busy)).toBe('accepted');
      expect((await relationOf(who, id))?.state).toBe('deleted');
      return;
    }
    const read = await related(who, id, live);
    const busy = meanwhile(() =>
      related(who, id, { state: 'deleted', rev: 2, authorizationId: read.authorizationId }),
    );
    expect(await take(who, id, {}, busy)).toBe('accepted');
    expect(await relationOf(who, id)).toMatchObject({ state: 'pending' });
  });

  it('ENT-3 settling gives a relation to whoever is still listed, and takes each off the list', async () => {
    const [listed, struck, unknown, later] = [sample(), sample(), sample(), sample()];
    for (const who of [listed, struck, later]) await recorded(who);
    const { id, row } = await known();
    const list = (who: Sample, facts: Partial<HandlerListing>) =>
      putRows(db, 'Relationships', {
        personKey: personKeyOf(who),
        relation: `registry#${keyOf(id)}#tax-handler`,
        version: 1,
        ...facts,
      });
    await list(listed, { listed: true });
    await list(struck, { listed: false });
    await list(unknown, { listed: true });
    const handlersDue = [listed, struck, unknown].map(personKeyOf);
    await putRows(db, 'Taxpayers', { ...row, handlersDue: [...handlersDue, personKeyOf(later)] });
    await createDueRelations(ctx, { ...row, handlersDue: [...handlersDue, 'p1_settled'] }, now);
    expect((await companyOf(id)).handlersDue).toEqual([personKeyOf(later)]);
    expect((await relationOf(listed, id))?.state).toBe('pending');
    for (const who of [struck, unknown]) expect(await relationOf(who, id)).toBeUndefined();
    await createDueRelations(ctx, { ...row, handlersDue: [personKeyOf(later)] }, now);
    expect(await companyOf(id)).not.toHaveProperty('handlersDue');
    await createDueRelations(ctx, { companyKey: keyOf(number()), rev: 1, handlersDue: ['p'] }, now);
    await createDueRelations(ctx, row, now);
    // Somebody settles, and somebody changes the company, at the same time.
    await createDueRelations(ctx, { ...row, handlersDue: [personKeyOf(later)] }, now);
    const again = { ...row, rev: 20, handlersDue: [personKeyOf(unknown)] };
    await putRows(db, 'Taxpayers', again);
    const busy = meanwhile(() => putRows(db, 'Taxpayers', { ...again, rev: 21, staffed: true }));
    await createDueRelations(busy, again, now);
    expect(await companyOf(id)).toMatchObject({ rev: 22, staffed: true });
    expect(await companyOf(id)).not.toHaveProperty('handlersDue');
  });

  it('ENT-3 settling relies on the listing that it read', async () => {
    const who = sample();
    await recorded(who);
    const { id, row } = await known();
    const list = (facts: HandlerListing) =>
      putRows(db, 'Relationships', {
        personKey: personKeyOf(who),
        relation: `registry#${keyOf(id)}#tax-handler`,
        ...facts,
      });
    await list({ version: 1, listed: true });
    const waiting = { ...row, handlersDue: [personKeyOf(who)] };
    await putRows(db, 'Taxpayers', waiting);
    await createDueRelations(
      meanwhile(() => list({ version: 2, listed: false })),
      waiting,
      now,
    );
    expect(await relationOf(who, id)).toBeUndefined();
    expect(await companyOf(id)).not.toHaveProperty('handlersDue');
  });
});

describe('an appointment', () => {
  const take = (who: Sample, id: string, facts: object = {}) =>
    importAppointment(
      ctx,
      {
        type: 'legal-representative',
        version: 1,
        taxpayerId: id,
        person: claimed(who),
        removed: false,
        ...facts,
      },
      now,
    );
  const holderOf = async (id: string) => (await companyOf(id)).legalRepresentative;

  it('REL-2 gives the place to one, and ends the relation of the one before', async () => {
    const [first, second] = [sample(), sample()];
    const { id } = await known({ term: 1 });
    expect(await take(first, id)).toBe('accepted');
    expect(await holderOf(id)).toEqual({ personKey: personKeyOf(first), at });
    expect((await companyOf(id)).legalRepresentativeVersion).toBe(1);
    expect(await relationOf(first, id, 'legal-representative')).toMatchObject({
      state: 'active',
      source: 'registry',
      direction: 'invited',
      refusable: false,
      companyTerm: 1,
    });
    expect(await take(second, id)).toBe('stale');
    expect(await take(second, id, { version: 2 })).toBe('accepted');
    expect(await holderOf(id)).toEqual({ personKey: personKeyOf(second), at });
    expect((await relationOf(first, id, 'legal-representative'))?.state).toBe('superseded');
    expect((await eventsOf(keyOf(id))).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['relation-superseded', 'relation-active']),
    );
    // A removal of somebody who is not the one any more records the version alone.
    expect(await take(first, id, { version: 3, removed: true })).toBe('accepted');
    expect(await holderOf(id)).toEqual({ personKey: personKeyOf(second), at });
    expect((await relationOf(second, id, 'legal-representative'))?.state).toBe('active');
    expect(await take(second, id, { version: 4, removed: true })).toBe('accepted');
    expect(await holderOf(id)).toBeUndefined();
    expect((await companyOf(id)).legalRepresentativeVersion).toBe(4);
    expect(await refusal(() => take({ ...second, name: '别人' }, id, { version: 5 }))).toBe(
      'PERSON_MISMATCH',
    );
    expect((await companyOf(id)).legalRepresentativeVersion).toBe(4);
    expect((await relationOf(second, id, 'legal-representative'))?.state).toBe('deleted');
  });

  it('REL-2 the same one again stays since when they are, and nothing ends', async () => {
    const who = sample();
    const since = '2026-01-01T00:00:00.000Z';
    const { id } = await known({ legalRepresentative: { personKey: personKeyOf(who), at: since } });
    await recorded(who);
    const relation = await related(who, id, { role: 'legal-representative', state: 'active' });
    await take(who, id);
    expect(await holderOf(id)).toEqual({ personKey: personKeyOf(who), at: since });
    expect(await relationOf(who, id, 'legal-representative')).toEqual(relation);
  });

  it('ENT-3 REL-2 of a company that is not known yet keeps the place until its line comes', async () => {
    const who = sample();
    const id = number();
    await take(who, id);
    expect(await companyOf(id)).toEqual({
      companyKey: keyOf(id),
      rev: 1,
      taxpayerId: id,
      legalRepresentative: { personKey: personKeyOf(who), at },
      legalRepresentativeVersion: 1,
    });
    expect(await relationOf(who, id, 'legal-representative')).toBeUndefined();
    expect(await findPerson(db, personKeyOf(who))).toBeDefined();
    const other = sample();
    await take(other, id, { version: 2, removed: true });
    expect(await findPerson(db, personKeyOf(other))).toBeUndefined();
  });

  const counter: ChangeOrigin = {
    at: now,
    channel: 'hall',
    address: '',
    detail: { officer: '1', office: '2' },
  };
  const appointed = async (id: string, who: Sample, change: object = {}, by: ChangeOrigin = counter) => {
    const row = await companyOf(id);
    const appointment = await appointmentWrites(
      ctx,
      { key: keyOf(id), number: { taxpayerId: 'new' }, known: row },
      {
        role: 'finance-head',
        holder: { personKey: personKeyOf(who), sealedName: sealedNameOf(personKeyOf(who), who.name) },
        ...change,
      },
      by,
    );
    await db.transact(appointment.writes);
    return appointment;
  };

  it('REL-3 at the counter a finance head who is there begins at once, others are asked', async () => {
    const [there, asked] = [sample(), sample()];
    const { id } = await known();
    const first = await appointed(id, asked);
    expect(first.relation).toMatchObject({ state: 'pending', source: 'hall', role: 'finance-head' });
    expect(await companyOf(id)).toMatchObject({ taxpayerId: id });
    for (const none of ['staffed', 'financeHeadVersion'])
      expect(await companyOf(id)).not.toHaveProperty(none);
    // Asked before, and here now.
    const second = await appointed(id, asked, { present: true });
    expect(second.relation?.authorizationId).toBe(first.relation?.authorizationId);
    expect(await relationOf(asked, id, 'finance-head')).toMatchObject({ state: 'active' });
    expect((await companyOf(id)).staffed).toBe(true);
    const third = await appointed(id, there, { present: true });
    expect(third.relation?.state).toBe('active');
    expect((await relationOf(asked, id, 'finance-head'))?.state).toBe('superseded');
    // It leaves the registry's version alone, and is decided anew if the company changed meanwhile.
    const versioned = await known({ financeHeadVersion: 7 });
    const again = await appointed(versioned.id, there);
    expect((await companyOf(versioned.id)).financeHeadVersion).toBe(7);
    await expect(db.transact(again.writes)).rejects.toBeInstanceOf(ConcurrentChange);
  });

  it('REL-3 ENT-4 what ended before, or in an earlier term, begins anew; what has ended is not ended again', async () => {
    const [who, next] = [sample(), sample()];
    const { id } = await known({ term: 1, financeHead: { personKey: personKeyOf(who), at } });
    const old = await related(who, id, {
      role: 'finance-head',
      state: 'active',
      validUntil: yesterday,
      companyTerm: 1,
    });
    const again = await appointed(id, who);
    expect(again.relation?.authorizationId).not.toBe(old.authorizationId);
    await related(who, id, { role: 'finance-head', state: 'active', companyTerm: 0 });
    expect((await appointed(id, who)).relation?.companyTerm).toBe(1);
    await related(who, id, { role: 'finance-head', state: 'rejected', rev: 4 });
    await appointed(id, next);
    expect(await relationOf(who, id, 'finance-head')).toMatchObject({ state: 'rejected', rev: 4 });
    await related(next, id, {
      role: 'finance-head',
      state: 'active',
      validUntil: yesterday,
      rev: 4,
      companyTerm: 1,
    });
    await appointed(id, who);
    expect(await relationOf(next, id, 'finance-head')).toMatchObject({ rev: 4 });
  });

  it('REL-2 REL-3 takes effect only with its company, or with its person', () => {
    const company = (state: KnownTaxpayer['state']) => companyRow('c_1', { state });
    const row = (role: Relation['role'], state: Relation['state'] = 'pending') =>
      ({
        ...withListKeys({ ...relationFacts, role, state }),
      }) as Relation;
    const relationFacts = {
      personKey: 'p',
      companyKey: 'c_1',
      relation: 'c_1#x',
      direction: 'invited' as const,
      refusable: false,
      permissions: [],
      source: 'registry' as const,
      sealedName: sealedNameOf('p', '王建国'),
      authorizationId: 'a',
      rev: 1,
      createdAt: at,
      updatedAt: at,
      taxpayerId: 'x',
      taxpayerName: '旧名',
      taxpayerState: 'awaiting-confirmation' as const,
    };
    const takes = (role: Relation['role'], state: KnownTaxpayer['state'], present?: boolean) =>
      takingEffectWrites(ctx, company(state), row(role), counter, present).length > 0;
    expect(takes('legal-representative', 'active')).toBe(true);
    expect(takes('legal-representative', 'awaiting-confirmation', true)).toBe(false);
    expect(takes('finance-head', 'active')).toBe(false);
    expect(takes('finance-head', 'awaiting-confirmation', true)).toBe(true);
    expect(
      takingEffectWrites(ctx, company('active'), row('legal-representative', 'active'), counter),
    ).toEqual([]);
    const [write] = takingEffectWrites(ctx, company('active'), row('legal-representative'), counter);
    expect(write).toMatchObject({
      update: { set: { state: 'active', taxpayerName: '黄山毛峰有限公司', taxpayerState: 'active' } },
    });
    expect(write?.onRefused?.(undefined)).toBeInstanceOf(ConcurrentChange);
    const [, event] = takingEffectWrites(ctx, company('active'), row('legal-representative'), counter);
    expect(event).toMatchObject({ put: { detail: { taxpayerName: '黄山毛峰有限公司' } } });
  });

  it('ENT-2 REL-2 a confirmation makes company and representative active together, and is of the row that was read', async () => {
    const boss = sample();
    const web: ChangeOrigin = { at: now, channel: 'web', address: '', actor: 'p1_actor' };
    const waiting = async (facts: Partial<KnownTaxpayer> = {}) =>
      known({ state: 'awaiting-confirmation', ...facts });
    const { id, row } = await waiting({ legalRepresentative: { personKey: personKeyOf(boss), at } });
    await related(boss, id, { role: 'legal-representative', taxpayerState: 'awaiting-confirmation' });
    const writes = await confirmationWrites(ctx, row, web, { kind: 'new-taxpayer' });
    await db.transact(writes);
    expect(await companyOf(id)).toEqual({ ...confirmedCompany(row), confirmedAt: at, staffed: true });
    expect(confirmedCompany(row)).toEqual({ ...row, state: 'active', rev: 2, copiesDue: due });
    expect((await relationOf(boss, id, 'legal-representative'))?.state).toBe('active');
    const detail = { state: 'active', kind: 'new-taxpayer' };
    expect((await eventsOf(keyOf(id), 'company-state')).map((one) => one.detail)).toEqual([detail]);
    expect((await eventsOf('p1_actor', 'company-state')).map((one) => one.detail)).toContainEqual({
      ...detail,
      taxpayerId: id,
      taxpayerName: '黄山毛峰有限公司',
    });
    await expect(db.transact(writes)).rejects.toBeInstanceOf(ConcurrentChange);
    // At a counter nobody becomes one of its people by it.
    const other = await waiting();
    const atHall = await confirmationWrites(ctx, other.row, counter);
    expect(atHall).toHaveLength(2);
    await db.transact(atHall);
    expect(await companyOf(other.id)).not.toHaveProperty('staffed');
    expect((await eventsOf(keyOf(other.id)))[0]?.detail).toEqual({
      state: 'active',
      officer: '1',
      office: '2',
    });
    // The appointment was replaced after the company was read.
    for (const facts of [
      null,
      { state: 'superseded' as const },
      { validUntil: yesterday },
      { companyTerm: 3 },
    ]) {
      const replaced = await waiting({ legalRepresentative: { personKey: personKeyOf(boss), at } });
      if (facts) await related(boss, replaced.id, { role: 'legal-representative', ...facts });
      await expect(confirmationWrites(ctx, replaced.row, web)).rejects.toBeInstanceOf(ConcurrentChange);
    }
  });
});

describe('an agreement’s line', () => {
  type Line = Parameters<typeof importAgreement>[1];
  const lineOf = (facts: Partial<Line> = {}): Line => ({
    type: 'agreement',
    version: 1,
    agreementId: newHandle(),
    agencyId: number(),
    clientId: number(),
    agents: [claimed(sample())],
    items: ['consulting'],
    from: day,
    until: day,
    removed: false,
    ...facts,
  });
  const take = (line: Line, facts: Partial<Line> = {}) => importAgreement(ctx, { ...line, ...facts }, now);
  const storedOf = ({ agreementId }: Line) => findAgreement(db, agreementId);

  it('AGY-4 ENT-3 is in force at once, whoever is known, and newer lines replace it', async () => {
    const line = lineOf();
    expect(await take(line)).toEqual({ taken: 'accepted', warnings: ['AGENT_NOT_LISTED'] });
    expect(await storedOf(line)).toMatchObject({
      state: 'active',
      version: 1,
      agencyKey: keyOf(line.agencyId),
      clientKey: keyOf(line.clientId),
      agencyNumber: { taxpayerId: line.agencyId },
      clientNumber: { taxpayerId: line.clientId },
      from: day,
      until: day,
    });
    expect((await eventsOf(keyOf(line.agencyId))).map(({ kind }) => kind)).toEqual(['agreement-entered']);
    expect(await take(line)).toEqual({ taken: 'stale' });
    await take(line, { version: 2, items: ['attestation'] });
    expect(await storedOf(line)).toMatchObject({ version: 2, items: ['attestation'] });
    expect((await eventsOf(keyOf(line.clientId))).map(({ kind }) => kind)).toContain('agreement-changed');
    for (const other of [{ agencyId: number() }, { clientId: number() }])
      await expect(take(line, { version: 3, ...other })).rejects.toMatchObject({
        code: 'STATE_CONFLICT',
        details: { reason: 'agreementId (of another agency or client)' },
      });
    await expect(take(lineOf({ agencyId: line.clientId, clientId: line.clientId }))).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      details: { reason: 'clientId (not the agency itself)' },
    });
  });

  it('DOC-4 AGY-4 hides a number that looks like a person’s, unless its company’s own line has said that it is none', async () => {
    let people = 70_000;
    const stored = async (company?: Partial<Taxpayer>) => {
      const line = lineOf({ clientId: `3401021990${people++}` });
      const { key } = readCompany(ctx, line.clientId);
      if (company) await putRows(db, 'Taxpayers', { companyKey: key, rev: 1, ...company });
      await take(line);
      const { clientNumber } = (await storedOf(line)) ?? {};
      return clientNumber?.taxpayerId === line.clientId ? 'shown' : Object.keys(clientNumber ?? {}).join();
    };
    expect(await stored()).toBe('sealedId');
    expect(await stored({ sealedId: 's1.x' })).toBe('sealedId');
    expect(await stored({ taxpayerId: `3401021990${people}` })).toBe('shown');
  });

  it('AGY-4 is taken away, also before it came, with a record of its people', async () => {
    const line = lineOf();
    await take(line);
    expect(await take(line, { version: 2, removed: true })).toEqual({ taken: 'accepted' });
    expect(await storedOf(line)).toMatchObject({ state: 'ended', version: 2 });
    const who = sample();
    const never = lineOf({ removed: true, agents: [claimed(who)] });
    expect(await take(never)).toEqual({ taken: 'accepted' });
    const stored = await storedOf(never);
    expect(stored).toMatchObject({
      state: 'ended',
      version: 1,
      agencyKey: keyOf(never.agencyId),
      updatedAt: at,
    });
    expect(stored).not.toHaveProperty('formId');
    expect(await findPerson(db, personKeyOf(who))).toBeDefined();
    expect(
      await findAgreedPeriods(db, { agencyKey: keyOf(never.agencyId), clientKey: keyOf(never.clientId) }),
    ).toBeUndefined();
  });

  it.each(['ended', 'rejected'] as const)(
    'AGY-4 that was %s here stays so, and takes the version',
    async (state) => {
      const line = lineOf();
      await take(line);
      await putRows(db, 'Agreements', { ...(await storedOf(line)), state });
      expect(await take(line, { version: 2 })).toEqual({ taken: 'accepted', warnings: ['AGREEMENT_ENDED'] });
      expect(await storedOf(line)).toMatchObject({ state, version: 2 });
      expect(await take(line, { version: 3, removed: true })).toEqual({ taken: 'accepted' });
      expect(await storedOf(line)).toMatchObject({ state, version: 3 });
      expect((await eventsOf(keyOf(line.agencyId), 'agreement-ended')).length).toBe(0);
    },
  );

  it('AGY-1 AGY-4 tells what the pages would refuse', async () => {
    const who = sample();
    const line = lineOf({ agents: [claimed(who)] });
    const list = (...people: Sample[]) =>
      Promise.all([
        putRows(db, 'Agencies', {
          agencyKey: keyOf(line.agencyId),
          part: 'form',
          rev: 1,
          formId: 'f1',
          size: people.length,
        }),
        putRows(
          db,
          'Agencies',
          ...people.map((one) => {
            const agentId = agentIdOf(ctx, keyOf(line.agencyId), personKeyOf(one));
            return {
              agencyKey: keyOf(line.agencyId),
              part: `agent#f1#${agentId}`,
              agentId,
              personKey: personKeyOf(one),
              sealedName: 's1.x',
            };
          }),
        ),
      ]);
    await list();
    expect((await take(line)).warnings).toEqual(['AGENT_NOT_LISTED']);
    await list(who);
    expect((await take(line, { version: 2 })).warnings).toEqual([]);
    const both = [claimed(who), claimed(sample())];
    expect((await take(line, { version: 3, agents: both })).warnings).toEqual(['AGENT_NOT_LISTED']);
    await related(who, line.clientId, { state: 'active' });
    expect((await take(line, { version: 4 })).warnings).toEqual(['AGENT_IS_STAFF']);
    // Another agreement of the pair on the same days, unless these are over.
    const other = { agreementId: newHandle(), agents: [claimed(who)] };
    expect((await take(line, other)).warnings).toEqual(['AGENT_IS_STAFF', 'STATE_CONFLICT']);
    const over = { from: '2027-01-01', until: yesterday };
    await putRows(db, 'Agreements', {
      agreementId: `pair#${keyOf(line.agencyId)}#${keyOf(line.clientId)}`,
      rev: 9,
      taken: [{ agreementId: 'old', ...over, at }],
    });
    expect((await take(line, { agreementId: newHandle(), ...over })).warnings).toEqual(['AGENT_IS_STAFF']);
  });
});

describe('an agency’s staff form', () => {
  it('AGY-1 ENT-3 is replaced by newer lines, and its history tells who came and went', async () => {
    const [one, two] = [sample(), sample()];
    const agencyId = number();
    const take = (version: number, ...agents: Sample[]) =>
      importAgencyStaff(ctx, { type: 'agency-staff', version, agencyId, agents: agents.map(claimed) }, now);
    // What is left of a form that was replaced, or that never came into force, is no part of the form.
    await putRows(db, 'Agencies', {
      agencyKey: keyOf(agencyId),
      part: 'agent#f0#x',
      agentId: 'x',
      personKey: 'p1_left-over',
      sealedName: 's1.x',
    });
    expect(await take(2, one)).toBe('accepted');
    expect(await findStaffForm(db, keyOf(agencyId))).toMatchObject({ version: 2, size: 1 });
    expect(await take(2, two)).toBe('stale');
    expect(await take(3, two)).toBe('accepted');
    expect(await findStaffForm(db, keyOf(agencyId))).toMatchObject({ version: 3, size: 1, rev: 2 });
    expect((await eventsOf(personKeyOf(one))).map(({ kind }) => kind).sort()).toEqual([
      'agent-listed',
      'agent-unlisted',
    ]);
    expect((await eventsOf(personKeyOf(two))).map(({ kind }) => kind)).toEqual(['agent-listed']);
    expect(await findPerson(db, personKeyOf(two))).not.toHaveProperty('nameClaimed');
    expect(await eventsOf('p1_left-over')).toEqual([]);
    const [event] = await eventsOf(keyOf(agencyId), 'agency-staff-changed');
    expect(event?.detail).toEqual({ agents: 1, joined: 1, left: 0 });
    expect((await eventsOf(personKeyOf(one)))[0]?.detail).toEqual({ agency: agencyId });
  });
});

describe('a cross-region report’s line', () => {
  type Line = Parameters<typeof importReport>[1];
  let reports = 0;
  const lineOf = (facts: Partial<Line> = {}): Line => ({
    type: 'cross-region-report',
    version: 1,
    reportNo: `皖税跨报〔2027〕${++reports + 1000}号`,
    taxpayerId: number(),
    place: '合肥市',
    validUntil: day,
    handler: { name: '欧阳建国', phone: mobile() },
    ...facts,
  });
  const take = (line: Line, facts: Partial<Line> = {}, by = ctx) =>
    importReport(by, { ...line, ...facts }, now);
  const reportOf = ({ taxpayerId, reportNo }: Line) => findReport(db, keyOf(taxpayerId), reportNo);
  /** How many reports of this line’s company end on each day, by 经办人 of the name that the report has now. */
  const daysOf = async ({ taxpayerId, reportNo }: Line) => {
    const head = await findReportHead(db, reportNo);
    const named = await findNamedHandlers(db, keyOf(taxpayerId), head?.handler.nameKey ?? '');
    return named && Object.values(named.reports);
  };

  it('SPC-2 SPC-3 ENT-3 is what the newest line says: place, last day, 经办人, company', async () => {
    const line = lineOf({ handler: { name: ' 欧阳建国 ', phone: `+86 ${mobile()}` } });
    expect(await take(line, { reportNo: line.reportNo.replace('〔', ' [') })).toBe('accepted');
    expect(await reportOf(line)).toMatchObject({
      companyKey: keyOf(line.taxpayerId),
      reportNo: line.reportNo,
      place: '合肥市',
      validUntil: day,
      at,
      handlerKey: expect.any(String),
    });
    expect(await findReportHead(db, line.reportNo)).toMatchObject({
      version: 1,
      holder: keyOf(line.taxpayerId),
    });
    expect(await daysOf(line)).toEqual([{ [day]: 1 }]);
    expect(await take(line, { place: '芜湖市' })).toBe('stale');
    expect((await reportOf(line))?.place).toBe('合肥市');
    expect(await take(line, { version: 2, validUntil: '2027-12-31', place: '芜湖市' })).toBe('accepted');
    expect(await reportOf(line)).toMatchObject({ place: '芜湖市', validUntil: '2027-12-31' });
    expect(await daysOf(line)).toEqual([{ '2027-12-31': 1 }]);
    // Another 经办人: nothing of it stays with the one before, whose other report does.
    const other = lineOf({ taxpayerId: line.taxpayerId, handler: line.handler });
    await take(other);
    expect(await daysOf(line)).toEqual([{ '2027-12-31': 1, [day]: 1 }]);
    await take(line, { version: 3, handler: { name: '诸葛明', phone: mobile() } });
    expect([await daysOf(line), await daysOf(other)]).toEqual([[{ [day]: 1 }], [{ [day]: 1 }]]);
    // Another company: the report is there alone.
    const moved = { ...other, taxpayerId: number() };
    await take(moved, { version: 2 });
    expect([await reportOf(other), (await reportOf(moved))?.validUntil]).toEqual([undefined, day]);
    expect([await daysOf(moved), await daysOf(other)]).toEqual([[{ [day]: 1 }], undefined]);
    expect(
      (await db.query('CrossRegionReports', { condition: equals('companyKey', keyOf(line.taxpayerId)) }))
        .items,
    ).toHaveLength(2);
  });

  it('SPC-2 ENT-3 is refused with a number, name or phone that is none', async () => {
    const refused = async (facts: Partial<Line>) => {
      const { code, details } = await Promise.resolve()
        .then(() => take(lineOf(facts)))
        .then(
          () => ({ code: undefined, details: {} }) as never,
          (error: Problem) => error,
        );
      return [code, details.reason];
    };
    expect(await refused({ reportNo: '1' })).toEqual(['BAD_REQUEST', 'reportNo (number)']);
    expect(await refused({ taxpayerId: '!' })).toEqual(['BAD_REQUEST', 'taxpayerId (number)']);
    const named = (handler: Line['handler']) => refused({ handler });
    expect(await named({ name: '12', phone: mobile() })).toEqual(['BAD_REQUEST', 'handler.name (name)']);
    expect((await named({ name: '诸葛明', phone: '12' }))[0]).toBe('PHONE_INVALID');
  });

  it('ENT-3 SPC-3 that came meanwhile is read again', async () => {
    const line = lineOf();
    const busy = meanwhile(() => take(line, { version: 5, place: '芜湖市' }));
    expect(await take(line, {}, busy)).toBe('stale');
    expect((await reportOf(line))?.place).toBe('芜湖市');
    expect(await daysOf(line)).toEqual([{ [day]: 1 }]);
  });
});
