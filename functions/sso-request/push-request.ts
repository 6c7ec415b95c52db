import { parametersOf } from '#domain/sso/oauth-parameters.ts';
import { OAuthProblem } from '#domain/sso/oauth-problem.ts';
import { dpopProofOf } from '#journeys/sso/dpop-proof-of-call.ts';
import { storableRequest } from '#journeys/sso/requested-company.ts';
import { created } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { dpopProofPut } from '#store/tickets/spent-once.ts';
import { pushedRequestPut } from '#store/tickets/sso-requests.ts';
import type { ssoRequest } from './contract.ts';
import { judgeWithHint } from './judge-request.ts';
import { requestUriOf } from './request-uri.ts';

/** Parameters that prove the client; they are not part of its request. */
const ofClient = new Set(['client_assertion', 'client_assertion_type', 'client_id']);

/**
 * SSO-2, RFC 9126: judges the request before a browser comes. The stored request belongs to this client, waits a minute
 * for its browser, and serves one decision. The code of the request is bound to the key that the call proves, or that
 * `dpop_jkt` names (RFC 9449, 10).
 */
export const pushRequest: StepOf<typeof ssoRequest, 'push'> = async (ctx, call) => {
  const { client } = call.caller;
  if (call.parameters.some(([name]) => name === 'request_uri'))
    throw new OAuthProblem('invalid_request', 'request_uri is no part of a pushed request');
  const asked = call.parameters.filter(([name]) => !ofClient.has(name));
  const judged = judgeWithHint(ctx, parametersOf([['client_id', client.clientId], ...asked]), () => client);
  if (!judged.ok) {
    if ('refused' in judged) throw new OAuthProblem(judged.refused.error, judged.refused.description);
    throw new OAuthProblem(
      'invalid_request',
      `${judged.page} is missing, doubled, not registered or unreadable`,
    );
  }
  const { ssoPushedSeconds } = ctx.settings.policies;
  const proof = await dpopProofOf(ctx, call);
  const { dpopJkt = proof?.jkt } = judged.request;
  if (proof && dpopJkt !== proof.jkt)
    throw new OAuthProblem('invalid_request', 'dpop_jkt is another key than that of the DPoP proof');
  const request = { ...storableRequest(ctx, judged.request), ...(dpopJkt === undefined ? {} : { dpopJkt }) };
  const { id, write } = pushedRequestPut(request, call.now, ssoPushedSeconds);
  await ctx.db.transact([write, ...(proof ? [dpopProofPut(proof, call.now)] : [])]);
  return created({ request_uri: requestUriOf(id), expires_in: ssoPushedSeconds });
};
