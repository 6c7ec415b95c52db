import { randomInt } from 'node:crypto';
import type { Loose, Reply } from '../../support/client.ts';
import type { Sample } from '../../support/people.ts';
import { expectStatus, type TestRuntime } from '../../support/runtime.ts';
import { bothFactors } from './relations.ts';

let counter = randomInt(1_000_000);
/** A report number that occurs only once, with this ending. */
export const reportNumber = (ending = '0001'): string =>
  `皖税跨报〔2027〕${String(++counter).padStart(7, '0')}-${ending}`;

export const nobody = { name: '无名氏', phone: '13000000000' };
export const handlerOf = ({ name, phone }: Sample) => ({ name, phone });

/** A registry line; `feed` adds the version. */
export const reportLine = (
  taxpayerId: string,
  reportNo: string,
  handler: { readonly name: string; readonly phone: string } = nobody,
  facts: object = {},
) => ({
  type: 'cross-region-report',
  reportNo,
  taxpayerId,
  place: '合肥市包河区',
  validUntil: '2027-12-31',
  handler,
  ...facts,
});

export const searchReports = (runtime: TestRuntime, loginId: string, ending: string): Promise<Reply<Loose>> =>
  runtime.http('GET', `/v1/logins/${loginId}/cross-region-reports?ending=${encodeURIComponent(ending)}`);

/** The reports that a search shows. */
export const reportsFor = async (runtime: TestRuntime, loginId: string, ending: string): Promise<Loose[]> =>
  expectStatus(await searchReports(runtime, loginId, ending), 200).body.reports;

export const crossRegion = { entry: 'cross-region' };

/** Passes both factors at `cross-region`; the choice of the report comes next. */
export async function beforeReports(
  runtime: TestRuntime,
  who: Sample,
  taxpayerId: string,
  account = who.documentNumber,
): Promise<string> {
  const { loginId, reply } = await bothFactors(runtime, who, taxpayerId, { ...crossRegion, account });
  if (reply.body.session || reply.body.choices.length > 0) throw new Error(JSON.stringify(reply.body));
  return loginId;
}

/** Logs in under a report. */
export async function underReport(runtime: TestRuntime, who: Sample, taxpayerId: string, reportNo: string) {
  const loginId = await beforeReports(runtime, who, taxpayerId);
  const found = await reportsFor(runtime, loginId, reportNo);
  const choice = found.find((report) => report.reportNo === reportNo);
  const reply = await runtime.http('POST', `/v1/logins/${loginId}/choose`, { choiceId: choice?.choiceId });
  const { session } = expectStatus(reply, 200).body;
  return { session, token: session.accessToken as string, cookie: reply.cookie ?? '', loginId };
}
