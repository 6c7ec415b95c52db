import type { LogLine } from '#contract/log-events.ts';
import { traceFields } from './trace.ts';

/**
 * Writes directly to standard output: Lambda's console would wrap the line, and CloudWatch reads metrics only at the
 * top level of the JSON. Every line carries the trace id of its invocation and, once it is known, a pseudonym of the
 * person who is signed in.
 */
export const writeLine = (line: LogLine & Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`${JSON.stringify({ ...line, ...traceFields() })}\n`);
};

/**
 * The members that make a log line a metric too (CloudWatch's embedded metric format).
 * @param units the unit of each member that is a metric
 */
export const metrics = (dimensions: readonly (readonly string[])[], units: Units) =>
  metricSets([dimensions, units]);

/**
 * Several sets of metrics in one line, each with dimensions of its own, because every combination of dimensions costs
 * money.
 */
export const metricSets = (...sets: readonly (readonly [readonly (readonly string[])[], Units])[]) => ({
  _aws: {
    Timestamp: Date.now(),
    CloudWatchMetrics: sets.map(([dimensions, units]) => ({
      Namespace: 'AhtaxDoor',
      Dimensions: dimensions,
      Metrics: Object.entries(units).map(([Name, Unit]) => ({ Name, Unit })),
    })),
  },
});

type Units = Readonly<Record<string, 'Count' | 'Milliseconds' | 'Percent'>>;
