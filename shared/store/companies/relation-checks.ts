import { Problem } from '#domain/problem.ts';
import { ConcurrentChange } from '../dynamodb/concurrent-change.ts';
import { absent, absentOr, all, atLeast, type Condition, equals } from '../dynamodb/expressions.ts';
import type { Check, RefusableCheck } from '../dynamodb/tables.ts';
import { relationKey } from './relation-keys.ts';
import type { Relation } from './relation-row.ts';

/** The row is the one that was read. */
export const asRead = ({
  authorizationId,
  rev: version,
}: Pick<Relation, 'authorizationId' | 'rev'>): Condition =>
  all(equals('authorizationId', authorizationId), equals('rev', version));

/** REL-8: the last day is not over; a row without a last day never ends by time. */
export const lastsUntil = (day: string): Condition => absentOr('validUntil', atLeast('validUntil', day));

/**
 * For a transaction that relies on it: this relation is active on this day (REL-8), and it is still the same
 * authorization (`authorizationId`). RELATION_NOT_FOUND otherwise.
 */
export const activeRelationCheck = (
  relation: Pick<Relation, 'personKey' | 'companyKey' | 'role'> & { readonly authorizationId?: string },
  day: string,
): RefusableCheck => ({
  table: 'Relationships',
  key: relationKey(relation.personKey, relation.companyKey, relation.role),
  condition: all(
    equals('state', 'active'),
    lastsUntil(day),
    relation.authorizationId ? equals('authorizationId', relation.authorizationId) : undefined,
  ),
  onRefused: () => new Problem('RELATION_NOT_FOUND'),
});

/** For a transaction that relies on the relation as it was read: it is unchanged, and its last day is not over. */
export const relationSeenCheck = (
  of: Pick<Relation, 'personKey' | 'companyKey' | 'role'>,
  seen: Pick<Relation, 'authorizationId' | 'rev'>,
  day: string,
): Check => ({
  table: 'Relationships',
  key: relationKey(of.personKey, of.companyKey, of.role),
  condition: all(asRead(seen), lastsUntil(day)),
});

/**
 * For a transaction that was decided from it: the current row is as it was read, or there is still none.
 * ConcurrentChange otherwise.
 */
export const relationUnchangedCheck = (
  of: Pick<Relation, 'personKey' | 'companyKey' | 'role'>,
  read: Relation | undefined,
): RefusableCheck => ({
  table: 'Relationships',
  key: relationKey(of.personKey, of.companyKey, of.role),
  condition: read ? asRead(read) : absent('personKey'),
  onRefused: () => new ConcurrentChange(),
});
