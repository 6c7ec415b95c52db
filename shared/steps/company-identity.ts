import { shanghaiDay } from '#domain/days.ts';
import { properEntry } from '#domain/entries.ts';
import type { Role } from '#domain/names.ts';
import { Problem } from '#domain/problem.ts';
import { isActiveOn } from '#domain/relations.ts';
import type { House } from '#http/house.ts';
import { findRelation } from '#store/relations.ts';
import { companyProblem, findTaxpayer } from '#store/taxpayers.ts';
import { type CompanyPlace, placeOf } from './relation-check.ts';

/**
 * Whether the person may act for the company in this role today (QR-3, REL-8): relation and company side by side.
 * Throws RELATION_NOT_FOUND, COMPANY_NOT_CONFIRMED for a company that still waits (ENT-2), USE_SPECIAL_ENTRY {entry}.
 */
export async function companyPlace(
  h: House,
  personKey: string,
  { companyKey, role }: { readonly companyKey: string; readonly role: Role },
  now: Date,
): Promise<CompanyPlace> {
  const day = shanghaiDay(now);
  const [relation, taxpayer] = await Promise.all([
    findRelation(h.db, personKey, companyKey, role),
    findTaxpayer(h.db, companyKey),
  ]);
  if (!relation || !isActiveOn(relation, day)) throw new Problem('RELATION_NOT_FOUND');
  const problem = companyProblem(taxpayer);
  if (problem) throw problem.code === 'COMPANY_NOT_CONFIRMED' ? problem : new Problem('RELATION_NOT_FOUND');
  // SPC-1: special subjects have entries of their own, with a report or role to choose.
  const entry = properEntry('enterprise', taxpayer?.subjects ?? []);
  if (entry) throw new Problem('USE_SPECIAL_ENTRY', { entry });
  return placeOf(h, relation, now);
}
