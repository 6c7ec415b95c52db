import { listOf, type RelationList, roleOrder } from '#domain/relations.ts';
import { confirmingRoles } from '#domain/taxpayers.ts';
import { all, between, equals, startsWith } from '../dynamodb/expressions.ts';
import type { Db, Key } from '../dynamodb/tables.ts';
import type { ListKeys, Relation } from './relation-row.ts';

/**
 * The lists of both sides (CTR-3), each a range of an index that holds what is listed and nothing else: a page costs
 * what it shows, however many people a company has or companies a person. What a day ends (REL-8) and what a new term of
 * the company ends (ENT-4) is in the order of the keys, so nobody has to move rows at midnight. Indexes are eventually
 * consistent: they serve lists, never rules.
 */

type Listed = Omit<Relation, keyof ListKeys>;

/** Digits that fall as the number grows: what has come last, or lasts longest, stands first. */
const falling = (number: number, digits: number): string =>
  String(10 ** digits - 1 - number).padStart(digits, '0');
const termDigits = 6;
const termPart = (term = 0): string => falling(term, termDigits);
const dayDigits = 8;
/** Unlimited stands before every day. */
const dayPart = (validUntil: string | undefined): string =>
  validUntil === undefined
    ? '0'.repeat(dayDigits)
    : falling(Number(validUntil.replaceAll('-', '')), dayDigits);

/** Comes after all that keys are made of. */
const last = '~';
const hidden = 'hidden#';

function companySortOf(row: Listed): string {
  const of = `${roleOrder(row.role)}#${row.personKey}#${row.authorizationId}`;
  if (row.hiddenByCompany) return `${hidden}${of}`;
  const list = listOf(row.state);
  return list === 'history'
    ? `history#${of}`
    : `${list}#${termPart(row.companyTerm)}#${dayPart(row.validUntil)}#${of}`;
}

/** Whether the company, as the row knows it, lets the relation live (ENT-4). */
const livesByCopies = ({ taxpayerState, taxpayerTerm, companyTerm }: Listed): boolean =>
  taxpayerState !== 'cancelled' && (taxpayerTerm ?? 0) === (companyTerm ?? 0);

function personSortOf(row: Listed): string {
  if (row.hiddenByPerson) return `${hidden}${row.relation}`;
  const list = listOf(row.state);
  return list === 'history' || !livesByCopies(row)
    ? `history#${row.relation}`
    : `${list}#${dayPart(row.validUntil)}#${row.relation}`;
}

const mayConfirm = (row: Listed): boolean =>
  listOf(row.state) !== 'history' &&
  row.taxpayerState === 'awaiting-confirmation' &&
  livesByCopies(row) &&
  confirmingRoles.some((role) => role === row.role) &&
  (row.source === 'registry' || row.source === 'hall');

export const listKeysOf = (row: Listed): ListKeys => ({
  companySort: companySortOf(row),
  personSort: personSortOf(row),
  ...(mayConfirm(row) ? { confirmerKey: row.personKey } : {}),
});
/** A row with its keys, whatever keys it had. */
export const listed = ({ confirmerKey: _, ...row }: Listed & Partial<ListKeys>): Relation => ({
  ...row,
  ...listKeysOf(row),
});

/** A part of an index: keys from `first` to `last`. */
interface Range {
  readonly first: string;
  readonly last: string;
}
/** One of the three lists, or both that live: pending first. */
export type ListName = RelationList | 'live';
/** @param live where the rows stand that live today; behind it, to the end of their prefix, stand those that do not */
function rangesOf(list: ListName, live: (of: 'active' | 'pending') => Range): Range[] {
  const ended = (of: 'active' | 'pending'): Range => ({ first: live(of).last, last: `${of}#${last}` });
  switch (list) {
    case 'history':
      return [{ first: 'history#', last: `history#${last}` }, ended('pending'), ended('active')];
    case 'live':
      return [live('pending'), live('active')];
    default:
      return [live(list)];
  }
}

/** Where a list goes on: the range, and the row in it after which. */
export interface ListCursor {
  readonly range: number;
  readonly after?: Key | undefined;
}
export interface ListPage {
  readonly relations: Relation[];
  /** None at the end of the list. */
  readonly next?: ListCursor;
}
interface Wanted {
  readonly day: string;
  readonly limit: number;
  readonly from?: ListCursor | undefined;
}

/** At most one read a range: one for what lives, three for what has ended. */
async function pageOf(
  db: Db,
  index: { readonly name: 'byCompany' | 'byPerson'; readonly partition: string; readonly sort: string },
  owner: string,
  ranges: readonly Range[],
  { limit, from }: Wanted,
): Promise<ListPage> {
  const found: { relation: Relation; range: number }[] = [];
  let after = from?.after;
  for (let range = from?.range ?? 0; range < ranges.length; range++, after = undefined) {
    const keys = ranges[range] as Range;
    // One more than shown tells whether another page is worth offering.
    const page = await db.query<Relation>('Relationships', {
      index: index.name,
      condition: all(equals(index.partition, owner), between(index.sort, keys.first, keys.last)),
      limit: limit + 1 - found.length,
      from: after,
    });
    found.push(...page.items.map((relation) => ({ relation, range })));
    if (found.length > limit) break;
    // Rows so large that a call's megabyte came before the limit: the list goes on from there.
    if (page.next)
      return { relations: found.map(({ relation }) => relation), next: { range, after: page.next } };
  }
  const shown = found.slice(0, limit);
  const lastShown = shown.at(-1);
  return {
    relations: shown.map(({ relation }) => relation),
    ...(lastShown && found.length > limit
      ? { next: { range: lastShown.range, after: cursorKeyOf(index, lastShown.relation) } }
      : {}),
  };
}

const cursorKeyOf = (index: { readonly partition: string; readonly sort: string }, row: Relation): Key => ({
  personKey: row.personKey,
  relation: row.relation,
  [index.partition]: String(row[index.partition as keyof Relation]),
  [index.sort]: String(row[index.sort as keyof Relation]),
});

const byCompany = { name: 'byCompany', partition: 'companyKey', sort: 'companySort' } as const;
const byPerson = { name: 'byPerson', partition: 'personKey', sort: 'personSort' } as const;

/**
 * A page of a company's people: of what lives first those without a last day, by role, then those whose last day is
 * furthest.
 * @param term the company's present one (ENT-4)
 */
export const companyList = (
  db: Db,
  { companyKey, term }: { readonly companyKey: string; readonly term?: number | undefined },
  list: ListName,
  wanted: Wanted,
): Promise<ListPage> =>
  pageOf(
    db,
    byCompany,
    companyKey,
    rangesOf(list, (of) => ({
      first: `${of}#${termPart(term)}#`,
      last: `${of}#${termPart(term)}#${dayPart(wanted.day)}${last}`,
    })),
    wanted,
  );

/**
 * A page of a person's relations: of what lives first those without a last day, by company, then those whose last day is
 * furthest. What the rows know of their companies may be a moment old: whoever shows them asks the companies.
 */
export const personList = (db: Db, personKey: string, list: ListName, wanted: Wanted): Promise<ListPage> =>
  pageOf(
    db,
    byPerson,
    personKey,
    rangesOf(list, (of) => ({ first: `${of}#`, last: `${of}#${dayPart(wanted.day)}${last}` })),
    wanted,
  );

/** One page of a company's live rows of any term and day, for what has to reach all of them. */
export const companyRows = (
  db: Db,
  companyKey: string,
  list: 'active' | 'pending',
  page: { readonly from?: Key | undefined; readonly limit: number },
) =>
  db.query<Relation>('Relationships', {
    index: 'byCompany',
    condition: all(equals('companyKey', companyKey), startsWith('companySort', `${list}#`)),
    limit: page.limit,
    from: page.from,
  });

/** Relations by which a person may confirm companies that wait, by company: the first `limit`. */
export async function confirmingRelations(db: Db, personKey: string, limit: number): Promise<Relation[]> {
  const { items } = await db.query<Relation>('Relationships', {
    index: 'confirming',
    condition: equals('confirmerKey', personKey),
    limit,
  });
  return items;
}
