import { inTerm, isLive, stateOn } from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import type { FlowContext } from '#runtime/context.ts';
import { findRelation } from '#store/companies/relations.ts';
import { due, type KnownTaxpayer, shownTaxpayerId, taxpayerUpdate } from '#store/companies/taxpayers.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { type ChangeOrigin, changeAuditPut } from '../change-origin.ts';
import { takingEffectWrites } from './appointments.ts';

/** A company as it is after its tax information was confirmed (ENT-2). */
export const confirmedCompany = (company: KnownTaxpayer): KnownTaxpayer => ({
  ...company,
  state: 'active',
  rev: company.rev + 1,
  copiesDue: due,
});

/**
 * The writes that confirm a waiting company: it becomes active, its legal representative's relation becomes active by
 * itself (REL-2), and both histories record it. Throws ConcurrentChange if the company changed since it was read.
 */
export async function confirmationWrites(
  ctx: FlowContext,
  company: KnownTaxpayer,
  origin: ChangeOrigin,
  detail: Readonly<Record<string, string>> = {},
): Promise<Write[]> {
  const appointed = company.legalRepresentative;
  const relation =
    appointed &&
    (await findRelation(ctx.db, appointed.personKey, company.companyKey, 'legal-representative'));
  // Every appointed person has a live relation. If the relation has ended, the appointment was replaced after the
  // company was read.
  if (appointed && !(relation && isLive(stateOn(inTerm(relation, company.term), shanghaiDay(origin.at)))))
    throw new ConcurrentChange();
  const eventPut = (subject: string, about: object) =>
    changeAuditPut(ctx, origin, subject, 'company-state', { state: 'active', ...about, ...detail });
  return [
    taxpayerUpdate(
      company.companyKey,
      company.rev,
      {
        state: 'active',
        confirmedAt: origin.at.toISOString(),
        copiesDue: due,
        // A person who confirms the company thereby becomes one of its people.
        ...(origin.actor === undefined ? {} : { staffed: true }),
      },
      () => new ConcurrentChange(),
    ),
    ...(relation ? takingEffectWrites(ctx, confirmedCompany(company), relation, origin) : []),
    eventPut(company.companyKey, {}),
    ...(origin.actor === undefined
      ? []
      : [
          eventPut(origin.actor, {
            taxpayerId: shownTaxpayerId(ctx.dataKeys, company),
            taxpayerName: company.name,
          }),
        ]),
  ];
}
