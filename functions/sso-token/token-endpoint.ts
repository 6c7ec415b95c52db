import type { DpopProof } from '#crypto/dpop-proofs.ts';
import { OAuthProblem } from '#domain/sso/oauth-problem.ts';
import { dpopProofOf } from '#journeys/sso/dpop-proof-of-call.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { ssoToken } from './contract.ts';
import { exchangeCode } from './exchange-code.ts';
import { refreshTokens } from './refresh-tokens.ts';
import { spendProofsOfRefusedCall, type TokenCall } from './token-call.ts';

/** The token endpoint. */
export const tokenEndpoint: StepOf<typeof ssoToken, 'token'> = async (ctx, given) => {
  const call = await withDpopProof(ctx, given);
  const wrong = wrongForm(call.body);
  if (wrong) throw await spendProofsOfRefusedCall(ctx, call, new OAuthProblem('invalid_request', wrong));
  switch (call.body.grant_type) {
    case 'authorization_code':
      return ok(await exchangeCode(ctx, call));
    case 'refresh_token':
      return ok(await refreshTokens(ctx, call));
    default: {
      const what = 'The grant_type is authorization_code or refresh_token';
      throw await spendProofsOfRefusedCall(ctx, call, new OAuthProblem('unsupported_grant_type', what));
    }
  }
};

/** Characters; every value that we give out is shorter. */
const longestValue = 1024;

/**
 * What no call can mean, whatever its grant: said here and not by the schema, because it spends the assertion (SSO-3).
 */
function wrongForm(form: TokenCall['body']): string | undefined {
  if (form.grant_type === undefined) return 'grant_type is missing';
  const long = Object.entries(form).find(([, value]) => (value ?? '').length > longestValue);
  return long && `${long[0]} is longer than ${longestValue} characters`;
}

/**
 * The call with the key that it proves. For a client with `dpop` every token is bound to a key (RFC 9449, 5.2); for
 * other clients that is optional.
 */
async function withDpopProof(ctx: FlowContext, call: TokenCall): Promise<TokenCall> {
  let proof: DpopProof | undefined;
  try {
    proof = await dpopProofOf(ctx, call);
  } catch (error) {
    throw error instanceof OAuthProblem ? await spendProofsOfRefusedCall(ctx, call, error) : error;
  }
  if (call.caller.client.dpop && !proof)
    throw await spendProofsOfRefusedCall(
      ctx,
      call,
      new OAuthProblem('invalid_request', 'The DPoP proof is missing'),
    );
  return { ...call, proof };
}
