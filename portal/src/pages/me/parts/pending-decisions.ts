import { useQuery } from '@tanstack/react-query';
import type { Identity } from '#contract/schemas.ts';
import { isManagingRole } from '#domain/companies/relations.ts';
import { answer, api } from '../../../api/client.ts';

/** Something that waits for a decision. */
export interface PendingDecision {
  readonly what: 'waiting' | 'companies' | 'applications' | 'agreements';
  readonly count: number;
  /** The page and the list where it waits. */
  readonly to: string;
}

export const isManager = (identity: Identity): boolean =>
  identity.kind === 'enterprise' && isManagingRole(identity.role);

/** For the person: authorizations that a company or the authorities began (REL-3 … REL-5). */
export const useInvitations = (enabled: boolean) =>
  useQuery({
    queryKey: ['authorizations', 'count'],
    enabled,
    queryFn: async () =>
      (
        await answer(api.GET('/v1/authorizations', { params: { query: { state: 'pending' } } }))
      ).authorizations.filter(({ direction }) => direction === 'invited').length,
  });
/** For the company: people who apply (REL-6). */
export const useApplications = (enabled: boolean) =>
  useQuery({
    queryKey: ['staff', 'count'],
    enabled,
    queryFn: async () =>
      (
        await answer(api.GET('/v1/enterprise/staff', { params: { query: { state: 'pending' } } }))
      ).staff.filter(({ direction }) => direction === 'applied').length,
  });

/** For the company: its agreements with agencies, the newest; its page has all of them. */
export const useOwnAgreements = (enabled: boolean) =>
  useQuery({
    queryKey: ['agreements', 'first'],
    enabled,
    queryFn: async () => (await answer(api.GET('/v1/enterprise/agreements'))).agreements,
  });

/** What waits for this identity (REL, ENT, AGY-4). If something cannot be read now, its own page shows the problem. */
export function usePendingDecisions(identity: Identity): {
  readonly all: readonly PendingDecision[];
  readonly isLoaded: boolean;
} {
  const isPerson = identity.kind === 'natural';
  const manages = isManager(identity);
  const invitations = useInvitations(isPerson);
  const companies = useQuery({
    queryKey: ['confirmations', 'count'],
    enabled: isPerson,
    queryFn: async () => (await answer(api.GET('/v1/confirmations'))).confirmations.length,
  });
  const applications = useApplications(manages);
  const agreements = useOwnAgreements(manages);
  const unconfirmed = agreements.data?.filter(
    ({ state, proposed }) => state === 'pending' || (state === 'active' && proposed !== undefined),
  );
  const all: PendingDecision[] = [
    { what: 'waiting', count: invitations.data ?? 0, to: '/me/authorizations?list=pending' },
    { what: 'companies', count: companies.data ?? 0, to: '/me/authorizations' },
    { what: 'applications', count: applications.data ?? 0, to: '/me/staff?list=pending' },
    { what: 'agreements', count: unconfirmed?.length ?? 0, to: '/me/agreements' },
  ];
  const queries = isPerson ? [invitations, companies] : manages ? [applications, agreements] : [];
  return {
    all: all.filter(({ count }) => count > 0),
    isLoaded: queries.every(({ data }) => data !== undefined),
  };
}
