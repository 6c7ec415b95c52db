import type { Identity } from '#contract/schemas.ts';
import type { Sealed } from '#crypto/sealed.ts';
import { isoShanghai } from '#domain/days.ts';
import type { Channel } from '#domain/names.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import type { Db, Put, Write } from './db.ts';
import { type Person, Stale } from './users.ts';

/** Why a session is over (SES-2, api.md). */
export type EndReason =
  | 'logged-out'
  | 'replaced'
  | 'idle'
  | 'expired'
  | 'reuse'
  | 'credential-change'
  | 'deregistered';
export interface Ended {
  readonly reason: EndReason;
  /** Epoch seconds. */
  readonly at: number;
  /** What replaced it: browser and channel of the newer session (SES-3). */
  readonly by?: string;
}

/** A session: identity, the hash of its refresh token and the one before it. Times are epoch seconds. */
export interface Session {
  readonly sessionId: string;
  readonly personKey: string;
  readonly channel: Channel;
  readonly identity: Identity;
  /** Grows with every switch or loss of identity: an access token of an older version is refused (SES-2). */
  readonly version: number;
  readonly sealedName: Sealed;
  readonly realNameLevel: number;
  readonly startedAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  /** The last second factor passed in this session (SES-5). */
  readonly factorAt: number;
  readonly browser: string;
  readonly address: string;
  readonly refreshHash: string;
  readonly previousHash?: string;
  readonly rotatedAt?: number;
  readonly ended?: Ended;
}

const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);
/** Ended sessions are kept a day longer, so that a returning browser can be told why. */
const keptAfter = 86_400;

/** The end of a session at `now`, whether written down or only due by the clock. */
export function endOf(session: Session, now: Date, policies: Policies): Ended | undefined {
  if (session.ended) return session.ended;
  const at = seconds(now);
  if (session.expiresAt <= at) return { reason: 'expired', at: session.expiresAt };
  const idleAt = session.lastSeenAt + policies.sessionIdleSeconds;
  return idleAt <= at ? { reason: 'idle', at: idleAt } : undefined;
}

export const endedProblem = (ended: Ended): Problem =>
  new Problem(
    'SESSION_ENDED',
    {
      reason: ended.reason,
      at: isoShanghai(new Date(ended.at * 1000)),
      ...(ended.by ? { by: ended.by } : {}),
    },
    { variant: ended.reason },
  );

/** Reads the session of an access token and refuses an ended one or one whose identity has changed since. */
export async function liveSession(
  db: Db,
  token: { sessionId: string; version: number; personKey: string },
  now: Date,
  policies: Policies,
): Promise<Session> {
  const session = await db.get<Session>('Sessions', { sessionId: token.sessionId });
  if (!session || session.personKey !== token.personKey) throw new Problem('SESSION_ENDED');
  const ended = endOf(session, now, policies);
  if (ended) throw endedProblem(ended);
  if (session.version !== token.version) throw new Problem('SESSION_ENDED');
  return session;
}

export const sessionPut = (session: Session): Put => ({
  table: 'Sessions',
  put: { ...session, ttl: session.expiresAt + keptAfter },
  when: 'attribute_not_exists(sessionId)',
});

/** Ends a session for a reason; the first reason stays. */
export const endWrite = (sessionId: string, ended: Ended): Write & { set: string } => ({
  table: 'Sessions',
  key: { sessionId },
  set: 'SET ended = if_not_exists(ended, :ended)',
  when: 'attribute_exists(sessionId)',
  values: { ':ended': ended },
});

/**
 * SES-3: makes `next` the person's web session, on condition that the pointer is still what was read and the account
 * is active. Two logins at once: one of them meets Stale, reads again and then ends the other.
 */
export function swapPointerWrite(
  person: Person,
  next: { sessionId: string; expiresAt: number },
  lastWindow: Person['lastWindow'],
): Write {
  const old = person.webSession?.sessionId;
  return {
    table: 'Users',
    key: { personKey: person.personKey },
    set: lastWindow ? 'SET webSession = :next, lastWindow = :window' : 'SET webSession = :next',
    when: `account.#status = :active AND #rev = :rev AND ${old ? 'webSession.sessionId = :old' : 'attribute_not_exists(webSession)'}`,
    names: { '#status': 'status', '#rev': 'rev' },
    values: {
      ':next': next,
      ':active': 'active',
      ':rev': person.rev,
      ...(old ? { ':old': old } : {}),
      ...(lastWindow ? { ':window': lastWindow } : {}),
    },
    otherwise: () => new Stale(),
  };
}

/**
 * SES-2: turns the refresh token over. One conditional write on the presented hash; of two tabs that present the
 * same token one wins, the other finds its hash as the previous one and gets the same successor.
 */
export async function rotateRefresh(
  db: Db,
  presented: { sessionId: string; hash: string },
  successorHash: string,
  now: Date,
  policies: Policies,
): Promise<{ session: Session; reused: boolean }> {
  const at = seconds(now);
  const written = await db.update<Session>({
    table: 'Sessions',
    key: { sessionId: presented.sessionId },
    set: 'SET refreshHash = :next, previousHash = :hash, rotatedAt = :now, lastSeenAt = :now',
    when: 'refreshHash = :hash AND attribute_not_exists(ended) AND expiresAt > :now AND lastSeenAt > :idle',
    values: {
      ':next': successorHash,
      ':hash': presented.hash,
      ':now': at,
      ':idle': at - policies.sessionIdleSeconds,
    },
  });
  if (written.ok) return { session: written.item, reused: false };
  const session = written.old;
  if (!session) throw new Problem('SESSION_ENDED');
  const ended = endOf(session, now, policies);
  if (ended) throw endedProblem(ended);
  const repeated =
    session.previousHash === presented.hash && at - (session.rotatedAt ?? 0) <= policies.refreshGraceSeconds;
  return { session, reused: !repeated };
}
