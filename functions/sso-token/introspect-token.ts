import { verifyRpAccessToken } from '#crypto/rp-access-tokens.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { ssoToken } from './contract.ts';
import { currentGrant, liveHandOverBehind } from './current-grant.ts';

const inactive = () => ok({ active: false as const });

/**
 * SSO-11, RFC 7662: whether an access token is valid at this moment, and what it permits today; for a client that runs
 * the resource of the token. For any other token, and for any other caller, the answer is the same no.
 */
export const introspectToken: StepOf<typeof ssoToken, 'introspect'> = async (ctx, { caller, body, now }) => {
  const { issuer } = ctx.settings;
  const found = await verifyRpAccessToken(ctx.signing, ctx.relyingParties, body.token, issuer, now);
  if (!found || !caller.client.introspects.includes(found.token.aud)) return inactive();
  const { client, token } = found;
  const { sid, cnf } = token;
  const live = await liveHandOverBehind(ctx, found, now);
  const grant = live && (await currentGrant(ctx, client, live, now));
  if (!grant) return inactive();
  const { claims, details } = grant;
  return ok({
    active: true as const,
    iss: issuer,
    sub: claims.sub,
    aud: token.aud,
    client_id: client.clientId,
    token_type: cnf ? ('DPoP' as const) : ('Bearer' as const),
    ...(cnf ? { cnf: { jkt: cnf.jkt } } : {}),
    scope: token.scope,
    jti: token.jti,
    sid,
    iat: token.iat,
    exp: token.exp,
    auth_time: claims.authTime,
    acr: claims.acr,
    real_name_level: claims.realNameLevel,
    authorization_details: details.map((detail) => ({ ...detail })),
  });
};
