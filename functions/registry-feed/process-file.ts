import { callAws } from '#gateways/aws.ts';
import { writeLine } from '#gateways/log.ts';
import { ObjectChanged } from '#gateways/object-ranges.ts';
import type { FlowContext } from '#runtime/context.ts';
import { causeOf } from '#runtime/log.ts';
import { nextLines } from './file-lines.ts';
import { continuationMessage, type FeedFile } from './messages.ts';
import { type FeedCounts, loggingListener, processLines } from './process-lines.ts';

/** What the code knows about the invocation that it runs in. */
export interface QueueDelivery {
  readonly messageId: string;
  /** The queue from which the message came, and to which the rest of a file returns. */
  readonly queueArn: string;
  readonly remainingMs: () => number;
}

/**
 * Milliseconds. A piece in which every line has an old hash takes about a minute, and a piece that is begun must end.
 */
const reserveMs = 110_000;
/** Seconds until a file continues after a dependency was unavailable. */
const pauseSeconds = 60;
/**
 * Seconds from a failure to the next try, and the most from one try to the next: five tries, slow or fast, are over
 * within a quarter of an hour. The second number is the queue's own visibility (infra/constructs/triggers/feed.ts),
 * which does the same for a function that died.
 */
const pauses = { afterFailure: 120, betweenTries: 180 } as const;

/**
 * Processes a file from a position, piece by piece, in bounded memory (MIG-1). Before the time is up, the rest returns
 * to the queue as a message of its own, so that a file may take any number of invocations. Each piece is logged with
 * the counts so far, and the last one is the file's report. If a dependency becomes unavailable, the lines taken so far
 * stay taken.
 * @throws if nothing could be taken: the message comes again, and repeating is harmless
 */
export async function processFile(
  ctx: FlowContext,
  file: FeedFile,
  { messageId, queueArn, remainingMs }: QueueDelivery,
): Promise<void> {
  let at = file;
  for (;;) {
    const logFields = { flow: 'registry-feed', messageId, file: at.etag };
    try {
      const { lines, next, atEnd, etag, size } = await nextLines(at, at.position, at.etag);
      const listener = loggingListener({ ...logFields, file: etag });
      const counts = await processLines(ctx, lines, at.position.line, new Date(), listener);
      at = { ...at, etag, position: next, counts: sumOf(at.counts, counts) };
      writeLine({
        level: 'INFO',
        ...logFields,
        file: etag,
        event: atEnd ? 'file-done' : 'file-progress',
        lines: next.line - 1,
        bytes: next.offset,
        size,
        ...at.counts,
        startedAt: at.startedAt,
      });
      if (atEnd) return;
    } catch (error) {
      if (error instanceof ObjectChanged) {
        // The new content has sent a notification of its own and is read from its beginning.
        writeLine({
          level: 'ERROR',
          ...logFields,
          event: 'file-changed',
          lines: at.position.line - 1,
          ...at.counts,
        });
        return;
      }
      if (at === file) throw error;
      writeLine({
        level: 'ERROR',
        ...logFields,
        event: 'file-paused',
        lines: at.position.line - 1,
        cause: causeOf(error),
      });
      return queueRest(at, queueArn, pauseSeconds);
    }
    if (remainingMs() < reserveMs) return queueRest(at, queueArn);
  }
}

function sumOf(before: FeedCounts, more: FeedCounts): FeedCounts {
  return {
    accepted: before.accepted + more.accepted,
    stale: before.stale + more.stale,
    rejected: before.rejected + more.rejected,
    warnings: before.warnings + more.warnings,
    emptied: before.emptied + more.emptied,
  };
}

/**
 * The rest of a file returns to the queue. If it is sent twice because an answer was lost, its lines change nothing the
 * second time. The trace id is not passed on: with it Lambda would take a long file for a loop and stop it.
 */
async function queueRest(file: FeedFile, queueArn: string, delaySeconds = 0): Promise<void> {
  await callAws('sqs', 'SendMessage', {
    QueueUrl: queueUrlOf(queueArn),
    MessageBody: continuationMessage(file),
    DelaySeconds: delaySeconds,
  });
}

/** Seconds until a message is delivered again that failed `spentSeconds` after its delivery. */
export const secondsToNextTry = (spentSeconds: number): number =>
  Math.max(0, Math.min(pauses.afterFailure, pauses.betweenTries - Math.ceil(spentSeconds)));

/**
 * Makes a failed message visible again after two minutes, or sooner if it took long to fail. If this call fails too,
 * the message becomes visible when the queue's own time is over.
 */
export async function makeVisibleAgain(
  queueArn: string,
  ReceiptHandle: string,
  spentSeconds: number,
): Promise<void> {
  try {
    const VisibilityTimeout = secondsToNextTry(spentSeconds);
    const input = { QueueUrl: queueUrlOf(queueArn), ReceiptHandle, VisibilityTimeout };
    await callAws('sqs', 'ChangeMessageVisibility', input);
  } catch {
    // The message comes again all the same, only later.
  }
}

/** `arn:aws-cn:sqs:region:account:name` → the address by which the queue's API knows it. */
function queueUrlOf(arn: string): string {
  const [, partition, , region, account, name] = arn.split(':');
  if (!name) throw new Error('a message without its queue');
  return `https://sqs.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}/${account}/${name}`;
}
