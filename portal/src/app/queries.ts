import { QueryClient } from '@tanstack/react-query';
import { isTransient, problemOf } from '../api/problem.ts';
import { onSession, sessionState } from '../session/store.ts';

/**
 * Reads are tried again where no answer came; what changes something is sent once and never queued for later: the person
 * decides. Coming back to a window is no reason to ask, or a forgotten one would never be idle (SES-2).
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

/** What one identity has read, no other one sees. */
const reader = (): string => {
  const now = sessionState();
  return now.status === 'active' ? `${now.session.sessionId} ${JSON.stringify(now.session.identity)}` : '';
};
let seen = reader();
onSession(() => {
  const now = reader();
  if (seen !== '' && now !== seen) queries.clear();
  seen = now;
});
