import { parseTaxpayerId } from '#domain/companies/taxpayers.ts';
import { isoShanghai, nextMidnight } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { nameToOutsiders } from '#journeys/companies/company-names.ts';
import { requireChangingChannel } from '#journeys/companies/require-manager.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { previewUpdate } from '#store/companies/company-previews.ts';
import { companyKeyOf, companyProblem, findTaxpayer, isKnown } from '#store/companies/taxpayers.ts';
import type { authorizations } from './contract.ts';

/** Previews per day: enough for a person who mistypes, too few to copy the register (REL-11). */
const mostADay = 20;

/**
 * REL-11: the name of the company before the person applies to it. Every call counts before anything is searched, so
 * that trying unknown numbers is not free. If the company's number is a person's, only the first character of the name
 * is shown (DOC-4). TAXPAYER_NOT_FOUND, COMPANY_NOT_CONFIRMED, TOO_MANY_REQUESTS until midnight.
 */
export const previewCompany: StepOf<typeof authorizations, 'preview'> = async (ctx, call) => {
  requireChangingChannel(ctx, call);
  const companyKey = companyKeyOf(ctx.keys, parseTaxpayerId(call.body.taxpayerId));
  await ctx.db.transact([
    previewUpdate(
      call.caller.session.personKey,
      call.now,
      mostADay,
      () => new Problem('TOO_MANY_REQUESTS', { retryAt: isoShanghai(nextMidnight(call.now)) }),
    ),
  ]);
  const company = await findTaxpayer(ctx.db, companyKey);
  const problem = companyProblem(company);
  if (problem || !isKnown(company)) throw problem ?? new Problem('TAXPAYER_NOT_FOUND');
  return ok({
    taxpayerName: nameToOutsiders(company, company.name),
  });
};
