import { OAuthProblem } from '#domain/oauth-problem.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { ssoToken } from './contract.ts';
import { exchanged } from './exchange.ts';
import { missed } from './missed.ts';

/** The token endpoint. */
export const token: StepOf<typeof ssoToken, 'token'> = async (ctx, call) => {
  if (call.body.grant_type !== 'authorization_code')
    throw await missed(
      ctx,
      call,
      new OAuthProblem('unsupported_grant_type', 'The grant_type is authorization_code and nothing else'),
    );
  return ok(await exchanged(ctx, call));
};
