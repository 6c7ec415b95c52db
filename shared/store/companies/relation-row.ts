import type { Sealed } from '#crypto/sealed.ts';
import type { Permission, RelationFacts, RelationState } from '#domain/companies/relations.ts';
import type { CompanyState, CompanySubject } from '#domain/companies/taxpayers.ts';
import type { StoredNumber } from './taxpayers.ts';

/**
 * The row's keys in the indexes. The index keys follow from the row: a write that changes such a fact must write the
 * key too.
 */
export interface ListKeys {
  /** In `byCompany`, the company's three lists: a live row by term, last day, role. */
  readonly companySort: string;
  /** In `byPerson`, the person's three lists: a live row by last day, company. */
  readonly personSort: string;
  /** In `confirming`: the person, where the relation may let them confirm a waiting company (ENT-1, ENT-2). */
  readonly confirmerKey?: string;
}

/**
 * Person–company relations (REL). There is one current row per person, company and role; authorizations that newer ones
 * replaced are stored beside it as history. A guard row finds either by the random authorizationId.
 */
export interface Relation extends RelationFacts, StoredNumber, ListKeys {
  readonly personKey: string;
  /** Sort key: company and role of the current row, `history#…` of a replaced one. */
  readonly relation: string;
  readonly companyKey: string;
  readonly authorizationId: string;
  /** Grows with every change of this authorization. */
  readonly rev: number;
  readonly state: RelationState;
  readonly permissions: readonly Permission[];
  /** Where the relation came from. */
  readonly source: 'registry' | 'company' | 'person' | 'hall' | 'legacy';
  /** ISO 8601 */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** The person's name, sealed as in Users, for the company's list. */
  readonly sealedName: Sealed;
  /** Copies for lists; rules read Taxpayers. */
  readonly taxpayerName: string;
  readonly taxpayerState: CompanyState;
  readonly taxpayerSubjects?: readonly CompanySubject[];
  readonly taxpayerTerm?: number | undefined;
  /** The company's `rev` from which the copies were taken: newer copies are never overwritten by older ones. */
  readonly taxpayerRev?: number;
  /** 清除记录 hides an ended authorization from one side (CTR-3). */
  readonly hiddenByPerson?: boolean;
  readonly hiddenByCompany?: boolean;
}
