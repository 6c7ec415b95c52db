import * as v from 'valibot';
import { shanghaiDay } from '#domain/days.ts';
import { inTerm, isLive, permissionsOf, stateOn, transitions } from '#domain/relations.ts';
import type { House } from '#http/house.ts';
import type { Holder } from '#steps/appointments.ts';
import { holderOf, readPerson, recordWrites, requireSameName } from '#steps/named-person.ts';
import { fromRegistry, relationAudits } from '#steps/relation-facts.ts';
import { redecidedMoveWrites } from '#steps/relation-moves.ts';
import type { Write } from '#store/db.ts';
import { findListing, listingCheck, listingWrite } from '#store/handler-listings.ts';
import { asReadCheck, beginWrites, companyFacts, findRelation, type Relation } from '#store/relations.ts';
import {
  findTaxpayer,
  isKnown,
  type KnownTaxpayer,
  numberUnlessKept,
  type Taxpayer,
  taxpayerWrite,
} from '#store/taxpayers.ts';
import { decidedAnew, findPerson, Stale } from '#store/users.ts';
import { placedEntries, readCompany } from './companies.ts';
import type { Taken } from './outcome.ts';
import { isStale } from './versions.ts';

const role = 'tax-handler';

/** `tax-handler`: whom 金三 lists for a company, or, `removed`, no longer does (REL-4). */
export const taxHandlerLine = v.object({ type: v.literal(role), ...placedEntries });

/** Waits for the person, registered or not (REL-4); where the company is not known yet, for its line as well (ENT-3). */
export function takeTaxHandler(
  h: House,
  line: v.InferOutput<typeof taxHandlerLine>,
  now: Date,
): Promise<Taken> {
  const { key, number } = readCompany(h, line.taxpayerId);
  const named = readPerson(h, line.person, now);
  return decidedAnew(async () => {
    const [company, known, listing, relation] = await Promise.all([
      findTaxpayer(h.db, key),
      findPerson(h.db, named.key),
      findListing(h.db, named.key, key),
      findRelation(h.db, named.key, key, role),
    ]);
    requireSameName(h, named, known);
    if (isStale(listing?.version, line)) return 'stale';
    const listed = listingWrite(named.key, key, { version: line.version, listed: !line.removed });
    if (line.removed) {
      await h.db.transact([listed, ...strikeWrites(h, named.key, key, relation, now)]);
      return 'accepted';
    }
    await h.db.transact([
      listed,
      ...recordWrites(named, known),
      ...(isKnown(company)
        ? listedWrites(h, company, holderOf(named, known), relation, now)
        : [
            taxpayerWrite(
              key,
              company?.rev ?? 0,
              {
                ...numberUnlessKept(company, number),
                handlersDue: [...new Set([...(company?.handlersDue ?? []), named.key])],
              },
              () => new Stale(),
            ),
          ]),
    ]);
    return 'accepted';
  });
}

/** Takes up the handlers that were listed before their company was known, one by one; safe to die and to repeat. */
export async function settleHandlers(h: House, { companyKey, handlersDue }: Taxpayer, now: Date) {
  for (const personKey of handlersDue ?? []) {
    await decidedAnew(async () => {
      const [company, person, listing, relation] = await Promise.all([
        findTaxpayer(h.db, companyKey),
        findPerson(h.db, personKey),
        findListing(h.db, personKey, companyKey),
        findRelation(h.db, personKey, companyKey, role),
      ]);
      if (!isKnown(company) || !company.handlersDue?.includes(personKey)) return;
      const rest = company.handlersDue.filter((one) => one !== personKey);
      await h.db.transact([
        taxpayerWrite(
          companyKey,
          company.rev,
          { handlersDue: rest.length > 0 ? rest : undefined },
          () => new Stale(),
        ),
        ...(listing?.listed && person
          ? [listingCheck(personKey, companyKey, listing), ...listedWrites(h, company, person, relation, now)]
          : []),
      ]);
    });
  }
}

/**
 * A live authorisation stays as it is, whoever began it; it must still live when this is written, or an older removal
 * that came in between would have the last word.
 */
function listedWrites(
  h: House,
  company: KnownTaxpayer,
  holder: Holder,
  relation: Relation | undefined,
  now: Date,
): Write[] {
  const day = shanghaiDay(now);
  if (relation && isLive(stateOn(inTerm(relation, company.term), day)))
    return [asReadCheck(relation, relation)];
  const begun = beginWrites(
    {
      personKey: holder.personKey,
      sealedName: holder.sealedName,
      ...companyFacts(company),
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
  return [...begun.writes, ...relationAudits(h, begun.relation, 'pending', fromRegistry(now))];
}

/** Ends what lives; otherwise what was read must still stand, so that no relation begun meanwhile is overlooked. */
const strikeWrites = (
  h: House,
  personKey: string,
  companyKey: string,
  relation: Relation | undefined,
  now: Date,
): Write[] =>
  relation && isLive(stateOn(relation, shanghaiDay(now)))
    ? redecidedMoveWrites(h, relation, transitions.strike, fromRegistry(now))
    : [asReadCheck({ personKey, companyKey, role }, relation)];
