import { overlap, type Period } from '#domain/agreements.ts';
import { shanghaiDay } from '#domain/days.ts';
import { type InTermSince, isOfTerm } from '../companies/taxpayers.ts';
import { ConcurrentChange } from '../dynamodb/concurrent-change.ts';
import { equals } from '../dynamodb/expressions.ts';
import type { Db, Key, Write } from '../dynamodb/tables.ts';
import { versionedUpdate } from '../dynamodb/versioned-update.ts';
import { type Agreement, agreementKey } from './agency-forms.ts';

export const findAgreement = (db: Db, agreementId: string) =>
  db.get<Agreement>('Agreements', agreementKey(agreementId));

/** New facts by attribute; undefined takes the attribute away. */
export type AgreementChanges = {
  readonly [K in Exclude<keyof Agreement, 'agreementId' | 'rev'>]?: Agreement[K] | undefined;
};
/** Changes an agreement as it was read (version 0: as there was none). ConcurrentChange where it changed since. */
export const agreementUpdate = (agreementId: string, version: number, changes: AgreementChanges): Write =>
  versionedUpdate('Agreements', agreementKey(agreementId), version, changes, () => new ConcurrentChange());

/** A page of the agreements of one side, by id. An index: for lists, never for a rule. */
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
 * The periods that an agency and a client have agreed or proposed, in one row a pair: two agreements that overlap meet
 * here, also when they are entered at the same moment (AGY-4). Outside of both indexes.
 */
export interface Pair {
  readonly rev: number;
  readonly taken: readonly Taken[];
}
interface Taken extends Period {
  readonly agreementId: string;
  /** ISO time at which it was written: what was agreed before a cancellation of the client takes no place (ENT-4). */
  readonly at?: string;
}
type Between = Pick<Agreement, 'agencyKey' | 'clientKey'>;
const pairKey = ({ agencyKey, clientKey }: Between): Key => ({
  agreementId: `pair#${agencyKey}#${clientKey}`,
});
export const findPair = (db: Db, between: Between) => db.get<Pair>('Agreements', pairKey(between));

/** Whether another agreement of the pair has a day of these, as far as it has not ended with the client's last term. */
export const isTaken = (
  pair: Pair | undefined,
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

/** The periods of one agreement from now on; what is over takes no place. ConcurrentChange where the pair changed since read. */
export const pairUpdate = (
  between: Between,
  pair: Pair | undefined,
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
