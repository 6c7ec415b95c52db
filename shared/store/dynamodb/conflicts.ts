import { Problem } from '#domain/problem.ts';

const conflictRetries = 14;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The name by which an error of the SDK is recognised; empty for anything else that was thrown. */
export const errorName = (error: unknown): string => (error instanceof Error ? error.name : '');

/** Full jitter up to 400 ms: many requests for one item spread out instead of colliding again. */
export const backOff = (attempt: number) => sleep(Math.random() * Math.min(400, 8 * 2 ** attempt));

/** The SDK's error of a refused transaction: one reason for each write, in the order of the writes. */
export interface Cancelled extends Error {
  CancellationReasons?: { Code?: string; Item?: unknown }[];
}

function isConflict(error: unknown): boolean {
  if (errorName(error) === 'TransactionConflictException') return true;
  if (errorName(error) !== 'TransactionCanceledException') return false;
  const reasons = (error as Cancelled).CancellationReasons ?? [];
  return (
    reasons.some((reason) => reason.Code === 'TransactionConflict') &&
    !reasons.some((reason) => reason.Code === 'ConditionalCheckFailed')
  );
}

/**
 * Repeats a call that lost against a concurrent one. Such a conflict is nobody's failure, so it is never answered as
 * 5xx; an item that stays in use for too long ends in TOO_MANY_REQUESTS.
 */
export async function retryOnConflict<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (attempt >= conflictRetries)
        throw new Problem('TOO_MANY_REQUESTS', { retryAfter: 1 }, { cause: error });
      await backOff(attempt);
    }
  }
}
