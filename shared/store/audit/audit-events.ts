import { ulid } from '#crypto/random.ts';
import type { RelationState } from '#domain/companies/relations.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { absent, equals } from '../dynamodb/expressions.ts';
import type { Db, Key, Put } from '../dynamodb/tables.ts';

/** What happened (AUD-1). The kinds are stable words; the sentences for people belong to the portal. */
export type AuditKind =
  | 'registered'
  | 'identity-refused'
  | 'consented'
  | 'login-password'
  | 'login-second-factor'
  | 'login'
  | 'locked'
  | 'unlocked'
  | 'password-reset'
  | 'password-rehashed'
  | 'password-checked'
  | 'password-changed'
  | 'username-changed'
  | 'phone-added'
  | 'phone-removed'
  | 'default-phone-changed'
  | 'phone-recovered'
  | 'phone-lost'
  | 'deregistered'
  | 'account-suspended'
  | 'account-resumed'
  | 'sessions-ended'
  | 'phones-emptied'
  | 'factor'
  | 'collected'
  | 'name-changed'
  | 'migrated'
  | 'session-replaced'
  | 'identity-switched'
  | 'identity-lost'
  | 'session-ended'
  | 'face'
  | 'qr-login'
  | 'step-up'
  | 'level-raised'
  | 'company-state'
  | 'agency-staff-changed'
  | `agent-${'listed' | 'unlisted' | 'named' | 'left'}`
  | `agreement-${'entered' | 'proposed' | 'changed' | 'confirmed' | 'rejected' | 'ended'}`
  | `sso-${'decided' | 'refused' | 'handed-over' | 'ended' | 'told' | 'telling-failed' | 'replayed' | 'client-refused'}`
  | `relation-${RelationState | 'adjusted'}`;

export interface AuditEvent {
  /** Whose history the event belongs to: a person key, a company key, or `client:` and the id of a tax system. */
  readonly subject: string;
  /** Person key of the person who acted, if that is not the subject; for the bureau only, never shown to people. */
  readonly actor?: string | undefined;
  readonly kind: AuditKind;
  readonly outcome: 'success' | 'failure';
  readonly at: Date;
  readonly channel: string;
  /** Truncated network address (AUD-1). */
  readonly address: string;
  /** Only codes and masked values. */
  readonly detail?: Readonly<Record<string, string | number | boolean>> | undefined;
}

/** The write that appends one event; it belongs into the transaction of the change that the event records. */
export function auditEventPut(event: AuditEvent, retentionDays: number): Put {
  return {
    table: 'Audit',
    put: {
      subject: event.subject,
      eventId: ulid(event.at),
      kind: event.kind,
      outcome: event.outcome,
      at: event.at.toISOString(),
      channel: event.channel,
      address: event.address,
      detail: event.detail,
      actor: event.actor,
      ttl: epochSeconds(event.at) + retentionDays * 86_400,
    },
    condition: absent('eventId'),
  };
}

/** An event as it is stored. */
export type StoredEvent = Omit<AuditEvent, 'at'> & { readonly eventId: string; readonly at: string };

/** One page of a subject's history, newest first (SES-4); `next` if there are more events. */
export async function historyPage(
  db: Db,
  subject: string,
  pageSize: number,
  from?: Key,
): Promise<{ events: StoredEvent[]; next: Key | undefined }> {
  // Reads one item more than it shows, to know whether another page exists.
  const { items } = await db.query<StoredEvent>('Audit', {
    condition: equals('subject', subject),
    limit: pageSize + 1,
    backwards: true,
    from,
  });
  const events = items.slice(0, pageSize);
  const last = events.at(-1);
  return { events, next: items.length > pageSize && last ? { subject, eventId: last.eventId } : undefined };
}
