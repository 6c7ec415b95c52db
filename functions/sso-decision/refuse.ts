import { noneAnswer, unmet } from '#domain/authentication.ts';
import { answerAddress, type OAuthRefusal, refusal } from '#domain/authorization-requests.ts';
import type { RelyingParty } from '#domain/relying-parties.ts';
import { auditPut } from '#journeys/audit.ts';
import { clientOf, lacking, lackingProblem } from '#journeys/sso/weigh.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { decidedUpdate, requestFor } from '#store/tickets/sso-requests.ts';
import { sentOn } from './answers.ts';
import type { ssoDecision } from './contract.ts';
import type { DecisionCall } from './weigh.ts';

/**
 * SSO-4: the person refuses; a system that demanded another authentication is told that it was not provided (SSO-9).
 */
export const refuse: StepOf<typeof ssoDecision, 'refuse'> = (ctx, call) => {
  const { request, session } = call.caller;
  const lacks = lacking(ctx, request, clientOf(ctx, request), session, call.now);
  const said = lacks?.kind === 'acr' ? unmet : refusal('access_denied', 'the person did not agree');
  return refused(ctx, call, said);
};

/**
 * SSO-9: something that the session lacks ends the decision here: the person is told, or, if no page is wanted, the
 * system. Undefined if nothing is lacking.
 */
export async function refusedAsLacking(ctx: FlowContext, call: DecisionCall, client: RelyingParty) {
  const { request, session } = call.caller;
  const lacks = lacking(ctx, request, client, session, call.now);
  if (!lacks) return undefined;
  if (!request.request.prompt.includes('none')) throw lackingProblem(lacks, client);
  return refused(ctx, call, noneAnswer(lacks.kind));
}

/** The request ends with an error for the client; it is audited, because it was made in a person's session. */
export async function refused(ctx: FlowContext, call: DecisionCall, said: OAuthRefusal) {
  const { request: ticket, session } = call.caller;
  const { request } = ticket;
  await ctx.db.transact([
    decidedUpdate(ticket, call.now),
    auditPut(ctx, call, session.personKey, 'sso-refused', 'failure', {
      client: request.clientId,
      reason: said.error,
    }),
  ]);
  return sentOn(call.params.id, answerAddress(ctx.settings.issuer, request, said));
}

/** Nobody is logged in: the answer for the client depends on whether it allowed a page. It is in nobody's history. */
export const leave: StepOf<typeof ssoDecision, 'leave'> = async (ctx, call) => {
  const { id } = call.params;
  const ticket = await requestFor(ctx.db, id, call.cookie, call.now);
  await ctx.db.transact([decidedUpdate(ticket, call.now)]);
  const said = ticket.request.prompt.includes('none')
    ? noneAnswer('no-session')
    : refusal('access_denied', 'the person did not log in');
  return sentOn(id, answerAddress(ctx.settings.issuer, ticket.request, said));
};
