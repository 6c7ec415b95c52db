import type { Entry } from '../names.ts';
import type { CompanySubject } from './taxpayers.ts';

/** An entry at which somebody logs in for a company (LGN-1). */
export type CompanyEntry = Exclude<Entry, 'natural'>;
/** The entries of 特定主体, named after the subjects that can log in only there (SPC-1, SPC-4, SPC-5). */
export const specialEntries = ['cross-region', 'cross-region-property', 'social-insurance'] as const;
export type SpecialEntry = (typeof specialEntries)[number];

/** Which subjects log in at which entry. An agency manages its own affairs at `enterprise` (AGY-2). */
const subjectsAt: Readonly<Record<CompanyEntry, readonly CompanySubject[]>> = {
  enterprise: ['enterprise', 'sole-proprietor', 'agency'],
  'cross-region': ['cross-region'],
  'cross-region-property': ['cross-region-property'],
  'social-insurance': ['social-insurance'],
  agency: ['agency'],
};

export const isAdmitted = (entry: CompanyEntry, subjects: readonly CompanySubject[]): boolean =>
  subjects.some((subject) => subjectsAt[entry].includes(subject));

/**
 * SPC-1: the entry that a company must use instead; undefined if this entry is right. A company may be several
 * subjects.
 */
export function properEntry(
  entry: CompanyEntry,
  subjects: readonly CompanySubject[],
): CompanyEntry | undefined {
  if (isAdmitted(entry, subjects)) return undefined;
  return (Object.keys(subjectsAt) as CompanyEntry[]).find((other) => isAdmitted(other, subjects));
}

export const isSpecial = (entry: Entry): entry is SpecialEntry =>
  specialEntries.some((special) => special === entry);
