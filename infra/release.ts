import type { FlowDeclaration } from '#contract/flow.ts';
import { unreserved } from './hashing-pool.ts';
import type { Stage } from './stage.ts';

/** Whether a new version gets its share of calls step by step. Where nobody is served, at once is good enough. */
export const shifts = ({ name }: Pick<Stage, 'name'>): boolean => name !== 'local';

/** Whether X-Ray keeps what functions do: Lambda offers it in partition aws only, and this machine has none. */
export const traces = ({ name, partition }: Pick<Stage, 'name' | 'partition'>): boolean =>
  shifts({ name }) && partition === 'aws';

/**
 * Functions that stay ready to answer, by flow: what the stage says, checked.
 * @throws Error for a flow that does not exist, or a number that its reserved concurrency, or what is left of the account's
 *   quota, cannot hold
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
