/** @module-tag long */

import { beforeAll, describe, expect, it } from 'vitest';
import { newHandle } from '#crypto/random.ts';
import { applyToCompany } from '#flows/authorizations/apply-to-company.ts';
import * as own from '#flows/authorizations/decide-authorization.ts';
import { listAuthorizations } from '#flows/authorizations/list-authorizations.ts';
import { previewCompany } from '#flows/authorizations/preview-company.ts';
import { confirmCompany } from '#flows/confirmations/confirm-company.ts';
import { listConfirmations } from '#flows/confirmations/list-confirmations.ts';
import { collectPerson } from '#flows/hall/collect-person.ts';
import { confirmAtHall } from '#flows/hall/confirm-company.ts';
import { orderAtHall } from '#flows/hall/give-order.ts';
import { relateAtHall } from '#flows/hall/relate-person.ts';
import { removeAtHall } from '#flows/hall/remove-person.ts';
import * as decide from '#flows/staff/decide-relation.ts';
import { invitePerson } from '#flows/staff/invite-person.ts';
import { listStaff } from '#flows/staff/list-staff.ts';
import type { FlowContext } from '#runtime/context.ts';
import { findAuthorization, findRelation, type Relation } from '#store/companies/relations.ts';
import { findTaxpayer, type KnownTaxpayer } from '#store/companies/taxpayers.ts';
import type { Db, Item, Write } from '#store/dynamodb/tables.ts';
import { findPerson } from '#store/people/users.ts';
import type { Session } from '#store/sessions/session-row.ts';
import { ordersInHour } from '#store/tickets/order-hours.ts';
import { companyRow, contextOf, putRows } from '../support/in-process.ts';
import { type Sample, person as sample } from '../support/people.ts';
import { acting, storeSession } from '../support/session-rows.ts';
import {
  at,
  auditOf,
  claimed,
  day,
  type Facts,
  guardRow,
  now,
  origin,
  personKeyOf,
  type Registered,
  relationRow,
  run as runIn,
  seconds,
  storePerson,
  tomorrow,
  yesterday,
} from '../support/step-fixtures.ts';
import { openStore } from '../support/store.ts';

/** The steps by which people get, change and lose their place in a company, on rows as they may stand there. */
let db: Db;
let ctx: FlowContext;
beforeAll(async () => {
  db = await openStore(
    'Audit',
    'Relationships',
    'Sessions',
    'SmsWindows',
    'Taxpayers',
    'Tickets',
    'Users',
    'Phones',
  );
  const sms = { send: async () => undefined };
  ctx = contextOf(db, { sms });
  Object.assign(ctx.settings.policies, { ordersPerOfficeHour: 2, ordersAlarmPercent: 100 });
});

let numbers = 0;
const number = () => `91340100MD${String(++numbers).padStart(7, '0')}X`;
const keyOf = (id: string) => `c_${id}`;

async function company(facts: Partial<KnownTaxpayer> = {}) {
  const id = number();
  const row = companyRow(keyOf(id), facts);
  await putRows(db, 'Taxpayers', row);
  return { id, row };
}
const companyOf = (id: string) => findTaxpayer(db, keyOf(id)) as Promise<KnownTaxpayer>;
/** A registered person, to whom no message is sent. */
const registered = (who: Sample = sample(), facts: Facts = {}) => storePerson(db, facts, { who, phones: [] });
async function related(who: Registered, id: string, facts: Partial<Relation> = {}): Promise<Relation> {
  const asked = { state: 'pending', permissions: ['filing', 'declaration', 'enquiry', 'invoice'] } as const;
  const row = relationRow(who, companyRow(keyOf(id)), { ...asked, ...facts });
  await putRows(db, 'Relationships', row, guardRow(row));
  return row;
}
const relationOf = (who: Sample, id: string, role: Relation['role'] = 'tax-handler') =>
  findRelation(db, personKeyOf(who), keyOf(id), role);
const now_ = async ({ authorizationId }: Relation) =>
  (await findAuthorization(db, authorizationId)) as Relation;
const eventsOf = (subject: string, kind?: string) => auditOf(db, subject, kind);

const signedIn = (who: Registered, facts: Partial<Session> = {}) => storeSession(db, who, facts);
/** A call in a session. */
const run = (step: unknown, session: Session, parts: object = {}, caller: object = {}, by = ctx) =>
  runIn(step, by, { caller: { session, ...caller }, ...parts });
const said = async (...given: Parameters<typeof run>) => (await run(...given)).said;

/** A company with a legal representative who is signed in for it. */
async function managed(facts: Partial<KnownTaxpayer> = {}) {
  const boss = await registered();
  const { id, row } = await company(facts);
  const relation = await related(boss, id, {
    role: 'legal-representative',
    state: 'active',
    ...(facts.term === undefined ? {} : { companyTerm: facts.term, taxpayerTerm: facts.term }),
  });
  const session = await signedIn(boss, acting(relation));
  return { boss, id, row, session, relation };
}

describe('a company’s people', () => {
  const asked = (who: Sample, facts: object = {}) => ({
    body: { ...claimed(who), role: 'tax-handler', ...facts },
  });

  it('REL-5 DOC-5 REG-9 are asked: a registered person by their name, in a role that a company gives', async () => {
    const { id, session, boss } = await managed({ term: 2 });
    const who = await registered();
    const { said: status, body } = await run(
      invitePerson,
      session,
      asked(who, { permissions: ['filing'], validUntil: tomorrow }),
    );
    expect(status).toBe('201');
    const relation = await relationOf(who, id);
    expect(relation).toMatchObject({
      authorizationId: body.authorizationId,
      state: 'pending',
      direction: 'invited',
      refusable: true,
      source: 'company',
      permissions: ['filing'],
      validUntil: tomorrow,
      companyTerm: 2,
    });
    const [event] = await eventsOf(personKeyOf(who), 'relation-pending');
    expect(event).toMatchObject({
      actor: personKeyOf(boss),
      detail: { direction: 'invited', permissions: 'filing', validUntil: tomorrow },
    });
    expect(await said(invitePerson, session, asked(who))).toBe('RELATION_EXISTS');
    const other = await registered();
    expect(await said(invitePerson, session, asked(other, { role: 'invoice-clerk' }))).toBe('201');
    const plain = await relationOf(other, id, 'invoice-clerk');
    expect(plain).toMatchObject({ permissions: ['invoice'] });
    expect(plain).not.toHaveProperty('validUntil');
    expect((await eventsOf(personKeyOf(other), 'relation-pending'))[0]?.detail).not.toHaveProperty(
      'validUntil',
    );
    for (const [facts, code] of [
      [{ role: 'finance-head' }, 'ROLE_NOT_ALLOWED'],
      [{ validUntil: yesterday }, 'BAD_REQUEST'],
      [{ name: '别人' }, 'PERSON_MISMATCH'],
      [{ documentNumber: '34' }, 'DOCUMENT_INVALID'],
    ] as const)
      expect(await said(invitePerson, session, asked(await registered(), facts))).toBe(code);
    expect(await said(invitePerson, session, asked(sample()))).toBe('PERSON_NOT_REGISTERED');
    const ended = await registered(sample(), { account: { status: 'cancelled', since: at } });
    expect(await said(invitePerson, session, asked(ended))).toBe('PERSON_NOT_REGISTERED');
  });

  it('REL-5 REL-2 SES-1 nobody else asks, nor anybody who has just lost the place or the session', async () => {
    const { id, session, relation } = await managed();
    const who = await registered();
    const handler = { ...session, ...acting({ ...relation, role: 'tax-handler' }) };
    expect(await said(invitePerson, handler, asked(who))).toBe('ROLE_NOT_ALLOWED');
    expect(await said(invitePerson, { ...session, channel: 'ahtax-app' }, asked(who))).toBe(
      'CHANNEL_NOT_ALLOWED',
    );
    await putRows(db, 'Taxpayers', companyRow(keyOf(id), { state: 'cancelled' }));
    expect(await said(invitePerson, session, asked(who))).toBe('RELATION_NOT_FOUND');
    await putRows(db, 'Taxpayers', companyRow(keyOf(id)));
    await putRows(db, 'Relationships', { ...relation, state: 'superseded' });
    expect(await said(invitePerson, session, asked(who))).toBe('RELATION_NOT_FOUND');
    await putRows(db, 'Relationships', relation);
    await putRows(db, 'Sessions', { ...session, ended: { reason: 'logged-out', at: seconds } });
    expect(await said(invitePerson, session, asked(who))).toBe('SESSION_ENDED');
    expect(await relationOf(who, id)).toBeUndefined();
  });

  it('DOC-5 REL-5 are not asked by a name that the record lost while another relation of theirs began and ended', async () => {
    const { id, session } = await managed();
    /** Invites somebody; before the write the other relation is there, and the record has this name. */
    const invitedMeanwhile = async (nameOf: (who: Sample) => string) => {
      const who = await registered();
      let first = true;
      const busy = new Proxy(db, {
        get: (store, name: keyof Db) => {
          if (name !== 'transact') return store[name];
          return async (writes: readonly Write[]) => {
            if (first) {
              await related(who, id, { state: 'rejected' });
              await registered({ ...who, name: nameOf(who) });
            }
            first = false;
            return store.transact(writes);
          };
        },
      });
      const answer = await said(invitePerson, session, asked(who), {}, contextOf(busy, { sms: ctx.sms }));
      return [answer, (await relationOf(who, id))?.state];
    };
    expect(await invitedMeanwhile(() => '欧阳新名')).toEqual(['PERSON_MISMATCH', 'rejected']);
    expect(await invitedMeanwhile(({ name }) => name)).toEqual(['201', 'pending']);
  });

  it('REL-6 REL-7 AUD-1 are taken, refused, taken back and dismissed, each once and by their own company', async () => {
    const { id, session, boss } = await managed();
    const stranger = await managed();
    const decided = async (step: unknown, facts: Partial<Relation>, parts: object = {}) => {
      const who = await registered();
      const row = await related(who, id, facts);
      const params = { authorizationId: row.authorizationId };
      expect(await said(step, stranger.session, { params, ...parts })).toBe('NOT_FOUND');
      const { said: first, body } = await run(step, session, { params, ...parts });
      const again = await said(step, session, { params, ...parts });
      const [event] = await eventsOf(row.companyKey, `relation-${(await now_(row)).state}`);
      expect(event?.actor).toBe(personKeyOf(boss));
      return [first, body?.state, (await now_(row)).state, again];
    };
    const applied = { direction: 'applied' as const };
    expect(await decided(decide.acceptApplication, applied)).toEqual([
      '200',
      'active',
      'active',
      'STATE_CONFLICT',
    ]);
    expect(await decided(decide.rejectApplication, applied)).toEqual([
      '200',
      'rejected',
      'rejected',
      'STATE_CONFLICT',
    ]);
    expect(await decided(decide.withdrawInvitation, {})).toEqual([
      '200',
      'withdrawn',
      'withdrawn',
      'STATE_CONFLICT',
    ]);
    expect(await decided(decide.dismissPerson, { state: 'active' })).toEqual([
      '204',
      undefined,
      'deleted',
      'STATE_CONFLICT',
    ]);
    for (const [step, facts, seen] of [
      [decide.acceptApplication, applied, 'body'],
      [decide.rejectApplication, applied, 'body'],
      [decide.withdrawInvitation, {}, 'body'],
      [decide.dismissPerson, { state: 'active' as const }, 'query'],
    ] as const) {
      const row = await related(await registered(), id, facts);
      const params = { authorizationId: row.authorizationId };
      expect(await said(step, session, { params, [seen]: { revision: '2' } })).toBe('STATE_CONFLICT');
      expect(['200', '204']).toContain(await said(step, session, { params, [seen]: { revision: '1' } }));
    }
    // A relation of an earlier term of the company is not changed (ENT-4).
    const old = await related(await registered(), id, { state: 'active', companyTerm: 5 });
    expect(
      await said(decide.dismissPerson, session, { params: { authorizationId: old.authorizationId } }),
    ).toBe('STATE_CONFLICT');
  });

  it('REL-8 SMS-4 are told of what happens to them', async () => {
    const { id, session } = await managed();
    const who = await storePerson(db);
    await run(invitePerson, session, asked(who));
    const noticed = async () =>
      (await db.get<Item>('SmsWindows', { phoneKey: `notice/${personKeyOf(who)}/${keyOf(id)}` })) ?? {};
    expect(Object.keys(await noticed())).toContain('at-relation-invited');
    const relation = (await relationOf(who, id)) as Relation;
    await putRows(db, 'Relationships', { ...relation, state: 'active' });
    const params = { authorizationId: relation.authorizationId };
    await run(decide.adjustRelation, session, { params, body: { permissions: ['filing'] } });
    expect(Object.keys(await noticed())).toContain('at-relation-adjusted');
    await run(decide.dismissPerson, session, { params });
    expect(Object.keys(await noticed())).toContain('at-relation-deleted');
  });

  it('REL-8 get other permissions or another last day', async () => {
    const { id, session } = await managed();
    const who = await registered();
    const row = await related(who, id, { state: 'active', validUntil: tomorrow });
    const params = { authorizationId: row.authorizationId };
    const adjust = async (body: object) => {
      const { said: status, body: answer } = await run(decide.adjustRelation, session, { params, body });
      const { permissions, validUntil } = await now_(row);
      const { detail } = (await eventsOf(row.personKey, 'relation-adjusted')).at(-1) ?? {};
      return { status, answer, permissions, validUntil, detail };
    };
    const answered = { authorizationId: row.authorizationId, state: 'active' };
    expect((await adjust({})).status).toBe('BAD_REQUEST');
    expect((await adjust({ validUntil: yesterday })).status).toBe('BAD_REQUEST');
    const narrowed = await adjust({ permissions: ['invoice', 'filing'] });
    expect(narrowed).toMatchObject({
      status: '200',
      answer: { ...answered, permissions: ['filing', 'invoice'], validUntil: tomorrow },
      permissions: ['filing', 'invoice'],
      validUntil: tomorrow,
      detail: { permissions: 'filing invoice' },
    });
    expect(narrowed.detail).not.toHaveProperty('validUntil');
    const longer = await adjust({ validUntil: '2027-12-31' });
    expect(longer).toMatchObject({
      answer: { permissions: ['filing', 'invoice'], validUntil: '2027-12-31' },
      validUntil: '2027-12-31',
    });
    const endless = await adjust({ validUntil: null });
    expect(endless.answer).toEqual({ ...answered, permissions: ['filing', 'invoice'] });
    expect(endless.validUntil).toBeUndefined();
    expect((await adjust({ permissions: [], revision: '1' })).status).toBe('STATE_CONFLICT');
    expect((await adjust({ permissions: [], revision: (await now_(row)).rev.toString() })).status).toBe(
      '200',
    );
    const ended = await related(await registered(), id, { state: 'deleted' });
    const gone = { params: { authorizationId: ended.authorizationId }, body: { validUntil: null } };
    expect(await said(decide.adjustRelation, session, gone)).toBe('STATE_CONFLICT');
    const strangers = await managed();
    expect(await said(decide.adjustRelation, strangers.session, { params, body: { validUntil: null } })).toBe(
      'NOT_FOUND',
    );
  });

  it('CTR-3 REL-11 are listed by role, masked, each list of the company’s own term', async () => {
    const { id, session } = await managed({ term: 1 });
    const clerk = await registered(sample({ name: '欧阳建国' }));
    const row = await related(clerk, id, {
      role: 'invoice-clerk',
      state: 'active',
      companyTerm: 1,
      validUntil: day,
    });
    await related(await registered(), id, { state: 'active', companyTerm: 0 });
    const gone = await related(await registered(), id, { state: 'deleted' });
    const list = async (state: string, cursor?: string) =>
      (await run(listStaff, session, { query: { state, cursor } }, { term: 1 })).body;
    const active = await list('active');
    expect(active.staff.map(({ role }: { role: string }) => role)).toEqual([
      'legal-representative',
      'invoice-clerk',
    ]);
    expect(active.staff[1]).toMatchObject({
      authorizationId: row.authorizationId,
      name: '欧阳**',
      documentNumber: `340***********${clerk.documentNumber.slice(-4)}`,
      state: 'active',
      revision: '1',
      validUntil: day,
    });
    expect(active).not.toHaveProperty('cursor');
    const history = (await list('history')).staff.map(({ state }: { state: string }) => state);
    expect(history.sort()).toEqual(['company-cancelled', 'deleted']);
    for (let more = 0; more < 50; more++) await related(await registered(), id, { companyTerm: 1 });
    const first = await list('pending');
    expect(first.staff).toHaveLength(50);
    expect(first).not.toHaveProperty('cursor');
    await related(await registered(), id, { companyTerm: 1 });
    const { cursor } = await list('pending');
    expect((await list('pending', cursor)).staff).toHaveLength(1);
    expect(await said(listStaff, session, { query: { state: 'active', cursor } }, { term: 1 })).toBe(
      'BAD_REQUEST',
    );
    const params = { authorizationId: gone.authorizationId };
    expect((await run(decide.hideRelation, session, { params })).body).toMatchObject({
      state: 'deleted',
      ...params,
    });
    expect((await list('history')).staff).toHaveLength(1);
    const { relation } = await managed();
    expect(
      await said(decide.hideRelation, session, { params: { authorizationId: relation.authorizationId } }),
    ).toBe('NOT_FOUND');
  });
});

describe('a person’s own authorizations', () => {
  it('REL-6 an application waits for a company that is at work', async () => {
    const who = await registered();
    const session = await signedIn(who);
    const { id } = await company({ term: 3 });
    const apply = (facts: object, of: Session = session) =>
      run(applyToCompany, of, { body: { taxpayerId: id, role: 'tax-handler', ...facts } });
    const { said: status, body } = await apply({ validUntil: tomorrow });
    expect(status).toBe('201');
    expect(await relationOf(who, id)).toMatchObject({
      authorizationId: body.authorizationId,
      state: 'pending',
      direction: 'applied',
      refusable: true,
      source: 'person',
      validUntil: tomorrow,
      companyTerm: 3,
      permissions: ['filing', 'declaration', 'enquiry', 'invoice'],
    });
    expect((await eventsOf(personKeyOf(who), 'relation-pending'))[0]?.detail).toMatchObject({
      direction: 'applied',
    });
    expect((await apply({ role: 'invoice-clerk' })).said).toBe('201');
    expect(await relationOf(who, id, 'invoice-clerk')).not.toHaveProperty('validUntil');
    const waiting = await company({ state: 'awaiting-confirmation' });
    for (const [facts, code] of [
      [{}, 'RELATION_EXISTS'],
      [{ role: 'finance-head' }, 'ROLE_NOT_ALLOWED'],
      [{ validUntil: yesterday }, 'BAD_REQUEST'],
      [{ taxpayerId: number() }, 'TAXPAYER_NOT_FOUND'],
      [{ taxpayerId: 'x' }, 'TAXPAYER_NOT_FOUND'],
      [{ taxpayerId: waiting.id }, 'COMPANY_NOT_CONFIRMED'],
    ] as const)
      expect((await apply(facts)).said).toBe(code);
    expect((await apply({}, { ...session, channel: 'ahtax-app' })).said).toBe('CHANNEL_NOT_ALLOWED');
  });

  it('REL-5 REL-3 REL-7 REL-9 are agreed to and refused as natural person, and withdrawn or left in any identity', async () => {
    const who = await registered();
    const session = await signedIn(who);
    const atWork = { ...session, ...acting(relationRow(who, companyRow('c_other'))) };
    const moved = async (
      step: unknown,
      facts: Partial<Relation>,
      of: Session = session,
      parts: object = {},
    ) => {
      const { id } = await company();
      const row = await related(who, id, facts);
      const answer = await run(step, of, { params: { authorizationId: row.authorizationId }, ...parts });
      return {
        status: answer.said,
        answer: answer.body,
        state: (await now_(row)).state,
        staffed: (await companyOf(id)).staffed,
      };
    };
    expect(await moved(own.acceptInvitation, {})).toMatchObject({
      status: '200',
      answer: { state: 'active' },
      state: 'active',
      staffed: true,
    });
    expect(await moved(own.rejectInvitation, {})).toMatchObject({
      status: '200',
      state: 'rejected',
      staffed: undefined,
    });
    expect(await moved(own.withdrawApplication, { direction: 'applied' }, atWork)).toMatchObject({
      status: '200',
      state: 'withdrawn',
    });
    expect(await moved(own.leaveCompany, { state: 'active' }, atWork)).toMatchObject({
      status: '204',
      state: 'deleted',
      staffed: undefined,
    });
    for (const step of [own.acceptInvitation, own.rejectInvitation])
      expect(await moved(step, {}, atWork)).toMatchObject({ status: 'ROLE_NOT_ALLOWED', state: 'pending' });
    expect((await moved(own.rejectInvitation, { refusable: false })).status).toBe('REFUSAL_NOT_ALLOWED');
    const app = { ...session, channel: 'ahtax-app' } as const;
    for (const step of [
      own.acceptInvitation,
      own.rejectInvitation,
      own.withdrawApplication,
      own.leaveCompany,
      own.hideOwnAuthorization,
    ])
      expect((await moved(step, {}, app)).status).toBe('CHANNEL_NOT_ALLOWED');
    const stranger = await signedIn(await registered());
    for (const step of [
      own.acceptInvitation,
      own.rejectInvitation,
      own.withdrawApplication,
      own.leaveCompany,
      own.hideOwnAuthorization,
    ])
      expect((await moved(step, {}, stranger)).status).toBe('NOT_FOUND');
    for (const [step, facts, seen] of [
      [own.acceptInvitation, {}, 'body'],
      [own.rejectInvitation, {}, 'body'],
      [own.withdrawApplication, { direction: 'applied' as const }, 'body'],
      [own.leaveCompany, { state: 'active' as const }, 'query'],
    ] as const)
      expect((await moved(step, facts, session, { [seen]: { revision: '9' } })).status).toBe(
        'STATE_CONFLICT',
      );
    // SES-5 PHN-4: agreeing wants what managing wants, in a session that lives.
    const qr = await signedIn(who, { qr: 'ahtax-app', factorAt: 0 });
    expect((await moved(own.acceptInvitation, {}, qr)).status).toBe('FRESH_FACTOR_REQUIRED');
    expect((await moved(own.rejectInvitation, {}, qr)).status).toBe('200');
    const over = await signedIn(who, { ended: { reason: 'logged-out', at: seconds } });
    expect((await moved(own.acceptInvitation, {}, over)).status).toBe('SESSION_ENDED');
  });

  it('ENT-4 nothing begins or ends at a company that is cancelled, or in a term that is over', async () => {
    const who = await registered();
    const session = await signedIn(who);
    for (const facts of [{ state: 'cancelled' as const }, { term: 1 }]) {
      const { id } = await company(facts);
      for (const [step, state] of [
        [own.acceptInvitation, 'pending'],
        [own.leaveCompany, 'active'],
      ] as const) {
        const row = await related(who, id, { state });
        expect(await said(step, session, { params: { authorizationId: row.authorizationId } })).toBe(
          'STATE_CONFLICT',
        );
        expect((await now_(row)).state).toBe(state);
      }
    }
    const { id } = await company({ state: 'awaiting-confirmation' });
    const row = await related(who, id);
    expect(
      await said(own.acceptInvitation, session, { params: { authorizationId: row.authorizationId } }),
    ).toBe('200');
  });

  it('CTR-3 REL-11 REL-3 are listed by company, with what may be refused', async () => {
    const who = await registered();
    const session = await signedIn(who);
    const ids = [number(), number(), number()];
    const [one = '', two = '', three = ''] = ids;
    await related(who, two, { refusable: false, validUntil: tomorrow });
    await related(who, one, { sealedId: 's1.k.x' });
    const over = await related(who, three, { validUntil: yesterday });
    const list = async (state: string, cursor?: string) =>
      (await run(listAuthorizations, session, { query: { state, cursor } })).body;
    const { authorizations, ...rest } = await list('pending');
    expect(rest).toEqual({});
    expect(
      authorizations.map(({ taxpayerId, refusable, revision, state }: Item) => [
        taxpayerId,
        refusable,
        revision,
        state,
      ]),
    ).toEqual([
      [one, true, '1', 'pending'],
      [two, false, '1', 'pending'],
    ]);
    const history = (await list('history')).authorizations;
    expect(history).toMatchObject([
      { authorizationId: over.authorizationId, state: 'expired', refusable: false },
    ]);
    // The company was cancelled a moment ago: its copies do not say so yet.
    await putRows(db, 'Taxpayers', companyRow(keyOf(one), { state: 'cancelled', copiesDue: 'due', rev: 9 }));
    expect((await list('pending')).authorizations).toHaveLength(1);
    expect(
      (await run(own.hideOwnAuthorization, session, { params: { authorizationId: over.authorizationId } }))
        .said,
    ).toBe('200');
    expect((await list('history')).authorizations).toEqual([]);
    for (let more = 0; more < 49; more++) await related(who, number());
    const first = await list('pending');
    const second = await list('pending', first.cursor);
    expect([first.authorizations.length + second.authorizations.length, second.cursor]).toEqual([
      50,
      undefined,
    ]);
  });

  it('REL-11 DOC-4 a preview shows the name, and counts whatever it finds', async () => {
    const session = await signedIn(await registered());
    const preview = (taxpayerId: string, of: Session = session) =>
      run(previewCompany, of, { body: { taxpayerId } });
    const { id } = await company();
    expect((await preview(id)).body).toEqual({ taxpayerName: '黄山毛峰有限公司' });
    const waiting = await company({ state: 'awaiting-confirmation' });
    expect((await preview(waiting.id)).said).toBe('COMPANY_NOT_CONFIRMED');
    expect((await preview('x')).said).toBe('TAXPAYER_NOT_FOUND');
    expect((await preview(id, { ...session, channel: 'ahtax-app' })).said).toBe('CHANNEL_NOT_ALLOWED');
    for (let more = 0; more < 18; more++) expect((await preview(number())).said).toBe('TAXPAYER_NOT_FOUND');
    const last = await preview(id);
    expect([last.said, last.body]).toEqual(['TOO_MANY_REQUESTS', { retryAt: '2027-03-03T00:00:00+08:00' }]);
  });
});

describe('a company that waits for confirmation', () => {
  const waiting = (facts: Partial<KnownTaxpayer> = {}) =>
    company({ state: 'awaiting-confirmation', ...facts });
  const copies = { taxpayerState: 'awaiting-confirmation' as const, source: 'registry' as const };
  const confirm = (session: Session, row: Relation, facts: object = {}) =>
    run(confirmCompany, session, {
      params: { confirmationId: row.authorizationId },
      body: { kind: 'one-licence', ...facts },
    });

  it('ENT-1 ENT-2 is confirmed by whoever an authority named, who becomes active with it', async () => {
    const who = await registered();
    const session = await signedIn(who);
    const { id } = await waiting();
    const row = await related(who, id, copies);
    const { said: status, body } = await confirm(session, row);
    expect([status, body]).toEqual(['200', { taxpayerId: id, taxpayerName: '黄山毛峰有限公司' }]);
    expect(await companyOf(id)).toMatchObject({ state: 'active', staffed: true, confirmedAt: at });
    expect(await now_(row)).toMatchObject({ state: 'active', taxpayerState: 'active' });
    expect((await eventsOf(keyOf(id), 'company-state'))[0]?.detail).toEqual({
      state: 'active',
      kind: 'one-licence',
    });
    expect((await confirm(session, row)).said).toBe('STATE_CONFLICT');
    // A handler who is active already confirms too, as long as they are.
    const active = await waiting();
    const handler = await related(who, active.id, { ...copies, state: 'active', source: 'hall' });
    expect((await confirm(session, handler)).said).toBe('200');
    const boss = await waiting({ legalRepresentative: { personKey: personKeyOf(who), at } });
    const representative = await related(who, boss.id, { ...copies, role: 'legal-representative' });
    expect((await confirm(session, representative, { kind: 'new-taxpayer' })).said).toBe('200');
    expect((await now_(representative)).state).toBe('active');
  });

  it('ENT-2 REL-9 REL-11 SES-5 by nobody else, for nothing else, and not unseen', async () => {
    const who = await registered();
    const session = await signedIn(who);
    const { id } = await waiting({ rev: 4 });
    const row = await related(who, id, copies);
    const atWork = { ...session, ...acting(relationRow(who, companyRow('c_other'))) };
    const qr = await signedIn(who, { qr: 'ahtax-app', factorAt: 0 });
    const stranger = await signedIn(await registered());
    for (const [of, facts, code] of [
      [atWork, {}, 'ROLE_NOT_ALLOWED'],
      [{ ...session, channel: 'ahtax-app' }, {}, 'CHANNEL_NOT_ALLOWED'],
      [qr, {}, 'FRESH_FACTOR_REQUIRED'],
      [stranger, {}, 'NOT_FOUND'],
      [session, { kind: 'new-taxpayer' }, 'ROLE_NOT_ALLOWED'],
      [session, { kind: 'sole-proprietor' }, 'ROLE_NOT_ALLOWED'],
      [session, { revision: '3' }, 'STATE_CONFLICT'],
      [{ ...session, sessionId: 'none' }, {}, 'SESSION_ENDED'],
    ] as const)
      expect((await confirm(of, row, facts)).said, code).toBe(code);
    for (const facts of [
      { source: 'company' as const },
      { role: 'finance-head' as const },
      { state: 'deleted' as const },
      { validUntil: yesterday },
      { companyTerm: 2 },
    ]) {
      const other = await waiting();
      const mine = await related(who, other.id, { ...copies, ...facts });
      expect((await confirm(session, mine)).said, JSON.stringify(facts)).toBe('ROLE_NOT_ALLOWED');
    }
    expect((await companyOf(id)).state).toBe('awaiting-confirmation');
    expect((await confirm(session, row, { revision: '4' })).said).toBe('200');
  });

  it('ENT-2 REL-2 nor by a handler who is struck off between read and commit', async () => {
    const who = await registered();
    const session = await signedIn(who);
    const { id } = await waiting();
    const handler = await related(who, id, { ...copies, state: 'active', source: 'hall' });
    let struck = false;
    const transact: typeof db.transact = async (...given) => {
      if (!struck) await putRows(db, 'Relationships', { ...handler, state: 'deleted', rev: 2 });
      struck = true;
      return db.transact(...given);
    };
    const call = {
      params: { confirmationId: handler.authorizationId },
      body: { kind: 'one-licence' },
    };
    const { said: code } = await run(confirmCompany, session, call, {}, { ...ctx, db: { ...db, transact } });
    expect(struck).toBe(true);
    expect(code).toMatch(/^(ROLE_NOT_ALLOWED|RELATION_NOT_FOUND)$/);
    expect((await companyOf(id)).state).toBe('awaiting-confirmation');
  });

  it('ENT-1 ENT-2 CTR-3 is listed once, with what each may confirm', async () => {
    const who = await registered();
    const session = await signedIn(who);
    const list = async () => (await run(listConfirmations, session)).body.confirmations;
    expect(await list()).toEqual([]);
    const one = await waiting({ rev: 4, subjects: ['sole-proprietor'] });
    const first = await related(who, one.id, { ...copies, role: 'legal-representative' });
    const second = await related(who, one.id, copies);
    // The index still shows these, and none of them is to be confirmed any more.
    const confirmed = await company();
    await related(who, confirmed.id, copies);
    const over = await waiting({ term: 1 });
    await related(who, over.id, copies);
    const late = await waiting();
    await related(who, late.id, { ...copies, validUntil: yesterday });
    await related(who, number(), copies);
    expect(await list()).toEqual([
      {
        // The index has no order: either relation entitles the person.
        confirmationId: expect.toBeOneOf([first.authorizationId, second.authorizationId]),
        taxpayerId: one.id,
        taxpayerName: '黄山毛峰有限公司',
        revision: '4',
        kinds: ['new-taxpayer', 'sole-proprietor'],
      },
    ]);
  });
});

describe('at the counter of a hall', () => {
  const assertion = (facts: object = {}) => ({ channel: 'hall', officer: '0042', office: '3401', ...facts });
  const hall = (step: unknown, parts: object = {}, facts: object = {}) =>
    runIn(step, ctx, {
      origin: { ...origin, channel: 'hall' },
      caller: { assertion: assertion(facts) },
      ...parts,
    });
  const entered = (who: Sample, id: string, facts: object = {}, by: object = {}) =>
    hall(relateAtHall, { body: { person: claimed(who), taxpayerId: id, role: 'tax-handler', ...facts } }, by);
  const order = (who: Sample, facts: object = {}, by: object = {}) =>
    hall(
      orderAtHall,
      {
        body: {
          person: { documentType: '201', documentNumber: who.documentNumber },
          order: 'end-sessions',
          reason: '核查',
          ...facts,
        },
      },
      by,
    );

  it('CHN-1 REG-9 works a hall with officer and office alone, and a wrong name counts with both', async () => {
    const { id } = await company();
    const who = await registered();
    for (const step of [collectPerson, confirmAtHall, orderAtHall, relateAtHall, removeAtHall]) {
      const parts = {
        body: { person: claimed(who), taxpayerId: id, role: 'tax-handler' },
        params: { authorizationId: 'x' },
      };
      expect((await hall(step, parts, { channel: 'ahtax-app' })).said).toBe('CHANNEL_NOT_ALLOWED');
      for (const none of [{ officer: undefined }, { office: undefined }])
        expect((await hall(step, parts, none)).said).toBe('ASSERTION_INVALID');
    }
    expect((await entered({ ...who, name: '别人' }, id)).said).toBe('PERSON_MISMATCH');
    const [miss] = await eventsOf(personKeyOf(who), 'identity-refused');
    expect(miss).toMatchObject({
      outcome: 'failure',
      detail: { officer: '0042', office: '3401', reason: 'name' },
    });
    const misses = { ticketKey: `m_${personKeyOf(who)}_${day}` };
    expect((await db.get<Item>('Tickets', misses))?.misses).toBe(1);
    expect((await entered(who, number())).said).toBe('TAXPAYER_NOT_FOUND');
    expect((await db.get<Item>('Tickets', misses))?.misses).toBe(1);
  });

  it('ENT-3 REL-3 whoever stands there works at once, whoever is brought in is asked', async () => {
    const { id } = await company({ term: 1 });
    const self = sample();
    const first = await entered(self, id, { validUntil: tomorrow });
    expect(first.said).toBe('201');
    expect(await relationOf(self, id)).toMatchObject({
      authorizationId: first.body.authorizationId,
      state: 'active',
      direction: 'invited',
      source: 'hall',
      refusable: true,
      validUntil: tomorrow,
      companyTerm: 1,
    });
    expect((await companyOf(id)).staffed).toBe(true);
    expect(await findPerson(db, personKeyOf(self))).toMatchObject({ rev: 1 });
    expect((await eventsOf(keyOf(id), 'relation-active'))[0]?.detail).toMatchObject({
      officer: '0042',
      office: '3401',
    });
    expect((await entered(self, id)).said).toBe('RELATION_EXISTS');
    const front = (who: Sample) => ({ person: { documentType: '201', documentNumber: who.documentNumber } });
    const other = await company();
    expect((await entered(await registered(), other.id, {}, front(self))).said).toBe('201');
    expect(await companyOf(other.id)).not.toHaveProperty('staffed');
    const [brought, named] = [sample(), sample()];
    await entered(brought, other.id, {}, front(self));
    expect(await relationOf(brought, other.id)).toMatchObject({ state: 'pending' });
    expect(await relationOf(brought, other.id)).not.toHaveProperty('validUntil');
    await entered(named, other.id, {}, front(named));
    expect((await relationOf(named, other.id))?.state).toBe('active');
    // Asked before, and here now: the same authorization, with the last day if one is given.
    const waited = await relationOf(brought, other.id);
    expect((await entered(brought, other.id, { validUntil: tomorrow })).body.authorizationId).toBe(
      waited?.authorizationId,
    );
    expect(await relationOf(brought, other.id)).toMatchObject({ state: 'active', validUntil: tomorrow });
    const again = await registered();
    await related(again, other.id, { validUntil: tomorrow });
    await entered(again, other.id);
    expect(await relationOf(again, other.id)).toMatchObject({ state: 'active', validUntil: tomorrow });
    const waiting = await registered();
    await related(waiting, other.id);
    expect((await entered(waiting, other.id, {}, front(self))).said).toBe('RELATION_EXISTS');
    const old = await registered();
    const past = await related(old, other.id, { companyTerm: 7 });
    expect((await entered(old, other.id)).body.authorizationId).not.toBe(past.authorizationId);
  });

  it('REL-3 a finance head is asked unless the officer has them there, and stays until the next', async () => {
    const { id } = await company();
    const [one, two] = [sample(), sample()];
    const head = (who: Sample, facts: object = {}, by: object = {}) =>
      entered(who, id, { role: 'finance-head', ...facts }, by);
    const front = (who: Sample) => ({ person: { documentType: '201', documentNumber: who.documentNumber } });
    expect((await head(one, { validUntil: tomorrow })).said).toBe('BAD_REQUEST');
    expect((await head(one, { validUntil: '' })).said).toBe('201');
    expect((await relationOf(one, id, 'finance-head'))?.state).toBe('pending');
    expect(await companyOf(id)).not.toHaveProperty('staffed');
    expect((await head(one)).said).toBe('RELATION_EXISTS');
    expect((await head(one, {}, front(one))).said).toBe('201');
    expect((await relationOf(one, id, 'finance-head'))?.state).toBe('active');
    expect((await head(one, {}, front(one))).said).toBe('RELATION_EXISTS');
    const next = await head(two, {}, front(two));
    expect(await relationOf(two, id, 'finance-head')).toMatchObject({
      state: 'active',
      authorizationId: next.body.authorizationId,
    });
    expect((await relationOf(one, id, 'finance-head'))?.state).toBe('superseded');
    expect((await companyOf(id)).financeHead?.personKey).toBe(personKeyOf(two));
    for (const role of ['legal-representative', 'tax-agent'])
      expect((await entered(one, id, { role })).said).toBe('ROLE_NOT_ALLOWED');
  });

  it('ENT-2 ENT-4 a company that waits is confirmed or staffed, a cancelled one is none', async () => {
    const waiting = await company({ state: 'awaiting-confirmation' });
    expect((await entered(sample(), waiting.id)).said).toBe('201');
    const confirm = (id: string) => hall(confirmAtHall, { body: { taxpayerId: id } });
    expect((await confirm(waiting.id)).body).toEqual({
      taxpayerId: waiting.id,
      taxpayerName: '黄山毛峰有限公司',
    });
    expect((await companyOf(waiting.id)).state).toBe('active');
    expect((await confirm(waiting.id)).said).toBe('STATE_CONFLICT');
    const gone = await company({ state: 'cancelled' });
    expect([(await confirm(gone.id)).said, (await entered(sample(), gone.id)).said]).toEqual(
      Array(2).fill('TAXPAYER_NOT_FOUND'),
    );
    expect((await confirm(number())).said).toBe('TAXPAYER_NOT_FOUND');
  });

  it('REL-7 ENT-4 removes handlers and clerks of any company, in their term', async () => {
    const { id } = await company({ term: 1 });
    const removal = async (facts: Partial<Relation>) => {
      const row = await related(await registered(), id, { companyTerm: 1, ...facts });
      return (await hall(removeAtHall, { params: { authorizationId: row.authorizationId } })).said;
    };
    for (const state of ['pending', 'active'] as const) expect(await removal({ state })).toBe('204');
    expect(await removal({ state: 'deleted' })).toBe('STATE_CONFLICT');
    expect(await removal({ state: 'active', companyTerm: 0 })).toBe('STATE_CONFLICT');
    expect(await removal({ state: 'active', role: 'finance-head' })).toBe('ROLE_NOT_ALLOWED');
    expect((await hall(removeAtHall, { params: { authorizationId: 'none' } })).said).toBe('NOT_FOUND');
  });

  it('REG-2 LVL-1 collects a person under the officer’s own id', async () => {
    const who = sample();
    const collected = await hall(collectPerson, {
      body: { person: claimed(who), phone: who.phone, officer: 'nobody' },
    });
    expect([collected.said, collected.body]).toEqual(['201', { realNameLevel: 5 }]);
    expect((await findPerson(db, personKeyOf(who)))?.hall?.officer).toBe('0042');
  });

  it('ORD-1 an office gives so many orders an hour, and the operators are told in time', async () => {
    const lines: string[] = [];
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = ((text: string) => lines.push(text) > 0) as typeof process.stdout.write;
    const seen = () => {
      const parsed = lines.filter((line) => line.includes('order-given')).map((line) => JSON.parse(line));
      lines.length = 0;
      return parsed.map(({ level, inHour, OrdersNearLimit, office: of }) => [
        level,
        inHour,
        OrdersNearLimit,
        of,
      ]);
    };
    try {
      const office = { office: `office-${newHandle()}` };
      const who = await registered();
      expect((await order(who, {}, office)).said).toBe('204');
      expect(seen()).toEqual([['INFO', 1, 0, office.office]]);
      expect((await order(who, {}, office)).said).toBe('204');
      expect(seen()).toEqual([['WARN', 2, 1, office.office]]);
      expect((await order(who, {}, office)).said).toBe('TOO_MANY_REQUESTS');
      expect(seen()).toEqual([['WARN', 2, 1, office.office]]);
      expect(await ordersInHour(db, office.office, now)).toBe(2);
      // What is refused for itself is no order of the office.
      const other = { office: `office-${newHandle()}` };
      expect((await order(who, { order: 'suspend' }, other)).said).toBe('BAD_REQUEST');
      expect(seen()).toEqual([]);
      expect(await ordersInHour(db, other.office, now)).toBe(0);
      const real = ctx.db;
      const blind = new Proxy(real, {
        get: (of, name: keyof Db) =>
          name === 'get'
            ? (table: string, ...more: never[]) =>
                table === 'Tickets'
                  ? Promise.reject(new Error('away'))
                  : of.get(table as 'Users', ...(more as unknown as [never]))
            : of[name],
      });
      Object.assign(ctx, { db: blind });
      expect((await order(who, {}, other)).said).toBe('204');
      Object.assign(ctx, { db: real });
      expect(seen()).toEqual([['INFO', 0, 0, other.office]]);
    } finally {
      process.stdout.write = write;
    }
  });
});
