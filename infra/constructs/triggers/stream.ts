import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { FlowDeclaration, StreamTrigger } from '#contract/flow.ts';
import type { TableName } from '#contract/tables.ts';
import type { Stage } from '../../stage.ts';
import type { SharedResources } from '../environment.ts';
import { deadLetters, type Trigger } from './trigger.ts';

/** The permissions that Lambda needs from the function's role to read a stream for it. */
export const streamReading = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
];

/**
 * One mapping per table. A record that the function cannot take goes to the dead-letter queue and does not delay the
 * others.
 */
export function streamTrigger(
  scope: Construct,
  stage: Stage,
  flow: FlowDeclaration,
  trigger: StreamTrigger,
  shared: SharedResources,
): Trigger {
  const failed = deadLetters(scope, stage, `${flow.name}-failed`);
  const tables = Object.keys(trigger.tables) as TableName[];
  const streamOf = (table: TableName): string => {
    const arn = shared.streamArns[table];
    if (!arn) throw new Error(`Flow ${flow.name}: table ${table} has no stream.`);
    return arn;
  };
  return {
    statements: [
      new PolicyStatement({ actions: streamReading, resources: tables.map(streamOf) }),
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failed.queueArn] }),
    ],
    failed,
    connect: ({ live }) => {
      for (const table of tables) {
        const patterns = trigger.tables[table] ?? [];
        new CfnEventSourceMapping(scope, `${flow.name}-${table}`, {
          functionName: live.functionArn,
          eventSourceArn: streamOf(table),
          // Changes written before the function existed are read too (a stream keeps them for a day).
          startingPosition: 'TRIM_HORIZON',
          batchSize: trigger.batchSize ?? 100,
          maximumRetryAttempts: (trigger.tries ?? 10) - 1,
          bisectBatchOnFunctionError: true,
          parallelizationFactor: 4,
          ...(trigger.gatherSeconds ? { maximumBatchingWindowInSeconds: trigger.gatherSeconds } : {}),
          destinationConfig: { onFailure: { destination: failed.queueArn } },
          ...(patterns.length > 0
            ? {
                filterCriteria: {
                  filters: patterns.map((pattern) => ({ pattern: JSON.stringify(pattern) })),
                },
              }
            : {}),
        });
      }
    },
  };
}
