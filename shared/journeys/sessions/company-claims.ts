import type { Assertion } from '#crypto/assertions.ts';
import { properEntry } from '#domain/companies/entries.ts';
import { inTerm, isActiveOn } from '#domain/companies/relations.ts';
import { parseTaxpayerId } from '#domain/companies/taxpayers.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';
import { findRelation } from '#store/companies/relations.ts';
import { companyKeyOf, companyProblem, findTaxpayer } from '#store/companies/taxpayers.ts';
import type { CompanyClaim } from '#store/tickets/ticket-kinds.ts';
import { agentAccessBasesAt, firstActingOption, readAgentAccess } from '../agencies/agent-access.ts';
import { type ActingOption, actingOptionOf } from '../companies/acting-option.ts';

/**
 * A claim to act for a company, with its possible access bases. For a tax agent these are entries on both forms, as at
 * `enterprise` with the client's number (AGY-3), because nobody has a relation of that role. `actingOptionFor` judges
 * them.
 */
export const claimOf = async (
  ctx: FlowContext,
  personKey: string,
  { companyKey, role }: Omit<CompanyClaim, 'agentAt'>,
  now: Date,
): Promise<CompanyClaim> => ({
  companyKey,
  role,
  ...(role === 'tax-agent'
    ? { agentAt: await agentAccessBasesAt(ctx.db, personKey, companyKey, shanghaiDay(now)) }
    : {}),
});

/**
 * Whether the person may act for the company in this role today (QR-3, REL-8, AGY-1), in one step of parallel reads.
 * Throws RELATION_NOT_FOUND, COMPANY_NOT_CONFIRMED for a company that awaits confirmation (ENT-2), USE_SPECIAL_ENTRY
 * {entry}. The special entries have no agents: a person who claims to be one there has no relation.
 */
export async function actingOptionFor(
  ctx: FlowContext,
  personKey: string,
  { companyKey, role, agentAt = [] }: CompanyClaim,
  now: Date,
): Promise<ActingOption> {
  if (role === 'tax-agent') {
    const option = firstActingOption(
      ctx,
      personKey,
      await readAgentAccess(ctx.db, personKey, agentAt),
      'enterprise',
      now,
    );
    if (!option) throw new Problem('RELATION_NOT_FOUND');
    return option;
  }
  const day = shanghaiDay(now);
  const [relation, taxpayer] = await Promise.all([
    findRelation(ctx.db, personKey, companyKey, role),
    findTaxpayer(ctx.db, companyKey),
  ]);
  if (!relation || !isActiveOn(inTerm(relation, taxpayer?.term), day))
    throw new Problem('RELATION_NOT_FOUND');
  const problem = companyProblem(taxpayer);
  if (problem) throw problem.code === 'COMPANY_NOT_CONFIRMED' ? problem : new Problem('RELATION_NOT_FOUND');
  // SPC-1: special subjects have their own entries, where a report or role is chosen.
  const entry = properEntry('enterprise', taxpayer?.subjects ?? []);
  if (entry) throw new Problem('USE_SPECIAL_ENTRY', { entry });
  return actingOptionOf(ctx, relation, now);
}

/**
 * The company that a channel signed for (QR-1), judged now (QR-3). Throws what `actingOptionFor` throws, and
 * RELATION_NOT_FOUND for a text that is no taxpayer number.
 */
export async function assertedCompany(
  ctx: FlowContext,
  personKey: string,
  { taxpayerId, role }: NonNullable<Assertion['identity']>,
  now: Date,
): Promise<{ claim: CompanyClaim; option: ActingOption }> {
  const claim = await claimOf(ctx, personKey, { companyKey: keyOfCompany(ctx, taxpayerId), role }, now);
  return { claim, option: await actingOptionFor(ctx, personKey, claim, now) };
}

/** A text that is no taxpayer number cannot be anybody's company. */
function keyOfCompany(ctx: Pick<FlowContext, 'keys'>, taxpayerId: string): string {
  try {
    return companyKeyOf(ctx.keys, parseTaxpayerId(taxpayerId));
  } catch (error) {
    throw error instanceof Problem ? new Problem('RELATION_NOT_FOUND') : error;
  }
}
