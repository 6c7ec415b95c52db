import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  calendarYear,
  clockHour,
  followingDay,
  isCalendarDate,
  isDay,
  isoShanghai,
  midnightOf,
  nextMidnight,
  previousDay,
  shanghaiDay,
} from '#domain/days.ts';

const instants = fc.date({
  min: new Date('1992-01-01T00:00:00Z'),
  max: new Date('2120-01-01T00:00:00Z'),
  noInvalidDate: true,
});
/** What the time zone database says, through another code path than the one under test. */
const clock = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
});

describe('days of Asia/Shanghai', () => {
  it('LCK-1 the day changes at 16:00 UTC', () => {
    expect(shanghaiDay(new Date('2026-11-23T15:59:59.999Z'))).toBe('2026-11-23');
    expect(shanghaiDay(new Date('2026-11-23T16:00:00Z'))).toBe('2026-11-24');
    expect(nextMidnight(new Date('2026-11-23T15:59:59.999Z'))).toEqual(new Date('2026-11-23T16:00:00Z'));
    expect(nextMidnight(new Date('2026-11-23T16:00:00Z'))).toEqual(new Date('2026-11-24T16:00:00Z'));
    expect(midnightOf('2026-11-24')).toEqual(new Date('2026-11-23T16:00:00Z'));
    expect(isoShanghai(new Date('2026-11-23T01:30:15.999Z'))).toBe('2026-11-23T09:30:15+08:00');
    expect(calendarYear(new Date('2026-12-31T16:00:00Z'))).toBe(2027);
    expect(previousDay('2028-03-01')).toBe('2028-02-29');
    expect(followingDay('2026-12-31')).toBe('2027-01-01');
  });

  it('LCK-1 agrees with the time zone database at any instant', () => {
    fc.assert(
      fc.property(instants, (at) => {
        const [day = '', time = ''] = clock.format(at).split(' ');
        expect(shanghaiDay(at)).toBe(day);
        expect(isoShanghai(at)).toBe(`${day}T${time}+08:00`);
        expect(calendarYear(at)).toBe(Number(day.slice(0, 4)));
      }),
    );
  });

  it('LCK-2 the next midnight is the first instant of the following day, at most 24 h away', () => {
    fc.assert(
      fc.property(instants, (at) => {
        const midnight = nextMidnight(at);
        const wait = midnight.getTime() - at.getTime();
        expect(wait).toBeGreaterThan(0);
        expect(wait).toBeLessThanOrEqual(86_400_000);
        expect(shanghaiDay(midnight)).toBe(followingDay(shanghaiDay(at)));
        expect(shanghaiDay(new Date(midnight.getTime() - 1))).toBe(shanghaiDay(at));
        expect(midnightOf(shanghaiDay(midnight))).toEqual(midnight);
        expect(previousDay(followingDay(shanghaiDay(at)))).toBe(shanghaiDay(at));
      }),
    );
  });

  it('LCK-1 an instant written for people reads back to the same second', () => {
    fc.assert(
      fc.property(instants, (at) => {
        expect(Date.parse(isoShanghai(at))).toBe(Math.floor(at.getTime() / 1000) * 1000);
      }),
    );
  });

  it('UNL-1 a text that is no day is an error of ours', () => {
    for (const day of [
      '',
      '2026-02-30',
      '2026-13-01',
      '2026-1-1',
      '20261123',
      '2026-11-23T00:00:00Z',
      '0000-01-01',
      'x2026-11-23',
    ]) {
      expect(() => midnightOf(day)).toThrow(new RangeError('not a calendar day'));
    }
  });

  it('SMS-4 the hour of the clock begins at its first second and ends with the next', () => {
    const hour = {
      from: Date.parse('2027-03-02T02:00:00Z') / 1000,
      until: Date.parse('2027-03-02T03:00:00Z') / 1000,
    };
    for (const at of ['02:00:00.000Z', '02:30:00.000Z', '02:59:59.999Z'])
      expect(clockHour(new Date(`2027-03-02T${at}`))).toEqual(hour);
  });

  it('REL-8 a day is written whole and exists', () => {
    expect(['2027-03-02', '2028-02-29'].map(isDay)).toEqual([true, true]);
    for (const text of ['', '2027-02-29', '2027-3-2', 'x2027-03-02', '2027-03-02x', '20270302'])
      expect([text, isDay(text)]).toEqual([text, false]);
  });

  it('DOC-2 knows the dates that exist', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 9999 }),
        fc.integer({ min: -1, max: 14 }),
        fc.integer({ min: -1, max: 33 }),
        (y, m, d) => {
          const date = new Date(Date.UTC(y, m - 1, d));
          const exists =
            date.getUTCFullYear() === y && date.getUTCMonth() === m - 1 && date.getUTCDate() === d;
          expect(isCalendarDate(y, m, d)).toBe(exists);
        },
      ),
      { numRuns: 1000 },
    );
    expect([isCalendarDate(0, 12, 31), isCalendarDate(1, 1, 1)]).toEqual([false, true]);
    for (const [at, length] of [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].entries())
      expect([isCalendarDate(2027, at + 1, length), isCalendarDate(2027, at + 1, length + 1)]).toEqual([
        true,
        false,
      ]);
  });
});
