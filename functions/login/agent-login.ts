import { newHandle } from '#crypto/random.ts';
import { shanghaiDay } from '#domain/days.ts';
import {
  type AgentAccess,
  type AgentActingOption,
  agentAccessBasesAt,
  byStaffForm,
  firstActingOption,
  readAgentAccess,
} from '#journeys/agencies/agent-access.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Taxpayer } from '#store/companies/taxpayers.ts';
import type { AgentAccessBasis } from '#store/sessions/access-basis.ts';
import type { AgentChoice, LoginTicket } from '#store/tickets/ticket-kinds.ts';
import type { CompanyAsked } from './requested-company.ts';

/**
 * The access bases that may let a person in as tax agent (AGY-3), read in parallel to the password's reservation and
 * answered only after it (LGN-8). At `agency` the staff form itself decides; at `enterprise` only the person's own rows
 * are read, and the second step decides. The special entries have no agents.
 */
export async function agentAccessBasesFor(
  ctx: Pick<FlowContext, 'db' | 'dataKeys'>,
  personKey: string,
  { entry, companyKey }: CompanyAsked,
  company: Taxpayer | undefined,
  now: Date,
): Promise<readonly AgentAccessBasis[]> {
  if (entry === 'enterprise')
    return agentAccessBasesAt(ctx.db, personKey, companyKey, shanghaiDay(now), company);
  if (entry !== 'agency') return [];
  const read = await readAgentAccess(ctx.db, personKey, [byStaffForm(companyKey)]);
  return firstActingOption(ctx, personKey, read, 'agency', now) ? read.map(({ basis }) => basis) : [];
}

/** The acting option as tax agent to which a login leads today; undefined for most people. */
export const agentActingOptionOf = (
  ctx: Pick<FlowContext, 'dataKeys'>,
  { personKey, entry }: Pick<LoginTicket, 'personKey' | 'entry'>,
  read: readonly AgentAccess[],
  now: Date,
): AgentActingOption | undefined =>
  firstActingOption(ctx, personKey, read, entry === 'agency' ? 'agency' : 'enterprise', now);

/** The option with a new handle, as one of the roles to choose from. */
export const agentChoiceOf = (option: AgentActingOption): AgentChoice => ({
  choiceId: newHandle(),
  basis: option.company,
});
