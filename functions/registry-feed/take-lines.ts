import * as v from 'valibot';
import { Problem } from '#domain/problem.ts';
import type { House } from '#http/house.ts';
import { messageFor } from '#http/messages/index.ts';
import { asProblem } from '#http/problems.ts';
import { collectionLine, takeCollection } from './collection.ts';

/** What became of a batch (ENT-3): a bad line is reported by number, code and reason, and stops nothing else. */
export interface FeedReport {
  accepted: number;
  stale: number;
  rejected: { line: number; code: string; message: string }[];
  warnings: { line: number; code: string; message: string }[];
}
export type Taken = 'accepted' | 'stale';

const lineSchema = v.variant('type', [collectionLine]);

async function takeLine(h: House, text: string, now: Date): Promise<Taken> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Problem('BAD_REQUEST', { reason: 'not JSON' });
  }
  const line = v.safeParse(lineSchema, parsed);
  if (!line.success) {
    // Names the member, never its value: reports travel further than the feed.
    throw new Problem('BAD_REQUEST', {
      reason: line.issues
        .map((issue) => `${v.getDotPath(issue) ?? 'line'} (${issue.expected ?? issue.type})`)
        .join(', '),
    });
  }
  return takeCollection(h, line.output, now);
}

/** Lines one after the other: later lines of a batch may build on earlier ones. Throws when a dependency is away. */
export async function takeLines(
  h: House,
  lines: readonly string[],
  firstLine: number,
  now: Date,
): Promise<FeedReport> {
  const report: FeedReport = { accepted: 0, stale: 0, rejected: [], warnings: [] };
  for (const [index, text] of lines.entries()) {
    if (text.trim() === '') continue;
    try {
      report[await takeLine(h, text, now)]++;
    } catch (error) {
      const problem = asProblem(error);
      // A table that is away is no fault of the line: the batch is given back whole and comes again.
      if (problem.code === 'UNAVAILABLE') throw error;
      const reason = typeof problem.details.reason === 'string' ? `: ${problem.details.reason}` : '';
      report.rejected.push({
        line: firstLine + index,
        code: problem.code,
        message: messageFor(problem.code, problem.variant, 'zh').title + reason,
      });
    }
  }
  return report;
}
