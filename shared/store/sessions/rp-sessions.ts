import { followingDay, midnightOf } from '#domain/days.ts';
import type { Policies } from '#domain/policies.ts';
import type { TaxpayerAsked } from '#domain/sso/authorization-details.ts';
import { type Granted, isWithin, widest } from '#domain/sso/granted-limits.ts';
import type { RpEndReason } from '#domain/sso/relying-parties.ts';
import { ConcurrentChange } from '../dynamodb/concurrent-change.ts';
import { absent, all, atMost, equals } from '../dynamodb/expressions.ts';
import { allItems } from '../dynamodb/pages.ts';
import type { Check, Db, Item, RefusableUpdate, Update, Write } from '../dynamodb/tables.ts';
import type { FaceCheckedMatter } from '../tickets/sso-tickets.ts';
import type { AccessBasis } from './access-basis.ts';
import type { EndReason, Session } from './session-row.ts';

/**
 * RP sessions (SSO): the record that a person was handed over to a tax system, with which identity, and whether that
 * still holds. One row per session and client. Ending one is a normal write. The writer does not inform the system: the
 * table's stream starts that, so that no end is forgotten (SSO-8). Times are epoch seconds.
 */
export interface RpSession {
  readonly sessionId: string;
  readonly clientId: string;
  /**
   * 192 bits, base64url: the name of this hand-over for the client, in ID tokens and logout tokens. A second hand-over
   * to the same client with the same identity keeps the name. One with another identity, or after an end, gets a new
   * name, so that a late logout token ends nothing newer.
   */
  readonly sid: string;
  /** Pairwise pseudonym, by the client's sector. */
  readonly sub: string;
  /** The person, for the audit and for ends that concern the person. */
  readonly personKey: string;
  /** The access basis; absent for natural persons. */
  readonly company?: AccessBasis;
  /** Copies of `company` for the indexes: the company acted for and, for an agreement, the agency that acts. */
  readonly companyKey?: string;
  readonly agencyKey?: string;
  /**
   * For a company identity: the permissions last communicated to this client. `granted` holds the widest permissions of
   * all tokens of the hand-over, less what logout tokens have withdrawn since (SSO-8).
   */
  readonly granted?: Granted;
  /** How often a logout token has withdrawn a part of `granted`, while the hand-over continues. */
  readonly narrowings?: number;
  /** The identity version of the session when this was decided: another version ends the hand-over (`switched`). */
  readonly identityVersion: number;
  readonly scope: string;
  readonly resource: string;
  /** The narrowing that the request asked for: no refresh gives more (SSO-7). */
  readonly taxpayer?: TaxpayerAsked;
  /** The acr values of which the request needed one: tokens state the one that is met (SSO-9). */
  readonly acrs?: readonly string[];
  /** SSO-9: tokens state it as long as it holds. */
  readonly matter?: FaceCheckedMatter;
  /** Thumbprint of the key to which its tokens are bound (RFC 9449). */
  readonly jkt?: string;
  /** SHA-256 of the refresh token's secret, for clients that get one. */
  readonly refreshHash?: string;
  readonly startedAt: number;
  /** The end of the session. */
  readonly expiresAt: number;
  /**
   * When the sweep checks this hand-over next (ISO time): before that, time alone cannot end the hand-over (idleness,
   * the session's end, a last day).
   */
  readonly lookAt: string;
  readonly ended?: RpEnded;
  readonly notified?: { readonly at: number; readonly tries: number };
}
export interface RpEnded {
  readonly reason: RpEndReason | EndReason;
  readonly at: number;
}

/**
 * Seconds. Rows are kept a day longer than their session, so that they still exist while the system is being informed,
 * which takes an hour at most.
 */
const keptAfter = 86_400;

export const findRpSession = (db: Db, sessionId: string, clientId: string) =>
  db.get<RpSession>('RpSessions', { sessionId, clientId });

/** A hand-over and its session, in one read. */
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

/** All hand-overs of one session, by the table's own key and strongly consistent. */
export async function rpSessionsOf(db: Db, sessionId: string): Promise<RpSession[]> {
  const { items } = await db.query<RpSession>('RpSessions', {
    condition: equals('sessionId', sessionId),
    consistent: true,
  });
  return items;
}

type IndexKey =
  | Pick<RpSession, 'personKey'>
  | Required<Pick<RpSession, 'companyKey'>>
  | Required<Pick<RpSession, 'agencyKey'>>;

/**
 * Pages of a megabyte each, some thousand hand-overs: more than one person, company or agency of a province has at
 * once.
 */
const pagesAtMost = 200;

/** Reads an index, which may be a moment late: to inform systems, never for a rule. Throws TooManyPages. */
function allBy(db: Db, index: 'byPerson' | 'byCompany' | 'byAgency', by: IndexKey): Promise<RpSession[]> {
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
/** The hand-overs of everybody who acts as this company. */
export const rpSessionsForCompany = (db: Db, companyKey: string) => allBy(db, 'byCompany', { companyKey });
/** The hand-overs of this agency's agents at its clients. */
export const rpSessionsForAgency = (db: Db, agencyKey: string) => allBy(db, 'byAgency', { agencyKey });

/** Records that the client has been informed; only for the hand-over that it was informed about. */
export const noticeSentUpdate = (
  { sessionId, clientId, sid }: Pick<RpSession, 'sessionId' | 'clientId' | 'sid'>,
  notified: NonNullable<RpSession['notified']>,
): Update => ({
  table: 'RpSessions',
  key: { sessionId, clientId },
  update: { set: { notified } },
  condition: equals('sid', sid),
});

/** The attributes for the indexes that follow from the identity. */
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
 * Puts the row of a hand-over in place of the one that was `read` for this session and client, if there was one. Throws
 * ConcurrentChange if another exchange or an end came between: the caller reads again.
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

/** How many partitions the sweep reads in parallel: each holds an eighth of the hand-overs. */
export const rpSweepShards = 8;
/** `sid` is random: its first character has six evenly distributed bits. */
const sweepShardOf = (sid: string): string => String(sid.charCodeAt(0) % rpSweepShards);

/**
 * The earliest time (ISO) at which time may end a hand-over: its session becomes idle or ends, or a last day of its
 * access basis is over.
 */
export function nextCheckAt(
  session: { readonly lastSeenAt: number; readonly expiresAt: number },
  lastDay: string | undefined,
  { sessionIdleSeconds }: Pick<Policies, 'sessionIdleSeconds'>,
): string {
  const ends = [session.lastSeenAt + sessionIdleSeconds, session.expiresAt].map((at) => at * 1000);
  if (lastDay !== undefined) ends.push(midnightOf(followingDay(lastDay)).getTime());
  return new Date(Math.min(...ends)).toISOString();
}

/**
 * One page of a shard's hand-overs that time may have ended by now, the oldest first; for the sweep, never for a rule.
 */
export const rpSessionsDue = (db: Db, shard: number, now: Date, from?: Record<string, string>) =>
  db.query<RpSession>('RpSessions', {
    index: 'sweep',
    condition: all(equals('sweepShard', String(shard)), atMost('lookAt', now.toISOString())),
    limit: 100,
    from,
  });

/**
 * The hand-over was checked and is live: stores when to check it again. Refused if it has ended or was replaced
 * meanwhile.
 */
export const nextCheckUpdate = (
  { sessionId, clientId, sid }: Pick<RpSession, 'sessionId' | 'clientId' | 'sid'>,
  lookAt: string,
): Update => ({
  table: 'RpSessions',
  key: { sessionId, clientId },
  update: { set: { lookAt } },
  condition: all(equals('sid', sid), absent('ended')),
});

/**
 * Less is left than the client was told; the change of the row makes the stream inform the client. Refused if that is
 * stored already, or the hand-over has ended or was replaced.
 */
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
 * Inside the transaction of a refresh: the hand-over is live and has the name to which its refresh token belongs.
 * @param disclosed what the refresh tells the client; if it is more than before, it is stored (SSO-8)
 */
export function rpRefreshedUpdate(
  { sessionId, clientId, sid, jkt, granted }: RpSession,
  disclosed: Granted | undefined,
): RefusableUpdate | Check {
  const at = { table: 'RpSessions' as const, key: { sessionId, clientId } };
  const condition = all(
    equals('sid', sid),
    jkt === undefined ? absent('jkt') : equals('jkt', jkt),
    absent('ended'),
  );
  if (!granted || !disclosed || isWithin(disclosed, granted)) return { ...at, condition };
  return { ...at, update: { set: { granted: widest(granted, disclosed) } }, condition };
}
