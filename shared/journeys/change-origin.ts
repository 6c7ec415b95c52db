import { truncatedAddress } from '#runtime/addresses.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { AuditEvent } from '#store/audit/audit-events.ts';
import type { Session } from '#store/sessions/session-row.ts';

/** Where a change came from; `detail` is what the audit records in addition (such as the officer at the counter). */
export type ChangeOrigin = Pick<AuditEvent, 'at' | 'channel' | 'address' | 'actor' | 'detail'>;

/** @param actor the person who acts, if a session identifies them */
export const originOf = (call: AnyCall, actor?: Pick<Session, 'personKey'>): ChangeOrigin => ({
  at: call.now,
  channel: call.origin.channel,
  address: truncatedAddress(call.origin.address),
  ...(actor ? { actor: actor.personKey } : {}),
});
/** The origin of a change that the registry feed brings (ENT-3). */
export const fromRegistry = (at: Date): ChangeOrigin => ({ at, channel: 'exchange', address: '' });
