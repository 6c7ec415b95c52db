import type { Context, SQSEvent } from 'aws-lambda';
import { copyOn, readLeft } from '#journeys/companies/copies-left.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { copiesRest } from './contract.ts';

const db = openTables();

/** One message, one company. What fails comes again, and at last lies with the dead letters, which ring. */
export async function handler({ Records }: SQSEvent, context: Context): Promise<void> {
  for (const { body } of Records) await copyOn(db, copiesRest.name, readLeft(body), context);
}
