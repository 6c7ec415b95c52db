import { inTerm } from '#domain/companies/relations.ts';
import { Problem } from '#domain/problem.ts';
import { maskedHolderOf } from '#journeys/companies/relation-audits.ts';
import { actingCompany } from '#journeys/sessions/acting-company.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { companyRows } from '#store/companies/relation-lists.ts';
import type { Relation } from '#store/companies/relations.ts';
import { findTaxpayer, isKnown, type KnownTaxpayer, shownTaxpayerId } from '#store/companies/taxpayers.ts';
import type { enterprise } from './contract.ts';

/** The company of the session (CTR-1). Two sequential reads: first the caller, then company and representative. */
export const showEnterprise: StepOf<typeof enterprise, 'show'> = async (ctx, call) => {
  const { companyKey, role, permissions } = actingCompany(call);
  const [company, { items }] = await Promise.all([
    findTaxpayer(ctx.db, companyKey),
    companyRows(ctx.db, companyKey, 'active', { limit: 1 }),
  ]);
  if (!isKnown(company)) throw new Problem('RELATION_NOT_FOUND', {}, { variant: 'lost' });
  const legalRepresentative = representativeAmong(ctx, company, items);
  return ok({
    taxpayerId: shownTaxpayerId(ctx.dataKeys, company),
    taxpayerName: company.name,
    subjects: [...company.subjects],
    state: company.state,
    role,
    permissions: [...permissions],
    ...(legalRepresentative === undefined ? {} : { legalRepresentative }),
  });
};

/**
 * The index lists first the relations without a last day in the newest term, by role: the representative's, if there is
 * one.
 */
function representativeAmong(
  ctx: FlowContext,
  { term }: KnownTaxpayer,
  relations: readonly Relation[],
): string | undefined {
  const found = relations.find(
    (one) => one.role === 'legal-representative' && inTerm(one, term).state === 'active',
  );
  return found && maskedHolderOf(ctx, found);
}
