import { shanghaiDay } from '#domain/days.ts';
import { countUpdate, dayRowExpiry } from '../dynamodb/counters.ts';
import type { Write } from '../dynamodb/tables.ts';

/**
 * REL-11: counts the companies whose names a person looks up on one Shanghai day. Refused with `onRefused` above
 * `most`.
 */
export const previewUpdate = (personKey: string, now: Date, most: number, onRefused: () => Error): Write => ({
  ...countUpdate(
    {
      ticketKey: `preview_${personKey}_${shanghaiDay(now)}`,
      kind: 'previews',
      counts: 'looked',
      ttl: dayRowExpiry(now),
    },
    { most },
  ),
  onRefused,
});
