import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endsIn, lastCharacters, parseEnding, readReportNumber } from '#domain/companies/report-numbers.ts';

describe('report numbers', () => {
  it('SPC-2 DOC-2 have one spelling', () => {
    for (const [typed, number] of [
      ['KQ-2027-000123', 'KQ-2027-000123'],
      [' kq—2027—000123 ', 'KQ-2027-000123'],
      ['皖税 跨报 〔2027〕 12号', '皖税跨报〔2027〕12号'],
      ['皖税跨报（2027）１２号', '皖税跨报〔2027〕12号'],
      ['皖税跨报[2027]12号', '皖税跨报〔2027〕12号'],
      ['皖税跨报【2027】１２号\u200b', '皖税跨报〔2027〕12号'],
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
    expect(parseEnding(' ００12 ')).toEqual({ number: '0012', comparedPart: '0012' });
    expect(parseEnding('0012号x').comparedPart).toBe('0012X');
    for (const text of ['', '123', ' 1 2 3 ', '二三四', '〕12号', '123号', '1-2-3', '号号号号'])
      expect(() => parseEnding(text), text).toThrow('ENDING_TOO_SHORT');
    for (const text of ['12*4', '1234%', '\u0000\u0001\u0002\u0003', '1'.repeat(65)])
      expect(() => parseEnding(text), text).toThrow('BAD_REQUEST');
  });

  it('SPC-2 DOC-2 neither 号 nor punctuation nor the kind of brackets stands between an ending and its number', () => {
    const number = readReportNumber('皖税跨报〔2026〕0012号') ?? '';
    for (const typed of [
      '0012',
      '0012号',
      '００１２',
      '00 12',
      '〔2026〕0012',
      '[2026]0012号',
      '（2026）0012',
      '【2026】0012号',
      '2026-0012',
      '跨报(2026)0012号',
      '皖税跨报2026 0012',
    ]) {
      const ending = parseEnding(typed);
      expect(endsIn(number, ending), typed).toBe(true);
      expect(lastCharacters(ending.comparedPart), typed).toBe(lastCharacters(number));
    }
    for (const typed of ['0013', '2025-0012', '0012号X'])
      expect(endsIn(number, parseEnding(typed))).toBe(false);
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
        const tail = characters.slice(cut % (characters.length - 3)).join('');
        fc.pre(tail.replace(/[-/〔号]/g, '').length >= 4 && [...tail.replace(/[-/〔号]/g, '')].length >= 4);
        const ending = parseEnding(tail);
        expect(endsIn(number, ending)).toBe(true);
        expect(lastCharacters(ending.comparedPart)).toBe(lastCharacters(number));
      }),
    );
  });
});

describe('the length of a report number', () => {
  it('SPC-2 is sixty-four characters at most, however many blanks were typed', () => {
    expect(readReportNumber('1'.repeat(64))).toBe('1'.repeat(64));
    expect(readReportNumber('1'.repeat(65))).toBeUndefined();
    expect(readReportNumber(`1234${' '.repeat(124)}`)).toBe('1234');
    expect(readReportNumber(`1234${' '.repeat(125)}`)).toBeUndefined();
  });

  it('SPC-2 an ending that no number has names its field', () => {
    let refused: unknown;
    try {
      parseEnding('12?45');
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({
      code: 'BAD_REQUEST',
      details: { errors: [{ path: 'ending', message: 'expected the end of a report number' }] },
    });
  });
});
