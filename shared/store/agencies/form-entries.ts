import type { Period } from '#domain/agreements.ts';
import { absent, all, any, equals, exists, startsWith } from '../dynamodb/expressions.ts';
import type { Db, Key, Write } from '../dynamodb/tables.ts';
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

/** A page of a person's own rows of one prefix; strongly consistent, on the table's own key. */
export const formEntriesOf = (
  db: Db,
  personKey: string,
  prefix: string,
  page: { from?: Key | undefined; limit?: number; agencyKey?: string } = {},
) =>
  db.query<FormEntry>('Relationships', {
    condition: all(equals('personKey', personKey), startsWith('relation', prefix)),
    ...(page.agencyKey === undefined ? {} : { filter: equals('agencyKey', page.agencyKey) }),
    ...(page.limit ? { limit: page.limit } : {}),
    consistent: true,
    from: page.from,
  });

/** The agencies whose staff forms name a person, as far as the own rows tell. */
export async function agenciesNaming(db: Db, personKey: string): Promise<Set<string>> {
  const { items } = await formEntriesOf(db, personKey, staffEntryPrefix);
  return new Set(
    items.filter(({ forms }) => forms?.size).map(({ relation }) => relation.slice(staffEntryPrefix.length)),
  );
}
