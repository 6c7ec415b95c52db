import { availableParallelism, loadavg } from 'node:os';

/**
 * The milliseconds that a test waits, or lets something take, that takes `ms` on a machine with nothing else to do.
 * Tests prove that a time has a limit; how long something really takes, the benchmarks tell. A shared machine may be
 * many times slower, and the load of its last minute says how many.
 */
export const allowing = (ms: number): number =>
  Math.ceil(ms * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism()));
