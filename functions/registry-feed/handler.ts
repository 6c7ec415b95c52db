import { houseOf } from '#http/house.ts';
import { writeLine } from '#http/log.ts';
import { openTables } from '#store/db.ts';
import { registryFeed } from './contract.ts';
import { type FeedReport, takeLines } from './take-lines.ts';

const openHouse = houseOf(registryFeed, { db: openTables() });

/** A batch of feed lines, numbered from `firstLine`. */
export async function handler(event: { lines: string[]; firstLine?: number }): Promise<FeedReport> {
  const report = await takeLines(await openHouse(), event.lines, event.firstLine ?? 1, new Date());
  writeLine({
    level: 'INFO',
    flow: 'registry-feed',
    accepted: report.accepted,
    stale: report.stale,
    rejected: report.rejected.length,
  });
  return report;
}
