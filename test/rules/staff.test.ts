import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isManagingRole, isStaffRole, parseLastDay } from '#domain/companies/relations.ts';
import { companySubjects, confirmationKindsOf } from '#domain/companies/taxpayers.ts';
import { roles } from '#domain/names.ts';
import { Problem } from '#domain/problem.ts';
import { today } from './people.ts';

/** The last day that a text means. */
function lastDayOf(raw: string): string | null {
  try {
    return parseLastDay(raw, today) ?? null;
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    return 'refused';
  }
}

describe('the last day of a relation', () => {
  it('REL-8 is a day from today on, unlimited when empty, unsaid when absent', () => {
    expect(parseLastDay(undefined, today)).toBeUndefined();
    for (const empty of [null, '', '  ']) expect(parseLastDay(empty, today)).toBeNull();
    expect(parseLastDay(today, today)).toBe(today);
    expect(parseLastDay(' 2028-02-29 ', today)).toBe('2028-02-29');
  });

  it.each([
    '2026-11-22',
    '2027-02-29',
    '2027-00-10',
    '2027-13-01',
    '2027-1-1',
    '20270101',
    '2027-01-01T00:00',
    '２０２７-01-01',
    'NaN-NaN-NaN',
  ])('REL-8 refuses %s', (raw) => {
    expect(() => parseLastDay(raw, today)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  it('REL-8 answers nothing but a day that sorts at or after today, whatever is typed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 12 }), fc.stringMatching(/^\d{4}-\d{2}-\d{2}$/)), (raw) => {
        const day = lastDayOf(raw);
        if (day === 'refused') return;
        if (day === null) expect(raw.trim()).toBe('');
        else {
          expect(day >= today).toBe(true);
          expect(new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10)).toBe(day);
        }
      }),
    );
  });
});

describe('who manages and who is managed', () => {
  it('REL-5 REL-7 no role is both', () => {
    expect(roles.filter(isManagingRole)).toEqual(['legal-representative', 'finance-head']);
    expect(roles.filter(isStaffRole)).toEqual(['tax-handler', 'invoice-clerk']);
  });
});

describe('confirming a company', () => {
  it('ENT-1 ENT-2 is open to the legal representative in every way, to a tax handler in the company’s', () => {
    expect(confirmationKindsOf(['enterprise'], ['legal-representative'])).toEqual([
      'new-taxpayer',
      'one-licence',
    ]);
    expect(confirmationKindsOf(['sole-proprietor'], ['tax-handler'])).toEqual(['sole-proprietor']);
    expect(confirmationKindsOf(['sole-proprietor', 'agency'], ['tax-handler'])).toEqual([
      'one-licence',
      'sole-proprietor',
    ]);
  });

  it('ENT-2 is open to nobody else, and to everybody entitled in at least one way', () => {
    const subjects = fc.subarray([...companySubjects], { minLength: 1 });
    fc.assert(
      fc.property(subjects, fc.subarray([...roles]), (company, held) => {
        const kinds = confirmationKindsOf(company, held);
        const entitled = held.includes('legal-representative') || held.includes('tax-handler');
        expect(kinds.length > 0).toBe(entitled);
        expect(kinds.includes('new-taxpayer')).toBe(held.includes('legal-representative'));
        expect(kinds.includes('sole-proprietor')).toBe(entitled && company.includes('sole-proprietor'));
      }),
    );
  });
});
