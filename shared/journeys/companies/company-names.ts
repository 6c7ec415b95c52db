import type { Relation } from '#store/companies/relations.ts';
import { isPersonal, type KeptNumber } from '#store/companies/taxpayers.ts';

/**
 * The name of a company for somebody who has no part in it yet (REL-11). Where its number is a person's, the name tells hardly
 * more than that it is there: it is often that person's (DOC-4).
 */
export const nameToOutsiders = (company: KeptNumber, name: string): string =>
  isPersonal(company) ? `${[...name][0] ?? ''}***` : name;

/**
 * The name as the person of a relation is shown it. An own application that nobody has accepted tells no more than the
 * preview before it did, also once it is over: else whoever has numbers applies, reads and withdraws.
 */
export const nameToHolder = (relation: Relation): string =>
  relation.source === 'person' && relation.state !== 'active' && relation.state !== 'deleted'
    ? nameToOutsiders(relation, relation.taxpayerName)
    : relation.taxpayerName;
