/**
 * Works through items, so many of them side by side; the work says by itself what a failure means to the others.
 * @param isOver asked before each item: from then on no further one is begun
 * @returns those that were not begun
 */
export async function sideBySide<T>(
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
