import { describe, expect, it } from 'vitest';
import { type StageName, stageNames } from '../../infra/config.ts';
import { type Assembly, assembly, objectsIn, type Resource, resourcesOf, synthTimeout } from './assembly.ts';

const deployed = stageNames.filter((name): name is Exclude<StageName, 'local'> => name !== 'local');

/**
 * A test fails at four fifths of AWS's limit, while there is still time to divide what grows with flows, tables and
 * alarms.
 */
const early = (limit: number) => Math.floor(limit * 0.8);

/**
 * A value as the deployment completes it, or longer: a value that is known only at deployment is as long as an ARN or a
 * name can be.
 */
function filled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filled);
  if (typeof value !== 'object' || value === null) return value;
  const [[name, inner] = ['', undefined], ...more] = Object.entries(value);
  if (more.length === 0 && name === 'Fn::Join') {
    const [separator, parts] = inner as [string, unknown[]];
    return parts.map((part) => String(filled(part))).join(separator);
  }
  if (more.length === 0 && name === 'Ref')
    return (
      { 'AWS::Partition': 'aws-cn', 'AWS::Region': 'ap-southeast-1', 'AWS::AccountId': '345678901234' }[
        String(inner)
      ] ?? 'n'.repeat(40)
    );
  if (more.length === 0 && /^Fn::(GetAtt|ImportValue)$/.test(name)) return 'a'.repeat(110);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one)]));
}
const lengthOf = (document: unknown): number => JSON.stringify(filled(document)).length;

const stacksOf = (built: Assembly): [string, string][] =>
  Object.entries({
    ...built.templates,
    portal: built.portal,
    portalLogs: built.portalLogs,
    portalAlarms: built.portalAlarms,
  }).flatMap(([name, text]) => (text ? [[name, text] as [string, string]] : []));

describe.each(deployed)('stage %s', (stage) => {
  it(
    'OPS-01 stays within four fifths of what AWS takes in a stack, a role, an API and an account',
    async () => {
      const built = await assembly(stage);
      const all = stacksOf(built).flatMap(([, text]) => resourcesOf(text));
      const of = (type: string): Resource[] => all.filter(({ Type }) => Type === type);
      for (const [name, text] of stacksOf(built)) {
        const { Resources, Outputs = {}, Parameters = {}, Description = '' } = JSON.parse(text);
        expect(Object.keys(Resources).length, `resources of ${name}`).toBeLessThanOrEqual(early(500));
        expect(Object.keys(Outputs).length, `outputs of ${name}`).toBeLessThanOrEqual(early(200));
        expect(Object.keys(Parameters).length, `parameters of ${name}`).toBeLessThanOrEqual(early(200));
        expect(Buffer.byteLength(text), `template of ${name}`).toBeLessThanOrEqual(early(1_000_000));
        expect(Buffer.byteLength(Description), `description of ${name}`).toBeLessThanOrEqual(1_024);
      }
      expect(of('AWS::ApiGatewayV2::Route').length).toBeLessThanOrEqual(early(300));
      expect(of('AWS::ApiGatewayV2::Integration').length).toBeLessThanOrEqual(early(300));
      for (const { id, Properties } of of('AWS::IAM::Role')) {
        const inline = (Properties.Policies ?? []) as { PolicyDocument: unknown }[];
        const attached = of('AWS::IAM::Policy').filter((one) =>
          JSON.stringify(one.Properties.Roles).includes(`"${id}"`),
        );
        const documents = [
          ...inline,
          ...attached.map((one) => one.Properties as { PolicyDocument: unknown }),
        ];
        const length = documents.reduce((sum, { PolicyDocument }) => sum + lengthOf(PolicyDocument), 0);
        expect(length, `policies of role ${id}`).toBeLessThanOrEqual(early(10_240));
      }
      for (const { id, Properties } of of('AWS::SecretsManager::ResourcePolicy'))
        expect(lengthOf(Properties.ResourcePolicy), `policy ${id}`).toBeLessThanOrEqual(early(20_480));
      for (const { id, Properties } of of('AWS::KMS::Key'))
        expect(lengthOf(Properties.KeyPolicy), `policy of key ${id}`).toBeLessThanOrEqual(early(32_768));
      // An account and region may have 10 of them, for the API's access log and CloudFront's log.
      expect(of('AWS::Logs::ResourcePolicy').length).toBeLessThanOrEqual(1);
      expect(of('AWS::CloudWatch::Alarm').length).toBeLessThanOrEqual(early(5_000));
      expect(of('AWS::CloudFront::CachePolicy').length).toBeLessThanOrEqual(2);
      expect(of('AWS::CloudFront::ResponseHeadersPolicy').length).toBeLessThanOrEqual(2);
    },
    synthTimeout,
  );

  it(
    'OPS-02 stays within what CloudWatch takes in an alarm, a message, a query and a dashboard',
    async () => {
      const { of } = await assembly(stage);
      for (const { Properties } of of('AWS::CloudWatch::Alarm')) {
        const name = String(Properties.AlarmName);
        const metrics = (Properties.Metrics ?? []) as { Expression?: string; MetricStat?: object }[];
        expect(metrics.filter(({ MetricStat }) => MetricStat).length, name).toBeLessThanOrEqual(10);
        for (const { Expression = '' } of metrics) expect(Expression.length, name).toBeLessThanOrEqual(2_048);
        expect(String(Properties.AlarmDescription).length, name).toBeLessThanOrEqual(1_024);
        const period = Math.max(
          ...[...objectsIn(Properties)].map(({ Period }) => Number(Period ?? 0)),
          Number(Properties.Period ?? 0),
        );
        // An alarm may look back one day; with periods of an hour or more, one week.
        expect(period * Number(Properties.EvaluationPeriods), name).toBeLessThanOrEqual(
          period >= 3_600 ? 604_800 : 86_400,
        );
      }
      for (const { Properties } of of('AWS::CloudWatch::CompositeAlarm'))
        expect(String(Properties.AlarmRule).length).toBeLessThanOrEqual(10_240);
      // A query takes fifty log groups. With more functions `failures` and `trace` must become two queries each.
      for (const { Properties } of of('AWS::Logs::QueryDefinition'))
        expect((Properties.LogGroupNames as string[]).length, String(Properties.Name)).toBeLessThanOrEqual(
          47,
        );
      const [dashboard] = of('AWS::CloudWatch::Dashboard');
      const { widgets } = JSON.parse(String(filled(dashboard?.Properties.DashboardBody)));
      const shown = widgets.map(
        ({ properties }: { properties: { metrics?: unknown[] } }) => properties.metrics?.length ?? 0,
      );
      expect(widgets.length).toBeLessThanOrEqual(early(500));
      expect(Math.max(...shown)).toBeLessThanOrEqual(early(500));
      expect(shown.reduce((sum: number, one: number) => sum + one, 0)).toBeLessThanOrEqual(early(2_500));
    },
    synthTimeout,
  );

  it(
    'OPS-01 gives names that are as long as AWS takes, and none twice',
    async () => {
      const built = await assembly(stage);
      const all = stacksOf(built).flatMap(([, text]) => resourcesOf(text));
      for (const [type, property, most] of [
        ['AWS::Lambda::Function', 'FunctionName', 64],
        ['AWS::IAM::Role', 'RoleName', 64],
        ['AWS::SQS::Queue', 'QueueName', 80],
        ['AWS::DynamoDB::Table', 'TableName', 255],
        ['AWS::CodeDeploy::DeploymentGroup', 'DeploymentGroupName', 100],
        ['AWS::Scheduler::Schedule', 'Name', 64],
        ['AWS::CloudWatch::Alarm', 'AlarmName', 255],
        ['AWS::Logs::LogGroup', 'LogGroupName', 512],
      ] as const) {
        const names = all
          .filter(({ Type }) => Type === type)
          .flatMap(({ Properties }) =>
            typeof Properties[property] === 'string' ? [Properties[property]] : [],
          );
        expect(names.length, type).toBeGreaterThan(0);
        for (const name of names) expect(name.length, name).toBeLessThanOrEqual(most);
        expect(new Set(names).size, type).toBe(names.length);
      }
    },
    synthTimeout,
  );

  it(
    'OPS-01 exports what other stacks use whether or not they do, and nothing of a single flow',
    async () => {
      const { templates, portal = '{}' } = await assembly(stage);
      const exportsOf = (text: string): string[] =>
        Object.values<{ Export?: { Name: string } }>(JSON.parse(text).Outputs ?? {}).flatMap(
          ({ Export }) => Export?.Name ?? [],
        );
      const streams = resourcesOf(templates.data).filter(({ Properties }) => Properties.StreamSpecification);
      const secrets = ['root', 'handles', 'signing', 'sealing', 'providers', 'canary'];
      const names = exportsOf(templates.data).join('\n');
      for (const { id } of streams) expect(names).toContain(`FnGetAtt${id}StreamArn`);
      for (const secret of secrets) expect(names).toContain(`Ref${secret}secret`);
      expect(exportsOf(templates.data)).toHaveLength(streams.length + secrets.length + 2);
      expect(exportsOf(templates.api)).toHaveLength(2);
      for (const text of [templates.functions, templates.release ?? '{}', templates.alarms, portal])
        expect(exportsOf(text)).toEqual([]);
    },
    synthTimeout,
  );
});
