import { constantTimeEqual } from '#crypto/keys.ts';
import { type RpRefreshToken, readRpRefreshToken } from '#crypto/session-references.ts';
import { shanghaiDay } from '#domain/days.ts';
import { wordsOf } from '#domain/sso/oauth-parameters.ts';
import { OAuthProblem } from '#domain/sso/oauth-problem.ts';
import { maskedNameOf } from '#journeys/people/personal-data.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { faceUnchangedCheck } from '#store/people/face-checks.ts';
import { rpRefreshedUpdate } from '#store/sessions/rp-sessions.ts';
import { seenAccess, seenAccessChecks } from '#store/sessions/seen-access.ts';
import { seenUpdate } from '#store/sessions/sessions.ts';
import { type CurrentGrant, currentGrant, liveHandOver } from './current-grant.ts';
import { issueTokens, type Tokens } from './issue-tokens.ts';
import {
  decideGrant,
  GrantRefused,
  spendProofsOfRefusedCall,
  spentProofPuts,
  type TokenCall,
} from './token-call.ts';

const invalidGrant = (): OAuthProblem =>
  new OAuthProblem('invalid_grant', 'The refresh token is not good, or what it stands on is over');
const invalidGrantRefused = (): GrantRefused => new GrantRefused(invalidGrant());

/**
 * SSO-7: new tokens for a hand-over that still holds, with what is permitted today. The refresh token stays the same.
 * The session, whose end does not move, counts as seen (SES-2). One transaction checks everything that this relies on.
 */
export async function refreshTokens(ctx: FlowContext, call: TokenCall): Promise<Tokens> {
  const { body, caller } = call;
  if (!caller.client.refresh) {
    const what = 'This client has no refresh tokens';
    throw await spendProofsOfRefusedCall(ctx, call, new OAuthProblem('unauthorized_client', what));
  }
  if (body.refresh_token === undefined)
    throw await spendProofsOfRefusedCall(
      ctx,
      call,
      new OAuthProblem('invalid_request', 'refresh_token is missing'),
    );
  const presented = readRpRefreshToken(ctx.dataKeys, caller.client.clientId, body.refresh_token);
  if (!presented) throw await spendProofsOfRefusedCall(ctx, call, invalidGrant());
  return decideGrant(ctx, call, () => refreshOnce(ctx, call, presented));
}

/** @throws GrantRefused, ConcurrentChange (the rows behind the identity), OAuthProblem invalid_client */
async function refreshOnce(ctx: FlowContext, call: TokenCall, presented: RpRefreshToken): Promise<Tokens> {
  const { body, caller, now } = call;
  const live = await liveHandOver(ctx, caller.client, presented, now);
  if (!live || !constantTimeEqual(live.handOver.refreshHash ?? '', presented.hash))
    throw invalidGrantRefused();
  const jkt = call.proof?.jkt;
  // Bound like the first tokens: a caller with the refresh token and without the key gets nothing.
  if (live.handOver.jkt !== undefined && live.handOver.jkt !== jkt) throw invalidGrantRefused();
  const scope = narrowedScope(body, live.handOver);
  const grant = await currentGrant(ctx, caller.client, live, now);
  if (!grant) throw invalidGrantRefused();
  const { handOver, claims, details, limits, session } = grant;
  const name = maskedNameOf(ctx, session);
  const refreshToken = body.refresh_token;
  const tokens = await issueTokens(ctx, { handOver, claims, scope, details, jkt, name, refreshToken }, now);
  await ctx.db.transact([
    ...spentProofPuts(call),
    { ...seenUpdate(session, now, ctx.settings.policies), onRefused: invalidGrantRefused },
    { ...rpRefreshedUpdate(handOver, limits), onRefused: invalidGrantRefused },
    ...accessChecks(grant, now),
    ...matterChecks(ctx, grant, now),
  ]);
  return tokens;
}

/** RFC 6749, 6 and RFC 8707, 2.2: never more than the hand-over has. */
function narrowedScope(
  { scope, resource }: TokenCall['body'],
  granted: { readonly scope: string; readonly resource: string },
): readonly string[] {
  const before = wordsOf(granted.scope);
  const asked = scope === undefined ? before : wordsOf(scope);
  if (asked.length === 0 || !asked.every((word) => before.includes(word)))
    throw new GrantRefused(new OAuthProblem('invalid_scope', 'scope is more than was granted'));
  if (resource !== undefined && resource !== granted.resource)
    throw new GrantRefused(
      new OAuthProblem('invalid_target', 'resource is another one than that of the request'),
    );
  return asked;
}

/** The face check of a matter in the tokens is still valid; otherwise the tokens are made again without it. */
const matterChecks = ({ settings }: FlowContext, { session, matter }: CurrentGrant, now: Date): Write[] =>
  matter
    ? [faceUnchangedCheck(session.personKey, matter, now, settings.policies, () => new ConcurrentChange())]
    : [];

/** Nothing behind the identity has changed since it was read; otherwise it is read and judged again. */
function accessChecks({ session, records }: CurrentGrant, now: Date): Write[] {
  if (!session.company) return [];
  const seen = records && seenAccess(session.company, records);
  if (!seen) throw invalidGrantRefused();
  return seenAccessChecks(session.personKey, seen, shanghaiDay(now), () => new ConcurrentChange());
}
