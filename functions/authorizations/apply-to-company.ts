import { isStaffRole, parseLastDay, permissionsOf } from '#domain/companies/relations.ts';
import { parseTaxpayerId } from '#domain/companies/taxpayers.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { originOf } from '#journeys/audit.ts';
import { relationAudits } from '#journeys/companies/relation-audits.ts';
import { requireChangingChannel } from '#journeys/companies/require-manager.ts';
import { created } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { beginRelationWrites } from '#store/companies/relation-changes.ts';
import { newRelationCopies } from '#store/companies/relation-copies.ts';
import { findRelation } from '#store/companies/relations.ts';
import {
  activeCompanyCheck,
  companyKeyOf,
  companyProblem,
  findTaxpayer,
  isKnown,
} from '#store/companies/taxpayers.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { authorizations } from './contract.ts';

/** The person applies to a company (REL-6); its legal representative or finance head decides. */
export const applyToCompany: StepOf<typeof authorizations, 'apply'> = async (ctx, call) => {
  requireChangingChannel(ctx, call);
  const { session } = call.caller;
  const { role } = call.body;
  if (!isStaffRole(role)) throw new Problem('ROLE_NOT_ALLOWED');
  const day = shanghaiDay(call.now);
  const lastDay = parseLastDay(call.body.validUntil, day);
  const companyKey = companyKeyOf(ctx.keys, parseTaxpayerId(call.body.taxpayerId));
  return retryOnConcurrentChange(async () => {
    const [company, previous] = await Promise.all([
      findTaxpayer(ctx.db, companyKey),
      findRelation(ctx.db, session.personKey, companyKey, role),
    ]);
    const problem = companyProblem(company);
    if (problem || !isKnown(company)) throw problem ?? new Problem('TAXPAYER_NOT_FOUND');
    const begun = beginRelationWrites(
      {
        personKey: session.personKey,
        sealedName: session.sealedName,
        ...newRelationCopies(company),
        role,
        state: 'pending',
        direction: 'applied',
        refusable: true,
        permissions: permissionsOf(role),
        ...(lastDay ? { validUntil: lastDay } : {}),
        source: 'person',
      },
      previous,
      call.now,
      day,
    );
    await ctx.db.transact([
      activeCompanyCheck(companyKey),
      ...begun.writes,
      ...relationAudits(ctx, begun.relation, 'pending', originOf(call), { direction: 'applied' }),
    ]);
    return created({ authorizationId: begun.authorizationId });
  });
};
