import type { Context } from 'aws-lambda';
import { writeLine } from '#gateways/log.ts';
import { withinBudget } from '#gateways/time-budget.ts';
import { settings } from '#http/house.ts';
import { openTables } from '#store/db.ts';
import { sweepLocks } from './sweep.ts';

const db = openTables();

/** Started by the schedule at 00:00 Asia/Shanghai; by hand it does the same. */
export async function handler(_event: unknown, context: Context): Promise<{ unlocked: number }> {
  const unlocked = await withinBudget(context, () => sweepLocks(db, new Date(), settings().policies));
  writeLine({ level: 'INFO', word: 'unlocked', flow: 'midnight-unlock', unlocked });
  return { unlocked };
}
