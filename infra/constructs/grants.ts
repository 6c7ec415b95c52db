import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Aws } from 'aws-cdk-lib/core';
import type { FlowDeclaration } from '#contract/flow.ts';
import type { TableOrIndex } from '#contract/tables.ts';
import { arn, auditCopyOf, queueName, tableArn } from '../names.ts';
import type { Stage } from '../stage.ts';
import { rotatesDataKeys, type SharedResources } from './environment.ts';

/** A wrapped data key carries its purpose; a function can unwrap nothing else with the data key. */
const forSealing = { StringEquals: { 'kms:EncryptionContext:purpose': 'sealing' } };

/**
 * The statements of one function's role, from its contract. Tables and secrets are encrypted under keys whose own
 * policies admit this account through DynamoDB and Secrets Manager, so only the use of the data key is granted here.
 */
export function functionGrants(
  stage: Stage,
  flow: FlowDeclaration,
  shared: SharedResources,
): PolicyStatement[] {
  const statements: PolicyStatement[] = [];
  const allow = (actions: string[], resources: string[], conditions = {}) =>
    statements.push(new PolicyStatement({ actions, resources, conditions }));

  for (const [tableOrIndex, actions] of Object.entries(flow.tables ?? {}))
    if (actions && actions.length > 0)
      allow(
        actions.map((action) => `dynamodb:${action}`),
        [tableArn(stage, tableOrIndex as TableOrIndex)],
      );
  const secrets = (flow.secrets ?? []).map((secret) => shared.secretArns[secret]);
  if (secrets.length > 0) allow(['secretsmanager:GetSecretValue'], secrets);
  if (flow.secrets?.includes('sealing')) allow(['kms:Decrypt'], [shared.dataKeyArn], forSealing);

  const queues = (flow.sends ?? []).map((queue) => arn('sqs', queueName(stage, queue)));
  if (queues.length > 0) allow(['sqs:SendMessage'], queues);

  if (flow.keepsIn) allow(['s3:PutObject'], [`arn:${Aws.PARTITION}:s3:::${auditCopyOf(stage).name}/*`]);

  if (flow.trigger?.kind === 'rotation') {
    const rotated = flow.trigger.secrets.map(({ secret }) => shared.secretArns[secret]);
    allow(
      [
        'secretsmanager:DescribeSecret',
        'secretsmanager:PutSecretValue',
        'secretsmanager:UpdateSecretVersionStage',
      ],
      rotated,
    );
    if (rotatesDataKeys(flow)) allow(['kms:GenerateDataKey'], [shared.dataKeyArn], forSealing);
  }
  if (flow.gateways?.includes('sms') && stage.settings.sms.kind === 'aws')
    allow(['sms-voice:SendTextMessage'], smsResources(stage.settings.sms));
  return statements;
}

/** End User Messaging: `originationIdentity` is an ARN (checked with the stage), a configuration set a name. */
function smsResources(sms: { originationIdentity: string; configurationSet?: string | undefined }): string[] {
  const { originationIdentity, configurationSet } = sms;
  return configurationSet
    ? [originationIdentity, arn('sms-voice', `configuration-set/${configurationSet}`)]
    : [originationIdentity];
}
