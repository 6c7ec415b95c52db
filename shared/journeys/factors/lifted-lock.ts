import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { AuditEvent } from '#store/audit/audit-events.ts';
import type { Put } from '#store/dynamodb/tables.ts';
import type { Attempt } from '#store/people/lockout-row.ts';
import type { Reserved } from '#store/people/lockout-table.ts';
import { auditPut } from '../audit.ts';

/**
 * For the transaction of a success: if the reservation of this try itself had set the lock (LCK-4), the success lifts
 * the lock, and that has an audit event of its own. Otherwise empty.
 */
export const liftedLockAudits = (
  ctx: Pick<FlowContext, 'settings'>,
  call: AnyCall,
  { personKey }: Pick<Attempt, 'personKey'>,
  { taken }: Reserved,
  detail: AuditEvent['detail'],
): Put[] =>
  taken >= ctx.settings.policies.lockoutFailures
    ? [auditPut(ctx, call, personKey, 'unlocked', 'success', detail)]
    : [];
