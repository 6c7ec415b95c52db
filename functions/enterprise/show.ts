import { Problem } from '#domain/problem.ts';
import { ok } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { actingCompany } from '#steps/companies.ts';
import { maskedHolderOf } from '#steps/relation-facts.ts';
import { companyRelations } from '#store/relations.ts';
import { findTaxpayer, isKnown, shownTaxpayerId } from '#store/taxpayers.ts';
import type { enterprise } from './contract.ts';

/** The company of the session (CTR-1). Two reads in sequence: whoever calls, then company and representative. */
export const showEnterprise: StepOf<typeof enterprise, 'show'> = async (h, call) => {
  const { companyKey, role, permissions } = actingCompany(call);
  const [company, legalRepresentative] = await Promise.all([
    findTaxpayer(h.db, companyKey),
    representativeOf(h, companyKey),
  ]);
  if (!isKnown(company)) throw new Problem('RELATION_NOT_FOUND', {}, { variant: 'lost' });
  return ok({
    taxpayerId: shownTaxpayerId(h.dataKeys, company),
    taxpayerName: company.name,
    subjects: [...company.subjects],
    state: company.state,
    role,
    permissions: [...permissions],
    ...(legalRepresentative === undefined ? {} : { legalRepresentative }),
  });
};

/** The company's active relations stand in the order of roles, so theirs is the first. */
async function representativeOf(h: House, companyKey: string): Promise<string | undefined> {
  const { items } = await companyRelations(h.db, companyKey, 'active', { limit: 1 });
  const [first] = items;
  return first?.role === 'legal-representative' ? maskedHolderOf(h, first) : undefined;
}
