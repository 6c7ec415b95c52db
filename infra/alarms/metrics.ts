import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';

/** The metrics that the functions write in their logs (embedded metric format). */
export const ownNamespace = 'AhtaxDoor';

export const period = Duration.minutes(5);
/** With fewer calls in five minutes a percentage means nothing. */
const fewCalls = 20;

export const sum = (
  namespace: string,
  metricName: string,
  dimensionsMap: Record<string, string>,
  over: Duration = period,
) => new Metric({ namespace, metricName, dimensionsMap, statistic: Stats.SUM, period: over });

/** A share in percent; 0 if there are too few calls for a percentage. */
export const share = (part: IMetric, whole: IMetric) =>
  new MathExpression({
    expression: `IF(whole > ${fewCalls}, 100 * part / whole, 0)`,
    usingMetrics: { part, whole },
    period,
  });
