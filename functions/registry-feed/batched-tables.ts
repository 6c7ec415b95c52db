import type { TableName } from '#contract/tables.ts';
import type { Db, Item, ItemRef, Key, Write } from '#store/dynamodb/tables.ts';

/** The most items that BatchGetItem and TransactWriteItems take. */
const mostItems = 100;

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Collects the questions of one turn of the event loop and sends them together. */
function batching<Question, Answer>(send: (batch: Waiting<Question, Answer>[]) => void) {
  let waiting: Waiting<Question, Answer>[] = [];
  return (question: Question): Promise<Answer> => {
    if (waiting.length === 0)
      setImmediate(() => {
        const batch = waiting;
        waiting = [];
        send(batch);
      });
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    waiting.push({ question, resolve, reject });
    return promise;
  };
}

/**
 * Tables whose calls are combined: what lines in parallel read at the same moment becomes one BatchGetItem, and their
 * transactions become one, which costs a fraction of so many calls. Reads stay strongly consistent. The writes of a
 * line still succeed completely or not at all, and only the line's own conditions refuse them.
 */
export const batchedTables = (db: Db): Db => ({
  ...db,
  get: batchedGet(db),
  transact: batchedTransact(db),
});

function batchedGet(db: Db): Db['get'] {
  const get = batching<ItemRef, Item | undefined>((all) => {
    for (let at = 0; at < all.length; at += mostItems) void read(all.slice(at, at + mostItems));
  });

  async function read(asked: readonly Waiting<ItemRef, Item | undefined>[]): Promise<void> {
    // A batch must not name an item twice: two questions about the same item share the answer.
    const refs = new Map(asked.map(({ question }) => [nameOf(question), question]));
    try {
      const [only] = refs.values();
      const items =
        only && refs.size === 1
          ? [await db.get<Item>(only.table, only.key)]
          : await db.batchGet([...refs.values()]);
      const found = new Map([...refs.keys()].map((name, index) => [name, items[index]]));
      for (const { question, resolve } of asked) resolve(found.get(nameOf(question)));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
  return <T extends object>(table: TableName, key: Key, { consistent = true } = {}) =>
    consistent ? (get({ table, key }) as Promise<T | undefined>) : db.get<T>(table, key, { consistent });
}
const nameOf = ({ table, key }: ItemRef): string => JSON.stringify([table, key]);

type Transaction = Waiting<readonly Write[], void>;

function batchedTransact(db: Db): Db['transact'] {
  return batching<readonly Write[], void>((all) => {
    let group: Transaction[] = [];
    let items = 0;
    for (const one of all) {
      if (items + one.question.length > mostItems && group.length > 0) {
        void commit(group);
        group = [];
        items = 0;
      }
      group.push(one);
      items += one.question.length;
    }
    void commit(group);
  });

  async function commit(group: readonly Transaction[]): Promise<void> {
    if (group.length > 1 && (await commitTogether(group))) return;
    await Promise.all(
      group.map(({ question, resolve, reject }) => db.transact(question).then(resolve, reject)),
    );
  }

  /** False if the combined transaction was refused and nothing was written: then each is sent alone. */
  async function commitTogether(group: readonly Transaction[]): Promise<boolean> {
    try {
      const result = await db.tryTransact(group.flatMap(({ question }) => question));
      if (!result.ok) return false;
      for (const { resolve } of group) resolve();
    } catch (error) {
      if (isRefusal(error)) return false;
      for (const { reject } of group) reject(error);
    }
    return true;
  }
}

/**
 * The combined transaction contained an item twice, was too large, or collided with others for too long; in each case
 * nothing was written.
 */
function isRefusal(error: unknown): boolean {
  const { name, code } = error as { name?: string; code?: string };
  return (
    name === 'TransactionCanceledException' || name === 'ValidationException' || code === 'TOO_MANY_REQUESTS'
  );
}
