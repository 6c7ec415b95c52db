import { isoShanghai, shanghaiDay } from '#domain/days.ts';
import { isLive, listOf, refusalOf, type ShownState, transitions } from '#domain/relations.ts';
import { cursorTo, positionAt } from '#journeys/cursors.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { type Relation, relationKeyOf, relationsOf, shownStateOf } from '#store/companies/relations.ts';
import { shownTaxpayerId } from '#store/companies/taxpayers.ts';
import type { Key } from '#store/dynamodb/tables.ts';
import { revisionOf } from '#store/dynamodb/versioned-update.ts';
import type { authorizations } from './contract.ts';

const pageLength = 50;
/** Rows looked at by one call of the table: a list is picked from all of a person's rows. */
const rowsPerCall = 100;

/**
 * The person's own authorisations of one list, by company. The query is on the person's key, so nobody else's can
 * come; what has passed its last day, or whose company is gone, is history (REL-8).
 */
export const listAuthorizations: StepOf<typeof authorizations, 'list'> = async (ctx, call) => {
  const { personKey } = call.caller.session;
  const { state: list, cursor } = call.query;
  const day = shanghaiDay(call.now);
  const owner = `authorizations/${list}/${personKey}`;
  let from: Key | undefined = cursor === undefined ? undefined : positionAt(ctx, owner, cursor);
  const found: { relation: Relation; state: ShownState }[] = [];
  do {
    const page = await relationsOf(ctx.db, personKey, {
      from,
      limit: rowsPerCall,
      history: list === 'history',
    });
    from = page.next;
    for (const relation of page.items) {
      const state = shownStateOf(relation, day);
      if (listOf(state) !== list || (list === 'history' && relation.hiddenByPerson)) continue;
      found.push({ relation, state });
    }
  } while (from && found.length < pageLength);

  const shown = found.slice(0, pageLength);
  const last = shown.at(-1);
  if (last && found.length > shown.length) from = relationKeyOf(last.relation);
  return ok({
    authorizations: shown.map(({ relation, state }) => answerOf(ctx, relation, state, day)),
    ...(from ? { cursor: cursorTo(ctx, owner, from) } : {}),
  });
};

const answerOf = (ctx: FlowContext, relation: Relation, state: ShownState, day: string) => ({
  authorizationId: relation.authorizationId,
  taxpayerId: shownTaxpayerId(ctx.dataKeys, relation),
  taxpayerName: relation.taxpayerName,
  role: relation.role,
  state,
  direction: relation.direction,
  permissions: [...relation.permissions],
  ...(relation.validUntil === undefined ? {} : { validUntil: relation.validUntil }),
  /** Whether the person may say no to it now (REL-3). */
  refusable:
    isLive(state) && refusalOf(transitions.refuseInvitation, { ...relation, state }, day) === undefined,
  updatedAt: isoShanghai(new Date(relation.updatedAt)),
  revision: revisionOf(relation),
});
