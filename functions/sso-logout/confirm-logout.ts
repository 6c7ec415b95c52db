import { clearRefreshCookie } from '#crypto/refresh-tokens.ts';
import { afterLogout } from '#domain/sso/logout-requests.ts';
import { findClient } from '#domain/sso/relying-parties.ts';
import { logoutWrites } from '#journeys/sessions/end-sessions.ts';
import { handOverEndWrites } from '#journeys/sso/end-hand-over.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { rpSessionsOf } from '#store/sessions/rp-sessions.ts';
import { forgetWebSession } from '#store/sessions/web-sessions.ts';
import type { SsoLogoutTicket } from '#store/tickets/sso-tickets.ts';
import { readOpenTicket } from '#store/tickets/tickets.ts';
import type { ssoLogout } from './contract.ts';

/**
 * SSO-10: 退出 at the request of a tax system. If the system named a hand-over of this very session, the person is not
 * asked; otherwise they confirm on the page, because anybody could make a link to it. The other systems are informed as
 * always (SSO-8).
 */
export const confirmLogout: StepOf<typeof ssoLogout, 'confirm'> = async (ctx, call) => {
  const { session } = call.caller;
  const { sessionId, personKey } = session;
  const { asked } = await readOpenTicket<SsoLogoutTicket>(ctx.db, call.params.id, 'sso-logout', call.now);
  const client = findClient(ctx.relyingParties, asked.clientId);
  const isAsked = await retryOnConcurrentChange(async () => {
    const entered = (await rpSessionsOf(ctx.db, sessionId)).find(
      ({ clientId, sid }) => clientId === asked.clientId && sid === asked.sid,
    );
    if (call.body.silently && !entered) return true;
    const by = client && { client: client.clientId };
    await ctx.db.transact([
      ...logoutWrites(ctx, call, session, by),
      ...(entered && !entered.ended ? handOverEndWrites(ctx, call, entered, 'rp-logout') : []),
    ]);
    return false;
  });
  if (isAsked)
    return ok({ asked: client ? { client: { clientId: client.clientId, name: { ...client.name } } } : {} });
  await forgetWebSession(ctx.db, personKey, sessionId);
  return ok(
    { loggedOut: true as const, redirectTo: afterLogout(asked) },
    { cookies: [clearRefreshCookie()] },
  );
};

/** Nobody is logged in (any more): the browser goes where it would have gone after the logout. */
export const leaveLoggedOut: StepOf<typeof ssoLogout, 'leave'> = async (ctx, call) => {
  const { asked } = await readOpenTicket<SsoLogoutTicket>(ctx.db, call.params.id, 'sso-logout', call.now);
  return ok({ redirectTo: afterLogout(asked) });
};
