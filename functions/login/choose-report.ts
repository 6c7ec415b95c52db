import { shanghaiDay } from '#domain/days.ts';
import type { CallOf } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { openSession } from '#steps/open-session.ts';
import { type CompanyPlace, placeOf } from '#steps/relation-check.ts';
import { possibleHandler } from '#steps/report-handlers.ts';
import {
  type CrossRegionReport,
  findReport,
  isReportFor,
  reportCheck,
  reportGone,
} from '#store/cross-region-reports.ts';
import type { Relation } from '#store/relations.ts';
import {
  activeCompanyWrite,
  companyProblem,
  findTaxpayer,
  isKnown,
  shownTaxpayerId,
  type Taxpayer,
} from '#store/taxpayers.ts';
import { chosenWrite } from '#store/tickets.ts';
import { decidedAnew, type Person } from '#store/users.ts';
import type { login } from './contract.ts';
import { byEarlierFactor } from './earlier-factor.ts';
import { chosenReport, reportRoles, requireCrossRegion } from './reports.ts';
import { type PassedTicket, requireSamePerson, whoAndWhere } from './roles.ts';

const entry = 'cross-region';

/**
 * SPC-2: the session under a report. What was offered counts for nothing: report, role and company are read by their own
 * keys and checked once more in the transaction that opens the session.
 */
export async function chooseReport(h: House, call: CallOf<typeof login, 'choose'>, passed: PassedTicket) {
  const ticket = requireCrossRegion(passed);
  const { companyKey } = ticket;
  const reportNo = chosenReport(h, ticket, call.body.choiceId);
  return decidedAnew(async () => {
    const [{ person: read, relations }, company, report] = await Promise.all([
      whoAndWhere(h, ticket),
      findTaxpayer(h.db, companyKey),
      findReport(h.db, companyKey, reportNo),
    ]);
    const person = requireSamePerson(read, ticket);
    const place = reportPlace(h, { person, relations, company, report }, call.now);
    return openSession(h, call, person, place, byEarlierFactor(ticket), [
      chosenWrite(ticket, call.now),
      ...place.writes,
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
 * The person's place under a report (SPC-3): by the role used last in this company where it sees reports, else the first
 * in the order of roles (LGN-10); as tax-handler where only the report names them.
 */
function reportPlace(
  h: Pick<House, 'keys' | 'dataKeys'>,
  { person, relations, company, report }: Found,
  now: Date,
): CompanyPlace {
  const day = shanghaiDay(now);
  // It ran out, moved or changed hands since it was offered; another one may still be chosen.
  if (!isReportFor(report, undefined, day)) throw reportGone();
  const { companyKey, reportNo, handlerKey } = report;
  const roles = reportRoles(relations, day);
  const relation = roles.find(({ role }) => role === person.lastRoles?.[companyKey]) ?? roles[0];
  if (relation) {
    const place = placeOf(h, relation, now, entry, reportNo);
    return { ...place, writes: [...place.writes, reportCheck(companyKey, reportNo, undefined, day)] };
  }
  if (!possibleHandler(h, person, companyKey)?.handlerKeys.includes(handlerKey)) throw reportGone();
  if (!isKnown(company)) throw companyProblem(company) ?? reportGone();
  return {
    identity: {
      kind: 'special',
      subject: entry,
      taxpayerId: shownTaxpayerId(h.dataKeys, company),
      taxpayerName: company.name,
      role: 'tax-handler',
      reportNo,
    },
    company: { by: 'report', companyKey, role: 'tax-handler', reportNo, handlerKey },
    writes: [activeCompanyWrite(companyKey), reportCheck(companyKey, reportNo, handlerKey, day)],
  };
}
