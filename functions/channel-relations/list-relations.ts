import { channelMay } from '#domain/channels.ts';
import { isLive } from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { personPage } from '#journeys/companies/company-copies.ts';
import { nameToHolder } from '#journeys/companies/company-names.ts';
import { shownRelation } from '#journeys/companies/shown-relation.ts';
import { openListCursor, sealListCursor } from '#journeys/cursors.ts';
import { assertedPerson } from '#journeys/factors/scans.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { shownStateOf } from '#store/companies/relations.ts';
import { shownTaxpayerId } from '#store/companies/taxpayers.ts';
import { refuseSuspended } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import type { channelRelations } from './contract.ts';

const pageLength = 100;

/**
 * The person's active and waiting relations on today's day (REL-8), in pages, sorted by company. The list contains no
 * handles: a channel that may only look gets nothing to act with (REL-9). The clients of a tax agent are no relations;
 * they follow from the agency's agreements, as in the list 已授权企业 on the web. A suspended person gets no answer in
 * an app either (ORD-1).
 */
export const listRelations: StepOf<typeof channelRelations, 'list'> = async (ctx, call) => {
  const { assertion } = call.caller;
  if (!channelMay(assertion.channel, 'view-relations', ctx.settings))
    throw new Problem('CHANNEL_NOT_ALLOWED');
  const personKey = assertedPerson(ctx, assertion);
  if (personKey === undefined) throw new Problem('ASSERTION_INVALID');
  const day = shanghaiDay(call.now);
  const owner = `channel-relations/${personKey}`;
  const [person, { relations, next }] = await Promise.all([
    findPerson(ctx.db, personKey),
    personPage(ctx.db, personKey, 'live', {
      day,
      limit: pageLength,
      from: openListCursor(ctx, owner, call.query.cursor),
    }),
  ]);
  refuseSuspended(person);
  return ok({
    relations: relations
      .map((one) => ({ one, state: shownStateOf(one, day) }))
      .filter(({ state }) => isLive(state))
      .sort((a, b) => (a.one.relation < b.one.relation ? -1 : 1))
      .map(({ one, state }) => ({
        taxpayerId: shownTaxpayerId(ctx.dataKeys, one),
        taxpayerName: nameToHolder(one),
        ...shownRelation(one, state),
      })),
    ...(next ? { cursor: sealListCursor(ctx, owner, next) } : {}),
  });
};
