import { OAuthProblem } from '#domain/oauth-problem.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { ssoToken } from './contract.ts';
import { exchanged } from './exchange.ts';
import { missed } from './missed.ts';
import { refreshed } from './refresh.ts';

/** The token endpoint. */
export const token: StepOf<typeof ssoToken, 'token'> = async (ctx, call) => {
  switch (call.body.grant_type) {
    case 'authorization_code':
      return ok(await exchanged(ctx, call));
    case 'refresh_token':
      return ok(await refreshed(ctx, call));
    default: {
      const what = 'The grant_type is authorization_code or refresh_token';
      throw await missed(ctx, call, new OAuthProblem('unsupported_grant_type', what));
    }
  }
};
