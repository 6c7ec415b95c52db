import { Problem } from '#domain/problem.ts';
import { readAgentAccess } from '#journeys/agencies/agent-access.ts';
import { openSession } from '#journeys/sessions/open-session.ts';
import { ok } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { findRelation } from '#store/companies/relations.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { findPerson } from '#store/people/users.ts';
import type { AgentAccessBasis } from '#store/sessions/access-basis.ts';
import { choiceMadeUpdate } from '#store/tickets/tickets.ts';
import { agentActingOptionOf } from './agent-login.ts';
import { chooseReport } from './choose-report.ts';
import type { login } from './contract.ts';
import { byEarlierFactor } from './earlier-factor.ts';
import { actingOptionAt, type PassedTicket, passedTicket, requireSamePerson } from './role-choices.ts';

/**
 * Chooses the role of this login (LGN-10), or at `cross-region` its report (SPC-2). The relation is checked in the
 * transaction that opens the session.
 */
export const chooseRole: StepOf<typeof login, 'choose'> = async (ctx, call) => {
  const ticket = await passedTicket(ctx, call);
  if (ticket.entry === 'cross-region') {
    const { session, cookies } = await chooseReport(ctx, call, ticket);
    return ok({ session }, { cookies });
  }
  const { agent } = ticket.passed;
  if (agent?.choiceId === call.body.choiceId) {
    const { session, cookies } = await chooseAgent(ctx, call, ticket, agent.basis);
    return ok({ session }, { cookies });
  }
  const chosen = ticket.passed.choices.find(({ choiceId }) => choiceId === call.body.choiceId);
  if (!chosen || ticket.companyKey === undefined) throw new Problem('NOT_FOUND');
  const { companyKey, personKey } = ticket;
  const opened = await retryOnConcurrentChange(async () => {
    const [read, relation] = await Promise.all([
      findPerson(ctx.db, personKey),
      findRelation(ctx.db, personKey, companyKey, chosen.role),
    ]);
    const person = requireSamePerson(read, ticket);
    if (relation?.authorizationId !== chosen.authorizationId) throw new Problem('RELATION_NOT_FOUND');
    const option = actingOptionAt(ctx, ticket, relation, call.now);
    return openSession(ctx, call, person, option, byEarlierFactor(ticket), [
      choiceMadeUpdate(ticket, call.now),
      ...option.writes,
    ]);
  });
  return ok({ session: opened.session }, { cookies: opened.cookies });
};

/** As tax agent (AGY-3): both forms are read again, and checked again in the transaction that opens the session. */
const chooseAgent = (
  ctx: FlowContext,
  call: CallOf<typeof login, 'choose'>,
  ticket: PassedTicket,
  basis: AgentAccessBasis,
) =>
  retryOnConcurrentChange(async () => {
    const [read, agents] = await Promise.all([
      findPerson(ctx.db, ticket.personKey),
      readAgentAccess(ctx.db, ticket.personKey, [basis]),
    ]);
    const person = requireSamePerson(read, ticket);
    const option = agentActingOptionOf(ctx, ticket, agents, call.now);
    if (!option) throw new Problem('RELATION_NOT_FOUND');
    return openSession(ctx, call, person, option, byEarlierFactor(ticket), [
      choiceMadeUpdate(ticket, call.now),
      ...option.writes,
    ]);
  });
