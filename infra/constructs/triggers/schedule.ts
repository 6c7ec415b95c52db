import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnEventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import type { FlowDeclaration, ScheduleTrigger } from '#contract/flow.ts';
import { liveAlias, prefix } from '../../names.ts';
import type { Stage } from '../../stage.ts';
import type { FlowFunction } from '../flow-function.ts';
import { deadLetters, forThisAccount, type Trigger } from './trigger.ts';

/** If a run is later than this, the next night's run does its work: correctness never depends on it (UNL-2). */
const maximumEventAgeInSeconds = 3600;

/** EventBridge Scheduler: in the declared time zone, to the minute, tried again when the function failed. */
export function scheduleTrigger(
  scope: Construct,
  stage: Stage,
  flow: FlowDeclaration,
  trigger: ScheduleTrigger,
): Trigger {
  const failed = deadLetters(scope, stage, `${trigger.name}-failed`);
  const send = () => new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failed.queueArn] });

  const connect = ({ live, functionName }: FlowFunction) => {
    const role = new Role(scope, `${trigger.name}-scheduler`, {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions: forThisAccount }),
      description: `Starts ${flow.name}`,
      inlinePolicies: {
        start: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [live.functionArn] }),
            send(),
          ],
        }),
      },
    });
    // Two things can fail: Scheduler's call to Lambda, and, because that call is asynchronous, the function itself.
    new CfnEventInvokeConfig(scope, `${flow.name}-failure`, {
      functionName,
      qualifier: liveAlias,
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds,
      destinationConfig: { onFailure: { destination: failed.queueArn } },
    });
    new CfnSchedule(scope, `${trigger.name}-schedule`, {
      name: `${prefix(stage)}-${trigger.name}`,
      description: flow.summary,
      scheduleExpression: trigger.expression,
      scheduleExpressionTimezone: trigger.timezone,
      flexibleTimeWindow: { mode: 'OFF' },
      state: 'ENABLED',
      target: {
        arn: live.functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify({ schedule: trigger.name, scheduledAt: '<aws.scheduler.scheduled-time>' }),
        retryPolicy: { maximumRetryAttempts: 10, maximumEventAgeInSeconds },
        deadLetterConfig: { arn: failed.queueArn },
      },
    });
  };
  return { statements: [send()], failed, connect };
}
