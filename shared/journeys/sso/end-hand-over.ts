import { epochSeconds } from '#domain/epoch.ts';
import type { RpEndReason } from '#domain/relying-parties.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { type RpSession, rpEndUpdate } from '#store/sessions/rp-sessions.ts';
import { auditPut } from '../audit.ts';

/**
 * A hand-over ends by a call of the person's or of the system's, and stands so in the person's history. Its row's change has
 * the system told (SSO-8). ConcurrentChange where it has ended or changed hands since it was read.
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
