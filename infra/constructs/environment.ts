import { Aws } from 'aws-cdk-lib/core';
import {
  bucketOwnerVariable,
  bucketVariable,
  type FlowDeclaration,
  queueVariable,
  type SecretName,
} from '#contract/flow.ts';
import { type TableName, type TableOrIndex, tableVariable } from '#contract/tables.ts';
import { auditCopyOf, originSecretName, queueName, splitTable, tableName } from '../names.ts';
import type { Stage } from '../stage.ts';

/** Resources of the data stack that the functions use. */
export interface SharedResources {
  readonly secretArns: Readonly<Record<SecretName, string>>;
  /** The KMS key that wraps the data keys of sealed fields. */
  readonly dataKeyArn: string;
  /** The streams of the tables whose changes can start functions. */
  readonly streamArns: Readonly<Partial<Record<TableName, string>>>;
}

/** A function's whole environment. Tables, secrets and keys only where the contract names them. */
export function functionEnvironment(
  stage: Stage,
  flow: FlowDeclaration,
  shared: SharedResources,
): Record<string, string> {
  const environment: Record<string, string> = { SETTINGS: stage.settingsJson };
  for (const tableOrIndex of Object.keys(flow.tables ?? {})) {
    const [table] = splitTable(tableOrIndex as TableOrIndex);
    environment[tableVariable(table)] = tableName(stage, table);
  }
  for (const secret of flow.secrets ?? [])
    environment[`SECRET_${secret.toUpperCase()}`] = shared.secretArns[secret];
  for (const queue of flow.sends ?? []) environment[queueVariable(queue)] = queueUrl(stage, queue);
  for (const bucket of flow.keepsIn ?? []) {
    const { name, account } = auditCopyOf(stage);
    environment[bucketVariable(bucket)] = name;
    environment[bucketOwnerVariable(bucket)] = account;
  }
  if (rotatesDataKeys(flow)) environment.DATA_KEY = shared.dataKeyArn;
  if (takesAssertions(flow)) environment.CHANNEL_KEYS = stage.channelKeysJson;
  if (flow.routes && stage.portal) environment.ORIGIN_SECRET = originSecret(stage);
  return environment;
}

/** Queues have fixed names, so that the sending function need not be deployed after the receiving one. */
const queueUrl = (stage: Stage, queue: string): string =>
  `https://sqs.${Aws.REGION}.${Aws.URL_SUFFIX}/${Aws.ACCOUNT_ID}/${queueName(stage, queue)}`;

/**
 * The secret that CloudFront sends to the API, so that the API trusts its statement about the caller's address
 * (shared/http/viewer.ts). CloudFormation reads it at each deployment; neither the template nor the assembly contains
 * it.
 */
export const originSecret = (stage: Stage): string =>
  `{{resolve:secretsmanager:${originSecretName(stage)}:SecretString}}`;

export const rotatesDataKeys = ({ trigger }: FlowDeclaration): boolean =>
  trigger?.kind === 'rotation' && trigger.secrets.some(({ secret }) => secret === 'sealing');

const takesAssertions = ({ routes = {} }: FlowDeclaration): boolean =>
  Object.values(routes).some(({ access }) => access === 'channel' || access === 'public-or-channel');
