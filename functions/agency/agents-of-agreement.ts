import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import {
  agentIdOf,
  type NameTries,
  staffRolesOfClient,
  withAgentPosition,
} from '#journeys/agencies/agents.ts';
import { parseNamedPerson } from '#journeys/people/named-person.ts';
import type { CallOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { FormAgent, StaffForm } from '#store/agencies/agency-forms.ts';
import { findListed } from '#store/agencies/staff-forms.ts';
import { activePeople } from '#store/companies/relations.ts';
import type { agency } from './contract.ts';

type Agents = CallOf<typeof agency, 'enter'>['body']['agents'];

/**
 * The agents of an agreement, each once: all of them must be on the agency's staff form today (AGY-1).
 * AGENT_NOT_LISTED, PERSON_MISMATCH, DOCUMENT_INVALID, each with the position of the person; CHALLENGE_REQUIRED if a
 * document has no free tries left (REG-9).
 */
export async function listedAgents(
  ctx: FlowContext,
  agencyKey: string,
  form: StaffForm | undefined,
  agents: Agents,
  now: Date,
  tried: NameTries,
): Promise<FormAgent[]> {
  const wanted = agents.map((agent, at) => {
    if ('agentId' in agent) return { at, agentId: agent.agentId };
    try {
      const named = parseNamedPerson(ctx, agent, now);
      return { at, agentId: agentIdOf(ctx, agencyKey, named.key), named };
    } catch (error) {
      throw error instanceof Problem ? withAgentPosition(at, error) : error;
    }
  });
  const listed = form
    ? await findListed(
        ctx.db,
        form,
        wanted.map(({ agentId }) => agentId),
      )
    : new Map<string, FormAgent>();
  const found = wanted.map(({ at, agentId, named }) => {
    const agent = listed.get(agentId);
    if (!agent) throw withAgentPosition(at, new Problem('AGENT_NOT_LISTED'));
    return { at, named, agent };
  });
  const names = found.flatMap(({ at, named, agent }) => (named ? [{ at, named, recorded: agent }] : []));
  await tried.require(names);
  await tried.allWithin(names);
  const each = new Map(
    found.map(({ agent: { personKey, sealedName } }) => [personKey, { personKey, sealedName }]),
  );
  return [...each.values()];
}

/** AGY-4: a person who belongs to the company's own people today cannot be its agent. AGENT_IS_STAFF. */
export async function requireNoStaff(
  ctx: FlowContext,
  clientKey: string,
  agents: readonly FormAgent[],
  now: Date,
): Promise<void> {
  const keys = agents.map(({ personKey }) => personKey);
  const staff = await activePeople(ctx.db, clientKey, keys, staffRolesOfClient, shanghaiDay(now));
  const at = keys.findIndex((key) => staff.has(key));
  if (at >= 0) throw withAgentPosition(at, new Problem('AGENT_IS_STAFF'));
}
