import { type CompanyEntry, isSpecial, properEntry } from '#domain/companies/entries.ts';
import { stateOn } from '#domain/companies/relations.ts';
import type { Entry } from '#domain/names.ts';
import { Problem } from '#domain/problem.ts';
import type { Relation } from '#store/companies/relations.ts';
import { companyProblem, isKnown, type KnownTaxpayer, type Taxpayer } from '#store/companies/taxpayers.ts';

/**
 * An unknown company and a cancelled one get the same answer, before anything about the account is shown (LGN-2,
 * LGN-7).
 */
export function knownCompany(taxpayer: Taxpayer | undefined): KnownTaxpayer {
  const problem = companyProblem(taxpayer);
  if (!isKnown(taxpayer) || problem?.code === 'TAXPAYER_NOT_FOUND')
    throw problem ?? new Problem('TAXPAYER_NOT_FOUND');
  return taxpayer;
}

/**
 * Why nobody can enter this company at this entry: the entry is wrong (SPC-1), or the company awaits confirmation
 * (ENT-2).
 */
export function entryProblem(entry: CompanyEntry, company: KnownTaxpayer): Problem | undefined {
  const proper = properEntry(entry, company.subjects);
  if (proper)
    return new Problem(
      'USE_SPECIAL_ENTRY',
      { entry: proper },
      proper === 'enterprise' ? { variant: 'enterprise' } : {},
    );
  return companyProblem(company);
}

/**
 * LGN-8: the refusal of a person without a relation, with what they can do about it.
 * @param relations the person's rows in this company
 */
export function notRelatedProblem(
  relations: readonly Relation[],
  day: string,
  {
    phoneTyped = false,
    entry = 'enterprise',
  }: { readonly phoneTyped?: boolean; readonly entry?: Entry } = {},
): Problem {
  const pending = relations.find((relation) => stateOn(relation, day) === 'pending');
  return new Problem(
    'RELATION_NOT_FOUND',
    pending ? { pendingAuthorizationId: pending.authorizationId, pendingDirection: pending.direction } : {},
    variantOf(entry, phoneTyped),
  );
}

/**
 * People of special subjects are added at a hall (SPC-4); at `cross-region` it is enough to be the 经办人 of a report
 * (SPC-3).
 */
function variantOf(entry: Entry, phoneTyped: boolean): { variant?: string } {
  if (!isSpecial(entry)) return phoneTyped ? { variant: 'phone' } : {};
  const scope = entry === 'cross-region' ? entry : 'special';
  return { variant: phoneTyped ? `${scope}-phone` : scope };
}
