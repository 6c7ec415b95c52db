import { shanghaiDay } from '#domain/days.ts';
import { properEntry } from '#domain/entries.ts';
import { Problem } from '#domain/problem.ts';
import { inTerm, isActiveOn } from '#domain/relations.ts';
import type { House } from '#http/house.ts';
import { findRelation } from '#store/relations.ts';
import { companyProblem, findTaxpayer } from '#store/taxpayers.ts';
import type { CompanyClaim } from '#store/tickets.ts';
import { agentGroundsAt, placeAmong, readGrounds } from './agency-places.ts';
import { type CompanyPlace, placeOf } from './relation-check.ts';

/**
 * The claim with what it may stand on. Of a tax agent that are places on both forms, as at `enterprise` by the client's
 * number (AGY-3): nobody holds a relation of this role, and what stands there is judged by `companyPlace`.
 */
export const claimOf = async (
  h: House,
  personKey: string,
  { companyKey, role }: Omit<CompanyClaim, 'agentAt'>,
  now: Date,
): Promise<CompanyClaim> => ({
  companyKey,
  role,
  ...(role === 'tax-agent'
    ? { agentAt: await agentGroundsAt(h.db, personKey, companyKey, shanghaiDay(now)) }
    : {}),
});

/**
 * Whether the person may act for the company in this role today (QR-3, REL-8, AGY-1), in one step of reads side by side.
 * Throws RELATION_NOT_FOUND, COMPANY_NOT_CONFIRMED for a company that still waits (ENT-2), USE_SPECIAL_ENTRY {entry}.
 * The special entries know no agents: who claims to be one there has no relation.
 */
export async function companyPlace(
  h: House,
  personKey: string,
  { companyKey, role, agentAt = [] }: CompanyClaim,
  now: Date,
): Promise<CompanyPlace> {
  if (role === 'tax-agent') {
    const place = placeAmong(h, personKey, await readGrounds(h.db, personKey, agentAt), 'enterprise', now);
    if (!place) throw new Problem('RELATION_NOT_FOUND');
    return place;
  }
  const day = shanghaiDay(now);
  const [relation, taxpayer] = await Promise.all([
    findRelation(h.db, personKey, companyKey, role),
    findTaxpayer(h.db, companyKey),
  ]);
  if (!relation || !isActiveOn(inTerm(relation, taxpayer?.term), day))
    throw new Problem('RELATION_NOT_FOUND');
  const problem = companyProblem(taxpayer);
  if (problem) throw problem.code === 'COMPANY_NOT_CONFIRMED' ? problem : new Problem('RELATION_NOT_FOUND');
  // SPC-1: special subjects have entries of their own, with a report or role to choose.
  const entry = properEntry('enterprise', taxpayer?.subjects ?? []);
  if (entry) throw new Problem('USE_SPECIAL_ENTRY', { entry });
  return placeOf(h, relation, now);
}
