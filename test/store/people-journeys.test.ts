/** @module-tag long */
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { newHandle } from '#crypto/random.ts';
import { Problem } from '#domain/problem.ts';
import { notifyHolder } from '#journeys/companies/relation-notices.ts';
import {
  accountNamed,
  smsWindowHint,
  stillNames,
  unknownAccount,
  usernameKeyOf,
} from '#journeys/people/accounts.ts';
import { type Collected, recordCollection } from '#journeys/people/hall-collection.ts';
import { hallRecordOf } from '#journeys/people/hall-record.ts';
import {
  hasOtherName,
  holderOf,
  parseNamedPerson,
  readName,
  realNameWrites,
  requireSameName,
} from '#journeys/people/named-person.ts';
import { notifyBySms, notifyPerson } from '#journeys/people/notices.ts';
import { type GivenOrder, giveOrder } from '#journeys/people/orders.ts';
import { shownPhones, signedInPerson } from '#journeys/people/own-account.ts';
import { isNumberOf, maskedPerson, nameOf, phoneNumberOf } from '#journeys/people/personal-data.ts';
import { noLoss, phoneLoss } from '#journeys/people/phone-takeover.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { equals, exists } from '#store/dynamodb/expressions.ts';
import type { Db, Item, Write } from '#store/dynamodb/tables.ts';
import type { Person } from '#store/people/person-row.ts';
import { findPhone } from '#store/people/phones.ts';
import { findPerson } from '#store/people/users.ts';
import { contextOf, putRows, recordOf, sealedNameOf, watchedStore } from '../support/in-process.ts';
import { mobile, residentNumber, type Sample, person as sample } from '../support/people.ts';
import {
  at,
  auditOf,
  before,
  claimed,
  type Facts,
  now,
  numberKey,
  ownPhone,
  personKeyOf,
  storePerson,
} from '../support/step-fixtures.ts';
import { openStore } from '../support/store.ts';

/** People as they are named, found, told, ordered about and collected. */
let db: Db;
let ctx: FlowContext;
const sentMessages: { phone: string; text: string }[] = [];
let sending: () => Promise<void>;
beforeAll(async () => {
  db = await openStore('Audit', 'Lockouts', 'Phones', 'Relationships', 'Sessions', 'SmsWindows', 'Users');
  ctx = contextOf(db, {
    sms: {
      send: async (message: { phone: string; text: string }) => {
        sentMessages.push(message);
        await sending();
      },
    },
  });
});
beforeEach(() => {
  sentMessages.length = 0;
  sending = async () => undefined;
});

const call: AnyCall = {
  now,
  language: 'en',
  origin: { channel: 'web', address: '192.0.2.1', browser: '', traceId: '' },
};
/** A registered person with these numbers. */
async function registered(who: Sample, facts: Facts = {}, phones: readonly string[] = [who.phone]) {
  await storePerson(db, { rev: 3, ...facts }, { who, phones: phones.map((phone) => ownPhone(phone)) });
  return personOf(who);
}
const personOf = async (who: Sample) => (await findPerson(db, personKeyOf(who))) as Person;
const eventsOf = (subject: string, kind?: string) => auditOf(db, subject, kind);
const refusal = (run: () => Promise<unknown>) =>
  Promise.resolve()
    .then(run)
    .then(
      () => undefined,
      (error: Problem) => error.code ?? error.message,
    );
const masked = (phone: string) => `${phone.slice(0, 3)}****${phone.slice(7)}`;

describe('a person as somebody else names them', () => {
  it('DOC-2 DOC-5 has the key of the document and one spelling of the name', () => {
    const who = sample();
    const named = parseNamedPerson(ctx, { ...claimed(who), name: ' 阿里.买买提 ' }, now);
    expect(named.key).toBe(personKeyOf(who));
    expect(named.name).toBe('阿里·买买提');
    expect(nameOf(ctx, { personKey: named.key, ...named.record })).toBe('阿里·买买提');
    expect(named.record).toMatchObject({ documentType: '201', nameClaimed: undefined });
    expect(readName(' 阿里.买买提 ', 'formerName')).toBe('阿里·买买提');
    expect(() => readName('12', 'formerName')).toThrow(
      expect.objectContaining({
        code: 'BAD_REQUEST',
        details: { reason: 'formerName (name)', errors: [{ path: 'formerName', message: 'name' }] },
      }),
    );
  });

  it('DOC-5 ORD-1 has another name than a record only if that record has a name of its own', () => {
    const record = recordOf('p_1', 'Anna Müller');
    const other = (name: string, known?: Person) => hasOtherName(ctx, { name }, known);
    expect([other('ANNA MÜLLER', record), other('Anna Muller', record)]).toEqual([false, true]);
    expect(other('别人')).toBe(false);
    expect(other('别人', { ...record, nameClaimed: true })).toBe(false);
    expect(other('别人', { ...record, sealedName: undefined as never })).toBe(false);
    expect(() => requireSameName(ctx, { name: '别人' }, record)).toThrow(
      expect.objectContaining({ code: 'PERSON_MISMATCH' }),
    );
    requireSameName(ctx, { name: 'anna müller' }, record);
    const named = parseNamedPerson(ctx, claimed(sample()), now);
    expect(holderOf(named, record)).toEqual({ personKey: named.key, sealedName: record.sealedName });
    for (const nameless of [undefined, { ...record, nameClaimed: true as const }])
      expect(holderOf(named, nameless)).toEqual({
        personKey: named.key,
        sealedName: named.record.sealedName,
      });
  });

  it('DOC-5 gets a record if nobody with authority has named them yet', async () => {
    const named = parseNamedPerson(ctx, claimed(sample()), now);
    const record = recordOf(named.key, named.name, { rev: 4 });
    const claim = { claimed: true };
    const nameless = { ...record, sealedName: undefined as never };
    const byAgency = { ...record, nameClaimed: true as const };
    expect([realNameWrites(named, record), realNameWrites(named, record, claim)]).toEqual([[], []]);
    expect(realNameWrites(named, byAgency, claim)).toEqual([]);
    for (const [known, how] of [
      [undefined, {}],
      [nameless, {}],
      [byAgency, {}],
      [undefined, claim],
      [nameless, claim],
    ] as const) {
      const [write] = realNameWrites(named, known, how);
      const { set, remove } = (write as { update: { set: Item; remove: readonly string[] } }).update;
      expect(set).toMatchObject({ rev: (known?.rev ?? 0) + 1, sealedName: named.record.sealedName });
      expect([set.nameClaimed, remove.includes('nameClaimed')]).toEqual(
        how === claim ? [true, false] : [undefined, true],
      );
      expect(write?.onRefused?.(undefined)).toBeInstanceOf(ConcurrentChange);
    }
  });

  it('REL-11 DOC-4 is shown masked, by the name of the record, with the default phone of an account', async () => {
    const who = sample({ name: '欧阳建国' });
    const row = await registered(who, { defaultPhoneId: `id-${who.phone}` }, [mobile(), who.phone]);
    const holder = { personKey: row.personKey, sealedName: sealedNameOf(row.personKey, '旧名') };
    const documentNumber = `${who.documentNumber.slice(0, 3)}${'*'.repeat(11)}${who.documentNumber.slice(-4)}`;
    expect(maskedPerson(ctx, holder, row)).toEqual({
      name: '欧阳**',
      documentNumber,
      phone: masked(who.phone),
    });
    expect(maskedPerson(ctx, holder, undefined)).toEqual({ name: '旧*', documentNumber: '*' });
    const ended = { ...row, account: { status: 'cancelled' as const, since: at } };
    expect(maskedPerson(ctx, holder, ended)).toEqual({ name: '欧阳**', documentNumber });
    expect(maskedPerson(ctx, holder, { ...row, nameClaimed: true }).name).toBe('旧*');
    expect(maskedPerson(ctx, holder, { ...row, sealedNumber: undefined as never }).documentNumber).toBe('*');
    expect(maskedPerson(ctx, holder, { ...row, defaultPhoneId: 'none' })).not.toHaveProperty('phone');
    expect(isNumberOf(ctx, row, ` ${who.documentNumber.toLowerCase()}`)).toBe(true);
    expect(isNumberOf(ctx, row, residentNumber())).toBe(false);
    expect(shownPhones(ctx, row).map(({ maskedPhone, isDefault }) => [maskedPhone, isDefault])).toEqual([
      [masked(who.phone), true],
      [expect.any(String), false],
    ]);
    expect(shownPhones(ctx, { ...row, phones: undefined as never })).toEqual([]);
    const signedIn = { caller: { session: { personKey: row.personKey } } } as Parameters<
      typeof signedInPerson
    >[1];
    expect((await signedInPerson(ctx, signedIn)).personKey).toBe(row.personKey);
    const nobody = { caller: { session: { personKey: 'none' } } } as typeof signedIn;
    expect(await refusal(() => signedInPerson(ctx, nobody))).toBe('SESSION_ENDED');
  });
});

describe('the text in an account box', () => {
  const found = (account: string, accountKind?: Parameters<typeof accountNamed>[1]['accountKind']) =>
    accountNamed(ctx, { account, accountKind }, now);

  it('LGN-2 LGN-4 finds a person by document, phone or username, and says which text matches nobody', async () => {
    const who = sample();
    const username = `Chaohu${Date.now() % 1e8}`;
    const row = await registered(who, { username });
    await putRows(db, 'Lockouts', { personKey: row.personKey, day: '2027-03-02', password: new Set(['a']) });
    await putRows(db, 'Users', { personKey: usernameKeyOf(ctx, username), owner: row.personKey, username });
    const window = { phoneKey: numberKey(who.phone), startedAt: 7, total: 1 };
    await putRows(db, 'SmsWindows', window);
    expect(await found(who.documentNumber)).toEqual({
      via: 'document',
      person: row,
      lockout: { personKey: row.personKey, day: '2027-03-02', password: new Set(['a']) },
    });
    expect(await found(who.phone)).toEqual({
      via: 'phone',
      personKey: row.personKey,
      phoneKey: numberKey(who.phone),
      window,
    });
    expect(await found(username)).toEqual({ via: 'username', personKey: row.personKey, username });
    expect(await refusal(() => found(username.toUpperCase()))).toBe('USER_NOT_REGISTERED');
    expect(await refusal(() => found(mobile()))).toBe('PHONE_NOT_FOUND');
    expect(await refusal(() => found(residentNumber()))).toBe('USER_NOT_REGISTERED');
    expect(await refusal(() => found('x'.repeat(65)))).toBe('USER_NOT_REGISTERED');
    expect(await refusal(() => found(who.documentNumber, { kind: 'phone' }))).toBe('USER_NOT_REGISTERED');
    await putRows(db, 'Users', { ...row, account: { status: 'cancelled', since: at } });
    expect(await refusal(() => found(who.documentNumber))).toBe('USER_NOT_REGISTERED');
    await putRows(db, 'Phones', { phoneKey: numberKey(who.phone), leftAt: at });
    expect(await refusal(() => found(who.phone))).toBe('PHONE_NOT_FOUND');
    expect(unknownAccount(false, 'other-entry')).toMatchObject({
      code: 'USER_NOT_REGISTERED',
      variant: 'other-entry',
    });
    expect(unknownAccount(true, 'other-entry')).toMatchObject({ code: 'PHONE_NOT_FOUND' });
    expect(unknownAccount(true, 'other-entry').variant).toBeUndefined();
    expect(unknownAccount(false).variant).toBeUndefined();
  });

  it('DOC-6 means one of several registered people: each is told as a kind, and whoever has left does not count', async () => {
    const phone = mobile();
    const document = async (type: string) => {
      const key = personKeyOf({ ...sample(), documentType: type, documentNumber: phone });
      const row = recordOf(key, '安娜', { documentType: type, account: { status: 'active', since: before } });
      await putRows(db, 'Users', row);
      return row;
    };
    const owner = await registered(sample({ phone }));
    const free = await document('299');
    const kinds = (run: Promise<unknown>) =>
      run.then(
        () => [],
        (error: Problem) => error.details.kinds,
      );
    expect(await kinds(found(phone))).toEqual([{ kind: 'document', documentType: '299' }, { kind: 'phone' }]);
    expect(await found(phone, { kind: 'phone' })).toMatchObject({ via: 'phone', personKey: owner.personKey });
    expect(await found(phone, { kind: 'document', documentType: '299' })).toMatchObject({ person: free });
    // The owner of the number has given it up, or their account.
    await putRows(db, 'Users', { ...owner, phones: [] });
    expect(await found(phone)).toMatchObject({ via: 'document', person: free });
    await putRows(db, 'Users', { ...owner, account: { status: 'cancelled', since: at } });
    expect(await found(phone)).toMatchObject({ via: 'document' });
    // One person by two ways is one person, and is not read once more.
    await putRows(db, 'Users', owner);
    await putRows(db, 'Users', { ...free, phones: [ownPhone(phone)] });
    await putRows(db, 'Phones', { phoneKey: numberKey(phone), personKey: free.personKey, since: at });
    const watched = watchedStore(db);
    expect(await accountNamed(contextOf(watched.db), { account: phone }, now)).toMatchObject({
      via: 'document',
      person: { personKey: free.personKey },
    });
    expect(watched.calls).toHaveLength(1);
    // Told once among others.
    await document('208');
    expect(await kinds(found(phone))).toEqual([
      { kind: 'document', documentType: '208' },
      { kind: 'document', documentType: '299' },
    ]);
    await putRows(db, 'Phones', { phoneKey: numberKey(phone), leftAt: at });
    expect(await kinds(found(phone))).toHaveLength(2);
    // Where nobody of several is left, the first is taken, and the password decides.
    const name = `${phone}x`.replace(/^1/, 'A');
    await putRows(db, 'Users', { personKey: usernameKeyOf(ctx, name), owner: 'p1_gone', username: name });
    expect(await found(name)).toMatchObject({ via: 'username', personKey: 'p1_gone' });
  });

  it('USR-1 PHN-5 still names a person who has that number or that very username', async () => {
    const row = await registered(sample(), { username: 'Chaohu' });
    const [phone] = row.phones ?? [];
    const byPhone = {
      via: 'phone',
      personKey: '',
      phoneKey: phone?.phoneKey ?? '',
      window: undefined,
    } as const;
    const byName = { via: 'username', personKey: '', username: 'Chaohu' } as const;
    expect([stillNames(byPhone, row), stillNames(byName, row)]).toEqual([true, true]);
    expect(stillNames({ ...byPhone, phoneKey: 'other' }, row)).toBe(false);
    expect(stillNames(byPhone, { ...row, phones: undefined as never })).toBe(false);
    expect(stillNames({ ...byName, username: 'chaohu' }, row)).toBe(false);
    const ended = { ...row, account: { status: 'cancelled' as const, since: at } };
    expect([stillNames(byPhone, ended), stillNames(byName, ended), stillNames(byName, undefined)]).toEqual([
      false,
      false,
      false,
    ]);
    const lastWindow = { phoneKey: phone?.phoneKey ?? '', startedAt: 5 };
    const read = { ...byPhone, window: { ...lastWindow, startedAt: 9 } };
    expect(smsWindowHint(read, { ...row, lastWindow }, phone?.phoneKey)).toEqual({ window: read.window });
    expect(smsWindowHint(byName, { ...row, lastWindow }, phone?.phoneKey)).toEqual({ window: lastWindow });
    expect(smsWindowHint(undefined, { ...row, lastWindow }, 'other')).toEqual({});
    expect(smsWindowHint(undefined, row, phone?.phoneKey)).toEqual({});
  });
});

describe('a notice', () => {
  it('PWD-3 goes to every number that the person had, except those that somebody else has now', async () => {
    const who = sample();
    const [second, third] = [mobile(), mobile()];
    const row = await registered(who, {}, [who.phone, second, third]);
    await notifyPerson(ctx, call, row, 'phone-lost', masked(third), [numberKey(third)]);
    expect(sentMessages.map(({ phone }) => phone).sort()).toEqual([who.phone, second].sort());
    expect(sentMessages[0]?.text).toContain(`(${masked(third)})`);
    sentMessages.length = 0;
    await notifyPerson(ctx, { ...call, language: 'zh' }, row, 'password-changed');
    expect(sentMessages.map(({ phone }) => phone).sort()).toEqual([who.phone, second, third].sort());
    expect(sentMessages[0]?.text).toContain('密码已修改');
    await notifyPerson(ctx, call, undefined, 'password-changed');
    await notifyBySms(ctx, call, undefined, 'password-changed');
    expect(sentMessages).toHaveLength(3);
    await notifyBySms(ctx, call, row.phones?.[1], 'relation-invited', '黄山');
    expect(sentMessages.at(-1)).toMatchObject({ phone: second, text: expect.stringContaining('(黄山)') });
  });

  it('PWD-3 ERR-01 costs nothing where it fails, and no more than a moment where it hangs', async () => {
    const row = await registered(sample());
    sending = () => Promise.reject(new Error('away'));
    await notifyPerson(ctx, call, row, 'password-changed');
    await notifyBySms(ctx, call, row.phones?.[0], 'password-changed');
    sending = () => new Promise(() => undefined);
    vi.useFakeTimers();
    try {
      let done = false;
      const telling = notifyPerson(ctx, call, row, 'password-changed').then(() => {
        done = true;
      });
      await vi.advanceTimersByTimeAsync(1_499);
      expect(done).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      await telling;
      expect(done).toBe(true);
      sending = async () => undefined;
      await notifyPerson(ctx, call, row, 'password-changed');
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('REL-8 SMS-4 of what a company did goes to the default number in Chinese, once in a while, and never stops the change', async () => {
    const who = sample();
    const row = await registered(who, { defaultPhoneId: `id-${who.phone}` }, [mobile(), who.phone]);
    const relation = {
      personKey: row.personKey,
      companyKey: `c_${newHandle()}`,
      taxpayerName: '黄山公司',
      role: 'tax-handler' as const,
    };
    await notifyHolder(ctx, call, relation, 'relation-invited');
    expect(sentMessages).toMatchObject([
      { phone: who.phone, text: expect.stringContaining('黄山公司（办税员）') },
    ]);
    await notifyHolder(ctx, call, relation, 'relation-invited');
    expect(sentMessages).toHaveLength(1);
    await notifyHolder(ctx, call, { ...relation, personKey: 'p1_nobody' }, 'relation-invited');
    expect(sentMessages).toHaveLength(1);
    const failing = (name: keyof Db) =>
      contextOf(
        new Proxy(db, {
          get: (store, of: keyof Db) => (of === name ? () => Promise.reject(new Error('away')) : store[of]),
        }),
        { sms: ctx.sms },
      );
    await notifyHolder(failing('get'), call, relation, 'relation-deleted');
    await notifyHolder(failing('update'), call, relation, 'relation-adjusted');
    expect(sentMessages).toHaveLength(1);
  });
});

describe('a number that is taken over', () => {
  it('PHN-3 PWD-3 leaves its former holder, who is told at the numbers that are left', async () => {
    const who = sample();
    const second = mobile();
    const row = await registered(who, {}, [who.phone, second]);
    const loss = await phoneLoss(ctx, call, row.personKey, numberKey(second));
    await db.transact(loss.writes);
    expect(await personOf(who)).toEqual({ ...row, rev: 4, phones: row.phones?.slice(0, 1) });
    expect((await eventsOf(row.personKey, 'phone-lost')).map(({ detail }) => detail)).toEqual([
      { reason: 'taken-over' },
    ]);
    await loss.tell();
    expect(sentMessages.map(({ phone }) => phone)).toEqual([who.phone]);
    expect(sentMessages[0]?.text).toContain(`认领，已从您的账号移除${masked(second)}`);
    await expect(db.transact(loss.writes)).rejects.toBeInstanceOf(ConcurrentChange);
    const last = await phoneLoss(ctx, call, row.personKey, numberKey(who.phone));
    await db.transact(last.writes);
    const empty = await personOf(who);
    expect([empty.phones, empty.defaultPhoneId]).toEqual([[], undefined]);
    for (const [holder, phone] of [
      ['p1_nobody', who.phone],
      [row.personKey, mobile()],
    ] as const)
      expect(await phoneLoss(ctx, call, holder, numberKey(phone))).toBe(noLoss);
    await noLoss.tell();
    expect(noLoss.writes).toEqual([]);
  });
});

describe('an order', () => {
  const origin = {
    at: now,
    channel: 'hall',
    address: '192.0.2.0',
    detail: { officer: '0042', office: '3401' },
  };
  const order = (
    who: Sample,
    facts: Partial<GivenOrder> = {},
    version?: number,
    also?: readonly Write[],
    by = ctx,
  ) =>
    giveOrder(
      by,
      call,
      {
        person: { documentType: '201', documentNumber: who.documentNumber },
        order: 'suspend',
        reason: '核查 340102199001011234',
        officer: '0042',
        approvedBy: '0077',
        ...facts,
      },
      version,
      origin,
      also,
    );
  const session = async () => {
    const row = { sessionId: newHandle(), expiresAt: now.getTime() / 1000 + 600 };
    await putRows(db, 'Sessions', row);
    return row;
  };
  const endOf = async ({ sessionId }: { sessionId: string }) =>
    (await db.get<Item>('Sessions', { sessionId }))?.ended as { reason: string } | undefined;

  it('ORD-1 suspends: sessions and kept proofs end, and it is told and audited', async () => {
    const who = sample();
    const webSession = await session();
    const row = await registered(who, { webSession, faceProof: { at, transactionId: 't', since: before } });
    expect(await order(who)).toBe('accepted');
    const after = await personOf(who);
    expect(after).toMatchObject({ rev: 4, orders: { suspendedAt: at, proofsEndedAt: at } });
    expect(after.orders).not.toHaveProperty('version');
    for (const none of ['webSession', 'faceProof']) expect(after).not.toHaveProperty(none);
    expect((await endOf(webSession))?.reason).toBe('suspended');
    const [event] = await eventsOf(row.personKey, 'account-suspended');
    expect(event).toMatchObject({
      outcome: 'success',
      channel: 'hall',
      detail: { officer: '0042', office: '3401', approvedBy: '0077', grounds: `核查 ${'*'.repeat(18)}` },
    });
    expect(event?.detail).not.toHaveProperty('version');
    expect(sentMessages.map(({ phone }) => phone)).toEqual([who.phone]);
    expect(sentMessages[0]?.text).toContain('suspended');
    // Once more, later: it is suspended since the first time, and its proofs end anew.
    const later = new Date(now.getTime() + 5_000);
    await giveOrder(
      ctx,
      { ...call, now: later },
      {
        person: { documentType: '201', documentNumber: who.documentNumber },
        order: 'suspend',
        reason: 'x',
        officer: '1',
        approvedBy: '2',
      },
      undefined,
      origin,
    );
    expect((await personOf(who)).orders).toEqual({ suspendedAt: at, proofsEndedAt: later.toISOString() });
    expect(await order(who, { order: 'resume', approvedBy: undefined })).toBe('accepted');
    expect((await personOf(who)).orders).toEqual({ proofsEndedAt: later.toISOString() });
    const [resumed] = await eventsOf(row.personKey, 'account-resumed');
    expect(resumed?.detail).not.toHaveProperty('approvedBy');
  });

  it('ORD-1 ends sessions alone', async () => {
    const who = sample();
    const webSession = await session();
    const faceProof = { at, transactionId: 't', since: before };
    await registered(who, { webSession, faceProof });
    await order(who, { order: 'end-sessions' }, 3);
    expect((await endOf(webSession))?.reason).toBe('by-order');
    const after = await personOf(who);
    expect(after).toMatchObject({ faceProof, orders: { version: 3 } });
    expect(after).not.toHaveProperty('webSession');
    expect(Object.keys(after.orders ?? {})).toEqual(['version']);
  });

  it('ORD-1 LGN-5 empties the phones, and remembers the newest of those that orders took', async () => {
    const who = sample();
    const second = mobile();
    const earlier = Array.from({ length: 49 }, (_, index) => ({ phoneKey: `n${index}`, at: before }));
    const own = { phoneKey: numberKey(who.phone), at: before };
    const row = await registered(
      who,
      { lastWindow: { phoneKey: 'x', startedAt: 1 }, orders: { emptied: [...earlier, own] } },
      [who.phone, second],
    );
    await order(who, { order: 'empty-phones' });
    const after = await personOf(who);
    for (const none of ['phones', 'defaultPhoneId', 'lastWindow']) expect(after).not.toHaveProperty(none);
    expect(after.orders?.emptiedAt).toBe(at);
    expect(after.orders?.emptied).toHaveLength(50);
    expect(after.orders?.emptied?.slice(-2)).toEqual([
      { phoneKey: numberKey(who.phone), at },
      { phoneKey: numberKey(second), at },
    ]);
    expect(after.orders?.emptied?.filter(({ phoneKey }) => phoneKey === own.phoneKey)).toHaveLength(1);
    expect(after.orders?.emptied?.[0]).toEqual(earlier[1]);
    for (const phone of [who.phone, second])
      expect(await findPhone(db, numberKey(phone))).toEqual({ phoneKey: numberKey(phone), leftAt: at });
    expect(sentMessages.map(({ phone }) => phone).sort()).toEqual([who.phone, second].sort());
    const none = sample();
    await registered(none, {}, []);
    await order(none, { order: 'empty-phones' });
    expect((await personOf(none)).orders).toEqual({ emptiedAt: at });
    // The number went elsewhere meanwhile: the order is decided anew until it fits.
    const taken = sample();
    await registered(taken);
    await putRows(db, 'Phones', { phoneKey: numberKey(taken.phone), personKey: row.personKey });
    expect(await refusal(() => order(taken, { order: 'empty-phones' }))).toBe('TOO_MANY_REQUESTS');
  });

  it('ENT-3 ORD-1 is a sequence of its own, and a counter’s order leaves the versions alone', async () => {
    const who = sample();
    await registered(who);
    expect(await order(who, {}, 5)).toBe('accepted');
    expect(await order(who, { order: 'resume' }, 5)).toBe('stale');
    expect(await order(who, { order: 'resume' }, 4)).toBe('stale');
    expect((await personOf(who)).orders).toMatchObject({ version: 5, suspendedAt: at });
    expect(sentMessages).toHaveLength(1);
    expect(await order(who, { order: 'resume' })).toBe('accepted');
    expect((await personOf(who)).orders).toMatchObject({ version: 5 });
    expect(await order(who, {}, 6)).toBe('accepted');
    expect((await personOf(who)).orders).toMatchObject({ version: 6, suspendedAt: at });
    const [, event] = await eventsOf((await personOf(who)).personKey, 'account-suspended');
    expect([event?.detail].flat()[0]).toMatchObject({ version: expect.any(Number) });
  });

  it('ORD-1 DOC-5 holds for whoever is unknown, with a name only if one was given, and of the person who is meant', async () => {
    const who = sample();
    expect(await order(who)).toBe('accepted');
    const nameless = await personOf(who);
    expect(nameless).toMatchObject({ rev: 1, documentType: '201', orders: { suspendedAt: at } });
    expect(nameless).not.toHaveProperty('sealedName');
    expect(sentMessages).toEqual([]);
    const named = (name: string, facts: Partial<GivenOrder> = {}, of = who) =>
      order(of, { person: { documentType: '201', documentNumber: of.documentNumber, name }, ...facts });
    expect(await named(who.name, { order: 'resume' })).toBe('accepted');
    const row = await personOf(who);
    expect(nameOf(ctx, row)).toBe(who.name);
    expect(await refusal(() => named('别人'))).toBe('PERSON_MISMATCH');
    expect((await personOf(who)).rev).toBe(2);
    expect(await named(who.name)).toBe('accepted');
    expect((await personOf(who)).sealedName).toBe(row.sealedName);
    const claimedBy = sample();
    await putRows(db, 'Users', { ...recordOf(personKeyOf(claimedBy), '查无此人'), nameClaimed: true });
    await named(claimedBy.name, {}, claimedBy);
    expect(await personOf(claimedBy)).not.toHaveProperty('nameClaimed');
    expect(nameOf(ctx, await personOf(claimedBy))).toBe(claimedBy.name);
    for (const kind of ['end-sessions', 'empty-phones'] as const) {
      const unknown = sample();
      expect(await order(unknown, { order: kind })).toBe('accepted');
      expect(await personOf(unknown)).toMatchObject({ rev: 1, documentType: '201' });
    }
    for (const kind of ['suspend', 'empty-phones'] as const)
      for (const approvedBy of [undefined, '0042'])
        expect(await refusal(() => order(sample(), { order: kind, approvedBy }))).toBe('BAD_REQUEST');
  });

  it('ORD-1 is all or nothing with its further conditions, and is decided anew if the person changed', async () => {
    const who = sample();
    const row = await registered(who);
    const limit: Write = {
      table: 'Users',
      key: { personKey: 'none' },
      condition: exists('rev'),
      onRefused: () => new Problem('TOO_MANY_REQUESTS'),
    };
    expect(await refusal(() => order(who, {}, undefined, [limit]))).toBe('TOO_MANY_REQUESTS');
    expect(await personOf(who)).toEqual(row);
    let first = true;
    const busy = new Proxy(db, {
      get: (store, name: keyof Db) => {
        if (name !== 'transact') return store[name];
        return async (writes: readonly Write[]) => {
          if (first) await putRows(store, 'Users', { ...row, rev: 9, username: 'Chaohu' });
          first = false;
          return store.transact(writes);
        };
      },
    });
    expect(await order(who, {}, undefined, [], contextOf(busy, { sms: ctx.sms }))).toBe('accepted');
    expect(await personOf(who)).toMatchObject({ rev: 10, username: 'Chaohu', orders: { suspendedAt: at } });
  });
});

describe('what a hall collects', () => {
  const origin = { at: now, channel: 'hall', address: '192.0.2.0', detail: { officer: 'x', office: '3401' } };
  const collected = (who: Sample, facts: Partial<Collected> = {}, version?: number) =>
    recordCollection(
      ctx,
      { person: claimed(who), phone: who.phone, officer: '0042', ...facts },
      version,
      origin,
    );

  it('REG-2 LVL-1 is level 5 and the number; a counter’s holds until a newer line', async () => {
    const who = sample();
    expect(await collected(who)).toBe('accepted');
    const row = await personOf(who);
    expect(row).toMatchObject({ rev: 1, realNameLevel: 5, documentType: '201' });
    expect(row.hall).toEqual({
      phoneKey: numberKey(who.phone),
      sealedPhone: expect.any(String),
      officer: '0042',
      version: -1,
      at,
      collectedAt: at,
    });
    expect(
      phoneNumberOf(ctx, { phoneKey: row.hall?.phoneKey ?? '', sealed: row.hall?.sealedPhone ?? '' }),
    ).toBe(who.phone);
    const [event] = await eventsOf(row.personKey);
    expect(event).toMatchObject({
      kind: 'collected',
      outcome: 'success',
      channel: 'hall',
      detail: { officer: '0042', office: '3401' },
    });
    const other = mobile();
    expect(await collected(who, { phone: other, collectedAt: before }, 0)).toBe('accepted');
    expect((await personOf(who)).hall).toMatchObject({
      version: 0,
      phoneKey: numberKey(other),
      at,
      collectedAt: before,
    });
    expect(await collected(who, {}, 0)).toBe('stale');
    expect(await collected(who)).toBe('accepted');
    expect((await personOf(who)).hall).toMatchObject({ version: 0, phoneKey: numberKey(who.phone) });
    expect(await collected(who, {}, 1)).toBe('accepted');
    expect((await personOf(who)).rev).toBe(4);
    expect(await refusal(() => collected(who, { phone: '12' }))).toBe('PHONE_INVALID');
    // A person whom no hall has seen, and who changes meanwhile.
    const seen = sample();
    const known = await registered(seen);
    let first = true;
    const busy = new Proxy(db, {
      get: (store, name: keyof Db) => {
        if (name !== 'transact') return store[name];
        return async (writes: readonly Write[]) => {
          if (first) await putRows(store, 'Users', { ...known, rev: 9, username: 'Chaohu' });
          first = false;
          return store.transact(writes);
        };
      },
    });
    const facts = { person: claimed(seen), phone: seen.phone, officer: '0042' };
    expect(await recordCollection(contextOf(busy), facts, undefined, origin)).toBe('accepted');
    expect(await personOf(seen)).toMatchObject({ rev: 10, username: 'Chaohu', hall: { version: -1 } });
  });

  it('DOC-5 changes a legal name where the former one is told, in the person’s relations too', async () => {
    const who = sample();
    const record = recordOf(personKeyOf(who), who.name);
    await putRows(db, 'Users', record);
    const relations = Array.from({ length: 51 }, (_, index) => ({
      personKey: record.personKey,
      relation: `c_${String(index).padStart(2, '0')}#tax-handler`,
      authorizationId: `a${index}`,
      sealedName: record.sealedName,
    }));
    await putRows(db, 'Relationships', ...relations);
    const renamed = { ...who, name: '欧阳新名' };
    const namesIn = async () => {
      const { items } = await db.query<Item>('Relationships', {
        condition: equals('personKey', record.personKey),
      });
      return new Set(
        items.map(({ sealedName }) =>
          nameOf(ctx, { personKey: record.personKey, sealedName: sealedName as string }),
        ),
      );
    };
    expect(await refusal(() => collected(renamed))).toBe('PERSON_MISMATCH');
    expect(await refusal(() => collected(renamed, { formerName: '别人' }))).toBe('PERSON_MISMATCH');
    expect(await refusal(() => collected(renamed, { formerName: '12' }))).toBe('BAD_REQUEST');
    expect(await namesIn()).toEqual(new Set([who.name]));
    expect(await collected(renamed, { formerName: who.name }, 3)).toBe('accepted');
    expect(nameOf(ctx, await personOf(renamed))).toBe('欧阳新名');
    expect(await namesIn()).toEqual(new Set(['欧阳新名']));
    expect((await eventsOf(record.personKey)).map(({ kind }) => kind).sort()).toEqual([
      'collected',
      'name-changed',
    ]);
    // Once more, stale or not: it is the same name, and the relations get it if they have not.
    await putRows(db, 'Relationships', ...relations.slice(0, 1));
    expect(await collected(renamed, { formerName: who.name }, 3)).toBe('stale');
    expect(await namesIn()).toEqual(new Set(['欧阳新名']));
    await putRows(db, 'Relationships', ...relations.slice(0, 1));
    expect(await collected(renamed)).toBe('accepted');
    expect(await namesIn()).toEqual(new Set(['欧阳新名', who.name]));
    expect(await collected(renamed, { formerName: who.name }, 4)).toBe('accepted');
    expect((await eventsOf(record.personKey, 'name-changed')).length).toBe(1);
  });

  it('REG-2 REG-4 stands until it was used, its account ended, or its number went to others', async () => {
    const who = sample();
    const hall = {
      phoneKey: numberKey(who.phone),
      sealedPhone: 's1.x',
      officer: '1',
      version: 1,
      at: before,
      collectedAt: '2027-02-01T00:00:00.000Z',
    };
    const row = recordOf(personKeyOf(who), who.name, { hall });
    const [earlier, later] = ['2027-01-31T00:00:00.000Z', '2027-02-02T00:00:00.000Z'];
    const judged = async (facts: Partial<Person> = {}, phone?: object) =>
      hallRecordOf(ctx, { ...row, ...facts }, now, { read: phone as never });
    const valid = { valid: hall };
    expect(await judged()).toEqual(valid);
    expect(await hallRecordOf(ctx, undefined, now)).toEqual({});
    expect(await judged({ hall: undefined as never })).toEqual({});
    expect(await judged({ hall: { ...hall, usedAt: later } })).toEqual({ ended: 'used' });
    const ended = (since: string, status: 'active' | 'cancelled' | 'invalid' = 'cancelled') => ({
      account: { status, since },
    });
    expect(await judged(ended(later))).toEqual({ ended: 'account-ended' });
    expect(await judged(ended(earlier))).toEqual(valid);
    expect(await judged(ended(later, 'active'))).toEqual(valid);
    // An account that was imported as ended, and that nobody has used here since, needs what a new one needs.
    const gave = (passwordRev = 0, status: 'cancelled' | 'invalid' = 'cancelled') => ({
      migrated: { version: 1, gave: { status, passwordRev, phoneKeys: [] } },
    });
    expect(await judged({ ...ended(later), ...gave() })).toEqual(valid);
    expect(await judged({ ...ended(later), ...gave(1), passwordRev: 1 })).toEqual(valid);
    for (const used of [{ ...gave(), passwordRev: 1 }, gave(0, 'invalid'), { migrated: { version: 1 } }])
      expect(await judged({ ...ended(later), ...used })).toEqual({ ended: 'account-ended' });
    const row_ = (personKey: string | undefined, since: string, leftAt?: string) => ({
      phoneKey: hall.phoneKey,
      personKey,
      since,
      leftAt,
    });
    expect(await judged({}, row_('p1_other', later))).toEqual({ ended: 'phone-changed' });
    expect(await judged({}, row_('p1_other', earlier))).toEqual(valid);
    expect(await judged({}, row_(row.personKey, later))).toEqual(valid);
    expect(await judged({}, row_(undefined, later))).toEqual(valid);
    expect(await judged({}, row_(undefined, earlier, later))).toEqual({ ended: 'phone-changed' });
    // The number's row is read where nobody has read it.
    await putRows(db, 'Phones', { phoneKey: hall.phoneKey, personKey: 'p1_other', since: later });
    expect(await hallRecordOf(ctx, row, now)).toEqual({ ended: 'phone-changed' });
    expect(await hallRecordOf(ctx, row, now, { read: undefined })).toEqual(valid);
  });
});
