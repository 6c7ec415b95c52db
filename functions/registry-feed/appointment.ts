import * as v from 'valibot';
import { appointedRoles } from '#domain/relations.ts';
import type { House } from '#http/house.ts';
import { appointmentFields, appointmentWrites } from '#steps/appointments.ts';
import { holderOf, readPerson, recordWrites, requireSameName } from '#steps/named-person.ts';
import { fromRegistry } from '#steps/relation-facts.ts';
import { findTaxpayer } from '#store/taxpayers.ts';
import { decidedAnew, findPerson } from '#store/users.ts';
import { placedEntries, readCompany } from './companies.ts';
import type { Taken } from './outcome.ts';
import { isStale } from './versions.ts';

/** `legal-representative`, `finance-head`: who it is from now on, or, `removed`, no longer is (REL-2, REL-3). */
export const appointmentLine = v.object({ type: v.picklist(appointedRoles), ...placedEntries });

/** Each of the two roles has versions of its own; the line may come before its company (ENT-3). */
export function takeAppointment(
  h: House,
  line: v.InferOutput<typeof appointmentLine>,
  now: Date,
): Promise<Taken> {
  const { key, number } = readCompany(h, line.taxpayerId);
  const named = readPerson(h, line.person, now);
  return decidedAnew(async () => {
    const [company, known] = await Promise.all([findTaxpayer(h.db, key), findPerson(h.db, named.key)]);
    requireSameName(h, named, known);
    if (isStale(company?.[appointmentFields[line.type].version], line)) return 'stale';
    const { writes } = await appointmentWrites(
      h,
      { key, number, known: company },
      { role: line.type, holder: holderOf(named, known), removed: line.removed, version: line.version },
      fromRegistry(now),
    );
    await h.db.transact([...writes, ...(line.removed ? [] : recordWrites(named, known))]);
    return 'accepted';
  });
}
