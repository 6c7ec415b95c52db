import { newHandle, ulid } from '#crypto/random.ts';
import { inTerm, isLive, refusalOf, stateOn, type Transition } from '#domain/companies/relations.ts';
import { Problem } from '#domain/problem.ts';
import { ConcurrentChange } from '../dynamodb/concurrent-change.ts';
import { absent, all, any, below, equals, exists, not, oneOf, sameAs } from '../dynamodb/expressions.ts';
import type { RefusablePut, RefusableUpdate, Write } from '../dynamodb/tables.ts';
import { requireSeenRevision } from '../dynamodb/versioned-update.ts';
import { asRead, lastsUntil } from './relation-checks.ts';
import { guardKey, historyPrefix, relationKey, relationKeyOf } from './relation-keys.ts';
import { listKeysOf, withListKeys } from './relation-lists.ts';
import type { Relation } from './relation-row.ts';

/** The given facts of a new authorization; all others are derived. */
export type NewRelation = Omit<
  Relation,
  | 'relation'
  | 'authorizationId'
  | 'rev'
  | 'createdAt'
  | 'updatedAt'
  | 'companySort'
  | 'personSort'
  | 'confirmerKey'
  | 'hiddenByPerson'
  | 'hiddenByCompany'
> & { readonly state: 'pending' | 'active' };

/**
 * Begins an authorization in place of `read` (the current row as it was read, if there is one), which must have ended.
 * `read` moves into history, so a person never has two current relations of one role in a company (REL-10). Throws
 * RELATION_EXISTS if the previous relation is live in the company's present term (ENT-4). The writes throw
 * ConcurrentChange if the row changed since it was read.
 */
export function beginRelationWrites(
  fresh: NewRelation,
  read: Relation | undefined,
  now: Date,
  day: string,
): { authorizationId: string; relation: Relation; writes: Write[] } {
  const previous = read && inTerm(read, fresh.companyTerm);
  if (previous && isLive(stateOn(previous, day))) throw new Problem('RELATION_EXISTS');
  const authorizationId = newHandle();
  const at = now.toISOString();
  const key = relationKey(fresh.personKey, fresh.companyKey, fresh.role);
  const relation = withListKeys({
    ...fresh,
    relation: key.relation ?? '',
    authorizationId,
    rev: 1,
    createdAt: at,
    updatedAt: at,
  });
  const changedMeanwhile = () => new ConcurrentChange();
  const guard: RefusablePut = {
    table: 'Relationships',
    put: { ...guardKey(authorizationId), holder: fresh.personKey, at: key.relation },
    condition: absent('personKey'),
  };
  if (!previous) {
    const row: Write = {
      table: 'Relationships',
      put: { ...relation },
      condition: absent('personKey'),
      onRefused: changedMeanwhile,
    };
    return { authorizationId, relation, writes: [row, guard] };
  }
  const ended = withListKeys({
    ...previous,
    state: stateOn(previous, day),
    relation: `${historyPrefix}${ulid(now)}`,
  });
  return {
    authorizationId,
    relation,
    writes: [
      {
        table: 'Relationships',
        put: { ...relation },
        condition: asRead(previous),
        onRefused: changedMeanwhile,
      },
      guard,
      {
        table: 'Relationships',
        put: { ...ended },
        condition: absent('personKey'),
      },
      {
        table: 'Relationships',
        key: guardKey(previous.authorizationId),
        update: { set: { at: ended.relation } },
      },
    ],
  };
}

/** What a transition may change in addition to the state. */
export type RelationChanges = Partial<Pick<Relation, 'permissions' | 'taxpayerName' | 'taxpayerState'>> & {
  /** Null removes the last day: unlimited. */
  readonly validUntil?: string | null;
};

/**
 * Changes the state of an authorization (REL-10). The write's condition holds the transition's allowed states,
 * direction and roles; if it is refused, the row that is there decides the answer.
 * @param seen the revision that the person was shown (REL-11): STATE_CONFLICT if the row has another one
 */
export function transitionUpdate(
  relation: Relation,
  transition: Transition,
  now: Date,
  day: string,
  changes: RelationChanges = {},
  seen?: string,
): RefusableUpdate {
  requireSeenRevision(relation, seen);
  const refused = refusalOf(transition, relation, day);
  if (refused) throw new Problem(refused);
  const { validUntil, ...others } = changes;
  // A change that does not move the row within the lists leaves the list keys alone: another write may be changing
  // them.
  const moves = transition.to !== relation.state || validUntil !== undefined;
  const { validUntil: lastDay, ...unlimited } = relation;
  const { companySort, personSort, confirmerKey } = listKeysOf({
    ...unlimited,
    ...others,
    state: transition.to,
    ...lastDayOf(validUntil === undefined ? lastDay : validUntil),
  });
  // The right to confirm ends with the relation or with the company's waiting; in between the company's copies decide
  // it.
  const confirmsNoMore =
    confirmerKey === undefined && (!isLive(transition.to) || others.taxpayerState !== undefined);
  const removed = [
    ...(validUntil === null ? ['validUntil'] : []),
    ...(confirmsNoMore ? ['confirmerKey'] : []),
  ];
  return {
    table: 'Relationships',
    key: relationKeyOf(relation),
    update: {
      set: {
        state: transition.to,
        updatedAt: now.toISOString(),
        ...others,
        ...lastDayOf(validUntil),
        ...(moves ? { companySort, personSort } : {}),
      },
      remove: removed,
      add: { rev: 1 },
    },
    condition: all(
      equals('authorizationId', relation.authorizationId),
      oneOf('state', transition.from),
      lastsUntil(day),
      transition.direction ? equals('direction', transition.direction) : undefined,
      transition.refusable ? equals('refusable', true) : undefined,
      seen === undefined ? undefined : equals('rev', relation.rev),
    ),
    onRefused: (old) => {
      const current = old as Relation | undefined;
      if (current?.authorizationId !== relation.authorizationId) return new Problem('STATE_CONFLICT');
      return new Problem(refusalOf(transition, current, day) ?? 'STATE_CONFLICT');
    },
  };
}

const lastDayOf = (validUntil: string | null | undefined): { validUntil?: string } =>
  typeof validUntil === 'string' ? { validUntil } : {};

/**
 * 清除记录 (CTR-3): hides an ended authorization from one side's history. Throws STATE_CONFLICT while it is live,
 * ConcurrentChange if it moved into history since it was read.
 */
export const hideUpdate = (relation: Relation, side: 'person' | 'company', day: string): RefusableUpdate => ({
  table: 'Relationships',
  key: relationKeyOf(relation),
  update: {
    set:
      side === 'person'
        ? { hiddenByPerson: true, personSort: listKeysOf({ ...relation, hiddenByPerson: true }).personSort }
        : {
            hiddenByCompany: true,
            companySort: listKeysOf({ ...relation, hiddenByCompany: true }).companySort,
          },
    add: { rev: 1 },
  },
  condition: all(
    equals('authorizationId', relation.authorizationId),
    any(
      not(oneOf('state', ['pending', 'active'])),
      below('validUntil', day),
      // A relation that ended with an earlier term of the company keeps the state that it had (ENT-4).
      all(exists('taxpayerTerm'), not(sameAs('taxpayerTerm', 'companyTerm'))),
    ),
  ),
  onRefused: (old) =>
    (old as Relation | undefined)?.authorizationId === relation.authorizationId
      ? new Problem('STATE_CONFLICT')
      : new ConcurrentChange(),
});
