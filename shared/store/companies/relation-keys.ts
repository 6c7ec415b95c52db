import type { Role } from '#domain/names.ts';
import type { Key } from '../dynamodb/tables.ts';
import type { Relation } from './relation-row.ts';

export const historyPrefix = 'history#';

export const guardKey = (authorizationId: string): Key => ({
  personKey: `authorization#${authorizationId}`,
  relation: 'guard',
});

/** Sort key of the current row. Company keys begin with `c`, which keeps all current rows of a person together. */
export const relationSortOf = (companyKey: string, role: Role): string => `${companyKey}#${role}`;

export const relationKey = (personKey: string, companyKey: string, role: Role): Key => ({
  personKey,
  relation: relationSortOf(companyKey, role),
});

/** The key of a row, current or replaced. */
export const relationKeyOf = ({ personKey, relation }: Pick<Relation, 'personKey' | 'relation'>): Key => ({
  personKey,
  relation,
});
