import { shanghaiDay } from '#domain/days.ts';
import type { FlowContext } from '#runtime/context.ts';
import {
  type Agreement,
  clientEntryPrefix,
  clientEntryRef,
  isAgreementOf,
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

/** The access basis by which a person serves a client of an agency under an agreement. */
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

/**
 * More agreements of one person for one client in one period are a mistake by somebody; only this many are considered.
 */
const basesAtMost = 8;

/**
 * The access bases that may let a person in at `enterprise` as a tax agent of a company (AGY-3). Only the person's own
 * rows are read, for both forms, in one step that can run beside other reads. `agentActingOption` judges them when they
 * are used.
 * @param company the company if it was read already: a basis from before its last cancellation lets nobody in (ENT-4)
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

/** The acting option of an agent, judged by the rows that were read. */
export type AgentActingOption = ActingOption & {
  readonly company: AgentAccessBasis;
  readonly identity: Extract<ActingOption['identity'], { kind: 'enterprise' | 'agency' }>;
};

/**
 * The acting option that an access basis gives today, with the checks for the transaction that relies on it: both forms
 * still name the person, the agreement is in force, both companies are active. The checks throw ConcurrentChange if a
 * form was replaced since. Undefined if the basis gives no access.
 * @param through the entry: the same access basis makes another session at `agency` than at `enterprise`
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
  // If a form was replaced since it was read, the new form may name the person too: read again.
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

/** An access basis together with the rows that were read for it. */
export interface AgentAccess {
  readonly basis: AgentAccessBasis;
  readonly records: AccessRecords;
}
/** Reads the rows behind all of these access bases in parallel. */
export const readAgentAccess = (
  db: Db,
  personKey: string,
  bases: readonly AgentAccessBasis[],
): Promise<AgentAccess[]> =>
  Promise.all(
    bases.map(async (one) => ({ basis: one, records: await readAccessRecords(db, personKey, one) })),
  );

/** The acting option of the first of these access bases that gives access today. */
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

/** Whether an agreement of this agency serves this client today, judged by the agreement alone. */
export const isAgreementInForce = (
  agreement: Agreement | undefined,
  between: Pick<Agreement, 'agencyKey' | 'clientKey'>,
  now: Date,
): agreement is Agreement => isAgreementOf(agreement, between, shanghaiDay(now));
