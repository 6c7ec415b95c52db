import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { arrayOf, objectOf } from '../http/json.ts';

export interface FeedResult {
  accepted: number;
  stale: number;
  /** How many numbers were taken from their holders, if any (MIG-1). */
  emptied?: number;
  rejected: unknown[];
  warnings: unknown[];
  /** How many rejections and warnings were left out of the answer, if any. */
  omitted?: number;
}
/** One call of the feed's function: complete lines, and the number (from 1) of the first. */
export interface FeedBatch {
  readonly lines: string[];
  readonly firstLine: number;
}

const batchLines = 500;
const batchBytes = 1024 * 1024;
/**
 * The most rejections, and the most warnings, in one answer, so that a body of any length needs limited memory. `npm
 * run feed` sends less.
 */
const mostListed = 50_000;

/** Passes ndjson of any length to the feed function, batch by batch and in order, and adds up the results. */
export async function feedRegistry(
  body: Readable,
  invoke: (batch: FeedBatch) => Promise<unknown>,
): Promise<FeedResult> {
  const total: FeedResult = { accepted: 0, stale: 0, rejected: [], warnings: [] };
  const add = (name: 'emptied' | 'omitted', more: number): void => {
    if (more > 0) total[name] = (total[name] ?? 0) + more;
  };
  const keep = (list: unknown[], more: readonly unknown[]): void => {
    const room = Math.max(0, mostListed - list.length);
    list.push(...more.slice(0, room));
    add('omitted', more.length - room);
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
    // A blank line is no feed line but keeps its number: it ends the batch.
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
