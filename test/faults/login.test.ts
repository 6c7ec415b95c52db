import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKit } from '../flows/support/channels.ts';
import { subjectOf } from '../flows/support/tables.ts';
import { person, type Sample } from '../support/people.ts';
import {
  codeFor,
  enterPassword,
  expectStatus,
  loginTicket,
  openTestRuntime,
  registered,
  type TestRuntime,
  wait,
} from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import {
  countedAttempts,
  expectDecent,
  expectWhole,
  logIn,
  type Method,
  type Spot,
  spotsOf,
  sweep,
  under,
} from './journeys.ts';

let runtime: TestRuntime;
let who: Sample;
let key: string;
beforeAll(async () => {
  runtime = await openTestRuntime({ quiet: true });
  who = person();
  key = await subjectOf(runtime, () => registered(runtime, who), 'registered');
});
afterAll(() => runtime?.stop());

describe.each<Method>(['sms', 'face'])('login by %s while DynamoDB fails', (method) => {
  let spots: Spot[];
  beforeAll(async () => {
    await wait(runtime, 61);
    spots = await spotsOf(runtime, () => logIn(runtime, who, method));
    expect(spots.length).toBeGreaterThan(7);
  });

  for (const [some, pick, options] of sweep)
    it.each(some)(
      'ERR-01 LGN-3 LCK-4 $kind × $times at any call: it is finished, in one session, at no attempt',
      { timeout: 180_000, ...options },
      async ({ kind, times }) => {
        for (const spot of pick(spots)) {
          if (method === 'sms') await wait(runtime, 61);
          await under(runtime, { ...spot, kind, times }, async () => {
            const session = await logIn(runtime, who, method);
            const shown = await runtime.http('GET', '/v1/session', undefined, { token: session.accessToken });
            expect(shown.status).toBe(200);
          });
          expect(await countedAttempts(runtime, key), JSON.stringify({ ...spot, kind, times })).toEqual({});
        }
        await expectWhole(runtime);
      },
    );

  long(
    'ERR-01 ERR-02 no answer at any call: the next try gets through',
    async () => {
      const people = [
        await registered(runtime),
        await registered(runtime),
        await registered(runtime),
        await registered(runtime),
      ];
      await wait(runtime, 61);
      const ids = spots.map((spot) => runtime.faults.add({ ...spot, kind: 'timeout', times: 1 }));
      try {
        await Promise.all(people.map((one) => logIn(runtime, one, method)));
        expect(ids.filter((id) => runtime.faults.struck(id) === 0)).toEqual([]);
      } finally {
        runtime.faults.clear();
      }
      await expectWhole(runtime);
    },
    120_000,
  );
});

describe('LCK-4 our own error is no failure', () => {
  /**
   * Makes every DynamoDB call of a route fail in turn, in all tries, and checks what counts against the person
   * afterwards.
   */
  async function atEveryCall(
    routeKey: string,
    prepare: () => Promise<{
      call: () => ReturnType<TestRuntime['http']>;
      afterwards?: (counted: boolean) => Promise<void>;
    }>,
    expected: { readonly code: string; readonly counts: Record<string, number> },
  ) {
    for (const kind of ['error500', 'after'] as const)
      for (let nth = 1; nth < 20; nth++) {
        const { call, afterwards } = await prepare();
        const before = await countedAttempts(runtime, key);
        const id = runtime.faults.add({ routeKey, nth, kind, times: 3 });
        const reply = await call();
        const met = runtime.faults.struck(id) > 0;
        runtime.faults.clear();
        const what = `${routeKey} call ${nth} ${kind}`;
        expectDecent(reply, what);
        const after = await countedAttempts(runtime, key);
        if (reply.status === 503) expect(after, what).toEqual(before);
        else {
          expect(reply.body.code, what).toBe(expected.code);
          for (const [name, count] of Object.entries(expected.counts))
            expect((after[name] ?? 0) - (before[name] ?? 0), `${what}: ${name}`).toBe(count);
        }
        await afterwards?.(reply.status !== 503);
        await logIn(runtime, who, 'face');
        if (!met) break;
        expect(nth, 'there is an end').toBeLessThan(19);
      }
  }

  long(
    'LCK-4 LCK-6 a wrong password that we could not answer is not counted',
    async () => {
      await atEveryCall(
        'POST /v1/logins',
        async () => ({ call: () => enterPassword(runtime, who.documentNumber, 'Falsch#9182') }),
        { code: 'BAD_CREDENTIALS', counts: { password: 1 } },
      );
    },
    120_000,
  );

  long(
    'LCK-4 LCK-6 by phone as well',
    async () => {
      await atEveryCall(
        'POST /v1/logins',
        async () => ({ call: () => enterPassword(runtime, who.phone, 'Falsch#9182') }),
        {
          code: 'BAD_CREDENTIALS',
          counts: { password: 1 },
        },
      );
    },
    120_000,
  );

  long(
    'LCK-4 SMS-2 a wrong code that we could not answer is not counted, neither in the day nor of the code',
    async () => {
      await atEveryCall(
        'POST /v1/logins/{id}/verify',
        async () => {
          await wait(runtime, 61);
          const loginId = await loginTicket(runtime, who);
          expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/sms`), 202);
          const code = await codeFor(runtime, who.phone);
          const wrong = code === '123456' ? '654321' : '123456';
          const verify = (smsCode: string) =>
            runtime.http('POST', `/v1/logins/${loginId}/verify`, { smsCode });
          return {
            call: () => verify(wrong),
            // Whatever happened to the first try, the code has all its other tries left.
            afterwards: async (counted: boolean) => {
              expect((await verify(wrong)).body.remainingAttempts).toBe(counted ? 3 : 4);
              expectStatus(await verify(code), 200);
              // A new day begins, because guesses are counted by day.
              await wait(runtime, 86_400);
            },
          };
        },
        { code: 'SMS_CODE_WRONG', counts: { sms: 1, smsGuesses: 1 } },
      );
    },
    180_000,
  );

  long(
    'LCK-4 a failed face that we could not write down is not counted',
    async () => {
      await atEveryCall(
        'POST /v1/channel/scans/{ticket}/face-result',
        async () => {
          const loginId = await loginTicket(runtime, who);
          const scan = expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/face`), 201).body;
          const kit = await startKit(runtime, scan.qrContent);
          return {
            call: async () => {
              runtime.face('fail');
              const reply = await kit.result();
              runtime.face('pass');
              return reply.body.passed === false
                ? { ...reply, body: { ...reply.body, code: 'failed' } }
                : reply;
            },
          };
        },
        { code: 'failed', counts: { face: 1 } },
      );
    },
    120_000,
  );

  long(
    'LCK-4 the fifth attempt, lost by our own error, leaves no lock behind',
    async () => {
      for (const kind of ['error500', 'after'] as const) {
        for (let i = 0; i < 4; i++) await enterPassword(runtime, who.documentNumber, 'Falsch#9182');
        runtime.faults.add({ routeKey: 'POST /v1/logins', action: 'TransactWriteItems', kind, times: 3 });
        const reply = await enterPassword(runtime, who.documentNumber, who.password);
        runtime.faults.clear();
        expectDecent(reply, kind);
        expect(reply.status).toBe(503);
        expect(await countedAttempts(runtime, key)).toEqual({ password: 4 });
        await logIn(runtime, who, 'face');
        expect(await countedAttempts(runtime, key)).toEqual({});
      }
    },
    60_000,
  );
});
