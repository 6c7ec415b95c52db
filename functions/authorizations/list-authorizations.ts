import { isLive, listOf, refusalOf, type ShownState, transitions } from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import { personPage } from '#journeys/companies/company-copies.ts';
import { nameToHolder } from '#journeys/companies/company-names.ts';
import { shownRelation } from '#journeys/companies/shown-relation.ts';
import { openListCursor, sealListCursor } from '#journeys/cursors.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { type Relation, shownStateOf } from '#store/companies/relations.ts';
import { shownTaxpayerId } from '#store/companies/taxpayers.ts';
import { revisionOf } from '#store/dynamodb/versioned-update.ts';
import type { authorizations } from './contract.ts';

const pageLength = 50;

/**
 * One page of one list of the person's own authorizations, sorted by company (CTR-3). The query uses the person's key,
 * so nobody else's can appear. The companies are shown as they are now: the relation to a company that has just been
 * cancelled does not appear among the live ones (ENT-4).
 */
export const listAuthorizations: StepOf<typeof authorizations, 'list'> = async (ctx, call) => {
  const { personKey } = call.caller.session;
  const { state: list, cursor } = call.query;
  const day = shanghaiDay(call.now);
  const owner = `authorizations/${list}/${personKey}`;
  const { relations, next } = await personPage(ctx.db, personKey, list, {
    day,
    limit: pageLength,
    from: openListCursor(ctx, owner, cursor),
  });
  const shown = relations
    .map((relation) => ({ relation, state: shownStateOf(relation, day) }))
    .filter(({ state }) => listOf(state) === list)
    .sort((a, b) => (a.relation.relation < b.relation.relation ? -1 : 1));
  return ok({
    authorizations: shown.map(({ relation, state }) => answerOf(ctx, relation, state, day)),
    ...(next ? { cursor: sealListCursor(ctx, owner, next) } : {}),
  });
};

const answerOf = (ctx: FlowContext, relation: Relation, state: ShownState, day: string) => ({
  authorizationId: relation.authorizationId,
  taxpayerId: shownTaxpayerId(ctx.dataKeys, relation),
  taxpayerName: nameToHolder(relation),
  ...shownRelation(relation, state),
  /** Whether the person may refuse it now (REL-3). */
  refusable:
    isLive(state) && refusalOf(transitions.refuseInvitation, { ...relation, state }, day) === undefined,
  revision: revisionOf(relation),
});
