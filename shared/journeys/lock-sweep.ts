import { previousDay, shanghaiDay } from '#domain/days.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { metrics, writeLine } from '#gateways/log.ts';
import type { Invocation } from '#gateways/time-budget.ts';
import { auditEventPut } from '#store/audit/audit-events.ts';
import type { Db, Key } from '#store/dynamodb/tables.ts';
import { lockedRows, sweepShards, sweptUpdate } from '#store/people/lockout-sweep.ts';
import { sweepInTime, sweepRows } from './sweep-rows.ts';

/** The result of one run. `left`: the time of the run was over before all locks were cleared. */
export interface SweptLocks {
  readonly unlocked: number;
  readonly left: boolean;
}

/**
 * One run of the midnight sweep (UNL-1); the rest that does not fit into its time is handed on to the queue
 * `locks-left`.
 * @param invocation the invocation whose time limits the run
 */
export function runLockSweep(
  db: Db,
  flow: string,
  now: Date,
  policies: Policies,
  invocation: Invocation,
): Promise<SweptLocks> {
  const startedAt = performance.now();
  return sweepInTime(
    { queue: 'locks-left', now, policies, invocation },
    (isOver) => sweepLocks(db, now, policies, isOver),
    (swept) => {
      const lasted = Math.round((performance.now() - startedAt) / 1000);
      writeLine({
        level: 'INFO',
        event: 'unlocked',
        ...metrics([[]], { SecondsAfterMidnight: 'Count' }),
        flow,
        ...swept,
        // A run that found no locks was not late, whenever it started.
        SecondsAfterMidnight: swept.unlocked > 0 ? secondsOfDay(now) + lasted : 0,
      });
    },
  );
}

/** Seconds since midnight in Shanghai, which has no summer time. */
const secondsOfDay = (now: Date): number => Math.floor((now.getTime() / 1000 + 8 * 3600) % 86_400);

/**
 * Clears the lock marks of every ended day that may still have rows, the oldest day first, with one audit event each.
 * The sweep reads only the index of locked rows. Mark and event are one transaction, so a run that dies leaves the rest
 * for the next run, and a second run writes nothing twice. Locks of today are not touched.
 * @param isOver asked before each row: once it is true, the run ends and reports that something is left
 */
export async function sweepLocks(
  db: Db,
  now: Date,
  policies: Policies,
  isOver: () => boolean = () => false,
): Promise<SweptLocks> {
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
