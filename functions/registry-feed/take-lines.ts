import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { Problem } from '#domain/problem.ts';
import { hasOddCheck } from '#domain/taxpayers.ts';
import { isWhole } from '#domain/text.ts';
import { asProblem } from '#http/problems.ts';
import { brokenText } from '#http/request.ts';
import type { FlowContext } from '#runtime/context.ts';
import { messageFor } from '#runtime/messages/index.ts';
import { agencyStaffLine, takeAgencyStaff } from './agency-staff.ts';
import { agreementLine, takeAgreement } from './agreement.ts';
import { appointmentLine, takeAppointment } from './appointment.ts';
import { collectionLine, takeCollection } from './collection.ts';
import { crossRegionReportLine, takeReport } from './cross-region-report.ts';
import { type Bounds, type Piece, runKeyed } from './keyed-concurrency.ts';
import { companiesIn, objectsOf } from './objects.ts';
import type { Outcome, Taken } from './outcome.ts';
import { personLine, takePerson } from './person.ts';
import { orderLine, takeOrder } from './take-order.ts';
import { takeTaxHandler, taxHandlerLine } from './tax-handler.ts';
import { takeTaxpayer, taxpayerLine } from './taxpayer.ts';
import { warningOf } from './warnings.ts';

/** What is told of a line (ENT-3): by number, code and reason, which never repeats what the line held. */
export interface LineIssue {
  readonly line: number;
  readonly code: string;
  readonly message: string;
}
export interface FeedCounts {
  accepted: number;
  stale: number;
  rejected: number;
  warnings: number;
  /** Numbers taken from their holders because a line named them for somebody else (MIG-1). */
  emptied: number;
}
export const noCounts = (): FeedCounts => ({ accepted: 0, stale: 0, rejected: 0, warnings: 0, emptied: 0 });
/** Told of lines by their numbers, not always in that order. */
export interface Listener {
  rejected(issue: LineIssue): void;
  warned(issue: LineIssue): void;
}

const lineSchema = v.variant('type', [
  collectionLine,
  personLine,
  taxpayerLine,
  appointmentLine,
  taxHandlerLine,
  crossRegionReportLine,
  agencyStaffLine,
  agreementLine,
  orderLine,
]);

type Line = v.InferOutput<typeof lineSchema>;

/** @throws Problem BAD_REQUEST that names the member, never its value: reports travel further than the feed. */
function readLine(text: string): Line {
  // Bytes that are no UTF-8 have become U+FFFD, in a file, a message or on the way to either (DOC-2).
  if (!isWhole(text)) throw new Problem('BAD_REQUEST', { reason: 'not UTF-8' });
  let parsed: unknown;
  try {
    // Trimmed of a byte order mark too, which files begin with and joined files have inside (ENT-5).
    parsed = JSON.parse(text.trim());
  } catch {
    throw new Problem('BAD_REQUEST', { reason: 'not JSON' });
  }
  const line = v.safeParse(lineSchema, parsed);
  if (line.success) {
    const broken = brokenText(line.output, []);
    if (broken) throw new Problem('BAD_REQUEST', { reason: `${broken.join('.')} (not UTF-8)` });
    return line.output;
  }
  throw new Problem('BAD_REQUEST', {
    reason: line.issues
      .map((issue) => `${v.getDotPath(issue) ?? 'line'} (${issue.expected ?? issue.type})`)
      .join(', '),
  });
}

function takeLine(ctx: FlowContext, line: Line, now: Date, isHandedOver: boolean): Promise<Taken | Outcome> {
  switch (line.type) {
    case 'collection':
      return takeCollection(ctx, line, now);
    case 'person':
      return takePerson(ctx, line, now);
    case 'taxpayer':
      return takeTaxpayer(ctx, line, now);
    case 'legal-representative':
    case 'finance-head':
      return takeAppointment(ctx, line, now);
    case 'agency-staff':
      return takeAgencyStaff(ctx, line, now);
    case 'agreement':
      return takeAgreement(ctx, line, now);
    case 'tax-handler':
      return takeTaxHandler(ctx, line, now);
    case 'cross-region-report':
      return takeReport(ctx, line, now);
    case 'order':
      return takeOrder(ctx, line, now, isHandedOver);
  }
}

/** DOC-3: a number with a wrong check character is taken, and told once for each line that was not stale. */
function withDoubts(line: Line, outcome: Taken | Outcome): Taken | Outcome {
  const result = typeof outcome === 'string' ? { taken: outcome } : outcome;
  if (result.taken === 'stale' || !companiesIn(line).some(hasOddCheck)) return outcome;
  return { ...result, warnings: ['TAXPAYER_NUMBER_CHECK', ...(result.warnings ?? [])] };
}

/** Enough to keep a core busy while tables answer; what waits is small beside the function's memory. */
const bounds: Bounds = { atOnce: 64, held: 512, heldSize: 8_000_000 };
/** How often a line is tried that was in the way of others, and the longest pause before the next time. */
const tries = 4;
const pauseMs = 1_000;

/**
 * Takes lines side by side, but those about one object one after the other: later lines may build on earlier ones.
 * A bad line is told and stops nothing else.
 * @param isHandedOver by an operator, past the queue
 * @throws when a dependency is away, after the lines under way have ended; no further line is begun
 */
export async function takeLines(
  ctx: FlowContext,
  lines: Iterable<string> | AsyncIterable<string>,
  firstLine: number,
  now: Date,
  listener: Listener,
  isHandedOver = false,
): Promise<FeedCounts> {
  const counts = noCounts();
  const reject = (line: number, problem: Problem): void => {
    counts.rejected++;
    listener.rejected({ line, ...reasonOf(problem) });
  };
  const took = (line: number, outcome: Taken | Outcome): void => {
    const { taken, warnings = [], emptied = 0 } = typeof outcome === 'string' ? { taken: outcome } : outcome;
    counts[taken]++;
    counts.warnings += warnings.length;
    counts.emptied += emptied;
    for (const code of warnings) listener.warned({ line, ...warningOf(code) });
  };
  async function* pieces(): AsyncGenerator<Piece> {
    let number = firstLine - 1;
    for await (const text of lines) {
      const at = ++number;
      if (text.trim() === '') continue;
      let line: Line;
      try {
        line = readLine(text);
      } catch (error) {
        reject(at, asProblem(error));
        continue;
      }
      const run = async (): Promise<void> => {
        try {
          took(at, withDoubts(line, await patiently(() => takeLine(ctx, line, now, isHandedOver))));
        } catch (error) {
          const problem = asProblem(error);
          if (isPassing(problem)) throw error;
          reject(at, problem);
        }
      };
      yield { keys: objectsOf(line), size: text.length, run };
    }
  }
  await runKeyed(pieces(), bounds);
  return counts;
}

/** No fault of the line: a table is away, an item stays hot, or the hour has had its orders. The batch is given back whole and comes again. */
const isPassing = ({ code }: Problem): boolean => code === 'UNAVAILABLE' || code === 'TOO_MANY_REQUESTS';

/** Nobody waits for an answer here: what others were in the way of is tried again, later each time. */
async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  for (let time = 1; ; time++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'TOO_MANY_REQUESTS' || time === tries) throw error;
      await sleep(Math.random() * Math.min(pauseMs, 100 * 2 ** time));
    }
  }
}

function reasonOf(problem: Problem): { code: string; message: string } {
  const reason = typeof problem.details.reason === 'string' ? `: ${problem.details.reason}` : '';
  return { code: problem.code, message: messageFor(problem.code, problem.variant, 'zh').title + reason };
}
