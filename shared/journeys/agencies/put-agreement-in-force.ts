import {
  type AgreementState,
  agreementStateOn,
  type GrantedTerms,
  orderedItems,
  type Period,
} from '#domain/agencies/agreements.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';
import {
  type Agreement,
  clientEntryKey,
  isFormOfTerm,
  newFormId,
  type Terms,
} from '#store/agencies/agency-forms.ts';
import {
  type AgreedPeriods,
  agreedPeriodsUpdate,
  agreementUpdate,
  overlapsAgreed,
} from '#store/agencies/agreements.ts';
import {
  formEntryPeriodUpdate,
  formEntryUpdate,
  removeFormEntries,
  transactInBatches,
} from '#store/agencies/form-entries.ts';
import { findTaxpayers, shownTaxpayerId, type Taxpayer } from '#store/companies/taxpayers.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import type { Person } from '#store/people/person-row.ts';
import { findPeople } from '#store/people/users.ts';
import type { ChangeOrigin } from '../change-origin.ts';
import { nameToOutsiders } from '../companies/company-names.ts';
import { type NewAgent, shownAgent } from './agents.ts';
import { agreementAudits } from './form-audits.ts';

/** The agreement that a change concerns, whether it exists already or not. */
export type AgreementParties = Pick<
  Agreement,
  'agreementId' | 'agencyKey' | 'clientKey' | 'agencyNumber' | 'clientNumber'
>;
export type NewTerms = Omit<Terms, 'agents'> & {
  readonly agents: readonly (Terms['agents'][number] & Partial<Pick<NewAgent, 'records'>>)[];
};

export const grantedTerms = ({ items, agents, from, until }: Terms): GrantedTerms => ({
  items,
  from,
  until,
  agents: agents.map(({ personKey }) => personKey),
});

/** The terms in the form in which they are stored. */
export const keptTerms = ({ items, agents, from, until }: NewTerms): Terms => ({
  items: orderedItems(items),
  from,
  until,
  agents: agents.map(({ personKey, sealedName }) => ({ personKey, sealedName })),
});

/** Two agreements of one pair have no day in common (AGY-4). Throws STATE_CONFLICT. */
export function requireNoOverlap(
  pair: AgreedPeriods | undefined,
  agreementId: string,
  period: Period,
  client: Taxpayer | undefined,
): void {
  if (overlapsAgreed(pair, agreementId, [period], client))
    throw new Problem('STATE_CONFLICT', {}, { variant: 'overlap' });
}

export interface InForce {
  readonly between: AgreementParties;
  /** The agreement as it was read; absent if it begins now. */
  readonly before: Agreement | undefined;
  readonly pair: AgreedPeriods | undefined;
  readonly terms: NewTerms;
  readonly version?: number;
  readonly event: 'entered' | 'confirmed' | 'changed';
  readonly origin: ChangeOrigin;
  /** The checks of who may do this. */
  readonly writes: readonly Write[];
}

/**
 * Puts terms into force at one instant, however many agents they name. First the rows of the agents are written, which
 * have no effect yet; then the agreement; then the rows of the old terms are removed. Proposed terms that were waiting
 * become void. Throws ConcurrentChange if the agreement or the pair changed since they were read.
 */
export async function putInForce(ctx: FlowContext, change: InForce): Promise<void> {
  const { between, before, pair, terms, version, origin } = change;
  const { agreementId, agencyKey, clientKey } = between;
  const formId = newFormId(origin.at);
  const keyOf = ({ personKey }: Terms['agents'][number]) => clientEntryKey(personKey, clientKey, agreementId);
  // Until the agreement names the new form, the agents' rows must still cover the days of the terms in force.
  const hinted = before?.state === 'active' ? bothPeriods(before, terms) : terms;
  await transactInBatches(
    ctx.db,
    terms.agents.map((agent) => [
      ...(agent.records ?? []),
      formEntryUpdate(keyOf(agent), formId, { agencyKey, from: hinted.from, until: hinted.until }),
    ]),
  );
  const kept = keptTerms(terms);
  try {
    await ctx.db.transact([
      agreementUpdate(agreementId, before?.rev ?? 0, {
        ...partiesOf(between),
        ...kept,
        state: 'active',
        formId,
        proposed: undefined,
        ...(version === undefined ? {} : { version }),
        updatedAt: origin.at.toISOString(),
      }),
      agreedPeriodsUpdate(between, pair, agreementId, [kept], origin.at),
      ...agreementAudits(
        ctx,
        between,
        kept,
        change.event,
        origin,
        before?.state === 'active' ? before.agents : [],
      ),
      ...change.writes,
    ]);
  } catch (error) {
    // Clean up only after a certain refusal: if the answer was lost, the terms may be in force.
    if (error instanceof ConcurrentChange || (error instanceof Problem && error.code !== 'UNAVAILABLE'))
      await removeFormEntries(ctx.db, formId, { gone: terms.agents.map(keyOf), kept: [] });
    throw error;
  }
  if (hinted.from !== terms.from || hinted.until !== terms.until)
    await transactInBatches(
      ctx.db,
      terms.agents.map((agent) => [formEntryPeriodUpdate(keyOf(agent), formId, terms)]),
    ).catch(() => undefined);
  if (before?.formId === undefined) return;
  const named = new Set(terms.agents.map(({ personKey }) => personKey));
  await removeFormEntries(ctx.db, before.formId, {
    gone: before.agents.filter(({ personKey }) => !named.has(personKey)).map(keyOf),
    kept: before.agents.filter(({ personKey }) => named.has(personKey)).map(keyOf),
  });
}

/** The period from the earlier first day to the later last day. */
const bothPeriods = (one: Period, other: Period): Period => ({
  from: one.from < other.from ? one.from : other.from,
  until: one.until > other.until ? one.until : other.until,
});

export const partiesOf = ({ agencyKey, clientKey, agencyNumber, clientNumber }: AgreementParties) => ({
  agencyKey,
  clientKey,
  agencyNumber,
  clientNumber,
});

/**
 * Ends an agreement at once, together with proposed terms (AGY-4). Throws ConcurrentChange if it changed since it was
 * read.
 */
export async function endAgreement(
  ctx: FlowContext,
  agreement: Agreement,
  pair: AgreedPeriods | undefined,
  origin: ChangeOrigin,
  writes: readonly Write[],
  version?: number,
): Promise<void> {
  const { agreementId, clientKey, formId, agents } = agreement;
  await ctx.db.transact([
    agreementUpdate(agreementId, agreement.rev, {
      state: 'ended',
      proposed: undefined,
      ...(version === undefined ? {} : { version }),
      updatedAt: origin.at.toISOString(),
    }),
    agreedPeriodsUpdate(agreement, pair, agreementId, [], origin.at),
    ...agreementAudits(
      ctx,
      agreement,
      { ...agreement, agents: [] },
      'ended',
      origin,
      agreement.state === 'active' ? agents : [],
    ),
    ...writes,
  ]);
  if (formId !== undefined)
    await removeFormEntries(ctx.db, formId, {
      gone: agents.map(({ personKey }) => clientEntryKey(personKey, clientKey, agreementId)),
      kept: [],
    });
}

/** The state on a day. An agreement from before the client's last cancellation has ended with it (ENT-4). */
const stateIn = (agreement: Agreement, client: Taxpayer | undefined, day: string): AgreementState => {
  const state = agreementStateOn(agreement, day);
  return state === 'active' && !isFormOfTerm(agreement.formId, client) ? 'ended' : state;
};

/** The state of an agreement that has not ended. Throws STATE_CONFLICT if it has. */
export function liveStateOf(
  agreement: Agreement,
  client: Taxpayer | undefined,
  now: Date,
): 'pending' | 'active' {
  const state = stateIn(agreement, client, shanghaiDay(now));
  if (state !== 'pending' && state !== 'active') throw new Problem('STATE_CONFLICT');
  return state;
}

/**
 * Agreements as both sides see them, with the companies' names of today. About a client that never agreed the agency
 * sees only what any outsider sees (REL-11).
 */
export async function shownAgreements(
  ctx: FlowContext,
  agreements: readonly Agreement[],
  side: 'agency' | 'client',
  now: Date,
) {
  const keys = new Set(agreements.flatMap(({ agencyKey, clientKey }) => [agencyKey, clientKey]));
  const agents = agreements.flatMap(({ agents, proposed }) => [...agents, ...(proposed?.agents ?? [])]);
  const [found, people] = await Promise.all([
    findTaxpayers(ctx.db, [...keys]),
    findPeople(
      ctx.db,
      agents.map(({ personKey }) => personKey),
    ),
  ]);
  const companies = new Map(found.map((company) => [company.companyKey, company]));
  const nameOf = (key: string) => companies.get(key)?.name ?? '';
  return agreements.map((agreement) => ({
    agreementId: agreement.agreementId,
    agencyId: shownTaxpayerId(ctx.dataKeys, { ...agreement.agencyNumber, companyKey: agreement.agencyKey }),
    agencyName: nameOf(agreement.agencyKey),
    clientId: shownTaxpayerId(ctx.dataKeys, { ...agreement.clientNumber, companyKey: agreement.clientKey }),
    clientName:
      side === 'agency' && agreement.formId === undefined
        ? nameToOutsiders(agreement.clientNumber, nameOf(agreement.clientKey))
        : nameOf(agreement.clientKey),
    ...shownTerms(ctx, agreement.agencyKey, agreement, people),
    state: stateIn(agreement, companies.get(agreement.clientKey), shanghaiDay(now)),
    revision: agreement.rev,
    ...(agreement.proposed
      ? { proposed: shownTerms(ctx, agreement.agencyKey, agreement.proposed, people) }
      : {}),
  }));
}

const shownTerms = (
  ctx: FlowContext,
  agencyKey: string,
  { agents, items, from, until }: Terms,
  people: ReadonlyMap<string, Person>,
) => ({
  agents: agents.map((agent) => shownAgent(ctx, agencyKey, agent, people)),
  items: [...items],
  from,
  until,
});
