import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdsPersonNumber, parseTaxpayerId, uscCheckDigit } from '#domain/taxpayers.ts';
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
    expect(parseTaxpayerId(' ９１３５０１００ｍ０００１００ｙ４３ ')).toBe('91350100M000100Y43');
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

  it('DOC-3 catches every single wrong character and every swap of neighbours', () => {
    const refusedOrPerson = (code: string): void => {
      // A code of digits only may by chance be a citizen number, which is accepted for what it is.
      fc.pre(!/^\d{17}[\dX]$/.test(code) || withCheck(code.slice(0, 17)) !== code);
      expect(refusal(() => parseTaxpayerId(code)).code).toBe('TAXPAYER_NOT_FOUND');
    };
    fc.assert(
      fc.property(creditCodes, fc.nat(17), fc.constantFrom(...alphabet), (code, at, character) => {
        const changed = code.slice(0, at) + character + code.slice(at + 1);
        fc.pre(changed !== code);
        refusedOrPerson(changed);
      }),
    );
    fc.assert(
      fc.property(creditCodes, fc.nat(15), (code, at) => {
        const swapped = code.slice(0, at) + code[at + 1] + code[at] + code.slice(at + 2);
        fc.pre(swapped !== code);
        refusedOrPerson(swapped);
      }),
    );
  });

  it('DOC-3 accepts citizen numbers, of which only the 18th character is a check', () => {
    fc.assert(
      fc.property(personNumbers(), (number) => {
        expect(parseTaxpayerId(number.toLowerCase())).toBe(number);
      }),
    );
    const unborn = withCheck('34010219900231001');
    expect(refusal(() => parseTaxpayerId(unborn)).code).toBe('TAXPAYER_NOT_FOUND');
    // Any 17th character passes as long as the 18th fits: it is the parity of the sex and no check.
    for (let sex = 0; sex < 10; sex++) {
      const number = withCheck(`3401021990030700${sex}`);
      expect(parseTaxpayerId(number)).toBe(number);
    }
  });

  it('DOC-3 accepts 15, 17 and 20 characters by charset, no other length', () => {
    for (const length of [15, 17, 20]) {
      expect(parseTaxpayerId(`${'3'.repeat(length - 1)}Z`)).toHaveLength(length);
      expect(refusal(() => parseTaxpayerId(`${'3'.repeat(length - 1)}-`)).code).toBe('TAXPAYER_NOT_FOUND');
    }
    for (const length of [0, 1, 14, 16, 19, 21, 5000]) {
      expect(refusal(() => parseTaxpayerId('3'.repeat(length))).code).toBe('TAXPAYER_NOT_FOUND');
    }
    for (const raw of ['91350100M000100Y44', '34010219900307001?', '安徽省合肥市国家税务局分局公司号码']) {
      expect(refusal(() => parseTaxpayerId(raw)).code).toBe('TAXPAYER_NOT_FOUND');
    }
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
    expect(holdsPersonNumber('91350100M000100Y43')).toBe(false);
    expect(holdsPersonNumber('34010278110001X')).toBe(false);
  });
});
