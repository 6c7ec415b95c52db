import type { Context } from 'aws-lambda';
import { type SweptHandOvers, sweepHandOvers } from '#journeys/sso/sweep-hand-overs.ts';
import { settings } from '#runtime/context.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { ssoSweep } from './contract.ts';

const db = openTables();

/** Started by the schedule every five minutes; started by hand it does the same. */
export const handler = (_event: unknown, context: Context): Promise<SweptHandOvers> =>
  sweepHandOvers({ db, settings: settings() }, ssoSweep.name, new Date(), context);
