import { App, type AppProps, CliCredentialsStackSynthesizer, type IStackSynthesizer } from 'aws-cdk-lib/core';
import { type PipelineConfig, pipeline } from '../config.ts';
import { checkPipeline } from './check.ts';
import { PipelineStack, pipelineName } from './pipeline-stack.ts';

/**
 * The app of the pipeline, separate from those of the stages. An administrator deploys it once, because a stage's
 * deployments may neither create pipelines nor roles without a boundary.
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
    // It has no assets and needs nothing that `cdk bootstrap` creates for the stages.
    synthesizer: new CliCredentialsStackSynthesizer() as IStackSynthesizer,
    env: { region: config.region, ...(config.account ? { account: config.account } : {}) },
    tags: { system: 'ahtax' },
  });
  return app;
}
