import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { endIfOver } from '#journeys/sso/hand-over-ends.ts';
import { flowContextOf } from '#runtime/context.ts';
import { imagesOf } from '#store/dynamodb/changes.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import type { RpSession } from '#store/sessions/rp-sessions.ts';
import { ssoNotices } from './contract.ts';
import { tell, untold } from './tell.ts';
import { touchedBy } from './touched.ts';

const openContext = flowContextOf(ssoNotices, { db: openTables() });

/**
 * Changes of one table, in their order for each row. A batch that fails comes again: ending twice writes nothing twice, and
 * a system that is told twice ends what it has ended.
 */
export async function handler({ Records }: DynamoDBStreamEvent): Promise<void> {
  const ctx = await openContext();
  const now = new Date();
  const judged = new Set<string>();
  for (const record of Records) {
    const table = tableOf(record);
    const change = imagesOf(record.dynamodb);
    if (table === 'RpSessions')
      for (const over of untold(imagesOf<RpSession>(record.dynamodb))) await tell(over);
    for (const handOver of await touchedBy(ctx.db, table, change)) {
      const name = `${handOver.sessionId} ${handOver.clientId} ${handOver.sid}`;
      if (judged.has(name)) continue;
      judged.add(name);
      await endIfOver(ctx, handOver, now);
    }
  }
}

/** `arn:…:table/ahtax-prod-Sessions/stream/…` → `Sessions` */
const tableOf = ({ eventSourceARN = '' }: DynamoDBRecord): string =>
  /:table\/[a-z]+-[a-z0-9]+-(\w+)\/stream\//.exec(eventSourceARN)?.[1] ?? '';
