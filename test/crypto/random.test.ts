import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digits, newHandle, ulid } from '#crypto/random.ts';

describe('random', () => {
  it('SESS-01 gives handles of 192 bits that never repeat', () => {
    const handles = Array.from({ length: 1000 }, newHandle);
    expect(new Set(handles).size).toBe(1000);
    for (const one of handles) {
      expect(one).toMatch(/^[\w-]{32}$/);
      expect(Buffer.from(one, 'base64url')).toHaveLength(24);
    }
  });

  it('SMS-2 gives exactly as many decimal digits as asked, leading zeros included', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 14 }), (count) => {
        expect(digits(count)).toMatch(new RegExp(`^\\d{${count}}$`));
      }),
    );
    for (const wrong of [0, 15, 1.5, Number.NaN, -1]) expect(() => digits(wrong)).toThrow(RangeError);
  });

  it('SMS-2 draws every digit equally often in every place', () => {
    const draws = 20_000;
    const counts = Array.from({ length: 6 }, () => new Array<number>(10).fill(0));
    for (let i = 0; i < draws; i++) {
      [...digits(6)].forEach((digit, place) => {
        const row = counts[place];
        if (row) row[Number(digit)] = (row[Number(digit)] ?? 0) + 1;
      });
    }
    // χ² with 9 degrees of freedom: fair digits give more than 40 only once in a hundred thousand places.
    for (const row of counts) {
      const chi = row.reduce((sum, n) => sum + (n - draws / 10) ** 2 / (draws / 10), 0);
      expect(chi).toBeLessThan(40);
    }
  });

  it('AUD-1 gives event ids that grow with time, and within a millisecond', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2020), max: Date.UTC(2100) }),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 200 }),
        (start, steps) => {
          let time = start;
          const ids = steps.map((step) => {
            time += step;
            return ulid(new Date(time));
          });
          expect(ids).toEqual([...ids].sort());
          expect(new Set(ids).size).toBe(ids.length);
          for (const id of ids) expect(id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
        },
      ),
    );
  });

  it('AUD-1 rides out a clock that steps back a little, and follows one that was set', () => {
    const start = Date.UTC(2101, 0, 1);
    const first = ulid(new Date(start));
    const stepped = ulid(new Date(start - 2000));
    expect(stepped > first).toBe(true);
    const set = ulid(new Date(start - 86_400_000));
    expect(set < first).toBe(true);
  });

  it('AUD-1 writes the time into the first ten characters (the example of the ULID specification)', () => {
    expect(ulid(new Date(1469918176385)).slice(0, 10)).toBe('01ARYZ6S41');
    expect(() => ulid(new Date(Number.NaN))).toThrow(RangeError);
  });
});
