import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Aws, Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from '../../exceptions.ts';
import { prefix } from '../../names.ts';
import type { Stage } from '../../stage.ts';
import type { FlowFunction } from '../flow-function.ts';

/**
 * What starts a function, other than routes. The trigger is created before the function, so that the function's role
 * can name it.
 */
export interface Trigger {
  /** The permissions that the function's role needs for this trigger. */
  readonly statements: readonly PolicyStatement[];
  /** The dead-letter queue, for events that could not be handled. */
  readonly failed?: Queue;
  readonly connect: (entry: FlowFunction) => void;
}

/** For calls by AWS services: only when they act for this account (the confused deputy problem). */
export const forThisAccount = { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } };

export const deadLettersName = (stage: Stage, id: string): string => `${prefix(stage)}-${id}`;

export function deadLetters(scope: Construct, stage: Stage, id: string): Queue {
  const queue = new Queue(scope, id, {
    queueName: deadLettersName(stage, id),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  acknowledge(queue, 'AwsSolutions-SQS3', 'This is the dead-letter queue.');
  return queue;
}
