import { inTerm, isActiveOn } from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { auditPut } from '#journeys/audit.ts';
import { entryProblem, knownCompany, notRelatedProblem } from '#journeys/companies/admission.ts';
import { requireHumanAndRead } from '#journeys/factors/anti-automation.ts';
import { rehash, withPassword } from '#journeys/factors/password-check.ts';
import { smsWindowHint } from '#journeys/people/accounts.ts';
import { loginTicketOpening } from '#journeys/sessions/login-ticket-opening.ts';
import { created } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { relationsIn } from '#store/companies/relations.ts';
import { findTaxpayer } from '#store/companies/taxpayers.ts';
import { defaultPhone } from '#store/people/person-row.ts';
import type { LegacyTicket } from '#store/tickets/ticket-kinds.ts';
import { readOpenTicket, spendTicketUpdate } from '#store/tickets/tickets.ts';
import type { legacy } from './contract.ts';

const entry = 'enterprise';

/**
 * The chosen person proves themselves with their own password, as in every other login (LEG-1, LCK); what follows is a
 * login at `enterprise` like any other, with its second factor. One opened login uses the choice up. An initial
 * password, which many people may know, opens nothing here (LGN-11).
 */
export const pickPerson: StepOf<typeof legacy, 'person'> = async (ctx, call) => {
  const opening = readOpenTicket<LegacyTicket>(ctx.db, call.params.legacyId, 'legacy', call.now);
  const ticket = await requireHumanAndRead(ctx, call, call.body.challenge, opening);
  const { companyKey, persons } = ticket;
  const { personRef, password } = call.body;
  const personKey = Object.hasOwn(persons, personRef) ? persons[personRef] : undefined;
  if (personKey === undefined) throw new Problem('NOT_FOUND');

  // Read in parallel to the reservation, but answered only after the right password (LGN-8).
  const reading = Promise.all([findTaxpayer(ctx.db, companyKey), relationsIn(ctx.db, personKey, companyKey)]);
  reading.catch(() => undefined);
  const typed = {
    personKey,
    password,
    purpose: 'legacy-login',
    kind: 'login-password',
    initial: undefined,
  } as const;
  const answer = await withPassword(ctx, call, typed, async (person, writes, needsRehash) => {
    const [taxpayer, relations] = await reading;
    const company = knownCompany(taxpayer);
    const day = shanghaiDay(call.now);
    const related = relations.some((relation) => isActiveOn(inTerm(relation, company.term), day));
    const refused = person.password?.initial
      ? new Problem('PASSWORD_CHANGE_REQUIRED')
      : (entryProblem(entry, company) ?? (related ? undefined : notRelatedProblem(relations, day)));
    if (refused) {
      const detail = { method: 'password', entry, purpose: typed.purpose, reason: refused.code };
      await ctx.db.transact([...writes, auditPut(ctx, call, personKey, 'login-password', 'failure', detail)]);
      return refused;
    }
    const phone = defaultPhone(person);
    const hint = smsWindowHint(undefined, person, phone?.phoneKey);
    const opened = loginTicketOpening(ctx, call, person, {
      entry,
      companyKey,
      companyTerm: company.term,
      taxpayerName: company.name,
      phone,
      ...hint,
    });
    await ctx.db.transact([spendTicketUpdate(ticket, call.now), ...writes, opened.write]);
    if (needsRehash) await rehash(ctx, call, person, password);
    return opened.answer;
  }).catch((error: unknown) => {
    // LGN-4: the sentence of the company entries.
    const unregistered = error instanceof Problem && error.code === 'USER_NOT_REGISTERED';
    throw unregistered ? new Problem('USER_NOT_REGISTERED', {}, { variant: 'other-entry' }) : error;
  });
  if (answer instanceof Problem) throw answer;
  return created(answer);
};
