import { isInForce } from '#domain/agreements.ts';
import { shanghaiDay } from '#domain/days.ts';
import type { FlowContext } from '#runtime/context.ts';
import {
  type Agreement,
  clientEntryPrefix,
  clientEntryRef,
  isFormOfTerm,
  onAgreementChecks,
  onStaffFormChecks,
  type StaffForm,
} from '#store/agencies/agency-forms.ts';
import { agenciesNaming, formEntriesOf } from '#store/agencies/form-entries.ts';
import {
  activeCompanyCheck,
  type KnownTaxpayer,
  shownTaxpayerId,
  type Taxpayer,
} from '#store/companies/taxpayers.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Db, Write } from '#store/dynamodb/tables.ts';
import {
  type AccessRecords,
  type AgentAccessBasis,
  evaluateAccess,
  evaluateAgencyAccess,
  readAccessRecords,
} from '#store/sessions/access-basis.ts';
import type { ActingOption } from '../companies/acting-option.ts';

/** An agreement by which this person may serve a client of an agency. */
export const byAgreement = ({
  agencyKey,
  clientKey,
  agreementId,
}: Pick<Agreement, 'agencyKey' | 'clientKey' | 'agreementId'>): AgentAccessBasis => ({
  by: 'agreement',
  companyKey: clientKey,
  role: 'tax-agent',
  agencyKey,
  agreementId,
});
export const byStaffForm = (agencyKey: string): AgentAccessBasis => ({
  by: 'staff-form',
  companyKey: agencyKey,
  role: 'tax-agent',
});

/** More agreements of one person for one client in one period are a mistake of somebody's; this many are looked at. */
const basesAtMost = 8;

/**
 * What may let the person in at `enterprise` as a tax agent of a company (AGY-3): the own rows alone are looked at, on
 * both forms, in one step that goes side by side with others. What they say is judged where it is used (`agentActingOption`).
 * @param company as it was read, where it was: what ended with it does not let anybody in (ENT-4)
 */
export async function agentAccessBasesAt(
  db: Db,
  personKey: string,
  companyKey: string,
  day: string,
  company?: Taxpayer,
): Promise<AgentAccessBasis[]> {
  const [{ items }, agencies] = await Promise.all([
    formEntriesOf(db, personKey, clientEntryPrefix(companyKey), { on: day }),
    agenciesNaming(db, personKey),
  ]);
  const clients = items.flatMap((entry) => {
    const { agencyKey, forms } = entry;
    const { agreementId } = clientEntryRef(entry);
    const isOfNow = [...(forms ?? [])].some((form) => isFormOfTerm(form, company));
    return isOfNow && agencyKey !== undefined && agencies.has(agencyKey)
      ? [byAgreement({ agencyKey, clientKey: companyKey, agreementId })]
      : [];
  });
  return [...clients.slice(0, basesAtMost), ...(agencies.has(companyKey) ? [byStaffForm(companyKey)] : [])];
}

/** A place of an agent, judged on what was read of it. */
export type AgentActingOption = ActingOption & {
  readonly company: AgentAccessBasis;
  readonly identity: Extract<ActingOption['identity'], { kind: 'enterprise' | 'agency' }>;
};

/**
 * What these access bases give today, with the checks of the transaction that relies on it: both forms still name the person,
 * the agreement holds, both companies are at work; ConcurrentChange where a form was replaced since. Undefined where they give nothing.
 * @param through the entry: the same access basis is another session at `agency` than at `enterprise`
 */
export function agentActingOption(
  ctx: Pick<FlowContext, 'dataKeys'>,
  personKey: string,
  basis: AgentAccessBasis,
  records: AccessRecords,
  through: 'enterprise' | 'agency',
  now: Date,
): AgentActingOption | undefined {
  const access = evaluateAccess(basis, through, records, now);
  const agency = evaluateAgencyAccess(records);
  const form = records.agency?.form;
  if (!access || !agency || !form) return undefined;
  const client = basis.by === 'agreement' ? clientIn(records) : undefined;
  if (basis.by === 'agreement' && !client) return undefined;
  const shown = client && shownCompany(ctx, client);
  return {
    identity:
      through === 'agency'
        ? {
            kind: 'agency',
            agencyId: shownTaxpayerId(ctx.dataKeys, agency),
            agencyName: agency.name,
            ...(shown ? { client: shown } : {}),
          }
        : {
            kind: 'enterprise',
            ...(shown ?? shownCompany(ctx, agency)),
            role: 'tax-agent',
            permissions: [...access.permissions],
          },
    company: basis,
    writes: agentAccessChecks(personKey, form, agency, records, client, now),
  };
}

const clientIn = ({ company }: AccessRecords) => company as KnownTaxpayer | undefined;
const shownCompany = (ctx: Pick<FlowContext, 'dataKeys'>, company: KnownTaxpayer) => ({
  taxpayerId: shownTaxpayerId(ctx.dataKeys, company),
  taxpayerName: company.name,
});

const formsOf = ({ formId }: Agreement): string[] => (formId === undefined ? [] : [formId]);

function agentAccessChecks(
  personKey: string,
  form: StaffForm,
  agency: KnownTaxpayer,
  { agreement }: AccessRecords,
  client: KnownTaxpayer | undefined,
  now: Date,
): Write[] {
  // A form that was replaced since it was read may name the person still: looked at again.
  const again = (check: Write): Write => ({ ...check, onRefused: () => new ConcurrentChange() });
  return [
    ...onStaffFormChecks(personKey, form).map(again),
    activeCompanyCheck(agency.companyKey, { companyTerm: agency.term }),
    ...(client && agreement
      ? [
          ...onAgreementChecks(personKey, agreement, formsOf(agreement), shanghaiDay(now)).map(again),
          activeCompanyCheck(client.companyKey, { companyTerm: client.term }),
        ]
      : []),
  ];
}

/** An access basis with the rows that were read of it. */
export interface AgentAccess {
  readonly basis: AgentAccessBasis;
  readonly records: AccessRecords;
}
/** What all of these stand on, read side by side. */
export const readAgentAccess = (
  db: Db,
  personKey: string,
  bases: readonly AgentAccessBasis[],
): Promise<AgentAccess[]> =>
  Promise.all(
    bases.map(async (one) => ({ basis: one, records: await readAccessRecords(db, personKey, one) })),
  );

/** The acting option of the first of these access bases that gives one today. */
export function firstActingOption(
  ctx: Pick<FlowContext, 'dataKeys'>,
  personKey: string,
  read: readonly AgentAccess[],
  through: 'enterprise' | 'agency',
  now: Date,
): AgentActingOption | undefined {
  for (const { basis, records } of read) {
    const option = agentActingOption(ctx, personKey, basis, records, through, now);
    if (option) return option;
  }
  return undefined;
}

/** Whether an agreement of this agency serves this client today, as far as the agreement itself tells. */
export const servesToday = (
  agreement: Agreement | undefined,
  { agencyKey, clientKey }: Pick<Agreement, 'agencyKey' | 'clientKey'>,
  now: Date,
): agreement is Agreement =>
  agreement?.agencyKey === agencyKey &&
  agreement.clientKey === clientKey &&
  isInForce(agreement, shanghaiDay(now));
