import { actionFor } from '#domain/factors/matters.ts';
import { Problem } from '#domain/problem.ts';
import { promptNoneError } from '#domain/sso/authentication.ts';
import { startStandaloneFaceScan } from '#journeys/factors/scans.ts';
import { identityNotAccepted, requestingClient } from '#journeys/sso/client-requirements.ts';
import { grantedDetails } from '#journeys/sso/granted-details.ts';
import { identityMayDo } from '#journeys/sso/matter-detail.ts';
import { created, ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { reusableFaceCheck } from '#store/people/face-checks.ts';
import { requireAdmitted } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import type { MatterFace } from '#store/tickets/sso-tickets.ts';
import { ticketUpdate } from '#store/tickets/tickets.ts';
import { chosenIdentityReader } from './approve-with-choice.ts';
import type { ssoDecision } from './contract.ts';
import type { StepUpCall } from './decision-calls.ts';
import { endWithError, refuseOnShortfall } from './refuse-request.ts';
import { type RequestedMatter, requestedMatter } from './requested-matter.ts';

/**
 * SSO-9: the face check for the request's matter, by the rules of a step-up (STP-1, STP-2, STP-4). A recent check
 * serves again, otherwise the person scans, and the passed scan is written on the request. A person who may not do the
 * matter is told before the scan. A system that allowed no page is told that one is needed.
 */
export const stepUpForMatter: StepOf<typeof ssoDecision, 'stepUp'> = async (ctx, call) => {
  const { request: ticket, session } = call.caller;
  const client = requestingClient(ctx, ticket);
  const asked = requestedMatter(ctx, ticket);
  if (!asked) throw new Problem('STATE_CONFLICT');
  const isPromptNone = ticket.request.prompt.includes('none');
  const refused = await refuseOnShortfall(ctx, call, client);
  if (refused) return refused;
  const [acts, found] = await Promise.all([actsAs(ctx, call), findPerson(ctx.db, session.personKey)]);
  if (!grantedDetails(ctx, client, ticket.request.taxpayer, acts, acts.records))
    throw identityNotAccepted(client);
  if (!identityMayDo(asked.matter, acts)) throw new Problem('ROLE_NOT_ALLOWED');
  const person = requireAdmitted(found, 'SESSION_ENDED');
  const { company: acting } = acts.session;
  const forWhom = { sessionId: session.sessionId, ...(acting ? { acting } : {}) };
  const kept = reusableFaceCheck(person, asked.matter, call.now, ctx.settings.policies);
  if (kept) {
    const { at, transactionId, since } = kept;
    const face: MatterFace = { at, transactionId, since, ...forWhom };
    await ctx.db.transact([ticketUpdate(ticket, call.now, { set: { face } })]);
    return ok({ satisfied: true as const });
  }
  if (isPromptNone) return endWithError(ctx, call, promptNoneError('matter'));
  const scan = await startStandaloneFaceScan(ctx, call, person, {
    purpose: 'step-up',
    action: actionFor(asked.matter.class),
    parent: { ticketKey: ticket.ticketKey, kind: ticket.kind },
    stepUp: { ...stepUpFieldsOf(asked), audience: client.sector, ...forWhom },
  });
  return created({ scan });
};

const stepUpFieldsOf = ({ matter, nonce }: RequestedMatter) => ({
  matter: matter.code,
  ...(nonce === undefined ? {} : { nonce }),
});

/** The identity with which the person will go: the current one, or the one that they will choose. */
async function actsAs(ctx: FlowContext, call: StepUpCall) {
  const { caller, body } = call;
  if (body.choiceId === undefined) {
    if (caller.lost) throw new Problem('RELATION_NOT_FOUND', {}, { variant: 'lost' });
    return caller;
  }
  const { effective, records } = await chosenIdentityReader(ctx, call, body.choiceId)();
  return { ...effective, records };
}
