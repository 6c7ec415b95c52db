/** @module-tag long */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashPassword } from '#crypto/passwords.ts';
import { newHandle } from '#crypto/random.ts';
import { completeReset } from '#flows/password-reset/complete-reset.ts';
import { startReset } from '#flows/password-reset/start-reset.ts';
import { sendResetCode, startResetFace } from '#flows/password-reset/start-second-factor.ts';
import { completeRecovery } from '#flows/phone-recovery/complete-recovery.ts';
import { startRecovery } from '#flows/phone-recovery/start-recovery.ts';
import { sendRecoveryCode, startRecoveryFace } from '#flows/phone-recovery/start-second-factor.ts';
import { addPhone, sendPhoneCode } from '#flows/phones/add-phone.ts';
import { chooseDefault, listPhones, removePhone } from '#flows/phones/change-phones.ts';
import { challengeRequired } from '#journeys/factors/anti-automation.ts';
import { usernameKeyOf } from '#journeys/people/accounts.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Db, Item, Write } from '#store/dynamodb/tables.ts';
import type { OwnPhone } from '#store/people/person-row.ts';
import { findPhone } from '#store/people/phones.ts';
import type { Session } from '#store/sessions/session-row.ts';
import { type FaceUse, type ScanTicket, sessionCodeId } from '#store/tickets/ticket-kinds.ts';
import { ticketKeyOf } from '#store/tickets/tickets.ts';
import { cheap, keysOne } from '../crypto/keys-of-test.ts';
import { contextOf, putRows } from '../support/in-process.ts';
import { mobile, person as sample } from '../support/people.ts';
import { storeSession } from '../support/session-rows.ts';
import { solve } from '../support/solve.ts';
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
  origin,
  ownPhone,
  passFace,
  password,
  personRow,
  type Registered,
  run as runIn,
  type Sent,
  seconds,
  stepParts,
  storePerson,
  ticketOf,
} from '../support/step-fixtures.ts';
import { openStore } from '../support/store.ts';

/** How a person adds, changes and recovers numbers and sets a new password, on rows as they may stand there. */
let db: Db;
let ctx: FlowContext;
let parts: Record<string, unknown>;
const sentMessages: Sent[] = [];
beforeAll(async () => {
  db = await openStore(
    'Audit',
    'Lockouts',
    'Phones',
    'Relationships',
    'Sessions',
    'SmsWindows',
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
/** A stage with other numbers of the rules. */
const staged = (policies: object, by: Db = db) =>
  contextOf(by, {
    ...parts,
    settings: { ...ctx.settings, policies: { ...ctx.settings.policies, ...policies } },
  });
const registered = (facts: Facts = {}, more: Parameters<typeof storePerson>[2] = {}) =>
  storePerson(db, facts, more);
const rowOf = (who: Registered) => personRow(db, who);
const change = (who: Registered, facts: Facts) => changePerson(db, who, facts);
const events = (who: Registered, kind: string) => eventsOf(db, who, kind);
const masked = (phone: string) => `${phone.slice(0, 3)}****${phone.slice(7)}`;
const notices = () =>
  sentMessages.filter(({ purpose }) => purpose === 'notice').map(({ phone, text }) => ({ phone, text }));
const codeTo = (phone: string) =>
  sentMessages.filter((one) => one.phone === phone && one.code !== undefined).at(-1)?.code ?? '';
const wrongCode = (right: string) => `${(Number(right) + 1) % 1_000_000}`.padStart(6, '0');
const lockoutOf = async (who: Registered) =>
  (await db.get<Item>('Lockouts', { personKey: who.personKey, day })) ?? {};
const guessesOf = async (who: Registered) =>
  ((await lockoutOf(who)).smsGuesses as Set<string> | undefined)?.size ?? 0;
const solution = async () => {
  const { details } = await challengeRequired(ctx, { now, language: 'zh', origin } as AnyCall);
  return solve(details.challenge as Parameters<typeof solve>[0]);
};

/** The session of somebody who has just passed a factor. */
const signedIn = async (who: Registered, facts: Partial<Session> = {}) => ({
  caller: { session: await storeSession(db, who, facts) },
});
type SignedIn = Awaited<ReturnType<typeof signedIn>>;
const end = ({ caller: { session } }: SignedIn) =>
  putRows(db, 'Sessions', { ...session, ended: { reason: 'logged-out', at: seconds } });
/** A face check of this session that has passed. */
async function shownFace(
  { caller: { session } }: SignedIn,
  use: FaceUse = 'account',
  facts: Partial<ScanTicket> = {},
) {
  const faceTicket = newHandle();
  await putRows(db, 'Tickets', {
    ticketKey: ticketKeyOf(faceTicket),
    kind: 'scan',
    state: 'open',
    scanState: 'passed',
    personKey: session.personKey,
    sessionId: session.sessionId,
    use,
    proven: { at, transactionId: 'local-1', level: 4 },
    expiresAt: seconds + 300,
    ...facts,
  });
  return faceTicket;
}

describe('a number that is added', () => {
  const send = (by: SignedIn, phone: string, body: object = {}, as?: FlowContext) =>
    run(sendPhoneCode, { ...by, body: { phone, ...body } }, as);
  const add = (by: SignedIn, phone: string, facts: object = {}, as?: FlowContext) =>
    run(addPhone, { ...by, body: { phone, smsCode: codeTo(phone), ...facts } }, as);

  it('PHN-2 PHN-5 PWD-3 AUD-1 belongs to the person with one write, and the others are told', async () => {
    const who = await registered();
    const by = await signedIn(who);
    const phone = mobile();
    const sent = await send(by, phone);
    expect([sent.said, sent.body.maskedPhone]).toEqual(['202', masked(phone)]);
    const { said, body } = await add(by, phone);
    expect([said, body]).toEqual([
      '201',
      { phoneId: expect.any(String), maskedPhone: masked(phone), isDefault: false },
    ]);
    const row = await rowOf(who);
    expect(row).toMatchObject({
      rev: 2,
      defaultPhoneId: `id-${who.phone}`,
      phones: [
        { phoneKey: numberKey(who.phone) },
        { phoneId: body.phoneId, phoneKey: numberKey(phone), since: at },
      ],
    });
    expect(await findPhone(db, numberKey(phone))).toMatchObject({ personKey: who.personKey });
    expect(await events(who, 'phone-added')).toEqual([
      { outcome: 'success', detail: { phone: masked(phone) } },
    ]);
    expect(await events(who, 'default-phone-changed')).toEqual([]);
    expect(notices()).toEqual([{ phone: who.phone, text: expect.stringContaining(masked(phone)) }]);
    expect(await guessesOf(who)).toBe(0);
    expect((await add(by, phone)).said).toBe('SMS_CODE_WRONG');
    const list = await run(listPhones, by);
    expect(list.body.phones).toEqual([
      { phoneId: `id-${who.phone}`, maskedPhone: masked(who.phone), isDefault: true },
      { phoneId: body.phoneId, maskedPhone: masked(phone), isDefault: false },
    ]);
  });

  it('PHN-2 LGN-5 the first one is the default; another one if that was asked for', async () => {
    const none = await registered({ phones: undefined }, { phones: [] });
    const first = mobile();
    const by = await signedIn(none);
    await send(by, first);
    const { body } = await add(by, first);
    expect(body.isDefault).toBe(true);
    expect((await rowOf(none)).defaultPhoneId).toBe(body.phoneId);
    expect(await events(none, 'phone-added')).toHaveLength(1);
    expect(await events(none, 'default-phone-changed')).toEqual([]);
    expect(notices()).toEqual([]);
    const who = await registered();
    const second = await signedIn(who);
    const next = mobile();
    await send(second, next);
    const made = await add(second, next, { makeDefault: true });
    expect(made.body.isDefault).toBe(true);
    expect((await rowOf(who)).defaultPhoneId).toBe(made.body.phoneId);
    expect(await events(who, 'default-phone-changed')).toEqual([
      { outcome: 'success', detail: { phone: masked(next) } },
    ]);
    expect(notices()).toEqual([{ phone: who.phone, text: expect.stringContaining(masked(next)) }]);
  });

  it('PHN-2 PHN-3 PWD-3 AUD-1 after a takeover of the default the next one is it, and that is told and audited', async () => {
    const who = sample();
    const person = await registered({ defaultPhoneId: undefined }, { who, phones: [ownPhone(who.phone)] });
    const by = await signedIn(person);
    const next = mobile();
    await send(by, next);
    expect((await add(by, next)).body.isDefault).toBe(true);
    expect(await events(person, 'default-phone-changed')).toEqual([
      { outcome: 'success', detail: { phone: masked(next) } },
    ]);
    const text = expect.stringContaining('默认');
    expect(notices()).toEqual([{ phone: who.phone, text }]);
  });

  it('PHN-2 MIG-1 one that the person has already becomes the default, or is proved, and nothing else', async () => {
    const who = sample();
    const spare = ownPhone(mobile(), { imported: true });
    const person = await registered({}, { who, phones: [ownPhone(who.phone), spare] });
    const number = spare.phoneId.slice(3);
    await db.update({
      table: 'Phones',
      key: { phoneKey: spare.phoneKey },
      update: { set: { imported: true } },
    });
    const by = await signedIn(person);
    await send(by, number);
    const proved = await add(by, number);
    expect(proved.body).toEqual({ phoneId: spare.phoneId, maskedPhone: masked(number), isDefault: false });
    const { imported: _, ...plain } = spare;
    expect((await rowOf(person)).phones).toEqual([ownPhoneLike(who.phone), plain]);
    expect(await findPhone(db, spare.phoneKey)).not.toHaveProperty('imported');
    expect(await events(person, 'phone-added')).toEqual([]);
    expect(await events(person, 'default-phone-changed')).toEqual([]);
    expect(notices()).toEqual([]);
    await freeWindow(number);
    await send(by, number);
    expect((await add(by, number, { makeDefault: true })).body.isDefault).toBe(true);
    expect((await rowOf(person)).defaultPhoneId).toBe(spare.phoneId);
    expect(await events(person, 'phone-added')).toEqual([]);
    expect(await events(person, 'default-phone-changed')).toHaveLength(1);
    expect(notices()).toHaveLength(2);
    // The default one again: nothing changes.
    await freeWindow(number);
    sentMessages.length = 0;
    await send(by, number);
    expect((await add(by, number)).body.isDefault).toBe(true);
    expect(await events(person, 'default-phone-changed')).toHaveLength(1);
    expect(notices()).toEqual([]);
  });

  it('PHN-1 PHN-2 SMS-2 SES-5 needs a fresh factor, room, a number, and the code that went to that number', async () => {
    const who = await registered();
    const by = await signedIn(who);
    const stale = await signedIn(who, { factorAt: seconds - 601 });
    const phone = mobile();
    expect((await send(stale, phone)).said).toBe('FRESH_FACTOR_REQUIRED');
    expect((await send(by, '123')).said).toBe('PHONE_INVALID');
    expect((await send(by, phone, { challenge: 'x' })).said).toBe('CHALLENGE_REQUIRED');
    await send(by, phone);
    expect((await add(stale, phone)).said).toBe('FRESH_FACTOR_REQUIRED');
    expect((await add(by, '123', { smsCode: codeTo(phone) })).said).toBe('PHONE_INVALID');
    const wrong = await add(by, phone, { smsCode: wrongCode(codeTo(phone)) });
    expect([wrong.said, wrong.body.remainingAttempts]).toEqual(['SMS_CODE_WRONG', 4]);
    expect(await guessesOf(who)).toBe(1);
    expect((await add(by, mobile(), { smsCode: codeTo(phone) })).said).toBe('SMS_CODE_WRONG');
    // A code for another purpose or of another session is none.
    const other = await signedIn(who);
    expect((await add(other, phone)).said).toBe('SMS_CODE_WRONG');
    const most = staged({ phonesPerPerson: 1 });
    const full = await add(by, phone, {}, most);
    expect([full.said, full.body]).toEqual(['TOO_MANY_PHONES', { most: 1 }]);
    await freeWindow(phone);
    const refused = await send(by, phone, {}, most);
    expect([refused.said, refused.body]).toEqual(['TOO_MANY_PHONES', { most: 1 }]);
    // The number that one has takes no room.
    expect((await send(by, who.phone, {}, most)).said).toBe('202');
    expect((await add(by, who.phone, {}, most)).said).toBe('201');
    const none = await registered({}, { phones: [] });
    const empty = await signedIn(none);
    const first = mobile();
    expect((await send(empty, first, {}, most)).said).toBe('202');
    await change(none, { account: { status: 'cancelled', since: at } });
    expect((await add(empty, first)).said).toBe('USER_NOT_REGISTERED');
    expect((await send(empty, mobile())).said).toBe('SESSION_ENDED');
    await change(none, { account: { status: 'active', since: at }, orders: { suspendedAt: at } });
    expect((await add(empty, first)).said).toBe('ACCOUNT_SUSPENDED');
  });

  it('PHN-3 PWD-3 is taken from somebody else with a face only, who loses it, is told, and has no default then', async () => {
    const holderOf = async (more: readonly OwnPhone[] = []) => {
      const who = sample();
      return registered({}, { who, phones: [ownPhone(who.phone), ...more] });
    };
    const spare = mobile();
    const holder = await holderOf([ownPhone(spare)]);
    const who = await registered();
    const by = await signedIn(who);
    await send(by, holder.phone);
    expect((await add(by, holder.phone)).said).toBe('PHONE_TAKEN');
    expect((await add(by, holder.phone, { takeover: true })).said).toBe('FACE_REQUIRED');
    for (const faceTicket of [
      newHandle(),
      await shownFace(by, 'factor'),
      await shownFace(by, 'phone', { scanState: 'pending' }),
      await shownFace(await signedIn(who)),
    ])
      expect((await add(by, holder.phone, { takeover: true, faceTicket })).said).toBe('FACE_REQUIRED');
    const faceTicket = await shownFace(by, 'phone');
    sentMessages.splice(0, sentMessages.length, ...sentMessages.filter(({ code }) => code !== undefined));
    const done = await add(by, holder.phone, { takeover: true, faceTicket });
    expect(done.said).toBe('201');
    expect((await ticketOf(db, faceTicket)).state).toBe('spent');
    expect(await findPhone(db, numberKey(holder.phone))).toMatchObject({ personKey: who.personKey });
    const former = await rowOf(holder);
    expect(former.phones).toEqual([ownPhoneLike(spare)]);
    expect(former).not.toHaveProperty('defaultPhoneId');
    expect(await events(holder, 'phone-lost')).toEqual([
      { outcome: 'success', detail: { reason: 'taken-over' } },
    ]);
    expect(await events(who, 'phone-added')).toEqual([
      { outcome: 'success', detail: { phone: masked(holder.phone), reason: 'taken-over' } },
    ]);
    expect(
      notices()
        .map(({ phone }) => phone)
        .sort(),
    ).toEqual([who.phone, spare].sort());
    // A number that is not the holder’s default leaves that as it is.
    const keeping = await holderOf([ownPhone(mobile())]);
    const second = (await rowOf(keeping)).phones?.[1]?.phoneId.slice(3) ?? '';
    await send(by, second);
    const again = await add(by, second, { takeover: true, faceTicket: await shownFace(by, 'phone') });
    expect(again.said).toBe('201');
    expect((await rowOf(keeping)).defaultPhoneId).toBe(`id-${keeping.phone}`);
  });

  it('PHN-3 PHN-5 SES-5 is decided by who holds it and who calls at the moment of the write', async () => {
    const who = await registered();
    const by = await signedIn(who);
    const phone = mobile();
    await send(by, phone);
    // Somebody else proves the number between reading and writing.
    const stranger = await registered();
    const proved = meanwhile('Phones', () =>
      putRows(db, 'Phones', { phoneKey: numberKey(phone), personKey: stranger.personKey, since: at }),
    );
    expect((await add(by, phone, {}, proved)).said).toBe('PHONE_TAKEN');
    expect(await guessesOf(who)).toBe(0);
    // The holder has changed since they were read: read again.
    await change(stranger, { phones: [ownPhone(stranger.phone), ownPhone(phone)] });
    const faceTicket = await shownFace(by, 'phone');
    const changed = meanwhile('Phones', () => change(stranger, { username: 'Wannan' }));
    expect((await add(by, phone, { takeover: true, faceTicket }, changed)).said).toBe('201');
    expect(await rowOf(stranger)).toMatchObject({
      username: 'Wannan',
      phones: [{ phoneId: `id-${stranger.phone}` }],
    });
    // The person has changed, or a row says that the number is theirs already.
    const third = mobile();
    await putRows(db, 'Phones', { phoneKey: numberKey(third), personKey: who.personKey, since: before });
    await send(by, third);
    const named = meanwhile('Users', () => change(who, { username: 'Huizhou' }));
    expect((await add(by, third, {}, named)).said).toBe('201');
    expect(await rowOf(who)).toMatchObject({ username: 'Huizhou' });
    expect((await rowOf(who)).phones).toHaveLength(3);
    expect(await events(who, 'phone-lost')).toEqual([]);
    // The session ends, and a newer code replaces this one.
    const fourth = mobile();
    await send(by, fourth);
    const ended = meanwhile('Users', () => end(by));
    expect((await add(by, fourth, {}, ended)).said).toBe('SESSION_ENDED');
    await putRows(db, 'Sessions', by.caller.session);
    const replaced = meanwhile('Users', () =>
      changeTicket(db, sessionCodeId(by.caller.session.sessionId, 'add-phone'), {
        code: { hash: 'another', phoneKey: numberKey(fourth), expiresAt: seconds + 300 },
      }),
    );
    expect((await add(by, fourth, {}, replaced)).said).toBe('SMS_CODE_WRONG');
    expect(await findPhone(db, numberKey(fourth))).toBeUndefined();
  });

  it('SMS-4 a send to a number that may be a stranger’s counts for the stage, which in a session sends on', async () => {
    const who = await registered();
    const by = await signedIn(who);
    const phone = mobile();
    const full = staged({ smsStrangersPerHour: 1, smsStrangersRefusedAt: 1 });
    await send(by, mobile());
    expect((await send(by, phone, {}, full)).said).toBe('CHALLENGE_REQUIRED');
    const { details } = await challengeRequired(ctx, { now, language: 'zh', origin } as AnyCall, {
      dear: true,
    });
    const challenge = await solve(details.challenge as Parameters<typeof solve>[0]);
    expect((await send(by, phone, { challenge }, full)).said).toBe('202');
    expect((await send(by, mobile(), { challenge: await solution() }, full)).said).toBe('CHALLENGE_REQUIRED');
  });
});

/** As `ownPhone`, whose seal differs each time. */
const ownPhoneLike = (phone: string) => ({ ...ownPhone(phone), sealed: expect.any(String) });
const freeWindow = (phone: string) =>
  db.transact([{ table: 'SmsWindows', remove: { phoneKey: numberKey(phone) } }]);

describe('the person’s numbers', () => {
  const makeDefault = (by: SignedIn, phoneId: string, as?: FlowContext) =>
    run(chooseDefault, { ...by, params: { phoneId } }, as);
  const remove = (by: SignedIn, phoneId: string, as?: FlowContext) =>
    run(removePhone, { ...by, params: { phoneId } }, as);
  async function withTwo() {
    const who = sample();
    const spare = mobile();
    const person = await registered({}, { who, phones: [ownPhone(who.phone), ownPhone(spare)] });
    return { person, spare, by: await signedIn(person) };
  }

  it('PHN-2 PWD-3 another default is one write, told to all, and told once', async () => {
    const { person, spare, by } = await withTwo();
    const stale = await signedIn(person, { factorAt: seconds - 601 });
    expect((await makeDefault(stale, `id-${spare}`)).said).toBe('FRESH_FACTOR_REQUIRED');
    for (const id of ['none', `id-${(await registered()).phone}`])
      expect((await makeDefault(by, id)).said).toBe('NOT_FOUND');
    expect((await makeDefault(by, `id-${spare}`)).said).toBe('204');
    expect(await rowOf(person)).toMatchObject({ rev: 2, defaultPhoneId: `id-${spare}` });
    expect(await events(person, 'default-phone-changed')).toEqual([
      { outcome: 'success', detail: { phone: masked(spare) } },
    ]);
    expect(
      notices()
        .map(({ phone }) => phone)
        .sort(),
    ).toEqual([person.phone, spare].sort());
    expect(notices()[0]?.text).toContain(masked(spare));
    sentMessages.length = 0;
    expect((await makeDefault(by, `id-${spare}`)).said).toBe('204');
    expect((await rowOf(person)).rev).toBe(2);
    expect(notices()).toEqual([]);
    const changed = meanwhile('Users', () => change(person, { username: 'Wannan1' }));
    expect((await makeDefault(by, `id-${person.phone}`, changed)).said).toBe('204');
    expect(await rowOf(person)).toMatchObject({ username: 'Wannan1', defaultPhoneId: `id-${person.phone}` });
    const ended = meanwhile('Users', () => end(by));
    expect((await makeDefault(by, `id-${spare}`, ended)).said).toBe('SESSION_ENDED');
    const none = await registered({}, { phones: [] });
    const silent = await signedIn(none);
    await change(none, { phones: undefined });
    expect((await makeDefault(silent, 'x')).said).toBe('NOT_FOUND');
    expect((await run(listPhones, silent)).body).toEqual({ phones: [] });
  });

  it('PHN-2 PHN-5 PWD-3 one that is removed is free for anybody; the default stays', async () => {
    const { person, spare, by } = await withTwo();
    const stale = await signedIn(person, { factorAt: seconds - 601 });
    expect((await remove(stale, `id-${spare}`)).said).toBe('FRESH_FACTOR_REQUIRED');
    expect((await remove(by, 'none')).said).toBe('NOT_FOUND');
    expect((await remove(by, `id-${person.phone}`)).said).toBe('DEFAULT_PHONE');
    const ended = meanwhile('Users', () => end(by));
    expect((await remove(by, `id-${spare}`, ended)).said).toBe('SESSION_ENDED');
    await putRows(db, 'Sessions', by.caller.session);
    // It becomes the default between reading and writing.
    const chosen = meanwhile('Users', () => change(person, { defaultPhoneId: `id-${spare}` }));
    expect((await remove(by, `id-${spare}`, chosen)).said).toBe('DEFAULT_PHONE');
    await change(person, { defaultPhoneId: `id-${person.phone}` });
    // Somebody takes it over between reading and writing.
    const key = numberKey(spare);
    const lost = meanwhile('Users', async () => {
      await putRows(db, 'Phones', { phoneKey: key, personKey: 'p1_other', since: at });
      await change(person, { phones: [ownPhone(person.phone)] });
    });
    expect((await remove(by, `id-${spare}`, lost)).said).toBe('NOT_FOUND');
    expect(await findPhone(db, key)).toMatchObject({ personKey: 'p1_other' });
    await putRows(db, 'Phones', { phoneKey: key, personKey: person.personKey, since: at });
    await change(person, { phones: [ownPhone(person.phone), ownPhone(spare)] });
    expect((await remove(by, `id-${spare}`)).said).toBe('204');
    expect((await rowOf(person)).phones).toEqual([ownPhoneLike(person.phone)]);
    expect(await findPhone(db, key)).not.toHaveProperty('personKey');
    expect(await events(person, 'phone-removed')).toEqual([
      { outcome: 'success', detail: { phone: masked(spare) } },
    ]);
    expect(
      notices()
        .map(({ phone }) => phone)
        .sort(),
    ).toEqual([person.phone, spare].sort());
  });
});

describe('忘记密码', () => {
  const start = (who: Registered, facts: object = {}, by?: FlowContext, more: object = {}) =>
    run(
      startReset,
      { body: { account: who.phone, name: who.name, documentNumber: who.documentNumber, ...facts }, ...more },
      by,
    );
  const send = (id: string, by?: FlowContext) => run(sendResetCode, { params: { id } }, by);
  const newPassword = 'Jixi#Huangshan77';
  const complete = (id: string, body: object, by?: FlowContext) =>
    run(completeReset, { params: { id }, body: { newPassword, ...body } }, by);
  async function begun(who: Registered) {
    const { said, body } = await start(who);
    if (said !== '201') throw new Error(said);
    const id: string = body.resetId;
    await freeWindow(who.phone);
    const sent = await send(id);
    if (sent.said !== '202') throw new Error(sent.said);
    return { id, smsCode: codeTo(who.phone) };
  }
  const missesOf = async (who: Registered) =>
    (await db.get<Item>('Tickets', { ticketKey: `m_${who.personKey}_${day}` }))?.misses;

  it('PWD-1 REG-9 wants account, name and document; a miss counts and is audited', async () => {
    const who = await registered({ username: 'Guichi77' });
    await putRows(db, 'Users', {
      personKey: usernameKeyOf(ctx, 'Guichi77'),
      owner: who.personKey,
      username: 'Guichi77',
    });
    for (const wrong of [{ name: '别人' }, { documentNumber: sample().documentNumber }])
      expect((await start(who, wrong)).said).toBe('IDENTITY_MISMATCH');
    expect(await missesOf(who)).toBe(2);
    expect(await events(who, 'password-reset')).toEqual(
      Array(2).fill({ outcome: 'failure', detail: { reason: 'identity' } }),
    );
    expect((await start(who, { challenge: 'x' })).said).toBe('CHALLENGE_REQUIRED');
    const { said, body } = await start(who);
    expect([said, body]).toEqual([
      '201',
      {
        resetId: expect.any(String),
        methods: [{ method: 'sms', maskedPhone: masked(who.phone) }, { method: 'face' }],
      },
    ]);
    const ticket = await ticketOf(db, body.resetId);
    expect(ticket).toMatchObject({
      kind: 'password-reset',
      personKey: who.personKey,
      since: before,
      phone: { phoneKey: numberKey(who.phone) },
    });
    for (const name of ['faceOnly', 'window']) expect(ticket).not.toHaveProperty(name);
    for (const account of ['Guichi77', who.documentNumber])
      expect((await start(who, { account })).said).toBe('201');
    expect((await start(who, { account: mobile() })).said).toBe('PHONE_NOT_FOUND');
    await change(who, { username: 'Another1', phones: [] });
    expect((await start(who)).said).toBe('PHONE_NOT_FOUND');
    expect((await start(who, { account: 'Guichi77' })).said).toBe('USER_NOT_REGISTERED');
  });

  it('REG-9 beyond the free tries of the day neither a match nor a miss is shown without a challenge', async () => {
    const who = await registered();
    const few = staged({ missesBeforeChallenge: 1 });
    expect((await start(who, { name: '别人' }, few)).said).toBe('IDENTITY_MISMATCH');
    for (const facts of [{}, { name: '别人' }])
      expect((await start(who, facts, few)).said).toBe('CHALLENGE_REQUIRED');
    expect(await missesOf(who)).toBe(1);
    expect((await start(who, { challenge: await solution() }, few)).said).toBe('201');
    expect((await start(who, { name: '别人', challenge: await solution() }, few)).said).toBe(
      'IDENTITY_MISMATCH',
    );
    await change(who, { orders: { suspendedAt: at } });
    expect((await start(who, {}, few)).said).toBe('CHALLENGE_REQUIRED');
    expect((await start(who, { challenge: await solution() }, few)).said).toBe('ACCOUNT_SUSPENDED');
    expect((await events(who, 'password-reset')).at(-1)).toEqual({
      outcome: 'failure',
      detail: { reason: 'ACCOUNT_SUSPENDED' },
    });
  });

  it('LGN-6 PHN-4 MIG-1 offers a code to the typed number, or the default one, unless that proves too little', async () => {
    const who = sample();
    const [spare, late] = [mobile(), mobile()];
    const phones = [
      ownPhone(who.phone),
      ownPhone(spare, { imported: true }),
      ownPhone(late, { recoveredAt: at }),
    ];
    const person = await registered(
      { lastWindow: { phoneKey: numberKey(who.phone), startedAt: 9 } },
      { who, phones },
    );
    const methods = async (account: string, by?: FlowContext) => {
      const { body } = await start(person, { account }, by);
      return [
        body.methods.length === 2 && body.methods[0].maskedPhone,
        await ticketOf(db, body.resetId),
      ] as const;
    };
    expect((await methods(spare))[0]).toBe(masked(spare));
    const [none, unproven] = await methods(spare, staged({ unprovenPhoneResets: false }));
    expect(none).toBe(false);
    expect(unproven).not.toHaveProperty('faceOnly');
    expect(unproven).not.toHaveProperty('phone');
    expect((await methods(who.phone, staged({ unprovenPhoneResets: false })))[0]).toBe(masked(who.phone));
    const [shown, only] = await methods(late);
    expect(shown).toBe(false);
    expect(only.faceOnly).toBe(true);
    const [byNumber, ticket] = await methods(who.documentNumber);
    expect(byNumber).toBe(masked(who.phone));
    expect(ticket.window).toEqual({ phoneKey: numberKey(who.phone), startedAt: 9 });
    const id = (await start(person, { account: late })).body.resetId;
    expect((await send(id)).said).toBe('FACE_REQUIRED');
    const silent = await registered({ phones: undefined }, { phones: [] });
    const { body } = await start(silent, { account: silent.documentNumber });
    expect(body.methods).toEqual([{ method: 'face' }]);
    expect((await send(body.resetId)).said).toBe('PHONE_EMPTY');
  });

  it('FACE-1 LCK-5 REG-5 the failures of its face check count for the ticket, not for the account', async () => {
    const who = await registered();
    const { body } = await start(who);
    const id: string = body.resetId;
    const started = await run(startResetFace, { params: { id } });
    expect(started.said).toBe('201');
    expect(await ticketOf(db, started.body.ticket)).toMatchObject({ purpose: 'reset', counts: 'ticket' });
    for (const step of [startResetFace, sendResetCode]) {
      expect((await run(step, { params: { id: newHandle() } })).said).toBe('NOT_FOUND');
      await changeTicket(db, id, { state: 'spent' });
      expect((await run(step, { params: { id } })).said).toBe('STATE_CONFLICT');
      await changeTicket(db, id, { state: 'open' });
    }
  });

  it('PWD-1 PWD-3 LCK-3 sets the password in one write: the lock goes, the sessions end, all are told', async () => {
    const who = await registered({ passwordHistory: undefined });
    const old = (await rowOf(who)).password;
    const [web, other, over] = [newHandle(), newHandle(), newHandle()];
    const live = { expiresAt: seconds + 60 };
    await change(who, {
      webSession: { sessionId: web, ...live },
      otherWebSessions: [{ sessionId: over, expiresAt: seconds }],
      appSessions: { 'wechat-mini': { sessionId: other, ...live } },
    });
    for (const sessionId of [web, other, over])
      await putRows(db, 'Sessions', { sessionId, personKey: who.personKey, ...live });
    const { id, smsCode } = await begun(who);
    await putRows(db, 'Lockouts', {
      personKey: who.personKey,
      day,
      lockedAt: at,
      lockedBy: 'password',
      password: new Set(['a', 'b', 'c', 'd', 'e']),
    });
    const wrong = await complete(id, { smsCode: wrongCode(smsCode) });
    expect([wrong.said, wrong.body.remainingAttempts]).toEqual(['SMS_CODE_WRONG', 4]);
    sentMessages.length = 0;
    expect((await complete(id, { smsCode })).said).toBe('204');
    const row = await rowOf(who);
    expect(row).toMatchObject({ passwordRev: 2, passwordHistory: [row.password, old] });
    for (const name of ['webSession', 'otherWebSessions', 'appSessions'])
      expect(row).not.toHaveProperty(name);
    for (const sessionId of [web, other])
      expect(await db.get<Item>('Sessions', { sessionId })).toMatchObject({
        ended: { reason: 'credential-change', at: seconds },
      });
    expect(await db.get<Item>('Sessions', { sessionId: over })).not.toHaveProperty('ended');
    expect(await events(who, 'session-ended')).toEqual(
      Array(2).fill({ outcome: 'success', detail: { reason: 'credential-change' } }),
    );
    expect(await events(who, 'password-reset')).toEqual([{ outcome: 'success', detail: { method: 'sms' } }]);
    expect(await events(who, 'unlocked')).toEqual([
      { outcome: 'success', detail: { method: 'password-reset' } },
    ]);
    const lockout = await lockoutOf(who);
    for (const name of ['lockedAt', 'lockedBy', 'password']) expect(lockout).not.toHaveProperty(name);
    // The wrong guess of the day stays counted; the right one does not.
    expect(await guessesOf(who)).toBe(1);
    expect((await ticketOf(db, id)).state).toBe('spent');
    expect(notices()).toEqual([{ phone: who.phone, text: expect.any(String) }]);
    expect((await rowOf(who)).lastWindow).toMatchObject({ phoneKey: numberKey(who.phone) });
    expect((await complete(id, { smsCode })).said).toBe('STATE_CONFLICT');
  });

  it('PWD-1 FACE-2 LCK-3 works by face as well; without a lock nothing is unlocked', async () => {
    const lastWindow = { phoneKey: 'of-another', startedAt: 3 };
    const who = await registered({ lastWindow });
    const { body } = await start(who);
    for (const given of [{}, { faceTicket: newHandle() }])
      expect((await complete(body.resetId, given)).said).toBe('FACE_REQUIRED');
    const faceTicket = await passFace(db, body.resetId);
    expect((await complete(body.resetId, { faceTicket, newPassword: '123' })).said).toBe('PASSWORD_WEAK');
    expect((await complete(body.resetId, { faceTicket })).said).toBe('204');
    expect(await events(who, 'password-reset')).toEqual([{ outcome: 'success', detail: { method: 'face' } }]);
    expect(await events(who, 'unlocked')).toEqual([]);
    expect((await rowOf(who)).lastWindow).toEqual(lastWindow);
    expect((await complete(body.resetId, { faceTicket })).said).toBe('STATE_CONFLICT');
  });

  it('PWD-3 STP-4 ORD-1 PHN-3 PHN-4 is judged by the person of this moment, also between reading and writing', async () => {
    for (const [facts, code] of [
      [{ account: { status: 'active', since: 'later' } }, 'STATE_CONFLICT'],
      [{ account: { status: 'cancelled', since: at } }, 'USER_NOT_REGISTERED'],
      [{ orders: { suspendedAt: at } }, 'ACCOUNT_SUSPENDED'],
      [{ phones: [] }, 'FACE_REQUIRED'],
    ] as const) {
      const who = await registered();
      const { id, smsCode } = await begun(who);
      const row = await rowOf(who);
      await change(who, facts);
      expect((await complete(id, { smsCode })).said).toBe(code);
      await putRows(db, 'Users', { ...row, rev: 40 });
      const changed = meanwhile('Users', () => change(who, facts));
      expect((await complete(id, { smsCode }, changed)).said).toBe(code);
      expect((await rowOf(who)).passwordRev).toBe(1);
      expect(await guessesOf(who)).toBe(0);
    }
    const who = await registered();
    const { id, smsCode } = await begun(who);
    await change(who, { phones: [ownPhone(who.phone, { recoveredAt: at })] });
    expect((await complete(id, { smsCode })).said).toBe('FACE_REQUIRED');
    await change(who, { phones: [ownPhone(who.phone, { imported: true })] });
    await db.update({
      table: 'Phones',
      key: { phoneKey: numberKey(who.phone) },
      update: { set: { imported: true } },
    });
    // A lock is set between reading and writing: it is lifted, with its event.
    const locked = meanwhile('Users', () =>
      putRows(db, 'Lockouts', { personKey: who.personKey, day, lockedAt: at, lockedBy: 'face' }),
    );
    expect((await complete(id, { smsCode }, locked)).said).toBe('204');
    expect(await events(who, 'unlocked')).toHaveLength(1);
    expect((await rowOf(who)).phones?.[0]).not.toHaveProperty('imported');
    expect(await findPhone(db, numberKey(who.phone))).not.toHaveProperty('imported');
  });

  it('PWD-2 a password of before, or with the own data in it, is refused with the reason', async () => {
    const low = { ...ctx.settings.policies, ...cheap };
    const [one, two] = [
      await hashPassword('Jixi#Huangshan77', keysOne, low),
      await hashPassword('Jixi#Huangshan78', keysOne, low),
    ];
    const person = await registered({ passwordHistory: [two, one], username: 'Wulingshan' });
    const { id, smsCode } = await begun(person);
    const reasons = async (text: string, by?: FlowContext) =>
      (await complete(id, { smsCode, newPassword: text }, by)).body?.reasons;
    expect(await reasons('Jixi#Huangshan77')).toEqual(['history']);
    expect(await reasons(`Aa#${person.phone}`)).not.toEqual([]);
    expect((await complete(id, { smsCode, newPassword: 'Wulingshan#1' })).said).toBe('PASSWORD_WEAK');
    expect((await complete(id, { smsCode, newPassword: `Aa#${person.documentNumber}` })).said).toBe(
      'PASSWORD_WEAK',
    );
    // Only the last ones count; a person whose history is not stored has the present one.
    expect(await reasons('Jixi#Huangshan77', staged({ passwordHistory: 1 }))).toBeUndefined();
    expect((await rowOf(person)).passwordHistory).toHaveLength(1);
    const plain = await registered({ passwordHistory: undefined, passwordRev: undefined });
    const other = await begun(plain);
    expect(
      (await complete(other.id, { smsCode: other.smsCode, newPassword: password })).body.reasons,
    ).toEqual(['history']);
    expect((await complete(other.id, { smsCode: other.smsCode })).said).toBe('204');
    expect((await rowOf(plain)).passwordRev).toBe(1);
    const initial = await registered({ password: { initial: true }, passwordHistory: undefined });
    const { body } = await start(initial);
    const faceTicket = await passFace(db, body.resetId);
    expect((await complete(body.resetId, { faceTicket })).said).toBe('204');
    const row = await rowOf(initial);
    expect(row.passwordHistory).toEqual([row.password]);
  });
});

describe('找回手机号码', () => {
  const start = (who: Registered, newPhone: string, facts: object = {}, by?: FlowContext) =>
    run(
      startRecovery,
      {
        body: {
          name: who.name,
          documentType: who.documentType,
          documentNumber: who.documentNumber,
          password,
          newPhone,
          ...facts,
        },
      },
      by,
    );
  const send = (id: string, body: object | undefined = {}, by?: FlowContext) =>
    run(sendRecoveryCode, { params: { id }, body }, by);
  const complete = (id: string, body: object, by?: FlowContext) =>
    run(completeRecovery, { params: { id }, body }, by);
  async function begun(who: Registered, phone = mobile()) {
    const { said, body } = await start(who, phone);
    if (said !== '201') throw new Error(said);
    const id: string = body.recoveryId;
    const sent = await send(id);
    if (sent.said !== '202') throw new Error(sent.said);
    return { id, phone, smsCode: codeTo(phone) };
  }

  it('PHN-4 LCK-1 REG-9 begins with name, document and password, which count as one', async () => {
    const who = await registered({ lastWindow: { phoneKey: 'k', startedAt: 4 } });
    const phone = mobile();
    for (const [wrong, left] of [
      [{ name: '别人' }, 4],
      [{ password: 'wrong' }, 3],
      [{ name: '别人', password: 'wrong' }, 2],
    ] as const) {
      const refused = await start(who, phone, wrong);
      expect([refused.said, refused.body]).toEqual(['BAD_CREDENTIALS', { remainingAttempts: left }]);
    }
    expect(await events(who, 'password-checked')).toEqual(
      Array(3).fill({ outcome: 'failure', detail: { method: 'password', purpose: 'phone-recovery' } }),
    );
    expect((await start(who, '123')).said).toBe('PHONE_INVALID');
    expect((await start(who, phone, { challenge: 'x' })).said).toBe('CHALLENGE_REQUIRED');
    const { said, body } = await start(who, phone);
    expect([said, Object.keys(body)]).toEqual(['201', ['recoveryId']]);
    expect(await ticketOf(db, body.recoveryId)).toMatchObject({
      kind: 'phone-recovery',
      personKey: who.personKey,
      newPhone: { phoneKey: numberKey(phone) },
      passwordRev: 1,
      window: { phoneKey: 'k', startedAt: 4 },
    });
    expect(await lockoutOf(who)).not.toHaveProperty('password');
    const plain = await registered({ passwordRev: undefined });
    const other = await start(plain, mobile());
    for (const name of ['passwordRev', 'window'])
      expect(await ticketOf(db, other.body.recoveryId)).not.toHaveProperty(name);
    for (let wrong = 0; wrong < 4; wrong++) await start(plain, phone, { password: 'wrong' });
    expect((await start(plain, phone)).said).toBe('201');
    expect(await events(plain, 'unlocked')).toHaveLength(1);
    for (let wrong = 0; wrong < 5; wrong++) await start(plain, phone, { password: 'wrong' });
    expect((await start(plain, phone)).said).toBe('ACCOUNT_LOCKED');
    expect(await events(plain, 'locked')).toEqual(
      Array(2).fill({ outcome: 'failure', detail: { method: 'password', purpose: 'phone-recovery' } }),
    );
    expect(await events(plain, 'password-checked')).toHaveLength(8);
  });

  it('LGN-11 ORD-1 LCK-6 an initial password is no proof, and a suspended person learns of it; neither counts', async () => {
    const initial = await registered({ password: { initial: true } });
    const typed = { password: initial.documentNumber.slice(-6) };
    expect((await start(initial, mobile(), typed)).said).toBe('PASSWORD_CHANGE_REQUIRED');
    expect(await lockoutOf(initial)).not.toHaveProperty('password');
    const suspended = await registered({ orders: { suspendedAt: at } });
    expect((await start(suspended, mobile(), { password: 'wrong' })).said).toBe('BAD_CREDENTIALS');
    expect((await start(suspended, mobile())).said).toBe('ACCOUNT_SUSPENDED');
    expect(await lockoutOf(suspended)).not.toHaveProperty('password');
    expect((await events(suspended, 'password-checked')).at(-1)).toEqual({
      outcome: 'failure',
      detail: { method: 'password', purpose: 'phone-recovery', reason: 'ACCOUNT_SUSPENDED' },
    });
    const broken = await registered({ password: undefined });
    await expect(start(broken, mobile())).rejects.toThrow('without a password');
    expect(await lockoutOf(broken)).not.toHaveProperty('password');
  });

  it('REG-9 LCK-1 nobody and a person who has left are refused as with a wrong password, without a trace', async () => {
    const left = await registered({ account: { status: 'cancelled', since: at } });
    const nobody = { ...sample(), personKey: '' };
    for (const who of [left, nobody]) {
      for (const remaining of [4, 3, 2, 1]) {
        const refused = await start(who, mobile());
        expect([refused.said, refused.body]).toEqual(['BAD_CREDENTIALS', { remainingAttempts: remaining }]);
      }
      for (let more = 0; more < 3; more++) expect((await start(who, mobile())).said).toBe('ACCOUNT_LOCKED');
    }
    for (const kind of ['locked', 'password-checked']) expect(await events(left, kind)).toEqual([]);
    expect(await lockoutOf(left)).not.toHaveProperty('lockedAt');
  });

  it('PHN-4 PHN-5 SMS-2 makes the new number the default, for a day no fresh factor; the others are told', async () => {
    const who = await registered();
    const { id, phone, smsCode } = await begun(who);
    const wrong = await complete(id, { smsCode: wrongCode(smsCode) });
    expect([wrong.said, wrong.body.remainingAttempts]).toEqual(['SMS_CODE_WRONG', 4]);
    // Failures by face are no subject of a code.
    await db.update({
      table: 'Lockouts',
      key: { personKey: who.personKey, day },
      update: { set: { face: new Set(['a']) } },
    });
    expect((await complete(id, { smsCode })).said).toBe('204');
    expect(await lockoutOf(who)).toHaveProperty('face');
    const row = await rowOf(who);
    const [, added] = row.phones ?? [];
    expect(row).toMatchObject({
      rev: 2,
      phones: [
        { phoneKey: numberKey(who.phone) },
        { phoneKey: numberKey(phone), since: at, recoveredAt: at },
      ],
      defaultPhoneId: added?.phoneId,
      phoneRecoveredAt: at,
      lastWindow: { phoneKey: numberKey(phone) },
    });
    expect(row.phones).toHaveLength(2);
    expect(await findPhone(db, numberKey(phone))).toMatchObject({ personKey: who.personKey });
    expect(await events(who, 'phone-recovered')).toEqual([
      { outcome: 'success', detail: { phone: masked(phone) } },
    ]);
    expect(notices()).toEqual([{ phone: who.phone, text: expect.stringContaining(masked(phone)) }]);
    expect(await guessesOf(who)).toBe(1);
    expect((await complete(id, { smsCode })).said).toBe('STATE_CONFLICT');
  });

  it('PHN-4 MIG-1 a number that the person has is proved and becomes the default', async () => {
    const who = sample();
    const spare = mobile();
    const phones = [ownPhone(who.phone), ownPhone(spare, { imported: true })];
    const person = await registered({ phones }, { who, phones });
    const { id, smsCode } = await begun(person, spare);
    const full = staged({ phonesPerPerson: 2 });
    expect((await complete(id, { smsCode }, full)).said).toBe('204');
    const row = await rowOf(person);
    expect(row.phones).toEqual([ownPhoneLike(who.phone), { ...ownPhoneLike(spare), recoveredAt: at }]);
    expect(row.defaultPhoneId).toBe(`id-${spare}`);
    const more = await begun(person);
    expect((await complete(more.id, { smsCode: more.smsCode }, full)).said).toBe('TOO_MANY_PHONES');
    const empty = await registered({}, { phones: [] });
    await change(empty, { phones: undefined });
    const first = await begun(empty);
    expect((await complete(first.id, { smsCode: first.smsCode }, staged({ phonesPerPerson: 1 }))).said).toBe(
      '204',
    );
    expect((await rowOf(empty)).phones).toHaveLength(1);
  });

  it('PHN-3 PHN-4 FACE-2 takes the number of somebody else with a face, or always with one where the stage says so', async () => {
    const holder = await registered();
    const who = await registered();
    const { id, smsCode } = await begun(who, holder.phone);
    expect((await complete(id, { smsCode })).said).toBe('PHONE_TAKEN');
    expect((await complete(id, { smsCode, takeover: true })).said).toBe('FACE_REQUIRED');
    const faceTicket = await passFace(db, id);
    expect((await complete(id, { smsCode, takeover: true, faceTicket: newHandle() })).said).toBe(
      'FACE_REQUIRED',
    );
    await putRows(db, 'Lockouts', { personKey: who.personKey, day, face: new Set(['a']) });
    expect((await complete(id, { smsCode, takeover: true, faceTicket })).said).toBe('204');
    expect((await rowOf(holder)).phones).toEqual([]);
    expect(await findPhone(db, numberKey(holder.phone))).toMatchObject({ personKey: who.personKey });
    expect(await events(who, 'phone-recovered')).toEqual([
      { outcome: 'success', detail: { phone: masked(holder.phone), face: 'local-1', takenOver: true } },
    ]);
    expect(await events(holder, 'phone-lost')).toHaveLength(1);
    const lockout = await lockoutOf(who);
    expect(lockout).not.toHaveProperty('face');
    expect(await guessesOf(who)).toBe(0);
    const strict = staged({ recoveryNeedsFace: true });
    const other = await registered();
    const next = await begun(other);
    expect((await complete(next.id, { smsCode: next.smsCode }, strict)).said).toBe('FACE_REQUIRED');
    const shown = await passFace(db, next.id);
    expect((await complete(next.id, { smsCode: next.smsCode, faceTicket: shown }, strict)).said).toBe('204');
    // A row that says the number is theirs already is no holder.
    const own = mobile();
    await putRows(db, 'Phones', { phoneKey: numberKey(own), personKey: other.personKey, since: before });
    const last = await begun(other, own);
    expect((await complete(last.id, { smsCode: last.smsCode })).said).toBe('204');
    expect((await events(other, 'phone-recovered')).at(-1)?.detail).not.toHaveProperty('takenOver');
  });

  it('PWD-3 ORD-1 LCK-2 PHN-3 is judged by what stands there now, also between reading and writing', async () => {
    for (const [facts, code] of [
      [{ passwordRev: 2 }, 'STATE_CONFLICT'],
      [{ account: { status: 'cancelled', since: at } }, 'STATE_CONFLICT'],
      [{ orders: { suspendedAt: at } }, 'ACCOUNT_SUSPENDED'],
    ] as const) {
      const who = await registered();
      const { id, smsCode } = await begun(who);
      const row = await rowOf(who);
      await change(who, facts);
      expect((await complete(id, { smsCode })).said).toBe(code);
      await putRows(db, 'Users', { ...row, rev: 40 });
      const changed = meanwhile('Users', () => change(who, facts));
      expect((await complete(id, { smsCode }, changed)).said).toBe(code);
      expect(await guessesOf(who)).toBe(0);
    }
    const who = await registered();
    const { id, phone, smsCode } = await begun(who);
    const stranger = await registered();
    const proved = meanwhile('Users', () =>
      putRows(db, 'Phones', { phoneKey: numberKey(phone), personKey: stranger.personKey, since: at }),
    );
    expect((await complete(id, { smsCode }, proved)).said).toBe('PHONE_TAKEN');
    await db.transact([{ table: 'Phones', remove: { phoneKey: numberKey(phone) } }]);
    const locked = meanwhile('Users', () =>
      db.update({
        table: 'Lockouts',
        key: { personKey: who.personKey, day },
        update: { set: { lockedAt: at, lockedBy: 'password' } },
      }),
    );
    expect((await complete(id, { smsCode }, locked)).said).toBe('ACCOUNT_LOCKED');
    const faceTicket = await passFace(db, id);
    expect((await complete(id, { smsCode, faceTicket })).said).toBe('ACCOUNT_LOCKED');
    await putRows(db, 'Lockouts', { personKey: who.personKey, day, lockedAt: at, lockedBy: 'face' });
    expect((await complete(id, { smsCode, faceTicket })).said).toBe('ACCOUNT_LOCKED');
    expect(await findPhone(db, numberKey(phone))).toBeUndefined();
  });

  it('SMS-4 LCK-5 its code goes to a number that may be a stranger’s, and its face check counts for the account', async () => {
    const who = await registered();
    const { body } = await start(who, mobile());
    const id: string = body.recoveryId;
    const started = await run(startRecoveryFace, { params: { id } });
    expect(await ticketOf(db, started.body.ticket)).toMatchObject({ purpose: 'face', counts: 'lockout' });
    expect((await send(id, { challenge: 'x' })).said).toBe('CHALLENGE_REQUIRED');
    const full = staged({ smsStrangersPerHour: 1, smsStrangersRefusedAt: 1 });
    expect((await run(sendRecoveryCode, { params: { id }, body: undefined })).said).toBe('202');
    const other = await start(await registered(), mobile());
    expect((await send(other.body.recoveryId, {}, full)).said).toBe('SMS_TOO_FREQUENT');
    for (const step of [startRecoveryFace, sendRecoveryCode]) {
      expect((await run(step, { params: { id: newHandle() } })).said).toBe('NOT_FOUND');
      await changeTicket(db, id, { state: 'spent' });
      expect((await run(step, { params: { id } })).said).toBe('STATE_CONFLICT');
      await changeTicket(db, id, { state: 'open' });
    }
  });
});
