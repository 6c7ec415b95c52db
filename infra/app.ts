import { Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { resolveStage } from './stage.ts';
import { buildApp } from './synth.ts';

/** The stage of `cdk … -c stage=prod`; the CLI hands its context over in the environment. */
function chosenStage(): unknown {
  const context: Record<string, unknown> = JSON.parse(process.env.CDK_CONTEXT_JSON ?? '{}');
  return context.stage ?? 'dev';
}

try {
  const app = await buildApp(resolveStage(chosenStage()), {});
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
} catch (error) {
  // A wrong setting is one sentence, not a stack trace of this file.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
