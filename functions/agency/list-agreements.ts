import { Problem } from '#domain/problem.ts';
import { listedAgreements } from '#journeys/agencies/list-agreements.ts';
import { managerBasis } from '#journeys/companies/require-manager.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { findTaxpayer, type Taxpayer } from '#store/companies/taxpayers.ts';
import type { agency } from './contract.ts';

/** The agency's agreements in any state. */
export const listAgreements: StepOf<typeof agency, 'agreements'> = async (ctx, call) => {
  const { companyKey } = managerBasis(call, 'agency');
  const [company, page] = await Promise.all([
    findTaxpayer(ctx.db, companyKey),
    listedAgreements(ctx, call, { agencyKey: companyKey }),
  ]);
  requireAgency(company);
  return ok(page);
};

/** Only agencies have a staff form and clients. ROLE_NOT_ALLOWED. */
export function requireAgency(company: Taxpayer | undefined): void {
  if (!company?.subjects?.includes('agency')) throw new Problem('ROLE_NOT_ALLOWED');
}
