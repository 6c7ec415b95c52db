import { invalidToken } from '#crypto/rp-access-tokens.ts';
import { wordsOf } from '#domain/sso/oauth-parameters.ts';
import { OAuthProblem } from '#domain/sso/oauth-problem.ts';
import { maskedNameOf, numberOf } from '#journeys/people/personal-data.ts';
import { ok } from '#runtime/answers.ts';
import type { CallOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { findPerson } from '#store/people/users.ts';
import type { ssoToken } from './contract.ts';
import { currentGrant, type LiveHandOver, liveHandOverBehind } from './current-grant.ts';

type UserinfoCall = CallOf<typeof ssoToken, 'userinfo'> | CallOf<typeof ssoToken, 'userinfoByForm'>;

/**
 * SSO-7: whose access token this is and what they may do now. Only this answer contains the document, and only for few
 * clients (SSO-6).
 */
export async function userinfo(ctx: FlowContext, { caller, now }: UserinfoCall) {
  const { client, token } = caller;
  const scope = wordsOf(token.scope);
  if (!scope.includes('openid')) throw new OAuthProblem('insufficient_scope', 'The scope openid is needed');
  const live = await liveHandOverBehind(ctx, caller, now);
  if (!live) throw invalidToken();
  const givesDocument = client.document && scope.includes('document');
  const [grant, document] = await Promise.all([
    currentGrant(ctx, client, live, now),
    givesDocument ? documentOf(ctx, live) : undefined,
  ]);
  if (!grant) throw invalidToken();
  const { claims, session, details } = grant;
  return ok({
    sub: claims.sub,
    ...(scope.includes('profile') ? { name: maskedNameOf(ctx, session) } : {}),
    real_name_level: claims.realNameLevel,
    identity: { ...claims.identity },
    authorization_details: details.map((detail) => ({ ...detail })),
    ...(document ? { document } : {}),
  });
}

async function documentOf(ctx: FlowContext, { session: { personKey } }: LiveHandOver) {
  const person = await findPerson(ctx.db, personKey);
  return person && { type: person.documentType, number: numberOf(ctx, person) };
}
