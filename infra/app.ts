import { Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { buildPipeline } from './pipeline/build.ts';
import { resolveStage } from './stage.ts';
import { buildApp } from './synth.ts';
import { lacksOf, warningsOf } from './warnings.ts';

/** What `cdk … -c stage=prod -c rehearsal=true` or `cdk … -c pipeline=true` says; the CLI hands its context over in the environment. */
const context: Record<string, unknown> = JSON.parse(process.env.CDK_CONTEXT_JSON ?? '{}');
const isSet = (name: string): boolean => String(context[name] ?? 'false') === 'true';

/** The app of the stage that was asked for; whoever synthesizes it is told what there is to know. */
function ofStage() {
  const stage = resolveStage(context.stage ?? 'dev', {
    rehearsal: isSet('rehearsal'),
    first: isSet('first'),
  });
  for (const sentence of [...warningsOf(stage), ...lacksOf(stage)]) console.error(sentence);
  return buildApp(stage, {});
}

try {
  const app = isSet('pipeline') ? buildPipeline({}, { rehearsal: isSet('rehearsal') }) : await ofStage();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
} catch (error) {
  // A wrong setting is one sentence, not a stack trace of this file.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
