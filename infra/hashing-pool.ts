import type { FlowDeclaration } from '#contract/flow.ts';
import type { Stage } from './stage.ts';

/** What Lambda keeps unreserved in every account, for the functions without a reservation. */
export const unreserved = 100;

/** How often a flow hashes compared with the others: most people log in, some reset, few do the rest. */
const weights: Readonly<Record<string, number>> = { login: 8, registration: 2, 'password-reset': 2 };
const weightOf = ({ name }: FlowDeclaration): number => weights[name] ?? 1;

/**
 * Reserved concurrency by flow: the stage's sum, divided among the functions that hash passwords for requests (PWD-02).
 * Empty if the stage reserves nothing.
 * @throws Error if the account's quota cannot hold the sum, or the sum is too small to give each function one
 */
export function hashingPool(
  stage: Pick<Stage, 'name' | 'concurrency'>,
  flows: readonly FlowDeclaration[],
): ReadonlyMap<string, number> {
  const { concurrency } = stage;
  // The feed's mapping limits the feed's function; here only functions that strangers can call are limited.
  const hashing = flows.filter(({ hashesPasswords, routes }) => hashesPasswords && routes);
  if (!concurrency || hashing.length === 0) return new Map();
  const { account, hashing: sum } = concurrency;
  const no = (sentence: string): never => {
    throw new Error(`Stage ${stage.name}: ${sentence}`);
  };
  if (sum > account - unreserved)
    no(
      `concurrency.hashing ${sum} does not fit the account's quota of ${account}: Lambda keeps ${unreserved} unreserved, so at most ${account - unreserved} can be reserved. Ask for a higher quota first, or reserve less.`,
    );
  const whole = hashing.reduce((all, flow) => all + weightOf(flow), 0);
  if (sum < whole)
    no(
      `concurrency.hashing ${sum} is too small: ${hashing.length} functions share it, ${whole} is the least.`,
    );
  return new Map(hashing.map((flow) => [flow.name, Math.floor((sum * weightOf(flow)) / whole)]));
}
