import { clearRefreshCookie } from '#crypto/refresh-tokens.ts';
import { isoShanghai } from '#domain/days.ts';
import { epochSeconds, fromEpochSeconds } from '#domain/epoch.ts';
import { auditPut } from '#journeys/audit.ts';
import { requireFresh } from '#journeys/factors/fresh-factor.ts';
import { signedInPerson } from '#journeys/people/own-account.ts';
import { noContent, ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { endOf, endOwnUpdate } from '#store/sessions/session-end.ts';
import { findSessions } from '#store/sessions/sessions.ts';
import { forgetWebSession, sessionsOf } from '#store/sessions/web-sessions.ts';
import type { session } from './contract.ts';

const instant = (seconds: number): string => isoShanghai(fromEpochSeconds(seconds));

/**
 * The person's live web sessions, this one first (SES-4). If a stage allows only one, the pointer is enough and nothing
 * more is read.
 */
export const listSessions: StepOf<typeof session, 'list'> = async (ctx, call) => {
  const { session: current } = call.caller;
  const person = await signedInPerson(ctx, call);
  const others = sessionsOf(person, call.now).filter(({ sessionId }) => sessionId !== current.sessionId);
  const found = await findSessions(
    ctx.db,
    others.map(({ sessionId }) => sessionId),
  );
  const alive = found.filter((one) => endOf(one, call.now, ctx.settings.policies) === undefined);
  return ok({
    sessions: [current, ...alive.sort((a, b) => b.startedAt - a.startedAt)].map((one) => ({
      sessionId: one.sessionId,
      channel: one.channel,
      startedAt: instant(one.startedAt),
      lastSeenAt: instant(one.lastSeenAt),
      current: one.sessionId === current.sessionId,
      browser: one.browser,
      address: one.address,
    })),
  });
};

/**
 * Ends one of the person's own sessions: another session needs a fresh factor (SES-5), this one needs nothing. The
 * condition of the write checks the owner, so nobody else's session can be ended.
 */
export const endSession: StepOf<typeof session, 'end'> = async (ctx, call) => {
  const { session: current } = call.caller;
  const { id } = call.params;
  const isCurrent = id === current.sessionId;
  const checks = isCurrent ? [] : [requireFresh(ctx, call)];
  const ended = {
    reason: 'logged-out' as const,
    at: epochSeconds(call.now),
    ...(isCurrent ? {} : { by: call.origin.browser }),
  };
  await ctx.db.transact([
    ...checks,
    endOwnUpdate(id, current.personKey, ended, ctx.settings.policies),
    auditPut(ctx, call, current.personKey, 'session-ended', 'success', { reason: 'logged-out' }),
  ]);
  await forgetWebSession(ctx.db, current.personKey, id);
  return noContent(isCurrent ? { cookies: [clearRefreshCookie()] } : {});
};
