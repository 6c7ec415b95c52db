import { inTerm, isActiveOn, roleOrder, type ShownState, shownStateOn } from '#domain/companies/relations.ts';
import type { Role } from '#domain/names.ts';
import { batchGetAll } from '../dynamodb/batch-reads.ts';
import { all, between, equals, startsWith } from '../dynamodb/expressions.ts';
import type { Db, ItemRef, Key } from '../dynamodb/tables.ts';
import { guardKey, historyPrefix, relationKey } from './relation-keys.ts';
import type { Relation } from './relation-row.ts';
import type { KnownTaxpayer } from './taxpayers.ts';

export type { Relation } from './relation-row.ts';

export const findRelation = (db: Db, personKey: string, companyKey: string, role: Role) =>
  db.get<Relation>('Relationships', relationKey(personKey, companyKey, role));

/**
 * Which of these people have one of these roles in a company on this day, in the company's present term (ENT-4). Reads
 * up to a hundred items per call, in parallel, the company's row among them.
 */
export async function activePeople(
  db: Db,
  companyKey: string,
  personKeys: readonly string[],
  heldRoles: readonly Role[],
  day: string,
): Promise<Set<string>> {
  const keys: ItemRef[] = [
    { table: 'Taxpayers', key: { companyKey } },
    ...personKeys.flatMap((person) =>
      heldRoles.map((role) => ({
        table: 'Relationships' as const,
        key: relationKey(person, companyKey, role),
      })),
    ),
  ];
  const [first, ...rows] = await batchGetAll(db, keys);
  const company = first as Pick<KnownTaxpayer, 'term'> | undefined;
  const found = rows as (Relation | undefined)[];
  return new Set(
    found.flatMap((row) => (row && isActiveOn(inTerm(row, company?.term), day) ? [row.personKey] : [])),
  );
}

/** The current rows of one person in one company, whatever their state, in the order of roles; strongly consistent. */
export async function relationsIn(db: Db, personKey: string, companyKey: string): Promise<Relation[]> {
  const { items } = await db.query<Relation>('Relationships', {
    condition: all(equals('personKey', personKey), startsWith('relation', `${companyKey}#`)),
    consistent: true,
  });
  return items.sort((a, b) => roleOrder(a.role) - roleOrder(b.role));
}

/** A page of a person's current rows, by company; with `history` the replaced ones too. Strongly consistent. */
export const relationsOf = (
  db: Db,
  personKey: string,
  page: { from?: Key | undefined; limit?: number; history?: boolean } = {},
) =>
  db.query<Relation>('Relationships', {
    condition: all(
      equals('personKey', personKey),
      between('relation', 'c', page.history ? `${historyPrefix}~` : 'c~'),
    ),
    consistent: true,
    ...(page.limit ? { limit: page.limit } : {}),
    from: page.from,
  });

interface Guard {
  readonly holder: string;
  readonly at: string;
}

/** Finds an authorization by its handle, whether current or replaced, with two reads. Undefined if there is none. */
export async function findAuthorization(db: Db, authorizationId: string): Promise<Relation | undefined> {
  const guard = await db.get<Guard>('Relationships', guardKey(authorizationId));
  if (!guard) return undefined;
  const found = await db.get<Relation>('Relationships', { personKey: guard.holder, relation: guard.at });
  if (found?.authorizationId === authorizationId) return found;
  // It was replaced between the two reads: the guard now tells where it is.
  const moved = await db.get<Guard>('Relationships', guardKey(authorizationId));
  const again =
    moved && (await db.get<Relation>('Relationships', { personKey: moved.holder, relation: moved.at }));
  return again?.authorizationId === authorizationId ? again : undefined;
}

/** The state that a list shows, judged by the row's own copies of the company (ENT-4): no list reads every company. */
export const shownStateOf = (relation: Relation, day: string): ShownState =>
  shownStateOn(
    relation,
    { cancelled: relation.taxpayerState === 'cancelled', term: relation.taxpayerTerm },
    day,
  );
