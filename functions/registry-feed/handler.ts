import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { writeLine } from '#gateways/log.ts';
import { createSmsGateway } from '#gateways/sms/index.ts';
import { withinBudget } from '#gateways/time-budget.ts';
import { type House, houseOf } from '#http/house.ts';
import { causeOf } from '#http/log.ts';
import { openTables } from '#store/db.ts';
import { registryFeed } from './contract.ts';
import { gatheredTables } from './gathered.ts';
import { readMessage } from './messages.ts';
import { type Circumstances, takeFile } from './take-file.ts';
import { type FeedCounts, type Told, takeLines } from './take-lines.ts';

const tables = openTables();
/** Calls are gathered within one invocation. */
const openHouse = () => houseOf(registryFeed, { db: gatheredTables(tables), sms: createSmsGateway })();

/** A batch of lines handed over directly, numbered from `firstLine`. */
interface Batch {
  readonly lines: readonly string[];
  readonly firstLine?: number;
}

/** What a direct hand-over is answered: everything about it, because it is small. */
type Report = Pick<FeedCounts, 'accepted' | 'stale' | 'emptied'> & {
  readonly rejected: readonly Told[];
  readonly warnings: readonly Told[];
};

/**
 * Feed lines (ENT-3) from the queue, as messages or as files that they tell of, or handed over directly. A message
 * whose lines could not be taken because a dependency is away, or because the time is up, comes again; lines are
 * idempotent, so that is safe.
 */
export async function handler(event: SQSEvent | Batch, context: Context): Promise<Report | SQSBatchResponse> {
  return withinBudget<Report | SQSBatchResponse>(context, () =>
    'Records' in event ? takeMessages(event, context) : takeBatch(event),
  );
}

async function takeBatch({ lines, firstLine = 1 }: Batch): Promise<Report> {
  const rejected: Told[] = [];
  const warnings: Told[] = [];
  const { accepted, stale, emptied } = await takeLines(await openHouse(), lines, firstLine, new Date(), {
    rejected: (told) => rejected.push(told),
    warned: (told) => warnings.push(told),
  });
  for (const list of [rejected, warnings]) list.sort((a, b) => a.line - b.line);
  return { accepted, stale, emptied, rejected, warnings };
}

async function takeMessages({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const house = await openHouse();
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const { messageId, body, eventSourceARN } of Records) {
    const remainingMs = () => context.getRemainingTimeInMillis();
    try {
      await takeMessage(house, body, { messageId, queueArn: eventSourceARN, remainingMs });
    } catch (error) {
      writeLine({
        level: 'ERROR',
        word: 'message-failed',
        flow: 'registry-feed',
        messageId,
        cause: causeOf(error),
      });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
}

/** Each rejection goes to the log at once, with the message or file it belongs to. */
async function takeMessage(h: House, body: string, circumstances: Circumstances): Promise<void> {
  const now = new Date();
  const asked = readMessage(body, now);
  if (asked.kind === 'files') {
    for (const file of asked.files) await takeFile(h, file, circumstances);
    return;
  }
  const told = { flow: 'registry-feed', messageId: circumstances.messageId };
  const tell = (word: 'rejected' | 'warning') => (one: Told) =>
    writeLine({ level: 'WARN', ...told, word, ...one });
  const counts = await takeLines(h, asked.lines, 1, now, {
    rejected: tell('rejected'),
    warned: tell('warning'),
  });
  writeLine({ level: 'INFO', word: 'message-done', ...told, ...counts });
}
