/**
 * Unwraps one of several parallel calls: returns its value, or throws its error. The caller unwraps the results in the
 * order in which their errors should take precedence. Use it with `Promise.allSettled`, which waits for all calls, so
 * that nothing is decided while another call is still running.
 */
export function valueOrThrow<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/**
 * Waits for all calls and returns all values; if calls failed, throws the error of the first one in the given order.
 */
export async function allOrFirstError<T extends readonly unknown[]>(
  calls: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(calls);
  return results.map((result) => valueOrThrow(result)) as { -readonly [K in keyof T]: Awaited<T[K]> };
}

/**
 * Reserves something in parallel to a read. Both calls finish before anything is decided, because a reservation that is
 * still being written cannot be given back. If either call fails, the reservation is given back and its error takes
 * precedence.
 * @param giveBack undoes the reservation; `isReserved` is false if it failed itself
 */
export async function reserveAndRead<Reserved, Read>(
  reserving: Promise<Reserved>,
  reading: Promise<Read>,
  giveBack: (isReserved: boolean, reserved?: Reserved) => Promise<unknown>,
): Promise<readonly [Reserved, Read]> {
  const [reserved, read] = await Promise.allSettled([reserving, reading]);
  if (reserved.status === 'rejected') await giveBack(false).catch(() => undefined);
  else if (read.status === 'rejected') await giveBack(true, reserved.value).catch(() => undefined);
  return [valueOrThrow(reserved), valueOrThrow(read)];
}
