import { followingDay, midnightOf } from './days.ts';
import type { Policies } from './policies.ts';

/**
 * LCK-1: tries left when `reserved` of them are spent: 4, 3, 2, 1 after the first four failures, then 0. Who is locked the
 * store decides by the conditions of its writes (LCK-4).
 */
export const remainingAttempts = (reserved: number, policies: Pick<Policies, 'lockoutFailures'>): number =>
  Math.max(0, policies.lockoutFailures - reserved);

/** LCK-3: when a lock of that day ends by itself: the midnight after it. */
export const lockedUntil = (day: string): Date => midnightOf(followingDay(day));

/** UNL-2: when (epoch seconds) TTL may remove a row: late enough for a late sweep to write its audit event. */
export const lockoutExpiry = (day: string, policies: Pick<Policies, 'lockoutRetentionDays'>): number =>
  lockedUntil(day).getTime() / 1000 + policies.lockoutRetentionDays * 86_400;
