import { seal, unseal } from '#crypto/sealed.ts';
import { isActiveOn, seesReports } from '#domain/companies/relations.ts';
import { type Ending, parseEnding } from '#domain/companies/report-numbers.ts';
import { shanghaiDay } from '#domain/days.ts';
import { Problem } from '#domain/problem.ts';
import { foldText } from '#domain/text.ts';
import { notRelatedProblem } from '#journeys/companies/admission.ts';
import { type PossibleHandler, possibleHandler } from '#journeys/companies/report-handlers.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Relation } from '#store/companies/relations.ts';
import type { Db, Write } from '#store/dynamodb/tables.ts';
import type { Person } from '#store/people/person-row.ts';
import {
  type CrossRegionReport,
  findNamedHandlers,
  findReport,
  isHandler,
  isReportFor,
  mostReports,
  reportNamesCheck,
  reportsEndingIn,
  reportsIfFew,
} from '#store/reports/cross-region-reports.ts';
import type { LoginTicket } from '#store/tickets/ticket-kinds.ts';
import type { login } from './contract.ts';
import { type PassedTicket, passedTicket, readPersonAndAccess, requireSamePerson } from './role-choices.ts';

/**
 * SPC-3: the roles that see all reports of the company, in the order of `relations`. A person with one of them need
 * not be a 经办人.
 */
export const reportRoles = (relations: readonly Relation[], day: string): Relation[] =>
  relations.filter((relation) => seesReports(relation.role) && isActiveOn(relation, day));

/**
 * The right of a person to see reports at all (SPC-3), as checks for the transaction: empty if a role gives it,
 * otherwise the condition that the person is the 经办人 of a report today. Throws RELATION_NOT_FOUND.
 */
export function reportAccessChecks(
  ctx: Pick<FlowContext, 'keys' | 'dataKeys'>,
  { person, relations }: { readonly person: Person; readonly relations: readonly Relation[] },
  companyKey: string,
  day: string,
): Write[] {
  if (reportRoles(relations, day).length > 0) return [];
  const handler = possibleHandler(ctx, person, companyKey);
  if (!handler) throw notRelated(relations, day);
  return [reportNamesCheck(companyKey, handler, day, () => notRelated(relations, day))];
}

const notRelated = (relations: readonly Relation[], day: string): Problem =>
  notRelatedProblem(relations, day, { entry: 'cross-region' });

/** Whether the person is the 经办人 of a report of this company today; one read. */
export async function isHandlerIn(
  ctx: Pick<FlowContext, 'db' | 'keys' | 'dataKeys'>,
  person: Person | undefined,
  companyKey: string,
  day: string,
): Promise<boolean> {
  const handler = person && possibleHandler(ctx, person, companyKey);
  return handler !== undefined && isNamedIn(ctx.db, handler, day);
}

const isNamedIn = async (db: Db, { companyKey, nameKey, handlerKeys }: PossibleHandler, day: string) =>
  isHandler(await findNamedHandlers(db, companyKey, nameKey), handlerKeys, day);

export type CrossRegionTicket = PassedTicket & { readonly companyKey: string };
/** Logins at other entries have no reports: NOT_FOUND. */
export function requireCrossRegion(ticket: PassedTicket): CrossRegionTicket {
  const { entry, companyKey } = ticket;
  if (entry !== 'cross-region' || companyKey === undefined) throw new Problem('NOT_FOUND');
  return { ...ticket, companyKey };
}

/**
 * SPC-2: the reports whose number ends like this, as far as the person may see them (SPC-3); the complete number
 * first, then the longest valid.
 */
export const searchReports: StepOf<typeof login, 'reports'> = async (ctx, call) => {
  // An empty search asks for the whole list, which only companies with few reports get.
  const ending = foldText(call.query.ending) === '' ? undefined : parseEnding(call.query.ending);
  const ticket = requireCrossRegion(await passedTicket(ctx, call));
  const { person: read, relations } = await readPersonAndAccess(ctx, ticket);
  const person = requireSamePerson(read, ticket);
  const found = await visibleReports(ctx, { person, relations }, ticket, ending, shanghaiDay(call.now));
  return ok({
    reports: found.map(({ reportNo, place, validUntil }) => ({
      reportNo,
      choiceId: reportChoiceOf(ctx, ticket, reportNo),
      place,
      validUntil,
    })),
  });
};

async function visibleReports(
  ctx: FlowContext,
  { person, relations }: { readonly person: Person; readonly relations: readonly Relation[] },
  ticket: CrossRegionTicket,
  ending: Ending | undefined,
  day: string,
): Promise<CrossRegionReport[]> {
  const { companyKey } = ticket;
  if (ending === undefined) return fewReports(ctx, { person, relations }, ticket, day);
  // A complete number is found even if many other numbers have the same ending.
  const exact = findReport(ctx.db, companyKey, ending.number);
  if (reportRoles(relations, day).length > 0)
    return listed(await Promise.all([exact, reportsEndingIn(ctx.db, { companyKey }, ending, day)]), ticket, {
      day,
      ending,
    });
  const handler = possibleHandler(ctx, person, companyKey);
  if (!handler) throw notRelated(relations, day);
  const [named, ...found] = await Promise.all([
    isNamedIn(ctx.db, handler, day),
    exact,
    ...handler.handlerKeys.map((handlerKey) =>
      reportsEndingIn(ctx.db, { companyKey, handlerKey }, ending, day),
    ),
  ]);
  if (!named) throw notRelated(relations, day);
  return listed(found, ticket, { day, ending, handlerKeys: handler.handlerKeys });
}

/** SPC-2: the reports that the person may see, for a company that has few. ENDING_TOO_SHORT if it has more. */
async function fewReports(
  ctx: FlowContext,
  { person, relations }: { readonly person: Person; readonly relations: readonly Relation[] },
  ticket: CrossRegionTicket,
  day: string,
): Promise<CrossRegionReport[]> {
  const { companyKey } = ticket;
  const isStaff = reportRoles(relations, day).length > 0;
  const handler = isStaff ? undefined : possibleHandler(ctx, person, companyKey);
  if (!isStaff && !handler) throw notRelated(relations, day);
  const [named, all] = await Promise.all([
    handler === undefined || isNamedIn(ctx.db, handler, day),
    reportsIfFew(ctx.db, companyKey),
  ]);
  if (!named) throw notRelated(relations, day);
  if (all === undefined) throw new Problem('ENDING_TOO_SHORT');
  return listed(all, ticket, { day, handlerKeys: handler?.handlerKeys });
}

/**
 * The complete number that somebody typed comes first, then the longest valid, so that the most reports of one answer
 * never leave it out.
 * @param handlerKeys only the reports of these 经办人
 */
function listed(
  found: readonly (CrossRegionReport | readonly CrossRegionReport[] | undefined)[],
  { companyTermSince: termSince }: CrossRegionTicket,
  { day, ending, handlerKeys }: Listing,
): CrossRegionReport[] {
  const own = found
    .flatMap((one) => one ?? [])
    .filter((report) => isReportFor(report, undefined, day, { termSince }))
    .filter(({ handlerKey }) => handlerKeys?.includes(handlerKey) ?? true);
  const isComplete = ({ reportNo }: CrossRegionReport): number => Number(reportNo === ending?.number);
  return [...new Map(own.map((report) => [report.reportNo, report])).values()]
    .sort(
      (a, b) =>
        isComplete(b) - isComplete(a) || order(b.validUntil, a.validUntil) || order(a.reportNo, b.reportNo),
    )
    .slice(0, mostReports);
}
interface Listing {
  readonly day: string;
  readonly ending?: Ending;
  readonly handlerKeys?: readonly string[] | undefined;
}
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The handle of a report: sealed, and valid in this login only, whatever is searched before or after. */
const reportChoiceOf = (ctx: Pick<FlowContext, 'dataKeys'>, ticket: LoginTicket, reportNo: string): string =>
  seal(ctx.dataKeys, contextOf(ticket), reportNo);

/** Opens a handle of this login. Throws NOT_FOUND for any other text. */
export function chosenReport(
  ctx: Pick<FlowContext, 'dataKeys'>,
  ticket: LoginTicket,
  choiceId: string,
): string {
  try {
    return unseal(ctx.dataKeys, contextOf(ticket), choiceId);
  } catch (error) {
    throw new Problem('NOT_FOUND', {}, { cause: error });
  }
}
const contextOf = ({ ticketKey }: LoginTicket): string => `report-choice:${ticketKey}`;
