import { Problem } from '#domain/problem.ts';

/** Thrown by a stale write: the caller reads again and decides anew, a bounded number of times. */
export class ConcurrentChange extends Error {
  constructor() {
    super('the item changed since it was read');
    this.name = 'ConcurrentChange';
  }
}

/** Repeats a read-decide-write whose write found the person changed. */
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
