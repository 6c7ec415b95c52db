import type { Policies } from './policies.ts';

/** REG-2: why a hall record serves no registration (any more), as `OFFICE_COLLECTION_REQUIRED {reason}` says it. */
export type HallRecordEnd = 'used' | 'account-ended' | 'phone-changed' | 'expired';

/** All times are ISO instants in UTC, as `toISOString` writes them, so that they compare as text. */
export interface HallRecordTimes {
  readonly collectedAt: string;
  /** A registration was finished with it. */
  readonly usedAt?: string | undefined;
  /** The person's account ended here at this time (REG-4). */
  readonly accountEndedAt?: string | undefined;
  /** The number of the record last left somebody: removed, given up with an account, taken over. */
  readonly phoneLeftAt?: string | undefined;
  /** Since when the number has been somebody else's. */
  readonly phoneOthersSince?: string | undefined;
}

/** REG-2, REG-4: what has ended a hall record by `now`; undefined while it still stands for its person. */
export function hallRecordEnd(
  record: HallRecordTimes,
  now: Date,
  policies: Pick<Policies, 'hallRecordDays'>,
): HallRecordEnd | undefined {
  const { collectedAt, usedAt, accountEndedAt, phoneLeftAt, phoneOthersSince } = record;
  if (usedAt !== undefined) return 'used';
  // What was collected before the account ended proves nothing about who comes back.
  if (accountEndedAt !== undefined && accountEndedAt >= collectedAt) return 'account-ended';
  if ((phoneLeftAt ?? '') > collectedAt || (phoneOthersSince ?? '') > collectedAt) return 'phone-changed';
  if (now.getTime() >= Date.parse(collectedAt) + policies.hallRecordDays * 86_400_000) return 'expired';
  return undefined;
}

const day = /^\d{4}-\d{2}-\d{2}$/;
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * When a hall says that it collected: an ISO instant with its offset, or a calendar day, which counts from its start in
 * Shanghai. A time after `now` counts as now, so that no clock makes a record live longer.
 * @returns undefined for what is no time
 */
export function readCollectedAt(raw: string, now: Date): string | undefined {
  if (!day.test(raw) && !instant.test(raw)) return undefined;
  const at = Date.parse(day.test(raw) ? `${raw}T00:00:00+08:00` : raw);
  return Number.isNaN(at) ? undefined : new Date(Math.min(at, now.getTime())).toISOString();
}
