import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  type Alias,
  Architecture,
  type CfnAlias,
  type CfnFunction,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Aws, Duration, Stack, Token } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { FlowDeclaration } from '#contract/flow.ts';
import { acknowledge } from '../exceptions.ts';
import { auditCopyOf, functionName, liveAlias, prefix, roleName } from '../names.ts';
import { isTraced, shiftsTraffic } from '../release.ts';
import type { Stage } from '../stage.ts';
import { signedCode } from './code-signing.ts';
import { functionEnvironment, type SharedResources } from './environment.ts';
import { functionGrants } from './grants.ts';
import { logRemoval } from './log-removal.ts';

export interface FlowFunctionProps {
  readonly stage: Stage;
  readonly flow: FlowDeclaration;
  /** The bundled asset folder. */
  readonly assetDirectory: string;
  readonly shared: SharedResources;
  /** Concurrency that is reserved for this function and also limits it. */
  readonly reserved: number | undefined;
  /** Permissions that its trigger needs. */
  readonly statements: readonly PolicyStatement[];
}

/** Lambda allows 4 KB of environment, names and values together. */
const environmentLimit = 4096;
/** The longest value that is known only at deployment (an ARN or name). */
const unresolvedLength = 150;

/** One vCPU comes with 1769 MB; only argon2id needs a whole one. */
const defaults = { memoryMb: 512, timeoutSeconds: 10 };
const hashingDefaults = { memoryMb: 1769, timeoutSeconds: 10 };
const sizing = (flow: FlowDeclaration) => ({
  ...(flow.hashesPasswords ? hashingDefaults : defaults),
  ...flow,
});

export const timeoutSeconds = (flow: FlowDeclaration): number => sizing(flow).timeoutSeconds;

/**
 * One flow's function with its log group, its role and every permission that the contract grants; no permission is
 * added later.
 */
export class FlowFunction extends Construct {
  /** The alias that everything calls that starts the function; never the function itself. */
  readonly live: Alias;
  readonly flow: FlowDeclaration;
  readonly functionName: string;

  constructor(scope: Construct, props: FlowFunctionProps) {
    const { stage, flow, assetDirectory, shared, reserved, statements } = props;
    super(scope, flow.name);
    this.flow = flow;
    const name = functionName(stage, flow.name);
    this.functionName = name;
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${name}`,
      retention: stage.logRetentionDays,
      removalPolicy: logRemoval(stage),
    });
    const writeLogs = new PolicyStatement({
      sid: 'Logs',
      effect: Effect.ALLOW,
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    });
    const role = new Role(this, 'Role', {
      roleName: roleName(stage, flow.name),
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What ${flow.name} may do, from its contract`,
      inlinePolicies: {
        contract: new PolicyDocument({
          statements: [
            writeLogs,
            ...(isTraced(stage) ? [writeTraces()] : []),
            ...functionGrants(stage, flow, shared),
            ...statements,
          ],
        }),
      },
    });
    if (flow.keepsIn)
      acknowledge(
        role,
        `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::${readableName(auditCopyOf(stage).name)}/*]`,
        'Objects have no names before they are written: s3:PutObject on every object of this bucket alone.',
      );
    const environment = functionEnvironment(stage, flow, shared);
    checkEnvironment(this, flow, environment);
    const lambda = new LambdaFunction(this, 'Function', {
      functionName: name,
      description: flow.summary,
      runtime: Runtime.NODEJS_24_X,
      architecture: stage.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      handler: 'index.handler',
      code: Code.fromAsset(assetDirectory),
      memorySize: sizing(flow).memoryMb,
      timeout: Duration.seconds(timeoutSeconds(flow)),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      environment,
      ...(reserved === undefined ? {} : { reservedConcurrentExecutions: reserved }),
      ...signedCode(this, stage),
    });
    if (isTraced(stage)) trace(lambda, role);
    const warm = stage.concurrency?.provisioned?.[flow.name];
    this.live = lambda.addAlias(
      liveAlias,
      warm === undefined ? {} : { provisionedConcurrentExecutions: warm },
    );
    if (!shiftsTraffic(stage)) return;
    (this.live.node.defaultChild as CfnAlias).cfnOptions.updatePolicy = {
      codeDeployLambdaAliasUpdate: { applicationName: prefix(stage), deploymentGroupName: name },
    };
  }
}

/** As cdk-nag writes what only the deployment knows. */
const readableName = (name: string): string =>
  name.replaceAll(Aws.ACCOUNT_ID, '<AWS::AccountId>').replaceAll(Aws.REGION, '<AWS::Region>');

/** Set by the property alone: the construct's own option would add a second policy to the role. */
function trace(lambda: LambdaFunction, role: Role): void {
  (lambda.node.defaultChild as CfnFunction).tracingConfig = { mode: 'Active' };
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    'X-Ray takes segments of the whole account: its two actions know no resource.',
  );
}
const writeTraces = () =>
  new PolicyStatement({
    sid: 'Traces',
    actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    resources: ['*'],
  });

function checkEnvironment(
  scope: Construct,
  flow: FlowDeclaration,
  environment: Record<string, string>,
): void {
  let bytes = 0;
  for (const [name, value] of Object.entries(environment)) {
    const known = Token.isUnresolved(value) ? Stack.of(scope).resolve(value) : value;
    bytes +=
      Buffer.byteLength(name) + (typeof known === 'string' ? Buffer.byteLength(known) : unresolvedLength);
  }
  if (bytes > environmentLimit)
    throw new Error(
      `Flow ${flow.name}: its environment takes ${bytes} bytes, Lambda allows ${environmentLimit}. ` +
        'Shorten the settings (policies that equal the defaults are left out already) or the channel keys.',
    );
}
