import { lockoutExpiry } from '#domain/factors/lockout-policy.ts';
import type { Policies } from '#domain/policies.ts';
import type { Problem } from '#domain/problem.ts';
import { all, any, holds } from '../dynamodb/expressions.ts';
import type { Db, Update, Write } from '../dynamodb/tables.ts';
import {
  type Attempt,
  guessesLeft,
  type LockoutRow,
  lockedProblem,
  lockoutKey,
  notLocked,
} from './lockout-row.ts';

/**
 * LCK-5 outside of login: wrong codes in registration, reset and similar journeys count only as guesses of the day.
 * Throws `usedUp` if none is left.
 */
export async function reserveGuess(
  db: Db,
  guess: Omit<Attempt, 'method'>,
  policies: Policies,
  usedUp: () => Problem,
): Promise<undefined> {
  const written = await db
    .update<LockoutRow>({
      table: 'Lockouts',
      key: lockoutKey(guess.personKey, guess.day),
      update: {
        add: { smsGuesses: new Set([guess.attemptId]) },
        set: { ttl: lockoutExpiry(guess.day, policies) },
      },
      condition: any(holds('smsGuesses', guess.attemptId), guessesLeft(policies)),
    })
    .catch(async (error: unknown) => {
      await returnGuess(db, guess).catch(() => undefined);
      throw error;
    });
  if (!written.ok) throw usedUp();
}

/** Gives back a guess that was never compared. */
export const returnGuess = (db: Db, guess: Omit<Attempt, 'method'>) =>
  db.update({
    ...returnedGuessUpdate(guess),
    condition: holds('smsGuesses', guess.attemptId),
  });

/**
 * For the transaction of a send: refuses another code while the day's guesses are used up (LCK-5), and at login while
 * the account is locked.
 */
export function guessesLeftCheck(
  personKey: string,
  day: string,
  policies: Policies,
  usedUp: () => Problem,
  { unlocked }: { unlocked: boolean },
): Write {
  return {
    table: 'Lockouts',
    key: lockoutKey(personKey, day),
    condition: all(guessesLeft(policies), unlocked ? notLocked : undefined),
    onRefused: (old) =>
      unlocked && (old as LockoutRow | undefined)?.lockedAt ? lockedProblem(day) : usedUp(),
  };
}

/** A right code is no wrong guess: removes the reservation, alone or in the transaction of the success. */
export function returnedGuessUpdate(guess: Omit<Attempt, 'method'>): Update {
  return {
    table: 'Lockouts',
    key: lockoutKey(guess.personKey, guess.day),
    update: { take: { smsGuesses: new Set([guess.attemptId]) } },
  };
}
