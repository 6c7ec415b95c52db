import type { CompanySubject } from '#domain/companies/taxpayers.ts';

/** Every n-th company is an agency or a special subject, by its position, so that even a small sample has each kind. */
const kinds: readonly { readonly every: number; readonly at: number; readonly subject: Subject }[] = [
  { every: 40, at: 7, subject: ['enterprise', 'agency'] },
  { every: 40, at: 13, subject: 'cross-region' },
  { every: 80, at: 21, subject: 'cross-region-property' },
  // SPC-5: a company may have several subjects.
  { every: 160, at: 29, subject: ['cross-region', 'cross-region-property'] },
  { every: 80, at: 34, subject: 'social-insurance' },
];
type Subject = CompanySubject | readonly CompanySubject[];

/** What the n-th company is (LGN-1); undefined for the ordinary ones. */
export const subjectOf = (index: number): Subject | undefined =>
  kinds.find(({ every, at }) => index % every === at)?.subject;

/** SPC-1, SPC-5: 跨区域 companies have their seat in another province. */
export const comesFromElsewhere = (index: number): boolean =>
  isKind(index, 'cross-region') || isKind(index, 'cross-region-property');

export const isKind = (index: number, subject: CompanySubject): boolean =>
  [subjectOf(index)].flat().includes(subject);
