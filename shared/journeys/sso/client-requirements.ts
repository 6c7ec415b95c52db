import { Problem } from '#domain/problem.ts';
import { type Shortfall, shortfall } from '#domain/sso/authentication.ts';
import { findClient, type RelyingParty } from '#domain/sso/relying-parties.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Session } from '#store/sessions/session-row.ts';
import type { SsoRequestTicket } from '#store/tickets/sso-tickets.ts';
import { pairwise } from './granted-details.ts';

/** The client of a request. A request of a client that has left the settings does not exist any more. */
export function requestingClient(
  { relyingParties }: Pick<FlowContext, 'relyingParties'>,
  { request }: Pick<SsoRequestTicket, 'request'>,
): RelyingParty {
  const client = findClient(relyingParties, request.clientId);
  if (!client) throw new Problem('NOT_FOUND');
  return client;
}

/** SSO-9: what the session lacks for this request. */
export const shortfallOf = (
  ctx: FlowContext,
  ticket: SsoRequestTicket,
  client: RelyingParty,
  session: Session,
  now: Date,
) =>
  shortfall(
    { ...ticket.request, createdAt: ticket.createdAt },
    client,
    { ...session, sub: pairwise(ctx, client, session.personKey) },
    now,
  );
/** The same as a refusal that names the system. */
export function shortfallProblem(lacks: Shortfall, { name }: Pick<RelyingParty, 'name'>): Problem {
  switch (lacks.kind) {
    case 'login':
      return new Problem('REAUTHENTICATION_REQUIRED', { system: name });
    case 'level':
      return new Problem('LEVEL_TOO_LOW', { required: lacks.required, system: name });
    case 'acr':
      return new Problem('FACE_REQUIRED', { system: name });
  }
}

/** The identities that a client accepts, in the form for the page. */
export const acceptedIdentities = ({
  accepts: { kinds, roles, subjects },
}: Pick<RelyingParty, 'accepts'>) => ({
  kinds: [...kinds],
  ...(roles ? { roles: [...roles] } : {}),
  ...(subjects ? { subjects: [...subjects] } : {}),
});

/** SSO-4: the client does not accept this identity; the answer lists which ones it accepts. */
export const identityNotAccepted = (client: RelyingParty): Problem =>
  new Problem('IDENTITY_NOT_ACCEPTED', { accepts: acceptedIdentities(client), system: client.name });
