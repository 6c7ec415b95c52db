import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AuthMethod, authMethods } from '#domain/names.ts';
import { defaultPolicies as policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { auditEventPut } from '#store/audit/audit-events.ts';
import type { Db } from '#store/dynamodb/tables.ts';
import { type Attempt, type LockoutRow, lockoutKey } from '#store/people/lockout-row.ts';
import {
  reserveAttempt,
  returnAttempt,
  rightCodeUpdate,
  successUpdate,
  unlockUpdate,
} from '#store/people/lockout-table.ts';
import { guessesLeftCheck, reserveGuess, returnedGuessUpdate } from '#store/people/sms-guesses.ts';
import { openStore, refusalOf } from '../support/store.ts';

/** The conditions of the store's writes decide LCK, so LCK is tested here. */
let db: Db;
beforeAll(async () => {
  db = await openStore('Lockouts', 'Audit');
});

const day = '2027-03-02';
const otherDay = '2027-03-03';
let people = 0;
const somebody = () => `p1_${people++}`;
let attempts = 0;
const attemptOf = (personKey: string, method: AuthMethod, on = day): Attempt => ({
  personKey,
  day: on,
  method,
  attemptId: `a${attempts++}`,
});
const lockEvent = (subject: string) =>
  auditEventPut(
    {
      subject,
      kind: 'locked',
      outcome: 'failure',
      at: new Date(`${day}T04:00:00Z`),
      channel: 'web',
      address: '-',
    },
    1,
  );
const usedUp = () => new Problem('FACE_REQUIRED');
const fail = (personKey: string, method: AuthMethod, on = day) =>
  reserveAttempt(db, attemptOf(personKey, method, on), policies, lockEvent(personKey));
const failTimes = async (times: number, personKey: string, method: AuthMethod) => {
  for (let i = 0; i < times; i++) await fail(personKey, method);
};
/** A try with the right password: it is reserved like any other, and its success resets the method's failures. */
async function succeed(personKey: string, method: AuthMethod): Promise<void> {
  const attempt = attemptOf(personKey, method);
  await reserveAttempt(db, attempt, policies, lockEvent(personKey));
  await db.transact([successUpdate(attempt, policies)]);
}
const rowOf = (personKey: string) => db.get<LockoutRow>('Lockouts', lockoutKey(personKey, day));

describe('the day of a person', () => {
  it('LCK-1 LCK-2 five attempts a method, the fifth locks, and then nobody looks, by whatever method', async () => {
    const who = somebody();
    const taken = [];
    for (let i = 0; i < 5; i++) taken.push((await fail(who, 'password')).taken);
    expect(taken).toEqual([1, 2, 3, 4, 5]);
    for (const method of authMethods) expect(await refusalOf(fail(who, method))).toBe('ACCOUNT_LOCKED');
    expect(await rowOf(who)).toMatchObject({ lockedBy: 'password' });
  });

  it('LCK-1 methods count apart', async () => {
    const who = somebody();
    for (const method of authMethods) await failTimes(4, who, method);
    expect((await rowOf(who))?.lockedAt).toBeUndefined();
    await fail(who, 'sms');
    expect(await rowOf(who)).toMatchObject({ lockedBy: 'sms' });
  });

  it('LCK-1 LCK-4 a success forgets the failures of its method only: against a naive log', async () => {
    const events = fc.array(fc.tuple(fc.constantFrom(...authMethods), fc.boolean()), { maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(events, async (log) => {
        const who = somebody();
        const streak: Record<AuthMethod, number> = { password: 0, sms: 0, face: 0 };
        for (const [method, right] of log) {
          const locked = Object.values(streak).includes(5);
          expect(await refusalOf(right ? succeed(who, method) : fail(who, method))).toBe(
            locked ? 'ACCOUNT_LOCKED' : undefined,
          );
          if (!locked) streak[method] = right ? 0 : streak[method] + 1;
        }
      }),
      { numRuns: 15 },
    );
  });

  it('UNL-2 a lock holds on its own day and no other, swept or not', async () => {
    const who = somebody();
    await failTimes(5, who, 'password');
    expect(await refusalOf(fail(who, 'password', otherDay))).toBeUndefined();
    expect(await refusalOf(fail(who, 'password'))).toBe('ACCOUNT_LOCKED');
  });

  it('LCK-4 a success whose own reservation set the lock lifts it, one beside another method’s lock is refused', async () => {
    const who = somebody();
    await failTimes(4, who, 'password');
    await succeed(who, 'password');
    expect((await rowOf(who))?.lockedAt).toBeUndefined();
    const other = attemptOf(who, 'face');
    await reserveAttempt(db, other, policies, lockEvent(who));
    await failTimes(5, who, 'password');
    expect(await refusalOf(db.transact([successUpdate(other, policies)]))).toBe('ACCOUNT_LOCKED');
  });

  it('LCK-4 FACE-2 a success without a reservation is refused by its own method’s lock too', async () => {
    const who = somebody();
    const proof = attemptOf(who, 'face');
    const write = successUpdate(proof, policies, { reserved: false });
    expect(await refusalOf(db.transact([write]))).toBeUndefined();
    await failTimes(5, who, 'face');
    expect(await refusalOf(db.transact([write]))).toBe('ACCOUNT_LOCKED');
  });

  it('LCK-4 an attempt that is given back is as if it had not been, and lifts the lock that stood on it', async () => {
    const who = somebody();
    const first = attemptOf(who, 'password');
    const { taken } = await reserveAttempt(db, first, policies, lockEvent(who));
    await failTimes(4, who, 'password');
    expect(await refusalOf(fail(who, 'sms'))).toBe('ACCOUNT_LOCKED');
    // The same attempt is returned twice, as after a lost answer: one try is given back.
    for (let i = 0; i < 2; i++) await returnAttempt(db, first, taken, policies);
    expect(await rowOf(who)).toMatchObject({ password: { size: 4 } });
    expect((await rowOf(who))?.lockedAt).toBeUndefined();
    await fail(who, 'password');
    expect(await refusalOf(fail(who, 'password'))).toBe('ACCOUNT_LOCKED');
  });

  it('LCK-4 giving an attempt back leaves another method’s lock', async () => {
    const who = somebody();
    const look = attemptOf(who, 'face');
    await reserveAttempt(db, look, policies, lockEvent(who));
    await failTimes(5, who, 'password');
    for (const taken of [1, 5]) await returnAttempt(db, look, taken, policies);
    expect(await refusalOf(fail(who, 'face'))).toBe('ACCOUNT_LOCKED');
  });

  it('LCK-3 忘记密码 unlocks what it saw locked, and is told where that has changed', async () => {
    const who = somebody();
    const unlocking = (seen: boolean) =>
      refusalOf(db.transact([unlockUpdate(who, day, policies, { seen, onRefused: usedUp })]));
    expect(await unlocking(true)).toBe('FACE_REQUIRED');
    await failTimes(5, who, 'password');
    expect(await unlocking(false)).toBe('FACE_REQUIRED');
    expect(await unlocking(true)).toBeUndefined();
    await failTimes(5, who, 'password');
    expect(await refusalOf(fail(who, 'password'))).toBe('ACCOUNT_LOCKED');
  });
});

describe('wrong SMS codes of a day', () => {
  const guessOf = (personKey: string) => ({ personKey, day, attemptId: `g${attempts++}` });
  const guess = (personKey: string) => refusalOf(reserveGuess(db, guessOf(personKey), policies, usedUp));
  const guessTimes = async (times: number, personKey: string) => {
    for (let i = 0; i < times; i++) expect(await guess(personKey)).toBeUndefined();
  };

  it('LCK-5 ten, over all purposes, then face; a right one is none of them', async () => {
    const who = somebody();
    await guessTimes(9, who);
    const right = guessOf(who);
    await reserveGuess(db, right, policies, usedUp);
    expect(await guess(who)).toBe('FACE_REQUIRED');
    await db.update(returnedGuessUpdate(right));
    await guessTimes(1, who);
    expect(await guess(who)).toBe('FACE_REQUIRED');
    expect(await refusalOf(fail(who, 'sms'))).toBe('FACE_REQUIRED');
    expect(await refusalOf(fail(who, 'password'))).toBeUndefined();
  });

  it('LCK-5 the same guess twice, as after a lost answer, is one', async () => {
    const who = somebody();
    await guessTimes(9, who);
    const last = guessOf(who);
    for (let i = 0; i < 2; i++)
      expect(await refusalOf(reserveGuess(db, last, policies, usedUp))).toBeUndefined();
    expect(await guess(who)).toBe('FACE_REQUIRED');
  });

  it('LCK-5 the fifth wrong code of a login that is also the day’s eleventh is no look', async () => {
    const who = somebody();
    await failTimes(4, who, 'sms');
    await guessTimes(6, who);
    expect(await refusalOf(fail(who, 'sms'))).toBe('FACE_REQUIRED');
    expect((await rowOf(who))?.lockedAt).toBeUndefined();
  });

  it('LCK-4 LCK-5 a right code takes effect beside neither a lock nor ten wrong ones', async () => {
    const [locked, guessed, free] = [somebody(), somebody(), somebody()];
    const right = (who: string) =>
      refusalOf(db.transact([rightCodeUpdate(attemptOf(who, 'sms'), policies, usedUp)]));
    await failTimes(5, locked, 'face');
    await guessTimes(10, guessed);
    await failTimes(4, free, 'sms');
    expect([await right(locked), await right(guessed), await right(free)]).toEqual([
      'ACCOUNT_LOCKED',
      'FACE_REQUIRED',
      undefined,
    ]);
    await failTimes(4, free, 'sms');
  });

  it('LCK-5 LCK-2 no code is sent while none could be typed', async () => {
    const [guessed, locked] = [somebody(), somebody()];
    const sending = (who: string, unlocked: boolean) =>
      refusalOf(db.transact([guessesLeftCheck(who, day, policies, usedUp, { unlocked })]));
    await guessTimes(9, guessed);
    expect(await sending(guessed, true)).toBeUndefined();
    await guessTimes(1, guessed);
    expect(await sending(guessed, true)).toBe('FACE_REQUIRED');
    await failTimes(5, locked, 'password');
    expect(await sending(locked, true)).toBe('ACCOUNT_LOCKED');
    expect(await sending(locked, false)).toBeUndefined();
  });
});
