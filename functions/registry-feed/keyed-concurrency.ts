/** One piece of work, with the keys of what it touches. */
export interface Piece {
  /** Pieces that share a key run one after the other, in the order in which they came. */
  readonly keys: readonly string[];
  /** How much memory it needs until it is done, roughly, in characters. */
  readonly size: number;
  run(): Promise<void>;
}

export interface Bounds {
  /** How many pieces run in parallel. */
  readonly atOnce: number;
  /** How many pieces may be taken from the source and not yet done, running or waiting. */
  readonly taken: number;
  /** The most that the sizes of these pieces may sum up to; a single larger piece is taken alone. */
  readonly takenSize: number;
}

interface Task {
  readonly piece: Piece;
  readonly followers: Task[];
  waitsFor: number;
}

/**
 * Runs pieces in parallel, but never two that share a key, and always in the order of their keys. The run takes from
 * the source only as much as `bounds` allow, so that a source of any length needs no more memory.
 * @throws the first error of a piece or of the source: nothing is begun after it, and running pieces are awaited
 */
export async function runKeyed(
  source: Iterable<Piece> | AsyncIterable<Piece>,
  bounds: Bounds,
): Promise<void> {
  /** For each key the last piece that is not done yet. A piece waits only for earlier ones, so none waits for ever. */
  const lastOf = new Map<string, Task>();
  const ready: Task[] = [];
  let running = 0;
  let taken = 0;
  let takenSize = 0;
  let failure: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;

  const settled = (task: Task): void => {
    running--;
    taken--;
    takenSize -= task.piece.size;
    for (const key of task.piece.keys) if (lastOf.get(key) === task) lastOf.delete(key);
    for (const follower of task.followers) if (--follower.waitsFor === 0) ready.push(follower);
    begin();
    wake?.();
  };
  const begin = (): void => {
    while (!failure && running < bounds.atOnce) {
      const task = ready.shift();
      if (!task) return;
      running++;
      task.piece
        .run()
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .then(() => settled(task));
    }
  };
  const add = (piece: Piece): void => {
    const task: Task = { piece, followers: [], waitsFor: 0 };
    for (const key of new Set(piece.keys)) {
      const before = lastOf.get(key);
      if (before) {
        before.followers.push(task);
        task.waitsFor++;
      }
      lastOf.set(key, task);
    }
    taken++;
    takenSize += piece.size;
    if (task.waitsFor === 0) ready.push(task);
    begin();
  };
  const until = async (reached: () => boolean): Promise<void> => {
    while (!reached())
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  const hasRoomFor = (piece: Piece): boolean =>
    taken === 0 || (taken < bounds.taken && takenSize + piece.size <= bounds.takenSize);

  try {
    for await (const piece of source) {
      await until(() => failure !== undefined || hasRoomFor(piece));
      if (failure) break;
      add(piece);
    }
  } catch (error) {
    failure ??= { error };
  }
  await until(() => (failure ? running === 0 : taken === 0));
  if (failure) throw failure.error;
}
