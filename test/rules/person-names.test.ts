import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseName, sameName } from '#domain/people/person-names.ts';
import { refusal } from './people.ts';

describe('names', () => {
  it.each([
    ['张三', '张三'],
    ['　张三 ', '张三'],
    ['欧阳娜娜', '欧阳娜娜'],
    ['买买提•吐尔逊', '买买提·吐尔逊'],
    ['买买提・吐尔逊', '买买提·吐尔逊'],
    ['买买提‧吐尔逊', '买买提·吐尔逊'],
    ['Ｊｏｈｎ　Ｓｍｉｔｈ', 'John Smith'],
    ['John  \t Smith', 'John Smith'],
    ['Jean-Luc', 'Jean-Luc'],
    ['Jean－Luc', 'Jean-Luc'],
    ['J. R. R. Tolkien', 'J. R. R. Tolkien'],
    ['Jose\u0301', 'José'],
    ["O'BRIEN", "O'BRIEN"],
    ['D’Angelo', "D'Angelo"],
    ['Dʼ Angelo', "D' Angelo"],
    ["'t Hooft", "'t Hooft"],
    ['李〇', '李〇'],
    ['〇三', '〇三'],
    ['阿里.买买提', '阿里·买买提'],
    ['阿里．买买提', '阿里·买买提'],
    ['阿里 · 买买提', '阿里·买买提'],
    ['阿里。买买提', '阿里·买买提'],
    ['阿里 ⋅ 买.买 ． 提', '阿里·买·买·提'],
    ['葛\u{e0100}洪', '葛洪'],
    ['\ufeff张\u200b三\u202c', '张三'],
    ['⼀⾦', '一金'],
    ['Нурсултан', 'Нурсултан'],
    ['नरेन्द्र', 'नरेन्द्र'],
    ['𠮷田', '𠮷田'],
    ['A', 'A'],
    ['字'.repeat(60), '字'.repeat(60)],
    ['𠮷'.repeat(60), '𠮷'.repeat(60)],
  ])('DOC-2 reads %j as the name %j', (raw, name) => {
    expect(normaliseName(raw)).toBe(name);
  });

  it.each([
    '',
    ' ',
    '·',
    '...',
    '-张三',
    '\u0301a',
    '张三1',
    '张三!',
    '<script>',
    "'",
    'O"Brien',
    '张\u0000三',
    '\u200b',
    '张\ufffd三',
    '张①',
    'ㅤ',
    'A\uffa0',
    '😀',
    '\ud842',
    '字'.repeat(61),
    'a'.repeat(100_000),
  ])('DOC-2 refuses %j as a name', (raw) => {
    const problem = refusal(() => normaliseName(raw));
    expect(problem.code).toBe('BAD_REQUEST');
    expect(problem.details).toEqual({ errors: [{ path: 'name', message: 'name' }] });
  });

  it('DOC-2 looks at no more than 512 characters', () => {
    expect(normaliseName('张三'.padEnd(512))).toBe('张三');
    expect(refusal(() => normaliseName('张三'.padEnd(513))).code).toBe('BAD_REQUEST');
  });

  it('DOC-2 keeps a normalised name as it is, and every name is its own', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."张三欧阳〇éa\u0301Bｃ ·•・‧.-－　'’。\u200b") }),
        (raw) => {
          let name: string;
          try {
            name = normaliseName(raw);
          } catch {
            expect(sameName(raw, raw)).toBe(false);
            return;
          }
          expect(normaliseName(name)).toBe(name);
          expect(sameName(raw, name)).toBe(true);
        },
      ),
    );
  });

  it('DOC-5 compares names in their one spelling, capitals aside', () => {
    expect(sameName('ＪＯＨＮ　SMITH', 'John Smith')).toBe(true);
    expect(sameName('买买提・吐尔逊', '买买提·吐尔逊')).toBe(true);
    expect(sameName('José', 'Jose\u0301')).toBe(true);
    expect(sameName('阿里.买买提', '阿里 · 买买提')).toBe(true);
    expect(sameName('O’BRIEN', "O'Brien")).toBe(true);
    expect(sameName('张三', '张三丰')).toBe(false);
    expect(sameName('José', 'Jose')).toBe(false);
    // Names are compared in small letters: `ß` has no capital of its own.
    expect(sameName('Strauß', 'STRAUSS')).toBe(false);
    for (const [one, other] of [
      ['', ''],
      ['张三', ''],
      ['', '张三'],
    ] as const)
      expect(sameName(one, other)).toBe(false);
  });
});
