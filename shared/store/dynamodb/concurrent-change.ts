import { Problem } from '#domain/problem.ts';

/**
 * A write was decided from a read that is no longer true: the caller reads again and decides again, a limited number of
 * times.
 */
export class ConcurrentChange extends Error {
  constructor() {
    super('the item changed since it was read');
    this.name = 'ConcurrentChange';
  }
}

/**
 * Returns what was read already the first time, and reads again each further time. So a decision that may have to be
 * repeated does not read twice what its caller has just read.
 */
export function firstRead<T>(read: T, readAgain: () => Promise<T>): () => Promise<T> {
  let used = false;
  return async () => {
    if (used) return readAgain();
    used = true;
    return read;
  };
}

/** Repeats a sequence of read, decision and write if the write found the item changed. */
export async function retryOnConcurrentChange<T>(attempt: () => Promise<T>, rounds = 6): Promise<T> {
  for (let round = 1; ; round++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConcurrentChange)) throw error;
      if (round === rounds) throw new Problem('TOO_MANY_REQUESTS', { retryAfter: 1 });
    }
  }
}
