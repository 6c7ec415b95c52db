import { acrForTokens, acrOf } from '#domain/sso/acrs.ts';
import { amrToday } from '#domain/sso/authentication.ts';
import type { Session } from '#store/sessions/session-row.ts';
import type { TokenClaims } from '#store/tickets/sso-tickets.ts';

/**
 * SSO-6: what tokens state about the person and their authentication, judged by the session.
 * @param wanted the acr values of which the request needed one (SSO-9)
 */
export function tokenClaims(
  { startedAt, methods, faceAt, realNameLevel, identity, company }: Session,
  sub: string,
  wanted: readonly string[],
  now: Date,
): TokenClaims {
  const held = acrOf({ faceAt }, now);
  return {
    sub,
    authTime: startedAt,
    acr: acrForTokens(held, wanted),
    amr: amrToday(methods, held),
    realNameLevel,
    identity: { kind: identity.kind, ...(company ? { role: company.role } : {}) },
  };
}
