import { Aws } from 'aws-cdk-lib/core';
import type { TableName, TableOrIndex } from '#contract/tables.ts';
import type { Stage } from './stage.ts';

/**
 * Names that one stack gives and another uses. Tables have names of their own instead of exports: an export that is
 * in use can't change, and a restored table (PITR makes a new one) can take its place under its name.
 */
export const prefix = (stage: Stage): string => `ahtax-${stage.name}`;
export const tableName = (stage: Stage, table: TableName): string => `${prefix(stage)}-${table}`;

export const queueName = (stage: Stage, queue: string): string => `${prefix(stage)}-${queue}`;

export const originSecretName = (stage: Stage): string => `${prefix(stage)}/origin`;

/** An ARN of this deployment. The partition is CloudFormation's to fill in, so that one code serves aws and aws-cn. */
export const arn = (service: string, resource: string): string =>
  `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;

export function tableArn(stage: Stage, tableOrIndex: TableOrIndex): string {
  const [table, index] = splitTable(tableOrIndex);
  return arn('dynamodb', `table/${tableName(stage, table)}${index ? `/index/${index}` : ''}`);
}

export function splitTable(tableOrIndex: TableOrIndex): [TableName, string | undefined] {
  const [table, index] = tableOrIndex.split('/');
  return [table as TableName, index];
}
