import { writeLine } from '#gateways/log.ts';
import { settings } from '#runtime/context.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { sweepLocks } from './sweep.ts';

const db = openTables();

/** Started by the schedule at 00:00 Asia/Shanghai; by hand it does the same. */
export async function handler(): Promise<{ unlocked: number }> {
  const unlocked = await sweepLocks(db, new Date(), settings().policies);
  writeLine({ level: 'INFO', word: 'unlocked', flow: 'midnight-unlock', unlocked });
  return { unlocked };
}
