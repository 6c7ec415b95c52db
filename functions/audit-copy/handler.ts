import type { Context, DynamoDBStreamEvent } from 'aws-lambda';
import { keepObject } from '#gateways/kept-objects.ts';
import { withinTimeBudget } from '#gateways/time-budget.ts';
import { auditObject } from '#store/audit/audit-object.ts';

/**
 * Throws if the copy is not kept: then the stream delivers the batch again, perhaps in halves. The key of an object
 * contains the hash of its lines, so a batch that comes twice is kept once.
 */
export const handler = ({ Records }: DynamoDBStreamEvent, context: Context): Promise<void> =>
  withinTimeBudget(context, async () => {
    const object = auditObject(Records);
    if (object) await keepObject('audit-copy', object.key, object.text);
  });
