import { newHandle } from '#crypto/random.ts';
import { isSpecial } from '#domain/companies/entries.ts';
import { inTerm, isActiveOn, refusalOf, transitions } from '#domain/companies/relations.ts';
import type { Entry, Role } from '#domain/names.ts';
import { Problem } from '#domain/problem.ts';
import {
  type AgentAccess,
  type AgentActingOption,
  readAgentAccess,
} from '#journeys/agencies/agent-access.ts';
import { type ActingOption, actingOptionOf, identityOf } from '#journeys/companies/acting-option.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { type Relation, relationsIn } from '#store/companies/relations.ts';
import { type Person, type RegisteredPerson, requireAdmitted } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import type { LoginTicket, PassedFactors, RoleChoice } from '#store/tickets/ticket-kinds.ts';
import { ticketKeyOf, ticketProblem } from '#store/tickets/tickets.ts';

/** The roles that an entry offers to a person in a company. */
export interface OfferedRoles {
  /** In the order of the five roles (LGN-10). */
  readonly active: readonly Relation[];
  /** A pending appointment as finance head (LGN-9), if there is one. */
  readonly confirm: Relation | undefined;
}

/** Entries at which a relation leads directly to the session. At the other entries something is chosen in between. */
const takesRoles = (entry: Entry): boolean =>
  entry === 'enterprise' || entry === 'cross-region-property' || entry === 'social-insurance';

/** @param relations the person's rows in the company, in the order of roles, as `relationsIn` reads them */
export function offeredRoles(relations: readonly Relation[], entry: Entry, day: string): OfferedRoles {
  if (!takesRoles(entry)) return { active: [], confirm: undefined };
  return {
    active: relations.filter((relation) => isActiveOn(relation, day)),
    confirm:
      entry === 'enterprise'
        ? relations.find(
            (relation) =>
              relation.role === 'finance-head' &&
              refusalOf(transitions.acceptInvitation, relation, day) === undefined,
          )
        : undefined,
  };
}

/** The person of a login, their rows in its company, and their access bases as tax agent, read in parallel. */
export async function readPersonAndAccess(
  ctx: Pick<FlowContext, 'db'>,
  ticket: LoginTicket,
): Promise<{
  person: Person | undefined;
  relations: readonly Relation[];
  agents: readonly AgentAccess[];
}> {
  const [person, relations, agents] = await Promise.all([
    findPerson(ctx.db, ticket.personKey),
    ticket.companyKey === undefined ? [] : relationsIn(ctx.db, ticket.personKey, ticket.companyKey),
    readAgentAccess(ctx.db, ticket.personKey, ticket.agentAt ?? []),
  ]);
  return { person, relations: relations.map((one) => inTerm(one, ticket.companyTerm)), agents };
}

/**
 * The person may finish the login if they are still registered, not suspended (ORD-1), and have not changed the
 * password that opened it (PWD-3).
 */
export function requireSamePerson(person: Person | undefined, ticket: LoginTicket): RegisteredPerson {
  const same = requireAdmitted(person, 'USER_NOT_REGISTERED');
  if (same.passwordRev !== ticket.passwordRev) throw new Problem('STATE_CONFLICT');
  return same;
}

export const actingOptionAt = (
  ctx: Pick<FlowContext, 'dataKeys'>,
  ticket: Pick<LoginTicket, 'entry'>,
  relation: Relation,
  now: Date,
): ActingOption => actingOptionOf(ctx, relation, now, isSpecial(ticket.entry) ? ticket.entry : undefined);

/** New handles for the roles to choose from. */
export const choicesOf = (relations: readonly Relation[]): RoleChoice[] =>
  relations.map(({ role, authorizationId }) => ({ choiceId: newHandle(), role, authorizationId }));

/** The choices as the API shows them; the role used last in this company is preselected (LGN-10). */
export function choicesAnswer(
  ctx: Pick<FlowContext, 'dataKeys'>,
  ticket: LoginTicket,
  { choices, confirm, agent }: Pick<PassedFactors, 'choices' | 'confirm' | 'agent'>,
  relations: readonly Relation[],
  person: Person,
  agentOption: AgentActingOption | undefined,
) {
  const last: Role | undefined = person.lastRoles?.[ticket.companyKey ?? ''];
  const asAgent = agent &&
    agentOption && {
      choiceId: agent.choiceId,
      identity: agentOption.identity,
      ...(last === 'tax-agent' ? { preselected: true as const } : {}),
    };
  const byRelation = choices.flatMap(({ choiceId, authorizationId }) => {
    const relation = relations.find((one) => one.authorizationId === authorizationId);
    if (!relation) return [];
    return {
      choiceId,
      identity: identityOf(ctx, relation, isSpecial(ticket.entry) ? ticket.entry : undefined),
      ...(relation.role === last ? { preselected: true as const } : {}),
    };
  });
  // `tax-agent` is the last of the five roles.
  return { choices: [...byRelation, ...(asAgent ? [asAgent] : [])], ...(confirm ? { confirm } : {}) };
}

export type PassedTicket = LoginTicket & { readonly passed: PassedFactors };
/** A login whose factors were passed. Throws STEP_MISSING before that, otherwise the ticket's own problem. */
export async function passedTicket(
  ctx: Pick<FlowContext, 'db'>,
  { params, now }: AnyCall & { readonly params: { readonly id: string } },
): Promise<PassedTicket> {
  const ticket = await ctx.db.get<LoginTicket>('Tickets', { ticketKey: ticketKeyOf(params.id) });
  if (ticketProblem(ticket, 'login', now) === undefined) throw new Problem('STEP_MISSING');
  const problem = ticketProblem(ticket, 'login', now, 'passed');
  if (problem || !ticket?.passed) throw problem ?? new Problem('STATE_CONFLICT');
  return ticket as PassedTicket;
}
