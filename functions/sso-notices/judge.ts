import type { FlowContext } from '#runtime/context.ts';
import { auditEventPut } from '#store/audit/audit-events.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { readAccessRecords } from '#store/sessions/access-basis.ts';
import { effectiveSession } from '#store/sessions/effective-session.ts';
import { type RpEnded, type RpSession, rpEndUpdate } from '#store/sessions/rp-sessions.ts';
import { endOf } from '#store/sessions/session-end.ts';
import type { Session } from '#store/sessions/session-row.ts';

/** SSO-8: why a hand-over no longer holds, by what stands now; undefined while it does. */
export async function overBecause(
  { db, settings }: Pick<FlowContext, 'db' | 'settings'>,
  { sessionId, personKey, version, company }: RpSession,
  now: Date,
): Promise<RpEnded['reason'] | undefined> {
  const [session, records] = await Promise.all([
    db.get<Session>('Sessions', { sessionId }),
    company && readAccessRecords(db, personKey, company),
  ]);
  if (!session) return 'expired';
  const ended = endOf(session, now, settings.policies);
  if (ended) return ended.reason;
  if (session.version !== version) return 'switched';
  return effectiveSession(session, records, now).lost ? 'grounds-lost' : undefined;
}

/** Ends it where it is over; its own row's change then has the system told. */
export async function endIfOver(
  ctx: Pick<FlowContext, 'db' | 'settings'>,
  handOver: RpSession,
  now: Date,
): Promise<void> {
  const reason = await overBecause(ctx, handOver, now);
  if (!reason) return;
  const event = auditEventPut(
    {
      subject: handOver.personKey,
      kind: 'sso-ended',
      outcome: 'success',
      at: now,
      channel: 'system',
      address: '',
      detail: { client: handOver.clientId, reason },
    },
    ctx.settings.policies.auditRetentionDays,
  );
  try {
    await ctx.db.transact([rpEndUpdate(handOver, { reason, at: Math.floor(now.getTime() / 1000) }), event]);
  } catch (error) {
    // Somebody else ended it, or another hand-over took its place: its own change tells.
    if (!(error instanceof ConcurrentChange)) throw error;
  }
}
