import { epochSeconds } from '#domain/epoch.ts';
import type { Granted } from '#domain/sso/granted-limits.ts';
import type { FlowContext } from '#runtime/context.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { readAccessRecords } from '#store/sessions/access-basis.ts';
import { effectiveSession } from '#store/sessions/effective-session.ts';
import {
  narrowedUpdate,
  nextCheckAt,
  type RpEnded,
  type RpSession,
  rpEndUpdate,
} from '#store/sessions/rp-sessions.ts';
import { endOf } from '#store/sessions/session-end.ts';
import type { Session } from '#store/sessions/session-row.ts';
import { bySystem, changeAuditPut } from '../change-origin.ts';
import { lastDay, limitsToday, narrowedLimits } from './limits-today.ts';

type Judging = Pick<FlowContext, 'db' | 'settings'>;

/** The state of a hand-over: over, with the reason; or live, with the earliest time (ISO) at which time may end it. */
type HandOverState =
  | { readonly over: RpEnded['reason'] }
  | {
      readonly over?: undefined;
      readonly lookAt: string;
      /** Less is left than the system was told: this. */
      readonly left?: Granted | undefined;
    };

/** SSO-8: whether a hand-over still holds, judged by the rows as they are now. */
async function stateOf(
  { db, settings }: Judging,
  { sessionId, personKey, identityVersion, company, granted }: RpSession,
  now: Date,
): Promise<HandOverState> {
  const [session, records] = await Promise.all([
    db.get<Session>('Sessions', { sessionId }),
    company && readAccessRecords(db, personKey, company),
  ]);
  if (!session) return { over: 'expired' };
  const ended = endOf(session, now, settings.policies);
  if (ended) return { over: ended.reason };
  if (session.identityVersion !== identityVersion) return { over: 'switched' };
  const effective = effectiveSession(session, records, now);
  if (effective.lost) return { over: 'access-lost' };
  const until = company && records && lastDay(company, records);
  return {
    lookAt: nextCheckAt(session, until, settings.policies),
    left: narrowedLimits(granted, limitsToday(effective, records)),
  };
}

/**
 * Ends a hand-over if it is over; if less is left than the system was told, stores what is left. The change of its row
 * makes the stream inform the system.
 */
export async function endIfOver(ctx: Judging, handOver: RpSession, now: Date): Promise<HandOverState> {
  const state = await stateOf(ctx, handOver, now);
  if (state.over === undefined) {
    if (state.left) await ctx.db.update(narrowedUpdate(handOver, state.left));
    return state;
  }
  const { over: reason } = state;
  const detail = { client: handOver.clientId, reason };
  const event = changeAuditPut(ctx, bySystem(now), handOver.personKey, 'sso-ended', detail);
  try {
    await ctx.db.transact([rpEndUpdate(handOver, { reason, at: epochSeconds(now) }), event]);
  } catch (error) {
    // Another call ended it, or another hand-over took its place: the change of that write informs the system.
    if (!(error instanceof ConcurrentChange)) throw error;
  }
  return state;
}
