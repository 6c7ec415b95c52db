import { ulid } from '#crypto/random.ts';
import type { Db, Put } from './db.ts';

/** What happened (AUD-1). Kinds are stable words; sentences for people are the portal's. */
export type AuditKind =
  | 'registered'
  | 'consented'
  | 'login-password'
  | 'login-second-factor'
  | 'login'
  | 'locked'
  | 'unlocked'
  | 'password-reset'
  | 'password-rehashed'
  | 'phone-added'
  | 'phone-lost'
  | 'collected'
  | 'session-replaced'
  | 'session-ended'
  | 'face';

export interface AuditEvent {
  /** Person key or company key: whose history this is. */
  readonly subject: string;
  readonly kind: AuditKind;
  readonly outcome: 'success' | 'failure';
  readonly at: Date;
  readonly channel: string;
  /** Truncated network address (AUD-1). */
  readonly address: string;
  /** Codes and masked values only. */
  readonly detail?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** A fixed id makes writing the same event twice harmless (UNL-1). */
  readonly eventId?: string;
}

/** The append-only write of one event, to stand in the transaction of the change it tells about. */
export function auditWrite(event: AuditEvent, retentionDays: number): Put {
  return {
    table: 'Audit',
    put: {
      subject: event.subject,
      eventId: event.eventId ?? ulid(event.at),
      kind: event.kind,
      outcome: event.outcome,
      at: event.at.toISOString(),
      channel: event.channel,
      address: event.address,
      detail: event.detail,
      ttl: Math.floor(event.at.getTime() / 1000) + retentionDays * 86_400,
    },
    when: 'attribute_not_exists(eventId)',
  };
}

/** Writes an event that stands alone: a failure, where nothing else changes. */
export const appendAudit = (db: Db, event: AuditEvent, retentionDays: number) =>
  db.put(auditWrite(event, retentionDays));
