import { Problem } from '#domain/problem.ts';
import { ok } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { openSession } from '#steps/open-session.ts';
import { findRelation } from '#store/relations.ts';
import { chosenWrite } from '#store/tickets.ts';
import { decidedAnew, findPerson } from '#store/users.ts';
import type { login } from './contract.ts';
import { type PassedTicket, passedTicket, placeAt, requireSamePerson } from './roles.ts';

/** How the session after a choice was opened: by the factor of the call before. */
export const byEarlierFactor = ({ passed, window }: PassedTicket) => ({
  method: passed.method,
  fresh: passed.fresh,
  factorAt: passed.at,
  window,
  chosen: passed.choices.length > 1,
});

/** The role of this login (LGN-10). The relation is checked in the transaction that opens the session. */
export const chooseRole: StepOf<typeof login, 'choose'> = async (h, call) => {
  const ticket = await passedTicket(h, call);
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
