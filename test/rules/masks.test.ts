import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskDocument, maskName, maskPhone } from '#domain/people/masks.ts';
import { personNumbers } from './people.ts';

const hidden = (mask: string): number => [...mask].filter((character) => character === '*').length;

describe('masks', () => {
  it('DOC-4 shows numbers as the bureau does', () => {
    expect(maskDocument('34010219900307123X')).toBe('340***********123X');
    expect(maskDocument('H12345678')).toBe('H1*****78');
    expect(maskDocument('ABCD')).toBe('A**D');
    expect(maskDocument('A')).toBe('*');
    expect(maskDocument('')).toBe('');
    expect(maskPhone('13812341234')).toBe('138****1234');
    // A longer number has no usual form, so at most half of it is shown.
    expect(maskPhone('8613812341234')).toBe('861*******234');
  });

  it.each([
    ['张三', '张*'],
    ['李〇', '李*'],
    ['〇三', '〇*'],
    ['张三丰', '张**'],
    ['欧阳娜娜', '欧阳**'],
    ['欧阳锋', '欧阳*'],
    ['欧阳', '欧*'],
    ['张', '*'],
    ['买买提·吐尔逊', '买*****'],
    ['John Smith', 'J******'],
    ['Li', 'L*'],
    ['𠮷田', '𠮷*'],
    ['', '*'],
  ])('DOC-4 masks the name %s as %s', (name, mask) => {
    expect(maskName(name)).toBe(mask);
  });

  it('DOC-4 hides at least half of any number, in place and in true length', () => {
    const numbers = fc.oneof(
      personNumbers(),
      fc.stringMatching(/^[A-Z0-9-]{0,40}$/),
      fc.stringMatching(/^1[3-9]\d{9}$/),
    );
    fc.assert(
      fc.property(numbers, fc.constantFrom(maskDocument, maskPhone), (number, mask) => {
        const masked = mask(number);
        expect(masked).toHaveLength(number.length);
        // The usual mask of a phone shows seven of eleven digits; it is the only exception.
        if (masked !== `${number.slice(0, 3)}****${number.slice(7)}`) {
          expect(hidden(masked)).toBeGreaterThanOrEqual(number.length / 2);
        }
        for (const [i, character] of [...masked].entries())
          if (character !== '*') expect(character).toBe(number[i]);
      }),
    );
  });

  it('DOC-4 never shows the birth date of a citizen number', () => {
    fc.assert(
      fc.property(personNumbers(), (number) => {
        expect(maskDocument(number).slice(3, 14)).toBe('*'.repeat(11));
      }),
    );
  });

  it('DOC-4 shows of a name its first letter or compound surname and nothing behind it', () => {
    const names = fc.string({
      unit: fc.constantFrom(...'张三司马欧阳abC éñ·-.𠮷'),
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(names, (name) => {
        const mask = maskName(name);
        const shown = mask.replace(/\*+$/, '');
        expect(hidden(mask)).toBeGreaterThanOrEqual(1);
        expect(hidden(mask)).toBeLessThanOrEqual(6);
        expect([...shown].length).toBeLessThanOrEqual(2);
        if ([...shown].length === 2) expect(['司马', '欧阳']).toContain(shown);
      }),
    );
  });
});
