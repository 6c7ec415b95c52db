import { describe, expect, inject, it } from 'vitest';
import { flows } from '#flows/contracts.ts';
import { stageNames } from '../../infra/config.ts';
import { hashingPool } from '../../infra/hashing-pool.ts';
import { readAssembly } from '../../infra/local/template/assembly.ts';
import { readModel } from '../../infra/local/template/model.ts';
import { checkProvisioned } from '../../infra/release.ts';
import { resolveStage } from '../../infra/stage.ts';
import { assembly, list, objectsIn, readable, synthesizeStage, synthTimeout } from './assembly.ts';

const deployed = stageNames.filter((name) => name !== 'local');

describe.each(deployed)('stage %s', (stage) => {
  it(
    'OPS-01 moves a tenth of the calls for five minutes, and back by itself when the flow’s alarm rings',
    async () => {
      const built = await assembly(stage);
      const groups = built.of('AWS::CodeDeploy::DeploymentGroup');
      const alarms = built.of('AWS::CloudWatch::Alarm');
      expect(groups).toHaveLength(flows.length);
      for (const { name } of flows) {
        const group = groups.find(
          ({ Properties }) => Properties.DeploymentGroupName === `ahtax-${stage}-${name}`,
        )?.Properties;
        expect(group).toMatchObject({
          DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
          AutoRollbackConfiguration: {
            Enabled: true,
            Events: expect.arrayContaining(['DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_FAILURE']),
          },
          AlarmConfiguration: { Enabled: true, IgnorePollAlarmFailure: false },
        });
        const [watched] = list(
          (group?.AlarmConfiguration as { Alarms: { Name: unknown }[] } | undefined)?.Alarms,
        );
        const alarm = alarms.find(({ id }) => readable(watched?.Name) === `<${id}>`);
        expect(alarm?.Properties.AlarmName).toBe(`ahtax-${stage}-${name}-failing`);
        expect(
          [...objectsIn(alarm?.Properties)].some(
            ({ Name, Value }) => Name === 'FunctionName' && Value === `ahtax-${stage}-${name}`,
          ),
        ).toBe(true);
      }
      const moved = Object.values<{
        Type: string;
        UpdatePolicy?: Record<string, unknown>;
        Properties: object;
      }>(JSON.parse(built.templates.functions).Resources).filter(({ Type }) => Type === 'AWS::Lambda::Alias');
      expect(moved.map(({ UpdatePolicy }) => UpdatePolicy?.CodeDeployLambdaAliasUpdate).sort()).toEqual(
        flows
          .map(({ name }) => ({
            ApplicationName: `ahtax-${stage}`,
            DeploymentGroupName: `ahtax-${stage}-${name}`,
          }))
          .sort(),
      );
    },
    synthTimeout,
  );
});

it(
  'OPS-01 keeps the functions ready that the stage says, within what is reserved for them',
  async () => {
    const concurrency = { account: 1_000, hashing: 420, provisioned: { login: 5, scan: 2 } };
    const built = await synthesizeStage('prod', { config: { concurrency } });
    const warm = built
      .of('AWS::Lambda::Alias')
      .flatMap(({ Properties }) => (Properties.ProvisionedConcurrencyConfig ? [Properties] : []))
      .map((properties) => properties.ProvisionedConcurrencyConfig);
    expect(warm).toEqual([{ ProvisionedConcurrentExecutions: 5 }, { ProvisionedConcurrentExecutions: 2 }]);
    const stage = resolveStage('prod', { rehearsal: true });
    const check = (provisioned: Record<string, number>) =>
      checkProvisioned(
        { ...stage, concurrency: { ...concurrency, provisioned } },
        flows,
        hashingPool(stage, flows),
      );
    expect(() => check({ logon: 1 })).toThrow(/provisioned\.logon names no flow/);
    expect(() => check({ login: 400 })).toThrow(/provisioned\.login is more than the \d+ that are reserved/);
    expect(() => check({ scan: 0.5 })).toThrow(/whole number/);
    expect(() => check({ scan: 480 })).not.toThrow();
    expect(() => check({ scan: 481 })).toThrow(/keeps 481 calls ready .* only 480 are left/);
  },
  synthTimeout,
);

it(
  'OPS-01 has every function take the code that the stage’s signers have signed, where it names them',
  async () => {
    const codeSigningConfigArn =
      'arn:aws:lambda:ap-southeast-1:345678901234:code-signing-config:csc-0123456789abcdef0';
    const built = await synthesizeStage('dev', { config: { codeSigningConfigArn } });
    const all = built.of('AWS::Lambda::Function').map(({ Properties }) => Properties.CodeSigningConfigArn);
    // The functions of the flows, and the canary.
    expect(all).toEqual([...flows, 'canary'].map(() => codeSigningConfigArn));
    expect(() => resolveStage('prod', { rehearsal: true, config: { codeSigningConfigArn } })).toThrow(
      /codeSigningConfigArn must be of partition aws-cn/,
    );
  },
  synthTimeout,
);

it('OPS-01 the local runtime calls the alias too, and runs no template that calls past it', () => {
  const read = readAssembly(inject('stageDir'));
  expect(readModel(read).functions.map(({ alias }) => alias)).toEqual(flows.map(() => 'live'));
  const api = read.stacks.find(({ name }) => name.endsWith('-api'));
  if (!api) throw new Error('No api stack');
  const resources = api.template.Resources as Record<
    string,
    { Type: string; Properties: Record<string, unknown> }
  >;
  const past = Object.fromEntries(
    Object.entries(resources).map(([id, resource]) => [
      id,
      resource.Type === 'AWS::ApiGatewayV2::Integration'
        ? {
            ...resource,
            Properties: {
              ...resource.Properties,
              IntegrationUri: JSON.parse(
                JSON.stringify(resource.Properties.IntegrationUri).replaceAll(':live', ''),
              ),
            },
          }
        : resource,
    ]),
  );
  const stacks = read.stacks.map((stack) =>
    stack === api ? { ...api, template: { ...api.template, Resources: past } } : stack,
  );
  expect(() => readModel({ ...read, stacks })).toThrow(/past its alias live/);
});
