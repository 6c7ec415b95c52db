import { AccountRootPrincipal, AnyPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Stage } from '../stage.ts';

export interface StageKeyProps {
  readonly stage: Stage;
  readonly alias: string;
  readonly description: string;
  /** The services through which alone this account's principals may use the key … */
  readonly through?: readonly ('dynamodb' | 'secretsmanager' | 's3')[];
  /** … or the roles that use it directly, by operation; nobody else may, whatever their own policies allow. */
  readonly users?: Readonly<Record<string, readonly string[]>>;
  /** The value of `kms:EncryptionContext:purpose` that `users` must send. */
  readonly purpose?: string;
}

/** `*` in a key policy's Resource means the key itself. */
const thisKey = ['*'];

/**
 * Administration of the key without its use. An administrator cannot read anything with the key. An administrator could
 * give themselves access by another key policy (PutKeyPolicy); CloudTrail and `cdk drift` show such a change.
 */
const administration = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListAliases',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListKeyRotations',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
  'kms:RotateKeyOnDemand',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
];

const throughService = [
  'kms:CreateGrant',
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

export function stageKey(scope: Construct, id: string, props: StageKeyProps): Key {
  const { stage, alias, description, through = [], users = {}, purpose } = props;
  const statements = [
    new PolicyStatement({
      sid: 'Administration',
      principals: [new AccountRootPrincipal()],
      actions: administration,
      resources: thisKey,
    }),
  ];
  for (const [action, roles] of Object.entries(users))
    statements.push(
      new PolicyStatement({
        sid: `Only${action.replace('kms:', '')}`,
        // Roles that do not exist yet cannot be principals, so the condition names them.
        principals: [new AccountRootPrincipal()],
        actions: [action],
        resources: thisKey,
        conditions: {
          StringEquals: {
            'aws:PrincipalArn': [...roles],
            ...(purpose ? { 'kms:EncryptionContext:purpose': purpose } : {}),
          },
        },
      }),
    );
  if (through.length > 0)
    statements.push(
      new PolicyStatement({
        sid: 'OnlyThroughService',
        principals: [new AnyPrincipal()],
        actions: throughService,
        resources: thisKey,
        conditions: {
          StringEquals: {
            'kms:CallerAccount': Aws.ACCOUNT_ID,
            'kms:ViaService': through.flatMap((service) => serviceHosts(scope, stage, service)),
          },
        },
      }),
    );
  return new Key(scope, id, {
    alias,
    description,
    enableKeyRotation: true,
    pendingWindow: Duration.days(30),
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    policy: new PolicyDocument({ statements }),
  });
}

/** kms:ViaService holds the endpoint's name; services in the China regions are known under both suffixes. */
function serviceHosts(scope: Construct, stage: Stage, service: string): string[] {
  const { region, urlSuffix } = Stack.of(scope);
  const hosts = [`${service}.${region}.${urlSuffix}`];
  if (stage.partition === 'aws-cn') hosts.push(`${service}.${region}.amazonaws.com`);
  return hosts;
}
