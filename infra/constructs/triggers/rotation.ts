import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import { Aws } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FlowDeclaration, RotationTrigger } from '#contract/flow.ts';
import type { SharedResources } from '../environment.ts';
import type { Trigger } from './trigger.ts';

/** Secrets Manager calls the function at once, which fills the new secret, and then every given number of days. */
export function rotationTrigger(
  scope: Construct,
  flow: FlowDeclaration,
  trigger: RotationTrigger,
  shared: SharedResources,
): Trigger {
  return {
    statements: [],
    connect: ({ live }) => {
      const permission = new CfnPermission(scope, `${flow.name}-rotation`, {
        action: 'lambda:InvokeFunction',
        functionName: live.functionArn,
        principal: 'secretsmanager.amazonaws.com',
        sourceAccount: Aws.ACCOUNT_ID,
      });
      for (const { secret, everyDays } of trigger.secrets)
        new CfnRotationSchedule(scope, `${secret}-rotation`, {
          secretId: shared.secretArns[secret],
          rotationLambdaArn: live.functionArn,
          rotationRules: { automaticallyAfterDays: everyDays },
          rotateImmediatelyOnUpdate: true,
        }).addResourceDependency(permission);
    },
  };
}
