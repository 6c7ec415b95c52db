import { shanghaiDay } from '#domain/days.ts';
import { type ActingOption, actingOptionOf } from '#journeys/companies/acting-option.ts';
import { possibleHandler } from '#journeys/companies/report-handlers.ts';
import { openSession } from '#journeys/sessions/open-session.ts';
import type { CallOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Relation } from '#store/companies/relations.ts';
import {
  activeCompanyCheck,
  companyProblem,
  findTaxpayer,
  isKnown,
  shownTaxpayerId,
  type Taxpayer,
} from '#store/companies/taxpayers.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Person } from '#store/people/person-row.ts';
import {
  type CrossRegionReport,
  findReport,
  isReportFor,
  reportCheck,
  reportGone,
} from '#store/reports/cross-region-reports.ts';
import { choiceMadeUpdate } from '#store/tickets/tickets.ts';
import type { login } from './contract.ts';
import { byEarlierFactor } from './earlier-factor.ts';
import { type PassedTicket, readPersonAndAccess, requireSamePerson } from './role-choices.ts';
import { chosenReport, reportRoles, requireCrossRegion } from './search-reports.ts';

const entry = 'cross-region';

/**
 * SPC-2: opens the session under a report. The earlier offer proves nothing: report, role and company are read by their
 * own keys and checked again in the transaction that opens the session.
 */
export async function chooseReport(
  ctx: FlowContext,
  call: CallOf<typeof login, 'choose'>,
  passed: PassedTicket,
) {
  const ticket = requireCrossRegion(passed);
  const { companyKey } = ticket;
  const reportNo = chosenReport(ctx, ticket, call.body.choiceId);
  return retryOnConcurrentChange(async () => {
    const [{ person: read, relations }, company, report] = await Promise.all([
      readPersonAndAccess(ctx, ticket),
      findTaxpayer(ctx.db, companyKey),
      findReport(ctx.db, companyKey, reportNo),
    ]);
    const person = requireSamePerson(read, ticket);
    const option = reportOption(ctx, { person, relations, company, report }, call.now);
    return openSession(ctx, call, person, option, byEarlierFactor(ticket), [
      choiceMadeUpdate(ticket, call.now),
      ...option.writes,
    ]);
  });
}

interface Found {
  readonly person: Person;
  readonly relations: readonly Relation[];
  readonly company: Taxpayer | undefined;
  readonly report: CrossRegionReport | undefined;
}

/**
 * The role in which the person acts under a report (SPC-3): the role used last in this company if it sees reports,
 * otherwise the first in the order of roles (LGN-10); tax-handler if only the report names the person.
 */
function reportOption(
  ctx: Pick<FlowContext, 'keys' | 'dataKeys'>,
  { person, relations, company, report }: Found,
  now: Date,
): ActingOption {
  const day = shanghaiDay(now);
  // The report ended, moved or got another 经办人 since it was offered; the person may choose another one.
  if (!isReportFor(report, undefined, day, company)) throw reportGone();
  const { companyKey, reportNo, handlerKey } = report;
  const roles = reportRoles(relations, day);
  const relation = roles.find(({ role }) => role === person.lastRoles?.[companyKey]) ?? roles[0];
  if (relation) {
    const option = actingOptionOf(ctx, relation, now, entry, reportNo);
    return { ...option, writes: [...option.writes, reportCheck(companyKey, reportNo, undefined, day)] };
  }
  if (!possibleHandler(ctx, person, companyKey)?.handlerKeys.includes(handlerKey)) throw reportGone();
  if (!isKnown(company)) throw companyProblem(company) ?? reportGone();
  return {
    identity: {
      kind: 'special',
      subject: entry,
      taxpayerId: shownTaxpayerId(ctx.dataKeys, company),
      taxpayerName: company.name,
      role: 'tax-handler',
      reportNo,
    },
    company: { by: 'report', companyKey, role: 'tax-handler', reportNo, handlerKey },
    writes: [
      activeCompanyCheck(companyKey, { companyTerm: company.term }),
      reportCheck(companyKey, reportNo, handlerKey, day),
    ],
  };
}
