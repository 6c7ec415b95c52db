import type { TaxpayerAsked } from '#domain/authorization-details.ts';
import { followingDay, midnightOf } from '#domain/days.ts';
import { type Granted, isWithin, widest } from '#domain/granted-limits.ts';
import type { Policies } from '#domain/policies.ts';
import type { RpEndReason } from '#domain/relying-parties.ts';
import { ConcurrentChange } from '../dynamodb/concurrent-change.ts';
import { absent, all, atMost, equals } from '../dynamodb/expressions.ts';
import { allItems } from '../dynamodb/pages.ts';
import type { Check, Db, Item, RefusableUpdate, Update, Write } from '../dynamodb/tables.ts';
import type { ShownMatter } from '../tickets/sso-tickets.ts';
import type { AccessBasis } from './access-basis.ts';
import type { EndReason, Session } from './session-row.ts';

/**
 * RP sessions (SSO): that somebody was handed over to a tax system, as whom, and whether that still holds. One row a
 * session and client. Ending one is a write like any other; telling the system is not the writer's work: the table's
 * stream starts it, so that no end is untold (SSO-8). Times are epoch seconds.
 */
export interface RpSession {
  readonly sessionId: string;
  readonly clientId: string;
  /**
   * 192 bits, base64url: the name of this hand-over towards the client, in ID tokens and logout tokens. A second one to the
   * same client as the same identity keeps it; one as another identity, or after an end, gets its own, so that a logout
   * token that comes late ends nothing newer.
   */
  readonly sid: string;
  /** Pairwise, by the client's sector. */
  readonly sub: string;
  /** The person, for the audit and for what ends by the person. */
  readonly personKey: string;
  /** What it stands on: of natural people nothing more. */
  readonly company?: AccessBasis;
  /** Copies out of `company`, for the indexes: the company acted for and, by an agreement, the agency that acts. */
  readonly companyKey?: string;
  readonly agencyKey?: string;
  /** Of a company identity: the most that this client was told it may do, less what it was told is gone (SSO-8). */
  readonly granted?: Granted;
  /** How often less was left than it had been told: each time it is told by a logout token, though the hand-over goes on. */
  readonly narrowings?: number;
  /** The session's identity version that was decided on: another one ends this (`switched`). */
  readonly version: number;
  readonly scope: string;
  readonly resource: string;
  /** What the request narrowed its details to: no refresh gives more (SSO-7). */
  readonly taxpayer?: TaxpayerAsked;
  /** The words of acr of which the request needed one: tokens tell the one that is met (SSO-9). */
  readonly acrs?: readonly string[];
  /** SSO-9: told as long as it holds. */
  readonly matter?: ShownMatter;
  /** Thumbprint of the key that its tokens are bound to (RFC 9449). */
  readonly jkt?: string;
  /** SHA-256 of the refresh token's secret; of clients that get one. */
  readonly refreshHash?: string;
  readonly startedAt: number;
  /** The session's end. */
  readonly expiresAt: number;
  /** ISO time before which nothing ends it that nobody writes: idleness, the session's end, a last day. */
  readonly lookAt: string;
  readonly ended?: RpEnded;
  readonly told?: { readonly at: number; readonly tries: number };
}
export interface RpEnded {
  readonly reason: RpEndReason | EndReason;
  readonly at: number;
}

/** Rows stay a day longer than their session, so that telling, which takes an hour at most, finds them. */
const keptAfter = 86_400;

export const findRpSession = (db: Db, sessionId: string, clientId: string) =>
  db.get<RpSession>('RpSessions', { sessionId, clientId });

/** A hand-over and the session that it stands on, in one read. */
export async function findWithSession(
  db: Db,
  sessionId: string,
  clientId: string,
): Promise<{ handOver: RpSession | undefined; session: Session | undefined }> {
  const [handOver, session] = await db.batchGet([
    { table: 'RpSessions', key: { sessionId, clientId } },
    { table: 'Sessions', key: { sessionId } },
  ]);
  return {
    handOver: handOver as RpSession | undefined,
    session: session as Session | undefined,
  };
}

/** All of one session, by the table's own key and strongly consistent. */
export async function rpSessionsOf(db: Db, sessionId: string): Promise<RpSession[]> {
  const { items } = await db.query<RpSession>('RpSessions', {
    condition: equals('sessionId', sessionId),
    consistent: true,
  });
  return items;
}

type By =
  | Pick<RpSession, 'personKey'>
  | Required<Pick<RpSession, 'companyKey'>>
  | Required<Pick<RpSession, 'agencyKey'>>;

/** A megabyte each, some thousand hand-overs: more than a province has at once of one person, company or agency. */
const pagesAtMost = 200;

/** Through an index, which may be a moment behind: for telling, never for a rule. Throws TooManyPages. */
function allBy(db: Db, index: 'byPerson' | 'byCompany' | 'byAgency', by: By): Promise<RpSession[]> {
  const [[attribute, key] = ['', '']] = Object.entries(by);
  return allItems(pagesAtMost, (from) =>
    db.query<RpSession>('RpSessions', {
      index,
      condition: equals(attribute, key),
      from,
    }),
  );
}
export const rpSessionsOfPerson = (db: Db, personKey: string) => allBy(db, 'byPerson', { personKey });
/** Of whoever acts as this company. */
export const rpSessionsForCompany = (db: Db, companyKey: string) => allBy(db, 'byCompany', { companyKey });
/** Of this agency's agents at its clients. */
export const rpSessionsForAgency = (db: Db, agencyKey: string) => allBy(db, 'byAgency', { agencyKey });

/** That the client knows; only of the hand-over that it was told of. */
export const rpToldUpdate = (
  { sessionId, clientId, sid }: Pick<RpSession, 'sessionId' | 'clientId' | 'sid'>,
  told: NonNullable<RpSession['told']>,
): Update => ({
  table: 'RpSessions',
  key: { sessionId, clientId },
  update: { set: { told } },
  condition: equals('sid', sid),
});

/** What of the identity goes into the indexes. */
export const rpIndexKeysOf = (
  company: AccessBasis | undefined,
): Pick<RpSession, 'company' | 'companyKey' | 'agencyKey'> =>
  company
    ? {
        company,
        companyKey: company.companyKey,
        ...(company.by === 'agreement' ? { agencyKey: company.agencyKey } : {}),
      }
    : {};

/**
 * Puts the row of a hand-over in the place of the one that was `read` for this session and client, if there is one.
 * ConcurrentChange where another exchange or an end came between: the caller reads again.
 */
export const rpSessionPut = (next: RpSession, read: RpSession | undefined): Write => ({
  table: 'RpSessions',
  put: {
    ...next,
    ...(next.ended ? {} : { sweepShard: sweepShardOf(next.sid) }),
    ttl: next.expiresAt + keptAfter,
  } satisfies Item,
  condition: read
    ? all(equals('sid', read.sid), read.ended ? undefined : absent('ended'))
    : absent('sessionId'),
  onRefused: () => new ConcurrentChange(),
});

/** Ends a hand-over if it is still the one that was read and has not ended: the first reason stays. */
export const rpEndUpdate = (
  { sessionId, clientId, sid }: Pick<RpSession, 'sessionId' | 'clientId' | 'sid'>,
  ended: RpEnded,
): RefusableUpdate => ({
  table: 'RpSessions',
  key: { sessionId, clientId },
  update: { set: { ended }, remove: ['sweepShard'] },
  condition: all(equals('sid', sid), absent('ended')),
  onRefused: () => new ConcurrentChange(),
});

/** The sweep reads this many partitions side by side: each takes an eighth of the hand-overs that begin. */
export const rpSweepShards = 8;
/** `sid` is random: its first character has six even bits. */
const sweepShardOf = (sid: string): string => String(sid.charCodeAt(0) % rpSweepShards);

/**
 * When time may end a hand-over at the earliest, ISO: its session is idle, over, or what the company identity stands on has
 * had its last day.
 */
export function nextLookAt(
  session: { readonly lastSeenAt: number; readonly expiresAt: number },
  lastDay: string | undefined,
  { sessionIdleSeconds }: Pick<Policies, 'sessionIdleSeconds'>,
): string {
  const ends = [session.lastSeenAt + sessionIdleSeconds, session.expiresAt].map((at) => at * 1000);
  if (lastDay !== undefined) ends.push(midnightOf(followingDay(lastDay)).getTime());
  return new Date(Math.min(...ends)).toISOString();
}

/** One page of a shard's hand-overs that time may have ended by now, the oldest first; for the sweep, never for a rule. */
export const rpSessionsDue = (db: Db, shard: number, now: Date, from?: Record<string, string>) =>
  db.query<RpSession>('RpSessions', {
    index: 'sweep',
    condition: all(equals('sweepShard', String(shard)), atMost('lookAt', now.toISOString())),
    limit: 100,
    from,
  });

/** It was looked at and lives: when it is to be looked at again. Refused where it has ended or changed hands meanwhile. */
export const lookedAtUpdate = (
  { sessionId, clientId, sid }: Pick<RpSession, 'sessionId' | 'clientId' | 'sid'>,
  lookAt: string,
): Update => ({
  table: 'RpSessions',
  key: { sessionId, clientId },
  update: { set: { lookAt } },
  condition: all(equals('sid', sid), absent('ended')),
});

/** Less is left than was told; the row's change has the system told. Refused where that is known, or it has ended or changed hands. */
export const narrowedUpdate = (
  { sessionId, clientId, sid, narrowings }: RpSession,
  granted: Granted,
): Update => ({
  table: 'RpSessions',
  key: { sessionId, clientId },
  update: { set: { granted, narrowings: (narrowings ?? 0) + 1 } },
  condition: all(
    equals('sid', sid),
    absent('ended'),
    narrowings === undefined ? absent('narrowings') : equals('narrowings', narrowings),
  ),
});

/**
 * Inside the transaction of a refresh: the hand-over lives, and under the name to which its refresh token belongs.
 * @param told what the refresh tells; more than before is kept (SSO-8)
 */
export function rpLiveWrite(
  { sessionId, clientId, sid, jkt, granted }: RpSession,
  told: Granted | undefined,
): RefusableUpdate | Check {
  const at = { table: 'RpSessions' as const, key: { sessionId, clientId } };
  const condition = all(
    equals('sid', sid),
    jkt === undefined ? absent('jkt') : equals('jkt', jkt),
    absent('ended'),
  );
  if (!granted || !told || isWithin(told, granted)) return { ...at, condition };
  return { ...at, update: { set: { granted: widest(granted, told) } }, condition };
}
