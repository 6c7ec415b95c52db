import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from '../../exceptions.ts';
import { prefix } from '../../names.ts';
import type { Stage } from '../../stage.ts';
import { keepByTlsOnly, privateAccess } from '../private-bucket.ts';
import { deadLetters, forThisAccount, type Trigger } from './trigger.ts';

/**
 * A message that cannot be taken is a dead letter within a quarter of an hour: after five tries, three minutes apart at
 * most (process-file.ts).
 */
const feedTries = 5;

/**
 * Registry feed (ENT-3): the function receives SQS messages, which are feed lines or name a file of lines in the
 * bucket. There is one way in and one dead-letter queue, and both kinds of senders get the same retries.
 */
export function feedTrigger(scope: Construct, stage: Stage, timeoutSeconds: number, key: IKey): Trigger {
  const failed = deadLetters(scope, stage, 'feed-failed');
  const queue = new Queue(scope, 'feed', {
    queueName: `${prefix(stage)}-registry-feed`,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    // Lambda refuses less than the function's timeout. AWS advises six times the timeout for functions that are
    // throttled; the mapping limits this one, so it never is. A function that died is retried as soon as one that
    // failed.
    visibilityTimeout: Duration.seconds(timeoutSeconds + 5),
    retentionPeriod: Duration.days(14),
    deadLetterQueue: { queue: failed, maxReceiveCount: feedTries },
  });
  queue.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('s3.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: forThisAccount,
    }),
  );
  const bucket = feedFiles(scope, queue, key);
  const take = new PolicyStatement({
    // The function also sends: the rest of a file that needs more than its time goes back to the queue.
    actions: [
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:SendMessage',
      // A failed message becomes visible again soon.
      'sqs:ChangeMessageVisibility',
    ],
    resources: [queue.queueArn],
  });
  const read = new PolicyStatement({ actions: ['s3:GetObject'], resources: [`${bucket.attrArn}/*`] });
  return {
    statements: [take, read],
    failed,
    connect: (entry) => {
      new CfnEventSourceMapping(scope, 'feed-source', {
        functionName: entry.live.functionArn,
        eventSourceArn: queue.queueArn,
        batchSize: 1,
        functionResponseTypes: ['ReportBatchItemFailures'],
        scalingConfig: { maximumConcurrency: 5 },
      });
      acknowledge(
        entry,
        `AwsSolutions-IAM5[Resource::<${Stack.of(scope).getLogicalId(bucket)}.Arn>/*]`,
        'Objects have no names before they are written: s3:GetObject on every object of the feed bucket alone.',
      );
    },
  };
}

/** The bucket for files of feed lines. The lines are personal data: encrypted under our key, deleted after 30 days. */
function feedFiles(scope: Construct, queue: Queue, key: IKey): CfnBucket {
  const bucket = new CfnBucket(scope, 'feed-files', {
    ...privateAccess,
    bucketEncryption: {
      serverSideEncryptionConfiguration: [
        {
          bucketKeyEnabled: true,
          serverSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: key.keyArn },
        },
      ],
    },
    lifecycleConfiguration: {
      rules: [
        {
          id: 'feed-files-pass',
          status: 'Enabled',
          expirationInDays: 30,
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    },
    notificationConfiguration: {
      queueConfigurations: [{ event: 's3:ObjectCreated:*', queue: queue.queueArn }],
    },
  });
  // S3 sends a test message when the notification is created: the queue's policy must exist before.
  bucket.node.addDependency(queue);
  acknowledge(
    bucket,
    'AwsSolutions-S1',
    'Only the registry writes and only the feed function reads; every line read leaves an audit event.',
  );
  keepByTlsOnly(scope, 'feed-files-policy', bucket);
  return bucket;
}
