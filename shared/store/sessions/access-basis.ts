import { permissionsOfItems } from '#domain/agencies/agreements.ts';
import { type CompanyEntry, isAdmitted } from '#domain/companies/entries.ts';
import { inTerm, isActiveOn, type Permission, permissionsOf } from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import type { Role } from '#domain/names.ts';
import {
  type Agreement,
  agreementKey,
  clientEntryKey,
  type FormEntry,
  isAgreementOf,
  isFormOfTerm,
  isNamedBy,
  type StaffForm,
  staffEntryKey,
  staffFormKey,
} from '../agencies/agency-forms.ts';
import { relationKey } from '../companies/relation-keys.ts';
import type { Relation } from '../companies/relations.ts';
import { isKnown, type KnownTaxpayer, type Taxpayer } from '../companies/taxpayers.ts';
import type { Db, ItemRef, Key } from '../dynamodb/tables.ts';
import { type CrossRegionReport, isReportFor, reportKey } from '../reports/cross-region-reports.ts';

/**
 * The company that a person acts for, and what gives them the right (REL-8, AGY-1, SPC-3). Every call checks the access
 * basis again, so that its end takes effect at once.
 */
export type AccessBasis =
  /** An own relation; at `cross-region` together with a report. */
  | {
      readonly by: 'relation';
      readonly companyKey: string;
      readonly role: Role;
      readonly authorizationId: string;
      readonly reportNo?: string;
    }
  /** An entry on an agency's staff form: gives access to the agency itself. */
  | { readonly by: 'staff-form'; readonly companyKey: string; readonly role: 'tax-agent' }
  /** Entries on both forms: give access to a client of the agency. */
  | {
      readonly by: 'agreement';
      readonly companyKey: string;
      readonly role: 'tax-agent';
      readonly agencyKey: string;
      readonly agreementId: string;
    }
  /** Named as 经办人 of a cross-region report. */
  | {
      readonly by: 'report';
      readonly companyKey: string;
      readonly role: 'tax-handler';
      readonly reportNo: string;
      readonly handlerKey: string;
    };

/** Where these rows are stored, as an access token carries it. */
export type AccessBasisRef =
  | Omit<Extract<AccessBasis, { by: 'relation' }>, 'authorizationId'>
  | Extract<AccessBasis, { by: 'staff-form' | 'agreement' }>
  | Omit<Extract<AccessBasis, { by: 'report' }>, 'handlerKey'>;

/** The access bases of agents: at the agency itself, or, by an agreement, at a client. */
export type AgentAccessBasis = Extract<AccessBasis, { by: 'staff-form' | 'agreement' }>;

/** The rows behind an access basis, as they are now. */
export interface AccessRecords {
  readonly relation?: Relation | undefined;
  readonly company?: Taxpayer | undefined;
  readonly agency?: AgencyRecords | undefined;
  readonly agreement?: Agreement | undefined;
  readonly clientEntry?: FormEntry | undefined;
  readonly report?: CrossRegionReport | undefined;
}
interface AgencyRecords {
  readonly company: Taxpayer | undefined;
  readonly form: StaffForm | undefined;
  readonly entry: FormEntry | undefined;
}

const itemRef = (table: ItemRef['table'], key: Key): ItemRef => ({ table, key });

/** Reads the rows in one call, by the tables' own keys. */
export async function readAccessRecords(
  db: Db,
  personKey: string,
  ref: AccessBasisRef,
): Promise<AccessRecords> {
  const { companyKey } = ref;
  const company = itemRef('Taxpayers', { companyKey });
  const agencyRefs = (agencyKey: string): ItemRef[] => [
    itemRef('Taxpayers', { companyKey: agencyKey }),
    itemRef('Agencies', staffFormKey(agencyKey)),
    itemRef('Relationships', staffEntryKey(personKey, agencyKey)),
  ];
  switch (ref.by) {
    case 'relation': {
      const [relation, known, report] = await db.batchGet([
        itemRef('Relationships', relationKey(personKey, companyKey, ref.role)),
        company,
        ...(ref.reportNo === undefined
          ? []
          : [itemRef('CrossRegionReports', reportKey(companyKey, ref.reportNo))]),
      ]);
      return {
        relation: read<Relation>(relation),
        company: read<Taxpayer>(known),
        report: read<CrossRegionReport>(report),
      };
    }
    case 'staff-form':
      return { agency: agencyRecordsOf(await db.batchGet(agencyRefs(companyKey))) };
    case 'agreement': {
      const [client, agreement, clientEntry, ...agency] = await db.batchGet([
        company,
        itemRef('Agreements', agreementKey(ref.agreementId)),
        itemRef('Relationships', clientEntryKey(personKey, companyKey, ref.agreementId)),
        ...agencyRefs(ref.agencyKey),
      ]);
      return {
        company: read<Taxpayer>(client),
        agreement: read<Agreement>(agreement),
        clientEntry: read<FormEntry>(clientEntry),
        agency: agencyRecordsOf(agency),
      };
    }
    case 'report': {
      const [known, report] = await db.batchGet([
        company,
        itemRef('CrossRegionReports', reportKey(companyKey, ref.reportNo)),
      ]);
      return { company: read<Taxpayer>(known), report: read<CrossRegionReport>(report) };
    }
  }
}
const read = <T>(item: unknown): T | undefined => item as T | undefined;
const agencyRecordsOf = ([company, form, entry]: readonly unknown[]): AgencyRecords => ({
  company: read<Taxpayer>(company),
  form: read<StaffForm>(form),
  entry: read<FormEntry>(entry),
});

/** A company that a session may act for today: its name, and what the person may do there. */
export interface CompanyAccess {
  readonly name: string;
  readonly permissions: readonly Permission[];
}
/**
 * What an access basis gives today; undefined if it no longer gives access. The company must be active, in the term of
 * the relation (ENT-4), and admitted at the entry of the identity (SPC-1).
 */
export function evaluateAccess(
  basis: AccessBasis,
  entry: CompanyEntry,
  records: AccessRecords,
  now: Date,
): CompanyAccess | undefined {
  const day = shanghaiDay(now);
  const { relation, company, agreement, clientEntry, report } = records;
  switch (basis.by) {
    case 'relation': {
      const allowed =
        relation?.companyKey === basis.companyKey &&
        relation.role === basis.role &&
        relation.authorizationId === basis.authorizationId &&
        isActiveCompany(company) &&
        isAdmitted(entry, company.subjects) &&
        isActiveOn(inTerm(relation, company.term), day) &&
        (basis.reportNo === undefined || isReportFor(report, undefined, day, company));
      return allowed ? { name: company.name, permissions: relation.permissions } : undefined;
    }
    case 'staff-form': {
      const agency = evaluateAgencyAccess(records);
      return agency && { name: agency.name, permissions: [] };
    }
    case 'agreement': {
      const { agencyKey, companyKey: clientKey } = basis;
      // Agents work for clients at `enterprise`, or by a switch that follows its rules (AGY-3, SWI-3).
      if (
        !evaluateAgencyAccess(records) ||
        !isActiveCompany(company) ||
        !isAdmitted('enterprise', company.subjects)
      )
        return undefined;
      return isAgreementOf(agreement, { agencyKey, clientKey }, day) &&
        isFormOfTerm(agreement.formId, company) &&
        isNamedBy(agreement, clientEntry)
        ? { name: company.name, permissions: permissionsOfItems(agreement.items) }
        : undefined;
    }
    case 'report':
      return isActiveCompany(company) &&
        isAdmitted(entry, company.subjects) &&
        isReportFor(report, basis.handlerKey, day, company)
        ? { name: company.name, permissions: permissionsOf(basis.role) }
        : undefined;
  }
}

/** The agency whose staff form names the person today; undefined if the company is no longer an agency. */
export function evaluateAgencyAccess({ agency }: AccessRecords): KnownTaxpayer | undefined {
  return agency &&
    isActiveCompany(agency.company) &&
    isAdmitted('agency', agency.company.subjects) &&
    isFormOfTerm(agency.form?.formId, agency.company) &&
    isNamedBy(agency.form, agency.entry)
    ? agency.company
    : undefined;
}

const isActiveCompany = (company: Taxpayer | undefined): company is KnownTaxpayer =>
  isKnown(company) && company.state === 'active';
