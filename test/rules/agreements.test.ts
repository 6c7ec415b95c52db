import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agreementStateOn,
  type GrantedTerms,
  isInForce,
  onlyNarrows,
  orderedItems,
  overlap,
  parseComingPeriod,
  parsePeriod,
  permissionsOfItems,
  serviceItems,
} from '#domain/agencies/agreements.ts';
import { followingDay } from '#domain/days.ts';

const day = fc.integer({ min: 0, max: 3000 }).map((n) => {
  let at = '2026-01-01';
  for (let i = 0; i < n % 40; i++) at = followingDay(at);
  return at;
});
const period = fc.tuple(day, day).map(([a, b]) => (a < b ? { from: a, until: b } : { from: b, until: a }));
const items = fc.subarray([...serviceItems], { minLength: 1 });
const given: fc.Arbitrary<GrantedTerms> = fc
  .tuple(period, items, fc.subarray(['a', 'b', 'c', 'd']))
  .map(([days, some, agents]) => ({ ...days, items: some, agents }));

describe('periods', () => {
  it('AGY-4 are in force from the first to the last day, both inclusive, only while active', () => {
    fc.assert(
      fc.property(period, day, (days, at) => {
        const inside = days.from <= at && at <= days.until;
        expect(isInForce({ state: 'active', ...days }, at)).toBe(inside);
        for (const state of ['pending', 'rejected', 'ended'])
          expect(isInForce({ state, ...days }, at)).toBe(false);
        expect(agreementStateOn({ state: 'active', until: days.until }, at)).toBe(
          at > days.until ? 'expired' : 'active',
        );
        expect(agreementStateOn({ state: 'ended', until: days.until }, at)).toBe('ended');
      }),
    );
  });

  it('AGY-4 overlap exactly where they have a day in common', () => {
    fc.assert(
      fc.property(period, period, (one, other) => {
        let common = false;
        for (let at = one.from; at <= one.until; at = followingDay(at))
          common ||= other.from <= at && at <= other.until;
        expect(overlap(one, other)).toBe(common);
        expect(overlap(other, one)).toBe(common);
      }),
    );
  });

  it('AGY-4 are calendar days in their order, named where they are not', () => {
    expect(parsePeriod({ from: ' 2027-01-31 ', until: '2027-01-31' })).toEqual({
      from: '2027-01-31',
      until: '2027-01-31',
    });
    for (const [from, until, path] of [
      ['2027-02-29', '2027-12-31', 'from'],
      ['2027-2-1', '2027-12-31', 'from'],
      ['2027-01-01', '', 'until'],
      ['2027-01-02', '2027-01-01', 'until'],
    ] as const)
      try {
        parsePeriod({ from, until });
        expect.unreachable();
      } catch (error) {
        expect(error).toMatchObject({ code: 'BAD_REQUEST', details: { errors: [{ path }] } });
      }
    expect(() => parseComingPeriod({ from: '2027-01-01', until: '2027-01-31' }, '2027-02-01')).toThrow(
      'BAD_REQUEST',
    );
    expect(parseComingPeriod({ from: '2027-01-01', until: '2027-01-31' }, '2027-01-31').until).toBe(
      '2027-01-31',
    );
  });
});

describe('terms', () => {
  it('AGY-4 narrow where nobody gets what they have not had, day by day', () => {
    fc.assert(
      fc.property(given, given, (before, next) => {
        const gains =
          next.agents.some((one) => !before.agents.includes(one)) ||
          next.items.some((one) => !before.items.includes(one)) ||
          next.from < before.from ||
          next.until > before.until;
        expect(onlyNarrows(before, next)).toBe(!gains);
        expect(onlyNarrows(before, before)).toBe(true);
      }),
    );
  });

  it('AGY-4 give permissions by their items', () => {
    expect(permissionsOfItems(['consulting', 'tax-declaration'])).toEqual([
      'filing',
      'declaration',
      'enquiry',
    ]);
    for (const item of serviceItems.filter((one) => one !== 'tax-declaration'))
      expect(permissionsOfItems([item])).toEqual(['enquiry']);
    expect(orderedItems(['consulting', 'tax-declaration', 'consulting'])).toEqual([
      'tax-declaration',
      'consulting',
    ]);
  });
});

describe('the days of an agreement', () => {
  const of = (state: 'active' | 'pending' | 'ended' | 'rejected') => ({
    state,
    from: '2027-03-02',
    until: '2027-03-04',
  });

  it('AGY-4 are its first and its last one too', () => {
    const days = ['2027-03-01', '2027-03-02', '2027-03-04', '2027-03-05'];
    expect(days.map((day) => isInForce(of('active'), day))).toEqual([false, true, true, false]);
    expect(days.map((day) => isInForce(of('pending'), day))).toEqual([false, false, false, false]);
    expect(days.map((day) => agreementStateOn(of('active'), day)).at(-1)).toBe('expired');
    expect(agreementStateOn(of('pending'), '2027-03-05')).toBe('expired');
    expect(agreementStateOn(of('active'), '2027-03-04')).toBe('active');
    for (const state of ['ended', 'rejected'] as const)
      expect(agreementStateOn(of(state), '2027-03-05')).toBe(state);
  });

  it('AGY-4 overlap from one shared day on, whichever comes first', () => {
    const [early, late] = [of('active'), { from: '2027-03-04', until: '2027-03-09' }];
    expect([overlap(early, late), overlap(late, early)]).toEqual([true, true]);
    const after = { from: '2027-03-05', until: '2027-03-09' };
    expect([overlap(early, after), overlap(after, early)]).toEqual([false, false]);
  });

  it('AGY-4 are refused with the field and what was expected', () => {
    const refused = (from: string, until: string, today = '2027-03-02') => {
      try {
        parseComingPeriod({ from, until }, today);
        return undefined;
      } catch (error) {
        return (error as { details: { reason: string } }).details.reason;
      }
    };
    expect(refused('2027-03-02x', '2027-03-04')).toBe('from (expected a day)');
    expect(refused('2027-03-02', 'x2027-03-04')).toBe('until (expected a day)');
    expect(refused('2027-03-02', '2027-03-01')).toBe('until (not before from)');
    expect(refused('2027-02-01', '2027-03-01')).toBe('until (expected a day, today or later)');
    expect(refused('2027-03-02', '2027-03-02')).toBeUndefined();
  });

  it('AGY-4 that end later are no narrowing, and neither are those that begin earlier', () => {
    const given = (from: string, until: string): GrantedTerms => ({ from, until, items: [], agents: [] });
    const now = given('2027-03-02', '2027-03-04');
    const narrows = (from: string, until: string) => onlyNarrows(now, given(from, until));
    expect(narrows('2027-03-02', '2027-03-05')).toBe(false);
    expect(narrows('2027-03-01', '2027-03-04')).toBe(false);
    expect(narrows('2027-03-03', '2027-03-03')).toBe(true);
  });
});
