import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import type { SessionCall } from '#journeys/factors/fresh-factor.ts';
import { type ManagingCall, managingFactor } from '#journeys/factors/managing-factor.ts';
import type { FlowContext } from '#runtime/context.ts';
import { onStaffFormChecks, type StaffForm } from '#store/agencies/agency-forms.ts';
import { activeRelationCheck } from '#store/companies/relations.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import type { AccessBasis } from '#store/sessions/access-basis.ts';

type Acting = Extract<AccessBasis, { by: 'relation' | 'staff-form' }>;

/** AGY-4: who acts for an agency beside the agents on its staff form. */
const keepers = ['legal-representative', 'finance-head', 'tax-handler'] as const;

/**
 * The agency for which this session acts, logged in through `enterprise`: by an own relation that may, or by a place on
 * its staff form. That it is an agency, the caller makes sure of. ROLE_NOT_ALLOWED.
 */
export function actingForAgency({ caller }: SessionCall): Acting {
  const { identity, company } = caller.session;
  const may =
    identity.kind === 'enterprise' &&
    (company?.by === 'staff-form' ||
      (company?.by === 'relation' && keepers.some((role) => role === company.role)));
  if (!may) throw new Problem('ROLE_NOT_ALLOWED');
  return company;
}

/** The same without the agents: whoever is on the form does not say who else is. */
export function keepingStaffForm(call: SessionCall): Extract<AccessBasis, { by: 'relation' }> {
  const acting = actingForAgency(call);
  if (acting.by !== 'relation') throw new Problem('ROLE_NOT_ALLOWED');
  return acting;
}

/**
 * For the transaction that relies on it: still the same place, and an agency at work. Throws what `managingFactor`
 * throws, RELATION_NOT_FOUND, ROLE_NOT_ALLOWED.
 */
export function actingChecks(
  ctx: Pick<FlowContext, 'settings'>,
  call: ManagingCall,
  form: StaffForm | undefined,
): Write[] {
  const acting = actingForAgency(call);
  const { personKey } = call.caller.session;
  if (acting.by === 'staff-form' && !form) throw new Problem('RELATION_NOT_FOUND');
  return [
    ...managingFactor(ctx, call),
    ...(acting.by === 'relation'
      ? [activeRelationCheck({ personKey, ...acting }, shanghaiDay(call.now))]
      : form
        ? onStaffFormChecks(personKey, form).map(lookedAtAgain)
        : []),
    {
      table: 'Taxpayers',
      key: { companyKey: acting.companyKey },
      condition: '#state = :active AND contains(subjects, :agency)',
      names: { '#state': 'state' },
      values: { ':active': 'active', ':agency': 'agency' },
      onRefused: (company) =>
        new Problem(company?.state === 'active' ? 'ROLE_NOT_ALLOWED' : 'RELATION_NOT_FOUND'),
    },
  ];
}

/** A head that changed since it was read is read again; then the person's own row decides. */
const lookedAtAgain = (check: Write): Write =>
  check.table === 'Agencies' ? { ...check, onRefused: () => new ConcurrentChange() } : check;
