import { sendMessage } from '#gateways/queues.ts';
import type { Change } from '#store/dynamodb/changes.ts';
import type { RpSession } from '#store/sessions/rp-sessions.ts';

/** What the telling is started with: everything it needs, because another hand-over may have taken the row since. */
export interface Telling extends Pick<RpSession, 'sessionId' | 'clientId' | 'sid' | 'sub' | 'personKey'> {
  readonly reason: string;
}

/**
 * The hand-overs that a change of their row ended and whose systems do not know it yet (SSO-8): ended by a write, replaced
 * while they lived by one under another name, or taken away by time before anybody ended them. And the one that goes on
 * with less than its system was told.
 */
export function untold({ old, fresh }: Change<RpSession>): Telling[] {
  if (fresh?.ended && !(old?.ended && old.sid === fresh.sid)) {
    const replaced = old && !old.ended && old.sid !== fresh.sid ? [tellingOf(old, 'switched')] : [];
    return [...replaced, tellingOf(fresh, fresh.ended.reason)];
  }
  if (!old || old.ended) return [];
  if (old.sid === fresh?.sid)
    return (fresh.narrowings ?? 0) > (old.narrowings ?? 0) ? [tellingOf(fresh, 'narrowed')] : [];
  return [tellingOf(old, fresh ? 'switched' : 'expired')];
}

const tellingOf = ({ sessionId, clientId, sid, sub, personKey }: RpSession, reason: string): Telling => ({
  sessionId,
  clientId,
  sid,
  sub,
  personKey,
  reason,
});

export const tell = (telling: Telling): Promise<void> => sendMessage('sso-tell', telling);
