import { beforeAll, describe, expect, it } from 'vitest';
import { newHandle } from '#crypto/random.ts';
import { seal } from '#crypto/sealed.ts';
import { transitions } from '#domain/companies/relations.ts';
import type { Audience, Matter } from '#domain/factors/matters.ts';
import { Problem } from '#domain/problem.ts';
import { originOf } from '#journeys/audit.ts';
import { fromRegistry } from '#journeys/change-origin.ts';
import { actingOptionOf, identityOf } from '#journeys/companies/acting-option.ts';
import { entryProblem, knownCompany, notRelatedProblem } from '#journeys/companies/admission.ts';
import { provenCompany } from '#journeys/companies/proven-company.ts';
import { relationAudits } from '#journeys/companies/relation-audits.ts';
import {
  authorizationOf,
  hideAuthorization,
  retriedTransitionWrites,
  transitionWrites,
} from '#journeys/companies/relation-transitions.ts';
import { handlerKeysOf, possibleHandler } from '#journeys/companies/report-handlers.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { activeRelationCheck } from '#store/companies/relation-checks.ts';
import { findAuthorization, type Relation } from '#store/companies/relations.ts';
import { storedNumber } from '#store/companies/taxpayers.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { exists } from '#store/dynamodb/expressions.ts';
import type { Db, Put, Write } from '#store/dynamodb/tables.ts';
import type { EffectiveSession } from '#store/sessions/effective-session.ts';
import { companyRow, contextOf, dataKeys, putRows, recordOf } from '../support/in-process.ts';
import { at, day, now, relationRow, yesterday } from '../support/step-fixtures.ts';
import { openStore, refusalOf } from '../support/store.ts';

/** Small journeys about a company and a relation, each with rows as they may stand there. */
let db: Db;
let ctx: FlowContext;
beforeAll(async () => {
  db = await openStore('Audit', 'Relationships', 'Taxpayers');
  ctx = contextOf(db);
});

const number = '91340100MA0000001X';
const personal = '340102199001011234';
const relation = (facts: Partial<Relation> = {}): Relation => {
  const { personKey = `p1_${newHandle()}`, companyKey = `c_${number}` } = facts;
  return relationRow({ personKey, name: '欧阳建国' }, companyRow(companyKey, { taxpayerId: number }), {
    permissions: ['invoice'],
    createdAt: at,
    updatedAt: at,
    ...facts,
  });
};
async function stored(facts: Partial<Relation> = {}): Promise<Relation> {
  const row = relation(facts);
  await putRows(db, 'Relationships', row, {
    personKey: `authorization#${row.authorizationId}`,
    relation: 'guard',
    holder: row.personKey,
    at: row.relation,
  });
  return row;
}
const changed = (run: Promise<unknown>) =>
  refusalOf(run).catch((error) => (error instanceof ConcurrentChange ? 'changed' : error));

describe('who enters which company', () => {
  it('LGN-2 LGN-7 ENT-2 SPC-1 an unknown and a cancelled one are the same; a waiting one is known, and nobody enters it', () => {
    for (const gone of [undefined, companyRow('c_1', { state: 'cancelled' }), { companyKey: 'c_1', rev: 1 }])
      expect(() => knownCompany(gone)).toThrow(expect.objectContaining({ code: 'TAXPAYER_NOT_FOUND' }));
    const waiting = companyRow('c_1', { state: 'awaiting-confirmation' });
    const atWork = companyRow('c_1');
    for (const known of [waiting, atWork]) expect(knownCompany(known)).toBe(known);
    expect(entryProblem('enterprise', companyRow('c_1'))).toBeUndefined();
    expect(entryProblem('enterprise', waiting)?.code).toBe('COMPANY_NOT_CONFIRMED');
    const special = companyRow('c_1', { subjects: ['cross-region'] });
    expect(entryProblem('enterprise', special)).toMatchObject({
      code: 'USE_SPECIAL_ENTRY',
      details: { entry: 'cross-region' },
      variant: undefined,
    });
    expect(entryProblem('cross-region', companyRow('c_1'))).toMatchObject({
      code: 'USE_SPECIAL_ENTRY',
      details: { entry: 'enterprise' },
      variant: 'enterprise',
    });
  });

  it('LGN-8 SPC-3 SPC-4 whoever has no relation learns what waits and where to turn', () => {
    const pending = relation({ state: 'pending', direction: 'applied' });
    const told = (relations: Relation[], how?: Parameters<typeof notRelatedProblem>[2]) => {
      const { code, details, variant } = notRelatedProblem(relations, day, how);
      return [code, details, variant];
    };
    const code = 'RELATION_NOT_FOUND';
    expect(told([])).toEqual([code, {}, undefined]);
    const waits = { pendingAuthorizationId: pending.authorizationId, pendingDirection: 'applied' };
    expect(told([relation(), pending])).toEqual([code, waits, undefined]);
    expect(told([relation({ state: 'pending', validUntil: yesterday })])).toEqual([code, {}, undefined]);
    expect(told([], { phoneTyped: true })).toEqual([code, {}, 'phone']);
    for (const [entry, scope] of [
      ['cross-region', 'cross-region'],
      ['cross-region-property', 'special'],
      ['social-insurance', 'special'],
    ] as const) {
      expect(told([], { entry })).toEqual([code, {}, scope]);
      expect(told([], { entry, phoneTyped: true })).toEqual([code, {}, `${scope}-phone`]);
    }
    expect(told([], { entry: 'agency' })).toEqual([code, {}, undefined]);
  });

  it('SWI-5 SPC-1 REL-8 becomes what the relation gives, as long as it gives it', async () => {
    const row = await stored({ companyKey: `c_${newHandle()}` });
    await putRows(db, 'Taxpayers', companyRow(row.companyKey));
    const company = { taxpayerId: number, taxpayerName: '黄山毛峰有限公司', role: 'tax-handler' };
    expect(identityOf(ctx, row)).toEqual({ kind: 'enterprise', ...company, permissions: ['invoice'] });
    expect(identityOf(ctx, row, 'cross-region')).toEqual({
      kind: 'special',
      subject: 'cross-region',
      ...company,
    });
    const plain = actingOptionOf(ctx, row, now);
    const basis = {
      by: 'relation',
      companyKey: row.companyKey,
      role: 'tax-handler',
      authorizationId: row.authorizationId,
    };
    expect([plain.identity, plain.company]).toEqual([identityOf(ctx, row), basis]);
    const reported = actingOptionOf(ctx, row, now, 'cross-region', '1号');
    expect(reported.company).toEqual({ ...basis, reportNo: '1号' });
    expect(reported.identity).toMatchObject({ kind: 'special', reportNo: '1号' });
    expect(await changed(db.transact(plain.writes))).toBeUndefined();
    await putRows(db, 'Relationships', { ...row, state: 'deleted' });
    expect(await changed(db.transact(plain.writes))).toBe('RELATION_NOT_FOUND');
    await putRows(db, 'Relationships', { ...row, authorizationId: 'other' });
    expect(await changed(db.transact(plain.writes))).toBe('RELATION_NOT_FOUND');
    await putRows(db, 'Relationships', row);
    await putRows(db, 'Taxpayers', companyRow(row.companyKey, { term: 1 }));
    expect(await changed(db.transact(plain.writes))).toBe('RELATION_NOT_FOUND');
  });
});

describe('the company that a proof names', () => {
  const matter = (needs?: Matter['needs']): Matter => ({
    code: 'm',
    zh: '事项',
    class: 'other',
    validitySeconds: 0,
    needs,
  });
  const audience = (number_?: boolean): Audience => ({ code: 'invoice', document: false, number: number_ });
  const sessionOf = (identity: object, company?: object): EffectiveSession =>
    ({
      session: { identity, ...(company ? { company } : {}) },
      lost: false,
      permissions: ['invoice'],
    }) as unknown as EffectiveSession;
  const acting = (companyKey: string, identity: object) =>
    sessionOf(identity, { companyKey, role: 'tax-handler' });
  const proven = (session: EffectiveSession, of: Audience = audience(), needs?: Matter['needs']) =>
    provenCompany(ctx, session, { matter: matter(needs), audience: of });

  it('STP-4 DOC-4 is none for a person, and a number that is a person’s only for whoever may see it', async () => {
    expect(await proven(sessionOf({ kind: 'natural' }))).toBeUndefined();
    const key = `c_${newHandle()}`;
    const plain = acting(key, { kind: 'enterprise', taxpayerId: number });
    const found = await proven(plain);
    expect(found).toEqual({
      ref: expect.any(String),
      taxpayerId: number,
      role: 'tax-handler',
      permissions: ['invoice'],
    });
    expect((await proven(plain, { ...audience(), code: 'filing' }))?.ref).not.toBe(found?.ref);
    expect(
      (await proven(acting(`c_${newHandle()}`, { kind: 'enterprise', taxpayerId: number })))?.ref,
    ).not.toBe(found?.ref);
    const masked = acting(key, { kind: 'special', taxpayerId: '340***********1234' });
    for (const may of [undefined, false])
      expect(await proven(masked, audience(may))).not.toHaveProperty('taxpayerId');
    expect(await proven(masked, audience(true))).not.toHaveProperty('taxpayerId');
    await putRows(
      db,
      'Taxpayers',
      companyRow(key, { taxpayerId: undefined as never, ...storedNumber(dataKeys, key, personal) }),
    );
    expect((await proven(masked, audience(true)))?.taxpayerId).toBe(personal);
    expect(await proven(masked, audience(false))).not.toHaveProperty('taxpayerId');
    expect((await proven(plain, audience(true)))?.taxpayerId).toBe(number);
  });

  it('STP-4 SWI-3 of an agency is the client that it serves, and a role or permission may be wanted', async () => {
    const agency = { kind: 'agency', agencyId: number, agencyName: '徽州' };
    expect((await proven(acting('c_1', agency)))?.taxpayerId).toBe(number);
    const client = { taxpayerId: '91340100MA0000002X', taxpayerName: '黄山' };
    expect((await proven(acting('c_1', { ...agency, client })))?.taxpayerId).toBe(client.taxpayerId);
    const natural = sessionOf({ kind: 'natural' }, { companyKey: 'c_1', role: 'tax-handler' });
    expect(await proven(natural)).not.toHaveProperty('taxpayerId');
    const plain = acting('c_1', { kind: 'enterprise', taxpayerId: number });
    expect(await proven(plain, audience(), 'invoice')).toBeDefined();
    for (const needs of ['filing', 'manager'] as const)
      expect(await refusalOf(proven(plain, audience(), needs))).toBe('ROLE_NOT_ALLOWED');
  });
});

describe('a change of a relation', () => {
  const call: AnyCall = {
    now,
    language: 'zh',
    origin: { channel: 'web', address: '192.0.2.77', browser: '', traceId: '' },
  };
  const origin = originOf(call, { personKey: 'p1_actor' });
  const puts = (writes: readonly Write[]) => writes.map((write) => (write as Put).put);

  it('AUD-1 REL-10 DOC-4 is told to both sides, to each as much as it may know', () => {
    expect(originOf(call, { personKey: 'p1_actor' })).toEqual({
      at: now,
      channel: 'web',
      address: '192.0.2.0',
      actor: 'p1_actor',
    });
    expect(originOf(call)).not.toHaveProperty('actor');
    expect(fromRegistry(now)).toEqual({ at: now, channel: 'exchange', address: '' });
    const row = relation();
    const writes = relationAudits(
      ctx,
      row,
      'deleted',
      { ...origin, detail: { officer: '1' } },
      { permissions: 'invoice' },
    );
    const both = { role: 'tax-handler', officer: '1', permissions: 'invoice' };
    expect(puts(writes).map(({ subject, kind, detail }) => [subject, kind, detail])).toEqual([
      [row.personKey, 'relation-deleted', { ...both, taxpayerId: number, taxpayerName: '黄山毛峰有限公司' }],
      [row.companyKey, 'relation-deleted', { ...both, person: '欧阳**' }],
    ]);
    expect(puts(writes)[0]).toMatchObject({ outcome: 'success', at, channel: 'web', actor: 'p1_actor' });
    // What the person may read of an application that nobody has accepted.
    const sealed = seal(dataKeys, `taxpayer:${row.companyKey}`, personal);
    const { taxpayerId: _, ...hidden } = relation({ source: 'person', state: 'pending', sealedId: sealed });
    const nameAs = (became: Parameters<typeof relationAudits>[2], of = hidden as Relation) =>
      (puts(relationAudits(ctx, of, became, origin))[0]?.detail as { taxpayerName: string } | undefined)
        ?.taxpayerName;
    expect(nameAs('withdrawn')).toBe('黄***');
    expect(nameAs('active')).toBe('黄山毛峰有限公司');
    expect(nameAs('adjusted')).toBe('黄***');
    expect(nameAs('adjusted', { ...(hidden as Relation), state: 'active' })).toBe('黄山毛峰有限公司');
  });

  it('REL-5 is found by its two sides alone', async () => {
    const row = await stored();
    const find = (side: Parameters<typeof authorizationOf>[2], id = row.authorizationId) =>
      refusalOf(authorizationOf(ctx, id, side));
    const { personKey, companyKey } = row;
    expect(await authorizationOf(ctx, row.authorizationId, { personKey, companyKey })).toEqual(row);
    for (const side of [{}, { personKey }, { companyKey }]) expect(await find(side)).toBeUndefined();
    for (const side of [
      { personKey: 'p' },
      { companyKey: 'c' },
      { personKey, companyKey: 'c' },
      { personKey: 'p', companyKey },
    ])
      expect(await find(side)).toBe('NOT_FOUND');
    expect(await find({}, 'none')).toBe('NOT_FOUND');
  });

  it('REL-10 AUD-1 is one write with its events, and read again only where somebody chose it from the row', async () => {
    const row = await stored({ state: 'pending' });
    const writes = transitionWrites(
      ctx,
      row,
      transitions.acceptInvitation,
      origin,
      { taxpayerName: '新名' },
      { x: 1 },
      '1',
    );
    expect(writes).toHaveLength(3);
    expect(puts(writes.slice(1)).map(({ kind }) => kind)).toEqual(['relation-active', 'relation-active']);
    expect(puts(writes.slice(1))[0]?.detail).toMatchObject({ x: 1 });
    await db.transact(writes);
    expect(await findAuthorization(db, row.authorizationId)).toMatchObject({
      state: 'active',
      taxpayerName: '新名',
    });
    expect(await changed(db.transact(writes))).toBe('STATE_CONFLICT');
    expect(() => transitionWrites(ctx, row, transitions.acceptInvitation, origin, {}, {}, '2')).toThrow(
      Problem,
    );
    const retried = retriedTransitionWrites(ctx, row, transitions.acceptInvitation, origin);
    expect(await changed(db.transact(retried))).toBe('changed');
    expect(retried[1]?.onRefused).toBeUndefined();
    expect(retried).toHaveLength(3);
  });

  it('CTR-3 ENT-4 清除记录 hides what has ended, looks again if it moved, and keeps to its further checks', async () => {
    const find = async (row: Relation) => (await findAuthorization(db, row.authorizationId)) as Relation;
    const ended = await stored({ state: 'deleted' });
    await hideAuthorization(ctx, 'company', now, () => find(ended));
    expect(await find(ended)).toMatchObject({ hiddenByCompany: true });
    const cancelled = await stored({ taxpayerState: 'cancelled' });
    const live = await stored();
    expect(await refusalOf(hideAuthorization(ctx, 'person', now, () => find(live)))).toBe('STATE_CONFLICT');
    // A list shows it as ended with its company; the row still says that it lives.
    expect(await refusalOf(hideAuthorization(ctx, 'person', now, () => find(cancelled)))).toBe(
      'STATE_CONFLICT',
    );
    // Nor does a manager's own relation, which the checks of the same transaction name.
    const own = [activeRelationCheck(live, day)];
    expect(await refusalOf(hideAuthorization(ctx, 'company', now, () => find(live), own))).toBe(
      'STATE_CONFLICT',
    );
    const past = await stored({ taxpayerTerm: 1 });
    expect((await hideAuthorization(ctx, 'person', now, () => find(past))).authorizationId).toBe(
      past.authorizationId,
    );
    const moved = await stored({ state: 'deleted' });
    const reads = [{ ...moved, authorizationId: 'before' }, moved];
    await hideAuthorization(ctx, 'person', now, async () => reads.shift() as Relation);
    expect(reads).toEqual([]);
    const check: Write = {
      table: 'Taxpayers',
      key: { companyKey: 'none' },
      condition: exists('rev'),
      onRefused: () => new Problem('RELATION_NOT_FOUND'),
    };
    const other = await stored({ state: 'deleted' });
    expect(await refusalOf(hideAuthorization(ctx, 'person', now, () => find(other), [check]))).toBe(
      'RELATION_NOT_FOUND',
    );
    expect(await find(other)).not.toHaveProperty('hiddenByPerson');
  });
});

it('SPC-3 DOC-4 a 经办人 is a name and a phone in one company, in any capitals', () => {
  const keys = (name: string, phone: string, companyKey = 'c_1') =>
    handlerKeysOf(ctx, companyKey, name, phone);
  const one = keys('Anna Müller', 'n1');
  expect(keys('ANNA MÜLLER', 'n1')).toEqual(one);
  expect(keys('Anna Müller', 'n2')).toEqual({
    ...one,
    handlerKey: expect.not.stringContaining(one.handlerKey),
  });
  for (const other of [keys('Anna Muller', 'n1'), keys('Anna Müller', 'n1', 'c_2')])
    expect([other.nameKey === one.nameKey, other.handlerKey === one.handlerKey]).toEqual([false, false]);
  const phone = (phoneKey: string) => ({ phoneId: phoneKey, phoneKey, sealed: 's1.x', since: at });
  const who = recordOf('p_1', 'Anna Müller');
  expect(possibleHandler(ctx, { ...who, phones: [phone('n1'), phone('n2')] }, 'c_1')).toEqual({
    companyKey: 'c_1',
    nameKey: one.nameKey,
    handlerKeys: [one.handlerKey, keys('Anna Müller', 'n2').handlerKey],
  });
  for (const phones of [undefined, []])
    expect(possibleHandler(ctx, { ...who, phones: phones as never }, 'c_1')).toBeUndefined();
});
