import { isoShanghai } from '#domain/days.ts';
import type { RelyingParty } from '#domain/relying-parties.ts';
import { grantedDetails } from '#journeys/granted-details.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { SsoRequestTicket } from '#store/sso-tickets.ts';
import type { ssoDecision } from './contract.ts';
import { clientOf, type DecisionCall, lacking, lackingProblem } from './weigh.ts';

/** SSO-13: which system asks, as whom the person would go there, and what it gets. */
export const show: StepOf<typeof ssoDecision, 'show'> = async (ctx, call) => {
  const { request, session } = call.caller;
  const client = clientOf(ctx, request);
  const lacks = lacking(request, client, session, call.now);
  if (lacks) throw lackingProblem(lacks, client);
  return ok({ asked: askedOf(ctx, call, client) });
};

export function askedOf(ctx: FlowContext, { caller }: Pick<DecisionCall, 'caller'>, client: RelyingParty) {
  const { request: ticket, session, evidence: records } = caller;
  const granted = grantedDetails(ctx, client, ticket.request.taxpayer, caller, records);
  const { kinds, roles, subjects } = client.accepts;
  return {
    client: { clientId: client.clientId, name: { ...client.name } },
    identity: session.identity,
    accepted: granted !== undefined,
    choose: granted === undefined || ticket.request.prompt.includes('select_account'),
    accepts: {
      kinds: [...kinds],
      ...(roles ? { roles: [...roles] } : {}),
      ...(subjects ? { subjects: [...subjects] } : {}),
    },
    gets: getsOf(ticket, session.identity.kind === 'natural'),
    permissions: [...(granted?.actions ?? [])],
    expiresAt: isoShanghai(new Date(ticket.expiresAt * 1000)),
  };
}

const getsOf = ({ request: { scope } }: SsoRequestTicket, isNatural: boolean) => [
  'pseudonym' as const,
  'level' as const,
  ...(scope.includes('profile') ? (['name'] as const) : []),
  ...(isNatural ? [] : (['company', 'permissions'] as const)),
  ...(scope.includes('document') ? (['document'] as const) : []),
];
