import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';
import { functionName, prefix, roleName } from '../names.ts';
import type { Stage } from '../stage.ts';
import { signedCode } from './code-signing.ts';
import { logRemoval } from './log-removal.ts';
import { forThisAccount } from './triggers/trigger.ts';

export const canaryFlow = 'canary';

/**
 * Logs in as a made-up person every five minutes through the public address, as a browser would. The canary is a plain
 * function and not CloudWatch Synthetics, because it then works alike in both partitions and runs the same code as `npm
 * run smoke`.
 */
export function canary(scope: Construct, stage: Stage, secretArn: string): void {
  const name = functionName(stage, canaryFlow);
  const logGroup = new LogGroup(scope, 'CanaryLogs', {
    logGroupName: `/aws/lambda/${name}`,
    retention: stage.logRetentionDays,
    removalPolicy: logRemoval(stage),
  });
  const role = new Role(scope, 'CanaryRole', {
    roleName: roleName(stage, canaryFlow),
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: 'What the canary may do: read its own secret',
    inlinePolicies: {
      canary: new PolicyDocument({
        statements: [
          new PolicyStatement({
            actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            resources: [logGroup.logGroupArn],
          }),
          new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] }),
        ],
      }),
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'ahtax-canary-'));
  const lambda = new LambdaFunction(scope, 'Canary', {
    functionName: name,
    description: 'Logs a made-up person in, through the public address',
    runtime: Runtime.NODEJS_24_X,
    architecture: stage.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
    handler: 'index.handler',
    code: bundledInto(folder),
    memorySize: 256,
    timeout: Duration.seconds(60),
    role,
    logGroup,
    loggingFormat: LoggingFormat.JSON,
    ...signedCode(scope, stage),
    environment: { DOOR_URL: stage.settings.issuer, SECRET_CANARY: secretArn },
  });
  // The CDK copied the asset when the function was made.
  rmSync(folder, { recursive: true });
  const starter = new Role(scope, 'CanaryScheduler', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions: forThisAccount }),
    inlinePolicies: {
      start: new PolicyDocument({
        statements: [
          new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [lambda.functionArn] }),
        ],
      }),
    },
  });
  new CfnSchedule(scope, 'CanarySchedule', {
    name: `${prefix(stage)}-canary`,
    scheduleExpression: 'rate(5 minutes)',
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: lambda.functionArn,
      roleArn: starter.roleArn,
      // A failed run is reported by its metric; the next run comes in five minutes.
      retryPolicy: { maximumRetryAttempts: 0 },
    },
  });
}

function bundledInto(folder: string): Code {
  buildSync({
    entryPoints: [join(import.meta.dirname, '../canary/handler.ts')],
    outfile: join(folder, 'index.js'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    legalComments: 'none',
    logLevel: 'silent',
  });
  return Code.fromAsset(folder);
}
