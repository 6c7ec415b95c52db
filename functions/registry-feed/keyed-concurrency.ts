/** One piece of work and what it touches. */
export interface Piece {
  /** Pieces that share a key run one after the other, in the order in which they came. */
  readonly keys: readonly string[];
  /** What it holds in memory until it is done, roughly, in characters. */
  readonly size: number;
  run(): Promise<void>;
}

export interface Bounds {
  /** How many run at once. */
  readonly atOnce: number;
  /** How many are held, running or waiting for their turn, before the source is left waiting. */
  readonly held: number;
  /** How much is held, by the sizes of the items together; an item that is larger is held alone. */
  readonly heldSize: number;
}

interface Task {
  readonly piece: Piece;
  readonly followers: Task[];
  waitsFor: number;
}

/**
 * Runs pieces side by side, but never two that share a key and never out of the order of their keys. Takes from the
 * source only what `bounds` allow, so that a source of any length needs no more memory than they say.
 * @throws the first error of a piece or of the source: nothing is begun after it, and what runs is waited for
 */
export async function runKeyed(
  source: Iterable<Piece> | AsyncIterable<Piece>,
  bounds: Bounds,
): Promise<void> {
  /** The last piece of each key that is not done yet: a piece waits only for earlier ones, so none waits for ever. */
  const lastOf = new Map<string, Task>();
  const ready: Task[] = [];
  let running = 0;
  let held = 0;
  let heldSize = 0;
  let failure: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;

  const settled = (task: Task): void => {
    running--;
    held--;
    heldSize -= task.piece.size;
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
    held++;
    heldSize += piece.size;
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
    held === 0 || (held < bounds.held && heldSize + piece.size <= bounds.heldSize);

  try {
    for await (const piece of source) {
      await until(() => failure !== undefined || hasRoomFor(piece));
      if (failure) break;
      add(piece);
    }
  } catch (error) {
    failure ??= { error };
  }
  await until(() => (failure ? running === 0 : held === 0));
  if (failure) throw failure.error;
}
