import { Problem } from '#domain/problem.ts';
import { ok } from '#http/answers.ts';
import type { CallOf, StepOf } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { readGrounds } from '#steps/agency-places.ts';
import { openSession } from '#steps/open-session.ts';
import type { AgentGrounds } from '#store/grounds.ts';
import { findRelation } from '#store/relations.ts';
import { chosenWrite } from '#store/tickets.ts';
import { decidedAnew, findPerson } from '#store/users.ts';
import { agentPlaceAt } from './agents.ts';
import { chooseReport } from './choose-report.ts';
import type { login } from './contract.ts';
import { byEarlierFactor } from './earlier-factor.ts';
import { type PassedTicket, passedTicket, placeAt, requireSamePerson } from './roles.ts';

/**
 * The role of this login (LGN-10), or at `cross-region` its report (SPC-2). The relation is checked in the transaction
 * that opens the session.
 */
export const chooseRole: StepOf<typeof login, 'choose'> = async (h, call) => {
  const ticket = await passedTicket(h, call);
  if (ticket.entry === 'cross-region') {
    const { session, cookies } = await chooseReport(h, call, ticket);
    return ok({ session }, { cookies });
  }
  const { agent } = ticket.passed;
  if (agent?.choiceId === call.body.choiceId) {
    const { session, cookies } = await chooseAgent(h, call, ticket, agent.grounds);
    return ok({ session }, { cookies });
  }
  const chosen = ticket.passed.choices.find(({ choiceId }) => choiceId === call.body.choiceId);
  if (!chosen || ticket.companyKey === undefined) throw new Problem('NOT_FOUND');
  const { companyKey, personKey } = ticket;
  const opened = await decidedAnew(async () => {
    const [read, relation] = await Promise.all([
      findPerson(h.db, personKey),
      findRelation(h.db, personKey, companyKey, chosen.role),
    ]);
    const person = requireSamePerson(read, ticket);
    if (relation?.authorizationId !== chosen.authorizationId) throw new Problem('RELATION_NOT_FOUND');
    const place = placeAt(h, ticket, relation, call.now);
    return openSession(h, call, person, place, byEarlierFactor(ticket), [
      chosenWrite(ticket, call.now),
      ...place.writes,
    ]);
  });
  return ok({ session: opened.session }, { cookies: opened.cookies });
};

/** As tax agent (AGY-3): both forms are looked at again, and once more in the transaction that opens the session. */
const chooseAgent = (
  h: House,
  call: CallOf<typeof login, 'choose'>,
  ticket: PassedTicket,
  grounds: AgentGrounds,
) =>
  decidedAnew(async () => {
    const [read, agents] = await Promise.all([
      findPerson(h.db, ticket.personKey),
      readGrounds(h.db, ticket.personKey, [grounds]),
    ]);
    const person = requireSamePerson(read, ticket);
    const place = agentPlaceAt(h, ticket, agents, call.now);
    if (!place) throw new Problem('RELATION_NOT_FOUND');
    return openSession(h, call, person, place, byEarlierFactor(ticket), [
      chosenWrite(ticket, call.now),
      ...place.writes,
    ]);
  });
