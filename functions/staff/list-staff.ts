import { roleOrder, type ShownState, shownStateOn } from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import { managerBasis } from '#journeys/companies/require-manager.ts';
import { shownRelation } from '#journeys/companies/shown-relation.ts';
import { openListCursor, sealListCursor } from '#journeys/cursors.ts';
import { maskedPerson } from '#journeys/people/personal-data.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { companyList } from '#store/companies/relation-lists.ts';
import type { Relation } from '#store/companies/relations.ts';
import { revisionOf } from '#store/dynamodb/versioned-update.ts';
import type { Person } from '#store/people/person-row.ts';
import { findPeople } from '#store/people/users.ts';
import type { staff } from './contract.ts';

const pageLength = 50;

/**
 * One page of one list of the company's people, sorted by role (CTR-3). The query covers only the session's company,
 * and only its present term (ENT-4), to which the session's relation belongs.
 */
export const listStaff: StepOf<typeof staff, 'list'> = async (ctx, call) => {
  const { companyKey } = managerBasis(call, 'company');
  const { term } = call.caller;
  const { state: list, cursor } = call.query;
  const day = shanghaiDay(call.now);
  const owner = `staff/${list}/${companyKey}`;
  const { relations, next } = await companyList(ctx.db, { companyKey, term }, list, {
    day,
    limit: pageLength,
    from: openListCursor(ctx, owner, cursor),
  });
  const people = await findPeople(
    ctx.db,
    relations.map(({ personKey }) => personKey),
  );
  return ok({
    staff: relations
      .sort((a, b) => roleOrder(a.role) - roleOrder(b.role))
      .map((relation) =>
        answerOf(
          ctx,
          relation,
          shownStateOn(relation, { cancelled: false, term }, day),
          people.get(relation.personKey),
        ),
      ),
    ...(next ? { cursor: sealListCursor(ctx, owner, next) } : {}),
  });
};

const answerOf = (ctx: FlowContext, relation: Relation, state: ShownState, person: Person | undefined) => ({
  authorizationId: relation.authorizationId,
  ...maskedPerson(ctx, relation, person),
  ...shownRelation(relation, state),
  revision: revisionOf(relation),
});
