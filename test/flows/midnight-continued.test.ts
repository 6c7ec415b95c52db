/** @module-tag grants */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { sweepKeyOf, sweepShards } from '#store/people/lockout-sweep.ts';
import { expectStatus } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { openWatchedRuntime, rows, type WatchedRuntime } from '../support/watched.ts';
import { putAll } from './support/bulk.ts';

/** A night whose work does not fit into one run: here a run has only 600 ms (UNL-1). */
let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime({ alone: true, policies: { sweepMilliseconds: 600 } });
});
afterAll(() => runtime?.finish('midnight-continued'));

const many = 700;
async function locked(day: string, count = many): Promise<void> {
  await putAll(
    runtime,
    'Lockouts',
    Array.from({ length: count }, (_, at) => ({
      personKey: `p_${day}-${at}`,
      day,
      password: new Set(['a', 'b', 'c', 'd', 'e']),
      lockedAt: `${day}T12:00:00.000Z`,
      lockedBy: 'password',
      sweepKey: sweepKeyOf(day, at % sweepShards),
    })),
  );
}
const sweep = () => runtime.http('POST', '/local/schedule/midnight-unlock');
const unlockings = async (day: string) =>
  (await rows(runtime, 'Audit')).filter(({ kind, detail }) => kind === 'unlocked' && detail.lockedOn === day);
const marked = async (day: string) =>
  (await rows(runtime, 'Lockouts')).filter((row) => row.day === day && row.sweepKey !== undefined);

describe('what does not fit the time of a run', () => {
  long('UNL-1 is handed on until nothing is left, one audit event each', async () => {
    runtime.clock.set('2027-03-03T00:00:00+08:00');
    await locked('2027-03-02');
    const first = expectStatus(await sweep(), 200).body;
    expect(first.left).toBe(true);
    expect(first.unlocked).toBeLessThan(many);
    await runtime.settled();
    expect(await marked('2027-03-02')).toEqual([]);
    const events = await unlockings('2027-03-02');
    expect(events).toHaveLength(many);
    expect(new Set(events.map(({ subject }) => subject)).size).toBe(many);
    const told = runtime
      .logs()
      .map(({ line }) => line)
      .filter((line) => line.includes('"unlocked"'))
      .map((line) => JSON.parse(line) as { flow: string; unlocked: number; left: boolean });
    expect(told.length).toBeGreaterThan(1);
    expect(told.slice(1).every(({ flow }) => flow === 'midnight-continued')).toBe(true);
    expect(told.reduce((sum, { unlocked }) => sum + unlocked, 0)).toBe(many);
    expect(told.at(-1)?.left).toBe(false);
  });

  long(
    'UNL-1 comes again where the run that goes on fails or dies, and is put aside for somebody to look at at last',
    async () => {
      runtime.clock.set('2027-03-05T00:00:00+08:00');
      await locked('2027-03-04');
      await runtime.provoking(async () => {
        runtime.faults.add({
          function: 'midnight-continued',
          action: 'TransactWriteItems',
          kind: 'error500',
          times: Number.POSITIVE_INFINITY,
        });
        expectStatus(await sweep(), 200);
        for (let round = 0; round < 6; round++) {
          await runtime.settled();
          runtime.clock.advance(1_801);
        }
        await runtime.settled();
      });
      expect(runtime.queued('midnight-continued-failed')).toHaveLength(1);
      expect((await marked('2027-03-04')).length).toBeGreaterThan(0);
      // The next run finishes the work: started by an operator, or in the next night.
      expectStatus(await sweep(), 200);
      await runtime.settled();
      expect(await marked('2027-03-04')).toEqual([]);
      expect(await unlockings('2027-03-04')).toHaveLength(many);
    },
  );
});
