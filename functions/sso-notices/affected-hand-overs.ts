import { isDeepStrictEqual } from 'node:util';
import type { Change } from '#store/dynamodb/changes.ts';
import type { Db } from '#store/dynamodb/tables.ts';
import {
  type RpSession,
  rpSessionsForAgency,
  rpSessionsForCompany,
  rpSessionsOf,
  rpSessionsOfPerson,
} from '#store/sessions/rp-sessions.ts';

/** The key attributes of the rows on which hand-overs depend. */
interface Keys {
  readonly sessionId?: string;
  readonly personKey?: string;
  readonly companyKey?: string;
  readonly agencyKey?: string;
  readonly clientKey?: string;
}

/**
 * The hand-overs that a change may have ended: all of them, and perhaps some more, each of which costs one check. By a
 * session they are found strongly consistently; by person and company through an index that may be a moment late: a
 * hand-over younger than that is judged when its own row's change arrives.
 */
export async function affectedHandOvers(db: Db, table: string, change: Change): Promise<RpSession[]> {
  const row = (change.fresh ?? change.old ?? {}) as Keys;
  switch (table) {
    case 'Sessions':
      return live(row.sessionId ? await rpSessionsOf(db, row.sessionId) : []);
    case 'RpSessions':
      return begun(change as Change<Partial<RpSession>>);
    case 'Relationships':
      return live(row.personKey ? await rpSessionsOfPerson(db, row.personKey) : []);
    case 'CrossRegionReports':
      return live(row.companyKey ? await rpSessionsForCompany(db, row.companyKey) : []);
    case 'Agreements':
      return live(row.agencyKey ? await rpSessionsForAgency(db, row.agencyKey) : []);
    case 'Agencies':
      return both(db, row.agencyKey);
    case 'Taxpayers':
      return both(db, row.companyKey);
    default:
      throw new Error(`No hand-over depends on the table ${table}`);
  }
}

/** Everybody who acts as a company, and an agency's agents at its clients. */
async function both(db: Db, key: string | undefined): Promise<RpSession[]> {
  if (key === undefined) return [];
  const found = await Promise.all([rpSessionsForCompany(db, key), rpSessionsForAgency(db, key)]);
  return live(found.flat());
}

const live = (found: readonly RpSession[]): RpSession[] => found.filter(({ ended }) => !ended);

/** A hand-over that began, in an empty place or in place of another one, or that was told more. */
function begun({ old, fresh }: Change<Partial<RpSession>>): RpSession[] {
  if (!fresh || (fresh.sid === old?.sid && isDeepStrictEqual(fresh.granted, old?.granted))) return [];
  return live([fresh as RpSession]);
}
