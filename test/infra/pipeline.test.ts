import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, describe, expect, it } from 'vitest';
import { pipeline } from '../../infra/config.ts';
import { buildPipeline } from '../../infra/pipeline/build.ts';
import {
  deployCommands,
  smokeVariables,
  synthCommands,
  testCommands,
} from '../../infra/pipeline/pipeline-commands.ts';
import { inProcess } from '../../infra/synth.ts';
import { list, objectsIn, type Resource, resourcesOf, statementsOf, temporaryFolder } from './assembly.ts';
import { faultsOf } from './cloudformation.ts';

const root = join(import.meta.dirname, '../..');

describe('the pipeline', () => {
  let resources: Resource[];
  let findings: string[];
  beforeAll(() => {
    const app = buildPipeline(inProcess(temporaryFolder()), { rehearsal: true });
    findings = new AwsSolutionsChecks(app)
      .validateScope(app)
      .violations.map(
        ({ ruleName, violatingResources }) => `${ruleName} ${JSON.stringify(violatingResources)}`,
      );
    const template = join(app.synth().directory, 'ahtax-pipeline.template.json');
    resources = resourcesOf(readFileSync(template, 'utf8'));
  });
  const of = (type: string) =>
    resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
  const commandsOf = (project: unknown): string[] => {
    const found = of('AWS::CodeBuild::Project').find(({ Name }) => Name === project);
    const source = found?.Source as { BuildSpec: string } | undefined;
    const { phases } = JSON.parse(source?.BuildSpec ?? '{}');
    return Object.values<{ commands: string[] }>(phases).flatMap(({ commands }) => commands);
  };

  it('OPS-01 passes cdk-nag, and has no property that CloudFormation would refuse', () => {
    expect(findings).toEqual([]);
    expect(resources.length).toBeGreaterThan(15);
    expect(resources.flatMap(({ Type, Properties }) => faultsOf(Type, Properties))).toEqual([]);
  });

  it('OPS-01 tests, synthesizes, deploys the first stage, smokes, waits for approval, and deploys the second', () => {
    const [made] = of('AWS::CodePipeline::Pipeline');
    const stages = made?.Stages as { Name: string; Actions: Record<string, unknown>[] }[];
    expect(stages.map(({ Name }) => Name)).toEqual([
      'Source',
      'Test',
      'Synth',
      'Deploy-dev',
      'Approve',
      'Deploy-showcase',
    ]);
    expect(made).toMatchObject({ PipelineType: 'V2', ExecutionMode: 'QUEUED' });
    const action = (name: string) => stages.find(({ Name }) => Name === name)?.Actions[0];
    expect(action('Approve')).toMatchObject({ ActionTypeId: { Category: 'Approval', Provider: 'Manual' } });
    const project = (name: string) =>
      (action(name)?.Configuration as { ProjectName?: string } | undefined)?.ProjectName;
    expect(commandsOf(project('Test'))).toEqual(testCommands);
    expect(commandsOf(project('Synth'))).toEqual([
      'npm ci',
      ...synthCommands('dev'),
      ...synthCommands('showcase'),
    ]);
    for (const stage of ['dev', 'showcase']) {
      expect(commandsOf(project(`Deploy-${stage}`)).slice(1)).toEqual(deployCommands(stage));
      // The deployment uses the output of the synthesis.
      expect(action(`Deploy-${stage}`)?.InputArtifacts).toContainEqual({ Name: 'Assembly' });
    }
    expect(action('Synth')?.OutputArtifacts).toEqual([{ Name: 'Assembly' }]);
  });

  it('OPS-01 may deploy by the roles of `cdk bootstrap` only, and tests with no right in any account', () => {
    const actionsOf = (name: string) => {
      const role = resources.find(
        ({ Type, Properties }) => Type === 'AWS::IAM::Role' && Properties.RoleName === name,
      );
      if (!role) throw new Error(`no role ${name}`);
      return statementsOf(role)
        .flatMap(({ Action }) => list(Action))
        .filter((one) => one !== 'sts:AssumeRole');
    };
    const forAll = [
      'kms:Decrypt',
      'kms:GenerateDataKey',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:GetObject',
      's3:PutObject',
    ];
    for (const name of ['test', 'synth'])
      expect(actionsOf(`ahtax-pipeline-${name}`).toSorted()).toEqual(forAll);
    for (const stage of ['dev', 'showcase']) {
      expect(actionsOf(`ahtax-pipeline-deploy-${stage}`).toSorted()).toEqual([
        ...forAll,
        'secretsmanager:GetSecretValue',
      ]);
      const assumed = [...objectsIn(resources)].filter(
        ({ Action, Resource }) => Action === 'sts:AssumeRole' && Resource !== undefined,
      );
      expect(assumed).toHaveLength(2);
      for (const { Resource } of assumed)
        expect(JSON.stringify(Resource)).toMatch(/:role\/cdk-hnb659fds-deploy-role-/);
    }
  });

  it('OPS-01 tells somebody of a run that failed, and of one that waits', () => {
    expect(of('AWS::SNS::Subscription').map(({ Endpoint }) => Endpoint)).toEqual(pipeline.emails);
    expect(JSON.stringify(of('AWS::Events::Rule'))).toContain('"state":["FAILED"]');
  });
});

it('OPS-01 the pipeline refuses stand-ins by their names, and stages that CodePipeline is not there for', () => {
  const made =
    (more: object, rehearsal = false) =>
    () =>
      buildPipeline(inProcess(temporaryFolder()), { rehearsal, config: { ...pipeline, ...more } });
  expect(made({})).toThrow(/connectionArn, repository, emails, account are stand-ins/);
  expect(made({ second: 'prod' }, true)).toThrow(
    /stage prod is in partition aws-cn, which has no CodePipeline/,
  );
  expect(made({ second: 'dev' }, true)).toThrow(/two stages/);
  expect(made({ first: 'local' }, true)).toThrow(/deployed nowhere/);
  const own = {
    account: '345678901234',
    connectionArn: 'arn:aws:codeconnections:ap-southeast-1:345678901234:connection/7c5a4b8e',
    repository: 'ahtax/door',
    emails: ['oncall@ahtax.gov.cn'],
  };
  expect(made(own)).not.toThrow();
});

it('OPS-01 the workflow does the same by the same commands: test, synth, staging, smoke, and only then, approved, prod', () => {
  const text = readFileSync(join(root, '.github/workflows/deploy.yml'), 'utf8');
  const lines = text.split('\n').flatMap((line) => /^ +- run: (.*)$/.exec(line)?.[1] ?? []);
  expect(lines).toEqual([
    ...testCommands,
    ...synthCommands('staging'),
    ...synthCommands('prod'),
    ...deployCommands('staging'),
    ...deployCommands('prod'),
  ]);
  const places = [
    'test:',
    'staging:',
    'needs: test',
    'environment: staging',
    'needs: staging',
    'environment: prod',
  ].map((one) => text.indexOf(one));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  // Both stages are in partition aws-cn, where STS has another name.
  const asked = text.match(/role-to-assume: .*\n( {10}\S.*\n)+/g) ?? [];
  expect(asked).toHaveLength(2);
  for (const one of asked) expect(one).toContain('audience: sts.amazonaws.com.cn');
  for (const variable of Object.keys(smokeVariables)) expect(text).toContain(`${variable}: `);
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const [, script = ''] of text.matchAll(/npm run (\S+)/g))
    expect(Object.keys(scripts)).toContain(script);
});
