import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextMidnight, shanghaiDay } from '#domain/days.ts';
import {
  isLocked,
  lockedMethods,
  lockedUntil,
  lockoutExpiry,
  locksAt,
  remainingAttempts,
  remainingSmsGuesses,
} from '#domain/lockout-policy.ts';
import { type AuthMethod, authMethods } from '#domain/names.ts';
import { defaultPolicies as policies } from '#domain/policies.ts';

const day = '2026-11-23';

describe('lockout', () => {
  it('LCK-1 failures one to four leave 4, 3, 2, 1 tries, the fifth locks', () => {
    expect([1, 2, 3, 4, 5].map((reserved) => remainingAttempts(reserved, policies))).toEqual([4, 3, 2, 1, 0]);
    expect([1, 2, 3, 4, 5, 6].map((reserved) => locksAt(reserved, policies))).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
  });

  it('LCK-1 methods count apart', () => {
    expect(lockedMethods({ day, counts: { password: 4, sms: 4, face: 4 } })).toEqual([]);
    expect(lockedMethods({ day, counts: { sms: 5, password: 4 } })).toEqual(['sms']);
    expect(lockedMethods({ day, counts: { face: 9, password: 5 } })).toEqual(['password', 'face']);
    expect(lockedMethods({ day, counts: { password: 3 } }, { lockoutFailures: 3 })).toEqual(['password']);
  });

  it('LCK-1 a success forgets the failures of its method only: counts against a naive log', () => {
    const events = fc.array(fc.tuple(fc.constantFrom(...authMethods), fc.boolean()), { maxLength: 40 });
    fc.assert(
      fc.property(events, (log) => {
        const counts: Record<AuthMethod, number> = { password: 0, sms: 0, face: 0 };
        const seen: [AuthMethod, boolean][] = [];
        for (const [method, success] of log) {
          if (isLocked({ day, counts }, day, policies)) break;
          counts[method] = success ? 0 : counts[method] + 1;
          seen.push([method, success]);
          const outcomes = seen.filter(([name]) => name === method).map(([, ok]) => ok);
          const streak = outcomes.length - 1 - outcomes.lastIndexOf(true);
          expect(remainingAttempts(counts[method], policies)).toBe(5 - streak);
          expect(isLocked({ day, counts }, day, policies)).toBe(streak === 5);
        }
      }),
    );
  });

  it('LCK-3 a lock of a day ends at the midnight after it', () => {
    expect(lockedUntil(day)).toEqual(new Date('2026-11-23T16:00:00Z'));
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        (at) => {
          expect(lockedUntil(shanghaiDay(at))).toEqual(nextMidnight(at));
        },
      ),
    );
  });

  it('UNL-2 a lock holds on its own day and no other, swept or not', () => {
    const row = { day, counts: { password: 5 } };
    expect(isLocked(row, '2026-11-23', policies)).toBe(true);
    expect(isLocked(row, '2026-11-24', policies)).toBe(false);
    expect(isLocked(row, '2026-11-22', policies)).toBe(false);
    expect(isLocked(undefined, day, policies)).toBe(false);
  });

  it('UNL-2 a lock row stays seven days after its lock for a late sweep', () => {
    expect(lockoutExpiry(day, policies)).toBe(Date.parse('2026-11-30T16:00:00Z') / 1000);
  });

  it('LCK-5 ten wrong SMS codes a day, then none', () => {
    expect([0, 1, 9, 10, 11].map((wrong) => remainingSmsGuesses(wrong, policies))).toEqual([10, 9, 1, 0, 0]);
  });
});
