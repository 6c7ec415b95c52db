import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { writeLine } from '#gateways/log.ts';
import { createSmsGateway } from '#gateways/sms/index.ts';
import { withinTimeBudget } from '#gateways/time-budget.ts';
import { type FlowContext, flowContextOf } from '#runtime/context.ts';
import { causeOf } from '#runtime/log.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { batchedTables } from './batched-tables.ts';
import { registryFeed } from './contract.ts';
import { readMessage } from './messages.ts';
import { makeVisibleAgain, processFile, type QueueDelivery } from './process-file.ts';
import { type FeedCounts, type LineIssue, loggingListener, processLines } from './process-lines.ts';

const tables = openTables();
/** Calls are combined within one invocation. */
const openContext = () => flowContextOf(registryFeed, { db: batchedTables(tables), sms: createSmsGateway })();

/** A batch of lines that an operator passes directly, numbered from `firstLine`. */
interface Batch {
  readonly lines: readonly string[];
  readonly firstLine?: number;
}

/** The answer to a direct call: the whole report, because it is small. */
type Report = Pick<FeedCounts, 'accepted' | 'stale' | 'emptied'> & {
  readonly rejected: readonly LineIssue[];
  readonly warnings: readonly LineIssue[];
};

/**
 * Receives feed lines (ENT-3) from the queue, as messages or as files that messages name, or directly from an operator.
 * A message comes again if its lines could not be taken because a dependency was unavailable or the time was up; that
 * is safe, because lines may be repeated.
 */
export async function handler(event: SQSEvent | Batch, context: Context): Promise<Report | SQSBatchResponse> {
  return withinTimeBudget<Report | SQSBatchResponse>(context, () =>
    'Records' in event ? takeMessages(event, context) : takeBatch(event),
  );
}

async function takeBatch({ lines, firstLine = 1 }: Batch): Promise<Report> {
  const rejected: LineIssue[] = [];
  const warnings: LineIssue[] = [];
  const listener = {
    rejected: (issue: LineIssue) => rejected.push(issue),
    warned: (issue: LineIssue) => warnings.push(issue),
  };
  const counts = await processLines(await openContext(), lines, firstLine, new Date(), listener, true);
  for (const list of [rejected, warnings]) list.sort((a, b) => a.line - b.line);
  const { accepted, stale, emptied } = counts;
  return { accepted, stale, emptied, rejected, warnings };
}

async function takeMessages({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const begun = performance.now();
  const ctx = await openContext();
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const { messageId, body, eventSourceARN, receiptHandle } of Records) {
    const remainingMs = () => context.getRemainingTimeInMillis();
    try {
      await takeMessage(ctx, body, { messageId, queueArn: eventSourceARN, remainingMs });
    } catch (error) {
      writeLine({
        level: 'ERROR',
        event: 'message-failed',
        flow: 'registry-feed',
        messageId,
        cause: causeOf(error),
      });
      batchItemFailures.push({ itemIdentifier: messageId });
      await makeVisibleAgain(eventSourceARN, receiptHandle, (performance.now() - begun) / 1000);
    }
  }
  return { batchItemFailures };
}

async function takeMessage(ctx: FlowContext, body: string, delivery: QueueDelivery): Promise<void> {
  const now = new Date();
  const content = readMessage(body, now);
  if (content.kind === 'files') {
    for (const file of content.files) await processFile(ctx, file, delivery);
    return;
  }
  const logFields = { flow: 'registry-feed', messageId: delivery.messageId };
  const counts = await processLines(ctx, content.lines, 1, now, loggingListener(logFields));
  writeLine({ level: 'INFO', event: 'message-done', ...logFields, ...counts });
}
