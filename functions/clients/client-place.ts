import { shanghaiDay } from '#domain/days.ts';
import { isAdmitted } from '#domain/entries.ts';
import { Problem } from '#domain/problem.ts';
import type { House } from '#http/house.ts';
import { byAgreement, byStaffForm } from '#steps/agency-places.ts';
import type { CompanyPlace } from '#steps/relation-check.ts';
import { clientPlaceOf, clientPlaces, onAgreementChecks, onStaffFormChecks } from '#store/agency-forms.ts';
import type { Write } from '#store/db.ts';
import { placesOf } from '#store/form-places.ts';
import { agencyHeld, evidenceOf } from '#store/grounds.ts';
import { activeCompanyWrite, findTaxpayer, isKnown, shownTaxpayerId } from '#store/taxpayers.ts';

/**
 * The place at a client of the agency, in one step of reads: staff form and companies are read, of the agreement only the
 * person's own row, which says on which forms they stand. Whether one of these holds today, the transaction decides, so
 * that a switch takes three calls in sequence. RELATION_NOT_FOUND for everything that is not there.
 * @param otherwise what it means where none of these forms holds when the transaction comes
 */
export async function clientPlace(
  h: House,
  personKey: string,
  agencyKey: string,
  clientKey: string,
  now: Date,
  otherwise: () => Error,
): Promise<CompanyPlace> {
  const day = shanghaiDay(now);
  const [evidence, client, { items }] = await Promise.all([
    evidenceOf(h.db, personKey, byStaffForm(agencyKey)),
    findTaxpayer(h.db, clientKey),
    placesOf(h.db, personKey, clientPlaces(clientKey), { agencyKey }),
  ]);
  const agency = agencyHeld(evidence);
  const form = evidence.agency?.form;
  const place = items.find(
    ({ forms, from, until }) =>
      forms?.size && from !== undefined && until !== undefined && from <= day && day <= until,
  );
  const isOpen = isKnown(client) && client.state === 'active' && isAdmitted('enterprise', client.subjects);
  if (!agency || !form || !place || !isOpen) throw gone();
  const { agreementId } = clientPlaceOf(place);
  const grounds = byAgreement({ agencyKey, clientKey, agreementId });
  return {
    identity: {
      kind: 'agency',
      agencyId: shownTaxpayerId(h.dataKeys, agency),
      agencyName: agency.name,
      client: { taxpayerId: shownTaxpayerId(h.dataKeys, client), taxpayerName: client.name },
    },
    company: grounds,
    writes: [
      ...[
        ...onStaffFormChecks(personKey, form),
        ...onAgreementChecks(personKey, { clientKey, agreementId }, [...(place.forms ?? [])], day),
      ].map((check) => ({ ...check, otherwise })),
      isAtWork(agencyKey),
      isAtWork(clientKey),
    ],
  };
}

export const gone = () => new Problem('RELATION_NOT_FOUND');
const isAtWork = (companyKey: string): Write => ({ ...activeCompanyWrite(companyKey), otherwise: gone });
