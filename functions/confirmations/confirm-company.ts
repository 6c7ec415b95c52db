import { inTerm, isLive, stateOn, transitions } from '#domain/companies/relations.ts';
import { confirmationKindsOf, confirmingRoles } from '#domain/companies/taxpayers.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { originOf } from '#journeys/audit.ts';
import type { ChangeOrigin } from '#journeys/change-origin.ts';
import { confirmationWrites, confirmedCompany } from '#journeys/companies/company-confirmation.ts';
import { authorizationOf, retriedTransitionWrites } from '#journeys/companies/relation-transitions.ts';
import { requireChangingChannel } from '#journeys/companies/require-manager.ts';
import { managingFactorChecks } from '#journeys/factors/managing-factor.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { activeRelationCheck } from '#store/companies/relation-checks.ts';
import { type Relation, relationsIn } from '#store/companies/relations.ts';
import { findTaxpayer, isKnown, type KnownTaxpayer, shownTaxpayerId } from '#store/companies/taxpayers.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { requireSeenRevision } from '#store/dynamodb/versioned-update.ts';
import type { confirmations } from './contract.ts';

/**
 * Whether a relation entitles its person to confirm the company (ENT-1, ENT-2): as legal representative, or as a tax
 * handler whom the registry or a hall named. A person whom the company itself invited, or who applied, may not confirm.
 */
export const confirms = (relation: Relation, day: string): boolean =>
  confirmingRoles.some((role) => role === relation.role) &&
  (relation.source === 'registry' || relation.source === 'hall') &&
  isLive(stateOn(relation, day));

/** The person confirms the company: the company and the person's relation become active in one write (ENT-2). */
export const confirmCompany: StepOf<typeof confirmations, 'confirm'> = async (ctx, call) => {
  requireChangingChannel(ctx, call);
  const { session } = call.caller;
  if (session.identity.kind !== 'natural') throw new Problem('ROLE_NOT_ALLOWED');
  const factor = managingFactorChecks(ctx, call);
  const day = shanghaiDay(call.now);
  const { companyKey } = await authorizationOf(ctx, call.params.confirmationId, {
    personKey: session.personKey,
  });
  const company = await retryOnConcurrentChange(async () => {
    const [read, own] = await Promise.all([
      findTaxpayer(ctx.db, companyKey),
      relationsIn(ctx.db, session.personKey, companyKey),
    ]);
    const entitling = own.filter((relation) => confirms(inTerm(relation, read?.term), day));
    if (entitling.length === 0) throw new Problem('ROLE_NOT_ALLOWED');
    if (!isKnown(read) || read.state !== 'awaiting-confirmation') throw new Problem('STATE_CONFLICT');
    // REL-11: the person confirms only what they were shown; the write requires the company's row as it was read here.
    requireSeenRevision(read, call.body.revision);
    const roles = entitling.map(({ role }) => role);
    if (!confirmationKindsOf(read.subjects, roles).includes(call.body.kind))
      throw new Problem('ROLE_NOT_ALLOWED');
    const origin = originOf(call, session);
    await ctx.db.transact([
      ...factor,
      ...(await confirmationWrites(ctx, read, origin, { kind: call.body.kind })),
      ...ownWrites(ctx, read, entitling, origin, day),
    ]);
    return read;
  });
  return ok({ taxpayerId: shownTaxpayerId(ctx.dataKeys, company), taxpayerName: company.name });
};

/** The confirming person's own relations; a legal representative's becomes active with the company anyway (REL-2). */
const ownWrites = (
  ctx: FlowContext,
  company: KnownTaxpayer,
  entitling: readonly Relation[],
  origin: ChangeOrigin,
  day: string,
): Write[] =>
  entitling
    .filter(({ role }) => role === 'tax-handler')
    .flatMap((relation) =>
      relation.state === 'pending'
        ? retriedTransitionWrites(ctx, relation, transitions.confirmWithCompany, origin, {
            taxpayerState: confirmedCompany(company).state,
          })
        : [activeRelationCheck(relation, day)],
    );
