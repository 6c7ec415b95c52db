/**
 * Processes items in parallel, a limited number at a time; the `work` function decides what one failure means for the
 * others.
 * @param isOver asked before each item: once it is true, no further item is begun
 * @returns the items that were not begun
 */
export async function forEachConcurrently<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<unknown>,
  isOver: () => boolean = () => false,
): Promise<T[]> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    while (waiting.length > 0 && !isOver()) await work(waiting.shift() as T);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return waiting;
}
