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
import type { Check, Db, Item, Key, Put, Update, Write } from '../dynamodb/tables.ts';
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
    condition: 'personKey = :person AND begins_with(relation, :company)',
    values: { ':person': personKey, ':company': `${companyKey}#` },
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
    condition: 'personKey = :person AND relation BETWEEN :first AND :last',
    values: { ':person': personKey, ':first': 'c', ':last': page.history ? `${historyPrefix}~` : 'c~' },
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
  const guard: Put & Pick<Write, 'onRefused'> = {
    table: 'Relationships',
    put: { ...guardKey(authorizationId), holder: fresh.personKey, at: key.relation },
    condition: 'attribute_not_exists(personKey)',
  };
  if (!previous) {
    const row: Write = {
      table: 'Relationships',
      put: { ...relation },
      condition: 'attribute_not_exists(personKey)',
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
        condition: 'authorizationId = :old AND #rev = :rev',
        names: { '#rev': 'rev' },
        values: { ':old': previous.authorizationId, ':rev': previous.rev },
        onRefused: changedMeanwhile,
      },
      guard,
      {
        table: 'Relationships',
        put: { ...ended },
        condition: 'attribute_not_exists(personKey)',
      },
      {
        table: 'Relationships',
        key: guardKey(previous.authorizationId),
        update: 'SET #at = :at',
        names: { '#at': 'at' },
        values: { ':at': ended.relation },
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
): Update & Pick<Write, 'onRefused'> {
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
  const next: Item = {
    state: transition.to,
    updatedAt: now.toISOString(),
    ...others,
    ...lastDayOf(validUntil),
    ...(moves ? { companySort, personSort } : {}),
  };
  const names: Record<string, string> = { '#state': 'state', '#rev': 'rev' };
  const values: Item = { ':id': relation.authorizationId, ':day': day, ':one': 1 };
  const sets = Object.entries(next).map(([attribute, value]) => {
    names[`#${attribute}`] = attribute;
    values[`:${attribute}`] = value;
    return `#${attribute} = :${attribute}`;
  });
  const froms = transition.from.map((state, index) => {
    values[`:from${index}`] = state;
    return `:from${index}`;
  });
  const conditions = [
    'authorizationId = :id',
    `#state IN (${froms.join(', ')})`,
    '(attribute_not_exists(validUntil) OR validUntil >= :day)',
  ];
  if (transition.direction) {
    names['#direction'] = 'direction';
    values[':direction'] = transition.direction;
    conditions.push('#direction = :direction');
  }
  if (transition.refusable) {
    values[':refusable'] = true;
    conditions.push('refusable = :refusable');
  }
  if (seen !== undefined) {
    values[':seen'] = relation.rev;
    conditions.push('#rev = :seen');
  }
  return {
    table: 'Relationships',
    key: relationKeyOf(relation),
    update: `SET ${sets.join(', ')}${removed.length > 0 ? ` REMOVE ${removed.join(', ')}` : ''} ADD #rev :one`,
    condition: conditions.join(' AND '),
    names,
    values,
    onRefused: (old) => {
      const current = old as Relation | undefined;
      if (current?.authorizationId !== relation.authorizationId) return new Problem('STATE_CONFLICT');
      return new Problem(refusalOf(transition, current, day) ?? 'STATE_CONFLICT');
    },
  };
}

const lastDayOf = (validUntil: string | null | undefined): { validUntil?: string } =>
  typeof validUntil === 'string' ? { validUntil } : {};

/**
 * Inside the transaction of whatever relies on it: this relation is active on this day (REL-8), with
 * `authorizationId` still the same one. RELATION_NOT_FOUND otherwise.
 */
export const activeRelationCheck = (
  relation: Pick<Relation, 'personKey' | 'companyKey' | 'role'> & { readonly authorizationId?: string },
  day: string,
): Check & Pick<Write, 'onRefused'> => ({
  table: 'Relationships',
  key: relationKey(relation.personKey, relation.companyKey, relation.role),
  condition: `#state = :active AND (attribute_not_exists(validUntil) OR validUntil >= :day)${relation.authorizationId ? ' AND authorizationId = :id' : ''}`,
  names: { '#state': 'state' },
  values: {
    ':active': 'active',
    ':day': day,
    ...(relation.authorizationId ? { ':id': relation.authorizationId } : {}),
  },
  onRefused: () => new Problem('RELATION_NOT_FOUND'),
});

/** Inside a transaction that was decided from it: the current row as it was read, or still none. ConcurrentChange otherwise. */
export const relationUnchangedCheck = (
  of: Pick<Relation, 'personKey' | 'companyKey' | 'role'>,
  read: Relation | undefined,
): Check & Pick<Write, 'onRefused'> => ({
  table: 'Relationships',
  key: relationKey(of.personKey, of.companyKey, of.role),
  ...(read
    ? {
        condition: 'authorizationId = :id AND #rev = :rev',
        names: { '#rev': 'rev' },
        values: { ':id': read.authorizationId, ':rev': read.rev },
      }
    : { condition: 'attribute_not_exists(personKey)' }),
  onRefused: () => new ConcurrentChange(),
});

/**
 * 清除记录 (CTR-3): hides an ended authorisation from one side's history. STATE_CONFLICT while it lives, ConcurrentChange when it
 * was moved into history since read.
 */
export const hideUpdate = (
  relation: Relation,
  side: 'person' | 'company',
  day: string,
): Update & Pick<Write, 'onRefused'> => ({
  table: 'Relationships',
  key: relationKeyOf(relation),
  update: 'SET #hidden = :yes, #sort = :sort ADD #rev :one',
  // What ended with an earlier term of the company keeps the state that it had (ENT-4).
  condition:
    'authorizationId = :id AND (NOT #state IN (:pending, :active) OR validUntil < :day OR (attribute_exists(taxpayerTerm) AND NOT taxpayerTerm = companyTerm))',
  names: {
    ...(side === 'person'
      ? { '#hidden': 'hiddenByPerson', '#sort': 'personSort' }
      : { '#hidden': 'hiddenByCompany', '#sort': 'companySort' }),
    '#state': 'state',
    '#rev': 'rev',
  },
  values: {
    ':yes': true,
    ':sort':
      side === 'person'
        ? listKeysOf({ ...relation, hiddenByPerson: true }).personSort
        : listKeysOf({ ...relation, hiddenByCompany: true }).companySort,
    ':one': 1,
    ':id': relation.authorizationId,
    ':pending': 'pending',
    ':active': 'active',
    ':day': day,
  },
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
  update: 'SET sealedName = :name',
  condition: 'authorizationId = :id',
  values: { ':name': sealedName, ':id': relation.authorizationId },
});

/** What a relation copies of its company; the company itself is what rules look at. */
export type CompanyCopies = Pick<
  Relation,
  'taxpayerName' | 'taxpayerState' | 'taxpayerSubjects' | 'taxpayerTerm'
> &
  KeptNumber;
/**
 * Brings the copies of a company's name, number and state in a relation up to date, and with them its place in the
 * person's lists. Only in the row as it was read: where that has changed, it is to be decided anew. Harmless to repeat.
 */
export function copiesUpdate(relation: Relation, copies: CompanyCopies): Update {
  const { personSort, confirmerKey } = listKeysOf({ ...relation, ...copies });
  const values: Item = {
    taxpayerName: copies.taxpayerName,
    taxpayerState: copies.taxpayerState,
    ...(copies.taxpayerSubjects ? { taxpayerSubjects: copies.taxpayerSubjects } : {}),
    ...(copies.taxpayerTerm === undefined ? {} : { taxpayerTerm: copies.taxpayerTerm }),
    // In clear or sealed, never both (DOC-4).
    ...(copies.sealedId === undefined ? { taxpayerId: copies.taxpayerId } : { sealedId: copies.sealedId }),
    personSort,
    ...(confirmerKey === undefined ? {} : { confirmerKey }),
  };
  const names = Object.keys(values);
  const gone = [
    copies.sealedId === undefined ? 'sealedId' : 'taxpayerId',
    ...(confirmerKey === undefined ? ['confirmerKey'] : []),
  ];
  return {
    table: 'Relationships',
    key: relationKeyOf(relation),
    update: `SET ${names.map((name) => `${name} = :${name}`).join(', ')} REMOVE ${gone.join(', ')}`,
    condition: 'authorizationId = :id AND #rev = :rev',
    names: { '#rev': 'rev' },
    values: {
      ...Object.fromEntries(names.map((name) => [`:${name}`, values[name]])),
      ':id': relation.authorizationId,
      ':rev': relation.rev,
    },
  };
}
