import type { SessionAnswer } from '#contract/schemas.ts';
import type { FlowContext } from '#runtime/context.ts';
import { retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { withIdentity } from '#store/sessions/effective-session.ts';
import type { ActsAs } from '#store/sessions/session-row.ts';
import { identityUpdate, liveSession } from '#store/sessions/sessions.ts';
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
  const as = await decideSwitch(ctx, call, async (again) => {
    const { next, writes } = await judge(again);
    await ctx.db.transact([...switchWrites(ctx, call, next), ...writes]);
    return next;
  });
  return sessionAnswer(ctx, { ...withIdentity(session, as), version: session.version + 1 }, call);
}

/**
 * Decides a switch, and decides it anew where something changed that it relied on. SESSION_ENDED where another switch came
 * first: that has ended the token of this call.
 */
export function decideSwitch<T>(
  ctx: FlowContext,
  { caller: { session }, now }: SessionCall,
  decide: (again: boolean) => Promise<T>,
): Promise<T> {
  let rounds = 0;
  return retryOnConcurrentChange(async () => {
    const again = rounds++ > 0;
    if (again) await liveSession(ctx.db, session, now, ctx.settings.policies);
    return decide(again);
  });
}

/** The session goes on as that, and the audit of it; what holds it true stands beside them. */
export const switchWrites = (ctx: FlowContext, call: SessionCall, next: ActsAs): Write[] => {
  const { session } = call.caller;
  const detail = identityAuditDetail(next.identity);
  return [
    identityUpdate(session, next, call.now, ctx.settings.policies),
    auditPut(ctx, call, session.personKey, 'identity-switched', 'success', detail),
  ];
};
