import { parseLastDay, permissionsOf, type Transition, transitions } from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { originOf } from '#journeys/audit.ts';
import { relationAudits } from '#journeys/companies/relation-audits.ts';
import { notifyHolder } from '#journeys/companies/relation-notices.ts';
import {
  authorizationOf,
  hideAuthorization,
  transitionWrites,
} from '#journeys/companies/relation-transitions.ts';
import { type Manager, managingChecks, requireManager } from '#journeys/companies/require-manager.ts';
import { noContent, ok } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { type RelationChanges, transitionUpdate } from '#store/companies/relation-changes.ts';
import type { staff } from './contract.ts';

type Calls = CallOf<typeof staff, 'adjust' | 'dismiss' | 'confirm' | 'reject' | 'withdraw' | 'hide'>;

/** An authorization of the manager's company; those of other companies do not exist for the caller. */
const relationOfCompany = (ctx: FlowContext, call: Calls, { basis }: Manager<'company'>) =>
  authorizationOf(ctx, call.params.authorizationId, { companyKey: basis.companyKey });

/** @param seen the revision that the company was shown (REL-11) */
async function applyTransition(
  ctx: FlowContext,
  call: Calls,
  transition: Transition,
  seen: string | undefined,
) {
  const manager = requireManager(ctx, call, 'company');
  const relation = await relationOfCompany(ctx, call, manager);
  const moved = transitionWrites(
    ctx,
    relation,
    transition,
    originOf(call, call.caller.session),
    {},
    {},
    seen,
  );
  await ctx.db.transact([...managingChecks(manager, call, relation), ...moved]);
  return relation;
}

type Answered = CallOf<typeof staff, 'confirm' | 'reject' | 'withdraw'>;
const answerTransition = async (ctx: FlowContext, call: Answered, transition: Transition) => {
  const { authorizationId } = await applyTransition(ctx, call, transition, call.body.revision);
  return ok({ authorizationId, state: transition.to });
};

export const acceptApplication: StepOf<typeof staff, 'confirm'> = (ctx, call) =>
  answerTransition(ctx, call, transitions.acceptApplication);
export const rejectApplication: StepOf<typeof staff, 'reject'> = (ctx, call) =>
  answerTransition(ctx, call, transitions.refuseApplication);
export const withdrawInvitation: StepOf<typeof staff, 'withdraw'> = (ctx, call) =>
  answerTransition(ctx, call, transitions.withdrawInvitation);

/** REL-7: ends the relation at once, also in the person's live session. */
export const dismissPerson: StepOf<typeof staff, 'dismiss'> = async (ctx, call) => {
  const relation = await applyTransition(ctx, call, transitions.dismiss, call.query.revision);
  await notifyHolder(ctx, call, relation, 'relation-deleted');
  return noContent();
};

export const hideRelation: StepOf<typeof staff, 'hide'> = async (ctx, call) => {
  const manager = requireManager(ctx, call, 'company');
  const { authorizationId, state } = await hideAuthorization(
    ctx,
    'company',
    call.now,
    () => relationOfCompany(ctx, call, manager),
    managingChecks(manager, call),
  );
  return ok({ authorizationId, state });
};

/** REL-8: changes permissions or the last day. A change needs no new consent; the person is informed. */
export const adjustRelation: StepOf<typeof staff, 'adjust'> = async (ctx, call) => {
  const manager = requireManager(ctx, call, 'company');
  const day = shanghaiDay(call.now);
  const asked = call.body.permissions;
  const lastDay = parseLastDay(call.body.validUntil, day);
  if (asked === undefined && lastDay === undefined)
    throw new Problem('BAD_REQUEST', {
      errors: [{ path: 'body', message: 'expected permissions or validUntil' }],
    });
  const relation = await relationOfCompany(ctx, call, manager);
  const changes: RelationChanges = {
    ...(asked === undefined ? {} : { permissions: permissionsOf(relation.role, asked) }),
    ...(lastDay === undefined ? {} : { validUntil: lastDay }),
  };
  await ctx.db.transact([
    ...managingChecks(manager, call, relation),
    transitionUpdate(relation, transitions.adjust, call.now, day, changes, call.body.revision),
    ...relationAudits(ctx, relation, 'adjusted', originOf(call, call.caller.session), {
      ...(changes.permissions ? { permissions: changes.permissions.join(' ') } : {}),
      ...(lastDay === undefined ? {} : { validUntil: lastDay ?? '' }),
    }),
  ]);
  await notifyHolder(ctx, call, relation, 'relation-adjusted');
  const validUntil = lastDay === undefined ? relation.validUntil : lastDay;
  return ok({
    authorizationId: relation.authorizationId,
    state: transitions.adjust.to,
    permissions: [...(changes.permissions ?? relation.permissions)],
    ...(validUntil ? { validUntil } : {}),
  });
};
