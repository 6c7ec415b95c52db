import type { Identity } from '#contract/schemas.ts';
import type { Sealed } from '#crypto/sealed.ts';
import type { Amr } from '#domain/authentication.ts';
import { isoShanghai } from '#domain/days.ts';
import type { Channel } from '#domain/names.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { ConcurrentChange } from '../dynamodb/concurrent-change.ts';
import { above, absent, all, below, copyOf, equals, exists, unlessSet } from '../dynamodb/expressions.ts';
import type { Db, Item, Put, RefusableUpdate, Write } from '../dynamodb/tables.ts';
import {
  type Active,
  hasLevel,
  type Person,
  type PersonChanges,
  type WebSessionPointer,
} from '../people/users.ts';
import type { AccessBasis } from './access-basis.ts';

/** Why a session is over (SES-2, docs/api.md). */
export type EndReason =
  | 'logged-out'
  | 'replaced'
  | 'idle'
  | 'expired'
  | 'reuse'
  | 'credential-change'
  | 'deregistered'
  | 'suspended'
  | 'by-order';
export interface Ended {
  readonly reason: EndReason;
  /** Epoch seconds. */
  readonly at: number;
  /** What replaced it: browser and channel of the newer session (SES-3). */
  readonly by?: string;
}

/** What a session acts as: the person, or a company in a role that was just checked. */
export type ActsAs =
  | { readonly identity: Extract<Identity, { kind: 'natural' }>; readonly company?: undefined }
  | { readonly identity: Exclude<Identity, { kind: 'natural' }>; readonly company: AccessBasis };
export const asPerson: ActsAs = { identity: { kind: 'natural' } };

/** A session: identity and the hash of its newest refresh token. Times are epoch seconds. */
export interface Session {
  readonly sessionId: string;
  readonly personKey: string;
  readonly channel: Channel;
  readonly identity: Identity;
  /** What a company identity stands on (REL-8). Never shown; natural sessions have none. */
  readonly company?: AccessBasis;
  /** Grows with every switch or loss of identity: an access token of an older version is refused (SES-2). */
  readonly version: number;
  readonly sealedName: Sealed;
  readonly realNameLevel: number;
  readonly startedAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  /** The last second factor passed in this session (SES-5); 0 where none was that counts. */
  readonly factorAt: number;
  /** ISO time of the last face check that was a factor of this session (PHN-4). */
  readonly faceAt?: string;
  /** QR-1: the channel that confirmed the code by which it was opened; that was no factor (SES-5). */
  readonly qr?: Channel;
  /** LGN-11: opened by the initial password, and good for nothing but changing it. */
  readonly passwordDue?: true;
  /** SSO-6: by which factors it was opened; tax systems are told. Sessions from before that was kept have none. */
  readonly methods?: readonly Amr[];
  readonly browser: string;
  readonly address: string;
  readonly refreshHash: string;
  /** When its last tokens were spent, the newest first; 0 where there was none yet (SES-2). */
  readonly turnedAt: readonly number[];
  readonly ended?: Ended;
}

const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);
/** Ended sessions are kept a day longer, so that a returning browser can be told why. */
const keptAfter = 86_400;

/** The end of a session at `now`, whether written down or only due by the clock: whichever came first. */
export function endOf(session: Session, now: Date, policies: Policies): Ended | undefined {
  const due: Ended[] = [
    { reason: 'idle', at: session.lastSeenAt + policies.sessionIdleSeconds },
    { reason: 'expired', at: session.expiresAt },
  ];
  const over = due.filter((end) => end.at <= seconds(now));
  return [...(session.ended ? [session.ended] : []), ...over].sort((one, other) => one.at - other.at)[0];
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

/**
 * Gives a session another identity. Its version grows, so that access tokens of the older identity die (SES-2).
 * ConcurrentChange where another switch came first, SESSION_ENDED where it is over.
 */
export const identityUpdate = (
  session: Pick<Session, 'sessionId' | 'version'>,
  as: ActsAs,
  now: Date,
  policies: Policies,
): Write => ({
  table: 'Sessions',
  key: { sessionId: session.sessionId },
  update: {
    set: { identity: as.identity, version: session.version + 1, company: as.company },
    remove: as.company ? [] : ['company'],
  },
  condition: all(equals('version', session.version), absent('ended')),
  onRefused: (old) => {
    if (!old) return new Problem('SESSION_ENDED');
    const ended = endOf(old as unknown as Session, now, policies);
    return ended ? endedProblem(ended) : new ConcurrentChange();
  },
});

export const sessionPut = (session: Session): Put => ({
  table: 'Sessions',
  put: { ...session, ttl: session.expiresAt + keptAfter },
  condition: absent('sessionId'),
});

/** Ends a session for a reason; the first reason stays. */
export const endUpdate = (sessionId: string, ended: Ended): RefusableUpdate => ({
  table: 'Sessions',
  key: { sessionId },
  update: { set: { ended: unlessSet('ended', ended) } },
  condition: exists('sessionId'),
});

/** The web sessions that may be alive, the oldest first; what a pointer points to can have ended. */
export const webSessionsOf = (person: Person, now: Date): WebSessionPointer[] =>
  [...(person.otherWebSessions ?? []), ...(person.webSession ? [person.webSession] : [])].filter(
    ({ expiresAt }) => expiresAt > seconds(now),
  );

/** These, and those that hand-overs from apps stand on: all that end with the account, a password or by order. */
export const sessionsOf = (person: Person, now: Date): WebSessionPointer[] => [
  ...webSessionsOf(person, now),
  ...Object.values(person.appSessions ?? {}).filter(({ expiresAt }) => expiresAt > seconds(now)),
];

/** Where several web sessions are allowed, a further login ends the oldest beyond these (SES-3). */
const webSessionsAtMost = 20;

/** Which web sessions a new one ends and which live on beside it (SES-3). */
export function besideNewSession(
  person: Person,
  now: Date,
  policies: Pick<Policies, 'oneWebSession'>,
): { ended: WebSessionPointer[]; kept: WebSessionPointer[] } {
  const open = webSessionsOf(person, now);
  const room = policies.oneWebSession ? 0 : webSessionsAtMost - 1;
  const cut = Math.max(0, open.length - room);
  return { ended: open.slice(0, cut), kept: open.slice(cut) };
}

/** LVL-2: a session shows the level that its person rose to meanwhile. */
export const sessionLevelUpdate = (sessionId: string, level: number): RefusableUpdate => ({
  table: 'Sessions',
  key: { sessionId },
  update: { set: { realNameLevel: level } },
  condition: exists('sessionId'),
  onRefused: () => new ConcurrentChange(),
});

/**
 * SES-3: makes `next` the person's web session, on condition that person, pointer and level are still what was read;
 * an account that ends or is suspended is another `rev`. Two logins at once: one of them meets ConcurrentChange, reads again and
 * then ends the other. `rev` grows too, so that a new password that was decided before this login meets ConcurrentChange and ends
 * its session (PWD-3). The pointer is not under `rev`: logging out takes it away.
 */
export function swapPointerUpdate(
  person: Active,
  next: WebSessionPointer,
  beside: readonly WebSessionPointer[],
  { lastWindow, lastRoles, phones }: Pick<PersonChanges, 'lastWindow' | 'lastRoles' | 'phones'>,
): Write {
  const old = person.webSession?.sessionId;
  return {
    table: 'Users',
    key: { personKey: person.personKey },
    update: {
      set: {
        rev: person.rev + 1,
        webSession: next,
        lastWindow,
        lastRoles,
        phones,
        otherWebSessions: beside.length > 0 ? beside : undefined,
      },
      remove: beside.length > 0 ? [] : ['otherWebSessions'],
    },
    condition: all(
      equals('rev', person.rev),
      old ? equals('webSession.sessionId', old) : absent('webSession'),
      // The level rises outside of `rev` (LVL-2), and the session shows it.
      hasLevel(person.realNameLevel),
    ),
    onRefused: () => new ConcurrentChange(),
  };
}

/**
 * SES-4: ends one of the person's own sessions that is still alive; to anybody else, and afterwards, there is no such
 * session.
 */
export function endOwnUpdate(
  sessionId: string,
  personKey: string,
  ended: Ended,
  policies: Pick<Policies, 'sessionIdleSeconds'>,
): Write {
  return {
    ...endUpdate(sessionId, ended),
    condition: all(
      equals('personKey', personKey),
      absent('ended'),
      above('expiresAt', ended.at),
      above('lastSeenAt', ended.at - policies.sessionIdleSeconds),
    ),
    onRefused: () => new Problem('NOT_FOUND'),
  };
}

/**
 * For a transaction that is made in a session: it has not ended since it was read, by a newer login, by logging out or by
 * order. Throws SESSION_ENDED with the reason.
 */
export const sessionAliveCheck = (
  { sessionId }: Pick<Session, 'sessionId'>,
  now: Date,
  policies: Policies,
) => ({
  table: 'Sessions' as const,
  key: { sessionId },
  condition: all(absent('ended'), above('expiresAt', seconds(now))),
  onRefused: (old?: Item) => {
    const ended = old && endOf(old as unknown as Session, now, policies);
    return ended ? endedProblem(ended) : new Problem('SESSION_ENDED');
  },
});

/** The same, and it is still who it was read to be: no switch came between. SESSION_ENDED otherwise. */
export const versionAliveCheck = (
  session: Pick<Session, 'sessionId' | 'version'>,
  now: Date,
  policies: Policies,
) => {
  const alive = sessionAliveCheck(session, now, policies);
  return { ...alive, condition: all(alive.condition, equals('version', session.version)) };
};

/** The same for what was decided in the session a while ago and comes true now: it has not become idle meanwhile, either. */
export const stillUsedCheck = (
  session: Pick<Session, 'sessionId' | 'version'>,
  now: Date,
  policies: Policies,
) => {
  const alive = versionAliveCheck(session, now, policies);
  return {
    ...alive,
    condition: all(alive.condition, above('lastSeenAt', seconds(now) - policies.sessionIdleSeconds)),
  };
};

/** SES-2: a sign of life from a tax system that the person works in; the session's absolute end stays. */
export const seenUpdate = (
  session: Pick<Session, 'sessionId' | 'version'>,
  now: Date,
  policies: Policies,
): RefusableUpdate => ({
  ...stillUsedCheck(session, now, policies),
  update: { set: { lastSeenAt: seconds(now) } },
});

/** LGN-11: the initial password is changed, and this session, which must be alive, is one like any other. */
export const passwordSetUpdate = (session: Session, now: Date, policies: Policies): Write => ({
  ...sessionAliveCheck(session, now, policies),
  update: { remove: ['passwordDue'] },
});

/**
 * SES-5: a second factor was passed in this session, which must still be alive.
 * @param faceAt ISO time of the check, where it was a face
 */
export function factorPassedUpdate(session: Session, now: Date, policies: Policies, faceAt?: string): Write {
  return {
    ...sessionAliveCheck(session, now, policies),
    update: { set: { factorAt: seconds(now), faceAt } },
  };
}

/** Ends this very session, in which the call is made: it must still be alive. */
export function endAliveUpdate(session: Session, ended: Ended, now: Date, policies: Policies): Write {
  return { ...sessionAliveCheck(session, now, policies), update: { set: { ended } } };
}

/**
 * Takes the pointer to a session that has ended, so that the next login is not told of replacing it. Only tidiness:
 * a pointer to an ended session does no harm, so a failure is none of the caller's.
 */
export async function forgetWebSession(db: Db, personKey: string, sessionId: string): Promise<void> {
  await db
    .update({
      table: 'Users',
      key: { personKey },
      update: { remove: ['webSession'] },
      condition: equals('webSession.sessionId', sessionId),
    })
    .catch(() => undefined);
}

/** Several sessions by id in one read, without those that are not there any more. */
export async function findSessions(db: Db, ids: readonly string[]): Promise<Session[]> {
  if (ids.length === 0) return [];
  const items = await db.batchGet(ids.map((sessionId) => ({ table: 'Sessions', key: { sessionId } })));
  return items.filter((item) => item !== undefined) as unknown as Session[];
}

/**
 * So many turns are remembered, and no more are made within the grace: a token that turns so fast stays the same.
 * Forgotten turns are therefore always older than the grace.
 */
const turnsRemembered = 8;
export const noTurns: readonly number[] = Array.from({ length: turnsRemembered }, () => 0);
/** Operands are read before anything is written: each turn moves one place on. */
const turnOn = (at: number) =>
  Object.fromEntries(noTurns.map((_, i) => [`turnedAt[${i}]`, i === 0 ? at : copyOf(`turnedAt[${i - 1}]`)]));

/** What the table must know of a refresh token. */
interface TokenHash {
  readonly sessionId: string;
  readonly hash: string;
}

/**
 * SES-2: turns the refresh token over, in one write on condition that the presented one is the newest. One that was
 * spent within the grace (a lost answer, a second tab) gets the newest of its chain, however many turns lie between.
 * @param successorOf the one token that follows another, so that the chain is walked and not stored
 * @returns the token to hand out; none where a token was used that was spent before the grace
 * @throws Problem SESSION_ENDED
 */
export async function rotateRefresh<Token extends TokenHash>(
  db: Db,
  presented: Token,
  successorOf: (token: Token) => Token,
  now: Date,
  policies: Policies,
): Promise<{ session: Session; token: Token | undefined }> {
  const at = seconds(now);
  const next = successorOf(presented);
  const written = await db.update<Session>({
    table: 'Sessions',
    key: { sessionId: presented.sessionId },
    update: { set: { refreshHash: next.hash, lastSeenAt: at, ...turnOn(at) } },
    condition: all(
      equals('refreshHash', presented.hash),
      below(`turnedAt[${turnsRemembered - 1}]`, at - policies.refreshGraceSeconds),
      absent('ended'),
      above('expiresAt', at),
      above('lastSeenAt', at - policies.sessionIdleSeconds),
    ),
  });
  if (written.ok) return { session: written.item, token: next };
  const session = written.old;
  if (!session) throw new Problem('SESSION_ENDED');
  const ended = endOf(session, now, policies);
  if (ended) throw endedProblem(ended);
  return { session, token: newestOf(session, presented, successorOf, at - policies.refreshGraceSeconds) };
}

/** @param since epoch seconds: a token spent before it is good for nothing */
function newestOf<Token extends TokenHash>(
  session: Session,
  presented: Token,
  successorOf: (token: Token) => Token,
  since: number,
): Token | undefined {
  let token = presented;
  if (token.hash === session.refreshHash) return token;
  for (const spentAt of session.turnedAt ?? []) {
    token = successorOf(token);
    // As many turns ago as steps were needed: then the presented one was spent.
    if (token.hash === session.refreshHash) return spentAt >= since ? token : undefined;
  }
  return undefined;
}
