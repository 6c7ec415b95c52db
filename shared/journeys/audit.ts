import { truncatedAddress } from '#runtime/addresses.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { type AuditEvent, type AuditKind, auditEventPut } from '#store/audit/audit-events.ts';
import type { Put } from '#store/dynamodb/tables.ts';
import type { Session } from '#store/sessions/session-row.ts';
import type { ChangeOrigin } from './change-origin.ts';

/**
 * The origin of a change that a call makes.
 * @param actor the person who acts, if a session identifies them
 */
export const originOf = (call: AnyCall, actor?: Pick<Session, 'personKey'>): ChangeOrigin => ({
  at: call.now,
  channel: call.origin.channel,
  address: truncatedAddress(call.origin.address),
  ...(actor ? { actor: actor.personKey } : {}),
});

/** The write that adds one audit event of this call (AUD-1); it takes effect as part of a transaction. */
export const auditPut = (
  ctx: Pick<FlowContext, 'settings'>,
  call: AnyCall,
  subject: string,
  kind: AuditKind,
  outcome: AuditEvent['outcome'],
  detail?: AuditEvent['detail'],
): Put =>
  auditEventPut(
    { ...originOf(call), subject, kind, outcome, detail },
    ctx.settings.policies.auditRetentionDays,
  );
