import { newHandle } from '#crypto/random.ts';
import { onlyNarrows, parseComingPeriod } from '#domain/agencies/agreements.ts';
import { parseTaxpayerId } from '#domain/companies/taxpayers.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import type { NameTries } from '#journeys/agencies/agents.ts';
import { agreementAudits } from '#journeys/agencies/form-audits.ts';
import { nameTriesOf } from '#journeys/agencies/name-tries.ts';
import {
  endAgreement,
  grantedTerms,
  keptTerms,
  liveStateOf,
  type NewTerms,
  partiesOf,
  putInForce,
  requireNoOverlap,
} from '#journeys/agencies/put-agreement-in-force.ts';
import { originOf } from '#journeys/audit.ts';
import { type Manager, requireManager } from '#journeys/companies/require-manager.ts';
import { solvedInSession } from '#journeys/factors/tries.ts';
import { created, ok } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Agreement } from '#store/agencies/agency-forms.ts';
import {
  agreedPeriodsUpdate,
  agreementUpdate,
  findAgreedPeriods,
  findAgreement,
} from '#store/agencies/agreements.ts';
import { findStaffForm } from '#store/agencies/staff-forms.ts';
import {
  activeCompanyCheck,
  companyKeyOf,
  companyProblem,
  findTaxpayer,
  isKnown,
  storedNumberOf,
} from '#store/companies/taxpayers.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { requireSeenRevision } from '#store/dynamodb/versioned-update.ts';
import { actingChecks } from './agency-checks.ts';
import { listedAgents, requireNoStaff } from './agents-of-agreement.ts';
import type { agency } from './contract.ts';
import { requireAgency } from './list-agreements.ts';

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
  const tried = nameTriesOf(ctx, call, await solvedInSession(ctx, call, body.challenge));
  const agreementId = newHandle();
  await retryOnConcurrentChange(async () => {
    const [ours, client, form, pair] = await Promise.all([
      findTaxpayer(ctx.db, agencyKey),
      findTaxpayer(ctx.db, clientKey),
      findStaffForm(ctx.db, agencyKey),
      findAgreedPeriods(ctx.db, { agencyKey, clientKey }),
    ]);
    requireAgency(ours);
    const problem = companyProblem(client);
    if (problem) throw problem;
    if (!isKnown(client) || !ours) throw new Problem('TAXPAYER_NOT_FOUND');
    const agents = await listedAgents(ctx, agencyKey, form, body.agents, now, tried);
    await requireNoStaff(ctx, clientKey, agents, now);
    requireNoOverlap(pair, agreementId, period, client);
    const between = {
      agreementId,
      agencyKey,
      clientKey,
      agencyNumber: storedNumberOf(ours),
      clientNumber: storedNumberOf(client),
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
      agreedPeriodsUpdate(between, pair, agreementId, [period], now),
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
    findAgreedPeriods(ctx.db, agreement),
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
  const tried = nameTriesOf(ctx, call, await solvedInSession(ctx, call, body.challenge));
  return retryOnConcurrentChange(async () => {
    const { agreement, form, pair, client } = await ofAgency(ctx, call, manager);
    const { agreementId } = agreement;
    const state = liveStateOf(agreement, client, call.now);
    const terms = await changedTerms(ctx, call, agreement, form, tried);
    const origin = originOf(call, call.caller.session);
    const checks = actingChecks(manager, call, form);
    if (state === 'active' && onlyNarrows(grantedTerms(agreement), grantedTerms(terms))) {
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
    requireNoOverlap(pair, agreementId, terms, client);
    const at = { updatedAt: call.now.toISOString() };
    await ctx.db.transact([
      ...checks,
      agreementUpdate(
        agreementId,
        agreement.rev,
        state === 'pending' ? { ...terms, ...at } : { proposed: terms, ...at },
      ),
      agreedPeriodsUpdate(
        agreement,
        pair,
        agreementId,
        state === 'pending' ? [terms] : [agreement, terms],
        call.now,
      ),
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
  tried: NameTries,
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
    liveStateOf(agreement, client, call.now);
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
