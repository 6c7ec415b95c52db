import { Aws } from 'aws-cdk-lib/core';
import type { TableName, TableOrIndex } from '#contract/tables.ts';
import type { Stage } from './stage.ts';

/**
 * Names that one stack defines and another uses. Tables have fixed names instead of exports: an export in use cannot
 * change, and a restored table (PITR makes a new one) can take a table's place under its name.
 */
export const prefix = (stage: Pick<Stage, 'name'>): string => `ahtax-${stage.name}`;
export const tableName = (stage: Stage, table: TableName): string => `${prefix(stage)}-${table}`;

/** Roles have fixed names, so that secrets and keys can name their readers before these exist. */
export const roleName = (stage: Pick<Stage, 'name'>, flow: string): string => `${prefix(stage)}-${flow}`;
export const roleArn = (stage: Pick<Stage, 'name'>, flow: string): string =>
  `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/${roleName(stage, flow)}`;

/**
 * Everything that starts a function calls its alias; a deployment moves the alias from version to version
 * (release-stack.ts).
 */
export const liveAlias = 'live';
export const functionName = (stage: Pick<Stage, 'name'>, flow: string): string => `${prefix(stage)}-${flow}`;
export const alarmName = (stage: Pick<Stage, 'name'>, alarm: string): string => `${prefix(stage)}-${alarm}`;

export const queueName = (stage: Stage, queue: string): string => `${prefix(stage)}-${queue}`;

/** The bucket of the audit's second copy that a stage makes itself; its name is unique over all accounts. */
export const ownAuditCopy = (stage: Pick<Stage, 'name'>): string =>
  `${prefix(stage)}-audit-copy-${Aws.ACCOUNT_ID}-${Aws.REGION}`;
/** AUD-1: where the copy is kept. The name is fixed, so that the functions need no export of the data stack. */
export const auditCopyOf = (stage: Stage): { readonly name: string; readonly account: string } =>
  stage.auditCopyBucket ?? { name: ownAuditCopy(stage), account: Aws.ACCOUNT_ID };

export const originSecretName = (stage: Stage): string => `${prefix(stage)}/origin`;

/** An ARN in this deployment. CloudFormation fills in the partition, so that one code serves aws and aws-cn. */
export const arn = (service: string, resource: string): string =>
  `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;

/** A function's alias, for stacks other than the one that makes it. */
export const aliasArn = (stage: Pick<Stage, 'name'>, flow: string): string =>
  arn('lambda', `function:${functionName(stage, flow)}:${liveAlias}`);

export function tableArn(stage: Stage, tableOrIndex: TableOrIndex): string {
  const [table, index] = splitTable(tableOrIndex);
  return arn('dynamodb', `table/${tableName(stage, table)}${index ? `/index/${index}` : ''}`);
}

export function splitTable(tableOrIndex: TableOrIndex): [TableName, string | undefined] {
  const [table, index] = tableOrIndex.split('/');
  return [table as TableName, index];
}
