import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { withinTimeBudget } from '#gateways/time-budget.ts';
import { flowContextOf } from '#runtime/context.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { noticeTries, ssoTell } from './contract.ts';
import { readLogoutNotice, sendLogoutToken } from './send-logout-token.ts';

const openContext = flowContextOf(ssoTell, { db: openTables() });

/**
 * A message that a system did not take is retried by the queue, and finally goes to the dead-letter queue, which raises
 * an alarm.
 */
export const handler = (event: SQSEvent, context: Context): Promise<SQSBatchResponse> =>
  withinTimeBudget(context, () => sendAll(event));

async function sendAll({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  const ctx = await openContext();
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const { messageId, body, attributes } of Records) {
    const tries = Number(attributes.ApproximateReceiveCount);
    const isDelivered = await sendLogoutToken(ctx, readLogoutNotice(body), new Date(), {
      tries,
      last: tries >= noticeTries,
    });
    if (!isDelivered) batchItemFailures.push({ itemIdentifier: messageId });
  }
  return { batchItemFailures };
}
