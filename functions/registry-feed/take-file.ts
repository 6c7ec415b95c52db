import { callAws } from '#gateways/aws.ts';
import { writeLine } from '#gateways/log.ts';
import { ObjectChanged } from '#gateways/object-ranges.ts';
import type { FlowContext } from '#runtime/context.ts';
import { causeOf } from '#runtime/log.ts';
import { nextLines } from './file-lines.ts';
import { continuationMessage, type FeedFile } from './messages.ts';
import { type FeedCounts, takeLines } from './take-lines.ts';

/** What an invocation knows of its circumstances. */
export interface Circumstances {
  readonly messageId: string;
  /** The queue that the message came by, and that the rest of a file goes back to. */
  readonly queueArn: string;
  readonly remainingMs: () => number;
}

/** A piece of lines with nothing but old hashes takes about a minute; what is begun must end. */
const reserveMs = 110_000;
/** A dependency that is away is given this long before the file is taken up again where it stopped. */
const pauseSeconds = 60;
/**
 * From a failure to the next try, in seconds, and from one try to the next at most: five of them, slow or quick, are over
 * within a quarter of an hour. The second is the queue's own visibility (infra/constructs/triggers/feed.ts), which does the
 * same for a function that died.
 */
const pauses = { afterFailure: 120, betweenTries: 180 } as const;

/**
 * Takes a file from where it stands, piece by piece, in bounded memory (MIG-1). Before the time is up the rest goes
 * back to the queue as a message of its own, so that a file may take any number of invocations; each piece is logged
 * with the counts so far, and the last one as the file's report. Where a dependency is away, what was taken stays taken.
 * @throws where nothing could be taken: the message comes again, which repeats harmlessly
 */
export async function takeFile(
  ctx: FlowContext,
  file: FeedFile,
  { messageId, queueArn, remainingMs }: Circumstances,
): Promise<void> {
  let at = file;
  for (;;) {
    const logFields = { flow: 'registry-feed', messageId, file: at.etag };
    try {
      const { lines, next, atEnd, etag, size } = await nextLines(at, at.position, at.etag);
      const tell = (word: 'rejected' | 'warning') => (one: object) =>
        writeLine({ level: 'WARN', ...logFields, file: etag, word, ...one });
      const counts = await takeLines(ctx, lines, at.position.line, new Date(), {
        rejected: tell('rejected'),
        warned: tell('warning'),
      });
      at = { ...at, etag, position: next, counts: sumOf(at.counts, counts) };
      writeLine({
        level: 'INFO',
        ...logFields,
        file: etag,
        word: atEnd ? 'file-done' : 'file-progress',
        lines: next.line - 1,
        bytes: next.offset,
        size,
        ...at.counts,
        startedAt: at.startedAt,
      });
      if (atEnd) return;
    } catch (error) {
      if (error instanceof ObjectChanged) {
        // The new content has told of itself, and is taken from its beginning.
        writeLine({
          level: 'ERROR',
          ...logFields,
          word: 'file-changed',
          lines: at.position.line - 1,
          ...at.counts,
        });
        return;
      }
      if (at === file) throw error;
      writeLine({
        level: 'ERROR',
        ...logFields,
        word: 'file-paused',
        lines: at.position.line - 1,
        cause: causeOf(error),
      });
      return handOn(at, queueArn, pauseSeconds);
    }
    if (remainingMs() < reserveMs) return handOn(at, queueArn);
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
 * The rest of a file goes back to the queue. Sent twice because an answer was lost, its lines are stale the second time. No
 * trace goes along: by it Lambda would take a long file for a loop and stop it.
 */
async function handOn(file: FeedFile, queueArn: string, delaySeconds = 0): Promise<void> {
  await callAws('sqs', 'SendMessage', {
    QueueUrl: queueUrlOf(queueArn),
    MessageBody: continuationMessage(file),
    DelaySeconds: delaySeconds,
  });
}

/** Seconds until a message is shown again that has failed `spentSeconds` after it was handed out. */
export const secondsToNextTry = (spentSeconds: number): number =>
  Math.max(0, Math.min(pauses.afterFailure, pauses.betweenTries - Math.ceil(spentSeconds)));

/**
 * Shows a message that failed again after two minutes, or sooner where it took long to fail. Where that fails too, it comes
 * by itself when the queue's own time is over.
 */
export async function showAgain(
  queueArn: string,
  ReceiptHandle: string,
  spentSeconds: number,
): Promise<void> {
  try {
    const VisibilityTimeout = secondsToNextTry(spentSeconds);
    const input = { QueueUrl: queueUrlOf(queueArn), ReceiptHandle, VisibilityTimeout };
    await callAws('sqs', 'ChangeMessageVisibility', input);
  } catch {
    // It comes again all the same, later.
  }
}

/** `arn:aws-cn:sqs:region:account:name` → the address that the queue's API wants it named by. */
function queueUrlOf(arn: string): string {
  const [, partition, , region, account, name] = arn.split(':');
  if (!name) throw new Error('a message without its queue');
  return `https://sqs.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}/${account}/${name}`;
}
