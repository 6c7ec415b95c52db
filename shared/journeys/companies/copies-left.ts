import { writeLine } from '#gateways/log.ts';
import { sendMessage } from '#gateways/queues.ts';
import { type Invocation, runTimeLimit, withinTimeBudget } from '#gateways/time-budget.ts';
import { forEachConcurrently } from '#runtime/concurrency.ts';
import type { Db, Key } from '#store/dynamodb/tables.ts';
import { type CopyingRow, copyCompany, copyToRows, rowKeyOf } from './copy-company.ts';

/** A message of the queue `copies-left`: a company, or one row that has copies of it. */
export type CopiesLeft = { readonly companyKey: string; readonly named?: boolean } | { readonly row: Key };

/** @throws SyntaxError, TypeError if the text is no such message; the message ends in the dead-letter queue */
export function readCopiesLeft(body: string): CopiesLeft {
  const message = JSON.parse(body) as CopiesLeft;
  if ('companyKey' in message ? typeof message.companyKey !== 'string' : typeof message.row !== 'object')
    throw new TypeError('neither a company nor a row');
  return message;
}

/** @param cause why the work is handed on: the time was over, or what failed */
export async function queueCopiesLeft(flow: string, left: CopiesLeft, cause: string): Promise<void> {
  writeLine({ level: 'INFO', event: 'copies-left', flow, cause });
  await sendMessage('copies-left', left);
}

/** Continues with the rest, and hands on again what does not fit into the time. Throws what failed. */
export const continueCopying = (
  db: Db,
  flow: string,
  left: CopiesLeft,
  invocation: Invocation,
): Promise<void> =>
  withinTimeBudget(invocation, async () => {
    if ('row' in left) {
      const row = await db.get<CopyingRow>('Relationships', left.row);
      if (row && (await copyToRows(db, [row])).length > 0) throw new Error('a row did not get its copies');
      return;
    }
    if (await copyCompany(db, left, runTimeLimit(invocation))) await queueCopiesLeft(flow, left, 'time');
  });

/**
 * The longest time for one company here: a company with many people must not keep the stream's other companies waiting.
 */
const longestMs = 2_000;
const companiesAtOnce = 5;

/**
 * Handles changes of companies, and of rows that copy from them, each independently: a change that fails or takes long
 * is handed on, so that it does not keep another one waiting. Throws only if it could not be handed on; then the stream
 * delivers it again.
 */
export const copyChanges = (
  db: Db,
  flow: string,
  changed: {
    readonly companies: readonly { readonly companyKey: string; readonly named: boolean }[];
    readonly rows: readonly CopyingRow[];
  },
  invocation: Invocation,
): Promise<void> =>
  withinTimeBudget(invocation, async () => {
    const isRunOver = runTimeLimit(invocation);
    await forEachConcurrently(changed.companies, companiesAtOnce, async (company) => {
      const begun = performance.now();
      const isOver = () => performance.now() - begun > longestMs || isRunOver();
      const cause = await copyCompany(db, company, isOver).then(
        (isLeft) => (isLeft ? 'time' : undefined),
        nameOf,
      );
      if (cause !== undefined) await queueCopiesLeft(flow, company, cause);
    });
    const failed = await copyToRows(db, changed.rows).catch(() => changed.rows);
    for (const row of failed) await queueCopiesLeft(flow, { row: rowKeyOf(row) }, 'row');
  });

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
