import { isAdmitted } from '#domain/companies/entries.ts';
import {
  type Agreement,
  agreementKey,
  clientEntryRef,
  type FormEntry,
  isFormOfTerm,
  isNamedBy,
} from '#store/agencies/agency-forms.ts';
import { isKnown, type KnownTaxpayer, type Taxpayer } from '#store/companies/taxpayers.ts';
import type { Db } from '#store/dynamodb/tables.ts';
import { isAgreementInForce } from './agent-access.ts';

/** BatchGetItem reads a hundred items: an agreement and its client for each entry. */
const entriesPerRead = 50;

/**
 * The clients that a person serves today according to these rows of theirs. Agreements and companies decide; they are
 * read in parallel. The caller checks whether the agency's staff form names the person too.
 */
export async function clientsServed(
  db: Db,
  entries: readonly FormEntry[],
  now: Date,
): Promise<KnownTaxpayer[]> {
  const reads = Array.from({ length: Math.ceil(entries.length / entriesPerRead) }, async (_, index) => {
    const some = entries.slice(index * entriesPerRead, (index + 1) * entriesPerRead);
    const clientKeys = [...new Set(some.map((entry) => clientEntryRef(entry).clientKey))];
    const items = await db.batchGet([
      ...some.map((entry) => ({
        table: 'Agreements' as const,
        key: agreementKey(clientEntryRef(entry).agreementId),
      })),
      ...clientKeys.map((companyKey) => ({ table: 'Taxpayers' as const, key: { companyKey } })),
    ]);
    const agreements = items.slice(0, some.length) as (Agreement | undefined)[];
    const companies = new Map(
      (items.slice(some.length) as (Taxpayer | undefined)[]).map((one) => [one?.companyKey, one]),
    );
    return some.flatMap((entry, at) => {
      const { agencyKey } = entry;
      const { clientKey } = clientEntryRef(entry);
      const agreement = agreements[at];
      const company = companies.get(clientKey);
      return agencyKey !== undefined &&
        isAgreementInForce(agreement, { agencyKey, clientKey }, now) &&
        isNamedBy(agreement, entry) &&
        isKnown(company) &&
        isFormOfTerm(agreement.formId, company) &&
        company.state === 'active' &&
        isAdmitted('enterprise', company.subjects)
        ? [company]
        : [];
    });
  });
  return (await Promise.all(reads)).flat();
}
