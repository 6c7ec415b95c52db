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

/** What a session will become, with the checks for the transaction. */
export interface JudgedSwitch {
  readonly next: ActsAs;
  readonly writes: readonly Write[];
}

/**
 * SWI-5: the session continues with another identity, audited in the same transaction; access tokens of the earlier
 * identity become invalid (SES-2). Throws SESSION_ENDED if another switch came first.
 * @param judge returns what the session may become, from a new read each time; `again` if what it relied on changed
 * meanwhile
 */
export async function switchIdentity(
  ctx: FlowContext,
  call: SessionCall,
  judge: (again: boolean) => Promise<JudgedSwitch>,
): Promise<SessionAnswer> {
  const { session } = call.caller;
  const as = await decideSwitch(ctx, call, async (again) => {
    const { next, writes } = await judge(again);
    await ctx.db.transact([...switchWrites(ctx, call, next), ...writes]);
    return next;
  });
  return sessionAnswer(
    ctx,
    { ...withIdentity(session, as), identityVersion: session.identityVersion + 1 },
    call,
  );
}

/**
 * Decides a switch, and decides it again if something changed that the decision relied on. Throws SESSION_ENDED if
 * another switch came first, because that one has invalidated the token of this call.
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

/**
 * The writes that give the session its new identity, with the audit; the checks of that identity stand beside them in
 * the transaction.
 */
export const switchWrites = (ctx: FlowContext, call: SessionCall, next: ActsAs): Write[] => {
  const { session } = call.caller;
  const detail = identityAuditDetail(next.identity);
  return [
    identityUpdate(session, next, call.now, ctx.settings.policies),
    auditPut(ctx, call, session.personKey, 'identity-switched', 'success', detail),
  ];
};
