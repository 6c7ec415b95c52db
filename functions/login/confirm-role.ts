import { roleOrder, transitions } from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import { coversRecovery } from '#domain/people/phones.ts';
import { Problem } from '#domain/problem.ts';
import { originOf } from '#journeys/audit.ts';
import { relationAudits } from '#journeys/companies/relation-audits.ts';
import { openSession } from '#journeys/sessions/open-session.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { transitionUpdate } from '#store/companies/relation-changes.ts';
import type { Relation } from '#store/companies/relations.ts';
import { activeCompanyCheck, staffedUpdate } from '#store/companies/taxpayers.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { recoveryCoveredCheck } from '#store/people/users.ts';
import { choiceMadeUpdate, choicesOfferedUpdate } from '#store/tickets/tickets.ts';
import { agentActingOptionOf } from './agent-login.ts';
import type { login } from './contract.ts';
import { byEarlierFactor } from './earlier-factor.ts';
import {
  actingOptionAt,
  choicesAnswer,
  choicesOf,
  offeredRoles,
  passedTicket,
  readPersonAndAccess,
  requireSamePerson,
} from './role-choices.ts';

/**
 * LGN-9: the pending finance head accepts the appointment on the login page. If it is the only role, the same
 * transaction opens the session; otherwise it becomes one of the choices. If a phone was recovered within a day, the
 * factor of this login must have been a face (PHN-4).
 */
export const confirmRole: StepOf<typeof login, 'confirmRole'> = async (ctx, call) => {
  const { authorizationId } = call.body;
  const ticket = await passedTicket(ctx, call);
  const { passed } = ticket;
  if (passed.confirm?.authorizationId !== authorizationId)
    throw new Problem(
      passed.choices.some((choice) => choice.authorizationId === authorizationId)
        ? 'STATE_CONFLICT'
        : 'NOT_FOUND',
    );
  const day = shanghaiDay(call.now);
  return retryOnConcurrentChange(async () => {
    const { person: read, relations, agents } = await readPersonAndAccess(ctx, ticket);
    const person = requireSamePerson(read, ticket);
    // LGN-11: an initial password only opens a session in which to change it; it accepts no appointment.
    if (person.password?.initial) throw new Problem('PASSWORD_CHANGE_REQUIRED');
    const { policies } = ctx.settings;
    const { faceAt } = passed;
    if (!coversRecovery({ faceAt, recoveredAt: person.phoneRecoveredAt }, call.now, policies))
      throw new Problem('FACE_REQUIRED', {}, { variant: 'login-factor' });
    const pending = relations.find((relation) => relation.authorizationId === authorizationId);
    if (!pending) throw new Problem('STATE_CONFLICT');
    const confirmed: Relation = { ...pending, state: 'active' };
    const accepted = [
      transitionUpdate(pending, transitions.acceptInvitation, call.now, day),
      staffedUpdate(activeCompanyCheck(confirmed.companyKey, pending)),
      ...relationAudits(ctx, pending, 'active', originOf(call)),
    ];
    const others = offeredRoles(relations, ticket.entry, day).active;
    if (others.length === 0 && !passed.agent) {
      // The transition of this relation is its own check, because a transaction can contain an item only once.
      const option = actingOptionAt(ctx, ticket, confirmed, call.now);
      const opened = await openSession(ctx, call, person, option, byEarlierFactor(ticket), [
        choiceMadeUpdate(ticket, call.now),
        ...accepted,
      ]);
      return ok({ session: opened.session }, { cookies: opened.cookies });
    }
    const roles = [...others, confirmed].sort((a, b) => roleOrder(a.role) - roleOrder(b.role));
    const { confirm: _, ...rest } = passed;
    const offered = { ...rest, choices: choicesOf(roles) };
    await ctx.db.transact([
      choicesOfferedUpdate(ticket, offered, call.now),
      recoveryCoveredCheck(person.personKey, faceAt, call.now, policies),
      ...accepted,
    ]);
    return ok(
      choicesAnswer(ctx, ticket, offered, roles, person, agentActingOptionOf(ctx, ticket, agents, call.now)),
    );
  });
};
