import { newHandle } from './random.ts';
import { signJwt } from './signed-tokens.ts';
import type { SigningRing } from './signing-ring.ts';

export const logoutTokenType = 'logout+jwt';
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';
const lifetimeSeconds = 120;

/**
 * OpenID Connect Back-Channel Logout 1.0, 2.4: tells a client that the hand-over `sid` of the person `sub` has ended.
 */
export const newLogoutToken = (
  ring: SigningRing,
  { issuer, clientId, sub, sid }: { issuer: string; clientId: string; sub: string; sid: string },
  now: Date,
): Promise<string> =>
  signJwt(
    ring,
    { typ: logoutTokenType, issuer, audience: clientId },
    { sub, sid, jti: newHandle(), events: { [logoutEvent]: {} } },
    lifetimeSeconds,
    now,
  );
