import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { flowContextOf } from '#runtime/context.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { ssoTell, tellingTries } from './contract.ts';
import { readTelling, tellOnce } from './tell-once.ts';

const openContext = flowContextOf(ssoTell, { db: openTables() });

/** What a system did not take comes again by the queue, and at last lies with the dead letters, which ring. */
export async function handler({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  const ctx = await openContext();
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const { messageId, body, attributes } of Records) {
    const tries = Number(attributes.ApproximateReceiveCount);
    const told = await tellOnce(ctx, readTelling(body), new Date(), { tries, last: tries >= tellingTries });
    if (!told) batchItemFailures.push({ itemIdentifier: messageId });
  }
  return { batchItemFailures };
}
