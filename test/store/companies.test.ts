/** @module-tag long */
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { newHandle } from '#crypto/random.ts';
import { Problem } from '#domain/problem.ts';
import type { Invocation } from '#gateways/time-budget.ts';
import { personPage } from '#journeys/companies/company-copies.ts';
import { continueCopying, copyChanges, readCopiesLeft } from '#journeys/companies/copies-left.ts';
import { type CopyingRow, copyCompany, copyToRows } from '#journeys/companies/copy-company.ts';
import { type Agreement, clientEntryKey } from '#store/agencies/agency-forms.ts';
import { withListKeys } from '#store/companies/relation-lists.ts';
import type { Relation } from '#store/companies/relations.ts';
import {
  activeCompanyCheck,
  companiesDue,
  companyKeyOf,
  companyProblem,
  companySeenCheck,
  due,
  findTaxpayer,
  findTaxpayers,
  firstStaffedUpdate,
  isKnown,
  isOfTerm,
  isPersonal,
  isUnstaffed,
  type KnownTaxpayer,
  numberUnlessStored,
  shownTaxpayerId,
  staffedUpdate,
  storedNumber,
  storedNumberOf,
  taxpayerIdOf,
  taxpayerUpdate,
  termCheck,
  workingCompanyCheck,
} from '#store/companies/taxpayers.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Db, Item, Key, Write } from '#store/dynamodb/tables.ts';
import { keysOne } from '../crypto/keys-of-test.ts';
import { companyRow, dataKeys, putRows, watchedStore } from '../support/in-process.ts';
import { openStore } from '../support/store.ts';

const sent: unknown[] = [];
vi.mock('#gateways/queues.ts', () => ({
  sendMessage: async (queue: string, message: unknown) => void sent.push([queue, message]),
}));

/** A company's row: what it is, what depends on it, and how its copies follow it. */
let db: Db;
beforeAll(async () => {
  db = await openStore('Agreements', 'Relationships', 'Taxpayers');
});
beforeEach(() => {
  sent.length = 0;
});

const now = new Date('2027-03-02T10:00:00+08:00');
const day = '2027-03-02';
const personal = '340102199001011234';
const fresh = () => `c_${newHandle()}`;
const person = () => `p1_${newHandle()}`;
async function stored(facts: Partial<KnownTaxpayer> = {}): Promise<KnownTaxpayer> {
  const row = companyRow(fresh(), facts);
  await putRows(db, 'Taxpayers', row);
  return row;
}
const outcome = async (write: Write): Promise<string> => {
  try {
    await db.transact([write]);
    return 'done';
  } catch (error) {
    if (error instanceof Problem) return error.code;
    if (error instanceof ConcurrentChange) return 'changed';
    throw error;
  }
};

describe('the number of a company', () => {
  it('DOC-4 is in clear, or sealed where it is a person’s', () => {
    expect(companyKeyOf(keysOne, '91340100MA0000001X')).toBe('c_91340100MA0000001X');
    const key = companyKeyOf(keysOne, personal);
    expect(key).not.toContain(personal);
    expect(companyKeyOf(keysOne, personal)).toBe(key);
    expect(storedNumber(dataKeys, 'c_1', '91340100MA0000001X')).toEqual({ taxpayerId: '91340100MA0000001X' });
    const sealed = storedNumber(dataKeys, key, personal);
    expect(Object.keys(sealed)).toEqual(['sealedId']);
    const row = { companyKey: key, ...sealed };
    expect([isPersonal(row), isPersonal({ taxpayerId: 'x' })]).toEqual([true, false]);
    expect(taxpayerIdOf(dataKeys, row)).toBe(personal);
    expect(shownTaxpayerId(dataKeys, row)).toBe('340***********1234');
    expect(taxpayerIdOf(dataKeys, { companyKey: key, taxpayerId: 'plain', ...sealed })).toBe('plain');
    expect(shownTaxpayerId(dataKeys, { companyKey: key, taxpayerId: '91340100MA0000001X' })).toBe(
      '91340100MA0000001X',
    );
    expect(() => taxpayerIdOf(dataKeys, { companyKey: key })).toThrow('a company without a number');
    // Sealed for this company only.
    expect(() => taxpayerIdOf(dataKeys, { ...row, companyKey: 'c_other' })).toThrow();
    expect(storedNumber(dataKeys, 'c_1', '340102199001011', false)).toEqual({
      taxpayerId: '340102199001011',
    });
    expect(storedNumber(dataKeys, 'c_1', '340102199001011')).toHaveProperty('sealedId');
  });

  it('DOC-4 goes into other rows as it stands there, and stays what a row already has', () => {
    expect(storedNumberOf({ ...companyRow('c_1'), taxpayerId: 'x' })).toEqual({ taxpayerId: 'x' });
    expect(storedNumberOf({ sealedId: 's1.x' })).toEqual({ sealedId: 's1.x' });
    expect(storedNumberOf({})).toEqual({});
    const number = { taxpayerId: 'new' };
    expect(numberUnlessStored(undefined, number)).toBe(number);
    expect(numberUnlessStored({}, number)).toBe(number);
    expect(numberUnlessStored({ taxpayerId: 'old' }, number)).toEqual({});
    expect(numberUnlessStored({ sealedId: 's1.x' }, number)).toEqual({});
  });
});

describe('a company’s row', () => {
  it('ENT-3 is known from its own line on', () => {
    const { name, state, subjects, ...bare } = companyRow('c_1');
    expect(isKnown({ ...bare, name, state, subjects })).toBe(true);
    for (const part of [
      undefined,
      bare,
      { ...bare, name, state },
      { ...bare, name, subjects },
      { ...bare, state, subjects },
    ])
      expect(isKnown(part)).toBe(false);
  });

  it('LGN-7 ENT-2 ENT-4 what it is decides who is told what', () => {
    const problem = (facts?: Partial<KnownTaxpayer>) =>
      companyProblem(facts && companyRow('c_1', facts))?.code;
    expect(problem({})).toBeUndefined();
    expect(problem()).toBe('TAXPAYER_NOT_FOUND');
    expect(problem({ state: 'cancelled' })).toBe('TAXPAYER_NOT_FOUND');
    expect(problem({ state: 'awaiting-confirmation' })).toBe('COMPANY_NOT_CONFIRMED');
    const termSince = '2027-03-01T00:00:00.000Z';
    const at = Date.parse(termSince);
    expect(isOfTerm(0, {})).toBe(true);
    expect([isOfTerm(at, { termSince }), isOfTerm(at - 1, { termSince })]).toEqual([true, false]);
    const appointed = { legalRepresentative: { personKey: 'p', at: termSince } };
    expect(isUnstaffed(companyRow('c_1'))).toBe(true);
    for (const facts of [{ staffed: true }, appointed])
      expect(isUnstaffed(companyRow('c_1', facts))).toBe(false);
  });

  it('ENT-3 is changed as it was read, and whoever comes late learns what it is now', async () => {
    const row = await stored({ rev: 4 });
    const seen: unknown[] = [];
    const update = (rev: number) =>
      outcome(
        taxpayerUpdate(row.companyKey, rev, { name: '新名', taxpayerId: undefined }, (found) => {
          seen.push(found?.name);
          return new ConcurrentChange();
        }),
      );
    expect([await update(3), await update(4), await update(4)]).toEqual(['changed', 'done', 'changed']);
    expect(seen).toEqual(['黄山毛峰有限公司', '新名']);
    expect(await findTaxpayer(db, row.companyKey)).toMatchObject({ rev: 5, name: '新名' });
    expect(await findTaxpayer(db, row.companyKey)).not.toHaveProperty('taxpayerId');
    const check = (rev: number) => outcome(companySeenCheck(row.companyKey, rev));
    expect([await check(5), await check(4)]).toEqual(['done', 'STATE_CONFLICT']);
  });

  it('LGN-7 ENT-4 is read with others, a hundred a call, and whoever is unknown is left out', async () => {
    const rows = await Promise.all([stored(), stored()]);
    const unknown = Array.from({ length: 99 }, fresh);
    const watched = watchedStore(db);
    const [first, second] = rows as [KnownTaxpayer, KnownTaxpayer];
    const found = await findTaxpayers(watched.db, [first.companyKey, ...unknown, second.companyKey]);
    expect(found.map(({ companyKey }) => companyKey)).toEqual([first.companyKey, second.companyKey]);
    expect(watched.calls.map(([, keys]) => (keys as unknown[]).length)).toEqual([100, 1]);
    expect(await findTaxpayers(watched.db, [])).toEqual([]);
    expect(watched.calls).toHaveLength(2);
  });
});

describe('a transaction that needs the company', () => {
  type Facts = Partial<KnownTaxpayer>;
  const meets = async (check: (key: string) => Write, facts: Facts | null) => {
    const key = fresh();
    if (facts) await putRows(db, 'Taxpayers', companyRow(key, facts));
    return outcome(check(key));
  };

  it('ENT-2 ENT-4 at work, and in the term of the relation that it relies on', async () => {
    const plain = (facts: Facts | null) => meets((key) => activeCompanyCheck(key), facts);
    expect(await plain({ term: 7 })).toBe('done');
    expect(await plain(null)).toBe('TAXPAYER_NOT_FOUND');
    expect(await plain({ state: 'cancelled' })).toBe('TAXPAYER_NOT_FOUND');
    expect(await plain({ state: 'awaiting-confirmation' })).toBe('COMPANY_NOT_CONFIRMED');
    const inTerm = (companyTerm: number | undefined, facts: Facts) =>
      meets((key) => activeCompanyCheck(key, { companyTerm }), facts);
    for (const term of [undefined, 0]) {
      expect(await inTerm(term, {})).toBe('done');
      expect(await inTerm(term, { term: 0 })).toBe('done');
      expect(await inTerm(term, { term: 1 })).toBe('RELATION_NOT_FOUND');
    }
    expect(await inTerm(1, { term: 1 })).toBe('done');
    expect(await inTerm(1, {})).toBe('RELATION_NOT_FOUND');
    expect(await inTerm(1, { term: 1, state: 'cancelled' })).toBe('TAXPAYER_NOT_FOUND');
  });

  it('ENT-4 in its term, or there and not cancelled', async () => {
    const term = (facts: Facts | null, companyTerm?: number) =>
      meets((key) => termCheck(key, { companyTerm }), facts);
    expect(await term({ state: 'cancelled' })).toBe('done');
    expect(await term({ term: 1 })).toBe('STATE_CONFLICT');
    expect(await term({ term: 1 }, 1)).toBe('done');
    const working = (facts: Facts | null, companyTerm?: number) =>
      meets((key) => workingCompanyCheck(key, { companyTerm }), facts);
    expect(await working({})).toBe('done');
    expect(await working({ state: 'awaiting-confirmation' })).toBe('done');
    for (const facts of [null, { state: undefined as never }, { state: 'cancelled' as const }, { term: 1 }])
      expect(await working(facts), JSON.stringify(facts)).toBe('STATE_CONFLICT');
  });

  it('LEG-2 marks that it has people; only one is the first', async () => {
    const first = (key: string) => firstStaffedUpdate(key, () => new ConcurrentChange());
    const { companyKey } = await stored();
    expect(await outcome(first(companyKey))).toBe('done');
    expect(await findTaxpayer(db, companyKey)).toMatchObject({ staffed: true, rev: 1 });
    expect(await outcome(first(companyKey))).toBe('changed');
    const appointed = { legalRepresentative: { personKey: 'p', at: now.toISOString() } };
    expect(await meets(first, appointed)).toBe('changed');
    expect(await meets(first, { state: 'cancelled' })).toBe('TAXPAYER_NOT_FOUND');
    expect(await meets(first, { state: 'awaiting-confirmation' })).toBe('COMPANY_NOT_CONFIRMED');
    expect(await meets(first, null)).toBe('TAXPAYER_NOT_FOUND');
    const staffed = await stored({ state: 'awaiting-confirmation' });
    expect(await outcome(staffedUpdate(workingCompanyCheck(staffed.companyKey, {})))).toBe('done');
    expect((await findTaxpayer(db, staffed.companyKey))?.staffed).toBe(true);
    expect(await meets((key) => staffedUpdate(activeCompanyCheck(key)), { state: 'cancelled' })).toBe(
      'TAXPAYER_NOT_FOUND',
    );
  });
});

/** A relation with old copies of the company. */
async function relationTo(company: KnownTaxpayer, facts: Partial<Relation> = {}): Promise<Relation> {
  const row = withListKeys({
    personKey: person(),
    companyKey: company.companyKey,
    relation: `${company.companyKey}#tax-handler`,
    role: 'tax-handler',
    state: 'active',
    direction: 'invited',
    refusable: true,
    permissions: [],
    source: 'company',
    sealedName: 's1.x.y',
    authorizationId: newHandle(),
    rev: 1,
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
    taxpayerName: '旧名',
    taxpayerState: 'active',
    taxpayerId: company.taxpayerId ?? '',
    ...facts,
  });
  await putRows(db, 'Relationships', row);
  return row;
}
const rowOf = ({ personKey, relation }: Pick<Relation, 'personKey' | 'relation'>) =>
  db.get<Item>('Relationships', { personKey, relation });
const nameIn = async (row: Relation) => (await rowOf(row))?.taxpayerName;
/** An agent of the company, by an agreement in this state; with the row by which the company is searched. */
async function agentOf({ companyKey }: KnownTaxpayer, state: Agreement['state'] = 'active') {
  const [personKey, agreementId] = [person(), newHandle()];
  const key = clientEntryKey(personKey, companyKey, agreementId) as Key &
    Pick<Relation, 'personKey' | 'relation'>;
  await putRows(db, 'Relationships', key);
  await putRows(db, 'Agreements', {
    agreementId,
    clientKey: companyKey,
    agencyKey: 'c_agency',
    state,
    agents: [{ personKey, sealedName: 's1.x.y' }],
  });
  return key;
}
const searchedIn = async (key: Pick<Relation, 'personKey' | 'relation'>) => (await rowOf(key))?.searched;
const never = () => false;

describe('the copies of a company', () => {
  it('ENT-4 go to all that lives, and to agents by agreements in force; then the mark falls', async () => {
    const company = await stored({ rev: 3, copiesDue: due, name: '新名' });
    const rows = [await relationTo(company), await relationTo(company, { state: 'pending' })];
    const ended = await relationTo(company, { state: 'deleted' });
    const [agent, former] = [await agentOf(company), await agentOf(company, 'ended')];
    expect(await copyCompany(db, company, never)).toBe(false);
    for (const row of rows) expect(await nameIn(row)).toBe('新名');
    expect(await nameIn(ended)).toBe('旧名');
    expect(await searchedIn(agent)).toBe(`新名\n${company.taxpayerId}`);
    expect(await searchedIn(former)).toBeUndefined();
    expect(await findTaxpayer(db, company.companyKey)).toEqual({
      ...company,
      rev: 4,
      copiesDue: undefined,
    });
  });

  it('ENT-4 are written for a company that needs them, and for agents who waited for its name', async () => {
    const plain = await stored({ name: '新名' });
    const [row, agent] = [await relationTo(plain), await agentOf(plain)];
    expect(await copyCompany(db, plain, never)).toBe(false);
    expect([await nameIn(row), await searchedIn(agent)]).toEqual(['旧名', undefined]);
    expect(await copyCompany(db, { companyKey: plain.companyKey, named: true }, never)).toBe(false);
    expect([await nameIn(row), await searchedIn(agent)]).toEqual(['旧名', `新名\n${plain.taxpayerId}`]);
    expect(await findTaxpayer(db, plain.companyKey)).toEqual(plain);
    expect(await copyCompany(db, { companyKey: fresh(), named: true }, never)).toBe(false);
    const { name: _, ...unknown } = await stored();
    await putRows(db, 'Taxpayers', { ...unknown, copiesDue: due });
    expect(await copyCompany(db, { companyKey: unknown.companyKey, named: true }, never)).toBe(false);
    expect((await findTaxpayer(db, unknown.companyKey))?.copiesDue).toBe(due);
  });

  it('ENT-4 keep the mark if the company changed in between, and fail with every other error', async () => {
    const company = await stored({ copiesDue: due, name: '新名' });
    const row = await relationTo(company);
    const changing = new Proxy(db, {
      get: (store, name: keyof Db) => {
        if (name !== 'transact') return store[name];
        return async (writes: readonly Write[]) => {
          await putRows(store, 'Taxpayers', { ...company, rev: 2 });
          return store.transact(writes);
        };
      },
    });
    expect(await copyCompany(changing, company, never)).toBe(false);
    expect([await nameIn(row), (await findTaxpayer(db, company.companyKey))?.copiesDue]).toEqual([
      '新名',
      due,
    ]);
    const away = new Proxy(db, {
      get: (store, name: keyof Db) =>
        name === 'transact' ? () => Promise.reject(new Error('away')) : store[name],
    });
    await expect(copyCompany(away, company, never)).rejects.toThrow('away');
  });

  it('ENT-4 of many people are handed on where the time is over, and go on later', async () => {
    const company = await stored({ copiesDue: due, name: '新名' });
    const rows: Relation[] = [];
    for (let at = 0; at < 101; at++) rows.push(await relationTo(company));
    const asked = { times: 0 };
    const over = () => ++asked.times > 0;
    expect(await copyCompany(db, company, over)).toBe(true);
    expect(asked.times).toBe(1);
    const names = await Promise.all(rows.map(nameIn));
    expect(names.filter((name) => name === '新名')).toHaveLength(100);
    expect((await findTaxpayer(db, company.companyKey))?.copiesDue).toBe(due);
    const watched = watchedStore(db);
    expect(await copyCompany(watched.db, company, never)).toBe(false);
    // What has its copies is not written again.
    expect(watched.calls.filter(([name]) => name === 'update')).toHaveLength(1);
    expect(await Promise.all(rows.map(nameIn))).toEqual(Array(101).fill('新名'));
    // A list that ends is done, however late it is.
    expect(await copyCompany(db, await stored({ copiesDue: due }), () => true)).toBe(false);
  });

  it('SWI-3 of many agreements are handed on too', async () => {
    const company = await stored({ copiesDue: due, name: '新名' });
    for (let at = 0; at < 26; at++) await agentOf(company);
    expect(await copyCompany(db, company, () => true)).toBe(true);
    expect((await findTaxpayer(db, company.companyKey))?.copiesDue).toBe(due);
    expect(await copyCompany(db, company, never)).toBe(false);
    expect(await findTaxpayer(db, company.companyKey)).not.toHaveProperty('copiesDue');
  });

  it('REL-10 ENT-4 follow a row that is changing, a few times, and leave alone what replaced it', async () => {
    const company = await stored({ rev: 3, copiesDue: due, name: '新名' });
    const row = await relationTo(company);
    /** Another write to the row comes before each of these. */
    const contended = (times: number, facts: Partial<Relation> = {}) => {
      const writes = { count: 0 };
      const busy = new Proxy(db, {
        get: (store, name: keyof Db) => {
          if (name !== 'update') return store[name];
          return async (update: Parameters<Db['update']>[0]) => {
            if (++writes.count <= times)
              await putRows(store, 'Relationships', { ...row, rev: writes.count + 1, ...facts });
            return store.update(update);
          };
        },
      });
      return { busy, writes };
    };
    const seven = contended(7);
    expect(await copyToRows(seven.busy, [row])).toEqual([]);
    expect([await nameIn(row), seven.writes.count]).toEqual(['新名', 8]);
    const eight = contended(8);
    expect(await copyToRows(eight.busy, [row])).toEqual([row]);
    expect(eight.writes.count).toBe(8);
    const replaced = contended(1, { authorizationId: 'newer', taxpayerName: '旧名' });
    expect(await copyToRows(replaced.busy, [row])).toEqual([]);
    expect([await nameIn(row), replaced.writes.count]).toEqual(['旧名', 1]);
    const newer = contended(1, { taxpayerName: '更新', taxpayerRev: 4 });
    expect(await copyToRows(newer.busy, [row])).toEqual([]);
    expect([await nameIn(row), newer.writes.count]).toEqual(['更新', 1]);
  });

  it('ENT-4 SWI-3 go to rows that somebody just wrote, each by its own company, and the failed ones are told', async () => {
    const [one, two] = [await stored({ name: '甲' }), await stored({ name: '乙' })];
    const unknown = companyRow(fresh());
    const rows = [await relationTo(one), await relationTo(two), await relationTo(unknown)];
    const agents = [await agentOf(two), await agentOf(unknown)];
    const entries = agents as unknown as CopyingRow[];
    expect(await copyToRows(db, [...rows, ...entries])).toEqual([]);
    expect(await Promise.all(rows.map(nameIn))).toEqual(['甲', '乙', '旧名']);
    expect(await Promise.all(agents.map(searchedIn))).toEqual([`乙\n${two.taxpayerId}`, undefined]);
    const watched = watchedStore(db);
    await copyToRows(watched.db, [(await rowOf(rows[0] as Relation)) as unknown as CopyingRow]);
    expect(watched.calls.map(([name]) => name)).toEqual(['batchGet']);
    // What says the same is not written, whatever version of the company it was copied from.
    await putRows(db, 'Relationships', { ...(await rowOf(rows[0] as Relation)), taxpayerRev: 0 });
    await copyToRows(watched.db, [(await rowOf(rows[0] as Relation)) as unknown as CopyingRow]);
    expect(watched.calls.map(([name]) => name)).toEqual(['batchGet', 'batchGet']);
    // A company whose own line has not come has nothing to copy yet; a row that is gone gets nothing.
    const unnamed = companyRow(fresh());
    await putRows(db, 'Taxpayers', { companyKey: unnamed.companyKey, rev: 1 });
    const early = await agentOf(unnamed);
    const gone = { ...(rows[1] as Relation), personKey: person() };
    expect(await copyToRows(db, [early as unknown as CopyingRow, gone])).toEqual([]);
    expect(await searchedIn(early)).toBeUndefined();
    const failing = new Proxy(db, {
      get: (store, name: keyof Db) => {
        if (name !== 'update') return store[name];
        return (update: Parameters<Db['update']>[0]) =>
          update.key.personKey === rows[0]?.personKey
            ? Promise.reject(new Error('away'))
            : store.update(update);
      },
    });
    expect(await copyToRows(failing, rows)).toEqual([rows[0]]);
  });
});

describe('a person’s list beside a change', () => {
  it('ENT-4 DOC-4 shows companies that have just changed as they are, and reads no other one', async () => {
    const sealed = storedNumber(dataKeys, 'c_x', personal);
    const changed = await stored({
      copiesDue: due,
      name: '新名',
      ...sealed,
      taxpayerId: undefined as never,
      rev: 9,
    });
    const other = await stored({ name: '不读' });
    const personKey = person();
    const rows = [await relationTo(changed, { personKey }), await relationTo(other, { personKey })];
    await stored({ copiesDue: due });
    const watched = watchedStore(db);
    const { relations, ...rest } = await personPage(watched.db, personKey, 'active', { day, limit: 50 });
    expect(rest).toEqual({});
    const shown = new Map(relations.map((row) => [row.companyKey, row]));
    const { taxpayerId: _, ...plain } = rows[0] as Relation;
    expect(shown.get(changed.companyKey)).toEqual({
      ...plain,
      taxpayerName: '新名',
      taxpayerState: 'active',
      taxpayerSubjects: ['enterprise'],
      taxpayerRev: 9,
      ...sealed,
    });
    expect(shown.get(other.companyKey)).toEqual(rows[1]);
    const read = watched.calls.filter(([name]) => name === 'batchGet').map(([, keys]) => keys);
    expect(read).toEqual([[{ table: 'Taxpayers', key: { companyKey: changed.companyKey } }]]);
    const page = await personPage(db, personKey, 'active', { day, limit: 1 });
    expect(page.next).toBeDefined();
    expect((await companiesDue(db)).companyKeys.has(changed.companyKey)).toBe(true);
  });

  it('ENT-4 reads all of them where more have changed than the index tells', async () => {
    const other = await stored({ name: '新名' });
    const unknown = companyRow(fresh());
    const personKey = person();
    const relation = await relationTo(other, { personKey });
    const gone = await relationTo(unknown, { personKey });
    await putRows(
      db,
      'Taxpayers',
      ...Array.from({ length: 100 }, () => companyRow(fresh(), { copiesDue: due })),
    );
    const due_ = await companiesDue(db);
    expect([due_.companyKeys.size, due_.many]).toEqual([99, true]);
    const { relations } = await personPage(db, personKey, 'active', { day, limit: 50 });
    expect(new Map(relations.map((row) => [row.authorizationId, row.taxpayerName]))).toEqual(
      new Map([
        [relation.authorizationId, '新名'],
        [gone.authorizationId, '旧名'],
      ]),
    );
  });
});

describe('copies that are left to another run', () => {
  const invocation = (left = 60_000): Invocation => ({ getRemainingTimeInMillis: () => left });

  it('ENT-4 a message is a company or a row', () => {
    for (const message of [
      { companyKey: 'c_1' },
      { companyKey: 'c_1', named: true },
      { row: { personKey: 'p', relation: 'r' } },
    ])
      expect(readCopiesLeft(JSON.stringify(message))).toEqual(message);
    for (const text of ['{"companyKey":1}', '{"row":"x"}', '{}'])
      expect(() => readCopiesLeft(text), text).toThrow(new TypeError('neither a company nor a row'));
    expect(() => readCopiesLeft('x')).toThrow(SyntaxError);
  });

  it('ENT-4 goes on with the company or the row, and fails if the row got no copies', async () => {
    const company = await stored({ copiesDue: due, name: '新名' });
    const [row, other] = [await relationTo(company), await relationTo(company)];
    await continueCopying(
      db,
      'copies-continued',
      { row: { personKey: other.personKey, relation: other.relation } },
      invocation(),
    );
    expect([await nameIn(row), await nameIn(other)]).toEqual(['旧名', '新名']);
    await continueCopying(db, 'copies-continued', { companyKey: company.companyKey }, invocation());
    expect(await nameIn(row)).toBe('新名');
    expect(sent).toEqual([]);
    await continueCopying(
      db,
      'copies-continued',
      { row: { personKey: person(), relation: 'c_1#x' } },
      invocation(),
    );
    const failing = new Proxy(db, {
      get: (store, name: keyof Db) =>
        name === 'update' ? () => Promise.reject(new Error('away')) : store[name],
    });
    const old = await relationTo(company);
    const left = { row: { personKey: old.personKey, relation: old.relation } };
    await expect(continueCopying(failing, 'copies-continued', left, invocation())).rejects.toThrow(
      'a row did not get its copies',
    );
  });

  it('ENT-4 hands on what does not fit into the time', async () => {
    const company = await stored({ copiesDue: due, name: '新名' });
    for (let at = 0; at < 101; at++) await relationTo(company);
    const left = { companyKey: company.companyKey };
    const times = [60_000, 60_000, 1_500];
    const ending: Invocation = {
      getRemainingTimeInMillis: () => (times.length > 1 ? (times.shift() as number) : 1_500),
    };
    await continueCopying(db, 'copies-continued', left, ending);
    expect(sent).toEqual([['copies-left', left]]);
  });

  it.each<[string, number, number, boolean]>([
    ['two seconds for one company', 2_000, 60_000, false],
    ['more than two seconds', 2_001, 60_000, true],
    ['a function that has no time left', 0, 1_000, true],
  ])('ENT-4 a change that takes %s is done, or handed on', async (_, took, left, isLeft) => {
    const company = await stored({ copiesDue: due, name: '新名' });
    for (let at = 0; at < 101; at++) await relationTo(company);
    // Whole milliseconds: with a fraction, two seconds later can be a little more than two seconds.
    const begun = Math.round(performance.now());
    let [clock, remaining] = [begun, 60_000];
    const slow = new Proxy(db, {
      get: (store, name: keyof Db) => {
        if (name === 'query') [clock, remaining] = [begun + took, left];
        return store[name];
      },
    });
    const spy = vi.spyOn(performance, 'now').mockImplementation(() => clock);
    try {
      const changed = { companyKey: company.companyKey, named: false };
      const ending: Invocation = { getRemainingTimeInMillis: () => remaining };
      await copyChanges(slow, 'company-copies', { companies: [changed], rows: [] }, ending);
      expect(sent).toEqual(isLeft ? [['copies-left', changed]] : []);
    } finally {
      spy.mockRestore();
    }
    expect((await findTaxpayer(db, company.companyKey))?.copiesDue).toBe(isLeft ? due : undefined);
  });

  it('ENT-4 changes of many companies and rows are each done, and each failure is handed on alone', async () => {
    const companies = await Promise.all(
      Array.from({ length: 7 }, () => stored({ copiesDue: due, name: '新名' })),
    );
    const rows = await Promise.all(companies.map((company) => relationTo(company)));
    const [bad] = companies as [KnownTaxpayer];
    const failing = new Proxy(db, {
      get: (store, name: keyof Db) => {
        if (name !== 'get') return store[name];
        return (table: never, key: Key, ...more: never[]) =>
          key.companyKey === bad.companyKey
            ? Promise.reject(new TypeError('away'))
            : store.get(table, key, ...more);
      },
    });
    const changed = companies.map(({ companyKey }) => ({ companyKey, named: false }));
    await copyChanges(failing, 'company-copies', { companies: changed, rows: [] }, invocation());
    expect(await Promise.all(rows.map(nameIn))).toEqual(['旧名', ...Array(6).fill('新名')]);
    expect(sent).toEqual([['copies-left', { companyKey: bad.companyKey, named: false }]]);
    sent.length = 0;
    const [first, second] = [await relationTo(bad), await relationTo(bad)];
    const watched = watchedStore(db);
    await copyChanges(watched.db, 'company-copies', { companies: [], rows: [first] }, invocation());
    expect(await nameIn(first)).toBe('新名');
    expect(sent).toEqual([]);
    const noReads = new Proxy(db, {
      get: (store, name: keyof Db) =>
        name === 'batchGet' ? () => Promise.reject(new Error('away')) : store[name],
    });
    await copyChanges(noReads, 'company-copies', { companies: [], rows: [second] }, invocation());
    expect(sent).toEqual([
      ['copies-left', { row: { personKey: second.personKey, relation: second.relation } }],
    ]);
    const silent = watchedStore(db);
    await copyChanges(silent.db, 'company-copies', { companies: [], rows: [] }, invocation());
    expect(silent.calls).toEqual([]);
  });
});
