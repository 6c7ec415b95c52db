import type { TaxpayerAsked } from '#domain/authorization-details.ts';
import type { RpEndReason } from '#domain/relying-parties.ts';
import { ConcurrentChange } from '../dynamodb/concurrent-change.ts';
import { absent, all, equals } from '../dynamodb/expressions.ts';
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
  /** SHA-256 of the refresh token's secret; of clients that get one. */
  readonly refreshHash?: string;
  readonly startedAt: number;
  /** The session's end. */
  readonly expiresAt: number;
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
  put: { ...next, ttl: next.expiresAt + keptAfter } satisfies Item,
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
  update: { set: { ended } },
  condition: all(equals('sid', sid), absent('ended')),
  onRefused: () => new ConcurrentChange(),
});

/** Inside the transaction of a refresh: the hand-over lives under its name, and its refresh token is the one presented. */
export const rpLiveCheck = ({
  sessionId,
  clientId,
  sid,
  refreshHash,
}: Pick<RpSession, 'sessionId' | 'clientId' | 'sid' | 'refreshHash'>): Check => ({
  table: 'RpSessions',
  key: { sessionId, clientId },
  condition: all(equals('sid', sid), equals('refreshHash', refreshHash), absent('ended')),
});
