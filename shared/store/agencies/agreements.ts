import { overlap, type Period } from '#domain/agencies/agreements.ts';
import { shanghaiDay } from '#domain/days.ts';
import { type InTermSince, isOfTerm } from '../companies/taxpayers.ts';
import { ConcurrentChange } from '../dynamodb/concurrent-change.ts';
import { equals } from '../dynamodb/expressions.ts';
import type { Db, Key, Write } from '../dynamodb/tables.ts';
import { versionedUpdate } from '../dynamodb/versioned-update.ts';
import { type Agreement, agreementKey } from './agency-forms.ts';

export const findAgreement = (db: Db, agreementId: string) =>
  db.get<Agreement>('Agreements', agreementKey(agreementId));

/** New values by attribute; undefined removes the attribute. */
export type AgreementChanges = {
  readonly [K in Exclude<keyof Agreement, 'agreementId' | 'rev'>]?: Agreement[K] | undefined;
};
/** Changes an agreement as it was read (version 0: it did not exist). Throws ConcurrentChange if it changed since. */
export const agreementUpdate = (agreementId: string, version: number, changes: AgreementChanges): Write =>
  versionedUpdate('Agreements', agreementKey(agreementId), version, changes, () => new ConcurrentChange());

/** One page of a side's agreements, by id. Reads an index: for lists, never for a rule. */
export const agreementsOf = (
  db: Db,
  side: { readonly agencyKey: string } | { readonly clientKey: string },
  page: { from?: Key | undefined; limit: number },
) => {
  const [attribute = '', value] = Object.entries(side)[0] ?? [];
  return db.query<Agreement>('Agreements', {
    index: attribute === 'agencyKey' ? 'byAgency' : 'byClient',
    condition: equals(attribute, value),
    limit: page.limit,
    from: page.from,
  });
};

/**
 * The periods that one agency and one client have agreed or proposed, all in one row, so that two agreements that
 * overlap meet here, even if they are entered at the same moment (AGY-4). The row is in neither index.
 */
export interface AgreedPeriods {
  readonly rev: number;
  readonly taken: readonly Taken[];
}
interface Taken extends Period {
  readonly agreementId: string;
  /**
   * ISO time at which the period was written: agreements from before a cancellation of the client do not count (ENT-4).
   */
  readonly at?: string;
}
type AgreementPair = Pick<Agreement, 'agencyKey' | 'clientKey'>;
const pairKey = ({ agencyKey, clientKey }: AgreementPair): Key => ({
  agreementId: `pair#${agencyKey}#${clientKey}`,
});
export const findAgreedPeriods = (db: Db, between: AgreementPair) =>
  db.get<AgreedPeriods>('Agreements', pairKey(between));

/** Whether another agreement of the pair covers one of these days, unless it ended with the client's last term. */
export const overlapsAgreed = (
  pair: AgreedPeriods | undefined,
  agreementId: string,
  periods: readonly Period[],
  client: InTermSince | undefined,
): boolean =>
  (pair?.taken ?? []).some(
    ({ at = '1970-01-01', ...taken }) =>
      taken.agreementId !== agreementId &&
      isOfTerm(Date.parse(at), client ?? {}) &&
      periods.some((period) => overlap(period, taken)),
  );

/**
 * Records the periods of one agreement; past periods are dropped. Throws ConcurrentChange if the pair changed since it
 * was read.
 */
export const agreedPeriodsUpdate = (
  between: AgreementPair,
  pair: AgreedPeriods | undefined,
  agreementId: string,
  periods: readonly Period[],
  now: Date,
): Write =>
  versionedUpdate(
    'Agreements',
    pairKey(between),
    pair?.rev ?? 0,
    {
      taken: [
        ...(pair?.taken ?? []).filter((one) => one.agreementId !== agreementId),
        ...periods.map(({ from, until }) => ({ agreementId, from, until, at: now.toISOString() })),
      ].filter(({ until }) => until >= shanghaiDay(now)),
    },
    () => new ConcurrentChange(),
  );
