import { newHandle } from '#crypto/random.ts';
import { roleOrder } from '#domain/companies/relations.ts';
import { parseTaxpayerId } from '#domain/companies/taxpayers.ts';
import { isoShanghai, shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { knownCompany } from '#journeys/companies/admission.ts';
import { requireHumanAndRead } from '#journeys/factors/anti-automation.ts';
import { rehashCompanyPassword, withCompanyPassword } from '#journeys/factors/company-password.ts';
import { maskedPerson } from '#journeys/people/personal-data.ts';
import { created } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { companyList } from '#store/companies/relation-lists.ts';
import type { Relation } from '#store/companies/relations.ts';
import {
  companyKeyOf,
  companyProblem,
  findTaxpayer,
  type KnownTaxpayer,
} from '#store/companies/taxpayers.ts';
import { findPeople } from '#store/people/users.ts';
import type { LegacyTicket } from '#store/tickets/ticket-kinds.ts';
import { newTicketPut } from '#store/tickets/tickets.ts';
import type { legacy } from './contract.ts';

/** The most people that a page can offer; the others are pointed to the new login, which needs no list. */
const mostRows = 300;
const mostPersons = 100;

/**
 * The first step of the old login (LEG-1): challenge, company number, company password. Because the answer lists who
 * works for the company, it comes only after the right password, and it opens nothing but the choice of a person.
 */
export const enterCompany: StepOf<typeof legacy, 'company'> = async (ctx, call) => {
  const closesOn = ctx.settings.legacyUntil;
  if (closesOn === null) throw new Problem('LEGACY_LOGIN_CLOSED');
  const companyKey = companyKeyOf(ctx.keys, parseTaxpayerId(call.body.taxpayerId));
  const reading = findTaxpayer(ctx.db, companyKey);
  const company = knownCompany(
    await requireHumanAndRead(ctx, call, call.body.challenge, reading, { always: true }),
  );

  // Read in parallel to the reservation, but answered only after the right password.
  const choosing = pickable(ctx, company, shanghaiDay(call.now));
  choosing.catch(() => undefined);
  const { answer, needsRehash } = await withCompanyPassword(
    ctx,
    call,
    company,
    call.body.companyPassword,
    async () => {
      const waiting = companyProblem(company);
      if (waiting) return waiting;
      const { offered, more } = await choosing;
      const persons = offered.map((relation) => ({ relation, personRef: newHandle() }));
      // Only the answer needs their documents: read in parallel to the transaction that opens the choice.
      const people = findPeople(
        ctx.db,
        persons.map(({ relation }) => relation.personKey),
      );
      people.catch(() => undefined);
      const opened = newTicketPut<LegacyTicket>(
        {
          kind: 'legacy',
          companyKey,
          persons: Object.fromEntries(
            persons.map(({ personRef, relation }) => [personRef, relation.personKey]),
          ),
        },
        call.now,
        ctx.settings.policies.loginSeconds,
      );
      const answer = async () => {
        const known = await people;
        return {
          legacyId: opened.id,
          expiresAt: isoShanghai(opened.expiresAt),
          persons: persons.map(({ personRef, relation }) => {
            const { name, documentNumber } = maskedPerson(ctx, relation, known.get(relation.personKey));
            return { personRef, name, documentNumber, role: relation.role };
          }),
          ...(more ? { morePersons: true as const } : {}),
          closesOn,
        };
      };
      return { answer, effect: [opened.write] };
    },
  );
  if (needsRehash) await rehashCompanyPassword(ctx, call, company, call.body.companyPassword);
  return created(await answer());
};

/**
 * The company's active people, each once, with the first of their roles (LGN-10 asks for the role later, after both
 * factors). Read from an index, which is good enough for a list: the chosen person is read by the table's own key.
 */
async function pickable(
  ctx: FlowContext,
  company: KnownTaxpayer,
  day: string,
): Promise<{ offered: Relation[]; more: boolean }> {
  const { relations, next } = await companyList(ctx.db, company, 'active', { day, limit: mostRows });
  const persons = new Map<string, Relation>();
  for (const relation of relations.sort((a, b) => roleOrder(a.role) - roleOrder(b.role)))
    if (!persons.has(relation.personKey)) persons.set(relation.personKey, relation);
  const offered = [...persons.values()].slice(0, mostPersons);
  return { offered, more: next !== undefined || offered.length < persons.size };
}
