import { shanghaiDay } from '#domain/days.ts';
import { isAdmitted } from '#domain/entries.ts';
import { Problem } from '#domain/problem.ts';
import { inTerm, isActiveOn } from '#domain/relations.ts';
import type { House } from '#http/house.ts';
import { relationsIn } from '#store/relations.ts';
import { asPerson } from '#store/sessions.ts';
import { companyProblem, findTaxpayer } from '#store/taxpayers.ts';
import { admitted, findPerson, personWrite, Stale } from '#store/users.ts';
import { rolesAfter } from './acting.ts';
import { byStaffForm, placeAmong, readGrounds } from './agency-places.ts';
import type { Becoming } from './choices.ts';
import type { SessionCall } from './fresh-factor.ts';
import { placeOf } from './relation-check.ts';
import type { Judged } from './switch-identity.ts';

/** Whether the person may become that today, with the writes that hold it true and remember the role (LGN-10). */
export async function judged(h: House, call: SessionCall, becoming: Becoming): Promise<Judged> {
  if (becoming === 'person') return { next: asPerson, writes: [] };
  const { personKey, company: acting } = call.caller.session;
  const { companyKey, role } = becoming;
  // From a client back to the agency, in its own session; other clients have a way of their own (SWI-3).
  if (acting?.by === 'agreement' && acting.agencyKey === companyKey && role === acting.role)
    return backAtAgency(h, call, companyKey);
  const [relations, company, person] = await Promise.all([
    relationsIn(h.db, personKey, companyKey),
    findTaxpayer(h.db, companyKey),
    findPerson(h.db, personKey).then((found) => admitted(found, 'SESSION_ENDED')),
  ]);
  const day = shanghaiDay(call.now);
  const active = relations.filter((relation) => isActiveOn(inTerm(relation, company?.term), day));
  const relation = active.find((one) => one.role === role);
  const problem = companyProblem(company);
  // SWI-4: what is no own relation is not reached from here.
  if (!relation && role === 'tax-agent') throw new Problem('SWITCH_NOT_ALLOWED');
  if (!relation || problem?.code === 'TAXPAYER_NOT_FOUND') throw new Problem('RELATION_NOT_FOUND');
  if (problem) throw problem;
  // SPC-1: special subjects are reached by their own entries only.
  if (!isAdmitted('enterprise', company?.subjects ?? [])) throw new Problem('SWITCH_NOT_ALLOWED');
  const place = placeOf(h, relation, call.now);
  const remembered =
    active.length > 1 && person.lastRoles?.[companyKey] !== role
      ? [personWrite(personKey, person.rev, { lastRoles: rolesAfter(person, place) }, () => new Stale())]
      : [];
  return { next: place, writes: [...place.writes, ...remembered] };
}

async function backAtAgency(
  h: House,
  { caller: { session }, now }: SessionCall,
  agencyKey: string,
): Promise<Judged> {
  if (session.identity.kind !== 'agency') throw new Problem('SWITCH_NOT_ALLOWED');
  const read = await readGrounds(h.db, session.personKey, [byStaffForm(agencyKey)]);
  const place = placeAmong(h, session.personKey, read, 'agency', now);
  if (!place) throw new Problem('RELATION_NOT_FOUND');
  return { next: place, writes: place.writes };
}
