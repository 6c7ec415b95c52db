import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../infra/local/emulators/faults.ts';
import { subjectOf } from '../flows/support/tables.ts';
import { person, type Sample } from '../support/people.ts';
import {
  codeFor,
  enterPassword,
  expectStatus,
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
  reset,
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

let serial = 0;
const freshPassword = () =>
  `Xuancheng!${serial++ % 10}${String.fromCharCode(97 + ((serial * 7) % 26))}${(serial * 37) % 89}Zk`;
/** Locks the account, resets the password under a fault, and checks that only the new password works. */
async function resetAnyway(rule: FaultRule & Spot, method: Method) {
  // A new SMS window. The wait comes before the login, because it is longer than the life of the access token that is
  // used below (SMS-4).
  if (method === 'sms') await wait(runtime, 601);
  const session = await logIn(runtime, who, 'face');
  // The account is locked if the fault is in the last step.
  if (rule.routeKey.endsWith('/complete'))
    for (let i = 0; i < 5; i++) await enterPassword(runtime, who.documentNumber, 'Falsch#9182');
  const old = who;
  who = { ...who, password: freshPassword() };
  const journey = () => reset(runtime, old, who.password, method);
  await under(runtime, rule, journey);
  const what = JSON.stringify(rule);
  expect(await countedAttempts(runtime, key), what).toEqual({});
  const shown = await runtime.http('GET', '/v1/session', undefined, { token: session.accessToken });
  expect(shown.body, what).toMatchObject({ code: 'SESSION_ENDED', reason: 'credential-change' });
  expect((await enterPassword(runtime, who.documentNumber, old.password)).body.code, what).toBe(
    'BAD_CREDENTIALS',
  );
  expect((await enterPassword(runtime, who.documentNumber, who.password)).status, what).toBe(201);
}

describe.each<Method>(['sms', 'face'])('reset by %s while DynamoDB fails', (method) => {
  let spots: Spot[];
  beforeAll(async () => {
    await wait(runtime, 61);
    const next = { ...who, password: freshPassword() };
    spots = await spotsOf(runtime, () => reset(runtime, who, next.password, method));
    who = next;
    // The faults of the phone's calls are tested with registration and login.
    spots = spots.filter((spot) => !spot.routeKey.includes('/channel/'));
    expect(spots.length).toBeGreaterThan(5);
  });

  for (const [some, pick, options] of sweep)
    it.each(some.filter(({ kind }) => kind !== 'throttle'))(
      'ERR-01 PWD-1 LCK-3 $kind × $times at any call: it is finished, unlocks and ends the sessions',
      { timeout: 240_000, ...options, tags: ['long'] },
      async ({ kind, times }) => {
        for (const spot of pick(spots)) await resetAnyway({ ...spot, kind, times }, method);
        await expectWhole(runtime);
      },
    );
});

describe('a reset that fails', () => {
  long(
    'LCK-4 LCK-5 SMS-2 a wrong code that we could not answer is not counted',
    async () => {
      for (const kind of ['error500', 'after'] as const)
        for (let nth = 1; nth < 20; nth++) {
          await wait(runtime, 61);
          const id = expectStatus(
            await runtime.http('POST', '/v1/password-resets', {
              account: who.phone,
              name: who.name,
              documentNumber: who.documentNumber,
            }),
            201,
          ).body.resetId;
          expectStatus(await runtime.http('POST', `/v1/password-resets/${id}/sms`), 202);
          const code = await codeFor(runtime, who.phone);
          const complete = (smsCode: string) =>
            runtime.http('POST', `/v1/password-resets/${id}/complete`, { smsCode, newPassword: 'weak' });
          const before = await countedAttempts(runtime, key);
          const rule = runtime.faults.add({
            routeKey: 'POST /v1/password-resets/{id}/complete',
            nth,
            kind,
            times: 3,
          });
          const reply = await complete(code === '123456' ? '654321' : '123456');
          const met = runtime.faults.struck(rule) > 0;
          runtime.faults.clear();
          expectDecent(reply, `call ${nth} ${kind}`);
          if (reply.status === 503) {
            expect(await countedAttempts(runtime, key), `call ${nth} ${kind}`).toEqual(before);
            const wrong = await complete(code === '123456' ? '654321' : '123456');
            expect(wrong.body.remainingAttempts, `call ${nth} ${kind}`).toBe(4);
          } else expect(reply.body.remainingAttempts).toBe(4);
          // The code is still valid.
          expect((await complete(code)).body.code).toBe('PASSWORD_WEAK');
          // A new day for the guesses: one day has only ten.
          await wait(runtime, 43_200);
          if (!met) break;
        }
    },
    120_000,
  );

  it('PWD-3 a notice that can not be sent does not undo the change', async () => {
    await wait(runtime, 61);
    const old = who.password;
    who = { ...who, password: freshPassword() };
    runtime.faults.add({
      service: 'sms',
      routeKey: 'POST /v1/password-resets/{id}/complete',
      kind: 'error500',
      times: 9,
    });
    await reset(runtime, who, who.password, 'face');
    runtime.faults.clear();
    expect((await enterPassword(runtime, who.documentNumber, old)).body.code).toBe('BAD_CREDENTIALS');
    expect((await enterPassword(runtime, who.documentNumber, who.password)).status).toBe(201);
  });
});
