import { beforeAll, describe, expect, it } from 'vitest';
import { defaultPolicies as policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { agreementKey, clientEntryKey, onAgreementChecks } from '#store/agencies/agency-forms.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Db, Item, Write } from '#store/dynamodb/tables.ts';
import { faceUnchangedCheck, isFaceCheckValid } from '#store/people/face-checks.ts';
import type { Person } from '#store/people/person-row.ts';
import { recoveryCoveredCheck } from '#store/people/users.ts';
import { findNamedHandlers, isReportFor, reportWrites } from '#store/reports/cross-region-reports.ts';
import { endSessionUpdate } from '#store/sessions/session-end.ts';
import { tryCode } from '#store/tickets/ticket-codes.ts';
import { ticketKeyOf } from '#store/tickets/tickets.ts';
import { openStore, refusalOf } from '../support/store.ts';

/** Conditions whose refusal a request hardly ever meets: each is tested against rows as they may exist. */
let db: Db;
beforeAll(async () => {
  db = await openStore('Agreements', 'CrossRegionReports', 'Relationships', 'Sessions', 'Tickets', 'Users');
});

const now = new Date('2027-03-02T10:00:00+08:00');
const seconds = now.getTime() / 1000;
let rows = 0;
const put = (table: Extract<Write, { put: Item }>['table'], item: Item) =>
  db.transact([{ table, put: item }]);

describe('an agreement that somebody works by', () => {
  const judged = async (agreement: Item, place: readonly string[] = ['f1'], read = ['f1']) => {
    const agreementId = `AG-${rows++}`;
    const stood = { formId: 'f1', state: 'active', from: '2027-03-02', until: '2027-03-02', ...agreement };
    await put('Agreements', { ...agreementKey(agreementId), ...stood });
    await put('Relationships', {
      ...clientEntryKey('p1_agent', 'c_client', agreementId),
      forms: new Set(place),
    });
    const checks = onAgreementChecks('p1_agent', { agreementId, clientKey: 'c_client' }, read, '2027-03-02');
    return refusalOf(db.transact(checks));
  };

  it('AGY-4 SWI-5 is in force from its first day to its last, and by a form that names the person', async () => {
    expect(await judged({})).toBeUndefined();
    expect(await judged({ formId: 'f2' }, ['f1', 'f2'], ['f1', 'f2'])).toBeUndefined();
    for (const wrong of [
      judged({ from: '2027-03-03' }),
      judged({ until: '2027-03-01' }),
      judged({ state: 'ended' }),
      judged({ formId: 'f2' }),
      judged({}, ['f2']),
    ])
      expect(await wrong).toBe('RELATION_NOT_FOUND');
  });
});

it('SPC-2 SPC-3 a report is told on what was read: a second one decided on the same is refused, and counts nobody twice', async () => {
  const companyKey = `c_reports-${rows++}`;
  const handler = { nameKey: 'n1_name', handlerKey: 'n1_phone' };
  const told = (reportNo: string, from = companyKey) => ({
    companyKey: from,
    reportNo,
    place: '合肥',
    validUntil: '2027-12-31',
    version: 1,
    handler,
  });
  const day = '2027-03-02';
  await db.transact(reportWrites(told('皖税跨报〔2027〕1号'), undefined, [undefined], day));
  // Other reports with the same head and the same 经办人.
  for (const reportNo of ['皖税跨报〔2027〕1号', '皖税跨报〔2027〕2号'])
    await expect(
      db.transact(reportWrites(told(reportNo), undefined, [undefined], day)),
      reportNo,
    ).rejects.toBeInstanceOf(ConcurrentChange);
  const read = await findNamedHandlers(db, companyKey, handler.nameKey);
  await db.transact(reportWrites(told('皖税跨报〔2027〕2号'), undefined, [read], day));
  await expect(
    db.transact(reportWrites(told('皖税跨报〔2027〕3号'), undefined, [read], day)),
  ).rejects.toBeInstanceOf(ConcurrentChange);
  expect((await findNamedHandlers(db, companyKey, handler.nameKey))?.reports).toEqual({
    n1_phone: { '2027-12-31': 2 },
  });
});

it('SPC-3 ENT-4 a report serves to its last day, for its 经办人, and in the term in which it was told', () => {
  const day = '2027-03-02';
  const report = { companyKey: 'c_1', reportNo: '1', place: '合肥', validUntil: day, handlerKey: 'h1' };
  const before = { ...report, at: '2027-02-01T00:00:00.000Z' };
  const after = { ...report, at: '2027-02-03T00:00:00.000Z' };
  const begun = { termSince: '2027-02-02T00:00:00.000Z' };
  for (const company of [undefined, {}])
    for (const told of [report, before, after]) expect(isReportFor(told, undefined, day, company)).toBe(true);
  // Without a time of its own it is older than any cancellation.
  expect([report, before, after].map((told) => isReportFor(told, undefined, day, begun))).toEqual([
    false,
    false,
    true,
  ]);
  expect(isReportFor(undefined, undefined, day, {})).toBe(false);
  expect(isReportFor(report, undefined, '2027-03-03', {})).toBe(false);
  expect(['h1', 'h2'].map((key) => isReportFor(report, key, day, {}))).toEqual([true, false]);
});

it('SES-3 SES-4 the first reason of a session’s end stays', async () => {
  const sessionId = `s${rows++}`;
  await put('Sessions', { sessionId });
  const end = (reason: 'logged-out' | 'replaced', at: number) =>
    db.transact([endSessionUpdate(sessionId, { reason, at })]);
  await end('logged-out', 1);
  await end('replaced', 2);
  expect(await db.get('Sessions', { sessionId })).toMatchObject({ ended: { reason: 'logged-out', at: 1 } });
});

it('SMS-2 a code is tried at a ticket of its kind only', async () => {
  const id = `t${rows++}`;
  const ticketKey = ticketKeyOf(id);
  await put('Tickets', {
    ticketKey,
    kind: 'login',
    state: 'open',
    expiresAt: seconds + 600,
    code: { hash: 'h', phoneKey: 'n1_x', expiresAt: seconds + 300 },
  });
  const tried = (kind: 'login' | 'password-reset') =>
    refusalOf(tryCode(db, id, kind, now, 5, `try${rows++}`));
  expect(await tried('password-reset')).toBe('NOT_FOUND');
  expect((await db.get<Item>('Tickets', { ticketKey }))?.codeTries).toBeUndefined();
  expect(await tried('login')).toBeUndefined();
});

it('PHN-4 a recovered phone wants a face for twenty-four hours, to the millisecond, or one seen after it', async () => {
  const dayAgo = now.getTime() - policies.recoveredPhoneSeconds * 1000;
  const covered = async (recoveredAt: number, faceAt?: number, status = 'active') => {
    const personKey = `p1_${rows++}`;
    const iso = (time: number) => new Date(time).toISOString();
    await put('Users', { personKey, account: { status }, phoneRecoveredAt: iso(recoveredAt) });
    const seen = faceAt === undefined ? undefined : iso(faceAt);
    return refusalOf(db.transact([recoveryCoveredCheck(personKey, seen, now, policies)]));
  };
  expect(await covered(dayAgo)).toBeUndefined();
  expect(await covered(dayAgo + 1)).toBe('FACE_REQUIRED');
  expect(await covered(dayAgo + 1000, dayAgo + 1000)).toBe('FACE_REQUIRED');
  expect(await covered(dayAgo + 1000, dayAgo + 1001)).toBeUndefined();
  expect(await covered(dayAgo, undefined, 'cancelled')).toBe('SESSION_ENDED');
});

describe('a face that a system is told of', () => {
  const at = '2027-03-02T01:00:00.000Z';
  const since = '2027-01-01T00:00:00.000Z';
  const person = { account: { status: 'active', since } };
  it.each<[string, Item, string | undefined]>([
    ['stands', {}, undefined],
    ['not for whoever registered again', { account: { status: 'active', since: at } }, 'FACE_REQUIRED'],
    ['not for a closed account', { account: { status: 'cancelled', since } }, 'FACE_REQUIRED'],
    ['not while suspended', { orders: { suspendedAt: at } }, 'FACE_REQUIRED'],
    ['not after an order of that moment', { orders: { proofsEndedAt: at } }, 'FACE_REQUIRED'],
    ['after an order before it', { orders: { proofsEndedAt: '2027-03-02T00:59:59.999Z' } }, undefined],
    ['not after a number was recovered', { phoneRecoveredAt: at }, 'FACE_REQUIRED'],
    ['after one was recovered before it', { phoneRecoveredAt: '2027-03-02T00:59:59.999Z' }, undefined],
  ])('SSO-9 STP-4 PHN-4 ORD-1 %s', async (_, facts, problem) => {
    const personKey = `p1_${rows++}`;
    await put('Users', { ...person, ...facts, personKey });
    const face = { at, since };
    const check = faceUnchangedCheck(personKey, face, now, policies, () => new Problem('FACE_REQUIRED'));
    expect(await refusalOf(db.transact([check]))).toBe(problem);
    const read = await db.get<Person>('Users', { personKey });
    expect(isFaceCheckValid(read, face, now, policies)).toBe(problem === undefined);
  });
});
