import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  foldNumber,
  foldText,
  foldWithHyphens,
  isWhole,
  readCode,
  readFreeText,
  searchForm,
  typedPassword,
} from '#domain/text.ts';

describe('the folding of what is typed', () => {
  it('DOC-2 drops what nobody sees and folds what input methods spell differently', () => {
    for (const [typed, text] of [
      ['\u202d139\u202c', '139'],
      ['\ufeff139\u200b', '139'],
      ['１３９　ａｂ', '139 ab'],
      ['a\u0301', '\u00e1'],
      ['葛\u{e0100}', '葛'],
      ['葛\ufe00', '葛'],
      ['\u2f00', '一'],
      ['①㎏', '①㎏'],
      [' ab ', 'ab'],
    ] as const)
      expect(foldText(typed), typed).toBe(text);
    expect(foldWithHyphens(' ab—12 3 ')).toBe('AB-123');
    expect(foldNumber(' ab—12 3 ')).toBe('AB123');
  });

  it('DOC-2 folding what is folded changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        for (const fold of [foldText, foldWithHyphens, foldNumber, searchForm]) {
          const once = fold(raw);
          expect(fold(once)).toBe(once);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('DOC-2 reads an SMS code however it is pasted', () => {
    for (const typed of [
      '354718',
      '354 718',
      '354-718',
      ' ３５４７１８ ',
      '\u200e354718\u200f',
      '354\u00a0718',
    ])
      expect(readCode(typed), typed).toBe('354718');
    for (const typed of ['', '35471', '3547180', '35471a', '٣٥٤٧١٨', '354.718'])
      expect(readCode(typed), typed).toBeUndefined();
  });

  it('DOC-2 takes a password as typed but for white space at its ends', () => {
    expect(typedPassword(' Wan jiang#１\u3000\n')).toBe('Wan jiang#１');
    expect(typedPassword('\u200bWanjiang')).toBe('\u200bWanjiang');
  });

  it('DOC-2 knows a text that lost something on its way', () => {
    for (const text of ['', '张三', '𠮷', '\u0000']) expect(isWhole(text)).toBe(true);
    for (const text of ['\ufffd', '\ud842', 'a\udfb7b', '\udfb7\ud842']) expect(isWhole(text)).toBe(false);
  });
});

describe('free text', () => {
  it('ENT-5 is kept in its own width, without what nobody sees', () => {
    for (const [raw, text] of [
      [' 安徽徽光商贸有限公司 ', '安徽徽光商贸有限公司'],
      ['徽光（合肥）有限公司', '徽光（合肥）有限公司'],
      ['\ufeff徽\u200b光\u202e', '徽光'],
      ['A', 'A'],
      ['字'.repeat(100), '字'.repeat(100)],
      ['𠮷'.repeat(100), '𠮷'.repeat(100)],
    ] as const)
      expect(readFreeText(raw, 100), raw).toBe(text);
  });

  it('ENT-5 has a letter or a digit, no control character, no half of a pair, and at most its length', () => {
    for (const raw of [
      '',
      '　',
      '\u200b\u200b',
      '（）',
      '——',
      '\u0000',
      '徽\u0000光',
      '徽\n光',
      '徽\u2028光',
      '徽\ud842光',
      '徽\ufffd光',
      '字'.repeat(101),
      'a'.repeat(100_000),
    ])
      expect(readFreeText(raw, 100), JSON.stringify(raw)).toBeUndefined();
  });

  it('ENT-5 may come with up to seven unseen characters to each that counts', () => {
    const filled = (length: number) => '徽光'.padEnd(length, '\u200b');
    expect(readFreeText(filled(80), 10)).toBe('徽光');
    expect(readFreeText(filled(81), 10)).toBeUndefined();
  });

  it('ENT-5 is looked for without minding width, case, brackets and blanks', () => {
    const name = searchForm('徽光（合肥）ＡＢＣ 有限公司');
    for (const typed of [
      '(合肥)',
      '（合肥）',
      '〔合肥〕',
      '[合肥]',
      'abc',
      'ＡＢＣ',
      '合肥)abc有限',
      '\u200b徽光',
    ])
      expect(name.includes(searchForm(typed)), typed).toBe(true);
    for (const typed of ['合肥市', 'abd', '光合肥', '合肥A'])
      expect(name.includes(searchForm(typed)), typed).toBe(false);
    // The text is compared in small letters: `ß` has no capital of its own.
    expect(searchForm('STRAUSS')).not.toBe(searchForm('Strauß'));
  });
});
