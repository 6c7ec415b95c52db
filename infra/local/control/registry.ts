import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { arrayOf, objectOf } from '../http/json.ts';

export interface FeedResult {
  accepted: number;
  stale: number;
  /** Numbers taken from their holders, where there are any (MIG-1). */
  emptied?: number;
  rejected: unknown[];
  warnings: unknown[];
  /** Rejections and warnings beyond the most that one answer lists, where there are any. */
  untold?: number;
}
/** One start of the feed's function: whole lines, and the number (from 1) of the first. */
export interface FeedBatch {
  readonly lines: string[];
  readonly firstLine: number;
}

const batchLines = 500;
const batchBytes = 1024 * 1024;
/** What one answer lists at most of each kind: a body of any length takes no more memory. `npm run feed` sends less. */
const mostTold = 50_000;

/** Hands ndjson of any length to the feed function, batch by batch in their order, and adds up what it says. */
export async function feedRegistry(
  body: Readable,
  invoke: (batch: FeedBatch) => Promise<unknown>,
): Promise<FeedResult> {
  const total: FeedResult = { accepted: 0, stale: 0, rejected: [], warnings: [] };
  const add = (name: 'emptied' | 'untold', more: number): void => {
    if (more > 0) total[name] = (total[name] ?? 0) + more;
  };
  const keep = (list: unknown[], more: readonly unknown[]): void => {
    const room = Math.max(0, mostTold - list.length);
    list.push(...more.slice(0, room));
    add('untold', more.length - room);
  };
  const flush = async (batch: FeedBatch): Promise<void> => {
    if (batch.lines.length === 0) return;
    const result = objectOf(await invoke(batch));
    total.accepted += Number(result.accepted ?? 0);
    total.stale += Number(result.stale ?? 0);
    add('emptied', Number(result.emptied ?? 0));
    keep(total.rejected, arrayOf(result.rejected));
    keep(total.warnings, arrayOf(result.warnings));
  };
  let batch: FeedBatch = { lines: [], firstLine: 1 };
  let bytes = 0;
  let number = 0;
  for await (const line of createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    const blank = line.trim() === '';
    // A blank line is no line of the feed, but keeps its number: it ends the batch.
    if (blank || batch.lines.length >= batchLines || bytes + line.length > batchBytes) {
      await flush(batch);
      batch = { lines: [], firstLine: blank ? number + 1 : number };
      bytes = 0;
    }
    if (blank) continue;
    batch.lines.push(line);
    bytes += line.length;
  }
  await flush(batch);
  return total;
}
