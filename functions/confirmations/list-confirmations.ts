import { inTerm } from '#domain/companies/relations.ts';
import { confirmationKindsOf } from '#domain/companies/taxpayers.ts';
import { shanghaiDay } from '#domain/days.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { confirmingRelations } from '#store/companies/relation-lists.ts';
import type { Relation } from '#store/companies/relations.ts';
import { findTaxpayers, isKnown, shownTaxpayerId } from '#store/companies/taxpayers.ts';
import { revisionOf } from '#store/dynamodb/versioned-update.ts';
import { confirms } from './confirm-company.ts';
import type { confirmations } from './contract.ts';

/** More companies than anybody confirms in a day; each confirmation makes room for the next. */
const relationsAtMost = 100;

/** Companies that wait for this person, each once. The handle is that of the relation that entitles the person. */
export const listConfirmations: StepOf<typeof confirmations, 'list'> = async (ctx, call) => {
  const day = shanghaiDay(call.now);
  const relations = await confirmingRelations(ctx.db, call.caller.session.personKey, relationsAtMost);
  const companies = await findTaxpayers(ctx.db, [...new Set(relations.map(({ companyKey }) => companyKey))]);
  // The index shows the companies as they were a moment ago; who may confirm is judged by the companies as they are
  // (ENT-4).
  const entitling = Map.groupBy<string, Relation>(relations, ({ companyKey }) => companyKey);
  return ok({
    confirmations: companies.filter(isKnown).flatMap((company) => {
      const confirming = (entitling.get(company.companyKey) ?? []).filter((relation) =>
        confirms(inTerm(relation, company.term), day),
      );
      const [first] = confirming;
      if (!first || company.state !== 'awaiting-confirmation') return [];
      return {
        confirmationId: first.authorizationId,
        taxpayerId: shownTaxpayerId(ctx.dataKeys, company),
        taxpayerName: company.name,
        revision: revisionOf(company),
        kinds: confirmationKindsOf(
          company.subjects,
          confirming.map(({ role }) => role),
        ),
      };
    }),
  });
};
