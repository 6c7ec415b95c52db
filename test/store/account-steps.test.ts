/** @module-tag long */

import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hashPassword, type StoredPassword } from '#crypto/passwords.ts';
import { newHandle } from '#crypto/random.ts';
import { Problem } from '#domain/problem.ts';
import { deregister } from '#flows/deregistration/deregister.ts';
import { sendDeregistrationCode } from '#flows/deregistration/send-deregistration-code.ts';
import { bindHandler, sendBindingCode } from '#flows/legacy/bind-handler.ts';
import { enterCompany } from '#flows/legacy/enter-company.ts';
import { pickPerson } from '#flows/legacy/pick-person.ts';
import { completeRegistration, startRegistrationFace } from '#flows/registration/complete-registration.ts';
import { saveProfile, sendRegistrationCode } from '#flows/registration/save-profile.ts';
import { startRegistration } from '#flows/registration/start-registration.ts';
import { challengeRequired } from '#journeys/factors/anti-automation.ts';
import { usernameKeyOf } from '#journeys/people/accounts.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { withListKeys } from '#store/companies/relation-lists.ts';
import { findRelation, type Relation } from '#store/companies/relations.ts';
import { due, findTaxpayer, type KnownTaxpayer, type Taxpayer } from '#store/companies/taxpayers.ts';
import type { Db, Item, Write } from '#store/dynamodb/tables.ts';
import type { HallCollection, Person } from '#store/people/person-row.ts';
import { findPhone } from '#store/people/phones.ts';
import { findPerson } from '#store/people/users.ts';
import type { Session } from '#store/sessions/session-row.ts';
import { stageBudgetKeys, stageSendsOf } from '#store/sms/stage-sms-budget.ts';
import { type ScanTicket, type SessionCodeTicket, sessionCodeId } from '#store/tickets/ticket-kinds.ts';
import { ticketKeyOf } from '#store/tickets/tickets.ts';
import { keysOne } from '../crypto/keys-of-test.ts';
import { storeAgreement } from '../support/agency-rows.ts';
import { companyRow, contextOf, putRows, recordOf, sealedNameOf } from '../support/in-process.ts';
import { mobile, type Sample, person as sample } from '../support/people.ts';
import { storeSession } from '../support/session-rows.ts';
import { solve } from '../support/solve.ts';
import {
  at,
  auditOf,
  before,
  changedMeanwhile,
  changeTicket,
  claimed,
  day,
  type Facts,
  now,
  numberKey,
  origin,
  ownPhone,
  passFace,
  password,
  personKeyOf,
  putMisses,
  type Registered,
  relationRow,
  run as runIn,
  type Sent,
  seconds,
  stepParts,
  storePerson,
  ticketOf as ticketIn,
} from '../support/step-fixtures.ts';
import { openStore } from '../support/store.ts';

/** How an account begins and ends, and the old login of companies: each step on rows as they may stand there. */
let db: Db;
let ctx: FlowContext;
let parts: object;
let hashed: StoredPassword;
const sentMessages: Sent[] = [];
beforeAll(async () => {
  db = await openStore(
    'Agreements',
    'Audit',
    'Lockouts',
    'Phones',
    'Relationships',
    'Sessions',
    'SmsWindows',
    'Taxpayers',
    'Tickets',
    'Users',
  );
  parts = await stepParts(db, sentMessages, { legacyUntil: '2027-12-31' });
  ctx = contextOf(db, parts);
  hashed = await hashPassword(password, keysOne, ctx.settings.policies);
});
beforeEach(() => {
  sentMessages.length = 0;
});

const personOf = async (who: Sample) => (await findPerson(db, personKeyOf(who))) as Person;
const registered = (
  who: Sample = sample(),
  facts: Facts = {},
  phones: readonly string[] = [who.phone],
): Promise<Registered> =>
  storePerson(db, { password: hashed, ...facts }, { who, phones: phones.map((phone) => ownPhone(phone)) });
const eventsOf = (subject: string, kind?: string) => auditOf(db, subject, kind);
const ticketOf = (id: string) => ticketIn(db, id);
const newestCode = (phone: string) =>
  sentMessages.filter((one) => one.phone === phone && one.code).at(-1)?.code ?? '';

const run = (step: unknown, given: object = {}, by: FlowContext = ctx) => runIn(step, by, given);
const meanwhile = (table: Write['table'], change: () => Promise<unknown>) =>
  contextOf(changedMeanwhile(db, table, change), parts);
const channel = (name: string) => ({
  origin: { ...origin, channel: name },
});
async function challenge(): Promise<string> {
  const { details } = await challengeRequired(ctx, { now, language: 'zh', origin } as AnyCall);
  return solve(details.challenge as Parameters<typeof solve>[0]);
}

describe('a registration', () => {
  const start = (who: Sample, facts: object = {}, more: object = {}) =>
    run(startRegistration, { body: { ...claimed(who), consents: ['privacy', 'face'], ...facts }, ...more });
  const code = (id: string, phone: string, more: object = {}) =>
    run(sendRegistrationCode, { params: { id }, body: { phone }, ...more });
  const profile = (id: string, who: Sample, facts: object = {}, more: object = {}) =>
    run(saveProfile, {
      params: { id },
      body: { phone: who.phone, smsCode: newestCode(who.phone), password, ...facts },
      ...more,
    });
  const complete = (id: string, more: object = {}, by?: FlowContext) =>
    run(completeRegistration, { params: { id }, ...more }, by);
  /** Up to the face check. */
  async function begun(who: Sample, facts: object = {}, consents: object = {}) {
    const { body } = await start(who, consents);
    const id: string = body.registrationId;
    await code(id, who.phone);
    await profile(id, who, facts);
    return id;
  }
  const collected = (who: Sample, facts: Partial<HallCollection> = {}) => ({
    hall: {
      phoneKey: numberKey(who.phone),
      sealedPhone: 's1.x',
      officer: '1',
      version: 1,
      at: before,
      collectedAt: before,
      ...facts,
    },
  });

  it('REG-1 REG-6 LVL-1 registers a person: everything that was given, in one write', async () => {
    const who = sample();
    const username = `Chaohu${Date.now() % 1e8}`;
    const started = await start(who);
    expect([started.said, started.body]).toEqual([
      '201',
      { registrationId: expect.any(String), faceRequired: true },
    ]);
    const id: string = started.body.registrationId;
    const [consented] = await eventsOf(personKeyOf(who), 'consented');
    expect(consented?.detail).toEqual({
      consents: 'face privacy',
      version: ctx.settings.policies.consentVersion,
    });
    for (const [step, missing] of [
      [startRegistrationFace, 'profile'],
      [completeRegistration, 'profile'],
    ] as const) {
      const early = await run(step, { params: { id } });
      expect([early.said, early.body]).toEqual(['STEP_MISSING', { step: missing }]);
    }
    expect((await code(id, who.phone)).said).toBe('202');
    const saved = await profile(id, who, { username });
    expect(saved.body).toEqual({
      maskedPhone: `${who.phone.slice(0, 3)}****${who.phone.slice(7)}`,
      faceRequired: true,
    });
    expect(await ticketOf(id)).not.toHaveProperty('code');
    expect((await complete(id)).said).toBe('FACE_REQUIRED');
    expect((await run(startRegistrationFace, { params: { id } })).said).toBe('201');
    await passFace(db, id);
    const done = await complete(id);
    expect([done.said, done.body.realNameLevel, done.cookies?.length]).toEqual(['201', 4, 1]);
    expect(done.body.session.identity).toEqual({ kind: 'natural' });
    expect(await db.get('Sessions', { sessionId: done.body.session.sessionId })).toMatchObject({
      faceAt: at,
    });
    expect((await eventsOf(personKeyOf(who), 'login')).map(({ detail }) => detail)).toMatchObject([
      { method: 'registration' },
    ]);
    const row = await personOf(who);
    expect(row).toMatchObject({
      documentType: '201',
      realNameLevel: 4,
      account: { status: 'active', since: at },
      passwordRev: 1,
      username,
      phones: [{ phoneKey: numberKey(who.phone), since: at }],
      defaultPhoneId: row.phones?.[0]?.phoneId,
      consents: ['privacy', 'face'].map((kind) => ({
        kind,
        version: ctx.settings.policies.consentVersion,
        at,
      })),
    });
    expect(row.passwordHistory).toEqual([row.password]);
    expect(await findPhone(db, numberKey(who.phone))).toMatchObject({ personKey: row.personKey });
    expect(await db.get('Users', { personKey: usernameKeyOf(ctx, username) })).toMatchObject({
      owner: row.personKey,
    });
    const [event] = await eventsOf(row.personKey, 'registered');
    expect(event?.detail).toEqual({ realNameLevel: 4, face: 'local-1', again: false });
    expect((await complete(id)).said).toBe('STATE_CONFLICT');
    expect(sentMessages.filter(({ code: is }) => is === undefined)).toEqual([]);
  });

  it('REG-7 CHN-1 only the web and the 安徽税务 APP register, at each step; the app gets no session', async () => {
    const who = sample();
    const id = await begun(who);
    await passFace(db, id);
    for (const other of ['wechat-mini', 'iit-app', 'hall']) {
      const more = channel(other);
      for (const answer of [
        await start(who, {}, more),
        await code(id, who.phone, more),
        await profile(id, who, {}, more),
        await run(startRegistrationFace, { params: { id }, ...more }),
        await complete(id, more),
      ])
        expect(answer.said).toBe('CHANNEL_NOT_ALLOWED');
    }
    const done = await complete(id, channel('ahtax-app'));
    expect([done.said, done.body, done.cookies]).toEqual(['201', { realNameLevel: 4 }, []]);
    expect(await personOf(who)).not.toHaveProperty('webSession');
  });

  it('REG-1 is done also where its session cannot be opened', async () => {
    const who = sample();
    const id = await begun(who);
    await passFace(db, id);
    const noSessions = (error: Error) =>
      new Proxy(db, {
        get: (store, name: keyof Db) =>
          name === 'transact'
            ? (writes: readonly Write[]) =>
                writes.some(({ table }) => table === 'Sessions')
                  ? Promise.reject(error)
                  : store.transact(writes)
            : store[name],
      });
    const lines: string[] = [];
    const log = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
    const logged = () =>
      lines
        .splice(0)
        .filter((line) => line.includes('session-not-opened'))
        .map((line) => JSON.parse(line).cause);
    const done = await complete(id, {}, contextOf(noSessions(new Error('away')), parts));
    expect([done.said, done.body]).toEqual(['201', { realNameLevel: 4 }]);
    expect(logged()).toMatchObject([{ name: 'Error' }]);
    expect((await personOf(who)).account?.status).toBe('active');
    const third = sample();
    const id_ = await begun(third);
    await passFace(db, id_);
    const away = new Problem('UNAVAILABLE', {}, { cause: new TypeError('away') });
    expect((await complete(id_, {}, contextOf(noSessions(away), parts))).body).toEqual({ realNameLevel: 4 });
    expect(logged()).toMatchObject([{ name: 'TypeError' }]);
    // Suspended in between: registered, and no session.
    const other = sample();
    const next = await begun(other);
    await passFace(db, next);
    const suspended = meanwhile('Sessions', async () => {
      await putRows(db, 'Users', { ...(await personOf(other)), rev: 9, orders: { suspendedAt: at } });
    });
    expect((await complete(next, {}, suspended)).body).toEqual({ realNameLevel: 4 });
    expect(logged()).toEqual([]);
    log.mockRestore();
  });

  it('REG-3 REG-4 REG-9 ORD-1 DOC-5 REG-6 is refused for who is registered, suspended or another; each with its event', async () => {
    const refusedWith = async (
      who: Sample,
      answer: string,
      reason: string | undefined,
      facts: object = {},
    ) => {
      const reply = await start(who, facts);
      expect(reply.said).toBe(answer);
      const events = await eventsOf(personKeyOf(who), 'identity-refused');
      expect(events.map(({ detail }) => (detail as Item).reason)).toEqual(reason ? [reason] : []);
      return reply;
    };
    await refusedWith(await registered(), 'ALREADY_REGISTERED', 'already-registered');
    const suspended = await registered(sample(), { orders: { suspendedAt: before } });
    await refusedWith(suspended, 'ACCOUNT_SUSPENDED', 'suspended');
    const known = await registered();
    const mismatch = { ...known, name: '别人' };
    await refusedWith(mismatch, 'PERSON_MISMATCH', 'name');
    expect((await db.get<Item>('Tickets', { ticketKey: `m_${personKeyOf(known)}_${day}` }))?.misses).toBe(1);
    const privacy = await refusedWith(sample(), 'CONSENT_REQUIRED', undefined, { consents: ['face'] });
    expect(privacy.body).toEqual({ missing: ['privacy'] });
    const face = await refusedWith(sample(), 'CONSENT_REQUIRED', undefined, { consents: ['privacy'] });
    expect(face.body).toEqual({ missing: ['face'] });
    const left = await registered(sample(), { account: { status: 'cancelled', since: before } });
    await refusedWith(left, 'CONSENT_REQUIRED', undefined, { consents: ['privacy'] });
    // Beyond the free tries of the day a match is told no more than a miss, with or without an event of its own.
    const free = ctx.settings.policies.missesBeforeChallenge;
    for (const [status, body] of [
      ['active', {}],
      ['cancelled', { consents: ['privacy'] }],
      ['cancelled', {}],
    ] as const) {
      const who = await registered(sample(), { account: { status, since: before } });
      await putMisses(db, who, free);
      expect((await start(who, body)).said).toBe('CHALLENGE_REQUIRED');
      expect(await eventsOf(personKeyOf(who))).toEqual([]);
      expect((await start(who, { ...body, challenge: await challenge() })).said).not.toBe(
        'CHALLENGE_REQUIRED',
      );
    }
  });

  it('REG-2 REG-4 of a document that a hall collects first wants its record, and tells why an old one does not serve', async () => {
    const foreign = (documentNumber: string): Sample => ({
      ...sample(),
      name: 'Anna',
      documentType: '208',
      documentNumber,
    });
    const first = foreign(`E${Date.now() % 1e8}`);
    const refused = await start(first);
    expect([refused.said, refused.body, refused.variant]).toEqual([
      'OFFICE_COLLECTION_REQUIRED',
      {},
      undefined,
    ]);
    const used = foreign(`F${Date.now() % 1e8}`);
    const record = {
      ...recordOf(personKeyOf(used), 'Anna', { documentType: '208' }),
      ...collected(used, { usedAt: before }),
    };
    await putRows(db, 'Users', record);
    const ended = await start(used);
    expect([ended.said, ended.body, ended.variant]).toEqual([
      'OFFICE_COLLECTION_REQUIRED',
      { reason: 'used' },
      'ended',
    ]);
    expect((await eventsOf(record.personKey, 'identity-refused')).map(({ detail }) => detail)).toEqual([
      { reason: 'not-collected' },
    ]);
    await putRows(db, 'Users', { ...record, ...collected(used) });
    expect((await start(used, { consents: ['privacy'] })).body).toMatchObject({ faceRequired: false });
    // It ends while the registration is under way.
    const id = await begun(used, {}, { consents: ['privacy'] });
    await putRows(db, 'Users', { ...record, ...collected(used, { usedAt: at }) });
    expect((await complete(id)).said).toBe('OFFICE_COLLECTION_REQUIRED');
    await putRows(db, 'Users', { ...record, ...collected(used, { phoneKey: 'another' }) });
    expect((await complete(id)).said).toBe('STATE_CONFLICT');
    await putRows(db, 'Users', { ...record, ...collected(used) });
    const late = meanwhile('Phones', () =>
      putRows(db, 'Phones', { phoneKey: numberKey(used.phone), leftAt: at }),
    );
    expect((await complete(id, {}, late)).said).toBe('OFFICE_COLLECTION_REQUIRED');
    await putRows(db, 'Phones', { phoneKey: numberKey(used.phone), leftAt: before });
    const done = await complete(id);
    expect([done.said, done.body.realNameLevel, done.cookies?.length]).toEqual(['201', 5, 1]);
    expect((await personOf(used)).hall?.usedAt).toBe(at);
    expect((await eventsOf(record.personKey, 'registered'))[0]?.detail).toEqual({
      realNameLevel: 5,
      again: false,
    });
    // A record that came since the start, with another number that has left its holder: it does not count.
    const late_ = sample();
    const other = mobile();
    const id_ = await begun(late_);
    await passFace(db, id_);
    await putRows(db, 'Users', {
      ...recordOf(personKeyOf(late_), late_.name),
      ...collected(late_, { phoneKey: numberKey(other) }),
    });
    await putRows(db, 'Phones', { phoneKey: numberKey(other), leftAt: at });
    expect((await complete(id_)).body.realNameLevel).toBe(4);
  });

  it('REG-2 REG-9 with a hall record goes by its number: a wrong one counts, and five end it', async () => {
    const who = sample();
    const record = { ...recordOf(personKeyOf(who), who.name), ...collected(who) };
    await putRows(db, 'Users', record);
    const { body } = await start(who);
    const id: string = body.registrationId;
    expect(body.faceRequired).toBe(false);
    for (let left = 4; left >= 0; left--) {
      const answer = await code(id, mobile());
      if (left > 0)
        expect([answer.said, answer.body]).toEqual(['IDENTITY_MISMATCH', { remainingAttempts: left }]);
      if (left === 2) expect((await code(id, who.phone)).said).toBe('202');
    }
    expect((await ticketOf(id))?.state).toBe('ended');
    expect((await code(id, who.phone)).said).toBe('STATE_CONFLICT');
    const events = await eventsOf(record.personKey, 'identity-refused');
    expect(events.map(({ detail }) => (detail as Item).reason)).toEqual(Array(5).fill('phone'));
    expect((await db.get<Item>('Tickets', { ticketKey: `m_${record.personKey}_${day}` }))?.misses).toBe(5);
    // Another wrong number was counted meanwhile.
    const twice = sample();
    await putRows(db, 'Users', { ...recordOf(personKeyOf(twice), twice.name), ...collected(twice) });
    const both: string = (await start(twice)).body.registrationId;
    const busy = meanwhile('Tickets', () => code(both, mobile()));
    const second = await run(sendRegistrationCode, { params: { id: both }, body: { phone: mobile() } }, busy);
    expect(second.body).toEqual({ remainingAttempts: 3 });
    expect((await ticketOf(both))?.wrongPhones).toBe(2);
    // Beyond the free tries neither a wrong number nor the right one is compared.
    const next: string = (await start(twice)).body.registrationId;
    await putMisses(db, { personKey: personKeyOf(twice) }, 99);
    for (const phone of [mobile(), twice.phone])
      expect((await code(next, phone)).said).toBe('CHALLENGE_REQUIRED');
    expect((await ticketOf(next))?.wrongPhones).toBeUndefined();
    expect(
      (await code(next, mobile(), { body: { phone: mobile(), challenge: await challenge() } })).said,
    ).toBe('IDENTITY_MISMATCH');
    // The record came while the number was proved already.
    const late = sample();
    const begin: string = (await start(late)).body.registrationId;
    await code(begin, late.phone);
    await changeTicket(db, begin, { hallPhoneKey: 'another' });
    expect((await profile(begin, late)).said).toBe('IDENTITY_MISMATCH');
    await changeTicket(db, begin, { hallPhoneKey: numberKey(late.phone) });
    expect((await profile(begin, late)).body.faceRequired).toBe(false);
  });

  it('PHN-3 PHN-5 SMS-2 USR-1 PWD-2 takes a number, a name and a password that may be had, and says so after the code only', async () => {
    const second = await registered();
    const who = sample({ phone: second.phone });
    const { body } = await start(who);
    const id: string = body.registrationId;
    const sends = async () => stageSendsOf(await db.batchGet(stageBudgetKeys(now)));
    const sent = await sends();
    await code(id, who.phone);
    // A stranger may have asked for it: it counts among those of the hour, with a hall record too.
    expect(await sends()).toBe(sent + 1);
    const met = sample();
    await putRows(db, 'Users', { ...recordOf(personKeyOf(met), met.name), ...collected(met) });
    await code((await start(met)).body.registrationId, met.phone);
    expect(await sends()).toBe(sent + 2);
    const wrong = `${(Number(newestCode(who.phone)) + 1) % 1_000_000}`.padStart(6, '0');
    const usernameOf = `Huainan${Date.now() % 1e7}`;
    await putRows(db, 'Users', {
      personKey: usernameKeyOf(ctx, usernameOf),
      owner: 'p1_other',
      username: usernameOf,
    });
    expect((await profile(id, who, { smsCode: wrong, username: usernameOf })).said).toBe('SMS_CODE_WRONG');
    for (const [facts, answer] of [
      [{ phone: mobile() }, 'SMS_CODE_WRONG'],
      [{ username: '!' }, 'USERNAME_INVALID'],
      [{ username: usernameOf }, 'USERNAME_TAKEN'],
      [{ password: '123' }, 'PASSWORD_WEAK'],
      [{ password: `Ab#${who.phone}` }, 'PASSWORD_WEAK'],
      [{ username: 'Xuancheng7', password: 'Xuancheng7#2058' }, 'PASSWORD_WEAK'],
      [{}, 'PHONE_TAKEN'],
    ] as const)
      expect((await profile(id, who, facts)).said, answer).toBe(answer);
    const saved = await profile(id, who, { takeoverPhone: true });
    expect(saved.body.faceRequired).toBe(true);
    expect((await ticketOf(id))?.profile).toMatchObject({ takeover: true });
    // LCK-5: of all these codes one was wrong.
    expect((await ticketOf(id))?.wrongCodes).toMatchObject({ size: 1 });
    expect((await complete(id)).said).toBe('FACE_REQUIRED');
    await passFace(db, id);
    const done = await complete(id);
    expect(done.said).toBe('201');
    expect((await personOf(second)).phones).toEqual([]);
    expect(await findPhone(db, numberKey(who.phone))).toMatchObject({
      personKey: personKeyOf(who),
      leftAt: at,
    });
    // Somebody proves the number while the registration is under way.
    const other = sample();
    await putRows(db, 'Phones', {
      phoneKey: numberKey(other.phone),
      personKey: personKeyOf(other),
      since: before,
    });
    const free = await begun(other);
    await passFace(db, free);
    await putRows(db, 'Phones', { phoneKey: numberKey(other.phone), personKey: 'p1_other', since: at });
    expect((await complete(free)).said).toBe('PHONE_TAKEN');
    expect((await ticketOf(free))?.profile).toMatchObject({ takeover: false });
    await putRows(db, 'Phones', {
      phoneKey: numberKey(other.phone),
      personKey: personKeyOf(other),
      since: at,
    });
    expect((await complete(free)).said).toBe('201');
  });

  it('REG-4 PWD-2 PWD-3 brings back who had left: name, last passwords, consents, and a notice', async () => {
    const who = sample();
    const consent = { kind: 'privacy', version: 'old', at: before } as const;
    const last = await hashPassword('Qimen#2088x', keysOne, ctx.settings.policies);
    await registered(
      who,
      {
        account: { status: 'cancelled', since: before },
        password: undefined,
        passwordHistory: [last],
        passwordRev: 4,
        realNameLevel: 5,
        consents: [consent],
        nameClaimed: undefined,
      },
      [],
    );
    const id: string = (await start(who)).body.registrationId;
    await code(id, who.phone);
    expect((await profile(id, who, { password: 'Qimen#2088x' })).said).toBe('PASSWORD_WEAK');
    expect((await profile(id, who)).said).toBe('200');
    await passFace(db, id);
    const done = await complete(id);
    expect(done.body.realNameLevel).toBe(5);
    const row = await personOf(who);
    expect(row).toMatchObject({
      passwordRev: 5,
      passwordHistory: [row.password, last],
      account: { since: at },
    });
    expect(row.consents?.[0]).toEqual(consent);
    expect(row.consents).toHaveLength(3);
    expect((await eventsOf(row.personKey, 'registered'))[0]?.detail).toMatchObject({ again: true });
    expect(sentMessages.at(-1)).toMatchObject({
      phone: who.phone,
      text: expect.stringContaining('已重新注册并恢复'),
    });
    // At completion the person may have become another, be registered or suspended.
    const other = sample();
    const begun_ = await begun(other);
    await passFace(db, begun_);
    for (const [facts, answer] of [
      [{ account: { status: 'active', since: at } }, 'ALREADY_REGISTERED'],
      [{ orders: { suspendedAt: at } }, 'ACCOUNT_SUSPENDED'],
      [{ sealedName: sealedNameOf(personKeyOf(other), '别人') }, 'PERSON_MISMATCH'],
    ] as const) {
      await putRows(db, 'Users', { ...recordOf(personKeyOf(other), other.name), ...facts });
      expect((await complete(begun_)).said).toBe(answer);
    }
    await putRows(db, 'Users', recordOf(personKeyOf(other), other.name));
    const changed = meanwhile('Users', () =>
      putRows(db, 'Users', { ...recordOf(personKeyOf(other), other.name), rev: 7, realNameLevel: 5 }),
    );
    expect((await complete(begun_, {}, changed)).body.realNameLevel).toBe(5);
  });

  it('REG-6 a face check wants a consent of its own', async () => {
    const who = sample();
    await putRows(db, 'Users', { ...recordOf(personKeyOf(who), who.name), ...collected(who) });
    const id = await begun(who, {}, { consents: ['privacy'] });
    const refused = await run(startRegistrationFace, { params: { id } });
    expect([refused.said, refused.body]).toEqual(['CONSENT_REQUIRED', { missing: ['face'] }]);
    // PHN-3: whoever takes a number over passes one, also with a hall record.
    const owner = await registered();
    const taker = sample({ phone: owner.phone });
    await putRows(db, 'Users', { ...recordOf(personKeyOf(taker), taker.name), ...collected(taker) });
    const takeover = await begun(taker, { takeoverPhone: true });
    expect((await complete(takeover)).said).toBe('FACE_REQUIRED');
    await passFace(db, takeover);
    expect((await complete(takeover)).body.realNameLevel).toBe(5);
  });
});

const signedIn = (who: Sample, facts: Partial<Session> = {}) =>
  storeSession(db, { ...who, personKey: personKeyOf(who) }, facts);

describe('用户注销', () => {
  const send = (session: Session, by?: FlowContext, more: object = {}) =>
    run(sendDeregistrationCode, { caller: { session }, ...more }, by);
  const end = (session: Session, body: object, by?: FlowContext) =>
    run(deregister, { caller: { session }, body: { password, ...body } }, by);
  const face = async (session: Session, facts: Partial<ScanTicket> = {}) => {
    const ticket = newHandle();
    await putRows(db, 'Tickets', {
      ticketKey: ticketKeyOf(ticket),
      kind: 'scan',
      state: 'open',
      expiresAt: seconds + 300,
      personKey: session.personKey,
      sessionId: session.sessionId,
      use: 'deregistration',
      scanState: 'passed',
      proven: { at, transactionId: 't', level: 4 },
      ...facts,
    });
    return ticket;
  };

  it('CTR-2 USR-2 ends everything that belongs to the account, by password and SMS', async () => {
    const username = `Xiuning${Date.now() % 1e7}`;
    const who = sample();
    const second = mobile();
    const pointer = (sessionId: string) => ({ sessionId, expiresAt: seconds + 600 });
    const session = await signedIn(who);
    const other = newHandle();
    await putRows(db, 'Sessions', { ...session, sessionId: other });
    await registered(
      who,
      {
        username,
        webSession: pointer(session.sessionId),
        otherWebSessions: [pointer(other)],
        lastWindow: { phoneKey: 'x', startedAt: 1 },
        faceProof: { at, transactionId: 't', since: before },
        phoneRecoveredAt: '2026-01-01T00:00:00.000Z',
        passwordRev: 2,
        realNameLevel: 4,
        consents: [],
      },
      [who.phone, second],
    );
    await putRows(db, 'Users', {
      personKey: usernameKeyOf(ctx, username),
      owner: personKeyOf(who),
      username,
    });
    expect((await send(session)).said).toBe('202');
    const done = await end(session, { smsCode: newestCode(who.phone) });
    expect([done.said, done.cookies]).toEqual(['204', [expect.stringMatching(/^__Host-refresh=;/)]]);
    const row = await personOf(who);
    expect(row).toEqual({
      personKey: personKeyOf(who),
      rev: 2,
      documentType: '201',
      sealedName: row.sealedName,
      sealedNumber: row.sealedNumber,
      realNameLevel: 4,
      consents: [],
      account: { status: 'cancelled', since: at },
      passwordHistory: [hashed],
      passwordRev: 3,
    });
    for (const phone of [who.phone, second])
      expect(await findPhone(db, numberKey(phone))).toEqual({ phoneKey: numberKey(phone), leftAt: at });
    expect(await db.get('Users', { personKey: usernameKeyOf(ctx, username) })).toMatchObject({
      formerOwner: personKeyOf(who),
    });
    for (const sessionId of [session.sessionId, other])
      expect((await db.get<Item>('Sessions', { sessionId }))?.ended).toMatchObject({
        reason: 'deregistered',
      });
    expect((await eventsOf(personKeyOf(who), 'deregistered')).map(({ detail }) => detail)).toEqual([
      { method: 'sms' },
    ]);
    expect(
      (await eventsOf(personKeyOf(who), 'session-ended')).map(({ detail }) => (detail as Item).reason),
    ).toEqual(['deregistered', 'deregistered']);
    expect(
      (await db.get<Item>('Lockouts', { personKey: personKeyOf(who), day }))?.smsGuesses,
    ).toBeUndefined();
    expect(
      sentMessages
        .filter(({ code }) => code === undefined)
        .map(({ phone }) => phone)
        .sort(),
    ).toEqual([who.phone, second].sort());
    expect((await end(session, { smsCode: newestCode(who.phone) })).said).not.toBe('204');
  });

  it('CTR-2 SES-5 by password and a face that was checked for it, in a session that is fresh and lives', async () => {
    const who = await registered(sample(), { passwordHistory: [hashed], password: { ...hashed } });
    const session = await signedIn(who);
    const wrong = { password: 'Wrong#9182' };
    expect((await end(session, {})).said).toBe('FACE_REQUIRED');
    expect((await end(session, { ...wrong, faceTicket: await face(session) })).said).toBe('BAD_CREDENTIALS');
    const stale = await signedIn(who, { factorAt: seconds - 601 });
    expect([(await send(stale)).said, (await end(stale, { faceTicket: await face(stale) })).said]).toEqual(
      Array(2).fill('FRESH_FACTOR_REQUIRED'),
    );
    const over = await signedIn(who, { ended: { reason: 'logged-out', at: seconds } });
    expect((await end(over, { faceTicket: await face(over) })).said).toBe('SESSION_ENDED');
    const spent = await face(session, { state: 'spent' });
    expect((await end(session, { faceTicket: spent })).said).toBe('FACE_REQUIRED');
    // Another call uses the check up meanwhile.
    const once = await face(session);
    const spends = meanwhile('Users', () => face(session, { ticketKey: ticketKeyOf(once), state: 'spent' }));
    expect((await end(session, { faceTicket: once }, spends)).said).toBe('FACE_REQUIRED');
    const done = await end(session, { faceTicket: await face(session) });
    expect(done.said).toBe('204');
    expect((await eventsOf(personKeyOf(who), 'deregistered')).map(({ detail }) => detail)).toEqual([
      { method: 'face' },
    ]);
    expect((await personOf(who)).passwordHistory).toEqual([hashed]);
    expect((await db.get<Item>('Lockouts', { personKey: personKeyOf(who), day }))?.password).toBeUndefined();
    // It needs no number.
    const bare = await registered(sample(), {}, []);
    const theirs = await signedIn(bare);
    expect((await end(theirs, { faceTicket: await face(theirs) })).said).toBe('204');
  });

  it('CTR-2 LGN-11 PHN-4 neither an initial password ends it, nor a code of a number that was just recovered, nor one that is used up', async () => {
    const who = await registered();
    const session = await signedIn(who);
    await send(session);
    const code = newestCode(who.phone);
    const row = await personOf(who);
    await putRows(db, 'Users', { ...row, password: { ...hashed, initial: true } });
    expect((await end(session, { smsCode: code })).said).toBe('PASSWORD_CHANGE_REQUIRED');
    await putRows(db, 'Users', row);
    const id = ticketKeyOf(sessionCodeId(session.sessionId, 'deregistration'));
    const kept = (await db.get<SessionCodeTicket>('Tickets', { ticketKey: id })) as SessionCodeTicket;
    const spends = meanwhile('Users', () => putRows(db, 'Tickets', { ...kept, code: undefined }));
    expect((await end(session, { smsCode: code }, spends)).said).toBe('SMS_CODE_WRONG');
    await putRows(db, 'Tickets', kept);
    await putRows(db, 'Users', { ...row, phones: [ownPhone(who.phone, { recoveredAt: at })] });
    expect((await end(session, { smsCode: code })).said).toBe('FACE_REQUIRED');
    await putRows(db, 'Users', { ...row, phones: undefined });
    expect((await end(session, { smsCode: code })).said).toBe('FACE_REQUIRED');
    await putRows(db, 'Users', row);
    const changed = meanwhile('Users', () =>
      putRows(db, 'Users', { ...row, rev: 9, username: undefined, realNameLevel: 5 }),
    );
    expect((await end(session, { smsCode: code }, changed)).said).toBe('204');
    expect(await personOf(who)).toMatchObject({ rev: 10, realNameLevel: 5, passwordRev: 2 });
  });

  it('CTR-2 AGY-3 LGN-5 warns first: own companies and clients, by name, also where no code can be sent', async () => {
    const who = await registered();
    const session = await signedIn(who);
    const relation = (id: string, name: string, facts: Partial<Relation> = {}) =>
      putRows(db, 'Relationships', relationRow(who, companyRow(`c_${id}`, { name }), facts));
    await relation('1', '丙公司');
    await relation('1', '丙公司', { role: 'invoice-clerk' });
    await relation('2', '甲公司');
    await relation('3', '等待', { state: 'pending' });
    // It was cancelled a moment ago: the copy in the relation does not say so yet.
    await relation('4', '乙公司');
    await putRows(db, 'Taxpayers', companyRow('c_4', { state: 'cancelled', copiesDue: due }));
    const serve = async (name: string) => {
      const client = companyRow(`c_${newHandle()}`, { name });
      await putRows(db, 'Taxpayers', client);
      await storeAgreement(db, [companyRow('c_agency'), client], [who]);
    };
    await serve('丁公司');
    const named = (...companies: [string, string][]) =>
      companies.map(([taxpayerName, role]) => ({ taxpayerName, role }));
    const companies = named(
      ['丙公司', 'tax-handler'],
      ['丙公司', 'invoice-clerk'],
      ['丁公司', 'tax-agent'],
      ['甲公司', 'tax-handler'],
    );
    const sent = await send(session);
    expect(sent.said).toBe('202');
    expect(sent.body).toEqual({ maskedPhone: expect.any(String), resendAt: expect.any(String), companies });
    const row = await personOf(who);
    await putRows(db, 'Users', { ...row, phones: undefined });
    const empty = await send(session);
    expect([empty.said, empty.body]).toEqual(['PHONE_EMPTY', { companies }]);
    await putRows(db, 'Users', { ...row, phones: [ownPhone(who.phone, { recoveredAt: at })] });
    const recovered = await send(session);
    expect([recovered.said, recovered.body]).toEqual(['FACE_REQUIRED', { companies }]);
    await putRows(db, 'Users', row);
    const again = await send(session);
    expect([again.said, 'companies' in again.body]).toEqual(['SMS_TOO_FREQUENT', false]);
  });
});

describe('the old login of a company', () => {
  const number = (() => {
    let numbers = 0;
    return () => `91340100MF${String(++numbers).padStart(7, '0')}X`;
  })();
  const companyKeyOf = (id: string) => `c_${id}`;
  async function company(facts: Partial<KnownTaxpayer> = {}) {
    const id = number();
    await putRows(db, 'Taxpayers', companyRow(companyKeyOf(id), { companyPassword: hashed, ...facts }));
    return id;
  }
  async function related(who: Registered, id: string, facts: Partial<Relation> = {}) {
    const row = relationRow(who, companyRow(companyKeyOf(id)), { permissions: [], ...facts });
    await putRows(db, 'Relationships', row);
    return row;
  }
  /** A hash that costs less than today's. */
  const weaker = () => ({ ...ctx.settings.policies, argon2Iterations: 1 }) as never;
  const enter = async (id: string, facts: object = {}, by?: FlowContext) =>
    run(
      enterCompany,
      { body: { taxpayerId: id, companyPassword: password, challenge: await challenge(), ...facts } },
      by,
    );
  const entered = async (id: string) => (await enter(id)).body;
  const pick = (legacyId: string, personRef: string, facts: object = {}, by?: FlowContext) =>
    run(pickPerson, { params: { legacyId }, body: { personRef, password, ...facts } }, by);

  it('LEG-1 LGN-12 REL-11 lists who works for the company today, each once, after its right password only', async () => {
    const id = await company({ term: 1 });
    const [one, two, past] = [
      await registered(sample({ name: '欧阳建国' })),
      await registered(),
      await registered(),
    ];
    await related(one, id, { companyTerm: 1 });
    await related(one, id, { role: 'legal-representative', companyTerm: 1, validUntil: '2027-12-31' });
    await related(two, id, { role: 'invoice-clerk', companyTerm: 1 });
    await related(past, id, { companyTerm: 0 });
    const { said, body } = await enter(id);
    expect(said).toBe('201');
    expect(body.persons).toEqual([
      {
        personRef: expect.any(String),
        name: '欧阳**',
        documentNumber: `${one.documentNumber.slice(0, 3)}${'*'.repeat(11)}${one.documentNumber.slice(-4)}`,
        role: 'legal-representative',
      },
      expect.objectContaining({ role: 'invoice-clerk' }),
    ]);
    expect(body).toMatchObject({
      legacyId: expect.any(String),
      closesOn: '2027-12-31',
      expiresAt: '2027-03-02T10:10:00+08:00',
    });
    expect(body).not.toHaveProperty('morePersons');
    expect(await ticketOf(body.legacyId)).toMatchObject({
      kind: 'legacy',
      companyKey: companyKeyOf(id),
      state: 'open',
    });
    expect((await enter(id, { companyPassword: 'Wrong#9182' })).said).toBe('BAD_CREDENTIALS');
    expect((await enter(id, { challenge: undefined })).said).toBe('CHALLENGE_REQUIRED');
    expect((await enter(number())).said).toBe('TAXPAYER_NOT_FOUND');
    expect((await enter(await company({ state: 'cancelled' }))).said).toBe('TAXPAYER_NOT_FOUND');
    const waiting = await company({ state: 'awaiting-confirmation' });
    expect((await enter(waiting)).said).toBe('COMPANY_NOT_CONFIRMED');
    expect((await enter(waiting, { companyPassword: 'Wrong#9182' })).said).toBe('BAD_CREDENTIALS');
    const closed = contextOf(db, { ...parts, settings: { ...ctx.settings, legacyUntil: null } });
    expect((await enter(id, {}, closed)).said).toBe('LEGACY_LOGIN_CLOSED');
    const many = await company();
    const template = await related(one, many);
    await putRows(
      db,
      'Relationships',
      ...Array.from({ length: 100 }, (_, index) => {
        const personKey = `p1_many-${index}`;
        return withListKeys({
          ...template,
          personKey,
          sealedName: sealedNameOf(personKey, '王建国'),
          authorizationId: `m${index}`,
        });
      }),
    );
    const more = (await enter(many)).body;
    expect([more.persons.length, more.morePersons]).toEqual([100, true]);
    // Few people with more rows than are read: there may be others.
    const often = await company();
    const place = await related(one, often);
    for (let group = 0; group < 300; group += 50)
      await putRows(
        db,
        'Relationships',
        ...Array.from({ length: 50 }, (_, index) => {
          const personKey = `p1_often-${index}`;
          const relation = `${place.relation}-${group}`;
          const sealedName = sealedNameOf(personKey, '王建国');
          const authorizationId = `o${group + index}`;
          return withListKeys({ ...place, personKey, relation, sealedName, authorizationId });
        }),
      );
    expect((await enter(often)).body.morePersons).toBe(true);
  });

  it('LEG-1 MIG-1 hashes a password of the old system again; a right one is not hashed twice', async () => {
    const id = await company({ companyPassword: await hashPassword(password, keysOne, weaker()) });
    expect((await enter(id)).said).toBe('201');
    const stored = await findTaxpayer(db, companyKeyOf(id));
    expect([stored?.rev, stored?.companyPassword?.hash.split('$')[3]]).toEqual([
      2,
      hashed.hash.split('$')[3],
    ]);
    expect((await enter(id)).said).toBe('201');
    expect((await findTaxpayer(db, companyKeyOf(id)))?.rev).toBe(2);
  });

  it('LEG-1 ERR-01 what was read for the answer and is away fails the right password only', async () => {
    const id = await company();
    const who = await registered();
    await related(who, id);
    const { legacyId, persons } = await entered(id);
    const without = (...names: (keyof Db)[]) =>
      contextOf(
        new Proxy(db, {
          get: (store, name: keyof Db) =>
            names.includes(name) ? () => Promise.reject(new Error(`${name} is away`)) : store[name],
        }),
        parts,
      );
    const noList = without('query');
    expect((await enter(id, { companyPassword: 'Wrong#9182' }, noList)).said).toBe('BAD_CREDENTIALS');
    await expect(enter(id, {}, noList)).rejects.toThrow('query is away');
    await expect(enter(id, {}, without('batchGet', 'transact'))).rejects.toThrow('transact is away');
    const wrong = { password: 'Wrong#9182' };
    expect((await pick(legacyId, persons[0].personRef, wrong, noList)).said).toBe('BAD_CREDENTIALS');
    await expect(pick(legacyId, persons[0].personRef, {}, noList)).rejects.toThrow('query is away');
  });

  it('LEG-1 LGN-11 LGN-4 LGN-8 whoever is picked goes on with their own password, to a login at `enterprise`', async () => {
    const id = await company();
    const who = await registered();
    const relation = await related(who, id);
    // Another of their places has ended.
    await related(who, id, { role: 'invoice-clerk', state: 'deleted' });
    const { legacyId, persons } = await entered(id);
    const [{ personRef }] = persons;
    expect((await pick(legacyId, 'toString')).said).toBe('NOT_FOUND');
    expect((await pick(legacyId, personRef, { password: 'Wrong#9182' })).said).toBe('BAD_CREDENTIALS');
    const company_ = (await findTaxpayer(db, companyKeyOf(id))) as KnownTaxpayer;
    const row = await personOf(who);
    const refused = async (
      facts: { company?: Partial<Taxpayer>; relation?: Partial<Relation>; person?: Facts },
      answer: string,
      audited = true,
    ) => {
      if (facts.company) await putRows(db, 'Taxpayers', { ...company_, ...facts.company });
      if (facts.relation) await putRows(db, 'Relationships', { ...relation, ...facts.relation });
      if (facts.person) await putRows(db, 'Users', { ...row, ...facts.person });
      const length = (await eventsOf(personKeyOf(who), 'login-password')).length;
      const reply = await pick(legacyId, personRef);
      expect(reply.said).toBe(answer);
      const events = await eventsOf(personKeyOf(who), 'login-password');
      expect(events.length - length).toBe(audited ? 1 : 0);
      if (audited)
        expect(events.at(-1)).toMatchObject({
          outcome: 'failure',
          detail: { method: 'password', entry: 'enterprise', purpose: 'legacy-login', reason: answer },
        });
      await putRows(db, 'Taxpayers', company_);
      await putRows(db, 'Relationships', relation);
      await putRows(db, 'Users', row);
      return reply;
    };
    await refused({ company: { subjects: ['cross-region'] } }, 'USE_SPECIAL_ENTRY');
    await refused({ company: { state: 'awaiting-confirmation' } }, 'COMPANY_NOT_CONFIRMED');
    await refused({ company: { state: 'cancelled' } }, 'TAXPAYER_NOT_FOUND', false);
    await refused({ company: { term: 1 } }, 'RELATION_NOT_FOUND');
    await refused({ relation: { state: 'deleted' } }, 'RELATION_NOT_FOUND');
    await refused({ relation: { validUntil: '2027-03-01' } }, 'RELATION_NOT_FOUND');
    await refused({ person: { password: { ...hashed, initial: true } } }, 'PASSWORD_CHANGE_REQUIRED');
    const gone = await refused(
      { person: { account: { status: 'cancelled', since: at } } },
      'USER_NOT_REGISTERED',
      false,
    );
    expect(gone.variant).toBe('other-entry');
    const done = await pick(legacyId, personRef);
    expect(done.said).toBe('201');
    expect(done.body).toMatchObject({
      loginId: expect.any(String),
      taxpayerName: '黄山毛峰有限公司',
      secondFactors: [{ method: 'sms' }, { method: 'face' }],
      notices: [],
    });
    expect(await ticketOf(done.body.loginId)).toMatchObject({
      kind: 'login',
      entry: 'enterprise',
      companyKey: companyKeyOf(id),
      personKey: personKeyOf(who),
      phone: { phoneKey: numberKey(who.phone) },
    });
    expect((await pick(legacyId, personRef)).said).toBe('STATE_CONFLICT');
    expect((await personOf(who)).rev).toBe(1);
    // A hash of the old system is replaced on the way.
    const { legacyId: again, persons: anew } = await entered(id);
    await putRows(db, 'Users', {
      ...row,
      password: await hashPassword(password, keysOne, weaker()),
      lastWindow: { phoneKey: numberKey(who.phone), startedAt: 5 },
    });
    const next = await pick(again, anew[0].personRef);
    expect((await ticketOf(next.body.loginId))?.window).toEqual({
      phoneKey: numberKey(who.phone),
      startedAt: 5,
    });
    expect((await personOf(who)).rev).toBe(2);
    // Without a number a face is what is left.
    const { legacyId: last, persons: rest } = await entered(id);
    await putRows(db, 'Users', { ...row, phones: undefined, defaultPhoneId: undefined });
    const faced = await pick(last, rest[0].personRef);
    expect(faced.body.secondFactors).toMatchObject([{ method: 'face' }]);
  });

  const sendCode = (legacyId: string, who: Sample, facts: object = {}, more: object = {}) =>
    run(sendBindingCode, { params: { legacyId }, body: { ...claimed(who), ...facts }, ...more });
  const bind = (legacyId: string, who: Sample, facts: object = {}, by?: FlowContext) =>
    run(
      bindHandler,
      {
        params: { legacyId },
        body: { ...claimed(who), smsCode: newestCode(who.phone), password, ...facts },
      },
      by,
    );

  it('LEG-2 binds the first person at once, and asks the company about everybody else', async () => {
    const id = await company({ term: 1 });
    const { legacyId } = await entered(id);
    const [first, second] = [await registered(), await registered()];
    for (const who of [first, second]) expect((await sendCode(legacyId, who)).said).toBe('202');
    const bound = await bind(legacyId, first);
    expect([bound.said, bound.body.state]).toEqual(['201', 'active']);
    const relation = (who: Sample) => findRelation(db, personKeyOf(who), companyKeyOf(id), 'tax-handler');
    expect(await relation(first)).toMatchObject({
      authorizationId: bound.body.authorizationId,
      state: 'active',
      direction: 'applied',
      source: 'legacy',
      refusable: true,
      companyTerm: 1,
      permissions: ['filing', 'declaration', 'enquiry', 'invoice'],
    });
    expect((await findTaxpayer(db, companyKeyOf(id)))?.staffed).toBe(true);
    expect((await eventsOf(personKeyOf(first), 'relation-active'))[0]?.detail).toMatchObject({
      direction: 'applied',
      source: 'legacy',
    });
    const waits = await bind(legacyId, second);
    expect([waits.said, waits.body.state]).toEqual(['201', 'pending']);
    expect((await relation(second))?.state).toBe('pending');
    expect((await bind(legacyId, first)).said).not.toBe('201');
    expect((await ticketOf(legacyId))?.state).toBe('open');
  });

  it('LEG-2 REG-9 DOC-5 ORD-1 only people who are registered, under their own name, with their own code and password', async () => {
    const id = await company();
    const { legacyId } = await entered(id);
    const who = await registered();
    expect((await sendCode(legacyId, who, { name: '别人' })).said).toBe('PERSON_MISMATCH');
    expect((await sendCode(legacyId, sample())).said).toBe('PERSON_NOT_REGISTERED');
    const ended = await registered(sample(), { account: { status: 'cancelled', since: before } });
    expect((await sendCode(legacyId, ended)).said).toBe('PERSON_NOT_REGISTERED');
    expect((await sendCode(legacyId, await registered(sample(), {}, []))).said).toBe('PHONE_EMPTY');
    expect((await sendCode('none', who)).said).toBe('NOT_FOUND');
    const used = await registered();
    await putMisses(db, { personKey: personKeyOf(used) }, 99);
    expect((await sendCode(legacyId, used)).said).toBe('CHALLENGE_REQUIRED');
    await putMisses(db, { personKey: personKeyOf(ended) }, 99);
    expect((await sendCode(legacyId, ended)).said).toBe('CHALLENGE_REQUIRED');
    expect((await sendCode(legacyId, used, { challenge: await challenge() })).said).toBe('202');
    expect((await sendCode(legacyId, who)).said).toBe('202');
    const code = newestCode(who.phone);
    // The code of one person and choice works for no other.
    const other = await registered();
    expect((await bind(legacyId, other, { smsCode: code })).said).not.toBe('201');
    expect((await bind(legacyId, who, { password: 'Wrong#9182' })).said).toBe('BAD_CREDENTIALS');
    const row = await personOf(who);
    const refused = async (facts: Facts, answer: string) => {
      await putRows(db, 'Users', { ...row, ...facts });
      expect((await bind(legacyId, who)).said).toBe(answer);
      await putRows(db, 'Users', row);
    };
    await refused({ sealedName: sealedNameOf(personKeyOf(who), '别人') }, 'PERSON_MISMATCH');
    await refused({ account: { status: 'cancelled', since: at } }, 'USER_NOT_REGISTERED');
    await refused({ orders: { suspendedAt: at } }, 'ACCOUNT_SUSPENDED');
    await refused({ phones: [ownPhone(who.phone, { recoveredAt: at })] }, 'FACE_REQUIRED');
    const suspended = meanwhile('Relationships', () =>
      putRows(db, 'Users', { ...row, orders: { suspendedAt: at } }),
    );
    expect((await bind(legacyId, who, {}, suspended)).said).toBe('ACCOUNT_SUSPENDED');
    await putRows(db, 'Users', row);
    const left = meanwhile('Relationships', () =>
      putRows(db, 'Users', { ...row, account: { status: 'cancelled', since: at } }),
    );
    expect((await bind(legacyId, who, {}, left)).said).toBe('USER_NOT_REGISTERED');
    await putRows(db, 'Users', row);
    const company_ = (await findTaxpayer(db, companyKeyOf(id))) as KnownTaxpayer;
    for (const [facts, answer] of [
      [{ state: 'cancelled' as const }, 'TAXPAYER_NOT_FOUND'],
      [{ state: 'awaiting-confirmation' as const }, 'COMPANY_NOT_CONFIRMED'],
    ] as const) {
      await putRows(db, 'Taxpayers', { ...company_, ...facts });
      expect((await bind(legacyId, who)).said).toBe(answer);
    }
    await putRows(db, 'Taxpayers', company_);
    // Somebody was first meanwhile.
    const overtaken = meanwhile('Relationships', () =>
      putRows(db, 'Taxpayers', { ...company_, staffed: true }),
    );
    expect((await bind(legacyId, who, {}, overtaken)).body.state).toBe('pending');
    const appointed = await registered();
    const appointedId = await company({ legalRepresentative: { personKey: 'p', at } });
    const { legacyId: theirs } = await entered(appointedId);
    await sendCode(theirs, appointed);
    const gone = meanwhile('Relationships', () =>
      putRows(db, 'Taxpayers', companyRow(companyKeyOf(appointedId), { state: 'cancelled' })),
    );
    expect((await bind(theirs, appointed, {}, gone)).said).toBe('TAXPAYER_NOT_FOUND');
  });

  it('LEG-2 MIG-1 REL-10 a code proves an imported number, and a relation that was there is kept or replaced', async () => {
    const id = await company();
    const { legacyId } = await entered(id);
    const phone = mobile();
    const who = await registered(sample({ phone }), { phones: [ownPhone(phone, { imported: true })] });
    await putRows(db, 'Phones', {
      phoneKey: numberKey(who.phone),
      personKey: personKeyOf(who),
      since: before,
      imported: true,
    });
    await related(who, id, { state: 'rejected' });
    await sendCode(legacyId, who);
    expect((await bind(legacyId, who)).body.state).toBe('active');
    expect(await findPhone(db, numberKey(who.phone))).not.toHaveProperty('imported');
    const other = await registered();
    await related(other, id, { state: 'pending' });
    await sendCode(legacyId, other);
    expect((await bind(legacyId, other)).said).toBe('RELATION_EXISTS');
  });
});
