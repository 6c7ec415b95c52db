import { AsyncLocalStorage } from 'node:async_hooks';

/** Under which name an invocation is found, in every line that it writes and in the answer. */
interface Trace {
  readonly traceId: string;
  /** A pseudonym of whoever is signed in, once that is known. */
  actor?: string;
}
const current = new AsyncLocalStorage<Trace>();

/** X-Ray's header of the running invocation: the trace, and the segment that Lambda writes of it. */
export interface TracedSegment {
  readonly root: string;
  readonly parent: string;
}

/**
 * What Lambda says of the running invocation where X-Ray keeps it; undefined where it does not: in partition aws-cn, on
 * this machine, and of calls that the sampling leaves out.
 */
export function tracedSegment(): TracedSegment | undefined {
  const header = process.env._X_AMZN_TRACE_ID ?? '';
  const member = (name: string, value: string): string | undefined =>
    new RegExp(`(?:^|;)${name}=(${value})(?:;|$)`).exec(header)?.[1];
  const root = member('Root', '1-[0-9a-f]{8}-[0-9a-f]{24}');
  const parent = member('Parent', '[0-9a-f]{16}');
  return root && parent && member('Sampled', '1') ? { root, parent } : undefined;
}

/**
 * Runs an invocation under its trace id: X-Ray's where it keeps the trace, else the id of the request or invocation. Within
 * another one it runs under that.
 * @param requestId none outside Lambda: then there is no id
 */
export function traced<T>(requestId: string | undefined, run: () => T): T {
  if (requestId === undefined || current.getStore()) return run();
  return current.run({ traceId: tracedSegment()?.root ?? requestId }, run);
}

/** Of the running invocation; undefined outside one. */
export const traceId = (): string | undefined => current.getStore()?.traceId;

/** From now on every line of the invocation names whoever is signed in, by a pseudonym. */
export function nameActor(actor: string): void {
  const trace = current.getStore();
  if (trace) trace.actor = actor;
}

/** What every line says beside its own members. */
export const traceFields = (): { traceId?: string; actor?: string } => ({ ...current.getStore() });
