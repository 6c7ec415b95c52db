import type { Context, SQSEvent } from 'aws-lambda';
import { runLockSweep } from '#journeys/lock-sweep.ts';
import { settings } from '#runtime/context.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { midnightContinued } from './contract.ts';

const db = openTables();

/**
 * One message starts one run. The content of the message does not matter: the index knows what is left. A run that
 * fails comes again.
 */
export async function handler(_event: SQSEvent, context: Context): Promise<void> {
  await runLockSweep(db, midnightContinued.name, new Date(), settings().policies, context);
}
