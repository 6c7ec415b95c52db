import type { Context } from 'aws-lambda';
import { settings } from '#http/house.ts';
import { runSweep, type Swept } from '#steps/lock-sweep.ts';
import { openTables } from '#store/db.ts';
import { midnightUnlock } from './contract.ts';

const db = openTables();

/** Started by the schedule at 00:00 Asia/Shanghai; by hand it does the same. */
export const handler = (_event: unknown, context: Context): Promise<Swept> =>
  runSweep(db, midnightUnlock.name, new Date(), settings().policies, context);
