import { AsyncLocalStorage } from 'node:async_hooks';
import { traced } from './trace.ts';

/** What Lambda tells of an invocation, as far as its time and its name go. */
export interface Invocation {
  getRemainingTimeInMillis(): number;
  /** Under which its log lines are found, where no request has named it. */
  readonly awsRequestId?: string;
}

/**
 * Milliseconds before the end of an invocation. From the first on, no call to anything outside is begun or waited for:
 * what a step does about that, and the answer with its log line, has the rest. From the second on the answer is given
 * whatever the step still does, so that it comes before Lambda ends the function and the gateway says a bare 500.
 */
export const reserve = { callsEnd: 1_000, answer: 500 } as const;

/** The time of an invocation is used up. Becomes 503 UNAVAILABLE like everything that is away (docs/decisions/0016). */
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
 * ERR-02: one time budget for everything that an invocation asks outside. Each call may take its own limit or what is
 * left, whichever is less, however many came before it and however often each was tried. What it logs carries its trace
 * id.
 * @param invocation none outside Lambda: then there is no end
 */
export function withinBudget<T>(
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
 * Says when a run that works row by row has to end and hand on what is left.
 * @param longestMs that it may take, whatever its function has left
 * @param spareMs kept of the function's time for what is under way and for handing on; a third where that is less
 */
export function runEnds(
  invocation: Invocation,
  { longestMs = Number.POSITIVE_INFINITY, spareMs = Number.POSITIVE_INFINITY } = {},
): () => boolean {
  const begun = performance.now();
  const spare = Math.min(spareMs, invocation.getRemainingTimeInMillis() / 3);
  return () => performance.now() - begun > longestMs || invocation.getRemainingTimeInMillis() < spare;
}

/** Aborted when the time is used up; none outside an invocation. */
export const budgetSignal = (): AbortSignal | undefined => current.getStore()?.signal;

/**
 * Milliseconds that a call may take whose own limit is `own`.
 * @returns 0 where nothing is left: the call must not begin
 */
export function withinLeft(own: number): number {
  const budget = current.getStore();
  if (!budget) return own;
  if (budget.signal.aborted) return 0;
  return Math.max(0, Math.min(own, Math.floor(budget.endsAt - performance.now())));
}
