import type { Context } from 'aws-lambda';
import { runLockSweep, type SweptLocks } from '#journeys/lock-sweep.ts';
import { settings } from '#runtime/context.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { midnightUnlock } from './contract.ts';

const db = openTables();

/** Started by the schedule at 00:00 Asia/Shanghai; started by hand it does the same. */
export const handler = (_event: unknown, context: Context): Promise<SweptLocks> =>
  runLockSweep(db, midnightUnlock.name, new Date(), settings().policies, context);
