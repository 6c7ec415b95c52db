import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastCharacters, parseEnding, readReportNumber } from '#domain/report-numbers.ts';

describe('report numbers', () => {
  it('SPC-2 DOC-2 have one spelling', () => {
    for (const [typed, number] of [
      ['KQ-2027-000123', 'KQ-2027-000123'],
      [' kq—2027—000123 ', 'KQ-2027-000123'],
      ['皖税 跨报 〔2027〕 12号', '皖税跨报〔2027〕12号'],
      ['皖税跨报（2027）１２号', '皖税跨报(2027)12号'],
      ['1234', '1234'],
    ] as const)
      expect(readReportNumber(typed), typed).toBe(number);
    for (const text of [
      '',
      '123',
      '1'.repeat(65),
      'KQ#1',
      'KQ*12',
      '%%%%',
      'a\u0000bcd',
      '😀😀😀😀',
      'x'.repeat(5000),
    ])
      expect(readReportNumber(text), text).toBeUndefined();
  });

  it('SPC-2 are found by endings of four characters and more', () => {
    expect(parseEnding(' ００12 ')).toBe('0012');
    expect(parseEnding('12号x')).toBe('12号X');
    for (const text of ['', '123', ' 1 2 3 ', '二三四'])
      expect(() => parseEnding(text), text).toThrow('ENDING_TOO_SHORT');
    for (const text of ['12*4', '1234%', '\u0000\u0001\u0002\u0003', '1'.repeat(65)])
      expect(() => parseEnding(text), text).toThrow('BAD_REQUEST');
  });

  it('SPC-2 end with what the index finds them by, in one spelling with any ending that is typed', () => {
    const character = fc.constantFrom(...'0123456789AzĳKß皖税号-/〔𠮷');
    fc.assert(
      fc.property(fc.string({ unit: character, minLength: 4, maxLength: 64 }), fc.nat(), (typed, cut) => {
        const number = readReportNumber(typed);
        if (number === undefined) return;
        expect(readReportNumber(number)).toBe(number);
        expect([...lastCharacters(number)]).toHaveLength(4);
        const characters = [...number];
        const ending = characters.slice(cut % (characters.length - 3)).join('');
        expect(number.endsWith(parseEnding(ending))).toBe(true);
        expect(lastCharacters(parseEnding(ending))).toBe(lastCharacters(number));
      }),
    );
  });
});
