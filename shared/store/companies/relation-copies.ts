import type { Sealed } from '#crypto/sealed.ts';
import { absentOr, all, atMost, equals } from '../dynamodb/expressions.ts';
import type { Update } from '../dynamodb/tables.ts';
import { asRead } from './relation-checks.ts';
import { relationKeyOf } from './relation-keys.ts';
import { listKeysOf } from './relation-lists.ts';
import type { Relation } from './relation-row.ts';
import { type KnownTaxpayer, type StoredNumber, storedNumberOf } from './taxpayers.ts';

/** What a relation shows of its company. */
export const copiesOf = (company: KnownTaxpayer): CompanyCopies => ({
  taxpayerName: company.name,
  taxpayerState: company.state,
  taxpayerSubjects: company.subjects,
  taxpayerRev: company.rev,
  ...(company.term === undefined ? {} : { taxpayerTerm: company.term }),
  ...storedNumberOf(company),
});

/** What a new relation stores about its company: which company, in which term, and the copies. */
export const newRelationCopies = (company: KnownTaxpayer) => ({
  companyKey: company.companyKey,
  companyTerm: company.term,
  ...copiesOf(company),
});

/** Updates the copy of the person's name in a relation (DOC-5). Harmless to repeat. */
export const nameUpdate = (
  relation: Pick<Relation, 'personKey' | 'relation' | 'authorizationId'>,
  sealedName: Sealed,
): Update => ({
  table: 'Relationships',
  key: relationKeyOf(relation),
  update: { set: { sealedName } },
  condition: equals('authorizationId', relation.authorizationId),
});

/** What a relation copies from its company; rules read the company itself. */
export type CompanyCopies = Pick<
  Relation,
  'taxpayerName' | 'taxpayerState' | 'taxpayerSubjects' | 'taxpayerTerm'
> &
  StoredNumber & { readonly taxpayerRev: number };

/** Whether a row already has these copies. A number counts as equal however it was sealed. */
export const hasSameCopies = (row: Relation, copies: CompanyCopies): boolean =>
  row.taxpayerName === copies.taxpayerName &&
  row.taxpayerId === copies.taxpayerId &&
  (row.sealedId === undefined) === (copies.sealedId === undefined) &&
  row.taxpayerState === copies.taxpayerState &&
  row.taxpayerSubjects?.join() === copies.taxpayerSubjects?.join() &&
  (row.taxpayerTerm ?? 0) === (copies.taxpayerTerm ?? 0);

/** Whether a row needs no update: it has these copies, or newer ones. */
export const needsNoCopies = (row: Relation, copies: CompanyCopies): boolean => {
  const { taxpayerRev = -1 } = row;
  return (
    taxpayerRev > copies.taxpayerRev || (taxpayerRev === copies.taxpayerRev && hasSameCopies(row, copies))
  );
};

/**
 * Updates the copies of a company's name, number and state in a relation, and with them its place in the person's
 * lists. The update changes the row only as it was read, and never replaces newer copies; if the row has changed, the
 * caller decides again. Harmless to repeat.
 */
export function copiesUpdate(relation: Relation, copies: CompanyCopies): Update {
  const { personSort, confirmerKey } = listKeysOf({ ...relation, ...copies });
  return {
    table: 'Relationships',
    key: relationKeyOf(relation),
    update: {
      set: {
        taxpayerName: copies.taxpayerName,
        taxpayerState: copies.taxpayerState,
        taxpayerSubjects: copies.taxpayerSubjects,
        taxpayerTerm: copies.taxpayerTerm,
        taxpayerRev: copies.taxpayerRev,
        // In clear or sealed, never both (DOC-4).
        ...(copies.sealedId === undefined
          ? { taxpayerId: copies.taxpayerId }
          : { sealedId: copies.sealedId }),
        personSort,
        confirmerKey,
      },
      remove: [
        copies.sealedId === undefined ? 'sealedId' : 'taxpayerId',
        ...(confirmerKey === undefined ? ['confirmerKey'] : []),
      ],
    },
    condition: all(asRead(relation), absentOr('taxpayerRev', atMost('taxpayerRev', copies.taxpayerRev))),
  };
}
