import { isoShanghai } from '#domain/days.ts';
import { epochSeconds, fromEpochSeconds } from '#domain/epoch.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { above, absent, all, equals, exists, unlessSet } from '../dynamodb/expressions.ts';
import type { RefusableUpdate, Write } from '../dynamodb/tables.ts';
import type { Ended, Session } from './session-row.ts';

/** How a session ended by `now`: by what is stored, or by time; whichever came first. */
export function endOf(session: Session, now: Date, policies: Policies): Ended | undefined {
  const due: Ended[] = [
    { reason: 'idle', at: session.lastSeenAt + policies.sessionIdleSeconds },
    { reason: 'expired', at: session.expiresAt },
  ];
  const over = due.filter((end) => end.at <= epochSeconds(now));
  return [...(session.ended ? [session.ended] : []), ...over].sort((one, other) => one.at - other.at)[0];
}

export const endedProblem = (ended: Ended): Problem =>
  new Problem(
    'SESSION_ENDED',
    {
      reason: ended.reason,
      at: isoShanghai(fromEpochSeconds(ended.at)),
      ...(ended.by ? { by: ended.by } : {}),
    },
    { variant: ended.reason },
  );

/** Ends a session for a reason; the first reason stays. */
export const endSessionUpdate = (sessionId: string, ended: Ended): RefusableUpdate => ({
  table: 'Sessions',
  key: { sessionId },
  update: { set: { ended: unlessSet('ended', ended) } },
  condition: exists('sessionId'),
});

/**
 * SES-4: ends one of the person's own live sessions. For anybody else, and after its end, the session does not exist.
 */
export function endOwnUpdate(
  sessionId: string,
  personKey: string,
  ended: Ended,
  policies: Pick<Policies, 'sessionIdleSeconds'>,
): Write {
  return {
    ...endSessionUpdate(sessionId, ended),
    condition: all(
      equals('personKey', personKey),
      absent('ended'),
      above('expiresAt', ended.at),
      above('lastSeenAt', ended.at - policies.sessionIdleSeconds),
    ),
    onRefused: () => new Problem('NOT_FOUND'),
  };
}
