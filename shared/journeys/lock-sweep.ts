import { previousDay, shanghaiDay } from '#domain/days.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { metrics, writeLine } from '#gateways/log.ts';
import type { Invocation } from '#gateways/time-budget.ts';
import { auditEventPut } from '#store/audit/audit-events.ts';
import type { Db, Key } from '#store/dynamodb/tables.ts';
import { lockedRows, sweepShards, sweptUpdate } from '#store/people/lockout-sweep.ts';
import { sweepInTime, sweepRows } from './sweeping.ts';

/** What one run did. `left`: its time was over before the locks were. */
export interface Swept {
  readonly unlocked: number;
  readonly left: boolean;
}

/**
 * One run of the midnight sweep (UNL-1); what does not fit its time is handed on to the queue `locks-left`.
 * @param invocation whose time it is
 */
export function runSweep(
  db: Db,
  flow: string,
  now: Date,
  policies: Policies,
  invocation: Invocation,
): Promise<Swept> {
  const startedAt = performance.now();
  return sweepInTime(
    { queue: 'locks-left', now, policies, invocation },
    (isOver) => sweepLocks(db, now, policies, isOver),
    (swept) => {
      const lasted = Math.round((performance.now() - startedAt) / 1000);
      writeLine({
        level: 'INFO',
        word: 'unlocked',
        ...metrics([[]], { SecondsAfterMidnight: 'Count' }),
        flow,
        ...swept,
        // A run that found nothing to do was not late, whenever it was started.
        SecondsAfterMidnight: swept.unlocked > 0 ? secondsOfDay(now) + lasted : 0,
      });
    },
  );
}

/** Since midnight in Shanghai, which knows no summer time. */
const secondsOfDay = (now: Date): number => Math.floor((now.getTime() / 1000 + 8 * 3600) % 86_400);

/**
 * Clears the lock marks of every ended day that a row can still be of, oldest first, one audit event each. Reads only the
 * index of locked rows. Mark and event go in one transaction, so dying half-way leaves the rest for the next run and
 * running twice writes nothing twice. Locks of today are not looked at.
 * @param isOver asked before each row: from then on the run ends, and says so
 */
export async function sweepLocks(
  db: Db,
  now: Date,
  policies: Policies,
  isOver: () => boolean = () => false,
): Promise<Swept> {
  const days: string[] = [];
  for (
    let day = previousDay(shanghaiDay(now));
    days.length < policies.lockoutRetentionDays;
    day = previousDay(day)
  )
    days.unshift(day);
  const { done: unlocked, left } = await sweepRows({
    shards: Array.from({ length: sweepShards }, (_, shard) =>
      days.map((day) => (from: Key | undefined) => lockedRows(db, day, shard, from)),
    ),
    work: (row) => unlock(db, row, now, policies),
    isOver,
  });
  return { unlocked, left };
}

async function unlock(
  db: Db,
  row: { personKey: string; day: string },
  now: Date,
  policies: Policies,
): Promise<boolean> {
  const event = {
    subject: row.personKey,
    kind: 'unlocked' as const,
    outcome: 'success' as const,
    at: now,
    channel: 'schedule',
    address: '',
    detail: { lockedOn: row.day },
  };
  try {
    await db.transact([
      // The index may still show a row that another run has just cleared.
      { ...sweptUpdate(row.personKey, row.day), onRefused: () => new Problem('STATE_CONFLICT') },
      auditEventPut(event, policies.auditRetentionDays),
    ]);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === 'STATE_CONFLICT') return false;
    throw error;
  }
}
