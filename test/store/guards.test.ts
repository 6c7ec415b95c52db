import { beforeAll, describe, expect } from 'vitest';
import { newHandle } from '#crypto/random.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { Problem } from '#domain/problem.ts';
import { dayRowExpiry } from '#store/dynamodb/counters.ts';
import type { Db, Item, Write } from '#store/dynamodb/tables.ts';
import {
  claimPhoneUpdate,
  contestPhoneUpdate,
  findPhone,
  importPhoneUpdate,
  isOwned,
  phoneOwner,
  phoneProvenUpdate,
  releasePhoneUpdate,
} from '#store/people/phones.ts';
import {
  claimUsernamePut,
  findUsername,
  releaseUsernamePut,
  usernameFree,
  usernameKey,
} from '#store/people/usernames.ts';
import { reserveCompanyNotice } from '#store/sms/company-notices.ts';
import { reservePhoneGuess, returnedPhoneGuessUpdate } from '#store/sms/phone-guesses.ts';
import { dayKey } from '#store/sms/sms-windows.ts';
import { openStore, refusalOf } from '../support/store.ts';
import { long } from '../support/variants.ts';

/** Rows that only one of many may own: each condition is tested against a row that must be refused. */
let db: Db;
beforeAll(async () => {
  db = await openStore('Phones', 'Users', 'SmsWindows');
});

const now = new Date('2027-03-02T10:00:00+08:00');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const written = (...writes: Write[]) => refusalOf(db.transact(writes));
const changed = () => new Problem('STATE_CONFLICT');
const [ada, ben] = ['p1_ada', 'p1_ben'];

describe('a phone number', () => {
  long('PHN-1 PHN-3 PHN-5 has one owner, and is taken over from exactly that one', async () => {
    const phoneKey = newHandle();
    const claim = (who: string, from?: string) => written(claimPhoneUpdate(phoneKey, who, now, from));
    expect(await phoneOwner(db, phoneKey)).toBeUndefined();
    expect(isOwned(undefined)).toBe(false);
    expect(await claim(ada)).toBeUndefined();
    expect(await findPhone(db, phoneKey)).toEqual({ phoneKey, personKey: ada, since: now.toISOString() });
    expect(await claim(ada)).toBeUndefined();
    expect(await claim(ben)).toBe('PHONE_TAKEN');
    expect(await claim(ben, 'p1_other')).toBe('PHONE_TAKEN');
    expect(await claim(ben, ada)).toBeUndefined();
    expect(await phoneOwner(db, phoneKey)).toMatchObject({ personKey: ben, leftAt: now.toISOString() });
  });

  long(
    'PHN-2 REG-2 is freed by its owner alone, and a hall record from before it left somebody is over',
    async () => {
      const phoneKey = newHandle();
      const hall = (collectedAt: Date) => ({
        collectedAt: collectedAt.toISOString(),
        onRefused: () => new Problem('OFFICE_COLLECTION_REQUIRED'),
      });
      await written(claimPhoneUpdate(phoneKey, ada, now));
      expect(await written(releasePhoneUpdate(phoneKey, ben, now, changed))).toBe('STATE_CONFLICT');
      expect(await written(claimPhoneUpdate(phoneKey, ben, now, undefined, hall(now)))).toBe('PHONE_TAKEN');
      expect(await written(releasePhoneUpdate(phoneKey, ada, later(10), changed))).toBeUndefined();
      expect(await findPhone(db, phoneKey)).toEqual({ phoneKey, leftAt: later(10).toISOString() });
      expect(await written(claimPhoneUpdate(phoneKey, ben, now, undefined, hall(later(9))))).toBe(
        'OFFICE_COLLECTION_REQUIRED',
      );
      expect(await written(claimPhoneUpdate(phoneKey, ben, now, undefined, hall(later(10))))).toBeUndefined();
      expect(await findPhone(db, phoneKey)).toMatchObject({
        personKey: ben,
        leftAt: later(10).toISOString(),
      });
      expect(await written(claimPhoneUpdate(phoneKey, ada, now, undefined, hall(later(10))))).toBe(
        'PHONE_TAKEN',
      );
    },
  );

  long('MIG-1 that was imported can be contested until it is proved', async () => {
    const phoneKey = newHandle();
    const imported = (who: string) => written(importPhoneUpdate(phoneKey, who, now, changed));
    const contested = async () => {
      const row = await phoneOwner(db, phoneKey);
      if (!row) throw new Error('nobody has it');
      return row;
    };
    expect(await imported(ada)).toBeUndefined();
    expect(await imported(ada)).toBe('STATE_CONFLICT');
    const asImported = await contested();
    expect(asImported).toMatchObject({ personKey: ada, imported: true });
    const claimed = newHandle();
    await written(importPhoneUpdate(claimed, ada, now, changed));
    await written(claimPhoneUpdate(claimed, ada, now));
    expect(await findPhone(db, claimed)).not.toHaveProperty('imported');
    expect(await written(phoneProvenUpdate(phoneKey, ben, changed))).toBe('STATE_CONFLICT');
    expect(await written(phoneProvenUpdate(phoneKey, ada, changed))).toBeUndefined();
    expect(await written(contestPhoneUpdate(asImported, now, changed))).toBe('STATE_CONFLICT');
    const asProved = await contested();
    expect(await written(contestPhoneUpdate({ ...asProved, personKey: ben }, now, changed))).toBe(
      'STATE_CONFLICT',
    );
    expect(await written(contestPhoneUpdate(asProved, now, changed))).toBeUndefined();
    expect(await contested()).toMatchObject({ personKey: ada, contested: true });
    const other = newHandle();
    await written(importPhoneUpdate(other, ada, now, changed));
    const row = await phoneOwner(db, other);
    if (!row) throw new Error('nobody has it');
    expect(await written(contestPhoneUpdate({ ...row, imported: undefined } as never, now, changed))).toBe(
      'STATE_CONFLICT',
    );
    expect(await written(contestPhoneUpdate(row, now, changed))).toBeUndefined();
    expect(await findPhone(db, other)).toEqual({
      phoneKey: other,
      contested: true,
      leftAt: now.toISOString(),
    });
    expect(await written(importPhoneUpdate(other, ben, now, changed))).toBe('STATE_CONFLICT');
  });
});

describe('a username', () => {
  long(
    'USR-1 USR-2 has one owner, and one that was given up waits for everybody but who had it',
    async () => {
      const key = usernameKey(newHandle());
      const claim = (who: string, when = now) => written(claimUsernamePut(key, 'Ada', who, when));
      const free = async (who: string, when = now) => usernameFree(await findUsername(db, key), who, when);
      expect(await free(ada)).toBe(true);
      expect(await claim(ada)).toBeUndefined();
      expect(await findUsername(db, key)).toEqual({ personKey: key, owner: ada, username: 'Ada' });
      expect([await free(ada), await free(ben)]).toEqual([true, false]);
      expect(await claim(ada)).toBeUndefined();
      expect(await claim(ben)).toBe('USERNAME_TAKEN');
      expect(await written(releaseUsernamePut(key, ben, later(60), changed))).toBe('STATE_CONFLICT');
      expect(await written(releaseUsernamePut(key, ada, later(60), changed))).toBeUndefined();
      expect(await findUsername(db, key)).toEqual({
        personKey: key,
        formerOwner: ada,
        reservedUntil: epochSeconds(later(60)),
      });
      expect([await free(ada), await free(ben), await free(ben, later(59))]).toEqual([true, false, false]);
      expect(await free(ben, later(60))).toBe(true);
      expect(await claim(ben, later(59))).toBe('USERNAME_TAKEN');
      expect(await claim(ben, later(60))).toBeUndefined();
      expect(await claim(ada, later(60))).toBe('USERNAME_TAKEN');
      const own = usernameKey(newHandle());
      await written(claimUsernamePut(own, 'Ben', ben, now));
      await written(releaseUsernamePut(own, ben, later(60), changed));
      expect(await written(claimUsernamePut(own, 'Ben', ben, now))).toBeUndefined();
      expect(usernameFree({ personKey: own, owner: ada, formerOwner: ben }, ben, later(999))).toBe(false);
      expect(usernameFree({ personKey: own }, ben, now)).toBe(true);
    },
  );
});

describe('messages to a number', () => {
  long('SMS-4 a company’s notices are one of a kind in ten minutes and so many a day', async () => {
    const limits = { companyNoticeSeconds: 600, companyNoticesPerDay: 3 };
    const pair = { personKey: ada, companyKey: newHandle() };
    const take = (kind: string, seconds = 0, of = pair) =>
      reserveCompanyNotice(db, of, kind, later(seconds), limits);
    expect(await take('invited')).toBe(true);
    expect(await take('invited', 599)).toBe(false);
    expect(await take('deleted', 1)).toBe(true);
    expect(await take('invited', 600)).toBe(true);
    expect(await take('adjusted', 601)).toBe(false);
    expect(await take('adjusted', 601, { ...pair, personKey: ben })).toBe(true);
    const phoneKey = `notice/${ada}/${pair.companyKey}`;
    expect(await db.get<Item>('SmsWindows', { phoneKey })).toEqual({
      phoneKey,
      day: '2027-03-02',
      count: 3,
      'at-invited': later(600).getTime(),
      'at-deleted': later(1).getTime(),
      ttl: epochSeconds(later(600)) + 600 + 2 * 86_400,
    });
    expect(await take('adjusted', 14 * 3600)).toBe(true);
    expect((await db.get<Item>('SmsWindows', { phoneKey }))?.count).toBe(1);
    // The ten minutes of a kind continue across midnight.
    const late = { ...pair, companyKey: newHandle() };
    expect(await take('invited', 14 * 3600 - 60, late)).toBe(true);
    expect(await take('invited', 14 * 3600 + 60, late)).toBe(false);
    expect(await take('invited', 14 * 3600 + 540, late)).toBe(true);
  });

  long('LCK-5 so many wrong codes of a day are free at a number, the same guess once', async () => {
    const phoneKey = newHandle();
    const guess = (attemptId: string, seconds = 0) =>
      reservePhoneGuess(db, { phoneKey, now: later(seconds), attemptId }, 2);
    expect([await guess('a'), await guess('b'), await guess('a'), await guess('c')]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    await db.update(returnedPhoneGuessUpdate({ phoneKey, now, attemptId: 'a' }));
    expect(await guess('c')).toBe(true);
    const row = await db.get<Item>('SmsWindows', { phoneKey: dayKey(phoneKey, now) });
    expect(row).toMatchObject({ wrong: new Set(['b', 'c']), ttl: dayRowExpiry(now) });
    expect(await guess('d', 14 * 3600)).toBe(true);
  });
});
