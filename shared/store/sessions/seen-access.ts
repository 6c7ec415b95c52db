import { onAgreementChecks, onStaffFormChecks } from '../agencies/agency-forms.ts';
import { relationSeenCheck } from '../companies/relation-checks.ts';
import { companySeenCheck } from '../companies/taxpayers.ts';
import type { Check, Write } from '../dynamodb/tables.ts';
import { reportCheck } from '../reports/cross-region-reports.ts';
import type { AccessBasis, AccessRecords } from './access-basis.ts';

/**
 * What a company identity relied on when it was read: versions (`rev`) instead of rows, so that a later transaction can
 * check that nothing has changed, without reading the rows again.
 */
export interface SeenAccess {
  readonly acting: AccessBasis;
  /** The version of the company acted for; at the agency itself, of the agency. */
  readonly companyRev: number;
  readonly relationRev?: number;
  /** The version of the agency that acts for a client. */
  readonly agencyRev?: number;
  /** The forms that named the person (AGY-1). */
  readonly staffForm?: string;
  readonly agreementForm?: string;
}

/** Undefined if one of the rows is missing; then there is no access either. */
export function seenAccess(acting: AccessBasis, records: AccessRecords): SeenAccess | undefined {
  const { relation, company, agency, agreement } = records;
  const staffForm = agency?.form?.formId;
  const agencyVersion = agency?.company?.rev;
  switch (acting.by) {
    case 'relation':
      return relation && company ? { acting, companyRev: company.rev, relationRev: relation.rev } : undefined;
    case 'report':
      return company ? { acting, companyRev: company.rev } : undefined;
    case 'staff-form':
      return agencyVersion !== undefined && staffForm !== undefined
        ? { acting, companyRev: agencyVersion, staffForm }
        : undefined;
    case 'agreement':
      return company &&
        agencyVersion !== undefined &&
        staffForm !== undefined &&
        agreement?.formId !== undefined
        ? {
            acting,
            companyRev: company.rev,
            agencyRev: agencyVersion,
            staffForm,
            agreementForm: agreement.formId,
          }
        : undefined;
  }
}

/**
 * Checks for a transaction: all of it is unchanged since it was seen, and no last day is over.
 * @param onRefused the error that a change means for the caller
 */
export function seenAccessChecks(
  personKey: string,
  { acting, companyRev, relationRev, agencyRev, staffForm, agreementForm }: SeenAccess,
  day: string,
  onRefused: () => Error,
): Write[] {
  const { companyKey } = acting;
  const checks: Check[] = [companySeenCheck(companyKey, companyRev)];
  if (acting.by === 'relation') {
    const { role, authorizationId } = acting;
    const seen = { authorizationId, rev: relationRev ?? 0 };
    checks.push(relationSeenCheck({ personKey, companyKey, role }, seen, day));
    if (acting.reportNo !== undefined) checks.push(reportCheck(companyKey, acting.reportNo, undefined, day));
  }
  if (acting.by === 'report') checks.push(reportCheck(companyKey, acting.reportNo, acting.handlerKey, day));
  if (acting.by === 'staff-form')
    checks.push(...onStaffFormChecks(personKey, { agencyKey: companyKey, formId: staffForm ?? '' }));
  if (acting.by === 'agreement') {
    const { agencyKey, agreementId } = acting;
    checks.push(
      companySeenCheck(agencyKey, agencyRev ?? 0),
      ...onStaffFormChecks(personKey, { agencyKey, formId: staffForm ?? '' }),
      ...onAgreementChecks(personKey, { agreementId, clientKey: companyKey }, [agreementForm ?? ''], day),
    );
  }
  return checks.map((check) => ({ ...check, onRefused }));
}
