import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { agreementAudits } from '#journeys/agencies/form-audits.ts';
import { listedAgreements } from '#journeys/agencies/list-agreements.ts';
import {
  endAgreement,
  liveStateOf,
  putInForce,
  requireNoOverlap,
} from '#journeys/agencies/put-agreement-in-force.ts';
import { originOf } from '#journeys/audit.ts';
import {
  type Manager,
  managerBasis,
  managingChecks,
  requireManager,
} from '#journeys/companies/require-manager.ts';
import { ok } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import {
  agreedPeriodsUpdate,
  agreementUpdate,
  findAgreedPeriods,
  findAgreement,
} from '#store/agencies/agreements.ts';
import { findTaxpayer } from '#store/companies/taxpayers.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { requireSeenRevision } from '#store/dynamodb/versioned-update.ts';
import type { clientAgreements } from './contract.ts';

type Calls = CallOf<typeof clientAgreements, 'confirm' | 'reject' | 'terminate'>;

/** Agreements and proposals of the session's company, for people who may agree in its name. */
export const list: StepOf<typeof clientAgreements, 'list'> = async (ctx, call) =>
  ok(await listedAgreements(ctx, call, { clientKey: managerBasis(call, 'company').companyKey }));

/**
 * An agreement of the manager's company that has not ended. Other companies' agreements do not exist for the caller;
 * ended ones cannot be changed.
 */
async function liveAgreementOf(ctx: FlowContext, call: Calls, { basis }: Manager<'company'>) {
  const [agreement, client] = await Promise.all([
    findAgreement(ctx.db, call.params.id),
    findTaxpayer(ctx.db, basis.companyKey),
  ]);
  if (agreement?.clientKey !== basis.companyKey) throw new Problem('NOT_FOUND');
  const state = liveStateOf(agreement, client, call.now);
  requireSeenRevision(agreement, call.body.revision);
  const waiting = state === 'pending' ? agreement : agreement.proposed;
  return { agreement, client, state, waiting, pair: await findAgreedPeriods(ctx.db, agreement) };
}

/**
 * AGY-4: the waiting terms take effect. If the call names the revision that the client saw, only that revision is
 * confirmed. STATE_CONFLICT if nothing waits (any more).
 */
export const acceptAgreement: StepOf<typeof clientAgreements, 'confirm'> = async (ctx, call) => {
  const manager = requireManager(ctx, call, 'company');
  const checks = managingChecks(manager, call);
  return retryOnConcurrentChange(async () => {
    const { agreement, client, waiting, pair } = await liveAgreementOf(ctx, call, manager);
    if (!waiting || waiting.until < shanghaiDay(call.now)) throw new Problem('STATE_CONFLICT');
    requireNoOverlap(pair, agreement.agreementId, waiting, client);
    await putInForce(ctx, {
      between: agreement,
      before: agreement,
      pair,
      terms: waiting,
      event: 'confirmed',
      origin: originOf(call, call.caller.session),
      writes: checks,
    });
    return ok({ agreementId: agreement.agreementId, state: 'active' as const });
  });
};

export const rejectAgreement: StepOf<typeof clientAgreements, 'reject'> = async (ctx, call) => {
  const manager = requireManager(ctx, call, 'company');
  const checks = managingChecks(manager, call);
  return retryOnConcurrentChange(async () => {
    const { agreement, state, waiting, pair } = await liveAgreementOf(ctx, call, manager);
    if (!waiting) throw new Problem('STATE_CONFLICT');
    const { agreementId } = agreement;
    const isNew = state === 'pending';
    await ctx.db.transact([
      ...checks,
      agreementUpdate(agreementId, agreement.rev, {
        ...(isNew ? { state: 'rejected' } : { proposed: undefined }),
        updatedAt: call.now.toISOString(),
      }),
      agreedPeriodsUpdate(agreement, pair, agreementId, isNew ? [] : [agreement], call.now),
      ...agreementAudits(ctx, agreement, waiting, 'rejected', originOf(call, call.caller.session)),
    ]);
    return ok({ agreementId, state: isNew ? ('rejected' as const) : state });
  });
};

/** Ends the agreement at once, also in the agents' live sessions. */
export const terminate: StepOf<typeof clientAgreements, 'terminate'> = async (ctx, call) => {
  const manager = requireManager(ctx, call, 'company');
  const checks = managingChecks(manager, call);
  return retryOnConcurrentChange(async () => {
    const { agreement, pair } = await liveAgreementOf(ctx, call, manager);
    await endAgreement(ctx, agreement, pair, originOf(call, call.caller.session), checks);
    return ok({ agreementId: agreement.agreementId, state: 'ended' as const });
  });
};
