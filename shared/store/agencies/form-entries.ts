import type { Period } from '#domain/agencies/agreements.ts';
import { foldNumber, searchForm } from '#domain/text.ts';
import type { CopiesDue, KnownTaxpayer } from '../companies/taxpayers.ts';
import {
  absent,
  absentOr,
  all,
  any,
  atLeast,
  atMost,
  equals,
  exists,
  holds,
  oneOf,
  startsWith,
} from '../dynamodb/expressions.ts';
import type { Db, Key, Update, Write } from '../dynamodb/tables.ts';
import { type FormEntry, staffEntryPrefix } from './agency-forms.ts';

/** TransactWriteItems takes a hundred items; a few transactions in parallel are fast without overloading the tables. */
const itemsAtMost = 100;
const atOnce = 4;

/**
 * Any number of writes: each group is written completely or not at all, and groups are written in parallel. For writes
 * that may be repeated and that no rule sees yet.
 */
export async function transactInBatches(db: Db, groups: readonly (readonly Write[])[]): Promise<void> {
  const batches: Write[][] = [];
  let last: Write[] | undefined;
  for (const group of groups) {
    if (!last || last.length + group.length > itemsAtMost) {
      last = [];
      batches.push(last);
    }
    last.push(...group);
  }
  const take = async (): Promise<void> => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) await db.transact(batch);
  };
  const runs = await Promise.allSettled(Array.from({ length: Math.min(atOnce, batches.length) }, take));
  for (const run of runs) if (run.status === 'rejected') throw run.reason;
}

/**
 * Adds a form to the row of a person whom it names. The entry has no effect until the form's head row names the form.
 */
export const formEntryUpdate = (
  key: Key,
  formId: string,
  hints?: Period & { readonly agencyKey: string },
): Write => ({
  table: 'Relationships',
  key,
  update: {
    set: hints ? { agencyKey: hints.agencyKey, from: hints.from, until: hints.until } : {},
    add: { forms: new Set([formId]) },
  },
});

/** Writes the period of a form that is in force into the row of a person whom it names. */
export const formEntryPeriodUpdate = (key: Key, formId: string, { from, until }: Period): Write => ({
  table: 'Relationships',
  key,
  update: { set: { from, until } },
  condition: holds('forms', formId),
});

/**
 * Removes a form that is not in force (any more) from the rows of its people. To remove is only tidying: an entry that
 * stays has no effect.
 * @param people `gone`: people whom the form in force does not name, so that their rows may be removed; `kept`: people
 * whom it names
 * @param others further rows to tidy at the same time
 */
export async function removeFormEntries(
  db: Db,
  formId: string,
  people: { readonly gone: readonly Key[]; readonly kept: readonly Key[] },
  others: readonly Write[] = [],
): Promise<void> {
  const form = new Set([formId]);
  const removal = (key: Key): Write => ({
    table: 'Relationships',
    remove: key,
    condition: any(absent('personKey'), equals('forms', form)),
  });
  const leaving = (key: Key): Write => ({
    table: 'Relationships',
    key,
    update: { take: { forms: form } },
    condition: exists('personKey'),
  });
  const removed = people.gone.map(removal);
  await transactInBatches(
    db,
    removed.map((write) => [write]),
  )
    // If another form names the person too, the row stays without this form.
    .catch(() => oneByOne(people.gone.map((key) => [removal(key), leaving(key)])))
    .catch(() => undefined);
  await transactInBatches(
    db,
    [...people.kept.map(leaving), ...others].map((write) => [write]),
  ).catch(() => undefined);

  async function oneByOne(choices: readonly (readonly [Write, Write])[]): Promise<void> {
    for (const [first, second] of choices)
      await db.transact([first]).catch(() => db.transact([second]).catch(() => undefined));
  }
}

/**
 * The first page of a person's own rows with one prefix; strongly consistent, by the table's own key. Agreements that
 * ran out leave their rows. Of rows that cover a day (`on`) there are only a few, but `limit` counts all rows.
 */
export const formEntriesOf = (
  db: Db,
  personKey: string,
  prefix: string,
  page: { limit?: number; agencyKey?: string; on?: string } = {},
) => {
  const wanted = [
    ...(page.agencyKey === undefined ? [] : [equals('agencyKey', page.agencyKey)]),
    ...(page.on === undefined ? [] : [atMost('from', page.on), atLeast('until', page.on)]),
  ];
  return db.query<FormEntry>('Relationships', {
    condition: all(equals('personKey', personKey), startsWith('relation', prefix)),
    ...(wanted.length > 0 ? { filter: all(...wanted) } : {}),
    ...(page.limit ? { limit: page.limit } : {}),
    consistent: true,
  });
};

/** Name and, if it may be read, number as one text, in which a search looks for a part of either. */
const searchedBy = ({ name, taxpayerId = '' }: KnownTaxpayer): string => `${searchForm(name)}\n${taxpayerId}`;

/**
 * Writes the text by which the client of an agent's row is searched; only if the row exists, and never over a newer
 * text.
 */
export const searchedUpdate = (key: Key, company: KnownTaxpayer): Update => ({
  table: 'Relationships',
  key,
  update: {
    set: { searched: searchedBy(company), searchedRev: company.rev, clientKey: company.companyKey },
  },
  condition: all(exists('personKey'), absentOr('searchedRev', atMost('searchedRev', company.rev))),
});

export interface ClientSearch {
  readonly agencyKey: string;
  /** Shanghai day on which the agreement must be in force, as far as the row can tell. */
  readonly day: string;
  /** The search text as typed. */
  readonly query: string;
  /**
   * The client whose complete number was typed: the row of a client whose number is a person's does not contain the number
   * (DOC-4).
   */
  readonly typed?: string | undefined;
  /** Clients whose last change has not reached every copy yet: they are always read, whatever the row says. */
  readonly due: CopiesDue;
}

/**
 * One page of the rows of an agent's clients that may match a search. DynamoDB itself picks them out of `limit` rows,
 * so nothing else is read for the others. Strongly consistent.
 */
export function clientEntries(
  db: Db,
  personKey: string,
  prefix: string,
  { agencyKey, day, query, typed, due }: ClientSearch,
  page: { readonly from?: Key | undefined; readonly limit: number },
) {
  const [text, number] = [searchForm(query), foldNumber(query)];
  // IN takes a hundred values, and `due` names one less. If more companies have changed than the index tells, any
  // company may be one of them.
  const changed = [...due.companyKeys, ...(typed === undefined ? [] : [typed])];
  const searching = text !== '' && !due.many;
  const fits = any(
    absent('searched'),
    holds('searched', text),
    number === '' ? undefined : holds('searched', number),
    changed.length === 0 ? undefined : oneOf('clientKey', changed),
  );
  return db.query<FormEntry>('Relationships', {
    condition: all(equals('personKey', personKey), startsWith('relation', prefix)),
    filter: all(
      equals('agencyKey', agencyKey),
      atMost('from', day),
      atLeast('until', day),
      searching ? fits : undefined,
    ),
    limit: page.limit,
    consistent: true,
    from: page.from,
  });
}

/** The agencies whose staff forms name a person, as far as the person's own rows tell. */
export async function agenciesNaming(db: Db, personKey: string): Promise<Set<string>> {
  const { items } = await formEntriesOf(db, personKey, staffEntryPrefix);
  return new Set(
    items.filter(({ forms }) => forms?.size).map(({ relation }) => relation.slice(staffEntryPrefix.length)),
  );
}
