import { verifyRpAccessToken } from '#crypto/rp-access-tokens.ts';
import { readRpRefreshToken, sessionIn } from '#crypto/session-references.ts';
import { handOverEndWrites } from '#journeys/sso/end-hand-over.ts';
import { ok } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { findRpSession } from '#store/sessions/rp-sessions.ts';
import type { ssoToken } from './contract.ts';

type RevokeCall = CallOf<typeof ssoToken, 'revoke'>;

/**
 * SSO-11, RFC 7009: the system gives a token back, which ends the hand-over behind both its tokens. A token that is
 * unknown, expired or another client's gets the same answer, because nothing is left to do.
 */
export const revokeToken: StepOf<typeof ssoToken, 'revoke'> = async (ctx, call) => {
  const named = await handOverOfToken(ctx, call);
  if (named) await endHandOver(ctx, call, named);
  return ok(null);
};

interface NamedHandOver {
  readonly sessionId: string;
  readonly sid: string;
  /** For a refresh token. */
  readonly hash?: string;
}

/** The hand-over of this client that a token belongs to. `token_type_hint` is only a hint: both kinds are tried. */
async function handOverOfToken(
  ctx: FlowContext,
  { body, caller, now }: RevokeCall,
): Promise<NamedHandOver | undefined> {
  const { clientId } = caller.client;
  const refresh = readRpRefreshToken(ctx.dataKeys, clientId, body.token);
  if (refresh) return refresh;
  const found = await verifyRpAccessToken(ctx.signing, [caller.client], body.token, ctx.settings.issuer, now);
  const { sid = '', ses = '' } = found?.token ?? {};
  const sessionId = found && sessionIn(ctx.dataKeys, { clientId, sid }, ses);
  return sessionId === undefined ? undefined : { sessionId, sid };
}

const endHandOver = (
  ctx: FlowContext,
  call: RevokeCall,
  { sessionId, sid, hash }: NamedHandOver,
): Promise<void> =>
  retryOnConcurrentChange(async () => {
    const { clientId } = call.caller.client;
    const handOver = await findRpSession(ctx.db, sessionId, clientId);
    if (!handOver || handOver.sid !== sid || handOver.ended) return;
    if (hash !== undefined && handOver.refreshHash !== hash) return;
    await ctx.db.transact(handOverEndWrites(ctx, call, handOver, 'revoked'));
  });
