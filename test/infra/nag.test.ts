import { Bucket } from 'aws-cdk-lib/aws-s3';
import { App, Stack } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, it } from 'vitest';
import { stageNames } from '../../infra/config.ts';
import { resolveStage } from '../../infra/stage.ts';
import { buildApp, inProcess } from '../../infra/synth.ts';
import { portalFiles, synthTimeout, temporaryFolder } from './assembly.ts';

const findings = (app: App): string[] =>
  new AwsSolutionsChecks(app)
    .validateScope(app)
    .violations.map(
      ({ ruleName, violatingResources }) =>
        `${ruleName}: ${violatingResources?.map(({ resourceLogicalId }) => resourceLogicalId).join(', ')}`,
    );

it.each(stageNames)(
  'stage %s passes cdk-nag AwsSolutions, each exception acknowledged beside its resource',
  async (stage) => {
    const app = await buildApp(resolveStage(stage, { rehearsal: true }), inProcess(temporaryFolder()), {
      portalFiles,
    });
    expect(findings(app)).toEqual([]);
  },
  synthTimeout,
);

it('cdk-nag would find a careless bucket', () => {
  const app = new App(inProcess(temporaryFolder()));
  new Bucket(new Stack(app, 'careless'), 'bucket');
  expect(findings(app).join()).toContain('AwsSolutions-S10');
});
