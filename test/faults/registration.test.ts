import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsOf } from '../flows/support/tables.ts';
import { person } from '../support/people.ts';
import { enterPassword, openTestRuntime, type TestRuntime } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { expectWhole, register, type Spot, spotsOf, sweep, under } from './journeys.ts';

let runtime: TestRuntime;
let spots: Spot[];
beforeAll(async () => {
  runtime = await openTestRuntime({ quiet: true });
  spots = await spotsOf(runtime, () => register(runtime, person()));
});
afterAll(() => runtime?.stop());

async function registerAnyway(rule: Parameters<typeof under>[1]) {
  const who = person();
  await under(runtime, rule, () => register(runtime, who));
  for (const account of [who.documentNumber, who.phone])
    expect((await enterPassword(runtime, account, who.password)).status, JSON.stringify(rule)).toBe(201);
}

/** Failures in the table Lockouts after journeys in which nobody typed anything wrong. */
const blamed = async () =>
  (await rowsOf(runtime, 'Lockouts')).filter((row) =>
    Object.values(row).some((value) => value instanceof Set),
  );

describe('registration while DynamoDB fails', () => {
  it('ERR-01 knows every call of the journey', () => {
    expect(new Set(spots.map((spot) => spot.routeKey))).toEqual(
      new Set([
        'POST /v1/registrations',
        'POST /v1/registrations/{id}/sms',
        'PUT /v1/registrations/{id}/profile',
        'POST /v1/registrations/{id}/face',
        'POST /v1/channel/scans',
        'POST /v1/channel/scans/{ticket}/face',
        'POST /v1/channel/scans/{ticket}/face-result',
        'POST /v1/registrations/{id}/complete',
      ]),
    );
    expect(spots.length).toBeGreaterThan(18);
  });

  for (const [some, pick, options] of sweep)
    it.each(some)(
      'ERR-01 BL-03 REG-1 $kind × $times at any call: it is finished all the same, and nothing is half done',
      { timeout: 180_000, ...options, tags: ['long'] },
      async ({ kind, times }) => {
        for (const spot of pick(spots)) await registerAnyway({ ...spot, kind, times });
        await expectWhole(runtime);
        expect(await blamed()).toEqual([]);
      },
    );

  long(
    'ERR-01 ERR-02 no answer at any call: the next try gets through',
    async () => {
      const rules = spots.map((spot) => ({ ...spot, kind: 'timeout' as const, times: 1 }));
      const ids = rules.map((rule) => runtime.faults.add(rule));
      try {
        // The registrations run in parallel, because each waits for the three seconds of a hanging call. The first call
        // at a spot meets the fault.
        await Promise.all(Array.from({ length: 6 }, async () => register(runtime, person())));
        expect(
          ids.map((id, i) => [spots[i], runtime.faults.struck(id)]).filter(([, struck]) => struck === 0),
        ).toEqual([]);
      } finally {
        runtime.faults.clear();
      }
      await expectWhole(runtime);
      expect(await blamed()).toEqual([]);
    },
    180_000,
  );

  long(
    'ERR-01 BL-03 a function that dies at any call leaves nothing half done',
    async () => {
      for (const kind of ['crash', 'crash-after'] as const)
        for (const spot of spots.filter((one) => one.routeKey.endsWith('/complete'))) {
          const who = person();
          runtime.faults.add({ ...spot, kind, times: 1 });
          await register(runtime, who).catch((error: Error) => {
            // This is API Gateway's own answer for a function that died. Our answers never look like this.
            expect(error.message).toContain('Internal Server Error');
          });
          runtime.faults.clear();
          await register(runtime, who);
          expect((await enterPassword(runtime, who.phone, who.password)).status).toBe(201);
        }
      await expectWhole(runtime);
    },
    120_000,
  );

  long(
    'ERR-01 a hot item that stays hot is answered 429, never as a failure, and nothing is written',
    async () => {
      const who = person();
      runtime.faults.add({ kind: 'conflict', routeKey: 'POST /v1/registrations', times: 1000 });
      const reply = await runtime.http('POST', '/v1/registrations', {
        name: who.name,
        documentType: who.documentType,
        documentNumber: who.documentNumber,
        consents: ['privacy', 'face'],
      });
      runtime.faults.clear();
      expect(reply.body).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' });
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
      await register(runtime, who);
      await expectWhole(runtime);
    },
    60_000,
  );
});
