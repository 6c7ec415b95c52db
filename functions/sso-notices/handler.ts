import type { Context, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { withinTimeBudget } from '#gateways/time-budget.ts';
import { endIfOver } from '#journeys/sso/end-lapsed-hand-over.ts';
import { forEachConcurrently } from '#runtime/concurrency.ts';
import { flowContextOf } from '#runtime/context.ts';
import { imagesOf } from '#store/dynamodb/changes.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import type { RpSession } from '#store/sessions/rp-sessions.ts';
import { affectedHandOvers } from './affected-hand-overs.ts';
import { ssoNotices } from './contract.ts';
import { dueNotices, queueNotice } from './logout-notices.ts';

const openContext = flowContextOf(ssoNotices, { db: openTables() });

/**
 * How many hand-overs are checked in parallel: a company may have thousands, each with a read or two and perhaps a
 * write.
 */
const judgedAtOnce = 20;

/**
 * Changes of one table, in order for each row. A batch that fails comes again: a second end writes nothing, and a
 * system that is informed twice ends what it has already ended.
 */
export const handler = (event: DynamoDBStreamEvent, context: Context): Promise<void> =>
  withinTimeBudget(context, () => judgeAll(event));

async function judgeAll({ Records }: DynamoDBStreamEvent): Promise<void> {
  const ctx = await openContext();
  const now = new Date();
  const judged = new Set<string>();
  for (const record of Records) {
    const table = tableOf(record);
    const change = imagesOf(record.dynamodb);
    if (table === 'RpSessions')
      for (const notice of dueNotices(imagesOf<RpSession>(record.dynamodb))) await queueNotice(notice);
    const waiting = (await affectedHandOvers(ctx.db, table, change)).filter((handOver) => {
      const name = `${handOver.sessionId} ${handOver.clientId} ${handOver.sid}`;
      return !judged.has(name) && judged.add(name);
    });
    await forEachConcurrently(waiting, judgedAtOnce, (handOver) => endIfOver(ctx, handOver, now));
  }
}

/** `arn:…:table/ahtax-prod-Sessions/stream/…` → `Sessions` */
const tableOf = ({ eventSourceARN = '' }: DynamoDBRecord): string =>
  /:table\/[a-z]+-[a-z0-9]+-(\w+)\/stream\//.exec(eventSourceARN)?.[1] ?? '';
