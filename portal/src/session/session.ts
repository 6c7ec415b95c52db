import type { SessionAnswer } from '#contract/schemas.ts';
import { answer, bareApi, fetchWithTimeout, setCredentials } from '../api/client.ts';
import { ApiProblem, type Problem, problemOf } from '../api/problem.ts';
import { sentences } from '../api/sentences.ts';
import { prefetchedCall } from '../app/prerender-handover.ts';
import { translate } from '../i18n/index.ts';
import { actingIdentityKey, type Session, sessionState, setSession } from './store.ts';
import { onTabMessage, postToTabs, withRefreshLock } from './tabs.ts';
import { clearToken, currentToken, freshToken, setToken } from './token.ts';

const withoutToken = ({ accessToken: _token, expiresIn: _seconds, ...session }: SessionAnswer): Session =>
  session;

/** Takes over a session that this tab asked for, by a login or a switch. Other tabs stop. */
export function adoptSession(given: SessionAnswer): void {
  setToken(given.accessToken, given.expiresIn);
  setSession({ status: 'active', session: withoutToken(given) });
  postToTabs({ kind: 'identity' });
}

function endSession(
  endProblem?: Problem,
  how: { endedByPerson?: true; message?: 'loggedOut' | 'loggedOutElsewhere' } = {},
): void {
  clearToken();
  setSession({ status: 'none', ...(endProblem ? { endProblem } : {}), ...how });
}
const loggedOutProblem = (message: 'loggedOut' | 'loggedOutElsewhere'): Problem => ({
  code: 'SESSION_ENDED',
  status: 401,
  title: translate(`session.${message}`),
});

let refreshing: Promise<void> | undefined;

/** Gets a token with the cookie. If the session has ended, ends it in this tab; throws if no answer came. */
export function refreshSession(): Promise<void> {
  const prefetched = refreshing ? {} : prefetchedCall('session', fetchWithTimeout);
  refreshing ??= withRefreshLock(() => refreshByCookie(prefetched)).finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

async function refreshByCookie(prefetched: ReturnType<typeof prefetchedCall>): Promise<void> {
  const before = sessionState();
  try {
    const { session } = await answer(bareApi.POST('/v1/session/refresh', prefetched));
    const now = withoutToken(session);
    const held = sessionState();
    // The tab was logged out or stopped while the answer was under way.
    if (held.status === 'identity-changed' || (held.status === 'none' && before.status !== 'none')) return;
    if (held.status === 'active' && actingIdentityKey(held.session) !== actingIdentityKey(now))
      return stopTab(held.session, now);
    setToken(session.accessToken, session.expiresIn);
    setSession(held.status === 'active' ? { ...held, session: now } : { status: 'active', session: now });
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code !== 'SESSION_ENDED') throw error;
    // A first visitor has no cookie, so no session has ended.
    endSession(problem.reason !== undefined || before.status === 'active' ? problem : undefined);
  }
}

/** A tab whose identity changed in another tab does nothing more: no call of this tab may use the new identity. */
function stopTab(session: Session, now?: Session): void {
  const lost = now?.notices.find(({ code }) => code === 'IDENTITY_LOST');
  clearToken();
  setSession({
    status: 'identity-changed',
    session,
    ...(lost ? { reason: lost.title } : {}),
    ...(now ? { newSession: now } : {}),
  });
}

/** Tabs tell each other that something happened, but never who the person is; the cookie's session tells that. */
async function readNewSession(): Promise<void> {
  const { session } = await withRefreshLock(() => answer(bareApi.POST('/v1/session/refresh')));
  const now = sessionState();
  if (now.status === 'identity-changed') setSession({ ...now, newSession: withoutToken(session) });
}

/**
 * 退出 (SES-1). A token that is refused without a reason has only expired, perhaps because another tab took another
 * identity. The session is still live, and a token that the cookie gives ends it.
 * @throws ApiProblem if the API did not get the call: then nobody is logged out
 */
export async function logOut(): Promise<void> {
  const now = sessionState();
  if (now.status !== 'active' && now.status !== 'identity-changed') return;
  try {
    const token = freshToken();
    if (token === undefined || !(await endSessionByToken(token))) {
      const { session } = await withRefreshLock(() => answer(bareApi.POST('/v1/session/refresh')));
      await endSessionByToken(session.accessToken);
    }
  } catch (error) {
    if (problemOf(error).code !== 'SESSION_ENDED') throw error;
  }
  postToTabs({ kind: 'logged-out', sessionId: now.session.sessionId });
  endSession(loggedOutProblem('loggedOut'), { endedByPerson: true, message: 'loggedOut' });
}

/** The same, if another call has already ended the session. */
export function markLoggedOut(): void {
  const now = sessionState();
  if (now.status === 'active') postToTabs({ kind: 'logged-out', sessionId: now.session.sessionId });
  endSession(loggedOutProblem('loggedOut'), { endedByPerson: true, message: 'loggedOut' });
}

/** @returns false if the token has expired */
async function endSessionByToken(token: string): Promise<boolean> {
  try {
    await answer(bareApi.DELETE('/v1/session', { headers: { authorization: `Bearer ${token}` } }));
    return true;
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code !== 'SESSION_ENDED') throw error;
    return problem.reason !== undefined;
  }
}

/** LGN-11: the initial password is replaced, so its restrictions end. */
export function markPasswordChanged(): void {
  const now = sessionState();
  if (now.status !== 'active') return;
  const notices = now.session.notices.filter(({ code }) => code !== 'PASSWORD_CHANGE_REQUIRED');
  setSession({ status: 'active', session: { ...now.session, notices } });
}

/** The account and all its sessions are closed (CTR-2); the login page shows `farewell`. */
export function markAccountClosed(farewell: { readonly title: string; readonly detail: string }): void {
  const now = sessionState();
  if (now.status === 'active') postToTabs({ kind: 'logged-out', sessionId: now.session.sessionId });
  endSession(
    { code: 'SESSION_ENDED', status: 401, reason: 'deregistered', ...farewell },
    { endedByPerson: true },
  );
}

/** Loads the page of the new identity from the start: nothing of the old identity stays in memory. */
export const reloadForNewIdentity = (): void => location.assign('/me');

setCredentials({
  token: async () => {
    const { status } = sessionState();
    if (status === 'identity-changed')
      throw new ApiProblem({
        code: 'SESSION_ENDED',
        status: 401,
        title: translate('session.identityChangedTitle'),
      });
    if (status !== 'active') return undefined;
    const token = freshToken();
    if (token !== undefined) return token;
    await refreshSession();
    return currentToken();
  },
  renewToken: async (refused) => {
    // Another call of this tab may have renewed the token already.
    if (currentToken() === refused) await refreshSession();
    const token = currentToken();
    return token === refused ? undefined : token;
  },
  onProblem: (problem) => {
    const now = sessionState();
    if (now.status !== 'active') return;
    // A call that was under way when the order came gets the order's own refusal (ORD-1).
    if (problem.code === 'SESSION_ENDED' || problem.code === 'ACCOUNT_SUSPENDED') endSession(problem);
    if (problem.code === 'PASSWORD_CHANGE_REQUIRED') setSession({ ...now, mustChangePassword: true });
    // The company may be lost (REL-7, AGY-4): a refresh shows that, and then this tab stops.
    if (problem.code === 'RELATION_NOT_FOUND' && now.session.identity.kind !== 'natural')
      void refreshSession().catch(() => undefined);
  },
});

onTabMessage((message) => {
  const now = sessionState();
  if (now.status !== 'active') return;
  if (message.kind === 'identity') {
    stopTab(now.session);
    void readNewSession().catch(() => undefined);
    return;
  }
  if (message.sessionId === now.session.sessionId)
    endSession(loggedOutProblem('loggedOutElsewhere'), { message: 'loggedOutElsewhere' });
});

/**
 * Runs when the page starts. If the cookie cannot be checked, nobody counts as signed in; the next call shows the
 * problem.
 */
export const restoreSession = (): Promise<void> =>
  refreshSession().catch((error: unknown) => {
    const problem = problemOf(error);
    setSession({
      status: 'none',
      endProblem: { ...problem, ...(problem.code === 'NETWORK' ? sentences.network() : {}) },
    });
  });
