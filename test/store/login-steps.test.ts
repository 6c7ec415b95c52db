/** @module-tag long */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashPassword } from '#crypto/passwords.ts';
import { newHandle } from '#crypto/random.ts';
import { seal } from '#crypto/sealed.ts';
import { checkPassword } from '#flows/login/check-password.ts';
import { chooseRole } from '#flows/login/choose-role.ts';
import { confirmRole } from '#flows/login/confirm-role.ts';
import { searchReports } from '#flows/login/search-reports.ts';
import { showChoices } from '#flows/login/show-choices.ts';
import { sendLoginCode, startLoginFace } from '#flows/login/start-second-factor.ts';
import { verifyLogin } from '#flows/login/verify-login.ts';
import { handlerKeysOf } from '#journeys/companies/report-handlers.ts';
import { usernameKeyOf } from '#journeys/people/accounts.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Relation } from '#store/companies/relations.ts';
import type { KnownTaxpayer } from '#store/companies/taxpayers.ts';
import type { Db, Item, Write } from '#store/dynamodb/tables.ts';
import type { OwnPhone } from '#store/people/person-row.ts';
import {
  type CrossRegionReport,
  findNamedHandlers,
  findReport,
  findReportHead,
  mostReports,
  reportWrites,
} from '#store/reports/cross-region-reports.ts';
import type { Session } from '#store/sessions/session-row.ts';
import { ticketKeyOf } from '#store/tickets/tickets.ts';
import { cheap, keysOne } from '../crypto/keys-of-test.ts';
import { storeAgreement, storeStaffForm } from '../support/agency-rows.ts';
import {
  companyRow,
  contextOf,
  dataKeys,
  putRows,
  sealedNameOf,
  watchedStore,
} from '../support/in-process.ts';
import { mobile, type Sample, person as sample } from '../support/people.ts';
import {
  at,
  before,
  changedMeanwhile,
  changePerson,
  changeTicket,
  day,
  eventsOf,
  type Facts,
  now,
  numberKey,
  ownPhone,
  passFace,
  password,
  personRow,
  type Registered,
  relationRow,
  run as runIn,
  type Sent,
  seconds,
  stepParts,
  storePerson,
  ticketOf,
  tomorrow,
  yesterday,
} from '../support/step-fixtures.ts';
import { openStore } from '../support/store.ts';

/** Logging in, step by step, on rows as they may stand there. */
let db: Db;
let ctx: FlowContext;
let parts: object;
const sentMessages: Sent[] = [];
beforeAll(async () => {
  db = await openStore(
    'Agencies',
    'Agreements',
    'Audit',
    'CrossRegionReports',
    'Lockouts',
    'Phones',
    'Relationships',
    'Sessions',
    'SmsWindows',
    'Taxpayers',
    'Tickets',
    'Users',
  );
  parts = await stepParts(db, sentMessages);
  ctx = contextOf(db, parts);
});
beforeEach(() => {
  sentMessages.length = 0;
});

const run = (step: unknown, given: object = {}, by: FlowContext = ctx) => runIn(step, by, given);
const meanwhile = (table: Write['table'], change: () => Promise<unknown>) =>
  contextOf(changedMeanwhile(db, table, change), parts);
const registered = (facts: Facts = {}, more: Parameters<typeof storePerson>[2] = {}): Promise<Registered> =>
  storePerson(db, facts, more);
const rowOf = (who: Registered) => personRow(db, who);
const change = (who: Registered, facts: Facts) => changePerson(db, who, facts);
const events = (who: Registered, kind: string) => eventsOf(db, who, kind);
const lockoutOf = async (who: Registered) =>
  (await db.get<Item>('Lockouts', { personKey: who.personKey, day })) ?? {};
/** How many tries of a method count today. */
const triesOf = async (who: Registered, method: 'password' | 'sms' | 'face' = 'password') =>
  ((await lockoutOf(who))[method] as Set<string> | undefined)?.size ?? 0;

let companies = 0;
async function company(facts: Partial<KnownTaxpayer> = {}): Promise<KnownTaxpayer> {
  const row = companyRow(`c_91340100ML${String(++companies).padStart(7, '0')}X`, facts);
  await putRows(db, 'Taxpayers', row);
  return row;
}
async function related(who: Registered, of: KnownTaxpayer, facts: Partial<Relation> = {}) {
  const row = relationRow(who, of, facts);
  await putRows(db, 'Relationships', row);
  return row;
}
const pendingHead = {
  role: 'finance-head',
  state: 'pending',
  direction: 'invited',
  source: 'registry',
} as const;
const listed = (who: Registered, { companyKey }: KnownTaxpayer) => storeStaffForm(db, companyKey, who);
const agreed = (who: Registered, agency: KnownTaxpayer, client: KnownTaxpayer) =>
  storeAgreement(db, [agency, client], [who]);
const agencyCompany = () => company({ subjects: ['enterprise', 'agency'], name: '徽州税务师事务所' });
/** A report of a company, with a 经办人. */
async function report(
  of: KnownTaxpayer,
  reportNo: string,
  handler: { name: string; phone: string },
  facts: { validUntil?: string; at?: string; version?: number } = {},
) {
  const { companyKey } = of;
  const keys = handlerKeysOf(ctx, companyKey, handler.name, numberKey(handler.phone));
  const head = await findReportHead(db, reportNo);
  const names = new Set([keys.nameKey, head?.handler.nameKey ?? keys.nameKey]);
  const named = await Promise.all([...names].map((name) => findNamedHandlers(db, companyKey, name)));
  const line = {
    companyKey,
    reportNo,
    place: '黄山市屯溪区',
    validUntil: '2027-12-31',
    version: (head?.version ?? 0) + 1,
    handler: keys,
    ...facts,
  };
  await db.transact(reportWrites(line, head, named, day));
  return keys.handlerKey;
}

const first = (who: Sample, facts: object = {}, more: object = {}, by?: FlowContext) =>
  run(checkPassword, { body: { entry: 'natural', account: who.phone, password, ...facts }, ...more }, by);
const atCompany = (of: KnownTaxpayer, entry = 'enterprise') => ({ entry, taxpayerId: of.taxpayerId });
const sendCode = (id: string, by?: FlowContext) => run(sendLoginCode, { params: { id } }, by);
const verify = (id: string, body: object, by?: FlowContext, more: object = {}) =>
  run(verifyLogin, { params: { id }, body, ...more }, by);
const newestCode = () => sentMessages.at(-1)?.code ?? '';
/** A login whose code was sent. */
async function begun(who: Registered, facts: object = {}) {
  const { said, body } = await first(who, facts);
  if (said !== '201') throw new Error(said);
  const id: string = body.loginId;
  // The minute between two codes of one person is no subject here.
  await db.transact([{ table: 'SmsWindows', remove: { phoneKey: numberKey(who.phone) } }]);
  const sent = await sendCode(id);
  if (sent.said !== '202') throw new Error(sent.said);
  return { id, smsCode: newestCode() };
}
const bySms = async (who: Registered, facts: object = {}, by?: FlowContext) => {
  const { id, smsCode } = await begun(who, facts);
  return { id, ...(await verify(id, { smsCode }, by)) };
};
const byFace = async (who: Registered, facts: object = {}, by?: FlowContext) => {
  const { body } = await first(who, facts);
  const faceTicket = await passFace(db, body.loginId);
  return { id: body.loginId as string, ...(await verify(body.loginId, { faceTicket }, by)) };
};
const sessionRow = async (who: Registered) => {
  const { webSession } = await rowOf(who);
  return (await db.get<Session>('Sessions', { sessionId: webSession?.sessionId ?? '' })) as Session;
};
const choose = (id: string, choiceId: string, by?: FlowContext) =>
  run(chooseRole, { params: { id }, body: { choiceId } }, by);
const choices = (id: string) => run(showChoices, { params: { id } });
const confirm = (id: string, authorizationId: string, by?: FlowContext) =>
  run(confirmRole, { params: { id }, body: { authorizationId } }, by);
const search = (id: string, ending = '') => run(searchReports, { params: { id }, query: { ending } });

describe('the first factor', () => {
  it('LGN-3 LGN-6 opens a ticket for the second one, and clears the failures of the password', async () => {
    const second = mobile();
    const who = sample();
    const person = await registered({}, { who, phones: [ownPhone(who.phone), ownPhone(second)] });
    await putRows(db, 'SmsWindows', { phoneKey: numberKey(second), startedAt: 5 });
    await first(person, { password: 'wrong' });
    expect(await triesOf(person)).toBe(1);
    const { said, body } = await first(person, { account: second });
    expect(said).toBe('201');
    expect(body).toEqual({
      loginId: expect.any(String),
      expiresAt: expect.stringContaining('2027-03-02T10:'),
      secondFactors: [
        { method: 'sms', maskedPhone: `${second.slice(0, 3)}****${second.slice(7)}` },
        { method: 'face' },
      ],
      notices: [],
    });
    const ticket = await ticketOf(db, body.loginId);
    expect(ticket).toMatchObject({
      kind: 'login',
      state: 'open',
      personKey: person.personKey,
      entry: 'natural',
      passwordRev: 1,
      day,
      phone: { phoneKey: numberKey(second) },
      window: { phoneKey: numberKey(second), startedAt: 5 },
      who: { personKey: person.personKey, rev: 1 },
    });
    expect(ticket.who).not.toHaveProperty('password');
    for (const name of ['companyKey', 'companyTerm', 'companyTermSince', 'agentAt', 'faceOnly'])
      expect(ticket).not.toHaveProperty(name);
    expect(await triesOf(person)).toBe(0);
    // By document or username the default phone gets the code, by what the person's last journey knew.
    await change(person, {
      username: 'Tunxiqu',
      lastWindow: { phoneKey: numberKey(who.phone), startedAt: 7 },
    });
    await putRows(db, 'Users', {
      personKey: usernameKeyOf(ctx, 'Tunxiqu'),
      owner: person.personKey,
      username: 'Tunxiqu',
    });
    for (const account of [who.documentNumber, 'Tunxiqu']) {
      const { body: other } = await first(person, { account });
      expect(await ticketOf(db, other.loginId)).toMatchObject({
        phone: { phoneKey: numberKey(who.phone) },
        window: { phoneKey: numberKey(who.phone), startedAt: 7 },
      });
    }
  });

  it('LGN-2 LGN-12 ENT-2 answers in the order of the rule: the form, the human, the company, the account', async () => {
    const unknown = sample();
    const of = await company({ state: 'cancelled' });
    const noNumber = await first(unknown, { entry: 'enterprise' });
    expect([noNumber.said, noNumber.body]).toEqual([
      'BAD_REQUEST',
      { errors: [{ path: 'taxpayerId', message: 'required' }] },
    ]);
    expect((await first(unknown, { ...atCompany(of), challenge: 'x' })).said).toBe('CHALLENGE_REQUIRED');
    expect((await first(unknown, atCompany(of))).said).toBe('TAXPAYER_NOT_FOUND');
    expect((await first(unknown, { entry: 'enterprise', taxpayerId: '91340100ML9999999X' })).said).toBe(
      'TAXPAYER_NOT_FOUND',
    );
    const active = await company();
    expect((await first(unknown, atCompany(active))).said).toBe('PHONE_NOT_FOUND');
    const account = unknown.documentNumber;
    const other = await first(unknown, { ...atCompany(active), account });
    expect([other.said, other.variant]).toEqual(['USER_NOT_REGISTERED', 'other-entry']);
    const natural = await first(unknown, { account });
    expect([natural.said, natural.variant]).toEqual(['USER_NOT_REGISTERED', undefined]);
    // The natural entry ignores a number.
    expect((await first(await registered(), { taxpayerId: '91340100ML9999999X' })).said).toBe('201');
  });

  it('LGN-7 LCK-1 LCK-2 a wrong one counts, is audited with its entry, and the fifth locks', async () => {
    const person = await registered();
    const of = await company();
    for (const left of [4, 3, 2, 1]) {
      const { said, body } = await first(person, { ...atCompany(of), password: 'wrong' });
      expect([said, body]).toEqual(['BAD_CREDENTIALS', { remainingAttempts: left }]);
    }
    expect(await events(person, 'login-password')).toEqual(
      Array(4).fill({ outcome: 'failure', detail: { method: 'password', entry: 'enterprise' } }),
    );
    expect((await first(person, { password: 'wrong' })).said).toBe('ACCOUNT_LOCKED');
    expect(await events(person, 'login-password')).toHaveLength(4);
    expect(await events(person, 'locked')).toEqual([
      { outcome: 'failure', detail: { method: 'password', entry: 'natural' } },
    ]);
    expect((await first(person)).said).toBe('ACCOUNT_LOCKED');
  });

  it('LCK-4 AUD-1 the fifth try that is right lifts the lock that it had set, with an event of its own', async () => {
    const person = await registered();
    for (let wrong = 0; wrong < 4; wrong++) await first(person, { password: 'wrong' });
    expect((await first(person, { account: person.documentNumber })).said).toBe('201');
    expect(await events(person, 'unlocked')).toEqual([
      { outcome: 'success', detail: { method: 'password' } },
    ]);
    expect(await lockoutOf(person)).not.toHaveProperty('lockedAt');
    const plain = await registered();
    await first(plain);
    expect(await events(plain, 'unlocked')).toEqual([]);
  });

  it('LGN-4 USR-1 PHN-3 LCK-4 who lost the number or name meanwhile is nobody, and no try is counted', async () => {
    const person = await registered({ username: 'Shexian' });
    await putRows(db, 'Users', {
      personKey: usernameKeyOf(ctx, 'Shexian'),
      owner: person.personKey,
      username: 'Shexian',
    });
    await change(person, { phones: [], username: 'Yixian' });
    const of = await company();
    expect((await first(person)).said).toBe('PHONE_NOT_FOUND');
    const named = await first(person, { account: 'Shexian' });
    expect([named.said, named.variant]).toEqual(['USER_NOT_REGISTERED', undefined]);
    const other = await first(person, { account: 'Shexian', ...atCompany(of) });
    expect([other.said, other.variant]).toEqual(['USER_NOT_REGISTERED', 'other-entry']);
    await putRows(db, 'Phones', { phoneKey: numberKey('13900000001'), personKey: 'p1_gone', since: before });
    expect((await first(person, { account: '13900000001' })).said).toBe('PHONE_NOT_FOUND');
    expect(await triesOf(person)).toBe(0);
  });

  it('ORD-1 LCK-6 a suspended person learns it after the right password only, and no failure is counted', async () => {
    const person = await registered({ orders: { suspendedAt: before } });
    const of = await company({ state: 'awaiting-confirmation' });
    expect((await first(person, { password: 'wrong' })).said).toBe('BAD_CREDENTIALS');
    expect((await first(person, atCompany(of))).said).toBe('ACCOUNT_SUSPENDED');
    expect(await triesOf(person)).toBe(0);
    expect((await events(person, 'login-password')).at(-1)).toEqual({
      outcome: 'failure',
      detail: { method: 'password', entry: 'enterprise', reason: 'ACCOUNT_SUSPENDED' },
    });
  });

  it('LGN-8 LCK-6 SPC-1 ENT-2 ENT-4 REL-8 a company that is not for this person or entry is refused with the reason', async () => {
    const person = await registered();
    const refusedAt = async (of: KnownTaxpayer, code: string, facts: object = {}) => {
      expect((await first(person, { ...atCompany(of), password: 'wrong' })).said).toBe('BAD_CREDENTIALS');
      const answer = await first(person, { ...atCompany(of), ...facts });
      expect(answer.said).toBe(code);
      expect(await triesOf(person)).toBe(0);
      const { detail } = (await events(person, 'login-password')).at(-1) as { detail: Item };
      expect(detail.reason).toBe(code);
      return answer;
    };
    await refusedAt(await company({ state: 'awaiting-confirmation' }), 'COMPANY_NOT_CONFIRMED');
    await refusedAt(await company({ subjects: ['cross-region'] }), 'USE_SPECIAL_ENTRY');
    const of = await company();
    expect((await refusedAt(of, 'RELATION_NOT_FOUND')).variant).toBe('phone');
    const byNumber = await refusedAt(of, 'RELATION_NOT_FOUND', { account: person.documentNumber });
    expect(byNumber.variant).toBeUndefined();
    const relation = await related(person, of, { validUntil: yesterday });
    await refusedAt(of, 'RELATION_NOT_FOUND');
    await related(person, of, { ...relation, validUntil: day });
    expect((await first(person, atCompany(of))).said).toBe('201');
    await related(person, of, { state: 'pending' });
    const pending = await refusedAt(of, 'RELATION_NOT_FOUND');
    expect(pending.body.pendingDirection).toBe('invited');
    // A relation of an earlier term lets nobody in.
    const back = await company({ term: 1 });
    await related(person, back);
    await refusedAt(back, 'RELATION_NOT_FOUND');
    await related(person, back, { companyTerm: 1 });
    expect((await first(person, atCompany(back))).said).toBe('201');
  });

  it('LGN-9 ENT-4 REL-11 lets a pending finance head in, and keeps company, term and name', async () => {
    const person = await registered();
    const of = await company({ term: 2, termSince: before });
    await related(person, of, { ...pendingHead, companyTerm: 2 });
    const { said, body } = await first(person, atCompany(of));
    expect([said, body.taxpayerName]).toEqual(['201', of.name]);
    const ticket = await ticketOf(db, body.loginId);
    expect(ticket).toMatchObject({
      companyKey: of.companyKey,
      companyTerm: 2,
      companyTermSince: before,
      entry: 'enterprise',
    });
    expect(ticket).not.toHaveProperty('who');
    const other = await company({ subjects: ['social-insurance'] });
    await related(person, other, pendingHead);
    expect((await first(person, atCompany(other, 'social-insurance'))).said).toBe('RELATION_NOT_FOUND');
  });

  it('AGY-3 LGN-8 lets agents in: at the agency by its staff form, at a client by both forms', async () => {
    const person = await registered();
    const [agency, client] = [await agencyCompany(), await company()];
    await listed(person, agency);
    expect((await first(person, atCompany(client))).said).toBe('RELATION_NOT_FOUND');
    const { agreementId } = await agreed(person, agency, client);
    const { body } = await first(person, atCompany(client));
    const basis = {
      by: 'agreement',
      companyKey: client.companyKey,
      agencyKey: agency.companyKey,
      agreementId,
      role: 'tax-agent',
    };
    expect((await ticketOf(db, body.loginId)).agentAt).toEqual([basis]);
    const atAgency = await first(person, atCompany(agency, 'agency'));
    expect((await ticketOf(db, atAgency.body.loginId)).agentAt).toEqual([
      { by: 'staff-form', companyKey: agency.companyKey, role: 'tax-agent' },
    ]);
    const stranger = await registered();
    expect((await first(stranger, atCompany(agency, 'agency'))).said).toBe('RELATION_NOT_FOUND');
    // A relation does not lead in at `agency`, and agents have no special entry.
    await related(stranger, agency);
    expect((await first(stranger, atCompany(agency, 'agency'))).said).toBe('RELATION_NOT_FOUND');
    const special = await company({ subjects: ['social-insurance', 'agency'] });
    await listed(person, special);
    expect((await first(person, atCompany(special, 'social-insurance'))).said).toBe('RELATION_NOT_FOUND');
  });

  it('SPC-3 LGN-8 lets a 经办人 of a report in at its entry, however the account was typed', async () => {
    const person = await registered({ username: 'Xiuning' });
    await putRows(db, 'Users', {
      personKey: usernameKeyOf(ctx, 'Xiuning'),
      owner: person.personKey,
      username: 'Xiuning',
    });
    const of = await company({ subjects: ['cross-region', 'enterprise'] });
    const ways = [person.documentNumber, person.phone, 'Xiuning'];
    const typed = (account: string, entry = 'cross-region') =>
      first(person, { ...atCompany(of, entry), account });
    for (const account of ways) {
      const refused = await typed(account);
      expect([refused.said, refused.variant]).toEqual([
        'RELATION_NOT_FOUND',
        account === person.phone ? 'cross-region-phone' : 'cross-region',
      ]);
      expect(await triesOf(person)).toBe(0);
    }
    expect(await events(person, 'login-password')).toHaveLength(3);
    await report(of, 'KQ-2027-000001', person);
    for (const account of ways) expect((await typed(account)).said).toBe('201');
    expect((await typed(person.phone, 'enterprise')).said).toBe('RELATION_NOT_FOUND');
    const property = await company({ subjects: ['cross-region-property'] });
    await report(property, 'KQ-2027-000002', person);
    expect((await first(person, atCompany(property, 'cross-region'))).said).toBe('USE_SPECIAL_ENTRY');
    await report(of, 'KQ-2027-000001', person, { validUntil: yesterday });
    for (const account of ways) expect((await typed(account)).said).toBe('RELATION_NOT_FOUND');
    // A role that sees reports needs none; another one does.
    await related(person, of, { role: 'invoice-clerk' });
    expect((await typed(person.phone)).said).toBe('RELATION_NOT_FOUND');
    await related(person, of, { role: 'finance-head' });
    expect((await typed(person.phone)).said).toBe('201');
    // Without a phone nobody can be a 经办人.
    const silent = await registered({}, { phones: [] });
    const none = await first(silent, { ...atCompany(of, 'cross-region'), account: silent.documentNumber });
    expect(none.said).toBe('RELATION_NOT_FOUND');
  });

  it('SPC-3 a report that ends while the login is committed lets nobody in by it', async () => {
    const person = await registered();
    const of = await company({ subjects: ['cross-region'] });
    await report(of, 'KQ-2027-000003', person);
    const ends = meanwhile('Lockouts', () => report(of, 'KQ-2027-000003', person, { validUntil: yesterday }));
    const { said } = await first(person, atCompany(of, 'cross-region'), {}, ends);
    expect(said).toBe('RELATION_NOT_FOUND');
    expect(await triesOf(person)).toBe(0);
    expect(await events(person, 'login-password')).toHaveLength(1);
  });

  it('LCK-2 LCK-4 a lock by another method refuses, and a failure of ours counts nothing', async () => {
    const person = await registered();
    const locked = meanwhile('Lockouts', () =>
      db.update({
        table: 'Lockouts',
        key: { personKey: person.personKey, day },
        update: { set: { lockedAt: at, lockedBy: 'face' } },
      }),
    );
    expect((await first(person, {}, {}, locked)).said).toBe('ACCOUNT_LOCKED');
    expect(await triesOf(person)).toBe(0);
    const other = await registered();
    const away = meanwhile('Tickets', () => Promise.reject(new Error('away')));
    await expect(first(other, {}, {}, away)).rejects.toThrow('away');
    expect(await triesOf(other)).toBe(0);
    // The event of a wrong password that cannot be written, and a read that fails.
    const without = (name: keyof Db, fails: (...given: never[]) => boolean): FlowContext =>
      contextOf(
        new Proxy(db, {
          get: (store, key: keyof Db) =>
            key !== name
              ? store[key]
              : (...given: never[]) =>
                  fails(...given)
                    ? Promise.reject(new Error('away'))
                    : (store[key] as (...all: never[]) => unknown)(...given),
        }),
        parts,
      );
    const noAudit = without('put', (write: Write) => write.table === 'Audit');
    await expect(first(other, { password: 'wrong' }, {}, noAudit)).rejects.toThrow('away');
    expect(await triesOf(other)).toBe(0);
    const noPerson = without('get', (table: string) => table === 'Users');
    await expect(first(other, {}, {}, noPerson)).rejects.toThrow('away');
    expect(await triesOf(other)).toBe(0);
    await change(other, { password: undefined });
    await expect(first(other)).rejects.toThrow('without a password');
    expect(await triesOf(other)).toBe(0);
    await change(other, { password: { hash: 'broken', pepperVersion: 1 } });
    await expect(first(other)).rejects.toThrow('malformed');
    expect(await triesOf(other)).toBe(0);
  });

  it('PWD-3 MIG-1 replaces a weaker hash, unless the person changed at that moment', async () => {
    const low = await hashPassword(password, keysOne, { ...cheap, argon2MemoryKiB: 512 });
    const person = await registered({ password: low });
    expect((await first(person)).said).toBe('201');
    const row = await rowOf(person);
    expect(row.password?.hash).not.toBe(low.hash);
    expect(row).toMatchObject({ rev: 2, passwordRev: 1 });
    expect(row.password).not.toHaveProperty('initial');
    expect(await events(person, 'password-rehashed')).toEqual([{ outcome: 'success', detail: undefined }]);
    await first(person);
    expect((await rowOf(person)).rev).toBe(2);
    expect(await events(person, 'password-rehashed')).toHaveLength(1);
    const initial = await registered({ password: { ...low, initial: true } });
    expect((await first(initial)).said).toBe('201');
    expect((await rowOf(initial)).password?.initial).toBe(true);
    const busy = await registered({ password: low });
    const changed = meanwhile('Users', () => change(busy, { realNameLevel: 5 }));
    expect((await first(busy, {}, {}, changed)).said).toBe('201');
    expect((await rowOf(busy)).password).toEqual(low);
  });

  it('LGN-5 LGN-11 after the initial password, or without a phone, only the face is a factor', async () => {
    const who = sample();
    const person = await registered({ password: { initial: true } }, { who });
    expect((await first(person)).said).toBe('BAD_CREDENTIALS');
    const answer = await first(person, { password: who.documentNumber.slice(-6) });
    expect(answer.body.secondFactors).toEqual([{ method: 'face' }]);
    expect(answer.body.notices.map(({ code }: { code: string }) => code)).toEqual([
      'PASSWORD_CHANGE_REQUIRED',
    ]);
    const ticket = await ticketOf(db, answer.body.loginId);
    expect(ticket.faceOnly).toBe(true);
    for (const name of ['phone', 'who']) expect(ticket).not.toHaveProperty(name);
    expect((await sendCode(answer.body.loginId)).said).toBe('FACE_REQUIRED');
    expect(await events(person, 'password-rehashed')).toEqual([]);
    const silent = await registered({ passwordRev: undefined, phones: undefined }, { phones: [] });
    const none = await first(silent, { account: silent.documentNumber });
    expect(none.body.secondFactors).toEqual([{ method: 'face' }]);
    expect(none.body.notices.map(({ code }: { code: string }) => code)).toEqual(['PHONE_EMPTY']);
    expect((await sendCode(none.body.loginId)).said).toBe('PHONE_EMPTY');
    expect(await ticketOf(db, none.body.loginId)).not.toHaveProperty('passwordRev');
    expect(await ticketOf(db, none.body.loginId)).not.toHaveProperty('window');
  });
});

describe('the second factor', () => {
  it('LGN-3 SES-1 SMS-2 by code opens the session of a person without reading them again', async () => {
    const person = await registered();
    const { id, smsCode } = await begun(person);
    const wrong = `${(Number(smsCode) + 1) % 1_000_000}`.padStart(6, '0');
    const refused = await verify(id, { smsCode: wrong });
    expect([refused.said, refused.body]).toEqual(['SMS_CODE_WRONG', { remainingAttempts: 4 }]);
    expect(await events(person, 'login-second-factor')).toEqual([
      { outcome: 'failure', detail: { method: 'sms', purpose: 'login' } },
    ]);
    const watched = watchedStore(db);
    const { said, body, cookies } = await verify(id, { smsCode }, contextOf(watched.db, parts));
    expect([said, Object.keys(body), cookies?.length]).toEqual(['200', ['session'], 1]);
    expect(watched.calls.filter(([name]) => name === 'get' || name === 'query')).toEqual([]);
    expect(body.session.identity).toEqual({ kind: 'natural' });
    expect(await ticketOf(db, id)).toMatchObject({ state: 'spent' });
    expect(await sessionRow(person)).toMatchObject({
      identity: { kind: 'natural' },
      factorAt: seconds,
      methods: ['pwd', 'sms', 'mfa'],
    });
    expect(await sessionRow(person)).not.toHaveProperty('faceAt');
    expect(await triesOf(person, 'sms')).toBe(0);
    expect(await events(person, 'login')).toEqual([
      { outcome: 'success', detail: { method: 'sms', identity: 'natural', browser: 'a browser' } },
    ]);
    expect((await rowOf(person)).lastWindow).toMatchObject({ phoneKey: numberKey(person.phone) });
    expect((await verify(id, { smsCode })).said).toBe('STATE_CONFLICT');
  });

  it('LGN-3 FACE-2 PHN-4 by face opens it too, with the time of the check, once it has passed', async () => {
    const person = await registered();
    const { body } = await first(person);
    const id: string = body.loginId;
    for (const given of [{}, { faceTicket: newHandle() }])
      expect((await verify(id, given)).said).toBe('FACE_REQUIRED');
    const faceTicket = await passFace(db, id, new Date(now.getTime() - 30_000).toISOString());
    await putRows(db, 'Lockouts', { personKey: person.personKey, day, face: new Set(['a']) });
    expect((await verify(id, { faceTicket })).said).toBe('200');
    expect(await sessionRow(person)).toMatchObject({
      factorAt: seconds,
      faceAt: new Date(now.getTime() - 30_000).toISOString(),
      methods: ['pwd', 'face', 'mfa'],
    });
    expect(await triesOf(person, 'face')).toBe(0);
    expect((await verify(id, { faceTicket })).said).toBe('STATE_CONFLICT');
  });

  it('LCK-2 is refused while a lock stands, whichever factor it is', async () => {
    const lock = (who: Registered) =>
      putRows(db, 'Lockouts', { personKey: who.personKey, day, lockedAt: at, lockedBy: 'password' });
    const one = await registered();
    const { id, smsCode } = await begun(one);
    await lock(one);
    expect((await verify(id, { smsCode })).said).toBe('ACCOUNT_LOCKED');
    const two = await registered();
    const { body } = await first(two);
    const faceTicket = await passFace(db, body.loginId);
    await lock(two);
    expect((await verify(body.loginId, { faceTicket })).said).toBe('ACCOUNT_LOCKED');
    expect((await ticketOf(db, body.loginId)).state).toBe('open');
    expect((await sendCode(body.loginId)).said).toBe('ACCOUNT_LOCKED');
    // Nobody reserved this check, so a lock by face stands against it as well.
    await putRows(db, 'Lockouts', { personKey: two.personKey, day, lockedAt: at, lockedBy: 'face' });
    expect((await verify(body.loginId, { faceTicket })).said).toBe('ACCOUNT_LOCKED');
  });

  it('FACE-1 LCK-5 QR-1 the code of a face check is shown to an admitted person, and its failures count', async () => {
    const person = await registered();
    const { body } = await first(person);
    const id: string = body.loginId;
    const started = await run(startLoginFace, { params: { id } });
    expect(started.said).toBe('201');
    expect(await ticketOf(db, started.body.ticket)).toMatchObject({
      kind: 'scan',
      purpose: 'face',
      personKey: person.personKey,
      counts: 'lockout',
    });
    for (const step of [startLoginFace, sendLoginCode]) {
      expect((await run(step, { params: { id: newHandle() } })).said).toBe('NOT_FOUND');
      await changeTicket(db, id, { state: 'spent' });
      expect((await run(step, { params: { id } })).said).toBe('STATE_CONFLICT');
      await changeTicket(db, id, { state: 'open' });
    }
    await change(person, { orders: { suspendedAt: at } });
    expect((await run(startLoginFace, { params: { id } })).said).toBe('ACCOUNT_SUSPENDED');
  });

  it('PWD-3 ORD-1 REG-9 is judged by the person of this moment, also between reading and writing', async () => {
    for (const [facts, code] of [
      [{ passwordRev: 2 }, 'STATE_CONFLICT'],
      [{ orders: { suspendedAt: at } }, 'ACCOUNT_SUSPENDED'],
      [{ account: { status: 'cancelled', since: at } }, 'USER_NOT_REGISTERED'],
    ] as const) {
      const person = await registered();
      const { id, smsCode } = await begun(person);
      await change(person, facts);
      expect((await verify(id, { smsCode })).said).toBe(code);
      expect((await ticketOf(db, id)).state).toBe('open');
      // Refused for another reason: the code stays as good as it was.
      expect((await ticketOf(db, id)).codeTries ?? new Set()).toEqual(new Set());
      const of = await company();
      const handler = await registered();
      await related(handler, of);
      const changed = meanwhile('Users', () => change(handler, facts));
      expect((await bySms(handler, atCompany(of), changed)).said).toBe(code);
      expect((await byFace(await registered(), {})).said).toBe('200');
    }
    // What does not matter is read again.
    const person = await registered();
    const { id, smsCode } = await begun(person);
    await change(person, { realNameLevel: 5 });
    expect((await verify(id, { smsCode })).said).toBe('200');
    expect((await sessionRow(person)).realNameLevel).toBe(5);
  });

  it('PHN-3 PHN-4 MIG-1 a code proves only who still has the number, little if it was recovered, and an import for good', async () => {
    const lost = await registered();
    const one = await begun(lost);
    await change(lost, { phones: [] });
    expect((await verify(one.id, { smsCode: one.smsCode })).said).toBe('FACE_REQUIRED');
    const who = sample();
    const late = await registered({}, { who, phones: [ownPhone(who.phone, { recoveredAt: at })] });
    expect((await bySms(late)).said).toBe('200');
    expect((await sessionRow(late)).factorAt).toBe(0);
    const other = sample();
    const old = new Date(now.getTime() - 86_400_000).toISOString();
    const long = await registered({}, { who: other, phones: [ownPhone(other.phone, { recoveredAt: old })] });
    expect((await bySms(long)).said).toBe('200');
    expect((await sessionRow(long)).factorAt).toBe(seconds);
    const third = sample();
    const spare = ownPhone(mobile(), { imported: true });
    const phones = [ownPhone(third.phone, { imported: true }), spare];
    const imported = await registered({}, { who: third, phones });
    await db.update({
      table: 'Phones',
      key: { phoneKey: numberKey(third.phone) },
      update: { set: { imported: true } },
    });
    expect((await bySms(imported)).said).toBe('200');
    expect((await rowOf(imported)).phones).toEqual([ownPhoneWithout(phones[0]), spare]);
    expect(await db.get('Phones', { phoneKey: numberKey(third.phone) })).not.toHaveProperty('imported');
  });

  it('LGN-8 LGN-9 LGN-10 one role leads straight in; several, or one to confirm, are offered in their order', async () => {
    const person = await registered();
    const of = await company();
    const handler = await related(person, of);
    const alone = await bySms(person, atCompany(of));
    expect(Object.keys(alone.body)).toEqual(['session']);
    expect(alone.body.session.identity).toEqual({
      kind: 'enterprise',
      taxpayerId: of.taxpayerId,
      taxpayerName: of.name,
      role: 'tax-handler',
      permissions: ['filing', 'invoice'],
    });
    expect((await rowOf(person)).lastRoles).toBeUndefined();
    const head = await related(person, of, { role: 'finance-head', permissions: ['filing'] });
    await change(person, { lastRoles: { [of.companyKey]: 'tax-handler' } });
    const several = await bySms(person, atCompany(of));
    expect(several.body).toEqual({
      choices: [
        { choiceId: expect.any(String), identity: expect.objectContaining({ role: 'finance-head' }) },
        {
          choiceId: expect.any(String),
          identity: expect.objectContaining({ role: 'tax-handler' }),
          preselected: true,
        },
      ],
    });
    const ticket = await ticketOf(db, several.id);
    expect(ticket).toMatchObject({
      state: 'passed',
      passed: {
        at: seconds,
        method: 'sms',
        fresh: true,
        choices: [
          { role: 'finance-head', authorizationId: head.authorizationId },
          { role: 'tax-handler', authorizationId: handler.authorizationId },
        ],
      },
    });
    for (const name of ['faceAt', 'agent', 'confirm']) expect(ticket.passed).not.toHaveProperty(name);
    expect(ticket).not.toHaveProperty('code');
    expect((await events(person, 'login-second-factor')).at(-1)).toEqual({
      outcome: 'success',
      detail: { method: 'sms' },
    });
    expect((await verify(several.id, { smsCode: newestCode() })).said).toBe('STATE_CONFLICT');
    expect((await choices(several.id)).body).toEqual(several.body);
    await related(person, of, { ...head, ...pendingHead });
    const toConfirm = await byFace(person, atCompany(of));
    expect(toConfirm.body.confirm).toEqual({
      authorizationId: head.authorizationId,
      role: 'finance-head',
      taxpayerName: of.name,
    });
    expect(toConfirm.body.choices).toHaveLength(1);
    expect((await ticketOf(db, toConfirm.id)).passed).toMatchObject({ method: 'face', faceAt: at });
    // Nothing is left: the roles ended since the password.
    const { id, smsCode } = await begun(person, atCompany(of));
    await related(person, of, { ...handler, state: 'deleted' });
    await related(person, of, { ...head, state: 'rejected' });
    expect((await verify(id, { smsCode })).said).toBe('RELATION_NOT_FOUND');
  });

  it('SWI-5 ENT-2 ENT-4 REL-8 the role that opens the session is checked in its transaction', async () => {
    const person = await registered();
    const of = await company();
    const handler = await related(person, of);
    const ended = meanwhile('Sessions', () => related(person, of, { ...handler, state: 'deleted' }));
    expect((await bySms(person, atCompany(of), ended)).said).toBe('RELATION_NOT_FOUND');
    await related(person, of, handler);
    const gone = meanwhile('Sessions', () => putRows(db, 'Taxpayers', { ...of, state: 'cancelled' }));
    expect((await bySms(person, atCompany(of), gone)).said).toBe('TAXPAYER_NOT_FOUND');
    expect(await events(person, 'login')).toEqual([]);
    // A new term began since the password was right.
    await putRows(db, 'Taxpayers', of);
    const { id, smsCode } = await begun(person, atCompany(of));
    await related(person, of, { ...handler, companyTerm: 1 });
    expect((await verify(id, { smsCode })).said).toBe('RELATION_NOT_FOUND');
  });

  /** Somebody with two roles in a company, and a number that an import gave. */
  async function withImportedPhone(facts: Partial<OwnPhone> = {}) {
    const who = sample();
    const imported = ownPhone(who.phone, { imported: true, ...facts });
    const person = await registered({}, { who, phones: [imported] });
    await db.update({
      table: 'Phones',
      key: { phoneKey: numberKey(who.phone) },
      update: { set: { imported: true } },
    });
    const of = await company();
    await related(person, of);
    await related(person, of, { role: 'finance-head' });
    return { person, of, imported };
  }

  it('PHN-4 MIG-1 LGN-10 a choice keeps what the code proved', async () => {
    const { person, of, imported } = await withImportedPhone({ recoveredAt: at });
    const offered = await bySms(person, atCompany(of));
    expect((await ticketOf(db, offered.id)).passed).toMatchObject({ fresh: false });
    expect((await rowOf(person)).phones).toEqual([ownPhoneWithout(imported)]);
    const { choiceId } = offered.body.choices[1];
    expect((await choose(offered.id, choiceId)).said).toBe('200');
    expect((await sessionRow(person)).factorAt).toBe(0);
  });

  it('MIG-1 LGN-10 a person who changes while a code proves their number is read again', async () => {
    const { person, of, imported } = await withImportedPhone();
    const renamed = meanwhile('Users', () => change(person, { username: 'tunxi2027' }));
    expect((await bySms(person, atCompany(of), renamed)).said).toBe('200');
    const phones = [ownPhoneWithout(imported)];
    expect(await rowOf(person)).toMatchObject({ username: 'tunxi2027', phones });
  });

  it('SPC-2 SPC-3 at cross-region a report is still to be chosen, by who may see one', async () => {
    const person = await registered();
    const of = await company({ subjects: ['cross-region'] });
    await report(of, 'KQ-2027-000010', person);
    const offered = await bySms(person, atCompany(of, 'cross-region'));
    expect([offered.said, offered.body]).toEqual(['200', { choices: [] }]);
    expect((await ticketOf(db, offered.id)).state).toBe('passed');
    expect((await choices(offered.id)).body).toEqual({ choices: [] });
    // No report names them any more: before the read, and between reading and writing.
    const { id, smsCode } = await begun(person, atCompany(of, 'cross-region'));
    const over = () => report(of, 'KQ-2027-000010', person, { validUntil: yesterday });
    const late = await verify(id, { smsCode }, meanwhile('Audit', over));
    expect([late.said, late.variant]).toEqual(['RELATION_NOT_FOUND', 'cross-region']);
    await change(person, { phones: [ownPhone(person.phone), ownPhone(mobile())] });
    await changeTicket(db, id, { state: 'open' });
    expect((await verify(id, { smsCode })).said).toBe('RELATION_NOT_FOUND');
    const faceTicket = await passFace(db, id);
    await change(person, { phones: [] });
    expect((await verify(id, { faceTicket })).said).toBe('RELATION_NOT_FOUND');
    // A role that sees reports is enough.
    await related(person, of);
    expect((await verify(id, { faceTicket })).body).toEqual({ choices: [] });
  });
});

const ownPhoneWithout = (phone: ReturnType<typeof ownPhone> | undefined) => {
  const { imported: _, ...rest } = phone as ReturnType<typeof ownPhone>;
  return rest;
};

describe('the choice', () => {
  it('LGN-10 opens the session in the chosen role, once, and preselects it next time', async () => {
    const person = await registered();
    const of = await company();
    const handler = await related(person, of);
    await related(person, of, { role: 'finance-head' });
    const { id, body } = await bySms(person, atCompany(of));
    const [, second] = body.choices;
    expect((await choose(id, newHandle())).said).toBe('NOT_FOUND');
    expect((await choose(newHandle(), second.choiceId)).said).toBe('NOT_FOUND');
    const later = new Date(now.getTime() + 90_000);
    const chosen = await run(chooseRole, { params: { id }, body: { choiceId: second.choiceId }, now: later });
    expect([chosen.said, chosen.body.session.identity.role, chosen.cookies?.length]).toEqual([
      '200',
      'tax-handler',
      1,
    ]);
    expect((await rowOf(person)).lastRoles).toEqual({ [of.companyKey]: 'tax-handler' });
    expect(await sessionRow(person)).toMatchObject({
      factorAt: seconds,
      startedAt: seconds + 90,
      company: { by: 'relation', authorizationId: handler.authorizationId },
    });
    expect((await choose(id, second.choiceId)).said).toBe('STATE_CONFLICT');
    expect((await choices(id)).said).toBe('STATE_CONFLICT');
  });

  it('LGN-3 PWD-3 ORD-1 needs both factors and the same person', async () => {
    const person = await registered();
    const of = await company();
    const relation = await related(person, of);
    await related(person, of, { role: 'finance-head' });
    const { id, smsCode } = await begun(person, atCompany(of));
    for (const answer of [
      await choose(id, newHandle()),
      await choices(id),
      await search(id),
      await confirm(id, newHandle()),
    ])
      expect(answer.said).toBe('STEP_MISSING');
    const { body } = await verify(id, { smsCode });
    const { choiceId } = body.choices[1];
    const after = new Date(now.getTime() + 86_400_000);
    expect((await run(chooseRole, { params: { id }, body: { choiceId }, now: after })).said).toBe('EXPIRED');
    const row = await rowOf(person);
    for (const [facts, code] of [
      [{ passwordRev: 2 }, 'STATE_CONFLICT'],
      [{ orders: { suspendedAt: at } }, 'ACCOUNT_SUSPENDED'],
    ] as const) {
      await change(person, facts);
      expect((await choose(id, choiceId)).said).toBe(code);
      expect((await choices(id)).said).toBe(code);
      await putRows(db, 'Users', { ...row, rev: 50 });
      expect(
        (
          await choose(
            id,
            choiceId,
            meanwhile('Users', () => change(person, facts)),
          )
        ).said,
      ).toBe(code);
      await putRows(db, 'Users', { ...row, rev: 60 });
    }
    // Another authorization of the same role is another role; so is one that has ended.
    await related(person, of, { authorizationId: newHandle() });
    expect((await choose(id, choiceId)).said).toBe('RELATION_NOT_FOUND');
    expect((await choices(id)).body.choices).toHaveLength(1);
    await related(person, of, { ...relation, state: 'deleted' });
    expect((await choose(id, choiceId)).said).toBe('RELATION_NOT_FOUND');
    await related(person, of, relation);
    const ended = meanwhile('Sessions', () => related(person, of, { ...relation, state: 'deleted' }));
    expect((await choose(id, choiceId, ended)).said).toBe('RELATION_NOT_FOUND');
    await related(person, of, relation);
    const twice = meanwhile('Sessions', () => choose(id, choiceId));
    expect((await choose(id, choiceId, twice)).said).toBe('STATE_CONFLICT');
    expect(await events(person, 'login')).toHaveLength(1);
  });

  it('LGN-10 the choices are gone when no role is left', async () => {
    const person = await registered();
    const of = await company();
    await related(person, of);
    await related(person, of, { role: 'finance-head' });
    const { id, body } = await bySms(person, atCompany(of));
    for (const role of ['tax-handler', 'finance-head'] as const)
      await db.transact([
        {
          table: 'Relationships',
          remove: { personKey: person.personKey, relation: `${of.companyKey}#${role}` },
        },
      ]);
    expect((await choices(id)).said).toBe('RELATION_NOT_FOUND');
    expect((await choose(id, body.choices[0].choiceId)).said).toBe('RELATION_NOT_FOUND');
  });

  it('LGN-9 LGN-10 the only role beside an appointment is no choice to remember', async () => {
    const person = await registered();
    const of = await company();
    await related(person, of);
    await related(person, of, pendingHead);
    const { id, body } = await bySms(person, atCompany(of));
    expect((await choose(id, body.choices[0].choiceId)).said).toBe('200');
    expect(await rowOf(person)).not.toHaveProperty('lastRoles');
  });

  it('SPC-1 SPC-4 at a special entry the identity is that subject', async () => {
    const person = await registered();
    const of = await company({ subjects: ['social-insurance'] });
    await related(person, of);
    const alone = await bySms(person, atCompany(of, 'social-insurance'));
    const identity = {
      kind: 'special',
      subject: 'social-insurance',
      taxpayerId: of.taxpayerId,
      taxpayerName: of.name,
      role: 'tax-handler',
    };
    expect(alone.body.session.identity).toEqual(identity);
    await related(person, of, { role: 'finance-head' });
    const { id, body } = await bySms(person, atCompany(of, 'social-insurance'));
    expect(body.choices.map((one: Item) => one.identity)).toEqual([
      { ...identity, role: 'finance-head' },
      identity,
    ]);
    expect((await choose(id, body.choices[1].choiceId)).body.session.identity).toEqual(identity);
    const property = await company({ subjects: ['cross-region-property'] });
    await related(person, property);
    const there = await bySms(person, atCompany(property, 'cross-region-property'));
    expect(there.body.session.identity).toMatchObject({ kind: 'special', subject: 'cross-region-property' });
  });

  it('AGY-3 an agent gets in as such, alone or beside a role, while both forms name them', async () => {
    const person = await registered();
    const [agency, client] = [await agencyCompany(), await company()];
    await listed(person, agency);
    const agreement = await agreed(person, agency, client);
    const alone = await bySms(person, atCompany(client));
    expect(alone.body.session.identity).toMatchObject({
      kind: 'enterprise',
      taxpayerId: client.taxpayerId,
      role: 'tax-agent',
    });
    const own = await bySms(person, atCompany(agency, 'agency'));
    expect(own.body.session.identity).toEqual({
      kind: 'agency',
      agencyId: agency.taxpayerId,
      agencyName: agency.name,
    });
    await related(person, client);
    await change(person, { lastRoles: { [client.companyKey]: 'tax-agent' } });
    const { id, body } = await bySms(person, atCompany(client));
    expect(body.choices.map((one: Item) => [(one.identity as Item).role, one.preselected])).toEqual([
      ['tax-handler', undefined],
      ['tax-agent', true],
    ]);
    const { choiceId } = body.choices[1];
    expect((await ticketOf(db, id)).passed).toMatchObject({
      agent: { choiceId, basis: { by: 'agreement', agreementId: agreement.agreementId } },
    });
    await putRows(db, 'Agreements', { ...agreement, state: 'ended' });
    expect((await choose(id, choiceId)).said).toBe('RELATION_NOT_FOUND');
    expect((await choices(id)).body.choices).toHaveLength(1);
    await putRows(db, 'Agreements', agreement);
    const ended = meanwhile('Sessions', () => putRows(db, 'Agreements', { ...agreement, state: 'ended' }));
    expect((await choose(id, choiceId, ended)).said).toBe('RELATION_NOT_FOUND');
    await putRows(db, 'Agreements', agreement);
    await change(person, { passwordRev: 2 });
    expect((await choose(id, choiceId)).said).toBe('STATE_CONFLICT');
    await change(person, { passwordRev: 1, lastRoles: undefined });
    const chosen = await choose(id, choiceId);
    expect([chosen.said, chosen.body.session.identity.role, chosen.cookies?.length]).toEqual([
      '200',
      'tax-agent',
      1,
    ]);
    expect((await rowOf(person)).lastRoles).toEqual({ [client.companyKey]: 'tax-agent' });
    expect((await choose(id, choiceId)).said).toBe('STATE_CONFLICT');
    // Both are gone since the password.
    const lost = await begun(person, atCompany(agency, 'agency'));
    await putRows(db, 'Taxpayers', { ...agency, state: 'cancelled' });
    expect((await verify(lost.id, { smsCode: lost.smsCode })).said).toBe('RELATION_NOT_FOUND');
  });
});

describe('an appointment that is accepted at the login', () => {
  /** A login whose factors were passed, by a finance head who has still to accept. */
  async function offered(more: { role?: boolean; by?: 'sms' | 'face'; person?: Facts } = {}) {
    const person = await registered(more.person ?? {});
    const of = await company();
    const head = await related(person, of, { ...pendingHead, permissions: ['filing'] });
    if (more.role) await related(person, of);
    const { id, body } = await (more.by === 'face' ? byFace : bySms)(person, atCompany(of));
    return { person, of, head, id, body };
  }
  const headOf = (who: Registered, of: KnownTaxpayer) =>
    db.get<Relation>('Relationships', {
      personKey: who.personKey,
      relation: `${of.companyKey}#finance-head`,
    }) as Promise<Relation>;

  it('LGN-9 REL-9 alone, opens the session in the same write', async () => {
    const { person, of, head, id, body } = await offered();
    expect(body.choices).toEqual([]);
    const { said, body: done, cookies } = await confirm(id, head.authorizationId);
    expect([said, done.session.identity.role, cookies?.length]).toEqual(['200', 'finance-head', 1]);
    expect(await headOf(person, of)).toMatchObject({ state: 'active', rev: 2 });
    expect(await db.get('Taxpayers', { companyKey: of.companyKey })).toMatchObject({ staffed: true });
    const [event] = await events(person, 'relation-active');
    expect(event?.outcome).toBe('success');
    expect((await ticketOf(db, id)).state).toBe('spent');
    expect((await rowOf(person)).lastRoles).toBeUndefined();
    expect((await confirm(id, head.authorizationId)).said).toBe('STATE_CONFLICT');
  });

  it('LGN-9 LGN-10 beside another role, becomes one of the choices, in their order', async () => {
    const { person, of, head, id } = await offered({ role: true });
    const { said, body } = await confirm(id, head.authorizationId);
    expect(said).toBe('200');
    expect(body.choices.map((one: Item) => (one.identity as Item).role)).toEqual([
      'finance-head',
      'tax-handler',
    ]);
    expect(body).not.toHaveProperty('confirm');
    const ticket = await ticketOf(db, id);
    expect(ticket.state).toBe('passed');
    expect(ticket.passed).not.toHaveProperty('confirm');
    expect(await headOf(person, of)).toMatchObject({ state: 'active' });
    expect((await confirm(id, head.authorizationId)).said).toBe('STATE_CONFLICT');
    expect((await confirm(id, newHandle())).said).toBe('NOT_FOUND');
    expect((await choose(id, body.choices[0].choiceId)).body.session.identity.role).toBe('finance-head');
  });

  it('AGY-3 LGN-9 beside the work as an agent, becomes a choice as well', async () => {
    const person = await registered();
    const [agency, client] = [await agencyCompany(), await company()];
    await listed(person, agency);
    await agreed(person, agency, client);
    const head = await related(person, client, pendingHead);
    const { id, body } = await bySms(person, atCompany(client));
    expect(body.choices).toHaveLength(1);
    expect(body.choices[0]).not.toHaveProperty('preselected');
    const done = await confirm(id, head.authorizationId);
    expect(done.body.choices.map((one: Item) => (one.identity as Item).role)).toEqual([
      'finance-head',
      'tax-agent',
    ]);
  });

  it('LGN-9 PWD-3 LGN-11 PHN-4 is judged by what stands there now, also between reading and writing', async () => {
    for (const role of [false, true]) {
      const { person, of, head, id } = await offered({ role });
      const { authorizationId } = head;
      expect((await confirm(id, newHandle())).said).toBe('NOT_FOUND');
      const row = await rowOf(person);
      const changes = [
        [{ passwordRev: 2 }, 'STATE_CONFLICT'],
        [{ password: { ...row.password, initial: true } }, 'PASSWORD_CHANGE_REQUIRED'],
        [{ phoneRecoveredAt: at }, 'FACE_REQUIRED'],
      ] as const;
      for (const [facts, code] of changes) {
        await change(person, facts);
        const refused = await confirm(id, authorizationId);
        expect(refused.said).toBe(code);
        if (code === 'FACE_REQUIRED') expect(refused.variant).toBe('login-factor');
        await putRows(db, 'Users', { ...row, rev: 90 });
      }
      await related(person, of, { ...head, state: 'rejected' });
      expect((await confirm(id, authorizationId)).said).toBe('STATE_CONFLICT');
      await related(person, of, { ...head, authorizationId: newHandle() });
      expect((await confirm(id, authorizationId)).said).toBe('STATE_CONFLICT');
      await related(person, of, head);
      const rejected = meanwhile('Relationships', () =>
        related(person, of, { ...head, state: 'rejected', rev: 2 }),
      );
      expect((await confirm(id, authorizationId, rejected)).said).toBe('STATE_CONFLICT');
      await related(person, of, head);
      const gone = meanwhile('Relationships', () => putRows(db, 'Taxpayers', { ...of, state: 'cancelled' }));
      expect((await confirm(id, authorizationId, gone)).said).toBe('TAXPAYER_NOT_FOUND');
      await putRows(db, 'Taxpayers', of);
      if (role) {
        const recovered = meanwhile('Relationships', () => change(person, { phoneRecoveredAt: at }));
        expect((await confirm(id, authorizationId, recovered)).said).toBe('FACE_REQUIRED');
        await putRows(db, 'Users', { ...row, rev: 91 });
      }
      expect((await headOf(person, of)).state).toBe('pending');
      expect((await confirm(id, authorizationId)).said).toBe('200');
    }
    const { head, id, person } = await offered({ by: 'face' });
    await change(person, { phoneRecoveredAt: new Date(now.getTime() - 60_000).toISOString() });
    expect((await confirm(id, head.authorizationId)).said).toBe('200');
  });
});

describe('reports', () => {
  const numbers = ['KQ-2027-100001', 'KQ-2027-200001', 'KQ-2027-300002'] as const;
  /** A company with three reports; two of them name the handler. */
  async function reporting() {
    const handler = await registered();
    const boss = await registered();
    const of = await company({ subjects: ['cross-region'] });
    const [one, two, three] = numbers.map((number) => `${number}${of.taxpayerId?.slice(-4, -1)}`) as [
      string,
      string,
      string,
    ];
    await report(of, one, handler, { validUntil: tomorrow });
    await report(of, two, boss, { validUntil: '2027-06-30' });
    await report(of, three, handler, { validUntil: '2027-12-31' });
    await related(boss, of, { role: 'finance-head' });
    return { handler, boss, of, one, two, three };
  }
  const foundIn = (answer: { body: { reports: { reportNo: string }[] } }) =>
    answer.body.reports.map(({ reportNo }) => reportNo);
  const passed = async (who: Registered, of: KnownTaxpayer) =>
    (await bySms(who, atCompany(of, 'cross-region'))).id;

  it('SPC-2 SPC-3 a person finds those that they may see, the longest valid first', async () => {
    const { handler, boss, of, one, two, three } = await reporting();
    const [mine, all] = [await passed(handler, of), await passed(boss, of)];
    const list = await search(mine);
    expect(list.body.reports).toEqual([
      { reportNo: three, choiceId: expect.any(String), place: '黄山市屯溪区', validUntil: '2027-12-31' },
      { reportNo: one, choiceId: expect.any(String), place: '黄山市屯溪区', validUntil: tomorrow },
    ]);
    expect(foundIn(await search(all))).toEqual([three, two, one]);
    const ending = one.slice(-7);
    expect(foundIn(await search(mine, ending))).toEqual([one]);
    expect(foundIn(await search(all, ending))).toEqual([two, one].filter((no) => no.endsWith(ending)));
    expect(foundIn(await search(all, two))).toEqual([two]);
    // A complete number of somebody else’s report is found by nobody else.
    expect(foundIn(await search(mine, two))).toEqual([]);
    expect(foundIn(await search(mine, 'X9999'))).toEqual([]);
    expect((await search(mine, 'x')).said).toBe('ENDING_TOO_SHORT');
    // Blanks are no ending.
    expect(foundIn(await search(mine, ' '))).toEqual([three, one]);
    // What is over, or from before a cancellation of the company, is not shown.
    await report(of, three, handler, { validUntil: yesterday });
    expect(foundIn(await search(all))).toEqual([two, one]);
    expect(foundIn(await search(mine, three))).toEqual([]);
    await report(of, one, handler, { validUntil: tomorrow, at: '2027-01-01T00:00:00.000Z' });
    await changeTicket(db, all, { companyTermSince: '2027-02-01T00:00:00.000Z' });
    expect(foundIn(await search(all, one))).toEqual([]);
    await changeTicket(db, all, { companyTermSince: '2026-12-31T00:00:00.000Z' });
    expect(foundIn(await search(all, one))).toEqual([one]);
  });

  it('SPC-2 of one last day are listed by number, and many only by an ending', async () => {
    const { boss, of, one } = await reporting();
    const id = await passed(boss, of);
    const many = Array.from({ length: 8 }, (_, index) => `KQ-2027-9${String(9 - index).padStart(5, '0')}`);
    for (const number of many.slice(0, 7)) await report(of, number, boss, { validUntil: '2027-09-30' });
    const listed_ = await search(id);
    expect(foundIn(listed_).filter((number) => many.includes(number))).toEqual([...many.slice(0, 7)].sort());
    await report(of, many[7] as string, boss, { validUntil: '2027-09-30' });
    expect((await search(id)).said).toBe('ENDING_TOO_SHORT');
    expect(foundIn(await search(id, one))).toEqual([one]);
    // A complete number, and others that end like it.
    const whole = '202700017';
    const same = [
      whole,
      ...Array.from({ length: 20 }, (_, index) => `A${String(index).padStart(2, '0')}-${whole}`),
    ];
    const row = { companyKey: of.companyKey, place: '黄山市', validUntil: tomorrow, handlerKey: 'h' };
    const endingKey = `${of.companyKey}#0017`;
    await putRows(db, 'CrossRegionReports', ...same.map((reportNo) => ({ ...row, reportNo, endingKey })));
    expect(foundIn(await search(id, whole))).toEqual(same);
  });

  it('SPC-2 SPC-3 a complete number is found behind as many longer valid ones as an answer has', async () => {
    const { handler, boss, of, one, two } = await reporting();
    const [mine, all] = [await passed(handler, of), await passed(boss, of)];
    const { handlerKey } = (await findReport(db, of.companyKey, one)) as CrossRegionReport;
    const row = { companyKey: of.companyKey, place: '黄山市', validUntil: '2028-12-31', handlerKey };
    const keys = {
      endingKey: `${of.companyKey}#${one.slice(-4)}`,
      handlerEndingKey: `${handlerKey}#${one.slice(-4)}`,
    };
    const longer = Array.from(
      { length: mostReports },
      (_, index) => `B${String(index).padStart(2, '0')}-${one}`,
    );
    await putRows(db, 'CrossRegionReports', ...longer.map((reportNo) => ({ ...row, ...keys, reportNo })));
    const shown = [one, ...longer.slice(0, -1)];
    expect(foundIn(await search(mine, one))).toEqual(shown);
    expect(foundIn(await search(all, one))).toEqual(shown);
    // Somebody else’s complete number stays hidden, and an ending alone shows the longest valid.
    expect(foundIn(await search(mine, two))).toEqual([]);
    expect(foundIn(await search(mine, one.slice(3)))).toEqual(longer);
  });

  it('SPC-3 REL-8 nobody searches whose report or role has ended, and nobody at another entry', async () => {
    const { handler, boss, of, one, three } = await reporting();
    const [mine, all] = [await passed(handler, of), await passed(boss, of)];
    for (const number of [one, three]) await report(of, number, handler, { validUntil: yesterday });
    for (const ending of ['', one]) {
      const refused = await search(mine, ending);
      expect([refused.said, refused.variant]).toEqual(['RELATION_NOT_FOUND', 'cross-region']);
    }
    await related(boss, of, { role: 'finance-head', validUntil: yesterday });
    const row = await rowOf(boss);
    await change(boss, { phones: [] });
    for (const ending of ['', one]) expect((await search(all, ending)).said).toBe('RELATION_NOT_FOUND');
    await putRows(db, 'Users', { ...row, passwordRev: 2 });
    expect((await search(all)).said).toBe('STATE_CONFLICT');
    const other = await company();
    const person = await registered();
    await related(person, other);
    await related(person, other, { role: 'finance-head' });
    const { id } = await bySms(person, atCompany(other));
    expect((await search(id)).said).toBe('NOT_FOUND');
    await changeTicket(db, id, { entry: 'cross-region', companyKey: undefined });
    await db.update({
      table: 'Tickets',
      key: { ticketKey: ticketKeyOf(id) },
      update: { remove: ['companyKey'] },
    });
    expect((await search(id)).said).toBe('NOT_FOUND');
  });

  it('SPC-2 SPC-3 LGN-10 the chosen one opens the session: as 经办人, or in the role used last', async () => {
    const { handler, boss, of, one, three } = await reporting();
    const mine = await passed(handler, of);
    const [choice] = (await search(mine)).body.reports;
    const opened = await choose(mine, choice.choiceId);
    expect(opened.cookies).toHaveLength(1);
    expect(opened.body.session.identity).toEqual({
      kind: 'special',
      subject: 'cross-region',
      taxpayerId: of.taxpayerId,
      taxpayerName: of.name,
      role: 'tax-handler',
      reportNo: three,
    });
    expect((await sessionRow(handler)).company).toMatchObject({ by: 'report', reportNo: three });
    expect((await choose(mine, choice.choiceId)).said).toBe('STATE_CONFLICT');
    await related(boss, of);
    const pick = async () => {
      const id = await passed(boss, of);
      const { reports } = (await search(id, one)).body;
      return (await choose(id, reports[0].choiceId)).body.session.identity;
    };
    expect(await pick()).toMatchObject({ role: 'finance-head', reportNo: one });
    await change(boss, { lastRoles: { [of.companyKey]: 'tax-handler' } });
    expect(await pick()).toMatchObject({ role: 'tax-handler', reportNo: one });
    expect((await sessionRow(boss)).company).toMatchObject({ by: 'relation', reportNo: one });
    // In a later term of the company as well, and not in one that begins meanwhile.
    const since = '2026-06-01T00:00:00.000Z';
    const back = await company({ subjects: ['cross-region'], term: 1, termSince: since });
    await report(back, one.replace('KQ', 'KR'), handler, { at: before });
    const again = await passed(handler, back);
    const [only] = (await search(again)).body.reports;
    const cancelled = meanwhile('Sessions', () => putRows(db, 'Taxpayers', { ...back, term: 2 }));
    expect((await choose(again, only.choiceId, cancelled)).said).toBe('RELATION_NOT_FOUND');
    await putRows(db, 'Taxpayers', back);
    expect((await choose(again, only.choiceId)).said).toBe('200');
    // The role used last sees no reports any more.
    await change(boss, { lastRoles: { [of.companyKey]: 'invoice-clerk' } });
    expect(await pick()).toMatchObject({ role: 'finance-head' });
  });

  it('SPC-2 SPC-3 ENT-4 a choice is of its own login, and is judged again when it is made', async () => {
    const { handler, boss, of, one } = await reporting();
    const [mine, all] = [await passed(handler, of), await passed(boss, of)];
    const choiceOf = async (id: string) => (await search(id, one)).body.reports[0].choiceId as string;
    const [own, staff] = [await choiceOf(mine), await choiceOf(all)];
    for (const wrong of [staff, 'none', seal(dataKeys, 'report-choice:x', one)])
      expect((await choose(mine, wrong)).said).toBe('NOT_FOUND');
    const gone = async (id: string, choiceId: string, by?: FlowContext) => {
      const refused = await choose(id, choiceId, by);
      return [refused.said, refused.variant];
    };
    const none = ['RELATION_NOT_FOUND', 'report'];
    // It names another person now.
    await report(of, one, boss, { validUntil: tomorrow });
    expect(await gone(mine, own)).toEqual(none);
    await report(of, one, handler, { validUntil: tomorrow });
    const moved = meanwhile('Sessions', () => report(of, one, boss, { validUntil: tomorrow }));
    expect(await gone(mine, own, moved)).toEqual(none);
    await report(of, one, handler, { validUntil: yesterday });
    expect(await gone(mine, own)).toEqual(none);
    expect(await gone(all, staff)).toEqual(none);
    await report(of, one, handler, { validUntil: tomorrow, at: '2027-01-01T00:00:00.000Z' });
    await putRows(db, 'Taxpayers', { ...of, term: 1, termSince: '2027-02-01T00:00:00.000Z' });
    expect(await gone(mine, own)).toEqual(none);
    await putRows(db, 'Taxpayers', { ...of, state: 'cancelled' });
    expect((await choose(mine, own)).said).toBe('TAXPAYER_NOT_FOUND');
    await putRows(db, 'Taxpayers', of);
    const cancelled = meanwhile('Sessions', () => putRows(db, 'Taxpayers', { ...of, state: 'cancelled' }));
    expect((await choose(mine, own, cancelled)).said).toBe('TAXPAYER_NOT_FOUND');
    await putRows(db, 'Taxpayers', of);
    const ends = meanwhile('Sessions', () => report(of, one, handler, { validUntil: yesterday }));
    expect(await gone(all, staff, ends)).toEqual(none);
    await report(of, one, handler, { validUntil: tomorrow });
    // The number by which the report knew them is gone, or has another name.
    const row = await rowOf(handler);
    await change(handler, { phones: [] });
    expect(await gone(mine, own)).toEqual(none);
    await putRows(db, 'Users', { ...row, rev: 40, sealedName: sealedNameOf(row.personKey, '别人') });
    expect(await gone(mine, own)).toEqual(none);
    await putRows(db, 'Users', { ...row, rev: 41, passwordRev: 2 });
    expect((await choose(mine, own)).said).toBe('STATE_CONFLICT');
    await putRows(db, 'Users', { ...row, rev: 42 });
    expect((await choose(mine, own)).said).toBe('200');
    expect((await choose(all, staff)).said).toBe('200');
  });
});
