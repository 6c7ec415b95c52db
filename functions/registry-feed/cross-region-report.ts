import * as v from 'valibot';
import { freeText } from '#contract/schemas.ts';
import { phoneKey } from '#crypto/keys.ts';
import { readReportNumber } from '#domain/companies/report-numbers.ts';
import { isDay, shanghaiDay } from '#domain/days.ts';
import { parsePhone } from '#domain/people/phones.ts';
import { Problem } from '#domain/problem.ts';
import { handlerKeysOf } from '#journeys/companies/report-handlers.ts';
import { readName } from '#journeys/people/named-person.ts';
import type { FlowContext } from '#runtime/context.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { findNamedHandlers, findReportHead, reportWrites } from '#store/reports/cross-region-reports.ts';
import { readCompany, taxpayerId } from './companies.ts';
import type { LineResult } from './outcome.ts';
import { isStale, version } from './versions.ts';

/** `cross-region-report`: a 跨区域涉税事项报告 as it is from now on (SPC-2, SPC-3). */
export const crossRegionReportLine = v.object({
  type: v.literal('cross-region-report'),
  version,
  reportNo: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  taxpayerId,
  place: freeText(100),
  /** The last day, inclusive; a day in the past ends the report. */
  validUntil: v.pipe(v.string(), v.check(isDay)),
  handler: v.object({
    name: v.pipe(v.string(), v.minLength(1), v.maxLength(120)),
    phone: v.pipe(v.string(), v.minLength(1), v.maxLength(32)),
  }),
});
type Line = v.InferOutput<typeof crossRegionReportLine>;

/** The company may be unknown yet (ENT-3). The same transaction removes whatever the report said before. */
export function importReport(ctx: FlowContext, line: Line, now: Date): Promise<LineResult> {
  const { key: companyKey } = readCompany(ctx, line.taxpayerId);
  const reportNo = readReportNumber(line.reportNo);
  if (reportNo === undefined) throw new Problem('BAD_REQUEST', { reason: 'reportNo (number)' });
  const handler = handlerKeysOf(
    ctx,
    companyKey,
    readName(line.handler.name, 'handler.name'),
    phoneKey(ctx.keys, parsePhone(line.handler.phone)),
  );
  return retryOnConcurrentChange(async () => {
    const [head, named] = await Promise.all([
      findReportHead(ctx.db, reportNo),
      findNamedHandlers(ctx.db, companyKey, handler.nameKey),
    ]);
    if (isStale(head?.version, line)) return 'stale';
    const before =
      head && head.handler.nameKey !== handler.nameKey
        ? await findNamedHandlers(ctx.db, head.holder, head.handler.nameKey)
        : undefined;
    await ctx.db.transact(
      reportWrites(
        {
          companyKey,
          reportNo,
          place: line.place,
          validUntil: line.validUntil,
          at: now.toISOString(),
          version: line.version,
          handler,
        },
        head,
        [named, before],
        shanghaiDay(now),
      ),
    );
    return 'accepted';
  });
}
