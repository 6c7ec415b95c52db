import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { houseOf } from '#http/house.ts';
import { writeLine } from '#http/log.ts';
import { openTables } from '#store/db.ts';
import { registryFeed } from './contract.ts';
import { gatheredTables } from './gathered.ts';
import { linesOfMessage } from './messages.ts';
import { type Rejection, takeLines } from './take-lines.ts';

const tables = openTables();
/** Calls are gathered within one invocation. */
const openHouse = () => houseOf(registryFeed, { db: gatheredTables(tables) })();

/** A batch of lines handed over directly, numbered from `firstLine`. */
interface Batch {
  readonly lines: readonly string[];
  readonly firstLine?: number;
}

/** What a direct hand-over is answered: everything about it, because it is small. */
interface Report {
  accepted: number;
  stale: number;
  rejected: Rejection[];
  warnings: Rejection[];
}

/**
 * Feed lines (ENT-3) from the queue, as messages or as files that they tell of, or handed over directly. A message
 * whose lines could not be taken because a dependency is away comes again; lines are idempotent, so that is safe.
 */
export async function handler(event: SQSEvent | Batch): Promise<Report | SQSBatchResponse> {
  return 'Records' in event ? takeMessages(event) : takeBatch(event);
}

async function takeBatch({ lines, firstLine = 1 }: Batch): Promise<Report> {
  const rejected: Rejection[] = [];
  const counts = await takeLines(await openHouse(), lines, firstLine, new Date(), (rejection) =>
    rejected.push(rejection),
  );
  rejected.sort((a, b) => a.line - b.line);
  return { accepted: counts.accepted, stale: counts.stale, rejected, warnings: [] };
}

/** Files can be long: each rejection goes to the log at once, with the message it belongs to. */
async function takeMessages({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  const house = await openHouse();
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const { messageId, body } of Records) {
    const told = { flow: 'registry-feed', messageId };
    try {
      const counts = await takeLines(house, linesOfMessage(body), 1, new Date(), (rejection) =>
        writeLine({ level: 'WARN', ...told, ...rejection }),
      );
      writeLine({ level: 'INFO', ...told, ...counts });
    } catch (error) {
      writeLine({ level: 'ERROR', ...told, cause: error instanceof Error ? error.message : '' });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
}
