import * as v from 'valibot';
import { Problem } from '#domain/problem.ts';
import type { House } from '#http/house.ts';
import { messageFor } from '#http/messages/index.ts';
import { asProblem } from '#http/problems.ts';
import { collectionLine, takeCollection } from './collection.ts';

/** A line that was not taken (ENT-3): by number, code and reason, which never repeats what the line held. */
export interface Rejection {
  readonly line: number;
  readonly code: string;
  readonly message: string;
}
export interface FeedCounts {
  accepted: number;
  stale: number;
  rejected: number;
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

/**
 * Lines one after the other: later lines may build on earlier ones. A bad line is told and stops nothing else.
 * Throws when a dependency is away.
 */
export async function takeLines(
  h: House,
  lines: Iterable<string> | AsyncIterable<string>,
  firstLine: number,
  now: Date,
  tell: (rejection: Rejection) => void,
): Promise<FeedCounts> {
  const counts: FeedCounts = { accepted: 0, stale: 0, rejected: 0 };
  let line = firstLine - 1;
  for await (const text of lines) {
    line++;
    if (text.trim() === '') continue;
    try {
      counts[await takeLine(h, text, now)]++;
    } catch (error) {
      const problem = asProblem(error);
      // A table that is away is no fault of the line: the batch is given back whole and comes again.
      if (problem.code === 'UNAVAILABLE') throw error;
      counts.rejected++;
      tell({ line, ...reasonOf(problem) });
    }
  }
  return counts;
}

function reasonOf(problem: Problem): { code: string; message: string } {
  const reason = typeof problem.details.reason === 'string' ? `: ${problem.details.reason}` : '';
  return { code: problem.code, message: messageFor(problem.code, problem.variant, 'zh').title + reason };
}
