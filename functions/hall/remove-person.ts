import { transitions } from '#domain/companies/relations.ts';
import { notifyHolder } from '#journeys/companies/relation-notices.ts';
import { authorizationOf, transitionWrites } from '#journeys/companies/relation-transitions.ts';
import { noContent } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { termCheck } from '#store/companies/taxpayers.ts';
import type { hall } from './contract.ts';
import { requireCounter } from './counter-checks.ts';

/**
 * Ends a relation of any company, whether waiting or active; appointed roles change only through the registry (REL-7).
 */
export const removeAtHall: StepOf<typeof hall, 'remove'> = async (ctx, call) => {
  const origin = requireCounter(ctx, call, 'change-relations');
  const relation = await authorizationOf(ctx, call.params.authorizationId, {});
  await ctx.db.transact([
    termCheck(relation.companyKey, relation),
    ...transitionWrites(ctx, relation, transitions.removeAtHall, origin),
  ]);
  await notifyHolder(ctx, call, relation, 'relation-deleted');
  return noContent();
};
