import { previousDay, shanghaiDay } from '#domain/days.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { auditEventPut } from '#store/audit/audit-events.ts';
import type { Db } from '#store/dynamodb/tables.ts';
import { lockedRows, sweepShards, sweptUpdate } from '#store/people/lockout-table.ts';

/**
 * UNL-1: clears the lock marks of every ended day that a row can still be of, oldest first, one audit event each.
 * Reads only the index of locked rows. Mark and event go in one transaction, so dying half-way leaves the rest for
 * the next run and running twice writes nothing twice. Locks of today are not looked at.
 * @returns how many locks this run cleared.
 */
export async function sweepLocks(db: Db, now: Date, policies: Policies): Promise<number> {
  const days: string[] = [];
  for (
    let day = previousDay(shanghaiDay(now));
    days.length < policies.lockoutRetentionDays;
    day = previousDay(day)
  )
    days.unshift(day);
  const shards = Array.from({ length: sweepShards }, (_, shard) => shard);
  const counts = await Promise.all(shards.map((shard) => sweepShard(db, days, shard, now, policies)));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function sweepShard(
  db: Db,
  days: readonly string[],
  shard: number,
  now: Date,
  policies: Policies,
): Promise<number> {
  let cleared = 0;
  let failure: unknown;
  for (const day of days) {
    let from: Record<string, string> | undefined;
    do {
      const page = await lockedRows(db, day, shard, from);
      for (const row of page.items) {
        try {
          if (await unlock(db, row, now, policies)) cleared++;
        } catch (error) {
          // One row that fails every night must not keep the others locked in the list; the run still fails.
          failure ??= error;
        }
      }
      from = page.next;
    } while (from);
  }
  if (failure) throw failure;
  return cleared;
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
