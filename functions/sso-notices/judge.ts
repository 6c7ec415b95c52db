import type { House } from '#http/house.ts';
import { auditWrite } from '#store/audit.ts';
import { evidenceOf } from '#store/grounds.ts';
import { type RpEnded, type RpSession, rpEndWrite } from '#store/rp-sessions.ts';
import { endOf, type Session } from '#store/sessions.ts';
import { asItStands } from '#store/standing.ts';
import { Stale } from '#store/users.ts';

/** SSO-8: why a hand-over no longer holds, by what stands now; undefined while it does. */
export async function overBecause(
  { db, settings }: Pick<House, 'db' | 'settings'>,
  { sessionId, personKey, version, company }: RpSession,
  now: Date,
): Promise<RpEnded['reason'] | undefined> {
  const [session, evidence] = await Promise.all([
    db.get<Session>('Sessions', { sessionId }),
    company && evidenceOf(db, personKey, company),
  ]);
  if (!session) return 'expired';
  const ended = endOf(session, now, settings.policies);
  if (ended) return ended.reason;
  if (session.version !== version) return 'switched';
  return asItStands(session, evidence, now).lost ? 'grounds-lost' : undefined;
}

/** Ends it where it is over; its own row's change then has the system told. */
export async function endIfOver(
  h: Pick<House, 'db' | 'settings'>,
  handOver: RpSession,
  now: Date,
): Promise<void> {
  const reason = await overBecause(h, handOver, now);
  if (!reason) return;
  const event = auditWrite(
    {
      subject: handOver.personKey,
      kind: 'sso-ended',
      outcome: 'success',
      at: now,
      channel: 'system',
      address: '',
      detail: { client: handOver.clientId, reason },
    },
    h.settings.policies.auditRetentionDays,
  );
  try {
    await h.db.transact([rpEndWrite(handOver, { reason, at: Math.floor(now.getTime() / 1000) }), event]);
  } catch (error) {
    // Somebody else ended it, or another hand-over took its place: its own change tells.
    if (!(error instanceof Stale)) throw error;
  }
}
