import { nextMidnight, shanghaiDay } from '#domain/days.ts';
import type { Update, Write } from './db.ts';

/**
 * REL-11: companies whose names a person looked up on one Shanghai day. One number under a primary key, changed only by
 * this conditional write, so that the limit is exact under parallel calls. Refused with `otherwise` at `most`.
 */
export const previewWrite = (
  personKey: string,
  now: Date,
  most: number,
  otherwise: () => Error,
): Write & Update => ({
  table: 'Tickets',
  key: { ticketKey: `preview_${personKey}_${shanghaiDay(now)}` },
  set: 'ADD looked :one SET kind = :kind, #ttl = :ttl',
  names: { '#ttl': 'ttl' },
  when: 'attribute_not_exists(looked) OR looked < :most',
  values: {
    ':one': 1,
    ':most': most,
    ':kind': 'previews',
    ':ttl': Math.floor(nextMidnight(now).getTime() / 1000) + 86_400,
  },
  otherwise,
});
