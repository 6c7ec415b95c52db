import { settings } from '#http/house.ts';
import { writeLine } from '#http/log.ts';
import { openTables } from '#store/db.ts';
import { sweepLocks } from './sweep.ts';

const db = openTables();

/** Started by the schedule at 00:00 Asia/Shanghai; by hand it does the same. */
export async function handler(): Promise<{ unlocked: number }> {
  const unlocked = await sweepLocks(db, new Date(), settings().policies);
  writeLine({ level: 'INFO', flow: 'midnight-unlock', unlocked });
  return { unlocked };
}
