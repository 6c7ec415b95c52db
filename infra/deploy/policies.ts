import { type StageName, stages } from '../config.ts';
import { prefix } from '../names.ts';
import { cloudFrontLogRegion } from '../stacks/portal-log-stack.ts';

interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** The default qualifier of `cdk bootstrap`: a part of the name of each resource that it makes. */
export const bootstrapQualifier = 'hnb659fds';

export const boundaryName = (stage: StageName): string => `${prefix({ name: stage })}-boundary`;
export const deployPolicyName = (stage: StageName): string => `${prefix({ name: stage })}-deploy`;

/**
 * The most that any role of the stage may ever do, whatever permissions a deployment gives it: use the data of the
 * stage, and nothing of IAM, of other stages or of the account. An administrator creates it once, before `cdk
 * bootstrap`; a deployment can neither change it nor create a role without it (`deployPolicy`).
 */
export function boundary(stage: StageName, account: string): PolicyDocument {
  const at = places(stage, account);
  const { auditCopyBucket } = stages[stage];
  return document([
    allow(
      'Tables',
      [
        'dynamodb:*Item',
        'dynamodb:Query',
        'dynamodb:*Stream*',
        'dynamodb:GetRecords',
        'dynamodb:GetShardIterator',
      ],
      [at('dynamodb', `table/${at.prefix}-*`)],
    ),
    allow(
      'Secrets',
      [
        'secretsmanager:*SecretValue',
        'secretsmanager:DescribeSecret',
        'secretsmanager:UpdateSecretVersionStage',
      ],
      [at('secretsmanager', `secret:${at.prefix}/*`)],
    ),
    allow('Keys', ['kms:Decrypt', 'kms:GenerateDataKey'], [at('kms', 'key/*')]),
    allow(
      'Logs',
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      [at('logs', `log-group:/aws/lambda/${at.prefix}-*`)],
    ),
    allow(
      'Queues',
      ['sqs:*Message', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
      [at('sqs', `${at.prefix}-*`)],
    ),
    allow(
      'Functions',
      ['lambda:InvokeFunction', 'lambda:*Alias', 'lambda:GetProvisionedConcurrencyConfig'],
      [at('lambda', `function:${at.prefix}-*`)],
    ),
    allow('Alarms', ['cloudwatch:DescribeAlarms'], '*'),
    allow('Sms', ['sms-voice:SendTextMessage'], [at('sms-voice', '*')]),
    allow('Traces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'),
    // The audit's second copy, where it is kept in another account.
    ...(auditCopyBucket
      ? [allow('AuditCopy', ['s3:PutObject'], [`arn:${at.partition}:s3:::${auditCopyBucket.name}/*`])]
      : []),
    // The feed's files, and the pages that a deployment uploads.
    allow(
      'Files',
      ['s3:Get*', 's3:List*', 's3:Put*', 's3:Delete*', 's3:Abort*'],
      [`arn:${at.partition}:s3:::${at.prefix}-*`, `arn:${at.partition}:s3:::cdk-*-assets-${account}-*`],
    ),
    allow('Pages', ['cloudfront:CreateInvalidation', 'cloudfront:GetInvalidation'], '*'),
  ]);
}

/**
 * What CloudFormation may do for a deployment of the stage (`cdk bootstrap --cloudformation-execution-policies`),
 * instead of AdministratorAccess: use the services of the templates, and of IAM only roles of the stage with its
 * boundary.
 */
export function deployPolicy(stage: StageName, account: string): PolicyDocument {
  const at = places(stage, account);
  const roles = `arn:${at.partition}:iam::${account}:role/${at.prefix}-*`;
  const withBoundary = {
    StringEquals: {
      'iam:PermissionsBoundary': `arn:${at.partition}:iam::${account}:policy/${boundaryName(stage)}`,
    },
  };
  return document([
    allow(
      'Services',
      [
        'apigateway:*',
        'cloudfront:*',
        'cloudwatch:*',
        'codedeploy:*',
        'dynamodb:*',
        'events:*',
        'kms:*',
        'lambda:*',
        'logs:*',
        's3:*',
        'scheduler:*',
        'secretsmanager:*',
        'sns:*',
        'sqs:*',
        'ssm:GetParameter*',
        'acm:DescribeCertificate',
        'cloudformation:DescribeStacks',
      ],
      '*',
    ),
    allow(
      'RolesWithBoundary',
      ['iam:CreateRole', 'iam:PutRolePermissionsBoundary', 'iam:PutRolePolicy', 'iam:AttachRolePolicy'],
      [roles],
      withBoundary,
    ),
    allow(
      'RolesLookedAfter',
      [
        'iam:DeleteRole',
        'iam:DeleteRolePolicy',
        'iam:DetachRolePolicy',
        'iam:GetRole*',
        'iam:ListAttachedRolePolicies',
        'iam:ListRolePolicies',
        'iam:TagRole',
        'iam:UntagRole',
        'iam:UpdateAssumeRolePolicy',
        'iam:UpdateRole',
        'iam:UpdateRoleDescription',
      ],
      [roles],
    ),
    allow('PassRoles', ['iam:PassRole'], [roles], {
      StringEquals: {
        'iam:PassedToService': [
          'lambda.amazonaws.com',
          'scheduler.amazonaws.com',
          'codedeploy.amazonaws.com',
        ],
      },
    }),
    allow('Certificates', ['iam:GetServerCertificate'], '*'),
    // API Gateway creates this role with an account's first domain name, with the rights of the role that creates the
    // name.
    allow(
      'RoleOfApiGateway',
      ['iam:CreateServiceLinkedRole'],
      [
        `arn:${at.partition}:iam::${account}:role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway`,
      ],
      { StringEquals: { 'iam:AWSServiceName': 'ops.apigateway.amazonaws.com' } },
    ),
    {
      Sid: 'NeverReadsSecrets',
      Effect: 'Deny',
      Action: ['secretsmanager:GetSecretValue', 'secretsmanager:BatchGetSecretValue'],
      // The deployment itself reads the secret for CloudFront's header (docs/operations.md).
      Resource: ['root', 'handles', 'signing', 'sealing', 'providers', 'canary'].map((name) =>
        at('secretsmanager', `secret:${at.prefix}/${name}-*`),
      ),
    },
    {
      Sid: 'NeverDropsTheBoundary',
      Effect: 'Deny',
      Action: ['iam:DeleteRolePermissionsBoundary', 'iam:CreatePolicyVersion', 'iam:SetDefaultPolicyVersion'],
      Resource: '*',
    },
  ]);
}

/**
 * The role that the workflow of a repository takes on for the stage's environment; an administrator creates it once.
 */
export const deployerName = (stage: StageName): string => `${prefix({ name: stage })}-deployer`;

/** The role may do only one thing in its account: take on the roles that `cdk bootstrap` made there. */
export function deployerPolicy(stage: StageName, account: string): PolicyDocument {
  const { partition, region } = places(stage, account);
  const regions = partition === 'aws' ? [region, cloudFrontLogRegion] : [region];
  return document([
    allow(
      'RolesOfBootstrap',
      ['sts:AssumeRole'],
      regions.flatMap((one) =>
        ['deploy', 'file-publishing', 'lookup'].map(
          (what) =>
            `arn:${partition}:iam::${account}:role/cdk-${bootstrapQualifier}-${what}-role-${account}-${one}`,
        ),
      ),
    ),
  ]);
}

/** Only the workflow of one repository may take on the role, in the environment that waits for its reviewers. */
export function deployerTrust(stage: StageName, account: string, repository: string): object {
  const { partition } = places(stage, account);
  const github = 'token.actions.githubusercontent.com';
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:${partition}:iam::${account}:oidc-provider/${github}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            [`${github}:aud`]: partition === 'aws-cn' ? 'sts.amazonaws.com.cn' : 'sts.amazonaws.com',
            [`${github}:sub`]: `repo:${repository}:environment:${stage}`,
          },
        },
      },
    ],
  };
}

const document = (statements: readonly Statement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});
const allow = (
  Sid: string,
  Action: readonly string[],
  Resource: string | readonly string[],
  Condition?: object,
): Statement => ({ Sid, Effect: 'Allow', Action, Resource, ...(Condition ? { Condition } : {}) });

function places(stage: StageName, account: string) {
  const { region } = stages[stage];
  const partition = region.startsWith('cn-') ? 'aws-cn' : 'aws';
  const at = (service: string, resource: string): string =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  return Object.assign(at, { partition, region, prefix: prefix({ name: stage }) });
}
