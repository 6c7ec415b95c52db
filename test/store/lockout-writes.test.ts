import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lockoutExpiry } from '#domain/factors/lockout-policy.ts';
import type { AuthMethod } from '#domain/names.ts';
import { defaultPolicies as policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { absent } from '#store/dynamodb/expressions.ts';
import type { Db, Put } from '#store/dynamodb/tables.ts';
import { type Attempt, type LockoutRow, lockoutKey } from '#store/people/lockout-row.ts';
import { lockedRows, sweepShards, sweptUpdate } from '#store/people/lockout-sweep.ts';
import {
  notLockedCheck,
  reserveAttempt,
  returnAttempt,
  rightCodeUpdate,
  successUpdate,
  unlockUpdate,
} from '#store/people/lockout-table.ts';
import { reserveGuess, returnGuess } from '#store/people/sms-guesses.ts';
import { openStore, refusalOf } from '../support/store.ts';

/** What the writes of LCK leave in the row, how many writes there are, and what happens after a lost answer. */
let store: Db;
let db: Db;
const writes: string[] = [];
/** If true, the next update is executed, but its answer is lost. */
let losesAnswer = false;
beforeAll(async () => {
  store = await openStore('Lockouts', 'Audit');
  db = {
    ...store,
    update: async (update) => {
      writes.push('update');
      const written = await store.update(update);
      if (losesAnswer) {
        losesAnswer = false;
        throw new Error('the answer was lost');
      }
      return written as never;
    },
    tryTransact: (list) => {
      writes.push('transact');
      return store.tryTransact(list);
    },
  };
});
beforeEach(() => {
  writes.length = 0;
});

const day = '2027-03-02';
let people = 0;
const somebody = () => `p1_${people++}`;
const of = (personKey: string, method: AuthMethod): Attempt => ({
  personKey,
  day,
  method,
  attemptId: `a${people++}`,
});
const event = (): Put => ({ table: 'Audit', put: { subject: `s${people++}`, eventId: 'e' } });
const rowOf = (personKey: string) =>
  store.get<LockoutRow & { ttl: number }>('Lockouts', lockoutKey(personKey, day));
const reserve = (attempt: Attempt, known?: LockoutRow, lockEvent: Put = event()) =>
  reserveAttempt(db, attempt, policies, lockEvent, known);
const failTimes = async (times: number, personKey: string, method: AuthMethod) => {
  for (let i = 0; i < times; i++) await reserve(of(personKey, method));
};
const usedUp = () => new Problem('FACE_REQUIRED');
const ttl = lockoutExpiry(day, policies);

describe('an attempt', () => {
  it('LCK-2 that is refused is told until when', async () => {
    const who = somebody();
    await failTimes(5, who, 'password');
    await expect(reserve(of(who, 'password'))).rejects.toMatchObject({
      code: 'ACCOUNT_LOCKED',
      details: { lockedUntil: '2027-03-03T00:00:00+08:00' },
    });
    expect(await refusalOf(store.transact([notLockedCheck(who, day)]))).toBe('ACCOUNT_LOCKED');
    expect(await refusalOf(store.transact([notLockedCheck(somebody(), day)]))).toBeUndefined();
  });

  it('LCK-4 whose answer was lost is given back: nobody looked', async () => {
    const who = somebody();
    losesAnswer = true;
    await expect(reserve(of(who, 'sms'))).rejects.toThrow('the answer was lost');
    expect(await rowOf(who)).not.toHaveProperty('sms');
    expect(await rowOf(who)).not.toHaveProperty('smsGuesses');
  });

  it('LCK-4 by a row that was read before is one write, whatever the row lacks', async () => {
    const who = somebody();
    await reserve(of(who, 'password'));
    const read = await rowOf(who);
    writes.length = 0;
    expect(await reserve(of(who, 'sms'), read)).toEqual({ taken: 1 });
    expect(writes).toEqual(['update']);
  });

  it('LCK-4 decided by a row of before a success is taken all the same, and counts from there', async () => {
    const who = somebody();
    await failTimes(4, who, 'password');
    const before = await rowOf(who);
    await store.transact([successUpdate(of(who, 'password'), policies)]);
    expect(await reserve(of(who, 'password'), before)).toEqual({ taken: 1 });
    expect((await rowOf(who))?.lockedAt).toBeUndefined();
  });

  it('LCK-1 LCK-5 by password is taken where the day’s codes are used up', async () => {
    const who = somebody();
    for (let i = 0; i < policies.smsGuessesPerDay; i++)
      await reserveGuess(db, { personKey: who, day, attemptId: `g${i}` }, policies, usedUp);
    const read = await rowOf(who);
    expect(await refusalOf(reserve(of(who, 'sms'), read))).toBe('FACE_REQUIRED');
    expect(await reserve(of(who, 'password'), read)).toEqual({ taken: 1 });
  });

  it('LCK-1 AUD-1 that locks stands only with its event', async () => {
    const who = somebody();
    await failTimes(4, who, 'face');
    const told = event();
    await store.transact([told]);
    const twice = { ...told, condition: absent('subject'), onRefused: () => new Problem('UNAVAILABLE') };
    expect(await refusalOf(reserve(of(who, 'face'), undefined, twice))).toBe('UNAVAILABLE');
    expect((await rowOf(who))?.lockedAt).toBeUndefined();
    expect((await rowOf(who))?.face?.size).toBe(4);
  });

  it('LCK-4 that others cross again and again is refused after twelve rounds, and nothing is reserved', async () => {
    let rounds = 0;
    const crossed: Db = { ...store, update: async () => ({ ok: false, old: void rounds++ }) };
    await expect(reserveAttempt(crossed, of(somebody(), 'face'), policies, event())).rejects.toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      details: { retryAfter: 1 },
    });
    expect(rounds).toBe(12);
  });
});

describe('giving an attempt back', () => {
  it('LCK-4 is one write where it is known whether a lock stood on it', async () => {
    const [free, locked] = [somebody(), somebody()];
    const attempt = of(free, 'password');
    const { taken } = await reserve(attempt);
    await failTimes(4, locked, 'password');
    const fifth = of(locked, 'password');
    const last = await reserve(fifth);
    writes.length = 0;
    await returnAttempt(db, attempt, taken, policies);
    await returnAttempt(db, fifth, last.taken, policies);
    expect(writes).toEqual(['update', 'update']);
    expect(await rowOf(free)).not.toHaveProperty('password');
    expect(await rowOf(locked)).not.toHaveProperty('lockedAt');
  });

  it('LCK-4 is another write where it is known wrongly, and leaves another method’s lock', async () => {
    const who = somebody();
    const attempt = of(who, 'face');
    await reserve(attempt);
    await failTimes(5, who, 'password');
    writes.length = 0;
    await returnAttempt(db, attempt, 5, policies);
    expect(writes).toEqual(['update', 'update']);
    expect(await rowOf(who)).not.toHaveProperty('face');
    expect(await rowOf(who)).toMatchObject({ lockedBy: 'password' });
  });

  it('LCK-4 of somebody without a row, or of an attempt that is gone, changes nothing, in one write', async () => {
    const [nobody, who] = [somebody(), somebody()];
    await returnAttempt(db, of(nobody, 'sms'), 0, policies);
    expect(await rowOf(nobody)).toBeUndefined();
    await failTimes(2, who, 'sms');
    const before = await rowOf(who);
    writes.length = 0;
    await returnAttempt(db, of(who, 'sms'), 0, policies);
    expect(writes).toEqual(['update']);
    expect(await rowOf(who)).toEqual(before);
  });

  it('LCK-5 gives the guess of the day back where a success has cleared the attempts meanwhile', async () => {
    const who = somebody();
    const [lost, right] = [of(who, 'sms'), of(who, 'sms')];
    await reserve(lost);
    await reserve(right);
    await store.transact([successUpdate(right, policies)]);
    expect((await rowOf(who))?.smsGuesses).toEqual(new Set([lost.attemptId]));
    await returnAttempt(db, lost, 1, policies);
    expect(await rowOf(who)).not.toHaveProperty('smsGuesses');
  });

  it('LCK-4 ends after four rounds', async () => {
    const attempt = of(somebody(), 'face');
    let rounds = 0;
    const crossed: Db = {
      ...store,
      update: async () => {
        const old = { face: new Set([attempt.attemptId]), lockedBy: ++rounds % 2 ? 'face' : 'sms' };
        return { ok: false, old: old as never };
      },
    };
    await returnAttempt(crossed, attempt, 0, policies);
    expect(rounds).toBe(4);
  });
});

describe('a success', () => {
  it('LCK-1 LCK-5 takes the guess that was its own, or the right code’s of the same call', async () => {
    const [bySms, byPassword] = [somebody(), somebody()];
    const code = of(bySms, 'sms');
    await reserve(code);
    await store.transact([successUpdate(code, policies)]);
    expect(await rowOf(bySms)).not.toHaveProperty('smsGuesses');
    for (const attemptId of ['g1', 'g2'])
      await reserveGuess(db, { personKey: byPassword, day, attemptId }, policies, usedUp);
    await store.transact([
      successUpdate(of(byPassword, 'password'), policies, { reserved: true, guess: 'g1' }),
    ]);
    expect((await rowOf(byPassword))?.smsGuesses).toEqual(new Set(['g2']));
    await store.transact([unlockUpdate(byPassword, day, policies, { seen: false, onRefused: usedUp }, 'g2')]);
    expect(await rowOf(byPassword)).not.toHaveProperty('smsGuesses');
  });

  it('LCK-4 leaves a row that goes by itself, and so does every other write', async () => {
    const each: ((who: string) => Promise<unknown>)[] = [
      (who) => reserve(of(who, 'password')),
      (who) => reserveGuess(db, { personKey: who, day, attemptId: 'g' }, policies, usedUp),
      (who) => store.transact([successUpdate(of(who, 'face'), policies)]),
      (who) => store.transact([rightCodeUpdate(of(who, 'sms'), policies, usedUp)]),
      (who) => store.transact([unlockUpdate(who, day, policies, { seen: false, onRefused: usedUp })]),
    ];
    for (const write of each) {
      const who = somebody();
      await write(who);
      expect(await rowOf(who)).toMatchObject({ ttl });
    }
  });
});

describe('a guess', () => {
  it('LCK-5 whose answer was lost is given back, and one that is not there takes no row', async () => {
    const who = somebody();
    const guess = { personKey: who, day, attemptId: 'g' };
    await returnGuess(db, guess);
    expect(await rowOf(who)).toBeUndefined();
    losesAnswer = true;
    await expect(reserveGuess(db, guess, policies, usedUp)).rejects.toThrow('the answer was lost');
    expect(await rowOf(who)).not.toHaveProperty('smsGuesses');
  });
});

describe('the midnight sweep', () => {
  it('UNL-1 finds each lock of the day in its shard, and takes it off once', async () => {
    const swept = '2027-04-01';
    const locked = Array.from({ length: 3 }, somebody);
    for (const personKey of locked)
      for (let i = 0; i < 5; i++) await reserve({ ...of(personKey, 'password'), day: swept });
    const found = async (on: string) => {
      const pages = await Promise.all(
        Array.from({ length: sweepShards }, (_, shard) => lockedRows(store, on, shard)),
      );
      return pages.flatMap(({ items }) => items.map(({ personKey }) => personKey)).sort();
    };
    expect(await found(swept)).toEqual([...locked].sort());
    expect(await found('2027-04-02')).toEqual([]);
    const [first = ''] = locked;
    await store.transact([sweptUpdate(first, swept)]);
    expect(await refusalOf(store.transact([sweptUpdate(first, swept)]))).toBe('STATE_CONFLICT');
    expect(await found(swept)).toEqual(locked.slice(1).sort());
    expect(await store.get('Lockouts', lockoutKey(first, swept))).toMatchObject({ lockedBy: 'password' });
  });
});
