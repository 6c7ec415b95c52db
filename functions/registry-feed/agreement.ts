import * as v from 'valibot';
import { person } from '#contract/schemas.ts';
import { type Period, parsePeriod, serviceItems } from '#domain/agencies/agreements.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { agentIdOf, type NewAgent, readAgents, staffRolesOfClient } from '#journeys/agencies/agents.ts';
import {
  type AgreementParties,
  endAgreement,
  keptTerms,
  partiesOf,
  putInForce,
} from '#journeys/agencies/put-agreement-in-force.ts';
import { fromRegistry } from '#journeys/change-origin.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Agreement } from '#store/agencies/agency-forms.ts';
import {
  type AgreedPeriods,
  agreementUpdate,
  findAgreedPeriods,
  findAgreement,
  overlapsAgreed,
} from '#store/agencies/agreements.ts';
import { findListed, findStaffForm } from '#store/agencies/staff-forms.ts';
import { activePeople } from '#store/companies/relations.ts';
import { findTaxpayer } from '#store/companies/taxpayers.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { numberAsStored, readCompany, taxpayerId } from './companies.ts';
import type { LineOutcome } from './outcome.ts';
import { isStale, version } from './versions.ts';
import type { WarningCode } from './warnings.ts';

const day = v.pipe(v.string(), v.minLength(1), v.maxLength(10));

/** `agreement`: a 《涉税专业服务协议要素信息采集表》 as the authority has it (AGY-4). */
export const agreementLine = v.object({
  type: v.literal('agreement'),
  version,
  /** In the same form as our own handles, so that both can be part of a path. */
  agreementId: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
  agencyId: taxpayerId,
  clientId: taxpayerId,
  agents: v.pipe(v.array(person), v.minLength(1), v.maxLength(500)),
  items: v.pipe(v.array(v.picklist(serviceItems)), v.minLength(1)),
  from: day,
  until: day,
  /** The authority no longer has the agreement. */
  removed: v.optional(v.boolean(), false),
});
type Line = v.InferOutput<typeof agreementLine>;

/**
 * The agreement is active at once, whatever is known of either company so far (ENT-3). Contradictions are reported but
 * accepted: agents who are missing on the staff form, agents who are the client's own people, days that another
 * agreement covers too. An agreement that somebody ended or refused here stays ended; a new one has a new id.
 */
export async function importAgreement(ctx: FlowContext, line: Line, now: Date): Promise<LineOutcome> {
  const agency = readCompany(ctx, line.agencyId, 'agencyId');
  const client = readCompany(ctx, line.clientId, 'clientId');
  if (agency.key === client.key)
    throw new Problem('BAD_REQUEST', { reason: 'clientId (not the agency itself)' });
  const period = parsePeriod(line);
  const [agencyNumber, clientNumber] = await Promise.all([
    numberAsStored(ctx, agency),
    numberAsStored(ctx, client),
  ]);
  const between: AgreementParties = {
    agreementId: line.agreementId,
    agencyKey: agency.key,
    clientKey: client.key,
    agencyNumber,
    clientNumber,
  };
  const origin = fromRegistry(now);
  return retryOnConcurrentChange(async () => {
    const [before, pair] = await Promise.all([
      findAgreement(ctx.db, line.agreementId),
      findAgreedPeriods(ctx.db, between),
    ]);
    if (before && (before.agencyKey !== agency.key || before.clientKey !== client.key))
      throw new Problem('STATE_CONFLICT', { reason: 'agreementId (of another agency or client)' });
    if (isStale(before?.version, line)) return { taken: 'stale' };
    const isOver = before?.state === 'ended' || before?.state === 'rejected';
    if (before && (isOver || line.removed)) {
      if (isOver)
        await ctx.db.transact([agreementUpdate(line.agreementId, before.rev, { version: line.version })]);
      else await endAgreement(ctx, before, pair, origin, [], line.version);
      return { taken: 'accepted', ...(isOver && !line.removed ? { warnings: ['AGREEMENT_ENDED'] } : {}) };
    }
    const agents = await readAgents(
      ctx,
      line.agents.map((one, at) => ({ at, person: one })),
      now,
    );
    const terms = { ...period, items: line.items, agents };
    if (line.removed) {
      await ctx.db.transact([
        ...agents.flatMap(({ records }) => records),
        agreementUpdate(line.agreementId, 0, {
          ...partiesOf(between),
          ...keptTerms(terms),
          state: 'ended',
          version: line.version,
          updatedAt: now.toISOString(),
        }),
      ]);
      return { taken: 'accepted' };
    }
    const warnings = await agreementWarnings(ctx, between, { pair, agents, period, now });
    await putInForce(ctx, {
      between,
      before,
      pair,
      terms,
      version: line.version,
      event: before ? 'changed' : 'entered',
      origin,
      writes: [],
    });
    return { taken: 'accepted', warnings };
  });
}

interface CheckedTerms {
  readonly pair: AgreedPeriods | undefined;
  readonly agents: readonly NewAgent[];
  readonly period: Period;
  readonly now: Date;
}
/** Warnings about facts that the API would refuse (AGY-1, AGY-4). */
async function agreementWarnings(
  ctx: FlowContext,
  { agencyKey, clientKey, agreementId }: Pick<Agreement, 'agencyKey' | 'clientKey' | 'agreementId'>,
  { pair, agents, period, now }: CheckedTerms,
): Promise<WarningCode[]> {
  const keys = agents.map(({ personKey }) => personKey);
  const [form, client, staff] = await Promise.all([
    findStaffForm(ctx.db, agencyKey),
    findTaxpayer(ctx.db, clientKey),
    activePeople(ctx.db, clientKey, keys, staffRolesOfClient, shanghaiDay(now)),
  ]);
  const ids = keys.map((key) => agentIdOf(ctx, agencyKey, key));
  const listed = form && (await findListed(ctx.db, form, ids));
  const isOver = period.until < shanghaiDay(now);
  return [
    ...(ids.every((id) => listed?.has(id)) ? [] : ['AGENT_NOT_LISTED' as const]),
    ...(staff.size > 0 ? ['AGENT_IS_STAFF' as const] : []),
    ...(!isOver && overlapsAgreed(pair, agreementId, [period], client) ? ['STATE_CONFLICT' as const] : []),
  ];
}
