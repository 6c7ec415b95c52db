import * as v from 'valibot';
import { appointedRoles } from '#domain/companies/relations.ts';
import { fromRegistry } from '#journeys/change-origin.ts';
import { appointmentFields, appointmentWrites } from '#journeys/companies/appointments.ts';
import {
  holderOf,
  parseNamedPerson,
  realNameWrites,
  requireSameName,
} from '#journeys/people/named-person.ts';
import type { FlowContext } from '#runtime/context.ts';
import { findTaxpayer } from '#store/companies/taxpayers.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { findPerson } from '#store/people/users.ts';
import { companyPersonEntries, readCompany } from './companies.ts';
import type { LineResult } from './outcome.ts';
import { isStale } from './versions.ts';

/**
 * `legal-representative`, `finance-head`: who holds the appointment from now on, or with `removed` no longer does
 * (REL-2, REL-3).
 */
export const appointmentLine = v.object({ type: v.picklist(appointedRoles), ...companyPersonEntries });

/** Each of the two roles has its own sequence of versions; the line may come before its company (ENT-3). */
export function importAppointment(
  ctx: FlowContext,
  line: v.InferOutput<typeof appointmentLine>,
  now: Date,
): Promise<LineResult> {
  const { key, number } = readCompany(ctx, line.taxpayerId);
  const named = parseNamedPerson(ctx, line.person, now);
  return retryOnConcurrentChange(async () => {
    const [company, known] = await Promise.all([findTaxpayer(ctx.db, key), findPerson(ctx.db, named.key)]);
    requireSameName(ctx, named, known);
    if (isStale(company?.[appointmentFields[line.type].version], line)) return 'stale';
    const { writes } = await appointmentWrites(
      ctx,
      { key, number, known: company },
      { role: line.type, holder: holderOf(named, known), removed: line.removed, version: line.version },
      fromRegistry(now),
    );
    await ctx.db.transact([...writes, ...(line.removed ? [] : realNameWrites(named, known))]);
    return 'accepted';
  });
}
