import { Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { buildPipeline } from './pipeline/build.ts';
import { resolveStage } from './stage.ts';
import { buildApp } from './synth.ts';
import { unsupportedIn, warningsOf } from './warnings.ts';

/**
 * The context of `cdk … -c stage=prod -c rehearsal=true` or `cdk … -c pipeline=true`, which the CLI passes in the
 * environment.
 */
const context: Record<string, unknown> = JSON.parse(process.env.CDK_CONTEXT_JSON ?? '{}');
const isSet = (name: string): boolean => String(context[name] ?? 'false') === 'true';

/** The app of the stage that was asked for; warnings are printed for the person who synthesizes it. */
function ofStage() {
  const stage = resolveStage(context.stage ?? 'dev', {
    rehearsal: isSet('rehearsal'),
    first: isSet('first'),
  });
  for (const sentence of [...warningsOf(stage), ...unsupportedIn(stage)]) console.error(sentence);
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
