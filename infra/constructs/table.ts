import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnDeletionPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { type TableDeclaration, type TableName, ttlAttribute } from '#contract/tables.ts';
import { acknowledge } from '../exceptions.ts';
import { tableName } from '../names.ts';
import type { Stage } from '../stage.ts';

/** A table as shared/contract/tables.ts declares it: on demand, encrypted under our key, with or without retention. */
export function flowTable(
  scope: Construct,
  stage: Stage,
  name: TableName,
  declaration: TableDeclaration,
  key: IKey,
): CfnTable {
  const indexes = Object.entries(declaration.indexes ?? {});
  const keyed = [declaration, ...indexes.map(([, index]) => index)];
  const attributes = new Set(
    keyed.flatMap(({ partitionKey, sortKey }) => (sortKey ? [partitionKey, sortKey] : [partitionKey])),
  );
  const lasts = declaration.keeps !== 'passing';
  const table = new CfnTable(scope, name, {
    tableName: tableName(stage, name),
    billingMode: 'PAY_PER_REQUEST',
    attributeDefinitions: [...attributes].map((attributeName) => ({ attributeName, attributeType: 'S' })),
    keySchema: keySchema(declaration),
    ...(indexes.length > 0
      ? {
          globalSecondaryIndexes: indexes.map(([indexName, index]) => ({
            indexName,
            keySchema: keySchema(index),
            projection: { projectionType: index.projection === 'all' ? 'ALL' : 'KEYS_ONLY' },
          })),
        }
      : {}),
    sseSpecification: { sseEnabled: true, sseType: 'KMS', kmsMasterKeyId: key.keyArn },
    ...(declaration.streams ? { streamSpecification: { streamViewType: 'NEW_AND_OLD_IMAGES' } } : {}),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: lasts },
    deletionProtectionEnabled: lasts && !stage.first,
    ...(declaration.keeps === 'lasting'
      ? {}
      : { timeToLiveSpecification: { attributeName: ttlAttribute, enabled: true } }),
  });
  // The tables of a failed first deployment are deleted with it, so that it can be repeated under the same names.
  table.cfnOptions.deletionPolicy = lasts
    ? CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE
    : CfnDeletionPolicy.DELETE;
  table.cfnOptions.updateReplacePolicy = lasts ? CfnDeletionPolicy.RETAIN : CfnDeletionPolicy.DELETE;
  if (!lasts)
    acknowledge(
      table,
      'AwsSolutions-DDB3',
      `${name} holds what expires within days by rule; restoring it would revive spent tickets, codes and sessions.`,
    );
  return table;
}

const keySchema = ({ partitionKey, sortKey }: { partitionKey: string; sortKey?: string }) => [
  { attributeName: partitionKey, keyType: 'HASH' },
  ...(sortKey ? [{ attributeName: sortKey, keyType: 'RANGE' }] : []),
];
