import { assertionSpent } from '#crypto/client-assertions.ts';
import type { DpopProof } from '#crypto/dpop-proofs.ts';
import type { OAuthProblem } from '#domain/sso/oauth-problem.ts';
import { invalidDpopProof } from '#domain/sso/oauth-problem.ts';
import type { CallOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { dpopProofPut, spendDpopProof } from '#store/tickets/spent-once.ts';
import { clientAssertionPut, spendClientAssertion } from '#store/tickets/tickets.ts';
import type { ssoToken } from './contract.ts';

/** A call, and the key that it has proved to hold (RFC 9449). */
export type TokenCall = CallOf<typeof ssoToken, 'token'> & { readonly proof?: DpopProof | undefined };

/** The writes that spend the call's assertion and proof, so that no other call can use them. */
export const spentProofPuts = ({ caller, proof, now }: TokenCall): Write[] => [
  clientAssertionPut(caller.clientAssertion, now),
  ...(proof ? [dpopProofPut(proof, now)] : []),
];

/**
 * The answer to a call that changes nothing: its own problem. An assertion, like a proof, is good for one call whatever
 * its result, so this spends only them; if one had been used before, that problem comes first (SSO-3).
 */
export async function spendProofsOfRefusedCall(
  { db }: FlowContext,
  { caller, proof, now }: TokenCall,
  problem: OAuthProblem,
): Promise<OAuthProblem> {
  const [isNew, isNewProof] = await Promise.all([
    spendClientAssertion(db, caller.clientAssertion, now),
    proof ? spendDpopProof(db, proof, now) : true,
  ]);
  if (!isNew) return assertionSpent();
  return isNewProof ? problem : invalidDpopProof();
}

/** Thrown when a decision fails; also by the store if something changed since it was read. */
export class GrantRefused extends Error {
  readonly problem: OAuthProblem;
  constructor(problem: OAuthProblem) {
    super(problem.error);
    this.problem = problem;
  }
}

/** Decides, and decides again if something changed meanwhile; a failed decision spends only assertion and proof. */
export async function decideGrant<T>(
  ctx: FlowContext,
  call: TokenCall,
  decide: () => Promise<T>,
): Promise<T> {
  try {
    return await retryOnConcurrentChange(decide);
  } catch (error) {
    throw error instanceof GrantRefused ? await spendProofsOfRefusedCall(ctx, call, error.problem) : error;
  }
}
