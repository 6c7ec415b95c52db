import { existsSync } from 'node:fs';
import { Policy, type Statement, statementsOf } from '../emulators/policy.ts';
import { arrayOf, type JsonObject, objectOf, stringOf } from '../http/json.ts';
import { eventSourcesOf, type QueueModel, type StreamSourceModel } from '../lambda/event-sources.ts';
import type { Assembly } from './assembly.ts';
import { evaluate, type Resource } from './evaluate.ts';
import type { Environment } from './resource-names.ts';

/** The content of the templates, in the terms of this runtime. */
export interface LocalApp {
  readonly environment: Environment;
  readonly tables: readonly TableModel[];
  readonly functions: readonly FunctionModel[];
  readonly routes: readonly RouteModel[];
  readonly schedules: readonly ScheduleModel[];
  readonly streams: readonly StreamSourceModel[];
  readonly queues: readonly QueueModel[];
  readonly buckets: readonly BucketModel[];
  readonly secrets: readonly SecretModel[];
  readonly keys: readonly KeyModel[];
}
export interface TableModel {
  readonly name: string;
  readonly arn: string;
  readonly properties: JsonObject;
}
export interface FunctionModel {
  readonly name: string;
  /** The name without the part that all functions of the stage share: the flow's name. */
  readonly shortName: string;
  readonly arn: string;
  /** The alias under which everything calls it; undefined if the template has none. */
  readonly alias: string | undefined;
  /** The bundle's directory. */
  readonly directory: string;
  /** `index.handler` */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly policy: Policy;
  readonly roleArn: string;
}
export interface RouteModel {
  /** `POST /v1/logins/{id}/verify` or `$default` */
  readonly routeKey: string;
  readonly functionName: string;
}
export interface ScheduleModel {
  readonly name: string;
  readonly expression: string;
  readonly timezone: string;
  readonly functionName: string;
  readonly input: unknown;
  readonly enabled: boolean;
}
export interface SecretModel {
  readonly name: string;
  readonly arn: string;
  readonly secretString: string | undefined;
  readonly generate: JsonObject | undefined;
  /** Forbids readers, whatever their own policies allow. */
  readonly policy: Policy | undefined;
  readonly rotation: { readonly functionName: string; readonly immediately: boolean } | undefined;
}
export interface BucketModel {
  readonly name: string;
  /** Whether its objects are locked: then S3 takes none without a checksum. */
  readonly locked: boolean;
}
export interface KeyModel {
  readonly id: string;
  readonly arn: string;
  readonly aliases: readonly string[];
  /**
   * The key's own policy; both it and the caller's policy must allow a call. Undefined: the caller's policy decides
   * alone.
   */
  readonly policy: Policy | undefined;
}

/** Used where a template leaves region and account open. */
const fallback: Environment = { region: 'ap-southeast-1', account: '000000000000', partition: 'aws' };

/** Reads the stacks of an assembly. Throws an Error that names what the local runtime cannot run. */
export function readModel({ stacks, assets }: Assembly): LocalApp {
  const region = stacks.find((stack) => stack.region)?.region ?? fallback.region;
  const environment: Environment = {
    region,
    account: stacks.find((stack) => stack.account)?.account ?? fallback.account,
    partition: region.startsWith('cn-') ? 'aws-cn' : 'aws',
  };
  const resources = evaluate(stacks, environment);
  const of = (...types: string[]) => resources.filter((resource) => types.includes(resource.type));
  const statements = statementsByRole(of);
  const named = of('AWS::Lambda::Function').flatMap((resource) =>
    functionModel(resource, assets, statements, of('AWS::Lambda::Alias')),
  );
  const front = commonFront(named.map((model) => model.name));
  const functions = named.map((model) => ({ ...model, shortName: model.name.slice(front) }));
  const aliases = new Set(of('AWS::Lambda::Alias').map(({ ref }) => ref));
  /**
   * An invocation ARN contains the function's ARN, possibly inside an API Gateway path, followed by the alias that
   * everything must call if the function has one.
   */
  const functionIn = (uri: unknown, user: string): string => {
    const found = functions
      .filter((f) => new RegExp(`${f.arn.replace(/[$.*+?]/g, '\\$&')}(?![\\w-])`).test(String(uri)))
      .at(0);
    if (!found) throw new Error(`${user} starts a function that no template has: ${String(uri)}`);
    if (found.alias !== undefined && ![...aliases].some((alias) => String(uri).includes(alias)))
      throw new Error(`${user} calls ${found.name} past its alias ${found.alias}`);
    return found.name;
  };
  return {
    environment,
    functions,
    tables: of('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map(({ ref, arn, properties }) => ({
      name: ref,
      arn,
      properties,
    })),
    routes: routesOf(of, functionIn),
    schedules: of('AWS::Scheduler::Schedule').flatMap(({ ref, properties: p }) => {
      const target = objectOf(p.Target);
      if (!String(target.Arn).includes(':lambda:')) return [];
      const input = stringOf(target.Input);
      return [
        {
          name: ref,
          expression: String(p.ScheduleExpression),
          timezone: stringOf(p.ScheduleExpressionTimezone) ?? 'UTC',
          functionName: functionIn(target.Arn, `Schedule ${ref}`),
          input: input === undefined ? {} : JSON.parse(input),
          enabled: p.State !== 'DISABLED',
        },
      ];
    }),
    ...eventSourcesOf(of, functionIn),
    buckets: of('AWS::S3::Bucket').map(({ ref, properties }) => ({
      name: ref,
      locked: properties.ObjectLockEnabled === true,
    })),
    secrets: secretsOf(of, functionIn),
    keys: of('AWS::KMS::Key').map(({ ref, arn, properties: p }) => ({
      id: ref,
      arn,
      aliases: of('AWS::KMS::Alias')
        .filter(({ properties }) => [ref, arn].includes(String(properties.TargetKeyId)))
        .map((alias) => alias.ref),
      policy: p.KeyPolicy === undefined ? undefined : new Policy(statementsOf(p.KeyPolicy)),
    })),
  };
}

type Of = (...types: string[]) => Resource[];
type FunctionIn = (uri: unknown, user: string) => string;

function statementsByRole(of: Of): ReadonlyMap<string, Statement[]> {
  const byRole = new Map<string, Statement[]>();
  const managed = new Map(
    of('AWS::IAM::ManagedPolicy').map((policy) => [policy.ref, policy.properties.PolicyDocument] as const),
  );
  for (const { ref, properties } of of('AWS::IAM::Role')) {
    const inline = arrayOf(properties.Policies).map((policy) => objectOf(policy).PolicyDocument);
    const attached = arrayOf(properties.ManagedPolicyArns).map((arn) => managed.get(String(arn)));
    byRole.set(ref, [...inline, ...attached].flatMap(statementsOf));
  }
  for (const { properties } of of('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'))
    for (const role of arrayOf(properties.Roles))
      byRole.get(String(role))?.push(...statementsOf(properties.PolicyDocument));
  return byRole;
}

/** Length of the part that all names begin with, up to a hyphen; 0 for a single name. */
function commonFront(names: readonly string[]): number {
  const [first = ''] = names;
  if (names.length < 2) return 0;
  let length = first.lastIndexOf('-') + 1;
  while (length > 0 && !names.every((name) => name.startsWith(first.slice(0, length))))
    length = first.lastIndexOf('-', length - 2) + 1;
  return length;
}

function functionModel(
  { id, ref, arn, properties: p }: Resource,
  assets: ReadonlyMap<string, string>,
  statements: ReadonlyMap<string, Statement[]>,
  aliases: readonly Resource[],
): Omit<FunctionModel, 'shortName'>[] {
  // Inline code (custom resources of the CDK itself) is not ours.
  const key = stringOf(objectOf(p.Code).S3Key);
  if (key === undefined || !String(p.Runtime).startsWith('nodejs')) return [];
  const directory = assets.get(key);
  if (!directory || !existsSync(directory))
    throw new Error(`The assembly lacks the asset of function ${id} (${key})`);
  const role = String(p.Role).split('/').at(-1) ?? '';
  const alias = aliases.find(({ properties }) => [ref, arn].includes(String(properties.FunctionName)));
  const environment = Object.entries(objectOf(objectOf(p.Environment).Variables));
  return [
    {
      name: ref,
      arn,
      alias: alias && stringOf(alias.properties.Name),
      directory,
      handler: stringOf(p.Handler) ?? 'index.handler',
      environment: Object.fromEntries(environment.map(([name, value]) => [name, String(value)])),
      timeoutSeconds: Number(p.Timeout ?? 3),
      memoryMb: Number(p.MemorySize ?? 128),
      policy: new Policy(statements.get(role) ?? []),
      roleArn: String(p.Role),
    },
  ];
}

function routesOf(of: Of, functionIn: FunctionIn): RouteModel[] {
  const integrations = new Map(of('AWS::ApiGatewayV2::Integration').map((i) => [i.ref, i.properties]));
  return of('AWS::ApiGatewayV2::Route').map(({ properties: p }) => {
    const routeKey = String(p.RouteKey);
    const integration = integrations.get(String(p.Target).replace(/^integrations\//, ''));
    if (!integration) throw new Error(`Route ${routeKey} has no integration`);
    if ((integration.PayloadFormatVersion ?? '2.0') !== '2.0')
      throw new Error(`Route ${routeKey}: only payload format 2.0 runs here`);
    return { routeKey, functionName: functionIn(integration.IntegrationUri, `Route ${routeKey}`) };
  });
}

function secretsOf(of: Of, functionIn: FunctionIn): SecretModel[] {
  const rotations = of('AWS::SecretsManager::RotationSchedule');
  const policies = of('AWS::SecretsManager::ResourcePolicy');
  return of('AWS::SecretsManager::Secret').map(({ ref, arn, properties: p }) => {
    const document = policies.find(({ properties }) => properties.SecretId === ref)?.properties
      .ResourcePolicy;
    const rotation = rotations.find(({ properties }) => properties.SecretId === ref)?.properties;
    const generate = p.GenerateSecretString;
    return {
      name: stringOf(p.Name) ?? arn.split(':secret:')[1]?.replace(/-[^-]{6}$/, '') ?? arn,
      arn,
      secretString: stringOf(p.SecretString),
      policy: document === undefined ? undefined : new Policy(statementsOf(document)),
      generate: generate === undefined ? undefined : objectOf(generate),
      rotation: rotation
        ? {
            functionName: functionIn(rotation.RotationLambdaARN, `Rotation of ${ref}`),
            immediately: rotation.RotateImmediatelyOnUpdate !== false,
          }
        : undefined,
    };
  });
}
