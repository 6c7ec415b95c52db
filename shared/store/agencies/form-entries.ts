import type { Period } from '#domain/agreements.ts';
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

/** TransactWriteItems takes a hundred; a few at once keep a large form quick and its tables unharmed. */
const itemsAtMost = 100;
const atOnce = 4;

/** Writes of any number: each group is all or none, groups side by side. For what may be repeated, and what no rule sees yet. */
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

/** A form names a person. Nothing holds by this until the form's head names the form. */
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

/** The days of a form that holds, in the row of somebody whom it names. */
export const formEntryPeriodUpdate = (key: Key, formId: string, { from, until }: Period): Write => ({
  table: 'Relationships',
  key,
  update: { set: { from, until } },
  condition: holds('forms', formId),
});

/**
 * Takes a form that does not hold (any more) out of its people's rows. Only tidiness: what is left behind says nothing.
 * @param people `gone` from the form that holds now, so that their rows may go, or `kept` by it
 * @param others writes that tidy beside
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
    // A row that yet another form names stays, less this one.
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
 * A person's own rows of one prefix, the first page; strongly consistent, on the table's own key. An agreement that ran out
 * leaves its row: of those `on` a day there are few, whatever the years have left, but `limit` counts all.
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

/** Name and, where it may be read, number, as one text in which a part of either is looked for. */
const searchedBy = ({ name, taxpayerId = '' }: KnownTaxpayer): string => `${searchForm(name)}\n${taxpayerId}`;

/** What the client of an agent's row is searched by; only where the row is there, and never over something newer. */
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
  /** Shanghai day on which the agreement has to hold, as far as the row knows. */
  readonly day: string;
  /** As it was typed. */
  readonly query: string;
  /** The client whose number was typed whole, which the row of one that is somebody's own does not hold (DOC-4). */
  readonly typed?: string | undefined;
  /** Clients whose change has not reached every copy yet: looked at whatever the rows say. */
  readonly due: CopiesDue;
}

/**
 * A page of the rows of an agent's clients that may be what is searched for, picked out of `limit` rows by DynamoDB itself;
 * nothing but the rows is read for those that are not. Strongly consistent.
 */
export function clientEntries(
  db: Db,
  personKey: string,
  prefix: string,
  { agencyKey, day, query, typed, due }: ClientSearch,
  page: { readonly from?: Key | undefined; readonly limit: number },
) {
  const [text, number] = [searchForm(query), foldNumber(query)];
  // IN takes a hundred, and so many are told; where there are more, any may be.
  const changed = [...due.companyKeys, ...(typed === undefined ? [] : [typed])].slice(0, 100);
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

/** The agencies whose staff forms name a person, as far as the own rows tell. */
export async function agenciesNaming(db: Db, personKey: string): Promise<Set<string>> {
  const { items } = await formEntriesOf(db, personKey, staffEntryPrefix);
  return new Set(
    items.filter(({ forms }) => forms?.size).map(({ relation }) => relation.slice(staffEntryPrefix.length)),
  );
}
