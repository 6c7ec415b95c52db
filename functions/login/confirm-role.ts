import { shanghaiDay } from '#domain/days.ts';
import { coversRecovery } from '#domain/phones.ts';
import { Problem } from '#domain/problem.ts';
import { roleOrder, transitions } from '#domain/relations.ts';
import { ok } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { openSession } from '#steps/open-session.ts';
import { originOf, relationAudits } from '#steps/relation-facts.ts';
import { type Relation, transitionWrite } from '#store/relations.ts';
import { activeCompanyWrite, staffedBy } from '#store/taxpayers.ts';
import { chosenWrite, offerWrite } from '#store/tickets.ts';
import { decidedAnew, recoveryCoveredCheck } from '#store/users.ts';
import { agentPlaceAt } from './agents.ts';
import type { login } from './contract.ts';
import { byEarlierFactor } from './earlier-factor.ts';
import {
  choicesAnswer,
  choicesOf,
  offerOf,
  passedTicket,
  placeAt,
  requireSamePerson,
  whoAndWhere,
} from './roles.ts';

/**
 * LGN-9: the pending finance head takes the appointment right on the login page. Where it is the only role, the same
 * transaction opens the session; otherwise it becomes one of the choices. Where a phone was recovered within a day, the
 * factor of this login must have been a face (PHN-4).
 */
export const confirmRole: StepOf<typeof login, 'confirmRole'> = async (h, call) => {
  const { authorizationId } = call.body;
  const ticket = await passedTicket(h, call);
  const { passed } = ticket;
  if (passed.confirm?.authorizationId !== authorizationId)
    throw new Problem(
      passed.choices.some((choice) => choice.authorizationId === authorizationId)
        ? 'STATE_CONFLICT'
        : 'NOT_FOUND',
    );
  const day = shanghaiDay(call.now);
  return decidedAnew(async () => {
    const { person: read, relations, agents } = await whoAndWhere(h, ticket);
    const person = requireSamePerson(read, ticket);
    // LGN-11: it opens a session to change it in, and takes no office.
    if (person.password?.initial) throw new Problem('PASSWORD_CHANGE_REQUIRED');
    const { policies } = h.settings;
    const { faceAt } = passed;
    if (!coversRecovery({ faceAt, recoveredAt: person.phoneRecoveredAt }, call.now, policies))
      throw new Problem('FACE_REQUIRED', {}, { variant: 'login-factor' });
    const pending = relations.find((relation) => relation.authorizationId === authorizationId);
    if (!pending) throw new Problem('STATE_CONFLICT');
    const confirmed: Relation = { ...pending, state: 'active' };
    const accepted = [
      transitionWrite(pending, transitions.acceptInvitation, call.now, day),
      staffedBy(activeCompanyWrite(confirmed.companyKey, pending)),
      ...relationAudits(h, pending, 'active', originOf(call)),
    ];
    const others = offerOf(relations, ticket.entry, day).active;
    if (others.length === 0 && !passed.agent) {
      // Its own transition is the check of this relation: one item stands only once in a transaction.
      const place = placeAt(h, ticket, confirmed, call.now);
      const opened = await openSession(h, call, person, place, byEarlierFactor(ticket), [
        chosenWrite(ticket, call.now),
        ...accepted,
      ]);
      return ok({ session: opened.session }, { cookies: opened.cookies });
    }
    const roles = [...others, confirmed].sort((a, b) => roleOrder(a.role) - roleOrder(b.role));
    const { confirm: _, ...rest } = passed;
    const offered = { ...rest, choices: choicesOf(roles) };
    await h.db.transact([
      offerWrite(ticket, offered, call.now),
      recoveryCoveredCheck(person.personKey, faceAt, call.now, policies),
      ...accepted,
    ]);
    return ok(choicesAnswer(h, ticket, offered, roles, person, agentPlaceAt(h, ticket, agents, call.now)));
  });
};
