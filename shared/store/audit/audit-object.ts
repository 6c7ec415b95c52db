import { createHash } from 'node:crypto';
import { isoShanghai } from '#domain/days.ts';
import { imagesOf } from '../dynamodb/changes.ts';
import type { StoredEvent } from './audit-events.ts';

/** A record of the stream of Audit. */
interface AddedEvent {
  readonly eventName?: string | undefined;
  readonly dynamodb?:
    | { readonly SequenceNumber?: string | undefined; readonly NewImage?: unknown }
    | undefined;
}

/** An object of the copy (AUD-1): one event a line, as JSON, in the order of the stream. */
export interface AuditObject {
  /** `2026-11-27/20/<place of the first event in the stream>-<hash of the text>.jsonl`: day and hour in Shanghai. */
  readonly key: string;
  readonly text: string;
}

/** Members in one order, whatever order the stream has them in: the same events are always the same bytes. */
const ordered = (_name: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/**
 * The new events of a batch as one object; undefined if the batch has none. The time in the key is that of the first
 * event, so an object may also have events of the next hour.
 */
export function auditObject(records: readonly AddedEvent[]): AuditObject | undefined {
  const added = records.flatMap(({ eventName, dynamodb }) => {
    const event = eventName === 'INSERT' ? imagesOf<StoredEvent>(dynamodb).fresh : undefined;
    return event ? [{ event, place: dynamodb?.SequenceNumber ?? '0' }] : [];
  });
  const [first] = added;
  if (!first) return undefined;
  const text = added.map(({ event }) => `${JSON.stringify(event, ordered)}\n`).join('');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
  const [day, time = ''] = isoShanghai(new Date(first.event.at)).split('T');
  return { key: `${day}/${time.slice(0, 2)}/${first.place}-${hash}.jsonl`, text };
}
