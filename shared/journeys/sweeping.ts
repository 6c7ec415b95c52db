import type { Policies } from '#domain/policies.ts';
import { sendMessage } from '#gateways/queues.ts';
import { type Invocation, runEnds, withinBudget } from '#gateways/time-budget.ts';
import { sideBySide } from '#runtime/side-by-side.ts';
import { type Page, pagesUpTo } from '#store/dynamodb/pages.ts';
import type { Key } from '#store/dynamodb/tables.ts';

/** Rows of one shard that are worked side by side: 8 shards at 6 keep a processor busy and a table unharmed. */
const rowsAtOnce = 6;
/** Pages of one list in one run: its time ends it long before. */
const pagesPerRun = 10_000;

/** Kept of a function's time for what is under way and for handing on; a third where the function has little. */
const spareMs = 20_000;

/**
 * One run of a sweep within its function's time and its own: what does not fit is handed on to a queue, whose function does
 * the same, so that any number of rows ends and each part is tried again by itself.
 * @param invocation whose time it is
 * @param run told when it is to end; `left` says that its time was over before the rows were
 * @param tell of a run that is done, what is left of it handed on
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
  withinBudget(invocation, async () => {
    const swept = await run(runEnds(invocation, { longestMs, spareMs }));
    if (swept.left) await sendMessage(queue, { at: now.toISOString() });
    tell(swept);
    return swept;
  });

/** A list of rows that wait to be swept, in pages. */
export type Waiting<Row> = (from: Key | undefined) => Promise<Page<Row>>;

interface Sweep<Row> {
  /** Of each shard its lists, in the order in which they are worked. */
  readonly shards: readonly (readonly Waiting<Row>[])[];
  /** @returns whether there was something to do */
  readonly work: (row: Row) => Promise<boolean>;
  /** Asked before each row: from then on the run ends, and says so. */
  readonly isOver: () => boolean;
}
interface Done {
  readonly done: number;
  /** The run's time was over before the rows were. */
  readonly left: boolean;
}

/**
 * One run over rows that wait in shards: the shards side by side, several rows of each at once. A row that fails keeps no
 * other one waiting; the run that could do nothing fails, so that whoever started it tries again, one that did a part hands
 * on, and the last one tells.
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
  // Each run tries a row at least, however little time it has: one that only hands on would never end, nor ring.
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
      const left = await sideBySide(page.items, rowsAtOnce, attempt, ends);
      next = page.next;
      if (left.length > 0 || (next && ends())) return { done, left: true, failure };
    }
    if (next) return { done, left: true, failure };
  }
  return { done, left: false, failure };
}
