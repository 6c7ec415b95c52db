import { isLive, type Transition } from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { AuditEvent } from '#store/audit/audit-events.ts';
import { hideUpdate, type RelationChanges, transitionUpdate } from '#store/companies/relation-changes.ts';
import { findAuthorization, type Relation, shownStateOf } from '#store/companies/relations.ts';
import { ConcurrentChange, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import type { ChangeOrigin } from '../change-origin.ts';
import { relationAudits } from './relation-audits.ts';

/** An authorization by its handle. For everybody except its two sides it does not exist: NOT_FOUND. */
export async function authorizationOf(
  ctx: Pick<FlowContext, 'db'>,
  authorizationId: string,
  side: Partial<Pick<Relation, 'personKey' | 'companyKey'>>,
): Promise<Relation> {
  const found = await findAuthorization(ctx.db, authorizationId);
  const theirs =
    found &&
    (side.personKey === undefined || found.personKey === side.personKey) &&
    (side.companyKey === undefined || found.companyKey === side.companyKey);
  if (!theirs) throw new Problem('NOT_FOUND');
  return found;
}

/**
 * The writes that change the state of an authorization and record it for both sides (REL-10). Throws the refusal if the
 * transition is not legal.
 */
export const transitionWrites = (
  ctx: FlowContext,
  relation: Relation,
  transition: Transition,
  origin: ChangeOrigin,
  changes: RelationChanges = {},
  detail: AuditEvent['detail'] = {},
  seen?: string,
): Write[] => [
  transitionUpdate(relation, transition, origin.at, shanghaiDay(origin.at), changes, seen),
  ...relationAudits(ctx, relation, transition.to, origin, detail),
];

/**
 * A transition that the feed or the counter chose after looking at the row. If the row changed in between, the refusal
 * is ConcurrentChange instead of a conflict for the caller: read again and choose again.
 */
export const retriedTransitionWrites = (...move: Parameters<typeof transitionWrites>): Write[] =>
  transitionWrites(...move).map((write, index) =>
    index === 0 ? { ...write, onRefused: () => new ConcurrentChange() } : write,
  );

/**
 * 清除记录 (CTR-3) for one side: the record stays, and the other side still sees it. Throws STATE_CONFLICT while the
 * authorization is live.
 * @param find reads the authorization again: it may have moved into history meanwhile
 */
export const hideAuthorization = (
  ctx: FlowContext,
  side: 'person' | 'company',
  now: Date,
  find: () => Promise<Relation>,
  checks: readonly Write[] = [],
): Promise<Relation> =>
  retryOnConcurrentChange(async () => {
    const relation = await find();
    const day = shanghaiDay(now);
    // This also keeps the caller's own active relation out of a transaction that checks the same row already.
    if (isLive(shownStateOf(relation, day))) throw new Problem('STATE_CONFLICT');
    await ctx.db.transact([...checks, hideUpdate(relation, side, day)]);
    return relation;
  });
