/**
 * What a call of several side by side came to, in the order in which the caller wants to tell it: its value, or its error
 * thrown. For `Promise.allSettled`, which waits for all, so that nothing is decided while a sibling is on its way.
 */
export function settled<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** All values, once all are done; the first error in the order given is thrown. */
export async function allSettled<T extends readonly unknown[]>(
  calls: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(calls);
  return results.map((result) => settled(result)) as { -readonly [K in keyof T]: Awaited<T[K]> };
}
