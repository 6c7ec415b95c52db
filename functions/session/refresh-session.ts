import { clearRefreshCookie, successor } from '#crypto/refresh-tokens.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { auditPut } from '#journeys/audit.ts';
import { currentIdentity } from '#journeys/sessions/current-identity.ts';
import { logoutWrites } from '#journeys/sessions/end-sessions.ts';
import { cookieFor, sessionAnswer, shownSession } from '#journeys/sessions/open-session.ts';
import { noContent, ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { rotateRefresh } from '#store/sessions/refresh-chain.ts';
import { endedProblem, endSessionUpdate } from '#store/sessions/session-end.ts';
import { forgetWebSession } from '#store/sessions/web-sessions.ts';
import type { session } from './contract.ts';

/**
 * SES-2: replaces the cookie's token. Each token is derived from the one before, so a token that was replaced within
 * the grace gets the newest one; a token that was replaced earlier has been copied, and the session ends for both
 * holders.
 */
export const refreshSession: StepOf<typeof session, 'refresh'> = async (ctx, call) => {
  const { session: current, token } = await rotateRefresh(
    ctx.db,
    call.caller.refresh,
    (spent) => successor(ctx.handles, spent),
    call.now,
    ctx.settings.policies,
  );
  if (!token) {
    const ended = { reason: 'reuse' as const, at: epochSeconds(call.now) };
    await ctx.db.transact([
      endSessionUpdate(current.sessionId, ended),
      auditPut(ctx, call, current.personKey, 'session-ended', 'failure', { reason: 'reuse' }),
    ]);
    throw endedProblem(ended);
  }
  const { session: effective, lost } = await currentIdentity(ctx, call, current);
  return ok(
    { session: await sessionAnswer(ctx, effective, call, lost ? ['IDENTITY_LOST'] : []) },
    { cookies: [cookieFor(token, effective, call.now)] },
  );
};

export const showSession: StepOf<typeof session, 'show'> = async (ctx, call) => {
  const { session: effective, lost } = call.caller;
  return ok({ session: shownSession(ctx, effective, call, lost ? ['IDENTITY_LOST'] : []) });
};

/** 退出 (SES-1): the session ends at once, for every later check. */
export const logOut: StepOf<typeof session, 'logout'> = async (ctx, call) => {
  const { session: current } = call.caller;
  await ctx.db.transact(logoutWrites(ctx, call, current));
  await forgetWebSession(ctx.db, current.personKey, current.sessionId);
  return noContent({ cookies: [clearRefreshCookie()] });
};
