import type { LogoutNotice } from '#contract/logout-notice.ts';
import { sendMessage } from '#gateways/queues.ts';
import type { Change } from '#store/dynamodb/changes.ts';
import type { RpSession } from '#store/sessions/rp-sessions.ts';

/**
 * The hand-overs that a change of their row ended and whose systems do not know it yet (SSO-8): ended by a write,
 * replaced while live by one with another name, or deleted by TTL before anything ended them. Also a hand-over that
 * continues with less than its system was told.
 */
export function dueNotices({ old, fresh }: Change<RpSession>): LogoutNotice[] {
  if (fresh?.ended && !(old?.ended && old.sid === fresh.sid)) {
    const replaced = old && !old.ended && old.sid !== fresh.sid ? [noticeOf(old, 'switched')] : [];
    return [...replaced, noticeOf(fresh, fresh.ended.reason)];
  }
  if (!old || old.ended) return [];
  if (old.sid === fresh?.sid)
    return (fresh.narrowings ?? 0) > (old.narrowings ?? 0) ? [noticeOf(fresh, 'narrowed')] : [];
  return [noticeOf(old, fresh ? 'switched' : 'expired')];
}

const noticeOf = ({ sessionId, clientId, sid, sub, personKey }: RpSession, reason: string): LogoutNotice => ({
  sessionId,
  clientId,
  sid,
  sub,
  personKey,
  reason,
});

export const queueNotice = (notice: LogoutNotice): Promise<void> => sendMessage('sso-tell', notice);
