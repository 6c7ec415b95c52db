import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hasOddCheck,
  holdsPersonNumber,
  isPersonalNumber,
  parseTaxpayerId,
  uscCheckDigit,
} from '#domain/companies/taxpayers.ts';
import { personNumbers, refusal, withCheck } from './people.ts';

const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const creditCodes = fc
  .array(fc.constantFrom(...alphabet), { minLength: 17, maxLength: 17 })
  .map((characters) => characters.join(''))
  .map((first17) => first17 + uscCheckDigit(first17));

describe('taxpayer numbers', () => {
  it('DOC-3 accepts the published example and normalises it', () => {
    expect(uscCheckDigit('91350100M000100Y4')).toBe('3');
    expect(parseTaxpayerId('91350100M000100Y43')).toBe('91350100M000100Y43');
    for (const typed of [
      ' ９１３５０１００ｍ０００１００ｙ４３ ',
      '913501 00M000 100Y43',
      '91350100-M000100Y-43',
      '\u202d91350100M000100Y43\u202c',
    ])
      expect(parseTaxpayerId(typed), typed).toBe('91350100M000100Y43');
  });

  it('DOC-3 a remainder of 0 gives the check character 0', () => {
    expect(uscCheckDigit('0'.repeat(17))).toBe('0');
    expect(uscCheckDigit('91350100M000100I4')).toBeUndefined();
    expect(uscCheckDigit('9135')).toBeUndefined();
  });

  it('DOC-3 the weighted sum of all eighteen characters is a multiple of 31', () => {
    fc.assert(
      fc.property(creditCodes, (code) => {
        const sum = [...code].reduce(
          (total, c, i) => total + BigInt(alphabet.indexOf(c)) * (i < 17 ? 3n ** BigInt(i) : 1n),
          0n,
        );
        expect(sum % 31n).toBe(0n);
        expect(parseTaxpayerId(code)).toBe(code);
      }),
    );
  });

  it('DOC-3 knows a check that is not right, and takes the number all the same', () => {
    const isOdd = (code: string): void => {
      // A code that consists of digits may be a citizen number by chance, which has a check of its own.
      fc.pre(!/^\d{17}[\dX]$/.test(code) || withCheck(code.slice(0, 17)) !== code);
      expect(parseTaxpayerId(code)).toBe(code);
      expect(hasOddCheck(code)).toBe(true);
    };
    fc.assert(
      fc.property(creditCodes, fc.nat(17), fc.constantFrom(...alphabet), (code, at, character) => {
        const changed = code.slice(0, at) + character + code.slice(at + 1);
        fc.pre(changed !== code);
        isOdd(changed);
      }),
    );
    fc.assert(
      fc.property(creditCodes, fc.nat(15), (code, at) => {
        const swapped = code.slice(0, at) + code[at + 1] + code[at] + code.slice(at + 2);
        fc.pre(swapped !== code);
        isOdd(swapped);
      }),
    );
    fc.assert(fc.property(creditCodes, (code) => !hasOddCheck(code)));
    // The number of an existing company.
    expect(parseTaxpayerId('91350203M0001QKT19')).toBe('91350203M0001QKT19');
    expect(hasOddCheck('91350203M0001QKT19')).toBe(true);
  });

  it('DOC-3 finds nothing odd in citizen numbers, of which only the 18th character is a check', () => {
    fc.assert(
      fc.property(personNumbers(), (number) => {
        expect(parseTaxpayerId(number.toLowerCase())).toBe(number);
        expect(hasOddCheck(number)).toBe(false);
      }),
    );
    expect(hasOddCheck(withCheck('34010219900231001'))).toBe(true);
    // The 17th digit may have any value if the 18th fits, because it states the sex and checks nothing.
    for (let sex = 0; sex < 10; sex++) expect(hasOddCheck(withCheck(`3401021990030700${sex}`))).toBe(false);
  });

  it('DOC-3 looks up 14 to 20 digits and letters, nothing else', () => {
    for (const length of [14, 15, 16, 17, 18, 19, 20]) {
      expect(parseTaxpayerId(`${'3'.repeat(length - 1)}Z`)).toHaveLength(length);
      expect(hasOddCheck(`${'3'.repeat(length - 1)}Z`)).toBe(length === 18);
      expect(refusal(() => parseTaxpayerId(`${'3'.repeat(length - 1)}_`)).code).toBe('TAXPAYER_NOT_FOUND');
    }
    // Area code and Taiwan permit.
    for (const number of ['34010412345678', '3401041234567890']) expect(parseTaxpayerId(number)).toBe(number);
    for (const length of [0, 1, 13, 21, 5000]) {
      expect(refusal(() => parseTaxpayerId('3'.repeat(length))).code).toBe('TAXPAYER_NOT_FOUND');
    }
    for (const raw of ['34010219900307001?', '安徽省合肥市国家税务局分局公司号码', '3401021990030700\ufffd'])
      expect(refusal(() => parseTaxpayerId(raw)).code).toBe('TAXPAYER_NOT_FOUND');
  });

  it('DOC-4 knows the taxpayer numbers that tell a person', () => {
    fc.assert(
      fc.property(personNumbers(), (number) => {
        expect(holdsPersonNumber(number)).toBe(true);
        expect(holdsPersonNumber(`${number}01`)).toBe(true);
        expect(holdsPersonNumber(number.slice(0, 6) + number.slice(8, 17))).toBe(true);
        expect(holdsPersonNumber(`${number.slice(0, 6) + number.slice(8, 17)}01`)).toBe(true);
      }),
    );
    for (const number of [
      '340104H12345678',
      '340104E12345678',
      '34010412345678',
      '3401041234567890',
      '340104H1234567890',
      '34010219900307001X',
      '340102199003070011',
      'I40104199003070011',
    ])
      expect(holdsPersonNumber(number), number).toBe(true);
    for (const number of [
      '91350100M000100Y43',
      '91350203M0001QKT19',
      '913401002345678901',
      // Letters around a date, at the position where a citizen number has its date.
      '91340219900307MA1X',
      // Only digits, but no date.
      '913401200013321234',
    ])
      expect(holdsPersonNumber(number), number).toBe(false);
    // Possible dates of birth, from 1850 on and in this century.
    expect(
      ['18491231', '18500101', '20991231', '21000101'].map((born) => holdsPersonNumber(`340102${born}0011`)),
    ).toEqual([false, true, true, false]);
  });

  it('DOC-4 believes the registry that 15 digits are a company’s, and nothing else of that kind', () => {
    expect(isPersonalNumber('340102781100012', undefined)).toBe(true);
    expect(isPersonalNumber('340102781100012', true)).toBe(true);
    expect(isPersonalNumber('340102781100012', false)).toBe(false);
    for (const number of ['340104H12345678', '340102199003070011', '34010219900307001101', '34010412345678'])
      expect(isPersonalNumber(number, false), number).toBe(true);
    expect(isPersonalNumber('91350100M000100Y43', true)).toBe(false);
  });
});
