import { isoShanghai } from '#domain/days.ts';
import { lockedUntil } from '#domain/factors/lockout-policy.ts';
import type { AuthMethod } from '#domain/names.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { absent, absentOr, type Condition, sizeBelow } from '../dynamodb/expressions.ts';

/**
 * Failures per person and calendar day (LCK). The day is part of the key, so the counts end at midnight without being
 * reset, and yesterday's lock does not hold today whether or not the sweep ran (UNL-2).
 * An attempt is a member of a set, not a number: taking the same attempt twice (an SDK retry after a lost answer)
 * counts once, and giving it back is exact.
 */
export interface LockoutRow {
  readonly personKey: string;
  readonly day: string;
  readonly password?: ReadonlySet<string>;
  readonly sms?: ReadonlySet<string>;
  readonly face?: ReadonlySet<string>;
  /** Wrong SMS codes of the day over all tickets and purposes (LCK-5). */
  readonly smsGuesses?: ReadonlySet<string>;
  readonly lockedAt?: string;
  readonly lockedBy?: AuthMethod;
  readonly sweepKey?: string;
}

export interface Attempt {
  readonly personKey: string;
  readonly day: string;
  readonly method: AuthMethod;
  /** Random, a new one for each request. */
  readonly attemptId: string;
}

export const lockoutKey = (personKey: string, day: string) => ({ personKey, day });

export const lockedProblem = (day: string): Problem =>
  new Problem('ACCOUNT_LOCKED', { lockedUntil: isoShanghai(lockedUntil(day)) });

export const notLocked = absent('lockedAt');

export const lockAttributes = ['lockedAt', 'lockedBy', 'sweepKey'];

export const guessesLeft = ({ smsGuessesPerDay }: Policies): Condition =>
  absentOr('smsGuesses', sizeBelow('smsGuesses', smsGuessesPerDay));
