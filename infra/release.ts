import type { FlowDeclaration } from '#contract/flow.ts';
import { unreserved } from './hashing-pool.ts';
import type { Stage } from './stage.ts';

/** Whether a new version gets its share of the calls step by step. In a stage without users it may get all at once. */
export const shiftsTraffic = ({ name }: Pick<Stage, 'name'>): boolean => name !== 'local';

/** Whether X-Ray records what functions do: Lambda supports it in partition aws only, and this machine does not. */
export const isTraced = ({ name, partition }: Pick<Stage, 'name' | 'partition'>): boolean =>
  shiftsTraffic({ name }) && partition === 'aws';

/**
 * The number of instances that stay ready, by flow: the stage's setting, checked.
 * @throws Error for a flow that does not exist, or a number above its reserved concurrency or above what is left of the
 *   account's quota
 */
export function checkProvisioned(
  { name, concurrency }: Pick<Stage, 'name' | 'concurrency'>,
  flows: readonly FlowDeclaration[],
  reserved: ReadonlyMap<string, number>,
): void {
  let shared = 0;
  for (const [flow, calls] of Object.entries(concurrency?.provisioned ?? {})) {
    const no = (sentence: string): never => {
      throw new Error(`Stage ${name}: concurrency.provisioned.${flow} ${sentence}`);
    };
    if (!flows.some((one) => one.name === flow)) no('names no flow.');
    if (!Number.isInteger(calls) || calls < 1) no('must be a whole number from 1 on.');
    const part = reserved.get(flow);
    if (part === undefined) shared += calls;
    else if (calls > part) no(`is more than the ${part} that are reserved for it.`);
  }
  if (!concurrency) return;
  const left = concurrency.account - concurrency.hashing - unreserved;
  if (shared > left)
    throw new Error(
      `Stage ${name}: concurrency.provisioned keeps ${shared} calls ready of functions that reserve nothing; of the account's quota of ${concurrency.account} only ${left} are left for them.`,
    );
}
