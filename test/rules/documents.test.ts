import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DocumentType,
  documentTypeCodes,
  documentTypes,
  documentTypesFitting,
  isOfficeFirst,
  looksLikeFixedFormDocument,
  normaliseDocumentNumber,
  parseDocument,
} from '#domain/people/documents.ts';
import { personNumberCheckDigit } from '#domain/people/person-numbers.ts';
import { looksLikePhone } from '#domain/people/phones.ts';
import { personNumbers, refusal, today, typesOf, withCheck } from './people.ts';

const accepted: Record<DocumentType, string[]> = {
  '201': ['11010519491231002X', withCheck('34010219900307001')],
  '210': ['H12345678', 'M12345678', 'H1234567890', 'M0000000001'],
  '213': ['12345678', '1234567890'],
  '227': [
    'E12345678',
    'EA1234567',
    'G12345678',
    'DE1234567',
    'SE1234567',
    'PE1234567',
    'P1234567',
    'S12345678',
  ],
  '233': ['ABC123490030712', 'ABC123400022912', withCheck('91100019800101001')],
  '237': [withCheck('81000019900307001'), withCheck('82000019900307001')],
  '238': [withCheck('83000019900307001')],
  '208': ['AB123', 'X1234567', 'A1B2C3D4E5F6G7H8I9J0', '12345'],
  '239': ['A-12', 'WP20261123000000000000000000AB', 'ßÄé-12', '〇一二三'],
  '240': ['B-12', '1234'],
  '241': ['C-12', '----'],
  '299': ['ABCD', 'X-1-Y-2', '军字第2001988号', 'ÄBCDE'],
};

const refused: Record<DocumentType, string[]> = {
  '201': [
    '',
    '110105194912310021',
    '1101051949123100',
    '11010519491231002XX',
    '11010519491231002A',
    '110105491231002',
    ...[
      '000000',
      '810000',
      '820000',
      '830000',
      '910000',
      '100101',
      '160101',
      '240101',
      '660101',
      '710000',
    ].map((area) => withCheck(`${area}19900307001`)),
    ...['00010101', '18000101', '18761123'].map((born) => withCheck(`340102${born}001`)),
  ],
  '210': ['H1234567', 'H123456789', 'H12345678901', 'A12345678', '12345678', 'HM1234567'],
  '213': ['1234567', '123456789', '12345678901', 'A2345678'],
  '227': ['123456789', 'E1234567', 'EAB123456', 'E123456789', 'EA12345678', 'E12345'],
  '233': [
    'AB1234567890123',
    'ABC12345678901',
    'ABC1234567890123',
    'ABC123490130112',
    'ABC123490023012',
    'ABC123400010012',
    withCheck('11010519491231002'),
    `${withCheck('91100019800101001').slice(0, 17)}?`,
  ],
  '237': [withCheck('83000019900307001'), withCheck('81000119900307001'), withCheck('34010219900307001')],
  '238': [withCheck('81000019900307001'), withCheck('83000119900307001')],
  '208': ['AB12', 'A'.repeat(21), 'AB_123', '护照12345'],
  '239': ['A-1', 'A'.repeat(31), 'A_123', 'A·123'],
  '240': ['军官证', 'AB1', '😀😀😀😀'],
  '241': ['', '   ', "1234'"],
  '299': ['AB/1234', '军字第（2001988）号'],
};

describe('document types', () => {
  it('DOC-1 knows twelve types, seven registering directly, in a fixed order', () => {
    expect(documentTypes.map((type) => type.code)).toEqual([...documentTypeCodes]);
    expect(new Set(documentTypeCodes).size).toBe(12);
    expect(documentTypes.filter((type) => type.registration === 'direct').map((type) => type.code)).toEqual([
      '201',
      '210',
      '213',
      '227',
      '233',
      '237',
      '238',
    ]);
  });

  it('REG-2 sends exactly 208, 239, 240, 241 and 299 to the hall first', () => {
    expect(documentTypeCodes.filter(isOfficeFirst)).toEqual(['208', '239', '240', '241', '299']);
  });
});

describe('document numbers', () => {
  it.each(documentTypeCodes.flatMap((type) => accepted[type].map((number) => [type, number] as const)))(
    'DOC-2 accepts %s %s',
    (type, number) => {
      expect(parseDocument(type, number, today)).toBe(number);
    },
  );

  it.each(documentTypeCodes.flatMap((type) => refused[type].map((number) => [type, number] as const)))(
    'DOC-2 refuses %s %j',
    (type, number) => {
      expect(refusal(() => parseDocument(type, number, today)).code).toBe('DOCUMENT_INVALID');
    },
  );

  it('DOC-2 takes off blanks, hyphens of print, full-width forms, capitals and what nobody sees before it looks', () => {
    for (const typed of [
      '　１１０１０５１９４９１２３１００２ｘ\t',
      ' 11010519491231002x ',
      '110105 19491231 002X',
      '110105-19491231-002X',
      '\u202d11010519491231002X\u202c',
      '110105\u200b19491231\u00a0002X\ufeff',
    ])
      expect(parseDocument('201', typed, today), typed).toBe('11010519491231002X');
    expect(parseDocument('210', 'ｈ１２３４５６７８', today)).toBe('H12345678');
    expect(parseDocument('227', 'ea 123-4567', today)).toBe('EA1234567');
    expect(parseDocument('208', 'AB 123-45', today)).toBe('AB12345');
  });

  it('DOC-2 leaves the hyphens of a free form where they are', () => {
    expect(parseDocument('239', 'ａ－１２–３４', today)).toBe('A-12-34');
    expect(parseDocument('299', ' 军字 第2001988号 ', today)).toBe('军字第2001988号');
    expect(parseDocument('299', '葛\u{e0100}-1234', today)).toBe('葛-1234');
  });

  it('DOC-2 makes nothing out of characters nobody typed', () => {
    for (const number of ['①②③④⑤⑥⑦⑧', '1234567²', '٠١٢٣٤٥٦٧', '1234\u00005678', '1234\ufffd5678']) {
      expect(documentTypesFitting(number, today)).toEqual([]);
    }
  });

  it('DOC-2 normalising twice changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        for (const type of ['201', '299']) {
          const once = normaliseDocumentNumber(type, raw);
          expect(normaliseDocumentNumber(type, once)).toBe(once);
        }
      }),
    );
  });

  it('DOC-2 agrees with an independent MOD 11-2 for any 17 digits', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{17}$/), (digits) => {
        expect(digits + personNumberCheckDigit(digits)).toBe(withCheck(digits));
      }),
    );
    expect(personNumberCheckDigit('1234')).toBeUndefined();
  });

  it('DOC-2 catches every wrong single character and every swap of neighbours', () => {
    fc.assert(
      fc.property(personNumbers(), fc.nat(17), fc.constantFrom(...'0123456789X'), (number, at, character) => {
        const changed = number.slice(0, at) + character + number.slice(at + 1);
        fc.pre(changed !== number);
        expect(typesOf(changed)).not.toContain('201');
      }),
    );
    fc.assert(
      fc.property(personNumbers(), fc.nat(16), (number, at) => {
        const swapped = number.slice(0, at) + number[at + 1] + number[at] + number.slice(at + 2);
        fc.pre(swapped !== number);
        expect(typesOf(swapped)).not.toContain('201');
      }),
    );
  });

  it('DOC-2 wants a birth date that exists and is past', () => {
    const born = (day: string): string => withCheck(`340102${day}001`);
    for (const day of ['20240229', '20000229', '19491231', '20261122']) {
      expect(parseDocument('201', born(day), today)).toBe(born(day));
    }
    for (const day of ['20230229', '19000229', '20261301', '20260001', '20260431', '20260100', '00000101']) {
      expect(refusal(() => parseDocument('201', born(day), today)).code).toBe('DOCUMENT_INVALID');
    }
    for (const day of ['20261123', '20261124', '20991231']) {
      expect(refusal(() => parseDocument('201', born(day), today)).code).toBe('DOCUMENT_INVALID');
    }
    expect(parseDocument('201', born('20261123'), '2026-11-24')).toBe(born('20261123'));
    // A birth 150 years ago today is too long ago; a birth one day later is accepted.
    expect(parseDocument('201', born('18761124'), today)).toBe(born('18761124'));
    // An old card (type 233) does not state the century. Only this century has a 29 February in its year 00.
    const old = 'ABC123400022912';
    expect(refusal(() => parseDocument('233', old, '2000-02-29')).code).toBe('DOCUMENT_INVALID');
    expect(parseDocument('233', old, '2000-03-01')).toBe(old);
  });

  it('DOC-2 checks the digit and the date of 233, 237 and 238 too', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<[DocumentType, string]>(
          ['233', '911000'],
          ['237', '810000'],
          ['237', '820000'],
          ['238', '830000'],
        ),
        fc.nat(9),
        ([type, region], digit) => {
          const good = withCheck(`${region}19900307001`);
          expect(parseDocument(type, good, today)).toBe(good);
          const wrong = good.slice(0, 17) + digit;
          fc.pre(wrong !== good);
          expect(refusal(() => parseDocument(type, wrong, today)).code).toBe('DOCUMENT_INVALID');
          expect(refusal(() => parseDocument(type, withCheck(`${region}19900231001`), today)).code).toBe(
            'DOCUMENT_INVALID',
          );
        },
      ),
    );
  });

  it('DOC-2 answers any text with a number or DOCUMENT_INVALID, never another error', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...documentTypeCodes),
        fc.string({ unit: 'binary', maxLength: 200 }),
        (type, raw) => {
          let number: string | undefined;
          try {
            number = parseDocument(type, raw, today);
          } catch (error) {
            expect(error).toMatchObject({ code: 'DOCUMENT_INVALID', details: {} });
          }
          if (number !== undefined) expect(number).toBe(normaliseDocumentNumber(type, raw));
        },
      ),
    );
  });
});

describe('documents without a type', () => {
  it('DOC-5 finds every type whose shape fits, in the order of DOC-1', () => {
    expect(typesOf('11010519491231002X')).toEqual(['201', '208', '239', '240', '241', '299']);
    expect(typesOf(withCheck('81000019900307001'))).toEqual(['237', '208', '239', '240', '241', '299']);
    expect(typesOf('H12345678')).toEqual(['210', '227', '208', '239', '240', '241', '299']);
    expect(typesOf('12345678')).toEqual(['213', '208', '239', '240', '241', '299']);
    expect(typesOf('A-12')).toEqual(['239', '240', '241', '299']);
    expect(typesOf('a-12')).toEqual(['239', '240', '241', '299']);
  });

  it('DOC-2 DOC-5 reads hyphens as print for the fixed forms and as part of the number for the free ones', () => {
    expect(documentTypesFitting('110105-19491231-002x', today)).toEqual([
      { number: '11010519491231002X', types: ['201', '208'] },
      { number: '110105-19491231-002X', types: ['239', '240', '241', '299'] },
    ]);
    expect(documentTypesFitting('110105 19491231 002x', today)).toEqual([
      { number: '11010519491231002X', types: ['201', '208', '239', '240', '241', '299'] },
    ]);
  });

  it('DOC-5 includes exactly the types that parseDocument accepts', () => {
    const numbers = fc.oneof(
      personNumbers(),
      fc.stringMatching(/^[A-Z0-9-]{0,32}$/),
      fc.constantFrom(...Object.values(accepted).flat()),
    );
    fc.assert(
      fc.property(numbers, fc.constantFrom(...documentTypeCodes), (number, type) => {
        let parses = true;
        try {
          parseDocument(type, number, today);
        } catch {
          parses = false;
        }
        // A number that looks like a phone is understood at login, but no form accepts it as a new document (DOC-6).
        fc.pre(!looksLikePhone(number));
        expect(typesOf(number).includes(type)).toBe(parses);
      }),
    );
  });

  it('DOC-2 DOC-6 a free form never has the shape of a mainland phone', () => {
    for (const type of ['208', '239', '240', '241', '299'] as const) {
      for (const number of [
        '13812345678',
        ' 138 1234 5678',
        '１３８１２３４５６７８',
        '8613812345678',
        '(+86)13812345678',
      ])
        expect(() => parseDocument(type, number, today)).toThrow('DOCUMENT_INVALID');
      expect(parseDocument(type, '12812345678', today)).toBe('12812345678');
      // A document that was accepted earlier is still found.
      expect(typesOf('13812345678')).toContain(type);
    }
  });

  it('USR-2 tells fixed forms by shape, right or wrong in check digit and date', () => {
    for (const text of [
      'h12345678',
      'M1234567890',
      'e12345678',
      'EA1234567',
      'abc123456789012',
      '12345678',
      '110105999999310021',
    ]) {
      expect(looksLikeFixedFormDocument(text)).toBe(true);
    }
    for (const text of ['zhangsan', 'H1234567', 'abcd12345678901', 'huizhou2026', '123456789']) {
      expect(looksLikeFixedFormDocument(text)).toBe(false);
    }
  });
});
