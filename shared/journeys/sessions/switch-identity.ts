import type { SessionAnswer } from '#contract/schemas.ts';
import type { FlowContext } from '#runtime/context.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { withIdentity } from '#store/sessions/effective-session.ts';
import { type ActsAs, identityUpdate, liveSession } from '#store/sessions/sessions.ts';
import { auditPut } from '../audit.ts';
import type { SessionCall } from '../factors/fresh-factor.ts';
import { identityAuditDetail } from './current-identity.ts';
import { sessionAnswer } from './open-session.ts';

/** What a session is to become, with the writes that hold it true. */
export interface Judged {
  readonly next: ActsAs;
  readonly writes: readonly Write[];
}

/**
 * SWI-5: the session goes on as somebody else, audited in the same transaction; access tokens of the identity before end
 * with it (SES-2). SESSION_ENDED where another switch came first.
 * @param judge says what it may become, read anew each time; `again` where what it relied on changed meanwhile
 */
export async function switchIdentity(
  ctx: FlowContext,
  call: SessionCall,
  judge: (again: boolean) => Promise<Judged>,
): Promise<SessionAnswer> {
  const { session } = call.caller;
  const { policies } = ctx.settings;
  let rounds = 0;
  const as = await retryOnConcurrentChange(async () => {
    const again = rounds++ > 0;
    // Another switch that came first has ended the token of this call.
    if (again) await liveSession(ctx.db, session, call.now, policies);
    const { next, writes } = await judge(again);
    await ctx.db.transact([
      identityUpdate(session, next, call.now, policies),
      ...writes,
      auditPut(
        ctx,
        call,
        session.personKey,
        'identity-switched',
        'success',
        identityAuditDetail(next.identity),
      ),
    ]);
    return next;
  });
  return sessionAnswer(ctx, { ...withIdentity(session, as), version: session.version + 1 }, call);
}
