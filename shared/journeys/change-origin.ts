import type { FlowContext } from '#runtime/context.ts';
import { type AuditEvent, type AuditKind, auditEventPut } from '#store/audit/audit-events.ts';
import type { Put } from '#store/dynamodb/tables.ts';

/** Where a change came from; `detail` is what the audit records in addition (such as the officer at the counter). */
export type ChangeOrigin = Pick<AuditEvent, 'at' | 'channel' | 'address' | 'actor' | 'detail'>;

/** The origin of a change that the registry feed brings (ENT-3). */
export const fromRegistry = (at: Date): ChangeOrigin => ({ at, channel: 'exchange', address: '' });
/** The origin of what this system does by itself, without a call. */
export const bySystem = (at: Date): ChangeOrigin => ({ at, channel: 'system', address: '' });

/** The write that adds one audit event of a change (AUD-1), with the detail of its origin. */
export const changeAuditPut = (
  ctx: Pick<FlowContext, 'settings'>,
  origin: ChangeOrigin,
  subject: string,
  kind: AuditKind,
  detail: NonNullable<AuditEvent['detail']>,
  outcome: AuditEvent['outcome'] = 'success',
): Put =>
  auditEventPut(
    { ...origin, subject, kind, outcome, detail: { ...origin.detail, ...detail } },
    ctx.settings.policies.auditRetentionDays,
  );
