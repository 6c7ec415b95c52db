import { refused } from '#crypto/client-assertions.ts';
import type { OAuthProblem } from '#domain/oauth-problem.ts';
import type { CallOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { spendClientAssertion } from '#store/tickets/tickets.ts';
import type { ssoToken } from './contract.ts';

export type TokenCall = CallOf<typeof ssoToken, 'token'>;

/**
 * What to answer to a call that changes nothing: its own problem. An assertion is good for one call whatever came of it, so
 * this spends it alone; one that had been used is what is wrong first (SSO-3).
 */
export const missed = async (
  { db }: FlowContext,
  { caller, now }: TokenCall,
  problem: OAuthProblem,
): Promise<OAuthProblem> =>
  (await spendClientAssertion(db, caller.clientAssertion, now)) ? problem : refused();

/** Thrown out of a decision that came to nothing, also by the store for what changed since it was read. */
export class Miss extends Error {
  readonly problem: OAuthProblem;
  constructor(problem: OAuthProblem) {
    super(problem.error);
    this.problem = problem;
  }
}

/** Decides, and decides anew where something changed meanwhile; a miss spends the assertion alone. */
export async function unlessMissed<T>(
  ctx: FlowContext,
  call: TokenCall,
  decide: () => Promise<T>,
): Promise<T> {
  try {
    return await retryOnConcurrentChange(decide);
  } catch (error) {
    throw error instanceof Miss ? await missed(ctx, call, error.problem) : error;
  }
}
