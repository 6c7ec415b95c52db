import type { Policies } from '../policies.ts';

/**
 * REG-2: why a hall record can no longer serve a registration; the refusal is `OFFICE_COLLECTION_REQUIRED {reason}`.
 */
export type HallRecordEnd = 'used' | 'account-ended' | 'phone-changed' | 'expired';

/** All times are ISO instants in UTC as `toISOString` writes them, so that they can be compared as text. */
export interface HallRecordTimes {
  readonly collectedAt: string;
  /** A registration has used the record. */
  readonly usedAt?: string | undefined;
  /** The time at which the person's account in this system ended (REG-4). */
  readonly accountEndedAt?: string | undefined;
  /** When the record's number last left a person: removed, given up with the account, or taken over. */
  readonly phoneLeftAt?: string | undefined;
  /** Since when the number has belonged to somebody else. */
  readonly phoneOthersSince?: string | undefined;
}

/** REG-2, REG-4: what has ended a hall record by `now`; undefined if the record still holds. */
export function hallRecordEnd(
  record: HallRecordTimes,
  now: Date,
  policies: Pick<Policies, 'hallRecordDays'>,
): HallRecordEnd | undefined {
  const { collectedAt, usedAt, accountEndedAt, phoneLeftAt, phoneOthersSince } = record;
  if (usedAt !== undefined) return 'used';
  // A collection from before the account ended proves nothing about the person who comes back.
  if (accountEndedAt !== undefined && accountEndedAt >= collectedAt) return 'account-ended';
  if ((phoneLeftAt ?? '') > collectedAt || (phoneOthersSince ?? '') > collectedAt) return 'phone-changed';
  if (now.getTime() >= Date.parse(collectedAt) + policies.hallRecordDays * 86_400_000) return 'expired';
  return undefined;
}

const day = /^\d{4}-\d{2}-\d{2}$/;
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * The time of collection that a hall states: an ISO instant with its offset, or a calendar day, which counts from its
 * start in Shanghai. A time after `now` counts as `now`, so that no wrong clock makes a record live longer.
 * @returns undefined if the text is no time
 */
export function readCollectedAt(raw: string, now: Date): string | undefined {
  if (!day.test(raw) && !instant.test(raw)) return undefined;
  const at = Date.parse(day.test(raw) ? `${raw}T00:00:00+08:00` : raw);
  return Number.isNaN(at) ? undefined : new Date(Math.min(at, now.getTime())).toISOString();
}
