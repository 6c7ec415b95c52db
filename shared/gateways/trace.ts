import { AsyncLocalStorage } from 'node:async_hooks';

/** The id by which an invocation is found: in every line that it writes, and in the answer. */
interface Trace {
  readonly traceId: string;
  /** A pseudonym of the person who is signed in, once it is known. */
  actor?: string;
}
const current = new AsyncLocalStorage<Trace>();

/** X-Ray's header of the running invocation: the trace, and the segment that Lambda writes for the invocation. */
export interface TracedSegment {
  readonly root: string;
  readonly parent: string;
}

/**
 * Lambda's header of the running invocation, if X-Ray records it. Undefined if not: in partition aws-cn, on this
 * machine, and for invocations that the sampling leaves out.
 */
export function tracedSegment(): TracedSegment | undefined {
  const header = process.env._X_AMZN_TRACE_ID;
  if (!header) return undefined;
  const member = (name: string, value: string): string | undefined =>
    new RegExp(`(?:^|;)${name}=(${value})(?:;|$)`).exec(header)?.[1];
  const root = member('Root', '1-[0-9a-f]{8}-[0-9a-f]{24}');
  const parent = member('Parent', '[0-9a-f]{16}');
  return root && parent && member('Sampled', '1') ? { root, parent } : undefined;
}

/**
 * Runs an invocation under its trace id: X-Ray's if the trace is recorded, otherwise the id of the request or
 * invocation. A nested call keeps the outer trace id.
 * @param requestId absent outside Lambda: then there is no id
 */
export function traced<T>(requestId: string | undefined, run: () => T): T {
  if (requestId === undefined || current.getStore()) return run();
  return current.run({ traceId: tracedSegment()?.root ?? requestId }, run);
}

/** The trace id of the running invocation; undefined outside one. */
export const traceId = (): string | undefined => current.getStore()?.traceId;

/** From now on every line of the invocation carries a pseudonym of the person who is signed in. */
export function nameActor(actor: string): void {
  const trace = current.getStore();
  if (trace) trace.actor = actor;
}

/** The members that every log line gets in addition to its own. */
export const traceFields = (): { traceId?: string; actor?: string } => ({ ...current.getStore() });
