import { Problem } from '#domain/problem.ts';
import type { SessionCall } from '#journeys/factors/fresh-factor.ts';

/**
 * The agency of an `agency` session, with a client or without. SWITCH_NOT_ALLOWED for every other session: whoever came
 * through `enterprise` as tax agent goes to no further client (SWI-4).
 */
export function agencyOfSession({ caller }: SessionCall): { agencyKey: string; clientKey?: string } {
  const { identity, company } = caller.session;
  if (identity.kind !== 'agency') throw new Problem('SWITCH_NOT_ALLOWED');
  if (company?.by === 'staff-form') return { agencyKey: company.companyKey };
  if (company?.by === 'agreement') return { agencyKey: company.agencyKey, clientKey: company.companyKey };
  throw new Problem('SWITCH_NOT_ALLOWED');
}
