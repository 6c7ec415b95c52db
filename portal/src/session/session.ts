import type { SessionAnswer } from '#contract/schemas.ts';
import { answer, bareApi, giveCredentials, patientFetch } from '../api/client.ts';
import { ApiProblem, type Problem, problemOf } from '../api/problem.ts';
import { sentences } from '../api/sentences.ts';
import { askedEarly } from '../app/early.ts';
import { translate } from '../i18n/index.ts';
import { type Session, sessionState, setSession, whoActs } from './store.ts';
import { hearTabs, oneAtATime, tellTabs } from './tabs.ts';
import { dropToken, freshToken, heldToken, holdToken } from './token.ts';

const factsOf = ({ accessToken: _token, expiresIn: _seconds, ...facts }: SessionAnswer): Session => facts;

/** Takes over a session that this tab asked for, by a login or a switch. Other tabs stop. */
export function adoptSession(given: SessionAnswer): void {
  holdToken(given.accessToken, given.expiresIn);
  setSession({ status: 'active', session: factsOf(given) });
  tellTabs({ kind: 'identity' });
}

function end(ended?: Problem, how: { good?: true; says?: 'left' | 'elsewhere' } = {}): void {
  dropToken();
  setSession({ status: 'none', ...(ended ? { ended } : {}), ...how });
}
const over = (says: 'left' | 'elsewhere'): Problem => ({
  code: 'SESSION_ENDED',
  status: 401,
  title: translate(`session.${says}`),
});

let running: Promise<void> | undefined;

/** Gets a token with the cookie. If the session has ended, ends it in this tab; throws if no answer came. */
export function refreshSession(): Promise<void> {
  const early = running ? {} : askedEarly('session', patientFetch);
  running ??= oneAtATime(() => renew(early)).finally(() => {
    running = undefined;
  });
  return running;
}

async function renew(early: ReturnType<typeof askedEarly>): Promise<void> {
  const before = sessionState();
  try {
    const { session } = await answer(bareApi.POST('/v1/session/refresh', early));
    const now = factsOf(session);
    const held = sessionState();
    // The tab was logged out or stopped while the answer was under way.
    if (held.status === 'moved' || (held.status === 'none' && before.status !== 'none')) return;
    if (held.status === 'active' && whoActs(held.session) !== whoActs(now)) return stop(held.session, now);
    holdToken(session.accessToken, session.expiresIn);
    setSession(held.status === 'active' ? { ...held, session: now } : { status: 'active', session: now });
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code !== 'SESSION_ENDED') throw error;
    // A first visitor has no cookie, so no session has ended.
    end(problem.reason !== undefined || before.status === 'active' ? problem : undefined);
  }
}

/** A tab whose identity changed in another tab does nothing more: no call of this tab may use the new identity. */
function stop(session: Session, now?: Session): void {
  const lost = now?.notices.find(({ code }) => code === 'IDENTITY_LOST');
  dropToken();
  setSession({
    status: 'moved',
    session,
    ...(lost ? { reason: lost.title } : {}),
    ...(now ? { next: now } : {}),
  });
}

/** Tabs tell each other that something happened, but never who the person is; the cookie's session tells that. */
async function learnWhatMoved(): Promise<void> {
  const { session } = await oneAtATime(() => answer(bareApi.POST('/v1/session/refresh')));
  const now = sessionState();
  if (now.status === 'moved') setSession({ ...now, next: factsOf(session) });
}

/**
 * 退出 (SES-1). A token that is refused without a reason has only expired, perhaps because another tab took another
 * identity. The session is still live, and a token that the cookie gives ends it.
 * @throws ApiProblem if the API did not get the call: then nobody is logged out
 */
export async function logOut(): Promise<void> {
  const now = sessionState();
  if (now.status !== 'active' && now.status !== 'moved') return;
  try {
    const token = freshToken();
    if (token === undefined || !(await endedBy(token))) {
      const { session } = await oneAtATime(() => answer(bareApi.POST('/v1/session/refresh')));
      await endedBy(session.accessToken);
    }
  } catch (error) {
    if (problemOf(error).code !== 'SESSION_ENDED') throw error;
  }
  tellTabs({ kind: 'logged-out', sessionId: now.session.sessionId });
  end(over('left'), { good: true, says: 'left' });
}

/** The same, if another call has already ended the session. */
export function loggedOut(): void {
  const now = sessionState();
  if (now.status === 'active') tellTabs({ kind: 'logged-out', sessionId: now.session.sessionId });
  end(over('left'), { good: true, says: 'left' });
}

/** @returns false if the token has expired */
async function endedBy(token: string): Promise<boolean> {
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
export function passwordChanged(): void {
  const now = sessionState();
  if (now.status !== 'active') return;
  const notices = now.session.notices.filter(({ code }) => code !== 'PASSWORD_CHANGE_REQUIRED');
  setSession({ status: 'active', session: { ...now.session, notices } });
}

/** The account and all its sessions are closed (CTR-2); the login page shows `said`. */
export function accountClosed(said: { readonly title: string; readonly detail: string }): void {
  const now = sessionState();
  if (now.status === 'active') tellTabs({ kind: 'logged-out', sessionId: now.session.sessionId });
  end({ code: 'SESSION_ENDED', status: 401, reason: 'deregistered', ...said }, { good: true });
}

/** Loads the page of the new identity from the start: nothing of the old identity stays in memory. */
export const startOver = (): void => location.assign('/me');

giveCredentials({
  token: async () => {
    const { status } = sessionState();
    if (status === 'moved')
      throw new ApiProblem({ code: 'SESSION_ENDED', status: 401, title: translate('session.movedTitle') });
    if (status !== 'active') return undefined;
    const token = freshToken();
    if (token !== undefined) return token;
    await refreshSession();
    return heldToken();
  },
  renewed: async (refused) => {
    // Another call of this tab may have renewed the token already.
    if (heldToken() === refused) await refreshSession();
    const token = heldToken();
    return token === refused ? undefined : token;
  },
  heard: (problem) => {
    const now = sessionState();
    if (now.status !== 'active') return;
    // A call that was under way when the order came gets the order's own refusal (ORD-1).
    if (problem.code === 'SESSION_ENDED' || problem.code === 'ACCOUNT_SUSPENDED') end(problem);
    if (problem.code === 'PASSWORD_CHANGE_REQUIRED') setSession({ ...now, mustChangePassword: true });
    // The company may be lost (REL-7, AGY-4): a refresh tells that, and then this tab stops.
    if (problem.code === 'RELATION_NOT_FOUND' && now.session.identity.kind !== 'natural')
      void refreshSession().catch(() => undefined);
  },
});

hearTabs((message) => {
  const now = sessionState();
  if (now.status !== 'active') return;
  if (message.kind === 'identity') {
    stop(now.session);
    void learnWhatMoved().catch(() => undefined);
    return;
  }
  if (message.sessionId === now.session.sessionId) end(over('elsewhere'), { says: 'elsewhere' });
});

/**
 * Runs when the page starts. If the cookie cannot be checked, nobody counts as signed in; the next call shows the
 * problem.
 */
export const startSession = (): Promise<void> =>
  refreshSession().catch((error: unknown) => {
    const problem = problemOf(error);
    setSession({
      status: 'none',
      ended: { ...problem, ...(problem.code === 'NETWORK' ? sentences.network() : {}) },
    });
  });
