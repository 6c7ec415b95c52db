import type { Context, SQSEvent } from 'aws-lambda';
import { sweepHandOvers } from '#journeys/sso/sweep-hand-overs.ts';
import { settings } from '#runtime/context.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { ssoSweepContinued } from './contract.ts';

const db = openTables();

/**
 * One message starts one run. The content of the message does not matter: the index knows what is left. A run that
 * fails comes again.
 */
export async function handler(_event: SQSEvent, context: Context): Promise<void> {
  await sweepHandOvers({ db, settings: settings() }, ssoSweepContinued.name, new Date(), context);
}
