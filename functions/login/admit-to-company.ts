import type { CompanyEntry } from '#domain/companies/entries.ts';
import type { Problem } from '#domain/problem.ts';
import { entryProblem, notRelatedProblem } from '#journeys/companies/admission.ts';
import type { Relation } from '#store/companies/relations.ts';
import type { KnownTaxpayer } from '#store/companies/taxpayers.ts';
import type { AgentAccessBasis } from '#store/sessions/access-basis.ts';
import { offeredRoles } from './role-choices.ts';
import { reportRoles } from './search-reports.ts';

/**
 * Why a person with the right password does not get to the second step: the wrong entry (SPC-1), a company that awaits
 * confirmation (ENT-2), no relation (LGN-8). None of these is a failure (LCK-6).
 * @param relations the person's rows in this company
 */
export function admissionProblem(
  entry: CompanyEntry,
  company: KnownTaxpayer,
  relations: readonly Relation[],
  day: string,
  { phoneTyped, agentAt }: { readonly phoneTyped: boolean; readonly agentAt: readonly AgentAccessBasis[] },
): Problem | undefined {
  const refused = entryProblem(entry, company);
  if (refused) return refused;
  if (entry === 'cross-region' && reportRoles(relations, day).length > 0) return undefined;
  const offer = offeredRoles(relations, entry, day);
  if (offer.active.length > 0 || offer.confirm || agentAt.length > 0) return undefined;
  return notRelatedProblem(relations, day, { phoneTyped, entry });
}
