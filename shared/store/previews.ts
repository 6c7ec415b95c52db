import { shanghaiDay } from '#domain/days.ts';
import { countWrite, dayRowExpiry } from './counters.ts';
import type { Write } from './db.ts';

/** REL-11: counts a company whose name a person looks up on one Shanghai day. Refused with `otherwise` beyond `most`. */
export const previewWrite = (personKey: string, now: Date, most: number, otherwise: () => Error): Write => ({
  ...countWrite(
    {
      ticketKey: `preview_${personKey}_${shanghaiDay(now)}`,
      kind: 'previews',
      counts: 'looked',
      ttl: dayRowExpiry(now),
    },
    { most },
  ),
  otherwise,
});
