import type { Sealed } from '#crypto/sealed.ts';
import type { Permission, RelationFacts, RelationState } from '#domain/relations.ts';
import type { CompanyState, CompanySubject } from '#domain/taxpayers.ts';
import type { KeptNumber } from './taxpayers.ts';

/** The keys of a row in the indexes. The keys follow from the row: whoever changes what a key stands for writes the key too. */
export interface ListKeys {
  /** In `byCompany`, the company's three lists: a live row by term, last day, role. */
  readonly companySort: string;
  /** In `byPerson`, the person's three lists: a live row by last day, company. */
  readonly personSort: string;
  /** In `confirming`: the person, where the relation may let them confirm a waiting company (ENT-1, ENT-2). */
  readonly confirmerKey?: string;
}

/**
 * Person–company relations (REL). One current row per person, company and role; an authorisation that a newer one
 * replaced lies beside it as history. A guard finds either by the random authorizationId.
 */
export interface Relation extends RelationFacts, KeptNumber, ListKeys {
  readonly personKey: string;
  /** Sort key: company and role of the current row, `history#…` of a replaced one. */
  readonly relation: string;
  readonly companyKey: string;
  readonly authorizationId: string;
  /** Grows with every change of this authorisation. */
  readonly rev: number;
  readonly state: RelationState;
  readonly permissions: readonly Permission[];
  /** Who entered it. */
  readonly source: 'registry' | 'company' | 'person' | 'hall' | 'legacy';
  /** ISO 8601 */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** The person's name, sealed as in Users, for the company's list. */
  readonly sealedName: Sealed;
  /** Copies for lists; Taxpayers is what rules look at. */
  readonly taxpayerName: string;
  readonly taxpayerState: CompanyState;
  readonly taxpayerSubjects?: readonly CompanySubject[];
  readonly taxpayerTerm?: number | undefined;
  /** The company's `rev` of which the copies are: a newer one is never overwritten by an older one. */
  readonly taxpayerRev?: number;
  /** 清除记录 hides an ended authorisation from one side (CTR-3). */
  readonly hiddenByPerson?: boolean;
  readonly hiddenByCompany?: boolean;
}
