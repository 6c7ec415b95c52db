import { beforeAll, describe, expect, it } from 'vitest';
import { newHandle } from '#crypto/random.ts';
import {
  type Agreement,
  clientEntryKey,
  clientEntryPrefix,
  clientEntryRef,
  type FormEntry,
  isAbandoned,
  isAgreementOf,
  isFormOfTerm,
  isNamedBy,
  newFormId,
  onStaffFormChecks,
  staffEntryKey,
  staffFormKey,
} from '#store/agencies/agency-forms.ts';
import {
  agreedPeriodsUpdate,
  agreementsOf,
  agreementUpdate,
  findAgreedPeriods,
  findAgreement,
  overlapsAgreed,
} from '#store/agencies/agreements.ts';
import {
  agenciesNaming,
  type ClientSearch,
  clientEntries,
  formEntriesOf,
  formEntryPeriodUpdate,
  formEntryUpdate,
  removeFormEntries,
  searchedUpdate,
  transactInBatches,
} from '#store/agencies/form-entries.ts';
import {
  allListed,
  findListed,
  findStaffForm,
  formIdOf,
  listingWrites,
  staffFormUpdate,
  unlistingRemoval,
} from '#store/agencies/staff-forms.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Db, Key, Write } from '#store/dynamodb/tables.ts';
import { companyRow, putRows, watchedStore } from '../support/in-process.ts';
import { openStore, refusalOf } from '../support/store.ts';
import { long } from '../support/variants.ts';

/** The two forms that name an agent, row by row. */
let db: Db;
beforeAll(async () => {
  db = await openStore('Agencies', 'Agreements', 'Relationships');
});

const now = new Date('2027-03-02T10:00:00+08:00');
const day = '2027-03-02';
const [agencyKey, clientKey] = ['c_agency', 'c_client'];
const person = () => `p1_${newHandle()}`;
const entryOf = (key: Key) => db.get<FormEntry>('Relationships', key);

describe('which form counts', () => {
  it('ENT-4 AGY-1 a form is of a term from the moment on at which the term began, and abandoned after an hour', () => {
    const formId = newFormId(now);
    expect(newFormId(new Date(0))).toMatch(/^000000000-/);
    const iso = (ms: number) => new Date(now.getTime() + ms).toISOString();
    for (const company of [undefined, {}, { termSince: iso(-1) }, { termSince: iso(0) }])
      expect(isFormOfTerm(formId, company)).toBe(true);
    expect(isFormOfTerm(formId, { termSince: iso(1) })).toBe(false);
    expect(isFormOfTerm(undefined, {})).toBe(false);
    const hourLater = now.getTime() + 3_600_000;
    expect(isAbandoned(formId, new Date(hourLater))).toBe(false);
    expect(isAbandoned(formId, new Date(hourLater + 1))).toBe(true);
    expect(isAbandoned(formId, new Date(now.getTime() - 3_600_001))).toBe(false);
  });

  it('AGY-1 a person is named by the form in force alone', () => {
    const entry = { personKey: 'p', relation: 'r', forms: new Set(['f1', 'f2']) };
    expect(isNamedBy({ formId: 'f1' }, entry)).toBe(true);
    expect(isNamedBy({ formId: 'f3' }, entry)).toBe(false);
    expect(isNamedBy({ formId: 'f1' }, { personKey: 'p', relation: 'r' })).toBe(false);
    expect(isNamedBy({ formId: 'f1' }, undefined)).toBe(false);
    expect(isNamedBy(undefined, entry)).toBe(false);
    expect(isNamedBy({}, entry)).toBe(false);
  });

  it('AGY-4 an agreement serves its own agency and client, in its days', () => {
    const agreement = { agencyKey, clientKey, state: 'active', from: day, until: day } as Agreement;
    const between = { agencyKey, clientKey };
    expect(isAgreementOf(agreement, between, day)).toBe(true);
    expect(isAgreementOf(undefined, between, day)).toBe(false);
    expect(isAgreementOf(agreement, { ...between, agencyKey: 'c_other' }, day)).toBe(false);
    expect(isAgreementOf(agreement, { ...between, clientKey: 'c_other' }, day)).toBe(false);
    expect(isAgreementOf(agreement, between, '2027-03-03')).toBe(false);
  });

  it('AGY-1 a row tells its client and agreement', () => {
    const { relation = '' } = clientEntryKey('p', clientKey, 'AG-1');
    expect(relation).toBe('agent-for#c_client#AG-1');
    expect(clientEntryRef({ relation })).toEqual({ clientKey, agreementId: 'AG-1' });
    expect(clientEntryRef({ relation: 'agent-for' })).toEqual({ clientKey: '', agreementId: '' });
    expect([clientEntryPrefix(), clientEntryPrefix(clientKey)]).toEqual([
      'agent-for#',
      'agent-for#c_client#',
    ]);
  });

  it('AGY-1 SWI-5 the staff form that was read is in force and names the person when the write comes', async () => {
    const who = person();
    const agency = `c_${newHandle()}`;
    const judged = async (head: string, forms: readonly string[]) => {
      await putRows(db, 'Agencies', { ...staffFormKey(agency), formId: head, rev: 1 });
      await putRows(db, 'Relationships', { ...staffEntryKey(who, agency), forms: new Set(forms) });
      return refusalOf(db.transact(onStaffFormChecks(who, { agencyKey: agency, formId: 'f1' })));
    };
    expect(await judged('f1', ['f1', 'f2'])).toBeUndefined();
    expect(await judged('f2', ['f1', 'f2'])).toBe('RELATION_NOT_FOUND');
    expect(await judged('f1', ['f2'])).toBe('RELATION_NOT_FOUND');
  });
});

describe('the periods of a pair', () => {
  const period = { from: '2027-03-01', until: '2027-06-30' };
  const taken = { agreementId: 'a1', ...period, at: '2027-02-01T00:00:00.000Z' };

  it('AGY-4 ENT-4 are taken by another agreement of the client’s present term', () => {
    const pair = { rev: 1, taken: [taken] };
    const other = { from: '2027-07-01', until: '2027-07-31' };
    expect(overlapsAgreed(undefined, 'a2', [period], {})).toBe(false);
    expect(overlapsAgreed(pair, 'a2', [period], undefined)).toBe(true);
    expect(overlapsAgreed(pair, 'a2', [other, period], {})).toBe(true);
    expect(overlapsAgreed(pair, 'a2', [other], {})).toBe(false);
    expect(overlapsAgreed(pair, 'a1', [period], {})).toBe(false);
    expect(overlapsAgreed(pair, 'a2', [period], { termSince: taken.at })).toBe(true);
    expect(overlapsAgreed(pair, 'a2', [period], { termSince: '2027-02-01T00:00:00.001Z' })).toBe(false);
    // Without a time it is older than any cancellation.
    const { at: _, ...old } = taken;
    expect(overlapsAgreed({ rev: 1, taken: [old] }, 'a2', [period], {})).toBe(true);
    expect(overlapsAgreed({ rev: 1, taken: [old] }, 'a2', [period], { termSince: taken.at })).toBe(false);
  });

  it('AGY-4 are replaced together, without what is over, from the row as it was read', async () => {
    const between = { agencyKey, clientKey: `c_${newHandle()}` };
    const written = (
      read: Parameters<typeof agreedPeriodsUpdate>[1],
      id: string,
      ...periods: (typeof period)[]
    ) => db.transact([agreedPeriodsUpdate(between, read, id, periods, now)]);
    await written(undefined, 'a1', period, { from: '2027-01-01', until: '2027-03-01' });
    const first = await findAgreedPeriods(db, between);
    expect(first).toMatchObject({ rev: 1, taken: [{ agreementId: 'a1', ...period, at: now.toISOString() }] });
    expect(first?.taken).toHaveLength(1);
    await expect(written(undefined, 'a2', period)).rejects.toBeInstanceOf(ConcurrentChange);
    await written(first, 'a2', { from: day, until: day });
    const second = await findAgreedPeriods(db, between);
    expect(second?.taken.map(({ agreementId }) => agreementId)).toEqual(['a1', 'a2']);
    await written(second, 'a1', { from: day, until: '2027-12-31' });
    const third = await findAgreedPeriods(db, between);
    expect(third?.taken.map(({ agreementId, until }) => [agreementId, until])).toEqual([
      ['a2', day],
      ['a1', '2027-12-31'],
    ]);
    await expect(written(second, 'a1')).rejects.toBeInstanceOf(ConcurrentChange);
    await db.transact([agreedPeriodsUpdate(between, third, 'a3', [], new Date('2027-03-03T00:00:00+08:00'))]);
    expect((await findAgreedPeriods(db, between))?.taken.map(({ agreementId }) => agreementId)).toEqual([
      'a1',
    ]);
  });
});

it('AGY-4 an agreement is changed as it was read, and listed for each of its sides in pages', async () => {
  const [agency, client] = [`c_${newHandle()}`, `c_${newHandle()}`];
  const ids = ['a1', 'a2', 'a3'].map((id) => `${id}-${newHandle()}`);
  for (const id of ids)
    await db.transact([
      agreementUpdate(id, 0, { agencyKey: agency, clientKey: client, state: 'pending', items: [] }),
    ]);
  const [id = ''] = ids;
  const changed = (version: number) => db.transact([agreementUpdate(id, version, { state: 'active' })]);
  await expect(changed(0)).rejects.toBeInstanceOf(ConcurrentChange);
  await changed(1);
  await expect(changed(1)).rejects.toBeInstanceOf(ConcurrentChange);
  expect(await findAgreement(db, id)).toMatchObject({ state: 'active', rev: 2 });
  for (const side of [{ agencyKey: agency }, { clientKey: client }]) {
    const first = await agreementsOf(db, side, { limit: 2 });
    expect(first.items.map(({ agreementId }) => agreementId)).toEqual(ids.slice(0, 2));
    const rest = await agreementsOf(db, side, { limit: 2, from: first.next });
    expect(rest.items.map(({ agreementId }) => agreementId)).toEqual(ids.slice(2));
    expect(rest.next).toBeUndefined();
  }
  expect((await agreementsOf(db, { agencyKey: client }, { limit: 2 })).items).toEqual([]);
  expect((await agreementsOf(db, { clientKey: agency }, { limit: 2 })).items).toEqual([]);
});

describe('writes in batches', () => {
  const group = (length: number): Write[] =>
    Array.from({ length }, () => ({ table: 'Agencies', put: { agencyKey: 'x' } }));
  /** Stands in for the table: what was sent, and how many at once. */
  function sent(fails: (batch: number) => boolean = () => false) {
    const sizes: number[] = [];
    let [running, most, done] = [0, 0, 0];
    const transact = async (writes: readonly Write[]) => {
      const batch = sizes.push(writes.length);
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      if (fails(batch)) throw new Error(`batch ${batch}`);
      done++;
    };
    return { db: { transact } as unknown as Db, sizes, most: () => most, done: () => done };
  }

  it('AGY-1 keep each group whole, fill a hundred items, and run four at a time', async () => {
    const filled = sent();
    await transactInBatches(filled.db, [group(50), group(50), group(1)]);
    expect(filled.sizes).toEqual([100, 1]);
    const whole = sent();
    await transactInBatches(whole.db, [group(60), group(41), group(60)]);
    expect(whole.sizes).toEqual([60, 41, 60]);
    const none = sent();
    await transactInBatches(none.db, []);
    expect(none.sizes).toEqual([]);
    const many = sent();
    await transactInBatches(
      many.db,
      Array.from({ length: 9 }, () => group(100)),
    );
    expect([many.sizes.length, many.most(), many.done()]).toEqual([9, 4, 9]);
  });

  it('AGY-1 fail with the first refusal, after the others have ended', async () => {
    const some = sent((batch) => batch === 2);
    const writing = transactInBatches(
      some.db,
      Array.from({ length: 4 }, () => group(100)),
    );
    await expect(writing).rejects.toThrow('batch 2');
    expect(some.done()).toBe(3);
  });
});

describe('a person’s rows of forms', () => {
  const period = { from: '2027-03-01', until: '2027-06-30' };
  const named = (key: Key, formId: string, hints?: typeof period) =>
    db.transact([formEntryUpdate(key, formId, hints && { agencyKey, ...hints })]);

  it('AGY-1 collect the forms that name the person, and the newest days', async () => {
    const key = clientEntryKey(person(), clientKey, newHandle());
    await named(key, 'f1', period);
    await named(key, 'f2', { from: '2027-04-01', until: '2027-04-30' });
    expect(await entryOf(key)).toEqual({
      ...key,
      agencyKey,
      from: '2027-04-01',
      until: '2027-04-30',
      forms: new Set(['f1', 'f2']),
    });
    await db.transact([formEntryPeriodUpdate(key, 'f2', period)]);
    expect(await entryOf(key)).toMatchObject(period);
    // A form that no longer stands there says nothing any more.
    const late = db.transact([formEntryPeriodUpdate(key, 'f3', { from: day, until: day })]);
    expect(await refusalOf(late)).toBe('STATE_CONFLICT');
    const place = staffEntryKey(person(), agencyKey);
    await named(place, 'f1');
    expect(await entryOf(place)).toEqual({ ...place, forms: new Set(['f1']) });
  });

  it('AGY-1 lose a form that is over: whoever has no other one loses the row, everybody else keeps it', async () => {
    const [only, both, kept, nobody, again] = Array.from({ length: 5 }, () =>
      staffEntryKey(person(), agencyKey),
    ) as [Key, Key, Key, Key, Key];
    for (const key of [only, both, kept, again]) await named(key, 'f1');
    for (const key of [both, kept]) await named(key, 'f2');
    const listed = { agencyKey: `c_${newHandle()}`, part: 'agent#f1#g1' };
    await putRows(db, 'Agencies', listed);
    const removal: Write = { table: 'Agencies', remove: listed };
    await removeFormEntries(db, 'f1', { gone: [only, both, again], kept: [kept] }, [removal]);
    expect(await entryOf(only)).toBeUndefined();
    expect(await entryOf(again)).toBeUndefined();
    for (const key of [both, kept]) expect((await entryOf(key))?.forms).toEqual(new Set(['f2']));
    expect(await db.get('Agencies', listed)).toBeUndefined();
    await removeFormEntries(db, 'f2', { gone: [both], kept: [] });
    expect(await entryOf(both)).toBeUndefined();
    // A row that is not there is not made by it.
    await removeFormEntries(db, 'f2', { gone: [], kept: [nobody] });
    expect(await entryOf(nobody)).toBeUndefined();
  });

  it('AGY-1 take one call for all who have no other form, a row that is gone already among them', async () => {
    const keys = Array.from({ length: 3 }, () => staffEntryKey(person(), agencyKey));
    for (const key of keys.slice(1)) await named(key, 'f1');
    const watched = watchedStore(db);
    await removeFormEntries(watched.db, 'f1', { gone: keys, kept: [] });
    expect(watched.calls.map(([name]) => name)).toEqual(['transact']);
    for (const key of keys) expect(await entryOf(key)).toBeUndefined();
  });

  it('AGY-1 are tidied without a word, whatever fails', async () => {
    const away = { transact: () => Promise.reject(new Error('away')) } as unknown as Db;
    const key = staffEntryKey(person(), agencyKey);
    await removeFormEntries(away, 'f1', { gone: [key], kept: [key] });
  });

  it('AGY-3 are found by prefix, agency and day', async () => {
    const who = person();
    const rows = [
      { ...clientEntryKey(who, clientKey, 'a1'), agencyKey, ...period },
      { ...clientEntryKey(who, clientKey, 'a2'), agencyKey: 'c_other', ...period },
      { ...clientEntryKey(who, clientKey, 'a3'), agencyKey, from: '2027-03-03', until: '2027-06-30' },
      { ...clientEntryKey(who, clientKey, 'a4'), agencyKey, from: '2027-01-01', until: '2027-03-01' },
      { ...clientEntryKey(who, clientKey, 'a5'), agencyKey, from: day, until: day },
      { ...clientEntryKey(who, 'c_clients', 'a6'), agencyKey, ...period },
      { ...staffEntryKey(who, agencyKey), forms: new Set(['f1']) },
      { ...staffEntryKey(who, 'c_empty') },
    ];
    await putRows(db, 'Relationships', ...rows);
    const ids = async (prefix: string, page?: Parameters<typeof formEntriesOf>[3]) =>
      (await formEntriesOf(db, who, prefix, page)).items.map(
        (one) => clientEntryRef(one).agreementId || one.relation,
      );
    const prefix = clientEntryPrefix(clientKey);
    expect(await ids(prefix)).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
    expect(await ids(clientEntryPrefix())).toHaveLength(6);
    expect(await ids(prefix, { agencyKey })).toEqual(['a1', 'a3', 'a4', 'a5']);
    expect(await ids(prefix, { on: day })).toEqual(['a1', 'a2', 'a5']);
    expect(await ids(prefix, { on: day, agencyKey, limit: 2 })).toEqual(['a1']);
    expect(await agenciesNaming(db, who)).toEqual(new Set([agencyKey]));
  });
});

it('AGY-1 SWI-5 what a rule reads of the forms is read strongly', async () => {
  const watched = watchedStore(db);
  const search = { agencyKey, day, query: '', due: { companyKeys: new Set<string>(), many: false } };
  await formEntriesOf(watched.db, 'p1_nobody', clientEntryPrefix());
  await clientEntries(watched.db, 'p1_nobody', clientEntryPrefix(), search, { limit: 1 });
  await allListed(watched.db, 'c_nobody');
  for (const [, , query] of watched.calls) expect(query).toMatchObject({ consistent: true });
  expect(watched.calls).toHaveLength(3);
});

describe('a search among the clients of an agent', () => {
  const who = person();
  const rowOf = (id: string, facts: object) => ({
    ...clientEntryKey(who, `c_${id}`, `a-${id}`),
    agencyKey,
    from: '2027-01-01',
    until: '2027-12-31',
    clientKey: `c_${id}`,
    ...facts,
  });
  const nothingDue = { companyKeys: new Set<string>(), many: false };
  const found = async (search: Partial<ClientSearch>, page: { from?: Key; limit?: number } = {}) => {
    const whole = { agencyKey, day, query: '', due: nothingDue, ...search };
    const { items, next } = await clientEntries(db, who, clientEntryPrefix(), whole, { limit: 50, ...page });
    return { ids: items.map(({ clientKey: of }) => of?.slice(2)), next };
  };
  beforeAll(() =>
    putRows(
      db,
      'Relationships',
      rowOf('1A', { searched: '黄山-茶(庄)\n91340100MA1A' }),
      rowOf('2B', { searched: '宏村客栈\n91340100MA2B' }),
      rowOf('3C', {}),
      rowOf('4D', { searched: '宏村酒家\n', agencyKey: 'c_other' }),
      rowOf('5E', { searched: '宏村茶行\n', from: '2027-03-03' }),
      rowOf('6F', { searched: '宏村书院\n', until: '2027-03-01' }),
      rowOf('7G', { searched: '宏村画室\n', from: day, until: day }),
    ),
  );

  it('SWI-3 ENT-5 finds by name or number, in any width, what the agency serves that day', async () => {
    expect((await found({})).ids).toEqual(['1A', '2B', '3C', '7G']);
    // A row without its text is always read, whatever is searched.
    expect((await found({ query: '宏村' })).ids).toEqual(['2B', '3C', '7G']);
    expect((await found({ query: '（庄' })).ids).toEqual(['1A', '3C']);
    expect((await found({ query: 'ｍａ-1a' })).ids).toEqual(['1A', '3C']);
    expect((await found({ query: '-' })).ids).toEqual(['1A', '3C']);
    expect((await found({ query: '天都' })).ids).toEqual(['3C']);
  });

  it('SWI-3 ENT-4 DOC-4 reads whoever has just changed, and the one whose complete number was typed', async () => {
    const due = { companyKeys: new Set(['c_2B']), many: false };
    expect((await found({ query: '天都', due })).ids).toEqual(['2B', '3C']);
    expect((await found({ query: '天都', typed: 'c_1A' })).ids).toEqual(['1A', '3C']);
    expect((await found({ query: '天都', due, typed: 'c_1A' })).ids).toEqual(['1A', '2B', '3C']);
    expect((await found({ query: '天都', due: { ...due, many: true } })).ids).toEqual([
      '1A',
      '2B',
      '3C',
      '7G',
    ]);
    // As many changed companies as are ever known, and the typed one after them.
    const many = new Set(Array.from({ length: 99 }, (_, at) => `c_${at}`));
    const most = { query: '天都', due: { companyKeys: many, many: false }, typed: 'c_1A' };
    expect((await found(most)).ids).toEqual(['1A', '3C']);
  });

  it('SWI-3 goes on where a page ended', async () => {
    const first = await found({}, { limit: 2 });
    expect(first.ids).toEqual(['1A', '2B']);
    expect((await found({}, { from: first.next as Key, limit: 2 })).ids).toEqual(['3C']);
  });

  it('ENT-4 writes the text of a client into rows that are there, and never an older one', async () => {
    const key = clientEntryKey(person(), clientKey, 'a1');
    const company = (rev: number, facts: object = {}) =>
      companyRow('c_91340100MA1A', { rev, name: `第${rev}茶（庄）`, ...facts });
    const written = async (rev: number, facts?: object) =>
      (await db.update(searchedUpdate(key, company(rev, facts)))).ok;
    expect(await written(1)).toBe(false);
    expect(await entryOf(key)).toBeUndefined();
    await putRows(db, 'Relationships', key);
    expect(await written(2)).toBe(true);
    expect(await entryOf(key)).toMatchObject({
      searched: '第2茶(庄)\n91340100MA1A',
      searchedRev: 2,
      clientKey: 'c_91340100MA1A',
    });
    expect([await written(1), await written(2), await written(3)]).toEqual([false, true, true]);
    expect(await written(4, { taxpayerId: undefined })).toBe(true);
    expect((await entryOf(key))?.searched).toBe('第4茶(庄)\n');
  });
});

describe('the staff form of an agency', () => {
  const agent = (personKey: string) => ({ personKey, sealedName: 's1.x', agentId: `g_${personKey}` });

  it('AGY-1 is replaced as it was read, with the registry’s version where the registry sent it', async () => {
    const agency = `c_${newHandle()}`;
    const next = { formId: 'f1', size: 1 };
    const written = (read: Parameters<typeof staffFormUpdate>[1], more: object = {}) =>
      db.transact([staffFormUpdate(agency, read, { ...next, ...more })]);
    await written(undefined, { version: 7 });
    const first = await findStaffForm(db, agency);
    expect(first).toEqual({ agencyKey: agency, part: 'form', rev: 1, version: 7, ...next });
    await expect(written(undefined)).rejects.toBeInstanceOf(ConcurrentChange);
    await written(first, { formId: 'f2', size: 2 });
    expect(await findStaffForm(db, agency)).toMatchObject({ rev: 2, formId: 'f2', size: 2, version: 7 });
    await expect(written(first)).rejects.toBeInstanceOf(ConcurrentChange);
  });

  it('AGY-1 lists its people by handle, however many, each form apart', async () => {
    const agency = `c_${newHandle()}`;
    const people = Array.from({ length: 3 }, person);
    for (const personKey of people) await db.transact(listingWrites(agency, 'f1', agent(personKey)));
    await db.transact(listingWrites(agency, 'f2', agent(people[0] ?? '')));
    const [first = ''] = people;
    expect((await entryOf(staffEntryKey(first, agency)))?.forms).toEqual(new Set(['f1', 'f2']));
    await db.transact([staffFormUpdate(agency, undefined, { formId: 'f1', size: 3 })]);
    const rows = await allListed(db, agency);
    expect(rows.map(formIdOf).sort()).toEqual(['f1', 'f1', 'f1', 'f2']);
    expect(rows.find((row) => formIdOf(row) === 'f2')).toEqual({
      agencyKey: agency,
      part: `agent#f2#g_${first}`,
      ...agent(first),
    });
    expect(formIdOf({ part: 'form' })).toBe('');
    // The last of more handles than one call takes, one of them twice.
    const asked = Array.from({ length: 199 }, (_, at) => `g_${at}`);
    const found = await findListed(db, { agencyKey: agency, formId: 'f1' }, [
      ...asked,
      `g_${first}`,
      `g_${first}`,
    ]);
    expect([...found.keys()]).toEqual([`g_${first}`]);
    expect((await findListed(db, { agencyKey: agency, formId: 'f2' }, [`g_${people[1]}`])).size).toBe(0);
    for (const row of rows) await db.transact([unlistingRemoval(row)]);
    expect(await allListed(db, agency)).toEqual([]);
    expect(await findStaffForm(db, agency)).toBeDefined();
  });

  long('AGY-1 reads its rows to the end, more than a page of the table', async () => {
    const agency = `c_${newHandle()}`;
    const sealedName = 'x'.repeat(5_000);
    await transactInBatches(
      db,
      Array.from({ length: 250 }, (_, at) =>
        listingWrites(agency, 'f1', { ...agent(`p${at}`), sealedName }).slice(0, 1),
      ),
    );
    expect(await allListed(db, agency)).toHaveLength(250);
  });
});
