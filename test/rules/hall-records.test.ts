import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hallRecordEnd, readCollectedAt } from '#domain/people/hall-records.ts';
import { defaultPolicies } from '#domain/policies.ts';

const day = 86_400_000;
const at = (time: number): string => new Date(time).toISOString();
const start = Date.parse('2027-03-02T02:00:00Z');
const endOf = (facts: object, now = start + day) =>
  hallRecordEnd({ collectedAt: at(start), ...facts }, new Date(now), defaultPolicies);

describe('REG-2 the life of a hall record', () => {
  it('REG-2 stands for 180 days from its collection, to the millisecond', () => {
    expect(endOf({}, start)).toBeUndefined();
    expect(endOf({}, start + 180 * day - 1)).toBeUndefined();
    expect(endOf({}, start + 180 * day)).toBe('expired');
  });

  it('REG-2 REG-4 ends by use, by a number that left somebody, and with an account that ended later', () => {
    expect(endOf({ usedAt: at(start + 1) })).toBe('used');
    expect(endOf({ phoneLeftAt: at(start + 1) })).toBe('phone-changed');
    expect(endOf({ phoneOthersSince: at(start + 1) })).toBe('phone-changed');
    expect(endOf({ accountEndedAt: at(start) })).toBe('account-ended');
    expect(endOf({ phoneLeftAt: at(start), phoneOthersSince: at(start) })).toBeUndefined();
    expect(endOf({ accountEndedAt: at(start + 1), phoneLeftAt: at(start + 1) })).toBe('account-ended');
  });

  it('REG-2 REG-4 what was before the collection ends nothing', () => {
    const before = fc.integer({ min: 1, max: 400 * day }).map((ms) => at(start - ms));
    void fc.assert(
      fc.property(before, before, before, (accountEndedAt, phoneLeftAt, phoneOthersSince) => {
        expect(endOf({ accountEndedAt, phoneLeftAt, phoneOthersSince })).toBeUndefined();
      }),
    );
  });

  it('REG-2 reads the time of a line: an instant or a day, never later than now', () => {
    const now = new Date('2027-03-02T02:00:00Z');
    expect(readCollectedAt('2027-03-01T09:30:00+08:00', now)).toBe('2027-03-01T01:30:00.000Z');
    expect(readCollectedAt('2027-03-01', now)).toBe('2027-02-28T16:00:00.000Z');
    expect(readCollectedAt('2031-01-01', now)).toBe(now.toISOString());
    for (const raw of ['', 'soon', '2027-13-01', '2027-03-01T09:30:00', '1772323200', '2027-3-1'])
      expect(readCollectedAt(raw, now)).toBeUndefined();
  });
});
