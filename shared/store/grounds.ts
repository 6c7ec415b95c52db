import { permissionsOfItems } from '#domain/agreements.ts';
import { shanghaiDay } from '#domain/days.ts';
import { type CompanyEntry, isAdmitted } from '#domain/entries.ts';
import type { Role } from '#domain/names.ts';
import { inTerm, isActiveOn, type Permission, permissionsOf } from '#domain/relations.ts';
import {
  type Agreement,
  agreementKey,
  clientPlaceKey,
  type FormPlace,
  isAgreementOf,
  type StaffForm,
  staffFormKey,
  staffPlaceKey,
  standsOn,
} from './agency-forms.ts';
import { type CrossRegionReport, isReportFor, reportKey } from './cross-region-reports.ts';
import type { Db, Key } from './db.ts';
import { type Relation, relationKey } from './relations.ts';
import { isKnown, type KnownTaxpayer, type Taxpayer } from './taxpayers.ts';

/**
 * The company that somebody acts for, and what lets them (REL-8, AGY-1, SPC-3). It is looked at again in every call, so
 * that its end bites at once.
 */
export type ActingCompany =
  /** An own relation; at `cross-region` together with a report. */
  | {
      readonly by: 'relation';
      readonly companyKey: string;
      readonly role: Role;
      readonly authorizationId: string;
      readonly reportNo?: string;
    }
  /** A place on an agency's staff form: the agency itself. */
  | { readonly by: 'staff-form'; readonly companyKey: string; readonly role: 'tax-agent' }
  /** A place on both forms: a client of the agency. */
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

/** Where to find all that, as an access token carries it. */
export type GroundsPlace =
  | Omit<Extract<ActingCompany, { by: 'relation' }>, 'authorizationId'>
  | Extract<ActingCompany, { by: 'staff-form' | 'agreement' }>
  | Omit<Extract<ActingCompany, { by: 'report' }>, 'handlerKey'>;

/** Where an agent may stand: at the agency itself, or, by an agreement, at a client. */
export type AgentGrounds = Extract<ActingCompany, { by: 'staff-form' | 'agreement' }>;

/** What stands there today. */
export interface Evidence {
  readonly relation?: Relation | undefined;
  readonly company?: Taxpayer | undefined;
  readonly agency?: AgencyEvidence | undefined;
  readonly agreement?: Agreement | undefined;
  readonly clientPlace?: FormPlace | undefined;
  readonly report?: CrossRegionReport | undefined;
}
interface AgencyEvidence {
  readonly company: Taxpayer | undefined;
  readonly form: StaffForm | undefined;
  readonly place: FormPlace | undefined;
}

type Place = Parameters<Db['batchGet']>[0][number];
const at = (table: Place['table'], key: Key): Place => ({ table, key });

/** One read, of the table's own keys. */
export async function evidenceOf(db: Db, personKey: string, place: GroundsPlace): Promise<Evidence> {
  const { companyKey } = place;
  const company = at('Taxpayers', { companyKey });
  const agencyPlaces = (agencyKey: string): Place[] => [
    at('Taxpayers', { companyKey: agencyKey }),
    at('Agencies', staffFormKey(agencyKey)),
    at('Relationships', staffPlaceKey(personKey, agencyKey)),
  ];
  switch (place.by) {
    case 'relation': {
      const [relation, known, report] = await db.batchGet([
        at('Relationships', relationKey(personKey, companyKey, place.role)),
        company,
        ...(place.reportNo === undefined
          ? []
          : [at('CrossRegionReports', reportKey(companyKey, place.reportNo))]),
      ]);
      return {
        relation: read<Relation>(relation),
        company: read<Taxpayer>(known),
        report: read<CrossRegionReport>(report),
      };
    }
    case 'staff-form':
      return { agency: agencyIn(await db.batchGet(agencyPlaces(companyKey))) };
    case 'agreement': {
      const [client, agreement, clientPlace, ...agency] = await db.batchGet([
        company,
        at('Agreements', agreementKey(place.agreementId)),
        at('Relationships', clientPlaceKey(personKey, companyKey, place.agreementId)),
        ...agencyPlaces(place.agencyKey),
      ]);
      return {
        company: read<Taxpayer>(client),
        agreement: read<Agreement>(agreement),
        clientPlace: read<FormPlace>(clientPlace),
        agency: agencyIn(agency),
      };
    }
    case 'report': {
      const [known, report] = await db.batchGet([
        company,
        at('CrossRegionReports', reportKey(companyKey, place.reportNo)),
      ]);
      return { company: read<Taxpayer>(known), report: read<CrossRegionReport>(report) };
    }
  }
}
const read = <T>(item: unknown): T | undefined => item as T | undefined;
const agencyIn = ([company, form, place]: readonly unknown[]): AgencyEvidence => ({
  company: read<Taxpayer>(company),
  form: read<StaffForm>(form),
  place: read<FormPlace>(place),
});

/** A company that a session may act for today: its name, and what the person may do there. */
export interface Held {
  readonly name: string;
  readonly permissions: readonly Permission[];
}
/**
 * Undefined where the grounds are gone. The company itself is among them: it must be at work, in the term of the relation
 * (ENT-4), and be let in at the entry of the identity (SPC-1).
 */
export function heldOn(
  acting: ActingCompany,
  entry: CompanyEntry,
  evidence: Evidence,
  now: Date,
): Held | undefined {
  const day = shanghaiDay(now);
  const { relation, company, agreement, clientPlace, report } = evidence;
  switch (acting.by) {
    case 'relation': {
      const held =
        relation?.companyKey === acting.companyKey &&
        relation.role === acting.role &&
        relation.authorizationId === acting.authorizationId &&
        isAtWork(company) &&
        isAdmitted(entry, company.subjects) &&
        isActiveOn(inTerm(relation, company.term), day) &&
        (acting.reportNo === undefined || isReportFor(report, undefined, day));
      return held ? { name: company.name, permissions: relation.permissions } : undefined;
    }
    case 'staff-form': {
      const agency = agencyHeld(evidence);
      return agency && { name: agency.name, permissions: [] };
    }
    case 'agreement': {
      const { agencyKey, companyKey: clientKey } = acting;
      // Agents work for clients at `enterprise` or as at `enterprise` (AGY-3, SWI-3).
      if (!agencyHeld(evidence) || !isAtWork(company) || !isAdmitted('enterprise', company.subjects))
        return undefined;
      return isAgreementOf(agreement, { agencyKey, clientKey }, day) && standsOn(agreement, clientPlace)
        ? { name: company.name, permissions: permissionsOfItems(agreement.items) }
        : undefined;
    }
    case 'report':
      return isAtWork(company) &&
        isAdmitted(entry, company.subjects) &&
        isReportFor(report, acting.handlerKey, day)
        ? { name: company.name, permissions: permissionsOf(acting.role) }
        : undefined;
  }
}

/** The agency whose staff form names the person today; a company that is an agency no longer has none. */
export function agencyHeld({ agency }: Evidence): KnownTaxpayer | undefined {
  return agency &&
    isAtWork(agency.company) &&
    isAdmitted('agency', agency.company.subjects) &&
    standsOn(agency.form, agency.place)
    ? agency.company
    : undefined;
}

const isAtWork = (company: Taxpayer | undefined): company is KnownTaxpayer =>
  isKnown(company) && company.state === 'active';
