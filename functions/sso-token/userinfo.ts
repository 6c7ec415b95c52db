import { tokenRefused } from '#crypto/rp-access-tokens.ts';
import { wordsOf } from '#domain/oauth-parameters.ts';
import { OAuthProblem } from '#domain/oauth-problem.ts';
import { maskedNameOf, numberOf } from '#journeys/people/personal-data.ts';
import { ok } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { findPerson } from '#store/people/users.ts';
import type { ssoToken } from './contract.ts';
import { type LiveHandOver, liveBehind, standingOf } from './standing.ts';

type UserinfoCall = CallOf<typeof ssoToken, 'userinfo'> | CallOf<typeof ssoToken, 'userinfoByForm'>;

/**
 * SSO-7: whose access token this is and what they may do now. Only this answer contains the document, and only for few
 * clients (SSO-6).
 */
async function answered(ctx: FlowContext, { caller, now }: UserinfoCall) {
  const { client, token } = caller;
  const scope = wordsOf(token.scope);
  if (!scope.includes('openid')) throw new OAuthProblem('insufficient_scope', 'The scope openid is needed');
  const live = await liveBehind(ctx, caller, now);
  if (!live) throw tokenRefused();
  const telling = client.document && scope.includes('document');
  const [standing, document] = await Promise.all([
    standingOf(ctx, client, live, now),
    telling ? documentOf(ctx, live) : undefined,
  ]);
  if (!standing) throw tokenRefused();
  const { told, session, details } = standing;
  return ok({
    sub: told.sub,
    ...(scope.includes('profile') ? { name: maskedNameOf(ctx, session) } : {}),
    real_name_level: told.realNameLevel,
    identity: { ...told.identity },
    authorization_details: details.map((detail) => ({ ...detail })),
    ...(document ? { document } : {}),
  });
}

async function documentOf(ctx: FlowContext, { session: { personKey } }: LiveHandOver) {
  const person = await findPerson(ctx.db, personKey);
  return person && { type: person.documentType, number: numberOf(ctx, person) };
}

export const userinfo: StepOf<typeof ssoToken, 'userinfo'> = answered;
export const userinfoByForm: StepOf<typeof ssoToken, 'userinfoByForm'> = answered;
