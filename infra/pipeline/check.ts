import { type PipelineConfig, stages } from '../config.ts';
import { isStandIn } from '../stand-ins.ts';

/**
 * Checks the settings of the pipeline.
 * @throws Error that names the setting
 */
export function checkPipeline(config: PipelineConfig, { rehearsal }: { readonly rehearsal: boolean }): void {
  const no = (sentence: string): never => {
    throw new Error(`Pipeline: ${sentence}`);
  };
  for (const name of [config.first, config.second]) {
    if (name === 'local') no('stage local is deployed nowhere.');
    if (stages[name].region.startsWith('cn-'))
      no(
        `stage ${name} is in partition aws-cn, which has no CodePipeline: .github/workflows/deploy.yml deploys it, by a runner in the account.`,
      );
  }
  if (config.region.startsWith('cn-')) no('region: partition aws-cn has no CodePipeline.');
  if (config.first === config.second) no('first and second must be two stages.');
  if (rehearsal) return;
  const wrong = Object.entries(config).flatMap(([name, value]) =>
    [value].flat().some((text) => isStandIn(String(text))) ? [name] : [],
  );
  if (!config.account) wrong.push('account');
  if (wrong.length > 0)
    no(
      `${wrong.join(', ')} are stand-ins in infra/config.ts. To look at the template all the same: -c rehearsal=true.`,
    );
}
