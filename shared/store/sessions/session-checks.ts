import { epochSeconds } from '#domain/epoch.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { above, absent, all, equals } from '../dynamodb/expressions.ts';
import type { Item } from '../dynamodb/tables.ts';
import { endedProblem, endOf } from './session-end.ts';
import type { Session } from './session-row.ts';

/**
 * For a transaction of a call in a session: the session has not ended since it was read, whether by a newer login, a
 * logout or an order. Throws SESSION_ENDED with the reason.
 */
export const sessionAliveCheck = (
  { sessionId }: Pick<Session, 'sessionId'>,
  now: Date,
  policies: Policies,
) => ({
  table: 'Sessions' as const,
  key: { sessionId },
  condition: all(absent('ended'), above('expiresAt', epochSeconds(now))),
  onRefused: (old?: Item) => {
    const session = old as Session | undefined;
    const ended = session && endOf(session, now, policies);
    return ended ? endedProblem(ended) : new Problem('SESSION_ENDED');
  },
});

/**
 * The same check, and the session still has the identity that was read: no switch came between. SESSION_ENDED
 * otherwise.
 */
export const versionAliveCheck = (
  session: Pick<Session, 'sessionId' | 'identityVersion'>,
  now: Date,
  policies: Policies,
) => {
  const alive = sessionAliveCheck(session, now, policies);
  return { ...alive, condition: all(alive.condition, equals('identityVersion', session.identityVersion)) };
};

/**
 * The same check for what was decided in the session earlier and takes effect now: the session has not become idle
 * either.
 */
export const sessionNotIdleCheck = (
  session: Pick<Session, 'sessionId' | 'identityVersion'>,
  now: Date,
  policies: Policies,
) => {
  const alive = versionAliveCheck(session, now, policies);
  return {
    ...alive,
    condition: all(alive.condition, above('lastSeenAt', epochSeconds(now) - policies.sessionIdleSeconds)),
  };
};
