import { judgeRequest } from '#domain/authorization-requests.ts';
import { parametersOf } from '#domain/oauth-parameters.ts';
import { OAuthProblem } from '#domain/oauth-problem.ts';
import { keptRequest } from '#journeys/sso/asked-company.ts';
import { created } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { pushedRequestPut } from '#store/tickets/sso-requests.ts';
import type { ssoRequest } from './contract.ts';
import { requestUriOf } from './request-uri.ts';

/** Parameters by which the client says who it is, and which are no part of its request. */
const ofClient = new Set(['client_assertion', 'client_assertion_type', 'client_id']);

/**
 * SSO-2, RFC 9126: the same request, judged before any browser comes. It is this client's alone, waits a minute for its
 * browser and serves one decision.
 */
export const pushRequest: StepOf<typeof ssoRequest, 'push'> = async (ctx, call) => {
  const { client } = call.caller;
  if (call.parameters.some(([name]) => name === 'request_uri'))
    throw new OAuthProblem('invalid_request', 'request_uri is no part of a pushed request');
  const asked = call.parameters.filter(([name]) => !ofClient.has(name));
  const judged = judgeRequest(parametersOf([['client_id', client.clientId], ...asked]), () => client);
  if (!judged.ok) {
    if ('refused' in judged) throw new OAuthProblem(judged.refused.error, judged.refused.description);
    throw new OAuthProblem(
      'invalid_request',
      `${judged.page} is missing, doubled, not registered or unreadable`,
    );
  }
  const { ssoPushedSeconds } = ctx.settings.policies;
  const { id, write } = pushedRequestPut(keptRequest(ctx, judged.request), call.now, ssoPushedSeconds);
  await ctx.db.put(write);
  return created({ request_uri: requestUriOf(id), expires_in: ssoPushedSeconds });
};
