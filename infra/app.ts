import { Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { resolveStage } from './stage.ts';
import { buildApp } from './synth.ts';
import { lacksOf, warningsOf } from './warnings.ts';

/** What `cdk … -c stage=prod -c rehearsal=true` says; the CLI hands its context over in the environment. */
const context: Record<string, unknown> = JSON.parse(process.env.CDK_CONTEXT_JSON ?? '{}');
const isSet = (name: string): boolean => String(context[name] ?? 'false') === 'true';

try {
  const stage = resolveStage(context.stage ?? 'dev', {
    rehearsal: isSet('rehearsal'),
    first: isSet('first'),
  });
  for (const sentence of [...warningsOf(stage), ...lacksOf(stage)]) console.error(sentence);
  const app = await buildApp(stage, {});
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
} catch (error) {
  // A wrong setting is one sentence, not a stack trace of this file.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
