import { refused } from '#crypto/client-assertions.ts';
import type { OAuthProblem } from '#domain/oauth-problem.ts';
import type { CallOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
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
