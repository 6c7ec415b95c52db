import { listOf, type RelationList, roleOrder } from '#domain/companies/relations.ts';
import { confirmingRoles } from '#domain/companies/taxpayers.ts';
import { all, between, equals, startsWith } from '../dynamodb/expressions.ts';
import type { Db, Key } from '../dynamodb/tables.ts';
import type { ListKeys, Relation } from './relation-row.ts';

/**
 * The lists of both sides (CTR-3). Each list is a range of an index that holds exactly what is listed, so a page costs
 * only what it shows, however many people a company has or companies a person. The order of the keys already contains
 * what a day ends (REL-8) and what a new term of the company ends (ENT-4), so nothing has to be moved at midnight.
 * Indexes are eventually consistent: they serve lists, never rules.
 */

type Listed = Omit<Relation, keyof ListKeys>;

/** Digits that become smaller as the number grows, so that the newest, or the longest valid, comes first. */
const falling = (number: number, digits: number): string =>
  String(10 ** digits - 1 - number).padStart(digits, '0');
const termDigits = 6;
const termPart = (term = 0): string => falling(term, termDigits);
const dayDigits = 8;
/** A relation without a last day comes before all days. */
const dayPart = (validUntil: string | undefined): string =>
  validUntil === undefined
    ? '0'.repeat(dayDigits)
    : falling(Number(validUntil.replaceAll('-', '')), dayDigits);

/** A text that comes after all keys. */
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

/** Whether the relation is live according to the company's state in the row's copies (ENT-4). */
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
/** A row with its list keys, whatever keys it had before. */
export const withListKeys = ({ confirmerKey: _, ...row }: Listed & Partial<ListKeys>): Relation => ({
  ...row,
  ...listKeysOf(row),
});

/** A part of an index: keys from `first` to `last`. */
interface Range {
  readonly first: string;
  readonly last: string;
}
/** One of the three lists, or `live`: pending and active together, pending first. */
export type ListName = RelationList | 'live';
/** @param live the range of the rows that are live today; the rows behind it, up to the end of their prefix, are not */
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

/** Where a list continues: the range, and the last row that was shown of it. */
export interface ListCursor {
  readonly range: number;
  readonly after?: Key | undefined;
}
export interface ListPage {
  readonly relations: Relation[];
  /** Absent at the end of the list. */
  readonly next?: ListCursor;
}
interface PageRequest {
  readonly day: string;
  readonly limit: number;
  readonly from?: ListCursor | undefined;
}

/** At most one read per range: one range for live rows, three for ended rows. */
async function pageOf(
  db: Db,
  index: { readonly name: 'byCompany' | 'byPerson'; readonly partition: string; readonly sort: string },
  owner: string,
  ranges: readonly Range[],
  { limit, from }: PageRequest,
): Promise<ListPage> {
  const found: { relation: Relation; range: number }[] = [];
  let after = from?.after;
  for (let range = from?.range ?? 0; range < ranges.length; range++, after = undefined) {
    const keys = ranges[range] as Range;
    // Reads one item more than it shows, to know whether another page exists.
    const page = await db.query<Relation>('Relationships', {
      index: index.name,
      condition: all(equals(index.partition, owner), between(index.sort, keys.first, keys.last)),
      limit: limit + 1 - found.length,
      from: after,
    });
    found.push(...page.items.map((relation) => ({ relation, range })));
    if (found.length > limit) break;
    // The rows are so large that the read stopped at a megabyte: the next page continues there.
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
 * One page of a company's people. Of the live ones first those without a last day, by role, then those with the latest
 * last day.
 * @param term the company's present term (ENT-4)
 */
export const companyList = (
  db: Db,
  { companyKey, term }: { readonly companyKey: string; readonly term?: number | undefined },
  list: ListName,
  wanted: PageRequest,
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
 * One page of a person's relations. Of the live ones first those without a last day, by company, then those with the
 * latest last day. The rows' copies of their companies may be a moment old: the caller reads the companies.
 */
export const personList = (
  db: Db,
  personKey: string,
  list: ListName,
  wanted: PageRequest,
): Promise<ListPage> =>
  pageOf(
    db,
    byPerson,
    personKey,
    rangesOf(list, (of) => ({ first: `${of}#`, last: `${of}#${dayPart(wanted.day)}${last}` })),
    wanted,
  );

/** One page of a company's live rows of any term and day, for work that must reach all of them. */
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

/** Relations by which a person may confirm companies that wait, by company: the first `limit` of them. */
export async function confirmingRelations(db: Db, personKey: string, limit: number): Promise<Relation[]> {
  const { items } = await db.query<Relation>('Relationships', {
    index: 'confirming',
    condition: equals('confirmerKey', personKey),
    limit,
  });
  return items;
}
