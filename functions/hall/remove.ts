import { transitions } from '#domain/relations.ts';
import { noContent } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { authorizationOf, transitionWrites } from '#steps/relation-moves.ts';
import { tellHolder } from '#steps/relation-notices.ts';
import { termCheck } from '#store/taxpayers.ts';
import type { hall } from './contract.ts';
import { atCounter } from './counter.ts';

/** Ends a relation of any company, waiting or active; who is appointed changes only through the registry (REL-7). */
export const remove: StepOf<typeof hall, 'remove'> = async (ctx, call) => {
  const origin = atCounter(ctx, call, 'change-relations');
  const relation = await authorizationOf(ctx, call.params.authorizationId, {});
  await ctx.db.transact([
    termCheck(relation.companyKey, relation),
    ...transitionWrites(ctx, relation, transitions.removeAtHall, origin),
  ]);
  await tellHolder(ctx, call, relation, 'relation-deleted');
  return noContent();
};
