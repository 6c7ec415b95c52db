import { followingDay, midnightOf } from './days.ts';
import { type AuthMethod, authMethods } from './names.ts';
import { defaultPolicies, type Policies } from './policies.ts';

/**
 * The arithmetic of LCK. The store keeps, per person and calendar day, a set of attempt ids for each method;
 * a count is the size of such a set: failures so far and attempts under way, since an attempt is reserved
 * before the credential is looked at (LCK-4).
 */
export interface LockoutRow {
  /** Shanghai day, `YYYY-MM-DD`. */
  readonly day: string;
  readonly counts: Readonly<Partial<Record<AuthMethod, number>>>;
}
type Limit = Pick<Policies, 'lockoutFailures'>;

/** LCK-1: tries left when `reserved` of them are spent: 4, 3, 2, 1 after the first four failures, then 0. */
export const remainingAttempts = (reserved: number, policies: Limit): number =>
  Math.max(0, policies.lockoutFailures - reserved);

/** LCK-4: the reservation that brings the count here is the last one and marks the lock in the same write. */
export const locksAt = (reserved: number, policies: Limit): boolean =>
  remainingAttempts(reserved, policies) === 0;

/** LCK-3: when a lock of that day ends by itself: the midnight after it. */
export const lockedUntil = (day: string): Date => midnightOf(followingDay(day));

/** The methods whose count has reached the limit. */
export const lockedMethods = (row: LockoutRow, policies: Limit = defaultPolicies): AuthMethod[] =>
  authMethods.filter((method) => locksAt(row.counts[method] ?? 0, policies));

/** LCK-2, UNL-2: only a row of `today` locks; one that no sweep has cleared yet does not hold the next day. */
export const isLocked = (row: LockoutRow | undefined, today: string, policies: Limit): boolean =>
  row !== undefined && row.day === today && lockedMethods(row, policies).length > 0;

/** UNL-2: when (epoch seconds) TTL may remove a row: late enough for a late sweep to write its audit event. */
export const lockoutExpiry = (day: string, policies: Pick<Policies, 'lockoutRetentionDays'>): number =>
  lockedUntil(day).getTime() / 1000 + policies.lockoutRetentionDays * 86_400;

/** LCK-5: wrong SMS codes a person may still type today, over all tickets and purposes; at 0 only face is left. */
export const remainingSmsGuesses = (wrong: number, policies: Pick<Policies, 'smsGuessesPerDay'>): number =>
  Math.max(0, policies.smsGuessesPerDay - wrong);
