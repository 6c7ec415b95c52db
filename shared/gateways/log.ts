import type { LogLine } from '#contract/log-events.ts';
import { traceFields } from './trace.ts';

/**
 * Straight to standard output: Lambda's console would wrap the line, and CloudWatch reads metrics only at the top level.
 * Every line carries the trace id of its invocation and, once that is known, a pseudonym of whoever is signed in.
 */
export const writeLine = (line: LogLine & Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`${JSON.stringify({ ...line, ...traceFields() })}\n`);
};

/**
 * What makes a line a metric too (CloudWatch's embedded metric format).
 * @param units of the line's members that are metrics
 */
export const metrics = (dimensions: readonly (readonly string[])[], units: Units) =>
  metricSets([dimensions, units]);

/** Several metrics of one line, each set with dimensions of its own: every combination is paid for. */
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
