import { useQuery } from '@tanstack/react-query';
import { answer, api } from '../../../api/client.ts';
import { problemOf } from '../../../api/problem.ts';
import { queries } from '../../../app/queries.ts';
import { useSession } from '../../../session/store.ts';
import { usePagedQuery } from './use-paged.ts';

/** Reads that several pages share. */
export const useAccount = () =>
  useQuery({ queryKey: ['account'], queryFn: () => answer(api.GET('/v1/account')) });

/**
 * The company of an `enterprise` session; other sessions have none. The company's own page asks each time
 * (`staleTime: 0`): what the company just changed is seen there.
 */
export function useCompany(options: { readonly staleTime?: number } = {}) {
  const { identity } = useSession();
  return useQuery({
    queryKey: ['enterprise'],
    queryFn: () => answer(api.GET('/v1/enterprise')),
    enabled: identity.kind === 'enterprise',
    ...options,
  });
}
/** Whether the session works for an agency's own affairs (AGY-2). */
export const useIsAgency = (): boolean => useCompany().data?.subjects.includes('agency') ?? false;

/** In pages; the first has every role in the session's own company. */
export const useIdentities = () =>
  usePagedQuery(['identities'], async (cursor) => {
    const page = await answer(api.GET('/v1/session/identities', { params: { query: { cursor } } }));
    return { items: page.choices, cursor: page.cursor };
  });

/**
 * Changes something, and then reads the lists again. The lists are also read again if the API says that the item has
 * changed meanwhile (STATE_CONFLICT), so that the next decision is about the present state (REL-11).
 */
export async function mutateAndRefetch<T>(call: Promise<T>, ...keys: string[]): Promise<T> {
  const result = await call.catch(async (error: unknown) => {
    if (problemOf(error).code === 'STATE_CONFLICT') await refetchLists(...keys);
    throw error;
  });
  await refetchLists(...keys);
  return result;
}

/**
 * Reads these lists again after a change. Ends when the page shows the new data, so that nobody can click an item that
 * is gone.
 */
export const refetchLists = async (...keys: string[]): Promise<void> => {
  await Promise.all(keys.map((key) => queries.invalidateQueries({ queryKey: [key] })));
};
