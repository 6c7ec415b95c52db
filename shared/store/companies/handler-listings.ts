import { ConcurrentChange } from '../dynamodb/concurrent-change.ts';
import { absentOr, below, equals } from '../dynamodb/expressions.ts';
import type { Db, Key, RefusableCheck, RefusablePut } from '../dynamodb/tables.ts';

/**
 * What 金三 states about a tax handler (REL-4), stored apart from any authorization: a removal that arrives before its
 * appointment keeps its version, and authorizations are created and ended independently (ENT-3).
 */
export interface HandlerListing {
  readonly version: number;
  readonly listed: boolean;
}

const listingKey = (personKey: string, companyKey: string): Key => ({
  personKey,
  relation: `registry#${companyKey}#tax-handler`,
});

export const findListing = (db: Db, personKey: string, companyKey: string) =>
  db.get<HandlerListing>('Relationships', listingKey(personKey, companyKey));

/** Never overwrites a newer version; throws ConcurrentChange if another version came first. */
export const listingPut = (
  personKey: string,
  companyKey: string,
  { version, listed }: HandlerListing,
): RefusablePut => ({
  table: 'Relationships',
  put: { ...listingKey(personKey, companyKey), version, listed },
  condition: absentOr('version', below('version', version)),
  onRefused: () => new ConcurrentChange(),
});

/** For a transaction that was decided from it: the listing is as it was read. */
export const listingCheck = (
  personKey: string,
  companyKey: string,
  { version }: HandlerListing,
): RefusableCheck => ({
  table: 'Relationships',
  key: listingKey(personKey, companyKey),
  condition: equals('version', version),
  onRefused: () => new ConcurrentChange(),
});
