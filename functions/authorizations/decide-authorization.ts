import { type Transition, transitions } from '#domain/companies/relations.ts';
import { Problem } from '#domain/problem.ts';
import { originOf } from '#journeys/audit.ts';
import {
  authorizationOf,
  hideAuthorization,
  transitionWrites,
} from '#journeys/companies/relation-transitions.ts';
import { requireChangingChannel } from '#journeys/companies/require-manager.ts';
import { managingFactorChecks } from '#journeys/factors/managing-factor.ts';
import { noContent, ok } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { staffedUpdate, workingCompanyCheck } from '#store/companies/taxpayers.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import type { authorizations } from './contract.ts';

type Calls = CallOf<typeof authorizations, 'confirm' | 'reject' | 'withdraw' | 'hide' | 'leave'>;

/**
 * REL-5: a person who is acting for a company at the moment cannot consent in its name; only the natural person
 * consents.
 */
function requireNatural({ caller }: Calls): void {
  if (caller.session.identity.kind !== 'natural') throw new Problem('ROLE_NOT_ALLOWED');
}

const own = (ctx: FlowContext, { caller, params }: Calls) =>
  authorizationOf(ctx, params.authorizationId, { personKey: caller.session.personKey });

/** @param seen the revision that the person was shown (REL-11) */
async function applyTransition(
  ctx: FlowContext,
  call: Calls,
  transition: Transition,
  seen: string | undefined,
  checks: readonly Write[] = [],
) {
  requireChangingChannel(ctx, call);
  const relation = await own(ctx, call);
  const working = workingCompanyCheck(relation.companyKey, relation);
  await ctx.db.transact([
    ...checks,
    // Nobody can start to work for a cancelled company, and a relation that ended with it stays ended (ENT-4).
    transition.to === 'active' ? staffedUpdate(working) : working,
    ...transitionWrites(ctx, relation, transition, originOf(call), {}, {}, seen),
  ]);
  return { authorizationId: relation.authorizationId, state: transition.to };
}

/**
 * REL-5: an offer by a company, the registry or a hall becomes active when the person agrees and passes a factor
 * (SES-5).
 */
export const acceptInvitation: StepOf<typeof authorizations, 'confirm'> = async (ctx, call) => {
  requireNatural(call);
  return ok(
    await applyTransition(
      ctx,
      call,
      transitions.acceptInvitation,
      call.body.revision,
      managingFactorChecks(ctx, call),
    ),
  );
};
/** REFUSAL_NOT_ALLOWED for a finance head (REL-3). */
export const rejectInvitation: StepOf<typeof authorizations, 'reject'> = async (ctx, call) => {
  requireNatural(call);
  return ok(await applyTransition(ctx, call, transitions.refuseInvitation, call.body.revision));
};
/** REL-6: withdraws the person's own application; the record stays. */
export const withdrawApplication: StepOf<typeof authorizations, 'withdraw'> = async (ctx, call) =>
  ok(await applyTransition(ctx, call, transitions.withdrawApplication, call.body.revision));

/** REL-7: ends an active relation at once, also in sessions that use it now. */
export const leaveCompany: StepOf<typeof authorizations, 'leave'> = async (ctx, call) => {
  await applyTransition(ctx, call, transitions.leave, call.query.revision);
  return noContent();
};

export const hideOwnAuthorization: StepOf<typeof authorizations, 'hide'> = async (ctx, call) => {
  requireChangingChannel(ctx, call);
  const { authorizationId, state } = await hideAuthorization(ctx, 'person', call.now, () => own(ctx, call));
  return ok({ authorizationId, state });
};
