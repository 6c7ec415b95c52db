import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultPolicies } from '#domain/policies.ts';
import type { FaultKind } from '../../infra/local/emulators/faults.ts';
import { startKit } from '../flows/support/channels.ts';
import { rowsOf } from '../flows/support/tables.ts';
import { person } from '../support/people.ts';
import {
  codeFor,
  enterPassword,
  expectStatus,
  loginTicket,
  openTestRuntime,
  registered,
  sendRegistrationCode,
  startRegistration,
  type TestRuntime,
  wait,
} from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import { countedAttempts, expectDecent, logIn, register } from './journeys.ts';

let runtime: TestRuntime;

/** One call to every function that needs secrets. No other test may have called these functions before. */
const firstCalls = (): [string, () => ReturnType<TestRuntime['http']>][] => {
  const who = person();
  const { name, documentType, documentNumber } = who;
  return [
    [
      'registration',
      () =>
        runtime.http('POST', '/v1/registrations', {
          name,
          documentType,
          documentNumber,
          consents: ['privacy', 'face'],
        }),
    ],
    ['login', () => enterPassword(runtime, who.phone, who.password)],
    [
      'password-reset',
      () => runtime.http('POST', '/v1/password-resets', { account: who.phone, name, documentNumber }),
    ],
    [
      'session',
      () => runtime.http('POST', '/v1/session/refresh', undefined, { cookie: '__Host-refresh=a.b.c' }),
    ],
    ['channel-scan', () => runtime.http('POST', '/v1/channel/scans', { qrContent: 'x' })],
    ['scan', () => runtime.http('GET', `/v1/scans/${'A'.repeat(43)}`)],
    ['challenge', () => runtime.http('GET', '/v1/challenge')],
    ['discovery', () => runtime.http('GET', '/.well-known/jwks.json')],
  ];
};

describe('secrets and keys away', () => {
  // The functions are new, so they have read no secret yet.
  beforeEach(async () => {
    runtime = await openTestRuntime({ quiet: true });
  });
  afterEach(() => runtime?.stop());

  keeping(1)<FaultKind>(['error500', 'throttle', 'after'])(
    'ERR-01 Secrets Manager %s: everything is closed, nothing is written, and it opens again',
    async (kind) => {
      runtime.faults.add({ service: 'secretsmanager', kind, times: 1000 });
      const before = (await rowsOf(runtime, 'Tickets')).length;
      for (const [name, call] of firstCalls()) {
        const reply = await call();
        expectDecent(reply, name);
        expect(reply.status, name).toBe(503);
      }
      expect(await rowsOf(runtime, 'Tickets')).toHaveLength(before);
      expect(await rowsOf(runtime, 'Users')).toEqual([]);
      runtime.faults.clear();
      await register(runtime, person());
    },
    60_000,
  );

  long(
    'ERR-01 ERR-02 Secrets Manager does not answer: 503 before the function is out of time',
    async () => {
      runtime.faults.add({ service: 'secretsmanager', kind: 'timeout', times: 1000 });
      // The calls run one after the other: three tries of two seconds use most of a function's ten seconds on a busy
      // machine.
      for (const [name, call] of firstCalls().filter(([one]) => ['login', 'session'].includes(one))) {
        const reply = await call();
        expectDecent(reply, name);
        expect(reply.status, name).toBe(503);
      }
      runtime.faults.clear();
      await register(runtime, person());
    },
    60_000,
  );

  keeping(1)<FaultKind>(['error500', 'throttle', 'after'])(
    'ERR-01 KMS %s: no function that seals or opens goes on',
    async (kind) => {
      const rule = runtime.faults.add({ service: 'kms', kind, times: 1000 });
      const replies = await Promise.all(
        firstCalls()
          .filter(([name]) =>
            ['registration', 'login', 'password-reset', 'session', 'channel-scan'].includes(name),
          )
          .map(async ([name, call]) => ({ name, reply: await call() })),
      );
      for (const { name, reply } of replies) {
        expectDecent(reply, name);
        expect(reply.status, name).toBe(503);
      }
      expect(runtime.faults.struck(rule)).toBeGreaterThan(4);
      expect(await rowsOf(runtime, 'Tickets')).toEqual([]);
      runtime.faults.clear();
      await register(runtime, person());
    },
    60_000,
  );

  long(
    'ERR-01 who has read the secrets once goes on while Secrets Manager and KMS are away',
    async () => {
      const who = person();
      await register(runtime, who);
      await logIn(runtime, who, 'sms');
      for (const service of ['secretsmanager', 'kms'] as const)
        runtime.faults.add({ service, kind: 'error500', times: 1000 });
      await wait(runtime, 7200);
      await logIn(runtime, who, 'face');
      await logIn(runtime, who, 'sms');
    },
    60_000,
  );
});

describe('SMS provider away', () => {
  beforeAll(async () => {
    runtime = await openTestRuntime({ quiet: true });
  });
  afterEach(() => runtime?.faults.clear());
  afterAll(() => runtime?.stop());

  keeping(1)<FaultKind>(['error500', 'throttle'])(
    'SMS-1 %s: 503, the send is given back, and the next one is possible at once',
    async (kind) => {
      const who = person();
      const id = await startRegistration(runtime, who);
      runtime.faults.add({ service: 'sms', kind, times: 1000 });
      // More sends than the window allows: no failed send counts.
      for (let i = 0; i < defaultPolicies.smsPerWindow + 2; i++) {
        const refused = await sendRegistrationCode(runtime, id, who.phone);
        expectDecent(refused, kind);
        expect(refused.status).toBe(503);
      }
      expect(runtime.sms(who.phone)).toEqual([]);
      runtime.faults.clear();
      for (let i = 0; i < defaultPolicies.smsPerWindow; i++) {
        expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202);
        await wait(runtime, 60);
      }
      expect((await sendRegistrationCode(runtime, id, who.phone)).body.code).toBe('SMS_TOO_FREQUENT');
    },
    60_000,
  );

  long('SMS-1 SMS-2 a failed send voids no code but its own', async () => {
    const who = person();
    const id = await startRegistration(runtime, who);
    runtime.faults.add({ service: 'sms', kind: 'error500' });
    expect((await sendRegistrationCode(runtime, id, who.phone)).status).toBe(503);
    const profile = (smsCode: string) =>
      runtime.http('PUT', `/v1/registrations/${id}/profile`, {
        phone: who.phone,
        smsCode,
        password: who.password,
      });
    expect((await profile('123456')).body.code).toBe('SMS_CODE_WRONG');
    expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202);
    expectStatus(await profile(await codeFor(runtime, who.phone)), 200);
  });

  keeping(1)<[FaultKind, boolean]>([
    ['after', true],
    ['timeout', false],
  ])(
    'SMS-1 %s: nobody knows whether it arrived, so it counts, and a code that arrived works',
    async (kind, arrived) => {
      const who = person();
      const id = await startRegistration(runtime, who);
      runtime.faults.add({ service: 'sms', kind });
      const lost = await sendRegistrationCode(runtime, id, who.phone);
      expectDecent(lost, kind);
      expect(lost.status).toBe(503);
      expect((await sendRegistrationCode(runtime, id, who.phone)).body.code).toBe('SMS_TOO_FREQUENT');
      expect(runtime.sms(who.phone)).toHaveLength(arrived ? 1 : 0);
      if (!arrived) {
        await wait(runtime, 61);
        expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202);
      }
      const profile = await runtime.http('PUT', `/v1/registrations/${id}/profile`, {
        phone: who.phone,
        smsCode: await codeFor(runtime, who.phone),
        password: who.password,
      });
      expectStatus(profile, 200);
    },
  );
});

describe('face provider away', () => {
  beforeAll(async () => {
    runtime = await openTestRuntime({ quiet: true });
  });
  afterEach(() => runtime?.faults.clear());
  afterAll(() => runtime?.stop());

  keeping(1)<FaultKind>(['error500', 'throttle', 'timeout', 'after'])(
    'FACE-2 LCK-6 %s: 503, no failure of the person, and the next try passes',
    async (kind) => {
      const who = await registered(runtime);
      const loginId = await loginTicket(runtime, who);
      const scan = expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/face`), 201).body;
      runtime.faults.add({ service: 'face', routeKey: 'POST /v1/channel/scans/{ticket}/face', kind });
      await expect(startKit(runtime, scan.qrContent)).rejects.toThrow(/got 503 .*"UNAVAILABLE"/);
      const kit = await startKit(runtime, scan.qrContent);
      runtime.faults.add({ service: 'face', routeKey: 'POST /v1/channel/scans/{ticket}/face-result', kind });
      const lost = await kit.result();
      expectDecent(lost, kind);
      expect(lost.status).toBe(503);
      for (const row of await rowsOf(runtime, 'Lockouts'))
        expect(await countedAttempts(runtime, String(row.personKey))).toEqual({});
      expect((await kit.result()).body.passed).toBe(true);
      expectStatus(
        await runtime.http('POST', `/v1/logins/${loginId}/verify`, { faceTicket: scan.ticket }),
        200,
      );
    },
    60_000,
  );

  it('REG-5 LCK-6 in a registration as well: the provider being away costs no try', async () => {
    const who = person();
    const id = await startRegistration(runtime, who);
    expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202);
    const smsCode = await codeFor(runtime, who.phone);
    const { phone, password } = who;
    expectStatus(
      await runtime.http('PUT', `/v1/registrations/${id}/profile`, { phone, password, smsCode }),
      200,
    );
    const scan = expectStatus(await runtime.http('POST', `/v1/registrations/${id}/face`), 201).body;
    const kit = await startKit(runtime, scan.qrContent);
    runtime.faults.add({ service: 'face', kind: 'error500', times: 6 });
    for (let i = 0; i < 6; i++) expect((await kit.result()).status).toBe(503);
    runtime.face('fail');
    expect((await kit.result()).body).toMatchObject({ passed: false, remainingAttempts: 4 });
  });
});
