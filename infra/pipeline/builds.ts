import { CfnProject } from 'aws-cdk-lib/aws-codebuild';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Aws, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { type StageName, stages } from '../config.ts';
import { forThisAccount } from '../constructs/triggers/trigger.ts';
import { bootstrapQualifier } from '../deploy/policies.ts';
import { acknowledge } from '../exceptions.ts';
import { cloudFrontLogRegion } from '../stacks/portal-log-stack.ts';
import { deployCommands, smokeVariables } from './pipeline-commands.ts';

/** What is passed from step to step. */
export interface Artifacts {
  readonly bucket: Bucket;
  readonly key: Key;
}

interface Build {
  readonly artifacts: Artifacts;
  readonly phases: Readonly<Record<string, readonly string[]>>;
  /** The folder that is passed on; absent: nothing is. */
  readonly output?: string;
  readonly variables?: readonly CfnProject.EnvironmentVariableProperty[];
  /** Permissions beyond reading its input and writing its log. */
  readonly statements?: readonly PolicyStatement[];
}

/** A build with only its input, its log and the given permissions. Returns its name. */
export function buildProject(scope: Construct, id: string, build: Build): string {
  const { artifacts, phases, output, variables = [], statements = [] } = build;
  const name = `ahtax-pipeline-${id}`;
  const logs = new LogGroup(scope, `${id}-logs`, {
    logGroupName: `/aws/codebuild/${name}`,
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const allow = (actions: string[], resources: string[]) => new PolicyStatement({ actions, resources });
  const role = new Role(scope, `${id}-role`, {
    roleName: name,
    assumedBy: new ServicePrincipal('codebuild.amazonaws.com', { conditions: forThisAccount }),
    inlinePolicies: {
      build: new PolicyDocument({
        statements: [
          allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logs.logGroupArn]),
          allow(['s3:GetObject', 's3:PutObject'], [`${artifacts.bucket.bucketArn}/*`]),
          allow(['kms:Decrypt', 'kms:GenerateDataKey'], [artifacts.key.keyArn]),
          ...statements,
        ],
      }),
    },
  });
  acknowledge(
    role,
    `AwsSolutions-IAM5[Resource::<${Stack.of(scope).getLogicalId(artifacts.bucket.node.defaultChild as never)}.Arn>/*]`,
    'What a step hands on has no name before it does.',
  );
  new CfnProject(scope, `${id}-project`, {
    name,
    serviceRole: role.roleArn,
    encryptionKey: artifacts.key.keyArn,
    source: { type: 'CODEPIPELINE', buildSpec: buildSpec(phases, output) },
    artifacts: { type: 'CODEPIPELINE' },
    environment: {
      type: 'LINUX_CONTAINER',
      // Eight cores, so that eight test files run in parallel.
      computeType: 'BUILD_GENERAL1_LARGE',
      image: 'aws/codebuild/standard:7.0',
      environmentVariables: [...variables],
    },
    logsConfig: { cloudWatchLogs: { status: 'ENABLED', groupName: logs.logGroupName } },
    timeoutInMinutes: 120,
  });
  return name;
}

/** Node 24 comes with `npm ci`; the image's own Node only starts it, and the image's Java runs DynamoDB Local. */
const buildSpec = (phases: Build['phases'], output: string | undefined): string =>
  JSON.stringify({
    version: '0.2',
    phases: {
      install: { 'runtime-versions': { nodejs: 22, java: 'corretto21' }, commands: phases.install ?? [] },
      build: { commands: phases.build ?? [] },
    },
    ...(output ? { artifacts: { 'base-directory': output, files: ['**/*'] } } : {}),
  });

/**
 * Deploys a stage from the assembly of the synth step, and then logs in as a person. In the stage's account it may only
 * assume the roles that `cdk bootstrap` created there; the boundary limits their rights (infra/deploy/policies.ts).
 */
export function deployProject(scope: Construct, stage: StageName, artifacts: Artifacts): string {
  const account = stages[stage].account ?? Aws.ACCOUNT_ID;
  const roles = ['deploy', 'file-publishing', 'lookup'].flatMap((what) =>
    [stages[stage].region, cloudFrontLogRegion].map(
      (region) =>
        `arn:${Aws.PARTITION}:iam::${account}:role/cdk-${bootstrapQualifier}-${what}-role-${account}-${region}`,
    ),
  );
  const secret = new CfnSecret(scope, `${stage}-smoke`, {
    name: `ahtax-pipeline/smoke-${stage}`,
    description: `The made-up person who logs in after a deployment of ${stage}, filled by an operator`,
    kmsKeyId: artifacts.key.keyArn,
    secretString: JSON.stringify({ account: '', password: '', codeUrl: '' }),
  });
  acknowledge(
    secret,
    'AwsSolutions-SMG4',
    'A password of a made-up person, which a person changes in the portal.',
  );
  const name = buildProject(scope, `deploy-${stage}`, {
    artifacts,
    phases: {
      // The tools come from the commit, the assembly that they deploy from the synth step.
      install: ['ln -s "$CODEBUILD_SRC_DIR_Assembly" cdk.out'],
      build: deployCommands(stage),
    },
    variables: [
      { name: 'URL', value: stages[stage].settings.issuer },
      ...Object.entries(smokeVariables).map(([variable, member]) => ({
        name: variable,
        type: 'SECRETS_MANAGER',
        value: `ahtax-pipeline/smoke-${stage}:${member}`,
      })),
    ],
    statements: [
      new PolicyStatement({ actions: ['sts:AssumeRole'], resources: roles }),
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secret.ref] }),
    ],
  });
  return name;
}
