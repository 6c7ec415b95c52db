import { CfnApplication, CfnDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FlowDeclaration } from '#contract/flow.ts';
import { failingAlarm } from '../alarms/failing.ts';
import { acknowledge } from '../exceptions.ts';
import { arn, functionName, prefix } from '../names.ts';
import type { Stage } from '../stage.ts';

/** A tenth of the calls for five minutes, then all of them. */
const shift = 'CodeDeployDefault.LambdaCanary10Percent5Minutes';

export interface ReleaseStackProps extends StackProps {
  readonly stage: Stage;
  readonly flows: readonly FlowDeclaration[];
}

/**
 * How a new version gets its calls: CodeDeploy moves the alias of each function, and moves it back if the flow's alarm
 * goes off meanwhile. This stack is created before the functions, which know it by name: the alarms that stop a bad
 * version must exist when the first version comes.
 */
export class ReleaseStack extends Stack {
  constructor(scope: Construct, id: string, { stage, flows, ...props }: ReleaseStackProps) {
    super(scope, id, props);
    const application = new CfnApplication(this, 'Application', {
      applicationName: prefix(stage),
      computePlatform: 'Lambda',
    });
    const role = this.role(stage);
    for (const flow of flows) {
      const alarm = failingAlarm(this, stage, flow);
      const group = new CfnDeploymentGroup(this, `${flow.name}-release`, {
        applicationName: application.ref,
        deploymentGroupName: functionName(stage, flow.name),
        deploymentConfigName: shift,
        deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
        serviceRoleArn: role.roleArn,
        alarmConfiguration: {
          enabled: true,
          alarms: [{ name: alarm.alarmName }],
          // An alarm that cannot be read is no sign that all is well.
          ignorePollAlarmFailure: false,
        },
        autoRollbackConfiguration: {
          enabled: true,
          events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
        },
      });
      group.node.addDependency(alarm);
    }
  }

  /**
   * The permissions of AWS's own policy for this purpose, limited to the functions and alarms of this stage. The
   * functions are named by the common front of their names: one line for each function would exceed the 10,240
   * characters that IAM allows a role (test/infra/limits.test.ts).
   */
  private role(stage: Stage): Role {
    const functions = arn('lambda', `function:${functionName(stage, '*')}`);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
      description: 'Moves the aliases of the functions',
      inlinePolicies: {
        move: new PolicyDocument({
          statements: [
            new PolicyStatement({
              sid: 'Aliases',
              actions: ['lambda:GetAlias', 'lambda:UpdateAlias', 'lambda:GetProvisionedConcurrencyConfig'],
              resources: [functions],
            }),
            new PolicyStatement({
              sid: 'Alarms',
              actions: ['cloudwatch:DescribeAlarms'],
              resources: [arn('cloudwatch', 'alarm:*')],
            }),
          ],
        }),
      },
    });
    acknowledge(
      role,
      `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:${functionName(stage, '*')}]`,
      'All functions of the stage and no other: each by its own name is more than IAM lets a role hold.',
    );
    acknowledge(
      role,
      'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm:*]',
      'CodeDeploy asks for the state of several alarms in one call, which is judged for all of the region; it reads nothing else.',
    );
    return role;
  }
}
