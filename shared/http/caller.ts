import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { RouteDeclaration } from '#contract/flow.ts';
import { verifyAccessToken } from '#crypto/access-tokens.ts';
import { type Assertion, verifyAssertion } from '#crypto/assertions.ts';
import { readCookie, readRefreshToken } from '#crypto/refresh-tokens.ts';
import { Problem } from '#domain/problem.ts';
import type { HandOverRequest, Managing } from '#runtime/call.ts';
import { channelKeys, type FlowContext } from '#runtime/context.ts';
import { findPerson } from '#store/people/users.ts';
import { readAccessRecords } from '#store/sessions/access-basis.ts';
import { type EffectiveSession, effectiveSession } from '#store/sessions/effective-session.ts';
import { findSession, requireLive } from '#store/sessions/sessions.ts';
import { spendAssertion } from '#store/tickets/spent-once.ts';
import { findSessionAndRequest, requireRequest } from '#store/tickets/sso-requests.ts';
import type { OAuthRouteSupport } from './oauth-route-support.ts';
import { bodyBytes } from './request.ts';

const headerOf = (event: APIGatewayProxyEventV2, name: string): string | undefined => event.headers[name];

/** The scheme's name is not case-sensitive and may be followed by several spaces (RFC 9110). */
const bearerOf = (event: APIGatewayProxyEventV2): string | undefined =>
  /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(headerOf(event, 'authorization') ?? '')?.[1];

/** CHN-1: a signed assertion for exactly this call, spent in the store so that it works once. */
async function assertionOf(
  ctx: FlowContext,
  event: APIGatewayProxyEventV2,
  now: Date,
): Promise<Assertion | undefined> {
  const token = headerOf(event, 'channel-assertion');
  if (token === undefined) return undefined;
  const assertion = await verifyAssertion(channelKeys(), token, {
    issuer: ctx.settings.issuer,
    method: event.requestContext.http.method,
    path: event.rawPath,
    body: bodyBytes(event),
    hallBodyHash: ctx.settings.hallBodyHash,
    now,
    maxSeconds: ctx.settings.policies.assertionSeconds,
  });
  if (!(await spendAssertion(ctx.db, assertion, now))) throw new Problem('ASSERTION_INVALID');
  return assertion;
}

/**
 * The session behind an access token, read from the store, so that a logout takes effect at once (SES-1). For a company
 * identity the access basis is read together with the session, so that its end, its last day and narrowed permissions
 * also take effect at once (REL-7, REL-8, AGY-4); for natural persons that costs nothing. For routes that manage, the
 * person is read together with the session too (PHN-4).
 */
async function sessionOf(
  ctx: FlowContext,
  event: APIGatewayProxyEventV2,
  { managing, handOver }: RouteDeclaration,
  now: Date,
): Promise<{ caller: EffectiveSession & Partial<Managing>; asked?: () => HandOverRequest }> {
  const bearer = bearerOf(event);
  if (!bearer) throw new Problem('SESSION_ENDED');
  const claims = await verifyAccessToken(ctx.signing, bearer, ctx.settings.issuer, now);
  const named = {
    sessionId: claims.sessionId,
    identityVersion: claims.identityVersion,
    personKey: claims.subject,
  };
  const { policies } = ctx.settings;
  const id = event.pathParameters?.id ?? '';
  const [read, records, person] = await Promise.all([
    handOver
      ? findSessionAndRequest(ctx.db, named.sessionId, id)
      : findSession(ctx.db, named.sessionId).then((session) => ({ session, request: undefined })),
    claims.company && readAccessRecords(ctx.db, claims.subject, claims.company),
    managing && findPerson(ctx.db, claims.subject),
  ]);
  const session = requireLive(read.session, named, now, policies);
  // SSO-4: the request that the path names, for a browser that opened it. A function, because it is judged last: first
  // the session is checked, and what the route demands of it.
  const cookie = (name: string) => readCookie(event.cookies ?? [], name) ?? undefined;
  const asked = () => ({ request: requireRequest(read.request, id, cookie, now), records });
  return {
    caller: {
      ...effectiveSession(session, records, now),
      ...(managing ? { recoveredAt: person?.phoneRecoveredAt } : {}),
    },
    ...(handOver ? { asked } : {}),
  };
}

/** SES-2: only the cookie carries the refresh token. */
function refreshOf(ctx: FlowContext, event: APIGatewayProxyEventV2) {
  const token = readRefreshToken(ctx.handles, readCookie(event.cookies ?? []) ?? '');
  if (!token) throw new Problem('SESSION_ENDED');
  return token;
}

/** The parts for routes of tax systems. `serve` refuses to load a flow that has such a route and was not given them. */
function oauthSupportOf(oauth: OAuthRouteSupport | undefined): OAuthRouteSupport {
  if (!oauth) throw new Error('A route for tax systems needs the OAuth support');
  return oauth;
}

/**
 * Who calls, in the way that the route's contract demands; refuses everybody else.
 * @param oauth the parts for routes of tax systems
 */
export async function callerOf(
  ctx: FlowContext,
  event: APIGatewayProxyEventV2,
  route: RouteDeclaration,
  now: Date,
  form: Readonly<Record<string, string>> = {},
  oauth?: OAuthRouteSupport,
): Promise<object> {
  switch (route.access) {
    case 'public':
      return {};
    case 'public-or-channel':
      return { assertion: await assertionOf(ctx, event, now) };
    case 'channel': {
      const assertion = await assertionOf(ctx, event, now);
      if (!assertion) throw new Problem('ASSERTION_INVALID');
      return { assertion };
    }
    case 'session': {
      // REL-9: a channel that calls a route for the web only is told that, instead of being asked for a session that it
      // cannot have.
      if (headerOf(event, 'channel-assertion') !== undefined && route.errors?.includes('CHANNEL_NOT_ALLOWED'))
        throw new Problem('CHANNEL_NOT_ALLOWED');
      const { caller, asked } = await sessionOf(ctx, event, route, now);
      if (caller.lost && !route.evenIfLost) throw new Problem('RELATION_NOT_FOUND', {}, { variant: 'lost' });
      // LGN-11: checked here for all routes, so that a new route is closed unless its contract opens it.
      if (caller.session.passwordDue && !route.evenWithInitialPassword)
        throw new Problem('PASSWORD_CHANGE_REQUIRED');
      return asked ? { ...caller, ...asked() } : caller;
    }
    case 'refresh':
      return { refresh: refreshOf(ctx, event) };
    case 'client':
      return oauthSupportOf(oauth).authenticateClient(ctx, event, form, route, now);
    case 'client-token':
      return oauthSupportOf(oauth).clientTokenOf(ctx, event, form, now);
  }
}
