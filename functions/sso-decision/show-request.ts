import { isoShanghai } from '#domain/days.ts';
import { fromEpochSeconds } from '#domain/epoch.ts';
import type { RelyingParty } from '#domain/sso/relying-parties.ts';
import {
  acceptedIdentities,
  requestingClient,
  shortfallOf,
  shortfallProblem,
} from '#journeys/sso/client-requirements.ts';
import { grantedDetails } from '#journeys/sso/granted-details.ts';
import { identityMayDo } from '#journeys/sso/matter-detail.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { requestOfBrowser } from '#store/tickets/sso-requests.ts';
import type { SsoRequestTicket } from '#store/tickets/sso-tickets.ts';
import type { ssoDecision } from './contract.ts';
import type { DecisionCall } from './decision-calls.ts';
import { requestedMatter } from './requested-matter.ts';

/** Which system asks, before anybody is logged in: the browser of the request learns that and nothing else. */
export const introduceSystem: StepOf<typeof ssoDecision, 'introduce'> = async (ctx, call) => {
  const { id } = call.params;
  const ticket = await requestOfBrowser(ctx.db, id, call.cookie, call.now);
  return ok({
    client: shownClient(requestingClient(ctx, ticket)),
    interactive: !ticket.request.prompt.includes('none'),
  });
};

/** SSO-13: which system asks, with which identity the person would go there, and what the system would get. */
export const showRequest: StepOf<typeof ssoDecision, 'show'> = async (ctx, call) => {
  const { request, session } = call.caller;
  const client = requestingClient(ctx, request);
  const shortfall = shortfallOf(ctx, request, client, session, call.now);
  if (shortfall) throw shortfallProblem(shortfall, client);
  return ok({ asked: shownRequest(ctx, call, client) });
};

export function shownRequest(
  ctx: FlowContext,
  { caller }: Pick<DecisionCall, 'caller'>,
  client: RelyingParty,
) {
  const { request: ticket, session, records, lost } = caller;
  // If the company is lost, only the natural person is left, and that is not the identity that the person meant.
  const granted = lost ? undefined : grantedDetails(ctx, client, ticket.request.taxpayer, caller, records);
  const asked = requestedMatter(ctx, ticket);
  const allowed = asked === undefined || identityMayDo(asked.matter, caller);
  return {
    client: shownClient(client),
    identity: session.identity,
    accepted: granted !== undefined,
    choose: granted === undefined || !allowed || ticket.request.prompt.includes('select_account'),
    accepts: acceptedIdentities(client),
    gets: getsOf(ticket, session.identity.kind === 'natural'),
    permissions: [...(granted?.actions ?? [])],
    ...(asked ? { matter: { code: asked.matter.code, zh: asked.matter.zh, allowed } } : {}),
    expiresAt: isoShanghai(fromEpochSeconds(ticket.expiresAt)),
  };
}

const shownClient = ({ clientId, name }: RelyingParty) => ({ clientId, name: { ...name } });

const getsOf = ({ request: { scope } }: SsoRequestTicket, isNatural: boolean) => [
  'pseudonym' as const,
  'level' as const,
  ...(scope.includes('profile') ? (['name'] as const) : []),
  ...(isNatural ? [] : (['company', 'permissions'] as const)),
  ...(scope.includes('document') ? (['document'] as const) : []),
];
