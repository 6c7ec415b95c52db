import { App, type AppProps, CliCredentialsStackSynthesizer, type IStackSynthesizer } from 'aws-cdk-lib/core';
import { type PipelineConfig, pipeline } from '../config.ts';
import { checkPipeline } from './check.ts';
import { PipelineStack, pipelineName } from './pipeline-stack.ts';

/**
 * The app of the pipeline, beside those of the stages: made once, and deployed by an administrator, because the rights of a
 * stage's deployments neither make pipelines nor roles without a boundary.
 * @throws Error that names a wrong setting
 */
export function buildPipeline(
  props: AppProps,
  { rehearsal, config = pipeline }: { readonly rehearsal: boolean; readonly config?: PipelineConfig },
): App {
  checkPipeline(config, { rehearsal });
  const app = new App({ analyticsReporting: false, autoSynth: false, ...props });
  new PipelineStack(app, pipelineName, {
    config,
    // It has no assets, and needs nothing of what `cdk bootstrap` makes for the stages.
    synthesizer: new CliCredentialsStackSynthesizer() as IStackSynthesizer,
    env: { region: config.region, ...(config.account ? { account: config.account } : {}) },
    tags: { system: 'ahtax' },
  });
  return app;
}
