import { QueryClient } from '@tanstack/react-query';
import { isTransient, problemOf } from '../api/problem.ts';
import { actingIdentityKey, onSessionChange, sessionState } from '../session/store.ts';

/**
 * Reads are repeated if no answer came. A call that changes something is sent once and never queued: the person
 * decides. Returning to a window reads nothing again, because a forgotten window would otherwise never become idle
 * (SES-2).
 */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < 2 && isTransient(problemOf(error)),
      networkMode: 'always',
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      staleTime: 10_000,
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});

/** What one identity has read is not shown to another. */
const readingIdentity = (): string => {
  const now = sessionState();
  return now.status === 'active' ? actingIdentityKey(now.session) : '';
};
let lastIdentity = readingIdentity();
onSessionChange(() => {
  const now = readingIdentity();
  if (lastIdentity !== '' && now !== lastIdentity) queries.clear();
  lastIdentity = now;
});
