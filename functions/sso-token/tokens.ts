import { newIdToken } from '#crypto/id-tokens.ts';
import { newRpAccessToken } from '#crypto/rp-access-tokens.ts';
import { unseal } from '#crypto/sealed.ts';
import { maskName } from '#domain/masks.ts';
import type { FlowContext } from '#runtime/context.ts';
import { sealContext } from '#store/people/users.ts';
import { sealedDetailsContext } from '#store/tickets/sso-codes.ts';
import type { SsoCodeTicket } from '#store/tickets/sso-tickets.ts';

type Signing = Pick<FlowContext, 'signing' | 'settings' | 'dataKeys'>;

export type Tokens = Awaited<ReturnType<typeof tokensFor>>;

/**
 * SSO-6: what a client gets for a code. The ID token says who came and how, and no more: it travels in addresses as a
 * hint (DATA-01). The company and what may be done there are in the access token and in the answer.
 */
export async function tokensFor(
  { signing, settings: { issuer, policies }, dataKeys }: Signing,
  ticket: SsoCodeTicket,
  sid: string,
  now: Date,
) {
  const { request, told, personKey } = ticket;
  const { clientId, nonce, resource } = request;
  const details: Record<string, unknown>[] = JSON.parse(
    unseal(dataKeys, sealedDetailsContext(ticket.ticketKey), ticket.sealedDetails),
  );
  const scope = request.scope.join(' ');
  const shared = { issuer, clientId, sid, told, lifetimeSeconds: policies.ssoTokenSeconds };
  const name = request.scope.includes('profile')
    ? maskName(unseal(dataKeys, sealContext.name(personKey), ticket.sealedName))
    : undefined;
  const [idToken, accessToken] = await Promise.all([
    newIdToken(signing, { ...shared, nonce, name }, now),
    newRpAccessToken(signing, { ...shared, resource, scope, details }, now),
  ]);
  return {
    access_token: accessToken,
    token_type: 'Bearer' as const,
    expires_in: policies.ssoTokenSeconds,
    id_token: idToken,
    scope,
    authorization_details: details,
  };
}
