import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextMidnight, shanghaiDay } from '#domain/days.ts';
import { lockedUntil, lockoutExpiry, remainingAttempts } from '#domain/factors/lockout-policy.ts';
import { defaultPolicies as policies } from '#domain/policies.ts';

const day = '2026-11-23';

/** Who is locked is decided by conditions of the store, which test/store/lockout-table.test.ts tests. */
describe('lockout', () => {
  it('LCK-1 failures one to four leave 4, 3, 2, 1 tries, the fifth none', () => {
    const left = [0, 1, 2, 3, 4, 5, 6].map((reserved) => remainingAttempts(reserved, policies));
    expect(left).toEqual([5, 4, 3, 2, 1, 0, 0]);
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

  it('UNL-2 a lock row stays seven days after its lock for a late sweep', () => {
    expect(lockoutExpiry(day, policies)).toBe(Date.parse('2026-11-30T16:00:00Z') / 1000);
  });
});
