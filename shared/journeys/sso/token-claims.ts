import { acrOf, amrToday } from '#domain/authentication.ts';
import type { Session } from '#store/sessions/sessions.ts';
import type { TokenClaims } from '#store/tickets/sso-tickets.ts';

/** SSO-6: what tokens tell of the person and of how they were authenticated, as the session stands. */
export function tokenClaims(
  { startedAt, methods, faceAt, realNameLevel, identity, company }: Session,
  sub: string,
  now: Date,
): TokenClaims {
  const acr = acrOf({ faceAt }, now);
  return {
    sub,
    authTime: startedAt,
    acr,
    amr: amrToday(methods, acr),
    realNameLevel,
    identity: { kind: identity.kind, ...(company ? { role: company.role } : {}) },
  };
}
