import { AsyncLocalStorage } from 'node:async_hooks';
import { traced } from './trace.ts';

/** The part of Lambda's context that tells an invocation's time and id. */
export interface Invocation {
  getRemainingTimeInMillis(): number;
  /** The id by which its log lines are found, if no request has given another. */
  readonly awsRequestId?: string;
}

/**
 * Milliseconds before the end of an invocation. From `callsEnd` on, no call to anything outside is begun or waited for,
 * so that the step can still react and the answer with its log line can be written. From `answer` on, the answer is
 * given whatever the step is doing, so that it comes before Lambda ends the function and the gateway answers a bare
 * 500.
 */
export const reserve = { callsEnd: 1_000, answer: 500 } as const;

/**
 * The time of an invocation is used up. Like every unavailable dependency this becomes 503 UNAVAILABLE
 * (docs/decisions/0016).
 */
export class OutOfTime extends Error {
  constructor() {
    super('The time of this invocation is used up');
    this.name = 'OutOfTime';
  }
}

interface Budget {
  /** On the clock of `performance.now()`, which no virtual clock moves. */
  readonly endsAt: number;
  readonly signal: AbortSignal;
}
const current = new AsyncLocalStorage<Budget>();

/**
 * ERR-02: one time budget for all outside calls of an invocation. Each call may take its own limit or the rest of the
 * budget, whichever is less, however many calls came before and however often each was tried. Log lines inside carry
 * the invocation's trace id.
 * @param invocation absent outside Lambda: then the budget has no end
 */
export function withinTimeBudget<T>(
  invocation: Partial<Invocation> | undefined,
  run: () => Promise<T>,
): Promise<T> {
  return traced(invocation?.awsRequestId, () => inBudget(invocation, run));
}

async function inBudget<T>(invocation: Partial<Invocation> | undefined, run: () => Promise<T>): Promise<T> {
  const remaining = invocation?.getRemainingTimeInMillis?.();
  if (remaining === undefined) return run();
  const milliseconds = Math.max(0, remaining - reserve.callsEnd);
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(new OutOfTime()), milliseconds);
  try {
    return await current.run({ endsAt: performance.now() + milliseconds, signal: ending.signal }, run);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * When a run that processes row by row must stop and hand the rest on.
 * @param longestMs the longest time of the run, even if its function has more
 * @param spareMs time of the function that is kept for rows in progress and for handing on; a third of the function's
 * time if that is less
 */
export function runTimeLimit(
  invocation: Invocation,
  { longestMs = Number.POSITIVE_INFINITY, spareMs = Number.POSITIVE_INFINITY } = {},
): () => boolean {
  const begun = performance.now();
  const spare = Math.min(spareMs, invocation.getRemainingTimeInMillis() / 3);
  return () => performance.now() - begun > longestMs || invocation.getRemainingTimeInMillis() < spare;
}

/** Aborted when the time is used up; undefined outside an invocation. */
export const budgetSignal = (): AbortSignal | undefined => current.getStore()?.signal;

/**
 * Milliseconds that a call with the limit `own` may take.
 * @returns 0 if no time is left: then the call must not begin
 */
export function withinLeft(own: number): number {
  const budget = current.getStore();
  if (!budget) return own;
  if (budget.signal.aborted) return 0;
  return Math.max(0, Math.min(own, Math.floor(budget.endsAt - performance.now())));
}
