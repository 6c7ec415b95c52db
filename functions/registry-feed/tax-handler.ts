import * as v from 'valibot';
import { inTerm, isLive, permissionsOf, stateOn, transitions } from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import { fromRegistry } from '#journeys/change-origin.ts';
import type { Holder } from '#journeys/companies/appointments.ts';
import { relationAudits } from '#journeys/companies/relation-audits.ts';
import { retriedTransitionWrites } from '#journeys/companies/relation-transitions.ts';
import {
  holderOf,
  parseNamedPerson,
  realNameWrites,
  requireSameName,
} from '#journeys/people/named-person.ts';
import type { FlowContext } from '#runtime/context.ts';
import { findListing, listingCheck, listingPut } from '#store/companies/handler-listings.ts';
import { beginRelationWrites } from '#store/companies/relation-changes.ts';
import { relationUnchangedCheck } from '#store/companies/relation-checks.ts';
import { newRelationCopies } from '#store/companies/relation-copies.ts';
import { findRelation, type Relation } from '#store/companies/relations.ts';
import {
  findTaxpayer,
  isKnown,
  type KnownTaxpayer,
  numberUnlessStored,
  type Taxpayer,
  taxpayerUpdate,
} from '#store/companies/taxpayers.ts';
import { ConcurrentChange, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { findPerson } from '#store/people/users.ts';
import { companyPersonEntries, readCompany } from './companies.ts';
import type { LineResult } from './outcome.ts';
import { isStale } from './versions.ts';

const role = 'tax-handler';

/** `tax-handler`: a person whom 金三 lists for a company, or with `removed` no longer lists (REL-4). */
export const taxHandlerLine = v.object({ type: v.literal(role), ...companyPersonEntries });

/**
 * The relation waits for the person's consent, registered or not (REL-4); if the company is unknown yet, also for its
 * line (ENT-3).
 */
export function importTaxHandler(
  ctx: FlowContext,
  line: v.InferOutput<typeof taxHandlerLine>,
  now: Date,
): Promise<LineResult> {
  const { key, number } = readCompany(ctx, line.taxpayerId);
  const named = parseNamedPerson(ctx, line.person, now);
  return retryOnConcurrentChange(async () => {
    const [company, known, listing, relation] = await Promise.all([
      findTaxpayer(ctx.db, key),
      findPerson(ctx.db, named.key),
      findListing(ctx.db, named.key, key),
      findRelation(ctx.db, named.key, key, role),
    ]);
    requireSameName(ctx, named, known);
    if (isStale(listing?.version, line)) return 'stale';
    const listed = listingPut(named.key, key, { version: line.version, listed: !line.removed });
    if (line.removed) {
      await ctx.db.transact([listed, ...strikeWrites(ctx, named.key, key, relation, now)]);
      return 'accepted';
    }
    await ctx.db.transact([
      listed,
      ...realNameWrites(named, known),
      ...(isKnown(company)
        ? listedWrites(ctx, company, holderOf(named, known), relation, now)
        : [
            taxpayerUpdate(
              key,
              company?.rev ?? 0,
              {
                ...numberUnlessStored(company, number),
                handlersDue: [...new Set([...(company?.handlersDue ?? []), named.key])],
              },
              () => new ConcurrentChange(),
            ),
          ]),
    ]);
    return 'accepted';
  });
}

/**
 * Creates the relations of the handlers that were listed before their company was known, one by one; safe to stop and
 * to repeat.
 */
export async function createDueRelations(ctx: FlowContext, { companyKey, handlersDue }: Taxpayer, now: Date) {
  for (const personKey of handlersDue ?? []) {
    await retryOnConcurrentChange(async () => {
      const [company, person, listing, relation] = await Promise.all([
        findTaxpayer(ctx.db, companyKey),
        findPerson(ctx.db, personKey),
        findListing(ctx.db, personKey, companyKey),
        findRelation(ctx.db, personKey, companyKey, role),
      ]);
      if (!isKnown(company) || !company.handlersDue?.includes(personKey)) return;
      const rest = company.handlersDue.filter((one) => one !== personKey);
      await ctx.db.transact([
        taxpayerUpdate(
          companyKey,
          company.rev,
          { handlersDue: rest.length > 0 ? rest : undefined },
          () => new ConcurrentChange(),
        ),
        ...(listing?.listed && person
          ? [
              listingCheck(personKey, companyKey, listing),
              ...listedWrites(ctx, company, person, relation, now),
            ]
          : []),
      ]);
    });
  }
}

/**
 * A live authorization stays as it is, whoever began it. The write requires that it is still live; otherwise an older
 * removal that came in between would win.
 */
function listedWrites(
  ctx: FlowContext,
  company: KnownTaxpayer,
  holder: Holder,
  relation: Relation | undefined,
  now: Date,
): Write[] {
  const day = shanghaiDay(now);
  if (relation && isLive(stateOn(inTerm(relation, company.term), day)))
    return [relationUnchangedCheck(relation, relation)];
  const begun = beginRelationWrites(
    {
      personKey: holder.personKey,
      sealedName: holder.sealedName,
      ...newRelationCopies(company),
      role,
      state: 'pending',
      direction: 'invited',
      refusable: true,
      permissions: permissionsOf(role),
      source: 'registry',
    },
    relation,
    now,
    day,
  );
  return [...begun.writes, ...relationAudits(ctx, begun.relation, 'pending', fromRegistry(now))];
}

/**
 * Ends a live authorization. If there is none, the write requires that the row is as it was read, so that no relation
 * that began meanwhile is overlooked.
 */
const strikeWrites = (
  ctx: FlowContext,
  personKey: string,
  companyKey: string,
  relation: Relation | undefined,
  now: Date,
): Write[] =>
  relation && isLive(stateOn(relation, shanghaiDay(now)))
    ? retriedTransitionWrites(ctx, relation, transitions.strike, fromRegistry(now))
    : [relationUnchangedCheck({ personKey, companyKey, role }, relation)];
