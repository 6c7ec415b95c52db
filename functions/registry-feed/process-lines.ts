import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { hasOddCheck } from '#domain/companies/taxpayers.ts';
import { Problem } from '#domain/problem.ts';
import { isWhole } from '#domain/text.ts';
import { writeLine } from '#gateways/log.ts';
import { asProblem } from '#http/problems.ts';
import { brokenText } from '#http/request.ts';
import type { FlowContext } from '#runtime/context.ts';
import { messageFor } from '#runtime/messages/index.ts';
import { agencyStaffLine, importAgencyStaff } from './agency-staff.ts';
import { agreementLine, importAgreement } from './agreement.ts';
import { appointmentLine, importAppointment } from './appointment.ts';
import { collectionLine, importCollection } from './collection.ts';
import { crossRegionReportLine, importReport } from './cross-region-report.ts';
import { importOrder, orderLine } from './import-order.ts';
import { type Bounds, type Piece, runKeyed } from './keyed-concurrency.ts';
import { companiesIn, objectsOf } from './objects.ts';
import type { LineOutcome, LineResult } from './outcome.ts';
import { importPerson, personLine } from './person.ts';
import { importTaxHandler, taxHandlerLine } from './tax-handler.ts';
import { importTaxpayer, taxpayerLine } from './taxpayer.ts';
import { warningOf } from './warnings.ts';

/** The report about a line (ENT-3): its number, a code and a reason, which never repeats what the line contained. */
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
  /** How many numbers were taken from their holders because a line named them for somebody else (MIG-1). */
  emptied: number;
}
export const noCounts = (): FeedCounts => ({ accepted: 0, stale: 0, rejected: 0, warnings: 0, emptied: 0 });
/** Receives the results of lines by their numbers, not always in order. */
export interface LineIssueListener {
  rejected(issue: LineIssue): void;
  warned(issue: LineIssue): void;
}

/** Logs each rejection and warning at once, with the message or file that it belongs to. */
export const loggingListener = (logFields: object): LineIssueListener => ({
  rejected: (issue) => writeLine({ level: 'WARN', ...logFields, event: 'rejected', ...issue }),
  warned: (issue) => writeLine({ level: 'WARN', ...logFields, event: 'warning', ...issue }),
});

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

/** @throws Problem BAD_REQUEST that names the member, never its value: reports are read by more people than the feed */
function readLine(text: string): Line {
  // Bytes that are no UTF-8 have become U+FFFD, in a file, in a message or on the way to either (DOC-2).
  if (!isWhole(text)) throw new Problem('BAD_REQUEST', { reason: 'not UTF-8' });
  let parsed: unknown;
  try {
    // Trims a byte order mark too: files begin with one, and joined files contain some (ENT-5).
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

function takeLine(
  ctx: FlowContext,
  line: Line,
  now: Date,
  isDirectCall: boolean,
): Promise<LineResult | LineOutcome> {
  switch (line.type) {
    case 'collection':
      return importCollection(ctx, line, now);
    case 'person':
      return importPerson(ctx, line, now);
    case 'taxpayer':
      return importTaxpayer(ctx, line, now);
    case 'legal-representative':
    case 'finance-head':
      return importAppointment(ctx, line, now);
    case 'agency-staff':
      return importAgencyStaff(ctx, line, now);
    case 'agreement':
      return importAgreement(ctx, line, now);
    case 'tax-handler':
      return importTaxHandler(ctx, line, now);
    case 'cross-region-report':
      return importReport(ctx, line, now);
    case 'order':
      return importOrder(ctx, line, now, isDirectCall);
  }
}

const outcomeOf = (result: LineResult | LineOutcome): LineOutcome =>
  typeof result === 'string' ? { taken: result } : result;

/** DOC-3: a number with a wrong check character is accepted, and reported once for each line that was not outdated. */
function withNumberWarning(line: Line, outcome: LineOutcome): LineOutcome {
  if (outcome.taken === 'stale' || !companiesIn(line).some(hasOddCheck)) return outcome;
  return { ...outcome, warnings: ['TAXPAYER_NUMBER_CHECK', ...(outcome.warnings ?? [])] };
}

/** Enough to keep one processor core busy while tables answer; waiting lines need little of the function's memory. */
const bounds: Bounds = { atOnce: 64, taken: 512, takenSize: 8_000_000 };
/** How often a line is tried that collided with others, and the longest pause before the next try. */
const tries = 4;
const pauseMs = 1_000;

/**
 * Takes lines in parallel, but lines about the same object one after the other, because later lines may build on
 * earlier ones. A bad line is reported and stops nothing else.
 * @param isDirectCall true if an operator calls the function directly, without the queue
 * @throws if a dependency is unavailable, after the running lines have ended; no further line is begun
 */
export async function processLines(
  ctx: FlowContext,
  lines: Iterable<string> | AsyncIterable<string>,
  firstLine: number,
  now: Date,
  listener: LineIssueListener,
  isDirectCall = false,
): Promise<FeedCounts> {
  const counts = noCounts();
  const reject = (line: number, problem: Problem): void => {
    counts.rejected++;
    listener.rejected({ line, ...reasonOf(problem) });
  };
  const count = (line: number, { taken, warnings = [], emptied = 0 }: LineOutcome): void => {
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
          const result = await retriedOnCollision(() => takeLine(ctx, line, now, isDirectCall));
          count(at, withNumberWarning(line, outcomeOf(result)));
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

/**
 * Not the line's fault: a table is unavailable, an item stays in use, or the hourly limit of orders is reached. The
 * whole batch is given back and comes again.
 */
const isPassing = ({ code }: Problem): boolean => code === 'UNAVAILABLE' || code === 'TOO_MANY_REQUESTS';

/** Nobody waits for an answer here: a line that collided with others is tried again, after a longer pause each time. */
async function retriedOnCollision<T>(attempt: () => Promise<T>): Promise<T> {
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
