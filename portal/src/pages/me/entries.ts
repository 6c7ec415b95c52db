import type { Identity } from '#contract/schemas.ts';
import { isManagingRole } from '#domain/companies/relations.ts';

const personEntries = [
  'profile',
  'phones',
  'password',
  'level',
  'deregister',
  'sessions',
  'systems',
  'activity',
] as const;
export type Entry =
  | (typeof personEntries)[number]
  | 'authorizations'
  | 'company'
  | 'staff'
  | 'agreements'
  | 'agency'
  | 'switch'
  | 'clients';
export interface Group {
  readonly name: 'person' | 'companies' | 'company' | 'identity';
  readonly entries: readonly Entry[];
}

/** CTR-1: the menu of an identity. The API decides; the menu only avoids refusals. */
export function menuOf(identity: Identity, isAgency: boolean): readonly Group[] {
  const groups: Group[] = [
    { name: 'person', entries: personEntries },
    { name: 'companies', entries: identity.kind === 'natural' ? ['authorizations'] : [] },
    { name: 'company', entries: companyEntries(identity, isAgency) },
    { name: 'identity', entries: identity.kind === 'agency' ? ['clients', 'switch'] : ['switch'] },
  ];
  return groups.filter(({ entries }) => entries.length > 0);
}

function companyEntries(identity: Identity, isAgency: boolean): Entry[] {
  if (identity.kind !== 'enterprise') return [];
  return [
    'company',
    ...(isManagingRole(identity.role) ? (['staff', 'agreements'] as const) : []),
    ...(isAgency && identity.role !== 'invoice-clerk' ? (['agency'] as const) : []),
  ];
}

/** 长辈版: the entries that most people use, in the same order and groups. */
const commonEntries: readonly Entry[] = [
  'phones',
  'password',
  'activity',
  'authorizations',
  'staff',
  'switch',
  'clients',
];
export const commonOnly = (groups: readonly Group[]): readonly Group[] =>
  groups
    .map(({ name, entries }) => ({ name, entries: entries.filter((entry) => commonEntries.includes(entry)) }))
    .filter(({ entries }) => entries.length > 0);
