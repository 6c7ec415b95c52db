import { isoShanghai, shanghaiDay } from '#domain/days.ts';
import { listOf, type RelationList, type ShownState } from '#domain/relations.ts';
import { managedCompany } from '#journeys/companies/require-manager.ts';
import { cursorTo, positionAt } from '#journeys/cursors.ts';
import { maskedPerson } from '#journeys/people/personal-data.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import {
  companyListKeyOf,
  companyRelations,
  type Relation,
  shownStateOf,
} from '#store/companies/relations.ts';
import { revisionOf } from '#store/dynamodb/versioned-update.ts';
import { findPeople, type Person } from '#store/people/users.ts';
import type { staff } from './contract.ts';

const pageLength = 50;
const rowsPerCall = 100;

/** Where a list is stored: what has passed its last day still stands where it lived (REL-8). */
const storedIn: Readonly<Record<RelationList, readonly RelationList[]>> = {
  active: ['active'],
  pending: ['pending'],
  history: ['history', 'pending', 'active'],
};
interface Place {
  readonly part: RelationList;
  readonly from?: Record<string, string> | undefined;
}

/** One list of the company's people, by role, in pages. The query is on the session's company alone. */
export const listStaff: StepOf<typeof staff, 'list'> = async (ctx, call) => {
  const { companyKey } = managedCompany(call);
  const { state: list, cursor } = call.query;
  const day = shanghaiDay(call.now);
  const owner = `staff/${list}/${companyKey}`;
  const parts = storedIn[list];
  let place: Place | undefined =
    cursor === undefined ? { part: parts[0] ?? list } : placeIn(positionAt(ctx, owner, cursor));
  const found: { relation: Relation; state: ShownState; part: RelationList }[] = [];
  while (place && found.length <= pageLength) {
    const { part, from }: Place = place;
    const page = await companyRelations(ctx.db, companyKey, part, { from, limit: rowsPerCall });
    for (const relation of page.items) {
      const state = shownStateOf(relation, day);
      if (listOf(state) === list && !(list === 'history' && relation.hiddenByCompany))
        found.push({ relation, state, part });
    }
    const following = parts[parts.indexOf(part) + 1];
    place = page.next ? { part, from: page.next } : following && { part: following };
  }
  const shown = found.slice(0, pageLength);
  const last = shown.at(-1);
  if (last && found.length > shown.length) place = { part: last.part, from: companyListKeyOf(last.relation) };
  const people = await findPeople(
    ctx.db,
    shown.map(({ relation }) => relation.personKey),
  );
  return ok({
    staff: shown.map(({ relation, state }) => answerOf(ctx, relation, state, people.get(relation.personKey))),
    ...(place ? { cursor: cursorTo(ctx, owner, { part: place.part, ...place.from }) } : {}),
  });
};

const placeIn = ({ part, ...from }: Record<string, string>): Place => ({
  part: part as RelationList,
  from: Object.keys(from).length > 0 ? from : undefined,
});

const answerOf = (ctx: FlowContext, relation: Relation, state: ShownState, person: Person | undefined) => ({
  authorizationId: relation.authorizationId,
  ...maskedPerson(ctx, relation, person),
  role: relation.role,
  state,
  direction: relation.direction,
  permissions: [...relation.permissions],
  ...(relation.validUntil === undefined ? {} : { validUntil: relation.validUntil }),
  updatedAt: isoShanghai(new Date(relation.updatedAt)),
  revision: revisionOf(relation),
});
