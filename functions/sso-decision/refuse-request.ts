import { promptNoneError, unmetAuthentication } from '#domain/sso/authentication.ts';
import { answerAddress, type OAuthRefusal, refusal } from '#domain/sso/authorization-requests.ts';
import type { RelyingParty } from '#domain/sso/relying-parties.ts';
import { auditPut } from '#journeys/audit.ts';
import { requestingClient, shortfallOf, shortfallProblem } from '#journeys/sso/client-requirements.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { requestDecidedUpdate, requestOfBrowser } from '#store/tickets/sso-requests.ts';
import type { ssoDecision } from './contract.ts';
import type { DecisionCall } from './decision-calls.ts';
import { redirectToSystem } from './redirect-to-system.ts';

/**
 * SSO-4: the person refuses; a system that demanded another authentication is told that it was not provided (SSO-9).
 */
export const refuseRequest: StepOf<typeof ssoDecision, 'refuse'> = (ctx, call) => {
  const { request, session } = call.caller;
  const shortfall = shortfallOf(ctx, request, requestingClient(ctx, request), session, call.now);
  const error =
    shortfall?.kind === 'acr' ? unmetAuthentication : refusal('access_denied', 'the person did not agree');
  return endWithError(ctx, call, error);
};

/**
 * SSO-9: something that the session lacks ends the decision here: the person is told, or, if no page is wanted, the
 * system. Undefined if nothing is lacking.
 */
export async function refuseOnShortfall(ctx: FlowContext, call: DecisionCall, client: RelyingParty) {
  const { request, session } = call.caller;
  const shortfall = shortfallOf(ctx, request, client, session, call.now);
  if (!shortfall) return undefined;
  if (!request.request.prompt.includes('none')) throw shortfallProblem(shortfall, client);
  return endWithError(ctx, call, promptNoneError(shortfall.kind));
}

/** The request ends with an error for the client; it is audited, because it was made in a person's session. */
export async function endWithError(ctx: FlowContext, call: DecisionCall, error: OAuthRefusal) {
  const { request: ticket, session } = call.caller;
  const { request } = ticket;
  await ctx.db.transact([
    requestDecidedUpdate(ticket, call.now),
    auditPut(ctx, call, session.personKey, 'sso-refused', 'failure', {
      client: request.clientId,
      reason: error.error,
    }),
  ]);
  return redirectToSystem(call.params.id, answerAddress(ctx.settings.issuer, request, error));
}

/**
 * Nobody is logged in: the answer for the client depends on whether it allowed a page. The answer is in nobody's
 * history.
 */
export const leaveWithoutLogin: StepOf<typeof ssoDecision, 'leave'> = async (ctx, call) => {
  const { id } = call.params;
  const ticket = await requestOfBrowser(ctx.db, id, call.cookie, call.now);
  await ctx.db.transact([requestDecidedUpdate(ticket, call.now)]);
  const error = ticket.request.prompt.includes('none')
    ? promptNoneError('no-session')
    : refusal('access_denied', 'the person did not log in');
  return redirectToSystem(id, answerAddress(ctx.settings.issuer, ticket.request, error));
};
