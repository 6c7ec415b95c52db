import { newHandle } from '#crypto/random.ts';
import { type Ending, endsIn, lastCharacters } from '#domain/companies/report-numbers.ts';
import { Problem } from '#domain/problem.ts';
import { type InTermSince, isOfTerm } from '../companies/taxpayers.ts';
import { ConcurrentChange } from '../dynamodb/concurrent-change.ts';
import { above, absent, all, any, atLeast, equals } from '../dynamodb/expressions.ts';
import { pagesUpTo } from '../dynamodb/pages.ts';
import type { Db, Key, RefusableCheck, RefusablePut, Write } from '../dynamodb/tables.ts';

/**
 * 跨区域涉税事项报告: the reports under which a company from outside works here (SPC-2, SPC-3). There are three kinds
 * of rows, which change together in one transaction. The report itself, under its company. A head under the report's
 * number alone, which knows version and company, so that a report that moves to another company leaves nothing behind.
 * And a row under company and name, which lists the 经办人 of that name and the last days of their reports, so that one
 * condition can check whether a person is one of them.
 */
export interface CrossRegionReport {
  readonly companyKey: string;
  readonly reportNo: string;
  /** Where the work is done. */
  readonly place: string;
  /** The last day, inclusive, YYYY-MM-DD in Asia/Shanghai. */
  readonly validUntil: string;
  /** The 经办人: a keyed hash of company, name and phone, never the data themselves (SPC-3, DOC-4). */
  readonly handlerKey: string;
  /**
   * ISO time at which the registry sent the report: a report from before a cancellation of the company is over (ENT-4).
   */
  readonly at?: string;
}
export const reportKey = (companyKey: string, reportNo: string): Key => ({ companyKey, reportNo });
export const findReport = (db: Db, companyKey: string, reportNo: string) =>
  db.get<CrossRegionReport>('CrossRegionReports', reportKey(companyKey, reportNo));

/** The partitions of the two indexes: reports of one company, or of one 经办人, with the same last characters. */
const indexKeys = ({ companyKey, handlerKey }: ReportsOf, ending: string) => ({
  endingKey: `${companyKey}#${lastCharacters(ending)}`,
  ...(handlerKey === undefined ? {} : { handlerEndingKey: `${handlerKey}#${lastCharacters(ending)}` }),
});

/** What is known about a report by its number alone; `mark` is new with every change. */
export interface ReportHead {
  readonly mark: string;
  /** The registry's version (ENT-3). */
  readonly version: number;
  readonly holder: string;
  readonly validUntil: string;
  readonly handler: HandlerKeys;
}
/** The two keyed hashes of a 经办人: one of the name, one of name and phone; both include the company. */
export interface HandlerKeys {
  readonly nameKey: string;
  readonly handlerKey: string;
}
/** No company key and no report number begins with these prefixes. */
const headKey = (reportNo: string): Key => ({ companyKey: `report#${reportNo}`, reportNo: '#head' });
const handlersKey = (companyKey: string, nameKey: string): Key => ({ companyKey, reportNo: `#${nameKey}` });

export const findReportHead = (db: Db, reportNo: string) =>
  db.get<ReportHead>('CrossRegionReports', headKey(reportNo));

/** The 经办人 of one name in one company. */
export interface NamedHandlers {
  readonly companyKey: string;
  readonly nameKey: string;
  readonly mark: string;
  /** By handlerKey: how many reports end on each last day. */
  readonly reports: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** By handlerKey: the latest of those days. */
  readonly openUntil: Readonly<Record<string, string>>;
}
export const findNamedHandlers = (db: Db, companyKey: string, nameKey: string) =>
  db.get<NamedHandlers>('CrossRegionReports', handlersKey(companyKey, nameKey));

/** Whether one of these is 经办人 of a report that is valid today (SPC-3). */
export const isHandler = (
  named: NamedHandlers | undefined,
  handlerKeys: readonly string[],
  day: string,
): boolean => handlerKeys.some((key) => (named?.openUntil[key] ?? '') >= day);

/** The same check inside the transaction that relies on it; one condition, however many phones a person has. */
export const reportNamesCheck = (
  companyKey: string,
  { nameKey, handlerKeys }: { readonly nameKey: string; readonly handlerKeys: readonly string[] },
  day: string,
  onRefused: () => Error,
): RefusableCheck => ({
  table: 'CrossRegionReports',
  key: handlersKey(companyKey, nameKey),
  condition: any(...handlerKeys.map((key) => atLeast(['openUntil', key], day))),
  onRefused,
});

/** A report as a registry line states it. */
export type ReportLine = Omit<CrossRegionReport, 'handlerKey'> & {
  readonly version: number;
  readonly handler: HandlerKeys;
};

/**
 * Stores a report as the registry states it now, wherever it was before. The head must be as it was read
 * (ConcurrentChange).
 * @param named the rows of the names concerned, as they were read: of the new 经办人 and of the previous one
 */
export function reportWrites(
  { version, handler, ...line }: ReportLine,
  head: ReportHead | undefined,
  named: readonly (NamedHandlers | undefined)[],
  day: string,
): Write[] {
  const { companyKey, reportNo, validUntil } = line;
  const report: CrossRegionReport = { ...line, handlerKey: handler.handlerKey };
  return [
    {
      table: 'CrossRegionReports',
      put: { ...headKey(reportNo), mark: newHandle(), version, holder: companyKey, validUntil, handler },
      ...ifMarkUnchanged(head?.mark),
    },
    ...(head && head.holder !== companyKey
      ? [{ table: 'CrossRegionReports' as const, remove: reportKey(head.holder, reportNo) }]
      : []),
    { table: 'CrossRegionReports', put: { ...report, ...indexKeys(report, reportNo) } },
    ...namedWrites(
      named,
      [
        ...(head ? [{ companyKey: head.holder, ...head.handler, validUntil: head.validUntil, by: -1 }] : []),
        { companyKey, ...handler, validUntil, by: 1 },
      ],
      day,
    ),
  ];
}

/** One report more, or one less, for a 经办人. */
type ReportChange = HandlerKeys & {
  readonly companyKey: string;
  readonly validUntil: string;
  readonly by: number;
};

/** One row takes all its changes at once, because a transaction can write an item only once. */
function namedWrites(
  named: readonly (NamedHandlers | undefined)[],
  changes: readonly ReportChange[],
  day: string,
): Write[] {
  const rows = new Map<string, ReportChange[]>();
  for (const change of changes) {
    const row = JSON.stringify([change.companyKey, change.nameKey]);
    rows.set(row, [...(rows.get(row) ?? []), change]);
  }
  return [...rows.values()].map((own): Write => {
    const [{ companyKey, nameKey }] = own as [ReportChange];
    const before = named.find((row) => row?.companyKey === companyKey && row.nameKey === nameKey);
    const reports = own.reduce(counted, before?.reports ?? {});
    const left = Object.entries(reports).flatMap(([key, days]) => {
      const kept = Object.entries(days).filter(([last, count]) => last >= yearBefore(day) && count > 0);
      return kept.length > 0 ? [[key, Object.fromEntries(kept)] as const] : [];
    });
    const key = handlersKey(companyKey, nameKey);
    const asRead = ifMarkUnchanged(before?.mark);
    if (left.length === 0) return { table: 'CrossRegionReports', remove: key, ...asRead };
    return {
      table: 'CrossRegionReports',
      put: {
        ...key,
        nameKey,
        mark: newHandle(),
        reports: Object.fromEntries(left),
        openUntil: Object.fromEntries(left.map(([of, days]) => [of, Object.keys(days).sort().at(-1)])),
      },
      ...asRead,
    };
  });
}

/** Reports that ended long ago are dropped, so that a row does not grow for ever; no clock is that far behind. */
const yearBefore = (day: string): string => `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`;

const counted = (
  reports: NamedHandlers['reports'],
  { handlerKey, validUntil, by }: ReportChange,
): NamedHandlers['reports'] => {
  const days = reports[handlerKey] ?? {};
  return { ...reports, [handlerKey]: { ...days, [validUntil]: (days[validUntil] ?? 0) + by } };
};

/**
 * A mark is never used twice, so that a row that was deleted and created again is not taken for the one that was read.
 */
const ifMarkUnchanged = (mark: string | undefined): Pick<RefusablePut, 'condition' | 'onRefused'> => ({
  condition: mark === undefined ? absent('mark') : equals('mark', mark),
  onRefused: () => new ConcurrentChange(),
});

/** Whose reports: all of a company's, or only those of one of its 经办人. */
export interface ReportsOf {
  readonly companyKey: string;
  readonly handlerKey?: string;
}
/** The most reports in one answer; a person who misses one types more of its number. */
export const mostReports = 50;
/** How many reports with the same last four characters are searched for a longer ending. */
const longerPage = 500;
const longerPages = 4;

/**
 * The reports whose numbers end like that and that are valid today, the longest valid first, at most `mostReports`. The
 * indexes are sorted by ending and last day, so only what is answered is read; a longer ending is picked out of the
 * reports with the same last characters. The search reads an index: the report that is chosen is read again.
 */
export async function reportsEndingIn(
  db: Db,
  of: ReportsOf,
  ending: Ending,
  day: string,
): Promise<CrossRegionReport[]> {
  const keys = indexKeys(of, ending.comparedPart);
  const longer = ending.comparedPart !== lastCharacters(ending.comparedPart);
  const found: CrossRegionReport[] = [];
  const read = (from: Key | undefined) =>
    db.query<CrossRegionReport>('CrossRegionReports', {
      index: keys.handlerEndingKey === undefined ? 'byEnding' : 'byHandler',
      condition: all(
        keys.handlerEndingKey === undefined
          ? equals('endingKey', keys.endingKey)
          : equals('handlerEndingKey', keys.handlerEndingKey),
        atLeast('validUntil', day),
      ),
      backwards: true,
      limit: longer ? longerPage : mostReports,
      from,
    });
  for await (const { items } of pagesUpTo(longer ? longerPages : 1, read)) {
    found.push(...items.filter(({ reportNo }) => endsIn(reportNo, ending)));
    if (found.length >= mostReports) break;
  }
  return found.slice(0, mostReports);
}

/** A company with at most this many reports, ended ones included, gets them listed without typing an ending (SPC-2). */
export const fewReports = 10;
/** All reports of a company that has few; undefined if it has more. One read of at most eleven rows. */
export async function reportsIfFew(db: Db, companyKey: string): Promise<CrossRegionReport[] | undefined> {
  const { items } = await db.query<CrossRegionReport>('CrossRegionReports', {
    // Skips the rows of 经办人, whose keys begin with `#`.
    condition: all(equals('companyKey', companyKey), above('reportNo', '$')),
    limit: fewReports + 1,
    consistent: true,
  });
  return items.length > fewReports ? undefined : items;
}

/** Whether a report can be used today and, if `handlerKey` is given, still names that 经办人. */
export const isReportFor = (
  report: CrossRegionReport | undefined,
  handlerKey: string | undefined,
  day: string,
  company: InTermSince | undefined,
): report is CrossRegionReport =>
  report !== undefined &&
  isOfTerm(Date.parse(report.at ?? '1970-01-01'), company ?? {}) &&
  report.validUntil >= day &&
  (handlerKey === undefined || report.handlerKey === handlerKey);

/** The report ended, moved or got another 经办人 since somebody saw it. */
export const reportGone = (): Problem => new Problem('RELATION_NOT_FOUND', {}, { variant: 'report' });

/** The same check inside the transaction that relies on it. RELATION_NOT_FOUND otherwise. */
export const reportCheck = (
  companyKey: string,
  reportNo: string,
  handlerKey: string | undefined,
  day: string,
): RefusableCheck => ({
  table: 'CrossRegionReports',
  key: reportKey(companyKey, reportNo),
  condition: all(
    atLeast('validUntil', day),
    handlerKey === undefined ? undefined : equals('handlerKey', handlerKey),
  ),
  onRefused: reportGone,
});
