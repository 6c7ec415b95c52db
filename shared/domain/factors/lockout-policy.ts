import { followingDay, midnightOf } from '../days.ts';
import type { Policies } from '../policies.ts';

/**
 * LCK-1: the tries left when `reserved` of them are used: 4, 3, 2, 1 after the first four failures, then 0. The
 * conditions of the store's writes decide who is locked (LCK-4).
 */
export const remainingAttempts = (reserved: number, policies: Pick<Policies, 'lockoutFailures'>): number =>
  Math.max(0, policies.lockoutFailures - reserved);

/** LCK-3: when a lock set on that day ends by itself: at the following midnight. */
export const lockedUntil = (day: string): Date => midnightOf(followingDay(day));

/**
 * UNL-2: when (epoch seconds) DynamoDB may delete a row: late enough that a delayed sweep can still write its audit
 * event.
 */
export const lockoutExpiry = (day: string, policies: Pick<Policies, 'lockoutRetentionDays'>): number =>
  lockedUntil(day).getTime() / 1000 + policies.lockoutRetentionDays * 86_400;
