import { Problem } from '#domain/problem.ts';

/** Thrown by a stale write: the caller reads again and decides anew, a bounded number of times. */
export class ConcurrentChange extends Error {
  constructor() {
    super('the item changed since it was read');
    this.name = 'ConcurrentChange';
  }
}

/**
 * What was read already, for the first decision, and what is read anew for each further one: whoever has read something
 * before a decision that may have to be repeated does not read it twice.
 */
export function firstRead<T>(read: T, readAgain: () => Promise<T>): () => Promise<T> {
  let used = false;
  return async () => {
    if (used) return readAgain();
    used = true;
    return read;
  };
}

/** Repeats a read-decide-write whose write found the item changed. */
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
