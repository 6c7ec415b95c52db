import type { Context, SQSEvent } from 'aws-lambda';
import { continueCopying, readCopiesLeft } from '#journeys/companies/copies-left.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { copiesContinued } from './contract.ts';

const db = openTables();

/**
 * One message is one company. A message that fails comes again, and finally goes to the dead-letter queue, which raises
 * an alarm.
 */
export async function handler({ Records }: SQSEvent, context: Context): Promise<void> {
  for (const { body } of Records)
    await continueCopying(db, copiesContinued.name, readCopiesLeft(body), context);
}
