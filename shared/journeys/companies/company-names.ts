import type { Relation } from '#store/companies/relations.ts';
import { isPersonal, type StoredNumber } from '#store/companies/taxpayers.ts';

/**
 * The name of a company for a person who has no part in it yet (REL-11). If the company's number is a person's, only
 * the first character of the name is shown, because it is often that person's name (DOC-4).
 */
export const nameToOutsiders = (company: StoredNumber, name: string): string =>
  isPersonal(company) ? `${[...name][0] ?? ''}***` : name;

/**
 * The company's name as the person of a relation sees it. An application of their own that nobody has accepted shows no
 * more than the preview before it did, also after its end: otherwise a person with a list of numbers could apply, read
 * the names and withdraw.
 */
export const nameToHolder = (relation: Relation): string =>
  relation.source === 'person' && relation.state !== 'active' && relation.state !== 'deleted'
    ? nameToOutsiders(relation, relation.taxpayerName)
    : relation.taxpayerName;
