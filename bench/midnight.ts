import { marshall } from '@aws-sdk/util-dynamodb';
import { type Runtime, startRuntime } from '../infra/local/runtime.ts';
import { shardOf, sweepKeyOf } from '../shared/store/people/lockout-sweep.ts';
import { progress, table, title } from './print.ts';

const usualLocks = 30_000;
const day = '2027-03-02';
const midnight = '2027-03-03T00:00:00+08:00';

/**
 * Part `midnight`: one night with 30,000 locked accounts (BENCH_LOCKS for another number), until all are unlocked
 * (UNL-1).
 */
export async function sweepMidnight(): Promise<void> {
  const locks = Number(process.env.BENCH_LOCKS ?? usualLocks);
  title(`Midnight: ${locks} locked accounts`);
  const runtime = await startRuntime({ inMemory: true, quiet: true, portal: false });
  try {
    progress('locking');
    await lock(runtime, locks);
    runtime.clock.set(midnight);
    runtime.resetUsage();
    const startedAt = performance.now();
    await runtime.schedule('midnight-unlock');
    await runtime.settled();
    const seconds = (performance.now() - startedAt) / 1000;
    const runs = ['midnight-unlock', 'midnight-continued'].flatMap((name) => runtime.usage()[name] ?? []);
    const sum = (of: 'invocations' | 'calls' | 'readUnits' | 'writeUnits'): number =>
      runs.reduce((all, run) => all + run[of], 0);
    table(
      [
        'locks',
        'runs',
        'seconds',
        'locks a second',
        'calls a lock',
        'read units a lock',
        'write units a lock',
      ],
      [
        [
          locks,
          sum('invocations'),
          seconds.toFixed(1),
          Math.round(locks / seconds),
          (sum('calls') / locks).toFixed(2),
          (sum('readUnits') / locks).toFixed(3),
          (sum('writeUnits') / locks).toFixed(2),
        ],
      ],
    );
  } finally {
    await runtime.stop();
  }
}

async function lock(runtime: Runtime, locks: number): Promise<void> {
  const name = runtime.tables.find((one) => one.endsWith('-Lockouts')) ?? '';
  const item = (at: number) => {
    const personKey = `p1_${at.toString(36).padStart(43, '0')}`;
    return marshall({
      personKey,
      day,
      password: new Set(['a', 'b', 'c', 'd', 'e'].map((one) => one.repeat(22))),
      lockedAt: `${day}T12:00:00.000Z`,
      lockedBy: 'password',
      sweepKey: sweepKeyOf(day, shardOf(personKey)),
    });
  };
  for (let at = 0; at < locks; at += 250)
    await Promise.all(
      Array.from({ length: 10 }, (_, batch) =>
        runtime.dynamodb('BatchWriteItem', {
          RequestItems: {
            [name]: Array.from({ length: Math.min(25, Math.max(1, locks - at)) }, (_, i) => ({
              PutRequest: { Item: item(at + batch * 25 + i) },
            })),
          },
        }),
      ),
    );
}
