import { describe, expect, it } from 'vitest';
import { isAdmitted, isSpecial, properEntry } from '#domain/companies/entries.ts';
import { companySubjects } from '#domain/companies/taxpayers.ts';
import { entries } from '#domain/names.ts';

const companyEntries = entries.filter((entry) => entry !== 'natural');

describe('entries', () => {
  it('SPC-1 special are those of 特定主体', () => {
    expect(entries.filter(isSpecial).sort()).toEqual([
      'cross-region',
      'cross-region-property',
      'social-insurance',
    ]);
  });

  it('SPC-1 SPC-4 SPC-5 lets special subjects in at their own entry only', () => {
    for (const special of ['cross-region', 'cross-region-property', 'social-insurance'] as const)
      for (const entry of companyEntries) {
        expect(isAdmitted(entry, [special])).toBe(entry === special);
        expect(properEntry(entry, [special])).toBe(entry === special ? undefined : special);
      }
  });

  it('AGY-2 lets an agency in at its own entry and at enterprise, others only at enterprise', () => {
    expect(properEntry('enterprise', ['agency'])).toBeUndefined();
    expect(properEntry('agency', ['agency'])).toBeUndefined();
    expect(properEntry('agency', ['sole-proprietor'])).toBe('enterprise');
    expect(properEntry('agency', ['cross-region', 'enterprise'])).toBe('enterprise');
  });

  it('SPC-5 lets a company of several subjects in wherever one of them may', () => {
    for (const one of companySubjects)
      for (const other of companySubjects)
        for (const entry of companyEntries)
          expect(isAdmitted(entry, [one, other])).toBe(
            isAdmitted(entry, [one]) || isAdmitted(entry, [other]),
          );
  });

  it('SPC-1 has an entry for every subject', () => {
    for (const subject of companySubjects)
      for (const entry of companyEntries) {
        const other = properEntry(entry, [subject]);
        expect(isAdmitted(other ?? entry, [subject])).toBe(true);
      }
  });
});
