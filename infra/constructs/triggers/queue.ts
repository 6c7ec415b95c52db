import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FlowDeclaration, QueueTrigger } from '#contract/flow.ts';
import { queueName } from '../../names.ts';
import type { Stage } from '../../stage.ts';
import { deadLetters, type Trigger } from './trigger.ts';

/** A queue that belongs to the flow. A failed message is hidden until its next try, and no longer. */
export function queueTrigger(
  scope: Construct,
  stage: Stage,
  flow: FlowDeclaration,
  { queue: name, batchSize = 1, tries, retrySeconds }: QueueTrigger,
): Trigger {
  const failed = deadLetters(scope, stage, `${flow.name}-failed`);
  const queue = new Queue(scope, `${name}-queue`, {
    queueName: queueName(stage, name),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    visibilityTimeout: Duration.seconds(retrySeconds),
    retentionPeriod: Duration.days(4),
    deadLetterQueue: { queue: failed, maxReceiveCount: tries },
  });
  return {
    statements: [
      new PolicyStatement({
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        resources: [queue.queueArn],
      }),
    ],
    failed,
    connect: ({ live }) => {
      new CfnEventSourceMapping(scope, `${flow.name}-source`, {
        functionName: live.functionArn,
        eventSourceArn: queue.queueArn,
        batchSize,
        functionResponseTypes: ['ReportBatchItemFailures'],
        scalingConfig: { maximumConcurrency: 20 },
      });
    },
  };
}
