import { handle } from '#crypto/random.ts';
import { onlyNarrows, parseComingPeriod } from '#domain/agreements.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { parseTaxpayerId } from '#domain/taxpayers.ts';
import type { NamesTried } from '#journeys/agencies/agents.ts';
import { agreementAudits } from '#journeys/agencies/form-audits.ts';
import { namesTried } from '#journeys/agencies/names-tried.ts';
import {
  endAgreement,
  givenBy,
  keptTerms,
  livingState,
  type NewTerms,
  partiesOf,
  putInForce,
  requireFree,
} from '#journeys/agencies/put-agreement-in-force.ts';
import { originOf } from '#journeys/companies/relation-audits.ts';
import { type Manager, requireManager } from '#journeys/companies/require-manager.ts';
import { solvedInSession } from '#journeys/factors/tries.ts';
import { created, ok } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Agreement } from '#store/agencies/agency-forms.ts';
import { agreementUpdate, findAgreement, findPair, pairUpdate } from '#store/agencies/agreements.ts';
import { findStaffForm } from '#store/agencies/staff-forms.ts';
import {
  activeCompanyCheck,
  companyKeyOf,
  companyProblem,
  findTaxpayer,
  isKnown,
  keptNumberOf,
} from '#store/companies/taxpayers.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { requireSeenRevision } from '#store/dynamodb/versioned-update.ts';
import { actingChecks } from './agency-checks.ts';
import type { agency } from './contract.ts';
import { requireAgency } from './list-agreements.ts';
import { listedAgents, requireNoStaff } from './name-agents.ts';

type ChangeCall = CallOf<typeof agency, 'change'>;

/** AGY-4: terms that an agency enters wait for the client's consent; no company becomes a client without agreeing. */
export const enterAgreement: StepOf<typeof agency, 'enter'> = async (ctx, call) => {
  const manager = requireManager(ctx, call, 'agency');
  const agencyKey = manager.basis.companyKey;
  const { body, now } = call;
  const day = shanghaiDay(now);
  const period = parseComingPeriod(body, day);
  const clientKey = companyKeyOf(ctx.keys, parseTaxpayerId(body.clientId));
  if (clientKey === agencyKey)
    throw new Problem('BAD_REQUEST', { errors: [{ path: 'clientId', message: 'not the agency itself' }] });
  const tried = namesTried(ctx, call, await solvedInSession(ctx, call, body.challenge));
  const agreementId = handle();
  await retryOnConcurrentChange(async () => {
    const [ours, client, form, pair] = await Promise.all([
      findTaxpayer(ctx.db, agencyKey),
      findTaxpayer(ctx.db, clientKey),
      findStaffForm(ctx.db, agencyKey),
      findPair(ctx.db, { agencyKey, clientKey }),
    ]);
    requireAgency(ours);
    const problem = companyProblem(client);
    if (problem) throw problem;
    if (!isKnown(client) || !ours) throw new Problem('TAXPAYER_NOT_FOUND');
    const agents = await listedAgents(ctx, agencyKey, form, body.agents, now, tried);
    await requireNoStaff(ctx, clientKey, agents, now);
    requireFree(pair, agreementId, period, client);
    const between = {
      agreementId,
      agencyKey,
      clientKey,
      agencyNumber: keptNumberOf(ours),
      clientNumber: keptNumberOf(client),
    };
    const terms = keptTerms({ ...period, items: body.items, agents });
    await ctx.db.transact([
      ...actingChecks(manager, call, form),
      activeCompanyCheck(clientKey),
      agreementUpdate(agreementId, 0, {
        ...partiesOf(between),
        ...terms,
        state: 'pending',
        updatedAt: now.toISOString(),
      }),
      pairUpdate(between, pair, agreementId, [period], now),
      ...agreementAudits(ctx, between, terms, 'entered', originOf(call, call.caller.session)),
    ]);
  });
  return created({ agreementId, state: 'pending' as const });
};

/**
 * An agreement of the manager's agency, with everything else that a change is decided from. Agreements of other
 * agencies do not exist for the caller.
 */
async function ofAgency(
  ctx: FlowContext,
  call: CallOf<typeof agency, 'change' | 'terminate'>,
  { basis: { companyKey } }: Manager<'agency'>,
) {
  const [agreement, form] = await Promise.all([
    findAgreement(ctx.db, call.params.id),
    findStaffForm(ctx.db, companyKey),
  ]);
  if (agreement?.agencyKey !== companyKey) throw new Problem('NOT_FOUND');
  requireSeenRevision(agreement, call.body.revision);
  const [pair, client] = await Promise.all([
    findPair(ctx.db, agreement),
    findTaxpayer(ctx.db, agreement.clientKey),
  ]);
  return { agreement, form, pair, client };
}

/**
 * AGY-4: new terms, based on those in force, which replace any terms that wait. If they give nobody anything new, they
 * take effect at once, because the client loses nothing. Otherwise they wait for the client, and the terms in force
 * stay.
 */
export const changeAgreement: StepOf<typeof agency, 'change'> = async (ctx, call) => {
  const { body } = call;
  const manager = requireManager(ctx, call, 'agency');
  if ([body.agents, body.items, body.from, body.until].every((member) => member === undefined))
    throw new Problem('BAD_REQUEST', {
      errors: [{ path: 'body', message: 'expected agents, items, from or until' }],
    });
  const tried = namesTried(ctx, call, await solvedInSession(ctx, call, body.challenge));
  return retryOnConcurrentChange(async () => {
    const { agreement, form, pair, client } = await ofAgency(ctx, call, manager);
    const { agreementId } = agreement;
    const state = livingState(agreement, client, call.now);
    const terms = await changedTerms(ctx, call, agreement, form, tried);
    const origin = originOf(call, call.caller.session);
    const checks = actingChecks(manager, call, form);
    if (state === 'active' && onlyNarrows(givenBy(agreement), givenBy(terms))) {
      await putInForce(ctx, {
        between: agreement,
        before: agreement,
        pair,
        terms,
        event: 'changed',
        origin,
        writes: checks,
      });
      return ok({ agreementId, state, waits: false });
    }
    requireFree(pair, agreementId, terms, client);
    const at = { updatedAt: call.now.toISOString() };
    await ctx.db.transact([
      ...checks,
      agreementUpdate(
        agreementId,
        agreement.rev,
        state === 'pending' ? { ...terms, ...at } : { proposed: terms, ...at },
      ),
      pairUpdate(agreement, pair, agreementId, state === 'pending' ? [terms] : [agreement, terms], call.now),
      ...agreementAudits(ctx, agreement, terms, 'proposed', origin),
    ]);
    return ok({ agreementId, state, waits: true });
  });
};

async function changedTerms(
  ctx: FlowContext,
  { body, now }: ChangeCall,
  agreement: Agreement,
  form: Awaited<ReturnType<typeof findStaffForm>>,
  tried: NamesTried,
) {
  const period = { from: body.from ?? agreement.from, until: body.until ?? agreement.until };
  const terms: NewTerms = {
    ...parseComingPeriod(period, shanghaiDay(now)),
    items: body.items ?? agreement.items,
    agents: body.agents
      ? await listedAgents(ctx, agreement.agencyKey, form, body.agents, now, tried)
      : agreement.agents,
  };
  if (body.agents) {
    const before = new Set(agreement.agents.map(({ personKey }) => personKey));
    await requireNoStaff(
      ctx,
      agreement.clientKey,
      terms.agents.filter(({ personKey }) => !before.has(personKey)),
      now,
    );
  }
  return keptTerms(terms);
}

/** AGY-4: ends the agreement at once, also in live sessions. */
export const terminateAgreement: StepOf<typeof agency, 'terminate'> = async (ctx, call) => {
  const manager = requireManager(ctx, call, 'agency');
  return retryOnConcurrentChange(async () => {
    const { agreement, form, pair, client } = await ofAgency(ctx, call, manager);
    livingState(agreement, client, call.now);
    await endAgreement(
      ctx,
      agreement,
      pair,
      originOf(call, call.caller.session),
      actingChecks(manager, call, form),
    );
    return ok({ agreementId: agreement.agreementId, state: 'ended' as const });
  });
};
