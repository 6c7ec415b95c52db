import { lockoutExpiry } from '#domain/factors/lockout-policy.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import {
  absentOr,
  all,
  any,
  type Changes,
  differs,
  equals,
  exists,
  holds,
  not,
  sizeBelow,
  sizeIs,
} from '../dynamodb/expressions.ts';
import type { Db, Put, Write } from '../dynamodb/tables.ts';
import {
  type Attempt,
  guessesLeft,
  type LockoutRow,
  lockAttributes,
  lockedProblem,
  lockoutKey,
  notLocked,
} from './lockout-row.ts';
import { shardOf, sweepKeyOf } from './lockout-sweep.ts';
import { returnedGuessUpdate } from './sms-guesses.ts';

export interface Reserved {
  /** The attempts of this method that count now, this one included. */
  readonly taken: number;
}

/** SMS attempts also count as guesses of the day; both sets change in one write. */
const setsOf = ({ method, attemptId }: Attempt): NonNullable<Changes['add']> => ({
  [method]: new Set([attemptId]),
  ...(method === 'sms' ? { smsGuesses: new Set([attemptId]) } : {}),
});

/**
 * LCK-4: reserves one try before anything is compared. Any number of parallel requests gets at most five tries between
 * two successes, because each reservation is one conditional write; the fifth sets the lock (and writes its audit
 * event) in the same transaction. Throws ACCOUNT_LOCKED, or FACE_REQUIRED if the day's SMS guesses are used up (LCK-5).
 * `known` is the row if the caller has just read it: it decides only which write is tried first.
 */
export async function reserveAttempt(
  db: Db,
  attempt: Attempt,
  policies: Policies,
  lockEvent: Put,
  known?: LockoutRow,
): Promise<Reserved> {
  try {
    return await reserve(db, attempt, policies, lockEvent, known);
  } catch (error) {
    // The write may have succeeded although its answer was lost. A try that was never compared must not count.
    if (!(error instanceof Problem)) await returnAttempt(db, attempt, 0, policies).catch(() => undefined);
    throw error;
  }
}

async function reserve(
  db: Db,
  attempt: Attempt,
  policies: Policies,
  lockEvent: Put,
  known: LockoutRow | undefined,
): Promise<Reserved> {
  const { personKey, day, method } = attempt;
  const last = policies.lockoutFailures - 1;
  const ttl = lockoutExpiry(day, policies);
  const withinGuesses = method === 'sms' ? guessesLeft(policies) : undefined;
  let row = known;
  // A round fails only if another try or success of the same person was written meanwhile. There are many rounds, so
  // that the right password gets through while many wrong ones come.
  for (let round = 0; round < 12; round++) {
    if (row?.lockedAt) throw lockedProblem(day);
    if (method === 'sms' && (row?.smsGuesses?.size ?? 0) >= policies.smsGuessesPerDay)
      throw new Problem('FACE_REQUIRED');

    if ((row?.[method]?.size ?? 0) < last) {
      const written = await db.update<LockoutRow>({
        table: 'Lockouts',
        key: lockoutKey(personKey, day),
        update: { add: setsOf(attempt), set: { ttl } },
        condition: all(
          notLocked,
          any(
            holds(method, attempt.attemptId),
            all(absentOr(method, sizeBelow(method, last)), withinGuesses),
          ),
        ),
      });
      if (written.ok) return { taken: written.item[method]?.size ?? 1 };
      row = written.old;
      continue;
    }

    const fifth: Write = {
      table: 'Lockouts',
      key: lockoutKey(personKey, day),
      update: {
        add: setsOf(attempt),
        set: {
          ttl,
          lockedAt: new Date().toISOString(),
          lockedBy: method,
          sweepKey: sweepKeyOf(day, shardOf(personKey)),
        },
      },
      condition: all(notLocked, sizeIs(method, last), not(holds(method, attempt.attemptId)), withinGuesses),
    };
    const locked = await db.tryTransact([fifth, lockEvent]);
    if (locked.ok) return { taken: policies.lockoutFailures };
    if (locked.refusedBy !== fifth) throw locked.problem;
    row = locked.item as LockoutRow | undefined;
  }
  // Successes and failures of the same person interfere again and again: refuse; nothing was reserved.
  throw new Problem('TOO_MANY_REQUESTS', { retryAfter: 1 });
}

/**
 * Gives a reservation back after our own error (LCK-4). A lock needs five attempts of its method: if one of them is
 * given back, the lock is removed too, whichever attempt had set it.
 * @param taken only decides which of the two writes is tried first
 */
export async function returnAttempt(
  db: Db,
  attempt: Attempt,
  taken: number,
  policies: Policies,
): Promise<void> {
  const { method, attemptId } = attempt;
  let lifting = taken >= policies.lockoutFailures;
  for (let round = 0; round < 4; round++) {
    const written = await db.update<LockoutRow>({
      table: 'Lockouts',
      key: lockoutKey(attempt.personKey, attempt.day),
      update: { take: setsOf(attempt), remove: lifting ? lockAttributes : [] },
      condition: all(
        holds(method, attemptId),
        lifting ? equals('lockedBy', method) : absentOr('lockedBy', differs('lockedBy', method)),
      ),
    });
    if (written.ok) return;
    if (!written.old?.[method]?.has(attemptId)) {
      // A parallel success has reset the method's count; the guess of the day is still there.
      if (written.old?.smsGuesses?.has(attemptId)) await db.update(returnedGuessUpdate(attempt));
      return;
    }
    lifting = written.old.lockedBy === method;
  }
}

/**
 * The success of a method resets its count, in the transaction in which the success takes effect. A lock that another
 * method set meanwhile refuses it; the lock that this method's own reservations set is removed. A success without a
 * reservation (a face proof from earlier) has set no lock, and every lock refuses it. `guess` is the right SMS code of
 * the same call, because a transaction can write one item only once.
 */
export function successUpdate(
  attempt: Attempt,
  policies: Policies,
  { reserved, guess }: { reserved: boolean; guess?: string | undefined } = { reserved: true },
): Write {
  const { method } = attempt;
  const guessed = method === 'sms' ? attempt.attemptId : guess;
  return {
    table: 'Lockouts',
    key: lockoutKey(attempt.personKey, attempt.day),
    update: {
      set: { ttl: lockoutExpiry(attempt.day, policies) },
      remove: [method, ...lockAttributes],
      take: guessed ? { smsGuesses: new Set([guessed]) } : {},
    },
    condition: reserved ? any(notLocked, equals('lockedBy', method)) : notLocked,
    onRefused: () => lockedProblem(attempt.day),
  };
}

/**
 * The success of a right SMS code, which has no reservation. The success is refused by every lock, and if the day's
 * guesses are used up (`usedUp`, LCK-5), so that it cannot succeed after five wrong codes.
 */
export function rightCodeUpdate(attempt: Attempt, policies: Policies, usedUp: () => Problem): Write {
  return {
    table: 'Lockouts',
    key: lockoutKey(attempt.personKey, attempt.day),
    update: { set: { ttl: lockoutExpiry(attempt.day, policies) }, remove: [attempt.method] },
    condition: all(notLocked, guessesLeft(policies)),
    onRefused: (old) => ((old as LockoutRow | undefined)?.lockedAt ? lockedProblem(attempt.day) : usedUp()),
  };
}

/** LCK-2 for a method whose failures are not counted here: refuses while the account is locked. */
export function notLockedCheck(personKey: string, day: string): Write {
  return {
    table: 'Lockouts',
    key: lockoutKey(personKey, day),
    condition: notLocked,
    onRefused: () => lockedProblem(day),
  };
}

/**
 * LCK-3, LCK-5: 忘记密码 clears all three counts and the lock. The day's wrong guesses stay counted, except `guess`,
 * which turned out right. `lock` tells whether a lock was seen (its end has its own audit event) and what to throw if
 * that has changed since.
 */
export function unlockUpdate(
  personKey: string,
  day: string,
  policies: Policies,
  lock: { readonly seen: boolean; readonly onRefused: () => Error },
  guess?: string,
): Write {
  return {
    table: 'Lockouts',
    key: lockoutKey(personKey, day),
    condition: lock.seen ? exists('lockedAt') : notLocked,
    onRefused: lock.onRefused,
    update: {
      set: { ttl: lockoutExpiry(day, policies) },
      remove: ['password', 'sms', 'face', ...lockAttributes],
      take: guess ? { smsGuesses: new Set([guess]) } : {},
    },
  };
}
