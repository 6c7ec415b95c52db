import { handle, ulid } from '#crypto/random.ts';
import type { Sealed } from '#crypto/sealed.ts';
import type { Role } from '#domain/names.ts';
import { Problem } from '#domain/problem.ts';
import {
  inTerm,
  isActiveOn,
  isLive,
  refusalOf,
  roleOrder,
  type ShownState,
  shownStateOn,
  stateOn,
  type Transition,
} from '#domain/relations.ts';
import { ConcurrentChange } from '../dynamodb/concurrent-change.ts';
import {
  absent,
  absentOr,
  all,
  any,
  atLeast,
  atMost,
  below,
  between,
  type Condition,
  equals,
  exists,
  not,
  oneOf,
  sameAs,
  startsWith,
} from '../dynamodb/expressions.ts';
import type {
  Check,
  Db,
  Key,
  RefusableCheck,
  RefusablePut,
  RefusableUpdate,
  Update,
  Write,
} from '../dynamodb/tables.ts';
import { requireSeenRevision } from '../dynamodb/versioned-update.ts';
import { listed, listKeysOf } from './relation-lists.ts';
import type { Relation } from './relation-row.ts';
import { type KeptNumber, type KnownTaxpayer, keptNumberOf } from './taxpayers.ts';

export type { Relation } from './relation-row.ts';

const historyPrefix = 'history#';
const guardKey = (authorizationId: string): Key => ({
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
export const findRelation = (db: Db, personKey: string, companyKey: string, role: Role) =>
  db.get<Relation>('Relationships', relationKey(personKey, companyKey, role));

/**
 * Which of these people have one of these roles in a company on this day, in its present term (ENT-4); reads of a hundred
 * side by side, the company's row among them.
 */
export async function activePeople(
  db: Db,
  companyKey: string,
  personKeys: readonly string[],
  heldRoles: readonly Role[],
  day: string,
): Promise<Set<string>> {
  const keys: Parameters<Db['batchGet']>[0][number][] = [
    { table: 'Taxpayers', key: { companyKey } },
    ...personKeys.flatMap((person) =>
      heldRoles.map((role) => ({
        table: 'Relationships' as const,
        key: relationKey(person, companyKey, role),
      })),
    ),
  ];
  const pages = Array.from({ length: Math.ceil(keys.length / 100) }, (_, page) =>
    db.batchGet(keys.slice(page * 100, page * 100 + 100)),
  );
  const [company, ...found] = (await Promise.all(pages)).flat() as unknown as [
    Pick<KnownTaxpayer, 'term'> | undefined,
    ...(Relation | undefined)[],
  ];
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
/** Finds an authorisation by its handle, current or replaced; two reads. Undefined where there is none. */
export async function findAuthorization(db: Db, authorizationId: string): Promise<Relation | undefined> {
  const guard = await db.get<Guard>('Relationships', guardKey(authorizationId));
  if (!guard) return undefined;
  const found = await db.get<Relation>('Relationships', { personKey: guard.holder, relation: guard.at });
  if (found?.authorizationId === authorizationId) return found;
  // Replaced between the two reads: the guard now tells where it went.
  const moved = await db.get<Guard>('Relationships', guardKey(authorizationId));
  const again =
    moved && (await db.get<Relation>('Relationships', { personKey: moved.holder, relation: moved.at }));
  return again?.authorizationId === authorizationId ? again : undefined;
}

/** What a new authorisation is; the rest follows. */
export type NewRelation = Omit<
  Relation,
  | 'relation'
  | 'authorizationId'
  | 'rev'
  | 'createdAt'
  | 'updatedAt'
  | 'companySort'
  | 'personSort'
  | 'confirmerKey'
  | 'hiddenByPerson'
  | 'hiddenByCompany'
> & { readonly state: 'pending' | 'active' };

/** What a relation keeps of its company. */
export const companyCopies = (company: KnownTaxpayer) => ({
  companyKey: company.companyKey,
  ...keptNumberOf(company),
  taxpayerName: company.name,
  taxpayerState: company.state,
  taxpayerSubjects: company.subjects,
  taxpayerTerm: company.term,
  taxpayerRev: company.rev,
  companyTerm: company.term,
});

/** What a list shows of the relation, by what its own copies tell of the company (ENT-4): no list reads every company. */
export const shownStateOf = (relation: Relation, day: string): ShownState =>
  shownStateOn(
    relation,
    { cancelled: relation.taxpayerState === 'cancelled', term: relation.taxpayerTerm },
    day,
  );

/**
 * Begins an authorisation, in the place of the one `read` (the current row as it was read, if there is one), which must
 * have ended: it moves into history, and a person and company never have two of one role (REL-10). Throws
 * RELATION_EXISTS where the previous one lives in the company's present term (ENT-4); the writes are refused with ConcurrentChange when it changed since read.
 */
export function beginWrites(
  fresh: NewRelation,
  read: Relation | undefined,
  now: Date,
  day: string,
): { authorizationId: string; relation: Relation; writes: Write[] } {
  const previous = read && inTerm(read, fresh.companyTerm);
  if (previous && isLive(stateOn(previous, day))) throw new Problem('RELATION_EXISTS');
  const authorizationId = handle();
  const at = now.toISOString();
  const key = relationKey(fresh.personKey, fresh.companyKey, fresh.role);
  const relation = listed({
    ...fresh,
    relation: key.relation ?? '',
    authorizationId,
    rev: 1,
    createdAt: at,
    updatedAt: at,
  });
  const changedMeanwhile = () => new ConcurrentChange();
  const guard: RefusablePut = {
    table: 'Relationships',
    put: { ...guardKey(authorizationId), holder: fresh.personKey, at: key.relation },
    condition: absent('personKey'),
  };
  if (!previous) {
    const row: Write = {
      table: 'Relationships',
      put: { ...relation },
      condition: absent('personKey'),
      onRefused: changedMeanwhile,
    };
    return { authorizationId, relation, writes: [row, guard] };
  }
  const ended = listed({
    ...previous,
    state: stateOn(previous, day),
    relation: `${historyPrefix}${ulid(now)}`,
  });
  return {
    authorizationId,
    relation,
    writes: [
      {
        table: 'Relationships',
        put: { ...relation },
        condition: asRead(previous),
        onRefused: changedMeanwhile,
      },
      guard,
      {
        table: 'Relationships',
        put: { ...ended },
        condition: absent('personKey'),
      },
      {
        table: 'Relationships',
        key: guardKey(previous.authorizationId),
        update: { set: { at: ended.relation } },
      },
    ],
  };
}

/** What a transition may change beside the state. */
export type RelationChanges = Partial<Pick<Relation, 'permissions' | 'taxpayerName' | 'taxpayerState'>> & {
  /** null takes the last day away: unlimited. */
  readonly validUntil?: string | null;
};

/**
 * Moves an authorisation (REL-10). The allowed prior states, the direction and the roles of the transition are the
 * write's condition; what stands there when it is refused decides the answer.
 * @param seen the revision that whoever decides was shown (REL-11): of anything else nothing is decided, STATE_CONFLICT
 */
export function transitionUpdate(
  relation: Relation,
  transition: Transition,
  now: Date,
  day: string,
  changes: RelationChanges = {},
  seen?: string,
): RefusableUpdate {
  requireSeenRevision(relation, seen);
  const refused = refusalOf(transition, relation, day);
  if (refused) throw new Problem(refused);
  const { validUntil, ...others } = changes;
  // A change that moves the row nowhere in the lists leaves its keys, which another one beside it may be changing.
  const moves = transition.to !== relation.state || validUntil !== undefined;
  const { validUntil: lastDay, ...unlimited } = relation;
  const { companySort, personSort, confirmerKey } = listKeysOf({
    ...unlimited,
    ...others,
    state: transition.to,
    ...lastDayOf(validUntil === undefined ? lastDay : validUntil),
  });
  // Who may confirm goes with the end of the relation or of the waiting; in between the company's copies decide it.
  const confirmsNoMore =
    confirmerKey === undefined && (!isLive(transition.to) || others.taxpayerState !== undefined);
  const removed = [
    ...(validUntil === null ? ['validUntil'] : []),
    ...(confirmsNoMore ? ['confirmerKey'] : []),
  ];
  return {
    table: 'Relationships',
    key: relationKeyOf(relation),
    update: {
      set: {
        state: transition.to,
        updatedAt: now.toISOString(),
        ...others,
        ...lastDayOf(validUntil),
        ...(moves ? { companySort, personSort } : {}),
      },
      remove: removed,
      add: { rev: 1 },
    },
    condition: all(
      equals('authorizationId', relation.authorizationId),
      oneOf('state', transition.from),
      lastsUntil(day),
      transition.direction ? equals('direction', transition.direction) : undefined,
      transition.refusable ? equals('refusable', true) : undefined,
      seen === undefined ? undefined : equals('rev', relation.rev),
    ),
    onRefused: (old) => {
      const current = old as Relation | undefined;
      if (current?.authorizationId !== relation.authorizationId) return new Problem('STATE_CONFLICT');
      return new Problem(refusalOf(transition, current, day) ?? 'STATE_CONFLICT');
    },
  };
}

const lastDayOf = (validUntil: string | null | undefined): { validUntil?: string } =>
  typeof validUntil === 'string' ? { validUntil } : {};

/** The row is still the one that was read. */
const asRead = ({ authorizationId, rev }: Pick<Relation, 'authorizationId' | 'rev'>): Condition =>
  all(equals('authorizationId', authorizationId), equals('rev', rev));
/** REL-8: the last day has not passed; none is for good. */
const lastsUntil = (day: string): Condition => absentOr('validUntil', atLeast('validUntil', day));

/**
 * Inside the transaction of whatever relies on it: this relation is active on this day (REL-8), with
 * `authorizationId` still the same one. RELATION_NOT_FOUND otherwise.
 */
export const activeRelationCheck = (
  relation: Pick<Relation, 'personKey' | 'companyKey' | 'role'> & { readonly authorizationId?: string },
  day: string,
): RefusableCheck => ({
  table: 'Relationships',
  key: relationKey(relation.personKey, relation.companyKey, relation.role),
  condition: all(
    equals('state', 'active'),
    lastsUntil(day),
    relation.authorizationId ? equals('authorizationId', relation.authorizationId) : undefined,
  ),
  onRefused: () => new Problem('RELATION_NOT_FOUND'),
});

/** Inside a transaction that relies on it as it was read: unchanged, and not over by its last day. */
export const relationSeenCheck = (
  of: Pick<Relation, 'personKey' | 'companyKey' | 'role'>,
  seen: Pick<Relation, 'authorizationId' | 'rev'>,
  day: string,
): Check => ({
  table: 'Relationships',
  key: relationKey(of.personKey, of.companyKey, of.role),
  condition: all(asRead(seen), lastsUntil(day)),
});

/** Inside a transaction that was decided from it: the current row as it was read, or still none. ConcurrentChange otherwise. */
export const relationUnchangedCheck = (
  of: Pick<Relation, 'personKey' | 'companyKey' | 'role'>,
  read: Relation | undefined,
): RefusableCheck => ({
  table: 'Relationships',
  key: relationKey(of.personKey, of.companyKey, of.role),
  condition: read ? asRead(read) : absent('personKey'),
  onRefused: () => new ConcurrentChange(),
});

/**
 * 清除记录 (CTR-3): hides an ended authorisation from one side's history. STATE_CONFLICT while it lives, ConcurrentChange when it
 * was moved into history since read.
 */
export const hideUpdate = (relation: Relation, side: 'person' | 'company', day: string): RefusableUpdate => ({
  table: 'Relationships',
  key: relationKeyOf(relation),
  update: {
    set:
      side === 'person'
        ? { hiddenByPerson: true, personSort: listKeysOf({ ...relation, hiddenByPerson: true }).personSort }
        : {
            hiddenByCompany: true,
            companySort: listKeysOf({ ...relation, hiddenByCompany: true }).companySort,
          },
    add: { rev: 1 },
  },
  condition: all(
    equals('authorizationId', relation.authorizationId),
    any(
      not(oneOf('state', ['pending', 'active'])),
      below('validUntil', day),
      // What ended with an earlier term of the company keeps the state that it had (ENT-4).
      all(exists('taxpayerTerm'), not(sameAs('taxpayerTerm', 'companyTerm'))),
    ),
  ),
  onRefused: (old) =>
    (old as Relation | undefined)?.authorizationId === relation.authorizationId
      ? new Problem('STATE_CONFLICT')
      : new ConcurrentChange(),
});

/** Brings the copy of the person's name in a relation up to date (DOC-5). Harmless to repeat. */
export const nameUpdate = (
  relation: Pick<Relation, 'personKey' | 'relation' | 'authorizationId'>,
  sealedName: Sealed,
): Update => ({
  table: 'Relationships',
  key: relationKeyOf(relation),
  update: { set: { sealedName } },
  condition: equals('authorizationId', relation.authorizationId),
});

/** What a relation copies of its company; the company itself is what rules look at. */
export type CompanyCopies = Pick<
  Relation,
  'taxpayerName' | 'taxpayerState' | 'taxpayerSubjects' | 'taxpayerTerm'
> &
  KeptNumber & { readonly taxpayerRev: number };

/** Whether a row says of the company what these copies say. A number is one however it was sealed. */
export const saysTheSame = (row: Relation, copies: CompanyCopies): boolean =>
  row.taxpayerName === copies.taxpayerName &&
  row.taxpayerId === copies.taxpayerId &&
  (row.sealedId === undefined) === (copies.sealedId === undefined) &&
  row.taxpayerState === copies.taxpayerState &&
  row.taxpayerSubjects?.join() === copies.taxpayerSubjects?.join() &&
  (row.taxpayerTerm ?? 0) === (copies.taxpayerTerm ?? 0);

/** Whether nothing is to be written over a row: it has these copies, or those of the company as it was later. */
export const needsNoCopies = (row: Relation, copies: CompanyCopies): boolean => {
  const { taxpayerRev = -1 } = row;
  return taxpayerRev > copies.taxpayerRev || (taxpayerRev === copies.taxpayerRev && saysTheSame(row, copies));
};

/**
 * Brings the copies of a company's name, number and state in a relation up to date, and with them its place in the
 * person's lists. Only in the row as it was read, and never over newer copies: where that has changed, it is to be decided
 * anew. Harmless to repeat.
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
