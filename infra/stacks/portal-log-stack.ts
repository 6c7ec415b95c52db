import { PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  CfnDelivery,
  CfnDeliveryDestination,
  CfnDeliverySource,
  CfnResourcePolicy,
  LogGroup,
} from 'aws-cdk-lib/aws-logs';
import { Fn, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { logRemoval } from '../constructs/log-removal.ts';
import { forThisAccount } from '../constructs/triggers/trigger.ts';
import { arn, prefix } from '../names.ts';
import type { Stage } from '../stage.ts';

/** The only region in which CloudFront's logs are configured, whatever region the stage is in. */
export const cloudFrontLogRegion = 'us-east-1';
export const distributionOutput = 'DistributionArn';

/**
 * What is recorded of each request: where, when, and how it ended. Not recorded are the path, whose ids are handles to
 * open tickets, the query, the cookie, the caller's address and the user agent (DATA-01).
 */
const fields = [
  'date',
  'time',
  'x-edge-location',
  'x-edge-request-id',
  'cs-method',
  'sc-status',
  'x-edge-result-type',
  'x-edge-detailed-result-type',
  'sc-content-type',
  'sc-bytes',
  'time-taken',
  'cs-protocol-version',
  'ssl-protocol',
  'ssl-cipher',
];

/** CloudFront's access log. Only version 2 of its standard logging lets fields be chosen; aws-cn does not have it. */
export class PortalLogStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { stage, portal, ...props }: StackProps & { readonly stage: Stage; readonly portal: Stack },
  ) {
    super(scope, id, props);
    const name = `${prefix(stage)}-portal`;
    const logGroup = new LogGroup(this, 'AccessLog', {
      logGroupName: `/aws/vendedlogs/cloudfront/${name}`,
      retention: stage.logRetentionDays,
      removalPolicy: logRemoval(stage),
    });
    const group = arn('logs', `log-group:${logGroup.logGroupName}`);
    const mayWrite = new CfnResourcePolicy(this, 'MayWrite', {
      policyName: name,
      policyDocument: this.toJsonString(
        new PolicyDocument({
          statements: [
            new PolicyStatement({
              principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [`${group}:log-stream:*`],
              conditions: forThisAccount,
            }),
          ],
        }),
      ),
    });
    const source = new CfnDeliverySource(this, 'Source', {
      name,
      logType: 'ACCESS_LOGS',
      resourceArn: Fn.getStackOutput(portal.stackName, distributionOutput, stage.region),
    });
    const destination = new CfnDeliveryDestination(this, 'Destination', {
      name,
      destinationResourceArn: group,
      outputFormat: 'json',
    });
    destination.node.addDependency(logGroup);
    const delivery = new CfnDelivery(this, 'Delivery', {
      deliverySourceName: source.ref,
      deliveryDestinationArn: destination.attrArn,
      recordFields: fields,
    });
    delivery.addResourceDependency(mayWrite);
  }
}
