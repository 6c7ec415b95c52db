/** @module-tag long */
import { beforeAll, describe, expect, it } from 'vitest';
import { newHandle } from '#crypto/random.ts';
import { type Transition, transitions } from '#domain/companies/relations.ts';
import { Problem } from '#domain/problem.ts';
import { findListing, listingCheck, listingPut } from '#store/companies/handler-listings.ts';
import {
  beginRelationWrites,
  hideUpdate,
  type NewRelation,
  type RelationChanges,
  transitionUpdate,
} from '#store/companies/relation-changes.ts';
import {
  type CompanyCopies,
  copiesOf,
  copiesUpdate,
  hasSameCopies,
  nameUpdate,
  needsNoCopies,
  newRelationCopies,
} from '#store/companies/relation-copies.ts';
import {
  companyList,
  companyRows,
  confirmingRelations,
  type ListName,
  type ListPage,
  listKeysOf,
  personList,
  withListKeys,
} from '#store/companies/relation-lists.ts';
import { findAuthorization, findRelation, type Relation } from '#store/companies/relations.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Db, Item, Write } from '#store/dynamodb/tables.ts';
import { companyRow, putRows, watchedStore } from '../support/in-process.ts';
import { openStore } from '../support/store.ts';

/** The rows of relations: their lists, their changes, their copies of the company. */
let db: Db;
beforeAll(async () => {
  db = await openStore('Relationships');
});

const now = new Date('2027-03-02T10:00:00+08:00');
const [yesterday, day, tomorrow] = ['2027-03-01', '2027-03-02', '2027-03-03'];
const person = () => `p1_${newHandle()}`;
const company = () => `c_${newHandle()}`;

const facts = (of: Partial<NewRelation> = {}): NewRelation => ({
  personKey: person(),
  companyKey: 'c_1',
  role: 'tax-handler',
  state: 'pending',
  direction: 'invited',
  refusable: true,
  permissions: [],
  source: 'company',
  sealedName: 's1.x.y',
  taxpayerId: '91340100MA0000001X',
  taxpayerName: '合肥春晓科技有限公司',
  taxpayerState: 'active',
  ...of,
});
const rowOf = (of: Partial<Relation> = {}): Relation => {
  const { companyKey = 'c_1', role = 'tax-handler' } = of;
  return withListKeys({
    ...facts(),
    relation: `${companyKey}#${role}`,
    authorizationId: newHandle(),
    rev: 1,
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
    ...of,
  });
};
async function stored(of: Partial<Relation> = {}): Promise<Relation> {
  const row = rowOf(of);
  await putRows(db, 'Relationships', row);
  return row;
}
const current = async ({ personKey, relation }: Pick<Relation, 'personKey' | 'relation'>) =>
  (await db.get<Relation>('Relationships', { personKey, relation })) as Relation;
/** `done`, the code of the refusal, or `changed` if it has to be decided again. */
const outcome = async (write: () => Write | readonly Write[]): Promise<string> => {
  try {
    await db.transact([write()].flat() as Write[]);
    return 'done';
  } catch (error) {
    if (error instanceof Problem) return error.code;
    if (error instanceof ConcurrentChange) return 'changed';
    throw error;
  }
};

describe('the place of a relation in its lists', () => {
  const sorts = (of: Partial<Relation>) => listKeysOf(rowOf({ personKey: 'p', authorizationId: 'a', ...of }));

  it('CTR-3 ENT-4 REL-8 is by state, term and last day, and what has ended is history', () => {
    expect(sorts({})).toEqual({
      companySort: 'pending#999999#00000000#2#p#a',
      personSort: 'pending#00000000#c_1#tax-handler',
    });
    expect(sorts({ state: 'active', companyTerm: 2, taxpayerTerm: 2, validUntil: '2027-12-31' })).toEqual({
      companySort: 'active#999997#79728768#2#p#a',
      personSort: 'active#79728768#c_1#tax-handler',
    });
    expect(sorts({ state: 'deleted', validUntil: day })).toEqual({
      companySort: 'history#2#p#a',
      personSort: 'history#c_1#tax-handler',
    });
    expect(sorts({ state: 'deleted', hiddenByCompany: true }).companySort).toBe('hidden#2#p#a');
    expect(sorts({ state: 'deleted', hiddenByPerson: true }).personSort).toBe('hidden#c_1#tax-handler');
    // Of a later term, and of a company that is cancelled: for the person it is over.
    for (const ended of [{ taxpayerTerm: 1 }, { companyTerm: 1 }, { taxpayerState: 'cancelled' as const }])
      expect(sorts(ended).personSort).toBe('history#c_1#tax-handler');
    for (const living of [{ taxpayerTerm: 0 }, { companyTerm: 0 }, { companyTerm: 1, taxpayerTerm: 1 }])
      expect(sorts(living).personSort).toMatch(/^pending#/);
  });

  it('ENT-1 ENT-2 is among those who may confirm: a representative or handler whom an authority named, while the company waits', () => {
    const waiting = { taxpayerState: 'awaiting-confirmation', source: 'registry', personKey: 'p' } as const;
    const confirmer = (of: Partial<Relation> = {}) => listKeysOf(rowOf({ ...waiting, ...of })).confirmerKey;
    for (const may of [
      {},
      { source: 'hall' as const },
      { role: 'legal-representative' as const },
      { state: 'active' as const },
    ])
      expect(confirmer(may)).toBe('p');
    for (const not of [
      { source: 'company' as const },
      { source: 'person' as const },
      { role: 'finance-head' as const },
      { state: 'deleted' as const },
      { taxpayerState: 'active' as const },
      { taxpayerTerm: 1 },
    ]) {
      expect(confirmer(not), JSON.stringify(not)).toBeUndefined();
      expect(listKeysOf(rowOf({ ...waiting, ...not }))).not.toHaveProperty('confirmerKey');
    }
    const { confirmerKey: _, ...plain } = rowOf({ personKey: 'p' });
    expect(withListKeys({ ...plain, confirmerKey: 'somebody' })).toEqual(plain);
  });
});

describe('a list', () => {
  /** All pages of a list, and how many queries they took. */
  async function whole(read: (from: ListPage['next'], of: Db) => Promise<ListPage>) {
    const watched = watchedStore(db);
    const pages: string[][] = [];
    let next: ListPage['next'];
    do {
      const page = await read(next, watched.db);
      pages.push(page.relations.map(({ authorizationId }) => authorizationId));
      next = page.next;
    } while (next && pages.length < 20);
    return { pages, calls: watched.calls.length };
  }

  it('CTR-3 REL-8 ENT-4 of a company has its live people of this term, by last day and role, and the rest is history', async () => {
    const companyKey = company();
    const people = [person(), person(), person(), person(), person(), person(), person(), person(), person()];
    const of = (at: number, more: Partial<Relation>) =>
      stored({
        personKey: people[at] ?? '',
        companyKey,
        state: 'active',
        companyTerm: 1,
        authorizationId: `${at}`,
        ...more,
      });
    await of(0, { validUntil: day });
    await of(1, { validUntil: tomorrow });
    await of(2, {});
    await of(3, { role: 'legal-representative' });
    await of(4, { validUntil: yesterday });
    await of(5, { companyTerm: 0 });
    await of(6, { state: 'pending' });
    await of(7, { state: 'rejected' });
    await of(8, { state: 'deleted', hiddenByCompany: true });
    const list = (name: ListName, limit = 50, on = day) =>
      whole((from, store) => companyList(store, { companyKey, term: 1 }, name, { day: on, limit, from }));
    expect((await list('active')).pages).toEqual([['3', '2', '1', '0']]);
    expect((await list('active', 50, tomorrow)).pages).toEqual([['3', '2', '1']]);
    expect((await list('pending')).pages).toEqual([['6']]);
    expect(await list('live')).toEqual({ pages: [['6', '3', '2', '1', '0']], calls: 2 });
    expect(await list('history')).toEqual({ pages: [['7', '4', '5']], calls: 3 });
    // In pages, each once; the page after a full one begins where it ended, in the range that it ended in.
    expect((await list('live', 2)).pages).toEqual([['6', '3'], ['2', '1'], ['0']]);
    expect((await list('live', 1)).pages).toEqual([['6'], ['3'], ['2'], ['1'], ['0']]);
    expect((await list('live', 5)).pages).toHaveLength(1);
    expect((await list('history', 1)).pages).toEqual([['7'], ['4'], ['5']]);
    expect((await list('history', 2)).pages).toEqual([['7', '4'], ['5']]);
    const first = await companyList(db, { companyKey }, 'active', { day, limit: 50 });
    expect(first.relations.map(({ authorizationId }) => authorizationId)).toEqual(['5']);
    expect(first).not.toHaveProperty('next');
  });

  it('CTR-3 asks for no more than it shows and one more', async () => {
    const companyKey = company();
    for (const at of [0, 1, 2])
      await stored({
        personKey: `p${at}`,
        companyKey,
        state: at === 0 ? 'pending' : 'active',
        authorizationId: `${at}`,
      });
    const watched = watchedStore(db);
    const page = await companyList(watched.db, { companyKey }, 'live', { day, limit: 1 });
    expect(page.next).toEqual({ range: 0, after: expect.objectContaining({ personKey: 'p0', companyKey }) });
    expect(watched.calls.map(([, , query]) => (query as { limit: number }).limit)).toEqual([2, 1]);
  });

  it('CTR-3 goes on within a range where a read stopped for its size', async () => {
    const companyKey = company();
    const large = 'x'.repeat(300_000);
    for (const at of [0, 1, 2, 3, 4])
      await stored({
        personKey: `p${at}`,
        companyKey,
        state: 'active',
        authorizationId: `${at}`,
        sealedName: large,
      });
    const { pages } = await whole((from, store) =>
      companyList(store, { companyKey }, 'live', { day, limit: 50, from }),
    );
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flat()).toEqual(['0', '1', '2', '3', '4']);
  });

  it('CTR-3 ENT-4 of a person has all companies, and what ended with a company is history', async () => {
    const personKey = person();
    const of = (companyKey: string, more: Partial<Relation> = {}) =>
      stored({ personKey, companyKey, state: 'active', authorizationId: companyKey, ...more });
    await of('c_1', { validUntil: day });
    await of('c_2');
    await of('c_3', { validUntil: yesterday });
    await of('c_4', { taxpayerState: 'cancelled' });
    await of('c_5', { state: 'pending' });
    await of('c_6', { state: 'deleted', hiddenByPerson: true });
    const list = async (name: ListName, limit = 50) =>
      (await whole((from, store) => personList(store, personKey, name, { day, limit, from }))).pages;
    expect(await list('active')).toEqual([['c_2', 'c_1']]);
    expect(await list('pending')).toEqual([['c_5']]);
    expect(await list('history')).toEqual([['c_4', 'c_3']]);
    expect(await list('live', 1)).toEqual([['c_5'], ['c_2'], ['c_1']]);
  });

  it('ENT-4 for copies has the rows of every term and day, in pages', async () => {
    const companyKey = company();
    const of = (at: number, more: Partial<Relation> = {}) =>
      stored({ personKey: `p${at}`, companyKey, state: 'active', authorizationId: `${at}`, ...more });
    await of(0, { companyTerm: 3 });
    await of(1, { validUntil: yesterday });
    await of(2, { state: 'pending' });
    await of(3, { state: 'deleted' });
    const first = await companyRows(db, companyKey, 'active', { limit: 1 });
    const rest = await companyRows(db, companyKey, 'active', { limit: 5, from: first.next });
    expect([...first.items, ...rest.items].map(({ authorizationId }) => authorizationId)).toEqual(['0', '1']);
    expect((await companyRows(db, companyKey, 'pending', { limit: 5 })).items).toHaveLength(1);
  });

  it('ENT-2 of who may confirm has the companies that wait for that person', async () => {
    const personKey = person();
    for (const companyKey of ['c_1', 'c_2', 'c_3'])
      await stored({ personKey, companyKey, source: 'hall', taxpayerState: 'awaiting-confirmation' });
    await stored({ personKey, companyKey: 'c_4', source: 'hall' });
    const found = await confirmingRelations(db, personKey, 2);
    expect(found.map(({ companyKey }) => companyKey)).toEqual(['c_1', 'c_2']);
    expect(await confirmingRelations(db, personKey, 9)).toHaveLength(3);
  });
});

describe('a new authorization', () => {
  it('REL-10 stands under its handle, once, and where nobody began another meanwhile', async () => {
    const fresh = facts();
    const begun = beginRelationWrites(fresh, undefined, now, day);
    expect(await outcome(() => begun.writes)).toBe('done');
    expect(await current(begun.relation)).toEqual({
      ...fresh,
      relation: 'c_1#tax-handler',
      authorizationId: begun.authorizationId,
      rev: 1,
      createdAt: now.toISOString(),
      updatedAt: now.toISOString(),
      companySort: expect.stringMatching(/^pending#/),
      personSort: expect.stringMatching(/^pending#/),
    });
    expect((await findAuthorization(db, begun.authorizationId))?.personKey).toBe(fresh.personKey);
    expect(await outcome(() => beginRelationWrites(fresh, undefined, now, day).writes)).toBe('changed');
    // A handle that is taken is not taken again.
    const again = beginRelationWrites(facts(), undefined, now, day);
    expect(await outcome(() => [again.writes[0] as Write, begun.writes[1] as Write])).toBe('STATE_CONFLICT');
  });

  it('REL-10 REL-8 ENT-4 keeps the one before in history, in the state in which it ended', async () => {
    const ends: [Partial<Relation>, Partial<NewRelation>, string][] = [
      [{ state: 'rejected' }, {}, 'rejected'],
      [{ state: 'active', validUntil: yesterday }, {}, 'expired'],
      [{ state: 'active' }, { companyTerm: 1 }, 'expired'],
    ];
    for (const [was, is, state] of ends) {
      const old = await stored({ ...was, personKey: person() });
      const { personKey } = old;
      const begun = beginRelationWrites(facts({ personKey, ...is }), old, now, day);
      expect(await outcome(() => begun.writes)).toBe('done');
      const moved = begun.writes.at(2) as { put: Item };
      expect(await current(moved.put as unknown as Relation)).toMatchObject({
        state,
        authorizationId: old.authorizationId,
        personSort: expect.stringMatching(/^history#history#/),
      });
      expect((await current(begun.relation)).authorizationId).toBe(begun.authorizationId);
      expect(
        await db.get('Relationships', {
          personKey: `authorization#${old.authorizationId}`,
          relation: 'guard',
        }),
      ).toMatchObject({ at: moved.put.relation });
      // It was decided from that row alone.
      expect(
        await outcome(() => beginRelationWrites(facts({ personKey, ...is }), old, now, day).writes),
      ).toBe('changed');
    }
    for (const state of ['pending', 'active'] as const) {
      const live = rowOf({ state, validUntil: day });
      expect(await outcome(() => beginRelationWrites(facts(), live, now, day).writes)).toBe(
        'RELATION_EXISTS',
      );
    }
  });

  it('REL-10 a place in history that is taken is not taken again', async () => {
    const old = await stored({ state: 'rejected', personKey: person() });
    const { writes } = beginRelationWrites(facts({ personKey: old.personKey }), old, now, day);
    await putRows(db, 'Relationships', (writes[2] as { put: Item }).put);
    expect(await outcome(() => writes)).toBe('STATE_CONFLICT');
  });
});

describe('a change of an authorization', () => {
  const move = (row: Relation, to: Transition, changes?: RelationChanges, seen?: string, on = day) =>
    outcome(() => transitionUpdate(row, to, now, on, changes, seen));

  it('REL-10 moves the row in its lists, counts, and is dated', async () => {
    const row = await stored({ updatedAt: '2027-01-01T00:00:00.000Z', validUntil: tomorrow });
    expect(await move(row, transitions.acceptInvitation, { taxpayerName: '新名' })).toBe('done');
    expect(await current(row)).toEqual({
      ...row,
      ...listKeysOf({ ...row, state: 'active' }),
      state: 'active',
      rev: 2,
      taxpayerName: '新名',
      updatedAt: now.toISOString(),
    });
  });

  it('REL-8 gives a last day, takes it away or leaves it, each with its place in the lists', async () => {
    const row = await stored({ state: 'active', validUntil: '2027-06-30' });
    const adjusted = async (changes: RelationChanges) => {
      expect(await move(await current(row), transitions.adjust, changes)).toBe('done');
      const now_ = await current(row);
      expect(now_).toMatchObject(listKeysOf(now_));
      return now_.validUntil;
    };
    expect(await adjusted({ permissions: ['invoice'] })).toBe('2027-06-30');
    expect(await adjusted({ validUntil: '2027-12-31' })).toBe('2027-12-31');
    expect(await adjusted({ validUntil: null })).toBeUndefined();
    expect(await adjusted({ validUntil: day })).toBe(day);
    expect((await current(row)).permissions).toEqual(['invoice']);
  });

  it('ENT-4 REL-8 leaves the place in the lists to others where it does not move the row', async () => {
    const row = await stored({ state: 'active' });
    const keys = { companySort: 'x', personSort: 'y', confirmerKey: 'z' };
    await putRows(db, 'Relationships', { ...row, ...keys });
    expect(await move(row, transitions.adjust, { permissions: [] })).toBe('done');
    expect(await current(row)).toMatchObject({ ...keys, rev: 2 });
  });

  it('ENT-2 takes the right to confirm away with the relation or with the company’s waiting', async () => {
    const waiting = { source: 'registry', taxpayerState: 'awaiting-confirmation' } as const;
    const confirmer = async (to: Transition, changes?: RelationChanges) => {
      const row = await stored({ ...waiting, personKey: person() });
      expect(await move(row, to, changes)).toBe('done');
      const { personKey, confirmerKey } = await current(row);
      return confirmerKey === personKey;
    };
    expect(await confirmer(transitions.acceptInvitation)).toBe(true);
    expect(await confirmer(transitions.strike)).toBe(false);
    expect(await confirmer(transitions.acceptInvitation, { taxpayerState: 'active' })).toBe(false);
    expect(await confirmer(transitions.acceptInvitation, { taxpayerState: 'awaiting-confirmation' })).toBe(
      true,
    );
    // In between the company's copies decide.
    const row = await stored({ source: 'registry', personKey: 'p_between' });
    await putRows(db, 'Relationships', { ...row, confirmerKey: 'p_between' });
    expect(await move(row, transitions.acceptInvitation)).toBe('done');
    expect((await current(row)).confirmerKey).toBe('p_between');
  });

  it.each<[string, Transition, Partial<Relation>, string]>([
    [
      'another authorization in its place',
      transitions.dismiss,
      { authorizationId: 'other' },
      'STATE_CONFLICT',
    ],
    ['another state', transitions.acceptInvitation, { state: 'rejected' }, 'STATE_CONFLICT'],
    ['a last day that has passed', transitions.dismiss, { validUntil: yesterday }, 'STATE_CONFLICT'],
    [
      'an application',
      transitions.acceptInvitation,
      { state: 'pending', direction: 'applied' },
      'STATE_CONFLICT',
    ],
    [
      'one that nobody may refuse',
      transitions.refuseInvitation,
      { state: 'pending', refusable: false },
      'REFUSAL_NOT_ALLOWED',
    ],
    ['another version, which matters to nobody', transitions.dismiss, { rev: 9 }, 'done'],
    ['its last day', transitions.dismiss, { validUntil: day }, 'done'],
  ])('REL-10 REL-8 meets %s', async (_, transition, found, expected) => {
    const state = transition.from.length > 0 ? transition.from[0] : 'pending';
    const row = await stored({ personKey: person(), ...(state ? { state } : {}) });
    await putRows(db, 'Relationships', { ...row, ...found });
    expect(await move(row, transition)).toBe(expected);
  });

  it('REL-10 is refused from the row as it was read, and where there is no row any more', async () => {
    const row = await stored({ personKey: person(), state: 'rejected' });
    expect(await move(row, transitions.acceptInvitation)).toBe('STATE_CONFLICT');
    const clerk = rowOf({ personKey: person(), role: 'legal-representative' });
    expect(await move(clerk, transitions.acceptInvitation)).toBe('ROLE_NOT_ALLOWED');
    expect(await move(rowOf({ personKey: person() }), transitions.acceptInvitation)).toBe('STATE_CONFLICT');
    expect(await move(rowOf({ refusable: false }), transitions.refuseInvitation)).toBe('REFUSAL_NOT_ALLOWED');
  });

  it('REL-11 of the revision that was shown, and of no other', async () => {
    const row = await stored({ personKey: person(), state: 'active' });
    const seen = (revision: string) => move(row, transitions.adjust, {}, revision);
    expect(await seen('2')).toBe('STATE_CONFLICT');
    expect(await seen('1')).toBe('done');
    expect(await seen('1')).toBe('STATE_CONFLICT');
    expect(await move(row, transitions.adjust)).toBe('done');
  });
});

describe('清除记录', () => {
  const hide = (row: Relation, side: 'person' | 'company') => outcome(() => hideUpdate(row, side, day));

  it('CTR-3 REL-8 ENT-4 hides what has ended, from one side', async () => {
    for (const was of [
      { state: 'deleted' as const },
      { state: 'active' as const, validUntil: yesterday },
      { state: 'active' as const, taxpayerTerm: 1 },
    ]) {
      const row = await stored({ personKey: person(), companyTerm: 0, ...was });
      expect(await hide(row, 'company')).toBe('done');
      const hidden = await current(row);
      expect(hidden).toEqual({
        ...row,
        rev: 2,
        hiddenByCompany: true,
        companySort: listKeysOf({ ...row, hiddenByCompany: true }).companySort,
      });
      expect(await hide(hidden, 'person')).toBe('done');
      expect(await current(row)).toEqual({
        ...hidden,
        rev: 3,
        hiddenByPerson: true,
        personSort: `hidden#${row.relation}`,
      });
    }
  });

  it('CTR-3 hides nothing that lives, and is decided anew where the row moved', async () => {
    for (const state of ['pending', 'active'] as const)
      for (const live of [{}, { validUntil: day }, { taxpayerTerm: 1, companyTerm: 1 }]) {
        const row = await stored({ personKey: person(), state, ...live });
        expect(await hide(row, 'person')).toBe('STATE_CONFLICT');
      }
    const row = await stored({ personKey: person(), state: 'deleted' });
    await putRows(db, 'Relationships', { ...row, authorizationId: 'newer' });
    expect(await hide(row, 'person')).toBe('changed');
    expect(await hide(rowOf({ personKey: person(), state: 'deleted' }), 'person')).toBe('changed');
  });
});

describe('the copies of a company', () => {
  const copies = (of: Partial<CompanyCopies> = {}): CompanyCopies => ({
    ...copiesOf(companyRow('c_91340100MA0000001X', { rev: 5, name: '新名' })),
    ...of,
  });

  it('ENT-4 DOC-4 are its name, number, subjects, state and term', () => {
    const known = companyRow('c_91340100MA0000001X', { rev: 5 });
    const plain = {
      taxpayerName: '黄山毛峰有限公司',
      taxpayerState: 'active',
      taxpayerSubjects: ['enterprise'],
      taxpayerRev: 5,
      taxpayerId: '91340100MA0000001X',
    };
    expect(copiesOf(known)).toEqual(plain);
    expect(copiesOf({ ...known, term: 2 })).toEqual({ ...plain, taxpayerTerm: 2 });
    expect(newRelationCopies({ ...known, term: 2 })).toEqual({
      ...plain,
      companyKey: known.companyKey,
      companyTerm: 2,
      taxpayerTerm: 2,
    });
  });

  it('ENT-4 DOC-4 need no write where they are the same, or newer ones stand there', () => {
    const row = (of: Partial<Relation> = {}) => rowOf({ ...copies(), ...of });
    expect(hasSameCopies(row(), copies())).toBe(true);
    expect(hasSameCopies(row({ taxpayerTerm: 0 }), copies())).toBe(true);
    expect(hasSameCopies(rowOf({ ...copies({ taxpayerTerm: 0 }) }), copies())).toBe(true);
    const different: Partial<Relation>[] = [
      { taxpayerName: '旧名' },
      { taxpayerId: '91340100MA0000002X' },
      { sealedId: 's1.x' },
      { taxpayerState: 'cancelled' },
      { taxpayerSubjects: ['agency'] },
      { taxpayerTerm: 1 },
    ];
    for (const one of different) {
      expect(hasSameCopies(row(one), copies()), JSON.stringify(one)).toBe(false);
      expect(needsNoCopies(row(one), copies())).toBe(false);
      expect(needsNoCopies(row({ ...one, taxpayerRev: 6 }), copies())).toBe(true);
    }
    expect(needsNoCopies(row(), copies())).toBe(true);
    expect(needsNoCopies(row({ taxpayerRev: 4 }), copies())).toBe(false);
    const { taxpayerRev: _, taxpayerSubjects: __, ...old } = row();
    expect(needsNoCopies(old, copies())).toBe(false);
    expect(hasSameCopies(old, copies())).toBe(false);
    expect(needsNoCopies(old, copies({ taxpayerRev: -1 }))).toBe(false);
    const { taxpayerSubjects: ___, ...without } = copies();
    expect(hasSameCopies(old, without)).toBe(true);
    // A number counts as equal however it was sealed.
    const { taxpayerId: ____, ...sealed } = copies({ sealedId: 's1.one' });
    expect(
      hasSameCopies(rowOf({ ...sealed, taxpayerId: undefined as never, sealedId: 's1.two' }), sealed),
    ).toBe(true);
  });

  it('ENT-4 REL-10 are written into the row as it was read, and never over newer ones', async () => {
    const row = await stored({ personKey: person(), source: 'hall' });
    const write = async (read: Relation, of: Partial<CompanyCopies> = {}) =>
      (await db.update(copiesUpdate(read, copies(of)))).ok;
    expect(await write({ ...row, rev: 2 })).toBe(false);
    expect(await write({ ...row, authorizationId: 'other' })).toBe(false);
    expect(await write(row, { taxpayerState: 'awaiting-confirmation', taxpayerTerm: 0 })).toBe(true);
    expect(await current(row)).toEqual({
      ...row,
      ...copies({ taxpayerState: 'awaiting-confirmation', taxpayerTerm: 0 }),
      confirmerKey: row.personKey,
    });
    expect(await write(row, { taxpayerRev: 4 })).toBe(false);
    expect(await write(row, { taxpayerState: 'cancelled', taxpayerTerm: 1 })).toBe(true);
    const cancelled = await current(row);
    expect(cancelled).toMatchObject({ taxpayerState: 'cancelled', taxpayerTerm: 1, rev: 1 });
    expect(cancelled.personSort).toMatch(/^history#/);
    expect(cancelled).not.toHaveProperty('confirmerKey');
  });

  it('DOC-4 have the number in clear or sealed, never both', async () => {
    const row = await stored({ personKey: person() });
    const { taxpayerId: _, ...sealed } = copies({ sealedId: 's1.x' });
    await db.update(copiesUpdate(row, sealed));
    const now_ = await current(row);
    expect(now_.sealedId).toBe('s1.x');
    expect(now_).not.toHaveProperty('taxpayerId');
    await db.update(copiesUpdate(now_, copies()));
    const again = await current(row);
    expect(again.taxpayerId).toBe('91340100MA0000001X');
    expect(again).not.toHaveProperty('sealedId');
  });

  it('DOC-5 a person’s new name goes into the authorization that was read', async () => {
    const row = await stored({ personKey: person() });
    expect((await db.update(nameUpdate(row, 's1.new'))).ok).toBe(true);
    expect(await current(row)).toEqual({ ...row, sealedName: 's1.new' });
    expect((await db.update(nameUpdate({ ...row, authorizationId: 'other' }, 's1.x'))).ok).toBe(false);
  });
});

it('REL-4 ENT-3 what the registry lists keeps its version, and a decision relies on the one that was read', async () => {
  const [personKey, companyKey] = [person(), company()];
  const put = (version: number, listed: boolean) =>
    outcome(() => listingPut(personKey, companyKey, { version, listed }));
  const check = (version: number) =>
    outcome(() => listingCheck(personKey, companyKey, { version, listed: true }));
  expect(await check(1)).toBe('changed');
  expect(await put(2, true)).toBe('done');
  expect([await put(1, true), await put(2, false), await check(1), await check(2)]).toEqual([
    'changed',
    'changed',
    'changed',
    'done',
  ]);
  expect(await put(3, false)).toBe('done');
  expect(await findListing(db, personKey, companyKey)).toMatchObject({ version: 3, listed: false });
  // It is no relation.
  expect(await findRelation(db, personKey, companyKey, 'tax-handler')).toBeUndefined();
});
