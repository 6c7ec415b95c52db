import { clearRefreshCookie, successor } from '#crypto/refresh-tokens.ts';
import { Problem } from '#domain/problem.ts';
import { noContent, ok } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { keptIdentity } from '#steps/acting.ts';
import { audited } from '#steps/facts.ts';
import { cookieFor, sessionAnswer, sessionFacts } from '#steps/open-session.ts';
import { endedProblem, endWrite, forgetWebSession, rotateRefresh } from '#store/sessions.ts';
import type { session } from './contract.ts';

/**
 * SES-2: the cookie's token is turned over. Each is derived from the one before, so that one spent within the grace gets
 * the newest; a token spent longer ago has been copied, and the session ends for both holders.
 */
export const refreshSession: StepOf<typeof session, 'refresh'> = async (h, call) => {
  const { session: current, token } = await rotateRefresh(
    h.db,
    call.caller.refresh,
    (spent) => successor(h.keys, spent),
    call.now,
    h.settings.policies,
  );
  if (!token) {
    const ended = { reason: 'reuse' as const, at: Math.floor(call.now.getTime() / 1000) };
    await h.db.transact([
      endWrite(current.sessionId, ended),
      audited(h, call, current.personKey, 'session-ended', 'failure', { reason: 'reuse' }),
    ]);
    throw endedProblem(ended);
  }
  const { session: standing, lost } = await keptIdentity(h, call, current);
  return ok(
    { session: await sessionAnswer(h, standing, call, lost ? ['IDENTITY_LOST'] : []) },
    { cookies: [cookieFor(token, standing, call.now)] },
  );
};

export const showSession: StepOf<typeof session, 'show'> = async (h, call) => {
  const { session: standing, lost } = call.caller;
  return ok({ session: sessionFacts(h, standing, call, lost ? ['IDENTITY_LOST'] : []) });
};

/** 退出 (SES-1): the session is over at once, wherever it is checked. */
export const logOut: StepOf<typeof session, 'logout'> = async (h, call) => {
  const { session: current } = call.caller;
  const at = Math.floor(call.now.getTime() / 1000);
  await h.db.transact([
    {
      ...endWrite(current.sessionId, { reason: 'logged-out', at }),
      otherwise: () => new Problem('SESSION_ENDED'),
    },
    audited(h, call, current.personKey, 'session-ended', 'success', { reason: 'logged-out' }),
  ]);
  await forgetWebSession(h.db, current.personKey, current.sessionId);
  return noContent({ cookies: [clearRefreshCookie()] });
};
