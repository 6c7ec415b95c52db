import { Alarm, ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FlowDeclaration } from '#contract/flow.ts';
import { alarmName, functionName } from '../names.ts';
import type { Stage } from '../stage.ts';
import { ownNamespace, sum } from './metrics.ts';
import { runbook } from './rule.ts';

const minute = Duration.minutes(1);
/** With fewer calls in a minute a percentage means nothing, so any failure counts. */
const fewCalls = 20;

export const failingName = (stage: Stage, flow: FlowDeclaration): string =>
  alarmName(stage, `${flow.name}-failing`);

/**
 * Rings if a flow fails: it counts answers 5xx and calls that end without an answer of ours. Two bad minutes out of
 * five ring. With many calls, a minute is bad if more than `errorPercent` of them fail; with few calls, for example at
 * night, if one call fails. CodeDeploy watches this alarm. The alarm sends no message itself; a composite alarm does
 * (composites.ts).
 */
export function failingAlarm(scope: Construct, stage: Stage, flow: FlowDeclaration): Alarm {
  const name = functionName(stage, flow.name);
  const lambda = (metric: string) => sum('AWS/Lambda', metric, { FunctionName: name }, minute);
  const answered = flow.routes !== undefined;
  const usingMetrics = {
    crashes: lambda('Errors'),
    calls: lambda('Invocations'),
    ...(answered ? { answers: sum(ownNamespace, 'Failures', { flow: flow.name }, minute) } : {}),
  };
  const failed = answered ? '(FILL(crashes, 0) + FILL(answers, 0))' : 'FILL(crashes, 0)';
  return new Alarm(scope, `${flow.name}-failing`, {
    alarmName: failingName(stage, flow),
    alarmDescription: `${flow.name} fails: more than ${stage.alarms.errorPercent} % of its calls, or any of a few, in two minutes of five. What to do: ${runbook(answered ? 'failing' : 'work-failing')}`,
    metric: new MathExpression({
      expression: `IF(FILL(calls, 0) >= ${fewCalls}, 100 * ${failed} / calls, IF(${failed} >= 1, 100, 0))`,
      usingMetrics,
      period: minute,
    }),
    threshold: stage.alarms.errorPercent,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 5,
    datapointsToAlarm: 2,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}
