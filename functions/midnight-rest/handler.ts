import type { Context, SQSEvent } from 'aws-lambda';
import { settings } from '#http/house.ts';
import { runSweep } from '#steps/lock-sweep.ts';
import { openTables } from '#store/db.ts';
import { midnightRest } from './contract.ts';

const db = openTables();

/** One message, one run. It says nothing that matters: what is left stands in the index. A run that fails comes again. */
export async function handler(_event: SQSEvent, context: Context): Promise<void> {
  await runSweep(db, midnightRest.name, new Date(), settings().policies, context);
}
