/** @module-tag long */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { phoneKey as phoneKeyOf } from '#crypto/keys.ts';
import { newHandle } from '#crypto/random.ts';
import { seal } from '#crypto/sealed.ts';
import type { Problem } from '#domain/problem.ts';
import { importCollection } from '#flows/registry-feed/collection.ts';
import type { LineOutcome } from '#flows/registry-feed/outcome.ts';
import { importPerson } from '#flows/registry-feed/person.ts';
import { parseNamedPerson } from '#journeys/people/named-person.ts';
import { phoneNumberOf } from '#journeys/people/personal-data.ts';
import type { FlowContext } from '#runtime/context.ts';
import { equals } from '#store/dynamodb/expressions.ts';
import type { Db, Item, Write } from '#store/dynamodb/tables.ts';
import { type OwnPhone, type Person, sealContext } from '#store/people/person-row.ts';
import { findPhone } from '#store/people/phones.ts';
import { findPerson } from '#store/people/users.ts';
import { keysOne } from '../crypto/keys-of-test.ts';
import { legacy } from '../flows/support/migration.ts';
import { contextOf, dataKeys, putRows, recordOf } from '../support/in-process.ts';
import { mobile, type Sample, person as sample } from '../support/people.ts';
import { openStore } from '../support/store.ts';

/** What a `person` line does to a person as they may stand there, and to the numbers that it names. */
let db: Db;
let ctx: FlowContext;
const sentMessages: { phone: string; text: string }[] = [];
beforeAll(async () => {
  db = await openStore('Audit', 'Phones', 'Relationships', 'Sessions', 'Users');
  ctx = contextOf(db, {
    sms: { send: async (message: { phone: string; text: string }) => void sentMessages.push(message) },
  });
});
beforeEach(() => {
  sentMessages.length = 0;
});

const now = new Date('2027-03-02T10:00:00+08:00');
const at = now.toISOString();
const longAgo = '2026-01-01T00:00:00.000Z';
type Line = Parameters<typeof importPerson>[1];
const lineOf = (who: Sample, facts: Partial<Line> = {}): Line => ({
  type: 'person',
  version: 1,
  name: who.name,
  documentType: who.documentType as Line['documentType'],
  documentNumber: who.documentNumber,
  phones: [who.phone],
  charset: undefined,
  faceVerified: false,
  state: 'valid',
  ...facts,
});
const keyOf = (who: Sample) => parseNamedPerson(ctx, lineOf(who), now).key;
const numberKey = (phone: string) => phoneKeyOf(keysOne, phone);
const take = (who: Sample, facts?: Partial<Line>, by = ctx): Promise<LineOutcome> =>
  importPerson(by, lineOf(who, facts), now);
/** Somebody else changes a row before the first transaction. */
const meanwhile = (change: () => Promise<unknown>): FlowContext => {
  let first = true;
  const busy = new Proxy(db, {
    get: (store, name: keyof Db) => {
      if (name !== 'transact') return store[name];
      return async (writes: readonly Write[]) => {
        if (first) await change();
        first = false;
        return store.transact(writes);
      };
    },
  });
  return contextOf(busy, { sms: ctx.sms });
};
const personOf = async (who: Sample) => (await findPerson(db, keyOf(who))) as Person;
const eventsOf = async (who: Sample) =>
  (await db.query<Item>('Audit', { condition: equals('subject', keyOf(who)) })).items;
const refusal = (run: Promise<unknown>) =>
  run.then(
    () => undefined,
    (error: Problem) => error.code,
  );

const ownPhone = (phone: string, facts: Partial<OwnPhone> = { imported: true }): OwnPhone => ({
  phoneId: `id-${phone}`,
  phoneKey: numberKey(phone),
  sealed: seal(dataKeys, sealContext.phone(numberKey(phone)), phone),
  since: longAgo,
  ...facts,
});
/** A person whom an import brought, with these numbers. */
async function imported(who: Sample, facts: Partial<Person> = {}, phones: readonly string[] = [who.phone]) {
  const own = phones.map((phone) => ownPhone(phone));
  const row = recordOf(keyOf(who), who.name, {
    rev: 3,
    realNameLevel: 3,
    account: { status: 'active', since: longAgo },
    password: { initial: true },
    phones: own,
    defaultPhoneId: own[0]?.phoneId ?? '',
    migrated: {
      version: 1,
      gave: { status: 'active', passwordRev: 0, phoneKeys: own.map(({ phoneKey }) => phoneKey) },
    },
    ...facts,
  });
  await putRows(db, 'Users', row);
  await putRows(
    db,
    'Phones',
    ...phones.map((phone) => ({
      phoneKey: numberKey(phone),
      personKey: row.personKey,
      since: longAgo,
      imported: true as const,
    })),
  );
  return row;
}
const plain = { hash: '$argon2id$x', pepperVersion: 1 };
const wrapped = { ...plain, wraps: 'MD5' as const, wrapSalt: '' };

describe('a person whom nobody knew', () => {
  it('MIG-1 LVL-1 gets a record, an account, numbers, and the old password or the note of the initial one', async () => {
    const who = sample();
    const second = mobile();
    expect(await take(who, { phones: [who.phone, second] })).toEqual({
      taken: 'accepted',
      warnings: [],
      emptied: 0,
    });
    const row = await personOf(who);
    const numbers = [who.phone, second];
    expect(row).toEqual({
      personKey: keyOf(who),
      rev: 1,
      documentType: '201',
      sealedName: expect.any(String),
      sealedNumber: expect.any(String),
      realNameLevel: 3,
      account: { status: 'active', since: at },
      password: { initial: true },
      phones: numbers.map((phone) => ({
        phoneId: expect.any(String),
        phoneKey: numberKey(phone),
        sealed: expect.any(String),
        since: at,
        imported: true,
      })),
      defaultPhoneId: row.phones?.[0]?.phoneId,
      migrated: { version: 1, gave: { status: 'active', passwordRev: 0, phoneKeys: numbers.map(numberKey) } },
    });
    expect(row.phones?.map((phone) => phoneNumberOf(ctx, phone))).toEqual(numbers);
    for (const phone of numbers)
      expect(await findPhone(db, numberKey(phone))).toEqual({
        phoneKey: numberKey(phone),
        personKey: row.personKey,
        since: at,
        imported: true,
      });
    const [event] = await eventsOf(who);
    expect(event).toMatchObject({
      kind: 'migrated',
      outcome: 'success',
      channel: 'exchange',
      detail: { realNameLevel: 3, state: 'active' },
    });
    const other = sample();
    await take(other, { faceVerified: true, passwordHash: legacy('MD5', 'x'), phones: [] });
    const checked = await personOf(other);
    expect(checked).toMatchObject({ realNameLevel: 4, password: { wraps: 'MD5' } });
    expect(checked).not.toHaveProperty('phones');
    expect(checked).not.toHaveProperty('defaultPhoneId');
    expect(checked).not.toHaveProperty('passwordRev');
  });

  it('MIG-1 REG-4 has a record only, if the old account has ended', async () => {
    for (const [state, status] of [
      ['invalid', 'invalid'],
      ['cancelled', 'cancelled'],
    ] as const) {
      const who = sample();
      expect(await take(who, { state, passwordHash: legacy('MD5', 'x') })).toEqual({ taken: 'accepted' });
      const row = await personOf(who);
      expect(row).toMatchObject({
        account: { status, since: at },
        migrated: { version: 1, gave: { status, passwordRev: 0, phoneKeys: [] } },
      });
      for (const none of ['password', 'passwordHistory', 'passwordRev', 'phones', 'defaultPhoneId'])
        expect(row).not.toHaveProperty(none);
      expect(await findPhone(db, numberKey(who.phone))).toBeUndefined();
      expect((await eventsOf(who))[0]?.detail).toEqual({ realNameLevel: 3, state: status });
    }
  });

  it('MIG-1 PHN-1 is refused with too many or wrong numbers, and a number twice is one', async () => {
    const who = sample();
    await expect(
      Promise.resolve().then(() => take(who, { passwordHash: 'rot13:abc' })),
    ).rejects.toMatchObject({ code: 'BAD_REQUEST', details: { reason: 'passwordHash (hash scheme)' } });
    const numbers = Array.from({ length: 11 }, mobile);
    expect(await refusal(Promise.resolve().then(() => take(who, { phones: numbers })))).toBe(
      'TOO_MANY_PHONES',
    );
    expect(await refusal(Promise.resolve().then(() => take(who, { phones: ['12'] })))).toBe('PHONE_INVALID');
    expect(await refusal(take(who, { phones: [...numbers.slice(1), `+86 ${numbers[1]}`] }))).toBeUndefined();
    expect((await personOf(who)).phones).toHaveLength(10);
  });

  it('DOC-5 ORD-1 takes the name of the line where the record has none, and keeps the one that it has', async () => {
    const who = sample();
    await putRows(db, 'Users', { ...recordOf(keyOf(who), '别人'), nameClaimed: true });
    expect((await take(who)).taken).toBe('accepted');
    expect(await personOf(who)).not.toHaveProperty('nameClaimed');
    const known = sample();
    const record = recordOf(keyOf(known), known.name, { realNameLevel: 5 });
    await putRows(db, 'Users', record);
    expect((await take(known)).taken).toBe('accepted');
    expect(await personOf(known)).toMatchObject({ sealedName: record.sealedName, realNameLevel: 5, rev: 2 });
    // A record without an account, as a hall makes it.
    const ended = sample();
    await putRows(db, 'Users', recordOf(keyOf(ended), ended.name));
    await take(ended, { state: 'cancelled' });
    expect((await personOf(ended)).account).toEqual({ status: 'cancelled', since: at });
    expect(await refusal(take({ ...known, name: '别人' }, { version: 9 }))).toBe('PERSON_MISMATCH');
  });
});

describe('a person whom an import brought', () => {
  it('MIG-1 ENT-3 takes newer lines only', async () => {
    const who = sample();
    const row = await imported(who, {
      migrated: { version: 5, gave: { status: 'active', passwordRev: 0, phoneKeys: [numberKey(who.phone)] } },
    });
    for (const version of [4, 5]) expect(await take(who, { version })).toEqual({ taken: 'stale' });
    expect(await personOf(who)).toEqual(row);
    expect((await take(who, { version: 6 })).taken).toBe('accepted');
    const after = await personOf(who);
    expect(after).toEqual({ ...row, rev: 4, migrated: { ...row.migrated, version: 6 } });
    // They took a username meanwhile: from then on the account is theirs.
    const busy = meanwhile(() => putRows(db, 'Users', { ...after, rev: 9, username: 'Chaohu' }));
    await take(who, { version: 7, phones: [mobile()] }, busy);
    expect(await personOf(who)).toEqual({
      ...after,
      rev: 10,
      username: 'Chaohu',
      migrated: { ...row.migrated, version: 7 },
    });
  });

  it('MIG-1 PHN-2 has the numbers of the newest line: others go, the default stays where it can', async () => {
    const who = sample();
    const [second, third] = [mobile(), mobile()];
    const row = await imported(who, { defaultPhoneId: `id-${second}` }, [who.phone, second]);
    await take(who, { version: 2, phones: [third, second] });
    const after = await personOf(who);
    expect(after.phones?.map(({ phoneKey }) => phoneKey)).toEqual([numberKey(third), numberKey(second)]);
    expect(after.phones?.[1]).toEqual(row.phones?.[1]);
    expect(after.defaultPhoneId).toBe(`id-${second}`);
    expect(after.migrated?.gave?.phoneKeys).toEqual([numberKey(third), numberKey(second)]);
    expect(await findPhone(db, numberKey(who.phone))).toEqual({ phoneKey: numberKey(who.phone), leftAt: at });
    await take(who, { version: 3, phones: [third] });
    const last = await personOf(who);
    expect(last.defaultPhoneId).toBe(last.phones?.[0]?.phoneId);
    await take(who, { version: 4, phones: [] });
    expect(await personOf(who)).not.toHaveProperty('phones');
    expect(await personOf(who)).not.toHaveProperty('defaultPhoneId');
  });

  it('MIG-1 PWD-3 has the old system’s newest password until they have logged in here, and its sessions end', async () => {
    const passwordHash = legacy('MD5', 'x');
    const session = { sessionId: newHandle(), expiresAt: now.getTime() / 1000 + 600 };
    await putRows(db, 'Sessions', session);
    const resultOf = async (password: Person['password'] | undefined, hash?: string) => {
      const who = sample();
      await imported(who, { password: password as never, webSession: session, passwordHistory: [plain] });
      await take(who, { version: 2, ...(hash ? { passwordHash: hash } : {}) });
      return personOf(who);
    };
    for (const old of [{ initial: true } as const, wrapped]) {
      const replaced = await resultOf(old, passwordHash);
      expect(replaced.password).toMatchObject({
        wraps: 'MD5',
        hash: expect.stringMatching(/^\$argon2id\$v/),
      });
      expect(replaced).toMatchObject({ passwordRev: 1, migrated: { gave: { passwordRev: 1 } } });
      for (const none of ['webSession', 'passwordHistory']) expect(replaced).not.toHaveProperty(none);
      expect(await resultOf(old)).toMatchObject({ password: old, webSession: session });
      expect(await resultOf(old)).not.toHaveProperty('passwordRev');
    }
    expect(await db.get('Sessions', { sessionId: session.sessionId })).toMatchObject({
      ended: { reason: 'credential-change' },
    });
    const kept = await resultOf(plain, passwordHash);
    expect(kept).toMatchObject({ password: plain, webSession: session });
    expect(kept).not.toHaveProperty('passwordRev');
    const none = await resultOf(undefined, passwordHash);
    expect(none).toMatchObject({ password: { wraps: 'MD5' }, webSession: session });
    expect(none).not.toHaveProperty('passwordRev');
    const initial = await resultOf(undefined);
    expect(initial).toMatchObject({ password: { initial: true }, webSession: session });
  });

  it('MIG-1 REG-4 ends as the old system says, with everything that belongs to the account', async () => {
    const session = { sessionId: newHandle(), expiresAt: now.getTime() / 1000 + 600 };
    await putRows(db, 'Sessions', session);
    const who = sample();
    const window = { phoneKey: numberKey(who.phone), startedAt: 1 };
    const row = await imported(who, { password: plain, webSession: session, lastWindow: window as never });
    expect(await take(who, { version: 2, state: 'cancelled', faceVerified: true })).toEqual({
      taken: 'accepted',
    });
    expect(await personOf(who)).toEqual({
      personKey: row.personKey,
      rev: 4,
      documentType: '201',
      sealedName: row.sealedName,
      sealedNumber: row.sealedNumber,
      realNameLevel: 4,
      account: { status: 'cancelled', since: at },
      passwordHistory: [plain],
      passwordRev: 1,
      migrated: { version: 2, gave: { status: 'cancelled', passwordRev: 1, phoneKeys: [] } },
    });
    expect(await db.get('Sessions', { sessionId: session.sessionId })).toMatchObject({
      ended: { reason: 'deregistered' },
    });
    expect(await findPhone(db, numberKey(who.phone))).toEqual({ phoneKey: numberKey(who.phone), leftAt: at });
    // Again, later: it ended when it ended. Opened again, it begins again.
    const later = new Date(now.getTime() + 1_000);
    await importPerson(ctx, lineOf(who, { version: 3, state: 'cancelled' }), later);
    expect((await personOf(who)).account?.since).toBe(at);
    expect((await personOf(who)).passwordRev).toBe(1);
    await importPerson(ctx, lineOf(who, { version: 4, state: 'invalid' }), later);
    expect((await personOf(who)).account).toEqual({ status: 'invalid', since: later.toISOString() });
    await importPerson(ctx, lineOf(who, { version: 5 }), new Date(now.getTime() + 2_000));
    expect(await personOf(who)).toMatchObject({
      account: { status: 'active', since: new Date(now.getTime() + 2_000).toISOString() },
      password: { initial: true },
      passwordHistory: [plain],
      passwordRev: 1,
    });
  });

  it('MIG-1 PWD-2 keeps the last passwords when it ends, and none where there was none', async () => {
    const history = [{ ...plain, hash: '$argon2id$old' }];
    const resultOf = async (facts: Partial<Person>) => {
      const who = sample();
      await imported(who, facts);
      await take(who, { version: 2, state: 'invalid' });
      return (await personOf(who)).passwordHistory;
    };
    expect(await resultOf({ password: plain, passwordHistory: history })).toEqual(history);
    expect(await resultOf({ password: wrapped })).toEqual([wrapped]);
    expect(await resultOf({ password: { initial: true } })).toBeUndefined();
  });

  it('ORD-1 MIG-1 gets no number back after an order took them all', async () => {
    const who = sample();
    await imported(who, { orders: { emptiedAt: longAgo } });
    expect(await take(who, { version: 2, phones: [mobile()] })).toEqual({
      taken: 'accepted',
      warnings: [],
      emptied: 0,
    });
    expect(await personOf(who)).not.toHaveProperty('phones');
    expect(await findPhone(db, numberKey(who.phone))).not.toHaveProperty('personKey');
  });
});

describe('a person who has done something here', () => {
  it.each<[string, Partial<Person>]>([
    ['registered here', { migrated: { version: 1 } }],
    ['registered here, of whom no line came before', { migrated: undefined as never }],
    ['has another password', { passwordRev: 1 }],
    ['has an account of another state', { account: { status: 'cancelled', since: longAgo } }],
    ['has a username', { username: 'Chaohu' }],
    ['proved a number', { phones: [ownPhone('13800000001', {})] }],
    ['has no number any more', { phones: undefined as never }],
  ])('MIG-1 keeps all of it: %s', async (_, facts) => {
    const who = sample();
    const row = await imported(who, { password: wrapped, realNameLevel: 4, ...facts });
    expect(await take(who, { version: 2, passwordHash: legacy('MD5', 'x'), phones: [mobile()] })).toEqual({
      taken: 'accepted',
      warnings: [],
    });
    const stored = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
    expect(await personOf(who)).toEqual({ ...stored, rev: 4, migrated: { ...row.migrated, version: 2 } });
    expect((await eventsOf(who)).at(-1)).toMatchObject({
      kind: 'migrated',
      detail: { realNameLevel: 4, reason: 'kept' },
    });
  });

  it('MIG-1 LVL-1 ORD-1 a face that was seen raises the level; an end is told, and not taken', async () => {
    const resultOf = async (facts: Partial<Person>, line: Partial<Line>) => {
      const who = sample();
      await imported(who, { username: 'Chaohu', ...facts });
      const { warnings } = await take(who, { version: 2, ...line });
      const { realNameLevel, account } = await personOf(who);
      return [warnings, realNameLevel, account?.status];
    };
    expect(await resultOf({}, { faceVerified: true })).toEqual([[], 4, 'active']);
    expect(await resultOf({ realNameLevel: undefined as never }, {})).toEqual([[], 3, 'active']);
    for (const state of ['invalid', 'cancelled'] as const)
      expect(await resultOf({}, { state })).toEqual([['STATE_NOT_TAKEN'], 3, 'active']);
    const ended = { account: { status: 'cancelled' as const, since: longAgo } };
    expect(await resultOf(ended, { state: 'cancelled' })).toEqual([[], 3, 'cancelled']);
    expect(await resultOf(ended, {})).toEqual([[], 3, 'cancelled']);
    const who = sample();
    const row = await imported(who, { username: 'Chaohu' });
    const busy = meanwhile(() => putRows(db, 'Users', { ...row, rev: 9, realNameLevel: 5 }));
    await take(who, { version: 2, faceVerified: true }, busy);
    expect(await personOf(who)).toMatchObject({ rev: 10, realNameLevel: 5, migrated: { version: 2 } });
  });
});

describe('a number that somebody else has', () => {
  it('MIG-1 LGN-5 PWD-3 from an import is taken from both, and the other numbers of the first are told', async () => {
    const [first, second] = [sample(), sample()];
    const [two, rest] = [mobile(), mobile()];
    await imported(first, {}, [first.phone, two, rest]);
    const outcome = await take(second, { phones: [two, first.phone, second.phone] });
    expect(outcome).toEqual({
      taken: 'accepted',
      warnings: ['PHONE_EMPTIED', 'PHONE_EMPTIED'],
      emptied: 2,
    });
    const former = await personOf(first);
    expect(former.phones?.map(({ phoneKey }) => phoneKey)).toEqual([numberKey(rest)]);
    expect(former).toMatchObject({
      rev: 4,
      defaultPhoneId: `id-${rest}`,
      migrated: { version: 1, gave: { status: 'active', phoneKeys: [numberKey(rest)] } },
    });
    const lost = (await eventsOf(first)).filter(({ kind }) => kind === 'phone-lost');
    const masked = (phone: string) => `${phone.slice(0, 3)}****${phone.slice(7)}`;
    expect(lost.map(({ detail }) => detail)).toEqual(
      expect.arrayContaining(
        [two, first.phone].map((phone) => ({ reason: 'duplicate', phone: masked(phone) })),
      ),
    );
    expect(lost).toHaveLength(2);
    expect(sentMessages.map(({ phone }) => phone)).toEqual([rest]);
    expect(sentMessages[0]?.text).toContain(`${masked(two)}、${masked(first.phone)}`);
    for (const phone of [two, first.phone])
      expect(await findPhone(db, numberKey(phone))).toEqual({
        phoneKey: numberKey(phone),
        contested: true,
        leftAt: at,
      });
    expect((await personOf(second)).phones?.map(({ phoneKey }) => phoneKey)).toEqual([
      numberKey(second.phone),
    ]);
    // No later line gets it, whoever it names.
    expect(await take(second, { version: 2, phones: [two] })).toMatchObject({
      warnings: ['PHONE_REFUSED'],
      emptied: 0,
    });
    expect(await personOf(second)).not.toHaveProperty('phones');
  });

  it('MIG-1 PWD-3 DOC-4 of two people in one line is told to each as their own', async () => {
    const [first, second, third] = [sample(), sample(), sample()];
    const [one, two] = [mobile(), mobile()];
    await imported(first, {}, [one, first.phone]);
    await imported(second, {}, [two, second.phone]);
    await take(third, { phones: [third.phone, one, two] });
    const masked = (phone: string) => `${phone.slice(0, 3)}****${phone.slice(7)}`;
    for (const [holder, lost, others] of [
      [first, one, [two, third.phone]],
      [second, two, [one, third.phone]],
    ] as const) {
      const notices = sentMessages.filter(({ phone }) => phone === holder.phone);
      expect(notices.map(({ text }) => text)).toEqual([expect.stringContaining(masked(lost))]);
      for (const other of others) expect(notices[0]?.text).not.toContain(masked(other));
      const events = (await eventsOf(holder)).filter(({ kind }) => kind === 'phone-lost');
      expect(events.map(({ detail }) => detail)).toEqual([{ reason: 'duplicate', phone: masked(lost) }]);
    }
    expect(sentMessages).toHaveLength(2);
  });

  it('MIG-1 leaves its holder’s default alone where that is another one, and nothing where it was the last', async () => {
    const [first, second] = [sample(), sample()];
    const [other, middle] = [mobile(), mobile()];
    await imported(first, { defaultPhoneId: `id-${first.phone}` }, [middle, other, first.phone]);
    await take(second, { phones: [other] });
    expect(await personOf(first)).toMatchObject({ defaultPhoneId: `id-${first.phone}` });
    expect((await personOf(first)).phones).toHaveLength(2);
    await take(sample({ phone: middle }));
    expect((await personOf(first)).phones).toHaveLength(1);
    await take(sample({ phone: first.phone }));
    const empty = await personOf(first);
    expect(empty).not.toHaveProperty('phones');
    expect(empty).not.toHaveProperty('defaultPhoneId');
    expect(empty.migrated?.gave?.phoneKeys).toEqual([]);
    // A holder of whom no import tells, and one who is not there at all.
    const [third, nobody] = [sample(), sample()];
    await imported(third, { migrated: undefined as never });
    expect(await take(sample({ phone: third.phone }))).toMatchObject({ emptied: 1 });
    expect(await personOf(third)).not.toHaveProperty('migrated');
    await putRows(db, 'Phones', {
      phoneKey: numberKey(nobody.phone),
      personKey: keyOf(nobody),
      since: at,
      imported: true,
    });
    expect(await take(sample({ phone: nobody.phone }))).toMatchObject({
      emptied: 1,
      warnings: ['PHONE_EMPTIED'],
    });
    expect(await findPhone(db, numberKey(nobody.phone))).not.toHaveProperty('personKey');
    // One whose own row does not list it any more.
    const former = sample();
    await imported(former, { phones: undefined as never });
    expect(await take(sample({ phone: former.phone }))).toMatchObject({ emptied: 1 });
    expect(await personOf(former)).toMatchObject({ rev: 4 });
  });

  it('MIG-1 PHN-5 and has proved stays theirs, and is remembered as contested', async () => {
    const [owner, claimer] = [sample(), sample()];
    const row = await imported(owner);
    const proved = { phoneKey: numberKey(owner.phone), personKey: row.personKey, since: longAgo };
    await putRows(db, 'Phones', proved);
    const claim = () => take(claimer, { version: version++, phones: [owner.phone] });
    let version = 1;
    expect(await claim()).toMatchObject({ warnings: ['PHONE_OF_ANOTHER'], emptied: 0 });
    expect(await findPhone(db, numberKey(owner.phone))).toEqual({ ...proved, contested: true });
    expect(await claim()).toMatchObject({ warnings: ['PHONE_OF_ANOTHER'] });
    expect(await personOf(owner)).toEqual(row);
    expect(await personOf(claimer)).not.toHaveProperty('phones');
    expect(sentMessages).toEqual([]);
  });

  it('MIG-1 PHN-3 in the middle of a takeover is read again', async () => {
    const who = sample();
    await imported(who);
    await putRows(db, 'Phones', { phoneKey: numberKey(who.phone), personKey: 'p1_other', since: at });
    expect(await refusal(take(who, { version: 2 }))).toBe('TOO_MANY_REQUESTS');
    await putRows(db, 'Phones', { phoneKey: numberKey(who.phone), leftAt: at });
    expect(await refusal(take(who, { version: 2 }))).toBe('TOO_MANY_REQUESTS');
    expect((await personOf(who)).rev).toBe(3);
    const other = sample();
    await putRows(db, 'Users', recordOf(keyOf(other), other.name, { phones: [ownPhone(other.phone)] }));
    expect(await refusal(take(other, { version: 2 }))).toBe('TOO_MANY_REQUESTS');
  });
});

describe('a person whom a hall has seen', () => {
  it('REG-2 ENT-3 has the hall record of the newest line, from the time that it states', async () => {
    const who = sample();
    const { name, documentType, documentNumber } = lineOf(who);
    const collect = (version: number, facts: { collectedAt?: string; formerName?: string } = {}, as = name) =>
      importCollection(
        ctx,
        {
          type: 'collection',
          version,
          person: { name: as, documentType, documentNumber },
          phone: who.phone,
          officer: '0042',
          ...facts,
        },
        now,
      );
    const stated = async () => (await personOf(who)).hall?.collectedAt;
    expect(await collect(1)).toBe('accepted');
    expect(await personOf(who)).toMatchObject({
      realNameLevel: 5,
      hall: { phoneKey: numberKey(who.phone), officer: '0042', version: 1, at, collectedAt: at },
    });
    expect((await eventsOf(who))[0]).toMatchObject({ kind: 'collected', channel: 'hall' });
    expect(await collect(1)).toBe('stale');
    expect(await collect(2, { collectedAt: '2027-03-01' })).toBe('accepted');
    expect(await stated()).toBe('2027-02-28T16:00:00.000Z');
    for (const collectedAt of ['', 'yesterday'])
      await expect(Promise.resolve().then(() => collect(3, { collectedAt }))).rejects.toMatchObject({
        code: 'BAD_REQUEST',
        details: { reason: 'collectedAt (time or day)' },
      });
    // DOC-5: the name that the record had, where it has changed by law.
    expect(await refusal(collect(4, {}, '欧阳新名'))).toBe('PERSON_MISMATCH');
    expect(await collect(5, { formerName: name }, '欧阳新名')).toBe('accepted');
  });
});
