import { shanghaiDay } from '#domain/days.ts';
import { inTerm } from '#domain/relations.ts';
import { confirmationKindsOf } from '#domain/taxpayers.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { allRelationsOf, type Relation } from '#store/companies/relations.ts';
import { findTaxpayers, isKnown, shownTaxpayerId } from '#store/companies/taxpayers.ts';
import { revisionOf } from '#store/dynamodb/versioned-update.ts';
import { confirms } from './confirm-company.ts';
import type { confirmations } from './contract.ts';

/** Companies that wait for this person, each once; the relation that entitles them is the handle. */
export const listConfirmations: StepOf<typeof confirmations, 'list'> = async (ctx, call) => {
  const day = shanghaiDay(call.now);
  const entitling = new Map<string, Relation[]>();
  for (const relation of await allRelationsOf(ctx.db, call.caller.session.personKey)) {
    // The copy only spares the companies at work a read.
    if (
      relation.taxpayerState !== 'awaiting-confirmation' ||
      !confirms(inTerm(relation, relation.taxpayerTerm), day)
    )
      continue;
    entitling.set(relation.companyKey, [...(entitling.get(relation.companyKey) ?? []), relation]);
  }
  const companies = await findTaxpayers(ctx.db, [...entitling.keys()]);
  return ok({
    confirmations: companies.filter(isKnown).flatMap((company) => {
      const relations = entitling.get(company.companyKey) ?? [];
      const [first] = relations;
      if (!first || company.state !== 'awaiting-confirmation') return [];
      return {
        confirmationId: first.authorizationId,
        taxpayerId: shownTaxpayerId(ctx.dataKeys, company),
        taxpayerName: company.name,
        revision: revisionOf(company),
        kinds: confirmationKindsOf(
          company.subjects,
          relations.map(({ role }) => role),
        ),
      };
    }),
  });
};
