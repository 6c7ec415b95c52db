import { epochSeconds } from '#domain/epoch.ts';
import type { RpEndReason } from '#domain/sso/relying-parties.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { type RpSession, rpEndUpdate } from '#store/sessions/rp-sessions.ts';
import { auditPut } from '../audit.ts';

/**
 * The writes by which a call of the person or of the system ends a hand-over, with the event in the person's history.
 * The change of its row makes the stream inform the system (SSO-8). Throws ConcurrentChange if the hand-over has ended
 * or was replaced since it was read.
 */
export const handOverEndWrites = (
  ctx: FlowContext,
  call: AnyCall,
  handOver: Pick<RpSession, 'sessionId' | 'clientId' | 'sid' | 'personKey'>,
  reason: RpEndReason,
): Write[] => [
  rpEndUpdate(handOver, { reason, at: epochSeconds(call.now) }),
  auditPut(ctx, call, handOver.personKey, 'sso-ended', 'success', { client: handOver.clientId, reason }),
];
