import { constantTimeEqual } from '#crypto/keys.ts';
import { type RpRefreshToken, readRpRefreshToken } from '#crypto/session-references.ts';
import { shanghaiDay } from '#domain/days.ts';
import { wordsOf } from '#domain/oauth-parameters.ts';
import { OAuthProblem } from '#domain/oauth-problem.ts';
import { maskedNameOf } from '#journeys/people/personal-data.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { faceStandsCheck } from '#store/people/face-checks.ts';
import { rpLiveWrite } from '#store/sessions/rp-sessions.ts';
import { seenAccess, seenAccessChecks } from '#store/sessions/seen-access.ts';
import { seenUpdate } from '#store/sessions/sessions.ts';
import { callPuts, Miss, missed, type TokenCall, unlessMissed } from './missed.ts';
import { liveHandOver, type Standing, standingOf } from './standing.ts';
import { type Tokens, tokensFor } from './tokens.ts';

const invalidGrant = (): OAuthProblem =>
  new OAuthProblem('invalid_grant', 'The refresh token is not good, or what it stands on is over');
const over = (): Miss => new Miss(invalidGrant());

/**
 * SSO-7: new tokens for a hand-over that still holds, with what is permitted today. The refresh token stays the same.
 * The session, whose end does not move, counts as seen (SES-2). One transaction checks everything that this relies on.
 */
export async function refreshed(ctx: FlowContext, call: TokenCall): Promise<Tokens> {
  const { body, caller } = call;
  if (!caller.client.refresh) {
    const what = 'This client has no refresh tokens';
    throw await missed(ctx, call, new OAuthProblem('unauthorized_client', what));
  }
  if (body.refresh_token === undefined)
    throw await missed(ctx, call, new OAuthProblem('invalid_request', 'refresh_token is missing'));
  const presented = readRpRefreshToken(ctx.dataKeys, caller.client.clientId, body.refresh_token);
  if (!presented) throw await missed(ctx, call, invalidGrant());
  return unlessMissed(ctx, call, () => refreshedOnce(ctx, call, presented));
}

/** @throws Miss, ConcurrentChange (the rows behind the identity), OAuthProblem invalid_client */
async function refreshedOnce(ctx: FlowContext, call: TokenCall, presented: RpRefreshToken): Promise<Tokens> {
  const { body, caller, now } = call;
  const live = await liveHandOver(ctx, caller.client, presented, now);
  if (!live || !constantTimeEqual(live.handOver.refreshHash ?? '', presented.hash)) throw over();
  const jkt = call.proof?.jkt;
  // Bound like the first tokens: a caller with the refresh token and without the key gets nothing.
  if (live.handOver.jkt !== undefined && live.handOver.jkt !== jkt) throw over();
  const scope = narrowedScope(body, live.handOver);
  const standing = await standingOf(ctx, caller.client, live, now);
  if (!standing) throw over();
  const { handOver, told, details, limits, session } = standing;
  const name = maskedNameOf(ctx, session);
  const refreshToken = body.refresh_token;
  const tokens = await tokensFor(ctx, { handOver, told, scope, details, jkt, name, refreshToken }, now);
  await ctx.db.transact([
    ...callPuts(call),
    { ...seenUpdate(session, now, ctx.settings.policies), onRefused: over },
    { ...rpLiveWrite(handOver, limits), onRefused: over },
    ...groundsChecks(standing, now),
    ...matterChecks(ctx, standing, now),
  ]);
  return tokens;
}

/** RFC 6749, 6 and RFC 8707, 2.2: never more than the hand-over has. */
function narrowedScope(
  { scope, resource }: TokenCall['body'],
  granted: { readonly scope: string; readonly resource: string },
): readonly string[] {
  const held = wordsOf(granted.scope);
  const asked = scope === undefined ? held : wordsOf(scope);
  if (asked.length === 0 || !asked.every((word) => held.includes(word)))
    throw new Miss(new OAuthProblem('invalid_scope', 'scope is more than was granted'));
  if (resource !== undefined && resource !== granted.resource)
    throw new Miss(new OAuthProblem('invalid_target', 'resource is another one than that of the request'));
  return asked;
}

/** The face check of a matter in the tokens is still valid; otherwise the tokens are made again without it. */
const matterChecks = ({ settings }: FlowContext, { session, matter }: Standing, now: Date): Write[] =>
  matter
    ? [faceStandsCheck(session.personKey, matter, now, settings.policies, () => new ConcurrentChange())]
    : [];

/** Nothing behind the identity has changed since it was read; otherwise it is read and judged again. */
function groundsChecks({ session, records }: Standing, now: Date): Write[] {
  if (!session.company) return [];
  const grounds = records && seenAccess(session.company, records);
  if (!grounds) throw over();
  return seenAccessChecks(session.personKey, grounds, shanghaiDay(now), () => new ConcurrentChange());
}
