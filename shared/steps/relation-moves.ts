import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { isLive, type Transition } from '#domain/relations.ts';
import type { House } from '#http/house.ts';
import type { AuditEvent } from '#store/audit.ts';
import type { Write } from '#store/db.ts';
import {
  findAuthorization,
  hideWrite,
  type Relation,
  type RelationChanges,
  shownStateOf,
  transitionWrite,
} from '#store/relations.ts';
import { decidedAnew, Stale } from '#store/users.ts';
import { type RelationOrigin, relationAudits } from './relation-facts.ts';

/** An authorisation by its handle. To everybody but its two sides there is no such thing: NOT_FOUND. */
export async function authorizationOf(
  h: Pick<House, 'db'>,
  authorizationId: string,
  side: Partial<Pick<Relation, 'personKey' | 'companyKey'>>,
): Promise<Relation> {
  const found = await findAuthorization(h.db, authorizationId);
  const theirs =
    found &&
    (side.personKey === undefined || found.personKey === side.personKey) &&
    (side.companyKey === undefined || found.companyKey === side.companyKey);
  if (!theirs) throw new Problem('NOT_FOUND');
  return found;
}

/** The writes that move an authorisation and tell both sides of it (REL-10). Throws what refuses the transition. */
export const moveWrites = (
  h: House,
  relation: Relation,
  transition: Transition,
  origin: RelationOrigin,
  changes: RelationChanges = {},
  detail: AuditEvent['detail'] = {},
  seen?: string,
): Write[] => [
  transitionWrite(relation, transition, origin.at, shanghaiDay(origin.at), changes, seen),
  ...relationAudits(h, relation, transition.to, origin, detail),
];

/**
 * The same for whoever decided it from the state of the row instead of being asked for it (the feed, the counter): a
 * change in between is no conflict to tell of, but to be looked at anew. Stale.
 */
export const redecidedMoveWrites = (...move: Parameters<typeof moveWrites>): Write[] =>
  moveWrites(...move).map((write, index) =>
    index === 0 ? { ...write, otherwise: () => new Stale() } : write,
  );

/**
 * 清除记录 (CTR-3) for one side: the record stays, the other side sees it as before. STATE_CONFLICT while it lives.
 * @param find reads the authorisation anew: it may have moved into history meanwhile
 */
export const hideFrom = (
  h: House,
  side: 'person' | 'company',
  now: Date,
  find: () => Promise<Relation>,
  checks: readonly Write[] = [],
): Promise<Relation> =>
  decidedAnew(async () => {
    const relation = await find();
    const day = shanghaiDay(now);
    // Also keeps the own active relation of whoever acts out of a transaction that checks it already.
    if (isLive(shownStateOf(relation, day))) throw new Problem('STATE_CONFLICT');
    await h.db.transact([...checks, hideWrite(relation, side, day)]);
    return relation;
  });
