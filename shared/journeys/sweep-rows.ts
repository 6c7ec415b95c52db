import type { Policies } from '#domain/policies.ts';
import { sendMessage } from '#gateways/queues.ts';
import { type Invocation, runTimeLimit, withinTimeBudget } from '#gateways/time-budget.ts';
import { forEachConcurrently } from '#runtime/concurrency.ts';
import { type Page, pagesUpTo } from '#store/dynamodb/pages.ts';
import type { Key } from '#store/dynamodb/tables.ts';

/**
 * How many rows of one shard are processed in parallel: 8 shards with 6 rows keep a processor busy and do not overload
 * a table.
 */
const rowsAtOnce = 6;
/** The most pages of one list in one run; the run's time ends long before. */
const pagesPerRun = 10_000;

/**
 * Milliseconds of the function's time that are kept for rows in progress and for handing on; a third of the time if the
 * function has little.
 */
const spareMs = 20_000;

/**
 * One run of a sweep, limited by its function's time and by its own. The rest that does not fit is handed on to a
 * queue, whose function runs the same sweep. So any number of rows gets done, and each part is retried by itself.
 * @param invocation the invocation whose time limits the run
 * @param run gets a function that tells when to end; `left` in its result means that rows are left
 * @param tell reports a finished run, after the rest has been handed on
 */
export const sweepInTime = <Swept extends { readonly left: boolean }>(
  {
    queue,
    now,
    policies: { sweepMilliseconds: longestMs },
    invocation,
  }: {
    readonly queue: string;
    readonly now: Date;
    readonly policies: Pick<Policies, 'sweepMilliseconds'>;
    readonly invocation: Invocation;
  },
  run: (isOver: () => boolean) => Promise<Swept>,
  tell: (swept: Swept) => void,
): Promise<Swept> =>
  withinTimeBudget(invocation, async () => {
    const swept = await run(runTimeLimit(invocation, { longestMs, spareMs }));
    if (swept.left) await sendMessage(queue, { at: now.toISOString() });
    tell(swept);
    return swept;
  });

/** A list of rows that wait to be swept, read in pages. */
export type Waiting<Row> = (from: Key | undefined) => Promise<Page<Row>>;

interface Sweep<Row> {
  /** For each shard its lists, in the order in which they are processed. */
  readonly shards: readonly (readonly Waiting<Row>[])[];
  /** @returns whether there was something to do */
  readonly work: (row: Row) => Promise<boolean>;
  /** Asked before each row: once it is true, the run ends and reports that something is left. */
  readonly isOver: () => boolean;
}
interface Done {
  readonly done: number;
  /** The time of the run was over before all rows were done. */
  readonly left: boolean;
}

/**
 * One run over rows that wait in shards: the shards in parallel, and several rows of each in parallel. A row that fails
 * does not keep others waiting. A run that could do nothing throws, so that its starter tries again. A run that did a
 * part hands the rest on; the last run throws the failure that is left.
 */
export async function sweepRows<Row>(sweep: Sweep<Row>): Promise<Done> {
  const shards = await Promise.all(sweep.shards.map((lists) => sweepShard(lists, sweep)));
  const done = shards.reduce((sum, shard) => sum + shard.done, 0);
  const left = shards.some((shard) => shard.left);
  const failed = shards.find((shard) => shard.failure !== undefined);
  if (failed && (!left || done === 0)) throw failed.failure;
  return { done, left };
}

async function sweepShard<Row>(
  lists: readonly Waiting<Row>[],
  { work, isOver }: Sweep<Row>,
): Promise<Done & { readonly failure: unknown }> {
  let done = 0;
  let failure: unknown;
  // Each run tries at least one row, however little time it has: runs that only hand on would never end and never raise
  // an alarm.
  let tried = 0;
  const ends = () => tried > 0 && isOver();
  const attempt = async (row: Row): Promise<void> => {
    tried++;
    try {
      if (await work(row)) done++;
    } catch (error) {
      failure ??= error;
    }
  };
  for (const list of lists) {
    if (ends()) return { done, left: true, failure };
    let next: Key | undefined;
    for await (const page of pagesUpTo(pagesPerRun, list)) {
      const left = await forEachConcurrently(page.items, rowsAtOnce, attempt, ends);
      next = page.next;
      if (left.length > 0 || (next && ends())) return { done, left: true, failure };
    }
    if (next) return { done, left: true, failure };
  }
  return { done, left: false, failure };
}
