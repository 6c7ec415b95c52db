import { epochSeconds } from '#domain/epoch.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { ConcurrentChange } from '../dynamodb/concurrent-change.ts';
import { absent, all, equals, exists } from '../dynamodb/expressions.ts';
import type { Db, Put, RefusableUpdate, Write } from '../dynamodb/tables.ts';
import { sessionAliveCheck, sessionNotIdleCheck } from './session-checks.ts';
import { endedProblem, endOf } from './session-end.ts';
import type { ActsAs, Ended, Session } from './session-row.ts';

/** Seconds. Ended sessions are kept a day longer, so that a returning browser can be told the reason. */
const keptAfter = 86_400;

export const findSession = (db: Db, sessionId: string): Promise<Session | undefined> =>
  db.get<Session>('Sessions', { sessionId });

/** What an access token says of its session. */
export interface NamedSession {
  readonly sessionId: string;
  readonly identityVersion: number;
  readonly personKey: string;
}

/** Reads the session of an access token; refuses an ended session, or one whose identity has changed since. */
export const liveSession = async (
  db: Db,
  token: NamedSession,
  now: Date,
  policies: Policies,
): Promise<Session> => requireLive(await findSession(db, token.sessionId), token, now, policies);

/** The same for a session that was read already. */
export function requireLive(
  session: Session | undefined,
  token: NamedSession,
  now: Date,
  policies: Policies,
): Session {
  if (!session || session.personKey !== token.personKey) throw new Problem('SESSION_ENDED');
  const ended = endOf(session, now, policies);
  if (ended) throw endedProblem(ended);
  if (session.identityVersion !== token.identityVersion) throw new Problem('SESSION_ENDED');
  return session;
}

/**
 * Gives a session another identity. The session's `identityVersion` grows, so that access tokens of the earlier
 * identity become invalid (SES-2). Throws ConcurrentChange if another switch came first, SESSION_ENDED if the session
 * is over.
 */
export const identityUpdate = (
  session: Pick<Session, 'sessionId' | 'identityVersion'>,
  as: ActsAs,
  now: Date,
  policies: Policies,
): Write => ({
  table: 'Sessions',
  key: { sessionId: session.sessionId },
  update: {
    set: { identity: as.identity, identityVersion: session.identityVersion + 1, company: as.company },
    remove: as.company ? [] : ['company'],
  },
  condition: all(equals('identityVersion', session.identityVersion), absent('ended')),
  onRefused: (old) => {
    const session = old as Session | undefined;
    if (!session) return new Problem('SESSION_ENDED');
    const ended = endOf(session, now, policies);
    return ended ? endedProblem(ended) : new ConcurrentChange();
  },
});

export const sessionPut = (session: Session): Put => ({
  table: 'Sessions',
  put: { ...session, ttl: session.expiresAt + keptAfter },
  condition: absent('sessionId'),
});

/** LVL-2: writes the level to which the person has risen into the session. */
export const sessionLevelUpdate = (sessionId: string, level: number): RefusableUpdate => ({
  table: 'Sessions',
  key: { sessionId },
  update: { set: { realNameLevel: level } },
  condition: exists('sessionId'),
  onRefused: () => new ConcurrentChange(),
});

/** SES-2: records activity in a tax system as activity of the session; the session's absolute end does not move. */
export const seenUpdate = (
  session: Pick<Session, 'sessionId' | 'identityVersion'>,
  now: Date,
  policies: Policies,
): RefusableUpdate => ({
  ...sessionNotIdleCheck(session, now, policies),
  update: { set: { lastSeenAt: epochSeconds(now) } },
});

/** LGN-11: the initial password was changed; from now on the session, which must be live, is a normal one. */
export const passwordSetUpdate = (session: Session, now: Date, policies: Policies): Write => ({
  ...sessionAliveCheck(session, now, policies),
  update: { remove: ['passwordDue'] },
});

/**
 * SES-5: records that a second factor was passed in this session, which must still be live.
 * @param faceAt ISO time of the check, if it was a face
 */
export function factorPassedUpdate(session: Session, now: Date, policies: Policies, faceAt?: string): Write {
  return {
    ...sessionAliveCheck(session, now, policies),
    update: { set: { factorAt: epochSeconds(now), faceAt } },
  };
}

/** Ends the session in which the call is made; it must still be live. */
export function endAliveUpdate(session: Session, ended: Ended, now: Date, policies: Policies): Write {
  return { ...sessionAliveCheck(session, now, policies), update: { set: { ended } } };
}

/** Several sessions by id in one read, without those that no longer exist. */
export async function findSessions(db: Db, ids: readonly string[]): Promise<Session[]> {
  const found = await db.batchGet<Session>(
    ids.map((sessionId) => ({ table: 'Sessions', key: { sessionId } })),
  );
  return found.filter((session) => session !== undefined);
}
