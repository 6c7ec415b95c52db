import { Problem } from '#domain/problem.ts';
import { confirmationWrites } from '#journeys/companies/company-confirmation.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { shownTaxpayerId } from '#store/companies/taxpayers.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { hall } from './contract.ts';
import { keyOfCompany, requireCompany, requireCounter } from './counter-checks.ts';

/** ENT-2: the hall confirms a waiting company; its tax handlers still have to confirm for themselves. */
export const confirmAtHall: StepOf<typeof hall, 'confirm'> = async (ctx, call) => {
  const origin = requireCounter(ctx, call, 'change-relations');
  const companyKey = keyOfCompany(ctx, call.body.taxpayerId);
  const company = await retryOnConcurrentChange(async () => {
    const read = await requireCompany(ctx, companyKey);
    if (read.state !== 'awaiting-confirmation') throw new Problem('STATE_CONFLICT');
    await ctx.db.transact(await confirmationWrites(ctx, read, origin));
    return read;
  });
  return ok({ taxpayerId: shownTaxpayerId(ctx.dataKeys, company), taxpayerName: company.name });
};
