import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { FlowDeclaration } from '#contract/flow.ts';
import { functionName } from '../names.ts';
import type { Stage } from '../stage.ts';
import { ownNamespace, period, sum } from './metrics.ts';
import type { Rule } from './rule.ts';

/** The midnight unlock has its own paragraph. @param name the name of a schedule or of its function */
export const pageOfSchedule = (name: string): string =>
  name.startsWith('midnight') ? 'midnight' : 'schedules';

/** The time of six turns of a function that runs every few minutes; undefined for functions that run seldom. */
function often({ trigger }: FlowDeclaration): Duration | undefined {
  if (trigger?.kind !== 'schedule') return undefined;
  const [, minutes] =
    /^(?:rate\(|cron\(0\/)(\d+) (?:minutes?\)|\* \* \* \? \*\))$/.exec(trigger.expression) ?? [];
  return minutes === undefined ? undefined : Duration.minutes(6 * Number(minutes));
}

const slow = { p95: 2_000, p99: 5_000 } as const;

/** Alarms for each function: Lambda refuses calls because too many run, or people wait too long for answers. */
export const flowRules = (stage: Stage, flows: readonly FlowDeclaration[]): Rule[] =>
  flows.flatMap((flow) => {
    const FunctionName = functionName(stage, flow.name);
    const metric = (name: string, over = period) => sum('AWS/Lambda', name, { FunctionName }, over);
    const rules: Rule[] = [
      {
        name: `${flow.name}-throttles`,
        says: `Calls of ${flow.name} find no free concurrency`,
        group: 'capacity',
        page: 'throttles',
        metric: metric('Throttles'),
        above: 0,
      },
    ];
    if (flow.routes)
      for (const [statistic, milliseconds] of Object.entries(slow))
        rules.push({
          name: `${flow.name}-${statistic}`,
          says: `${statistic} of ${flow.name} is above ${milliseconds} ms for a quarter of an hour`,
          group: 'capacity',
          page: 'latency',
          metric: new Metric({
            namespace: ownNamespace,
            metricName: 'Milliseconds',
            dimensionsMap: { flow: flow.name },
            statistic,
            period,
          }),
          above: milliseconds,
          periods: { bad: 3, of: 3 },
        });
    if (flow.trigger?.kind === 'schedule' || flow.trigger?.kind === 'rotation')
      rules.push({
        name: `${flow.name}-failed`,
        says: often(flow)
          ? `${flow.name} failed twice in a quarter of an hour`
          : `${flow.name} failed; it runs so seldom that one failure counts`,
        group: 'work',
        page: flow.trigger.kind === 'schedule' ? pageOfSchedule(flow.name) : 'rotation',
        metric: metric('Errors'),
        above: 0,
        ...(often(flow) ? { periods: { bad: 2, of: 3 } } : {}),
      });
    if (flow.trigger?.kind === 'schedule') {
      const silence = often(flow) ?? Duration.days(1);
      rules.push({
        name: `${flow.name}-missed`,
        says: `${flow.name} was not started for ${silence.toHumanString()}`,
        group: 'work',
        page: pageOfSchedule(flow.name),
        metric: metric('Invocations', silence),
        below: 1,
      });
    }
    return rules;
  });
