import { Problem } from '#domain/problem.ts';
import { inTerm } from '#domain/relations.ts';
import { maskedHolderOf } from '#journeys/companies/relation-audits.ts';
import { actingCompany } from '#journeys/sessions/acting-company.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { companyRelations, type Relation } from '#store/companies/relations.ts';
import { findTaxpayer, isKnown, type KnownTaxpayer, shownTaxpayerId } from '#store/companies/taxpayers.ts';
import type { enterprise } from './contract.ts';

/** The company of the session (CTR-1). Two reads in sequence: whoever calls, then company and representative. */
export const showEnterprise: StepOf<typeof enterprise, 'show'> = async (ctx, call) => {
  const { companyKey, role, permissions } = actingCompany(call);
  const [company, { items }] = await Promise.all([
    findTaxpayer(ctx.db, companyKey),
    companyRelations(ctx.db, companyKey, 'active', { limit: firstRows }),
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

/** Rows of earlier terms (ENT-4) may stand before the one that is looked for. */
const firstRows = 10;

/** The company's active relations stand in the order of roles, so theirs is among the first. */
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
