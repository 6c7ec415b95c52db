import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  coversRecovery,
  looksLikePhone,
  parsePhone,
  readPhone,
  recoveredLately,
} from '#domain/people/phones.ts';
import { defaultPolicies as policies } from '#domain/policies.ts';
import { refusal } from './people.ts';

const phones = fc.stringMatching(/^1[3-9]\d{9}$/);

describe('phones', () => {
  it('DOC-2 reads eleven digits however they are written', () => {
    for (const raw of [
      '13812345678',
      ' 13812345678\n',
      '138 1234 5678',
      '138-1234-5678',
      '１３８　１２３４　５６７８',
      '138－1234－5678',
      '+8613812345678',
      '+86 138-1234-5678',
      '＋86 13812345678',
      '008613812345678',
      '0086-13812345678',
      '8613812345678',
      '86 138 1234 5678',
      '(+86)13812345678',
      '（＋８６）138 1234 5678',
      '(86) 138-1234-5678',
      '\u202d13812345678\u202c',
      '138\u200b12345678\ufeff',
      '138\u00ad1234\u20605678',
      '13812345678-',
    ]) {
      expect(parsePhone(raw)).toBe('13812345678');
      expect(looksLikePhone(raw)).toBe(true);
    }
  });

  it('DOC-2 refuses what is no mainland mobile number', () => {
    for (const raw of [
      '',
      '1381234567',
      '138123456789',
      '12812345678',
      '11012345678',
      '23812345678',
      '0551-12345678',
      '+85261234567',
      '+8512345678901',
      '+1 13812345678',
      '0086',
      '138.1234.5678',
      '(+86 13812345678',
      '+86)13812345678',
      '868613812345678',
      '+13812345678',
      '1381234567a',
      '13812345678\ufffd',
      '13812345678\u0000',
      '١٣٨١٢٣٤٥٦٧٨',
      `${' '.repeat(70)}13812345678`,
    ]) {
      expect(refusal(() => parsePhone(raw)).code).toBe('PHONE_INVALID');
      expect(looksLikePhone(raw)).toBe(false);
    }
  });

  it('DOC-2 looks at no more than 64 characters', () => {
    const filled = (length: number) => '13812345678'.padStart(length);
    expect(readPhone(filled(64))).toBe('13812345678');
    expect(readPhone(filled(65))).toBeUndefined();
  });

  it('DOC-2 finds the same number behind any prefix and separators', () => {
    fc.assert(
      fc.property(
        phones,
        fc.constantFrom('', '+86', '0086', '86', '+86 ', '+86-', '(+86)', '（＋86）'),
        fc.array(fc.constantFrom('', ' ', '-', '　', '\u200b', '\u202d'), { minLength: 10, maxLength: 10 }),
        (phone, prefix, gaps) => {
          const written = [...phone].map((digit, i) => digit + (gaps[i] ?? '')).join('');
          expect(readPhone(prefix + written)).toBe(phone);
        },
      ),
    );
  });

  it('DOC-2 gives eleven digits or nothing for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789+- 　８６a') }), (raw) => {
        expect(readPhone(raw) ?? '13000000000').toMatch(/^1[3-9]\d{9}$/);
      }),
    );
  });
});

describe('a recovered phone', () => {
  const recovered = Date.parse('2027-03-02T02:00:00.000Z');
  const recoveredAt = new Date(recovered).toISOString();
  const later = (milliseconds: number) => new Date(recovered + milliseconds);
  const day = 86_400_000;

  it('PHN-4 is no fresh factor for twenty-four hours, to the millisecond', () => {
    expect(recoveredLately({ recoveredAt }, later(0), policies)).toBe(true);
    expect(recoveredLately({ recoveredAt }, later(day - 1), policies)).toBe(true);
    expect(recoveredLately({ recoveredAt }, later(day), policies)).toBe(false);
    expect(recoveredLately({}, later(0), policies)).toBe(false);
  });

  it('PHN-4 is covered by a face that was seen after it, and needs none later', () => {
    const covers = (faceAt: string | undefined, now: Date) =>
      coversRecovery({ faceAt, recoveredAt }, now, policies);
    expect(covers(undefined, later(1))).toBe(false);
    expect(covers(recoveredAt, later(1))).toBe(false);
    expect(covers(later(-1).toISOString(), later(1))).toBe(false);
    expect(covers(later(1).toISOString(), later(2))).toBe(true);
    expect(covers(undefined, later(day))).toBe(true);
    expect(coversRecovery({ faceAt: undefined, recoveredAt: undefined }, later(0), policies)).toBe(true);
  });
});
