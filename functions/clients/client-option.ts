import { isAdmitted } from '#domain/companies/entries.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { byAgreement, byStaffForm, isAgreementInForce } from '#journeys/agencies/agent-access.ts';
import type { ActingOption } from '#journeys/companies/acting-option.ts';
import type { FlowContext } from '#runtime/context.ts';
import {
  type Agreement,
  agreementKey,
  clientEntryPrefix,
  clientEntryRef,
  type FormEntry,
  isFormOfTerm,
  isNamedBy,
  onAgreementChecks,
  onStaffFormChecks,
} from '#store/agencies/agency-forms.ts';
import { formEntriesOf } from '#store/agencies/form-entries.ts';
import {
  activeCompanyCheck,
  findTaxpayer,
  isKnown,
  type KnownTaxpayer,
  shownTaxpayerId,
} from '#store/companies/taxpayers.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { evaluateAgencyAccess, readAccessRecords } from '#store/sessions/access-basis.ts';

/**
 * The acting option at a client of the agency, in one step of reads. Staff form and companies are read; of the
 * agreement only the person's own row is read, which lists the forms that name the person. The transaction checks
 * whether one of these is in force today, so a switch takes three sequential calls. RELATION_NOT_FOUND for everything
 * that does not exist.
 * @param again the transaction was refused: if several rows claim to be valid, one of them may be left over from an
 * ended agreement, so the agreements themselves are read
 * @param onRefused the error if none of these forms is in force when the transaction comes
 */
export async function clientActingOption(
  ctx: FlowContext,
  personKey: string,
  agencyKey: string,
  clientKey: string,
  now: Date,
  again: boolean,
  onRefused: () => Error,
): Promise<ActingOption> {
  const day = shanghaiDay(now);
  const [records, client, { items }] = await Promise.all([
    readAccessRecords(ctx.db, personKey, byStaffForm(agencyKey)),
    findTaxpayer(ctx.db, clientKey),
    formEntriesOf(ctx.db, personKey, clientEntryPrefix(clientKey), { agencyKey, on: day }),
  ]);
  const agency = evaluateAgencyAccess(records);
  const form = records.agency?.form;
  const formsOf = ({ forms }: (typeof items)[number]) =>
    [...(forms ?? [])].filter((form) => isFormOfTerm(form, client));
  const entries = items.filter((one) => formsOf(one).length > 0);
  const entry = again && entries.length > 1 ? await inForce(ctx, entries, agencyKey, now) : entries[0];
  const isOpen = isKnown(client) && client.state === 'active' && isAdmitted('enterprise', client.subjects);
  if (!agency || !form || !entry || !isOpen) throw relationGone();
  const { agreementId } = clientEntryRef(entry);
  const basis = byAgreement({ agencyKey, clientKey, agreementId });
  return {
    identity: {
      kind: 'agency',
      agencyId: shownTaxpayerId(ctx.dataKeys, agency),
      agencyName: agency.name,
      client: { taxpayerId: shownTaxpayerId(ctx.dataKeys, client), taxpayerName: client.name },
    },
    company: basis,
    writes: [
      ...[
        ...onStaffFormChecks(personKey, form),
        ...onAgreementChecks(personKey, { clientKey, agreementId }, formsOf(entry), day),
      ].map((check): Write => ({ ...check, onRefused })),
      activeClientCheck(agency),
      activeClientCheck(client),
    ],
  };
}

/** The row whose agreement serves the client today. */
async function inForce(
  { db }: Pick<FlowContext, 'db'>,
  entries: readonly FormEntry[],
  agencyKey: string,
  now: Date,
): Promise<FormEntry | undefined> {
  // A hundred rows fit into one call; nobody has more rows of one client on one day.
  const some = entries.slice(0, 100);
  const keys = some.map((entry) => agreementKey(clientEntryRef(entry).agreementId));
  const found = await db.batchGet<Agreement>(keys.map((key) => ({ table: 'Agreements', key })));
  return some.find((entry, at) => {
    const agreement = found[at];
    const { clientKey } = clientEntryRef(entry);
    return isAgreementInForce(agreement, { agencyKey, clientKey }, now) && isNamedBy(agreement, entry);
  });
}

export const relationGone = () => new Problem('RELATION_NOT_FOUND');
const activeClientCheck = ({ companyKey, term }: KnownTaxpayer): Write => ({
  ...activeCompanyCheck(companyKey, { companyTerm: term }),
  onRefused: relationGone,
});
