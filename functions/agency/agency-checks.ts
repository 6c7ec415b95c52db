import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import type { Manager } from '#journeys/companies/require-manager.ts';
import type { SessionCall } from '#journeys/factors/fresh-factor.ts';
import { onStaffFormChecks, type StaffForm } from '#store/agencies/agency-forms.ts';
import { activeRelationCheck } from '#store/companies/relation-checks.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { all, equals, holds } from '#store/dynamodb/expressions.ts';
import type { Write } from '#store/dynamodb/tables.ts';

/**
 * The checks of an agency's manager for the transaction: the access basis is unchanged, and the company is an active
 * agency. RELATION_NOT_FOUND, ROLE_NOT_ALLOWED.
 */
export function actingChecks(
  { basis, factorChecks }: Manager<'agency' | 'staff-form'>,
  { caller, now }: SessionCall,
  form: StaffForm | undefined,
): Write[] {
  const { personKey } = caller.session;
  if (basis.by === 'staff-form' && !form) throw new Problem('RELATION_NOT_FOUND');
  return [
    ...factorChecks,
    ...(basis.by === 'relation'
      ? [activeRelationCheck({ personKey, ...basis }, shanghaiDay(now))]
      : form
        ? onStaffFormChecks(personKey, form).map(rereadOnRefusal)
        : []),
    {
      table: 'Taxpayers',
      key: { companyKey: basis.companyKey },
      condition: all(equals('state', 'active'), holds('subjects', 'agency')),
      onRefused: (company) =>
        new Problem(company?.state === 'active' ? 'ROLE_NOT_ALLOWED' : 'RELATION_NOT_FOUND'),
    },
  ];
}

/** If the head row changed since it was read, it is read again; then the person's own row decides. */
const rereadOnRefusal = (check: Write): Write =>
  check.table === 'Agencies' ? { ...check, onRefused: () => new ConcurrentChange() } : check;
