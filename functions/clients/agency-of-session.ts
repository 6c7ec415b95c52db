import { Problem } from '#domain/problem.ts';
import type { SessionCall } from '#journeys/factors/fresh-factor.ts';

/**
 * The agency of an `agency` session, with or without a client. SWITCH_NOT_ALLOWED for every other session: a tax agent
 * who logged in through `enterprise` cannot switch to another client (SWI-4).
 */
export function agencyOfSession({ caller }: SessionCall): { agencyKey: string; clientKey?: string } {
  const { identity, company } = caller.session;
  if (identity.kind !== 'agency') throw new Problem('SWITCH_NOT_ALLOWED');
  if (company?.by === 'staff-form') return { agencyKey: company.companyKey };
  if (company?.by === 'agreement') return { agencyKey: company.agencyKey, clientKey: company.companyKey };
  throw new Problem('SWITCH_NOT_ALLOWED');
}
