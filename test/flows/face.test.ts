import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultPolicies } from '#domain/policies.ts';
import { person, type Sample } from '../support/people.ts';
import {
  enterPassword,
  expectStatus,
  fillProfile,
  loginTicket,
  openTestRuntime,
  registered,
  scanFace,
  startRegistration,
  type TestRuntime,
  wait,
} from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { asChannel, claimOf, poll, startKit } from './support/channels.ts';
import { events, eventsOf, rowsOf, subjectOf } from './support/tables.ts';

let runtime: TestRuntime;
let who: Sample;
let key: string;
beforeAll(async () => {
  runtime = await openTestRuntime();
  who = person();
  key = await subjectOf(runtime, () => registered(runtime, who), 'registered');
});
afterAll(() => runtime?.stop());

interface Scan {
  ticket: string;
  qrContent: string;
  pollSecret: string;
  expiresAt: string;
}
async function loginScan(of: Sample = who): Promise<{ loginId: string; scan: Scan }> {
  const loginId = await loginTicket(runtime, of);
  const scan = expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/face`), 201).body;
  return { loginId, scan };
}
const verify = (loginId: string, faceTicket: string) =>
  runtime.http('POST', `/v1/logins/${loginId}/verify`, { faceTicket });
const app = (channel: 'ahtax-app' | 'iit-app' = 'ahtax-app', claims: object = {}) =>
  asChannel(runtime, channel, claims);
/** The failures of the method `face` that count against a person today. */
const faceFailures = async (personKey = key): Promise<number> =>
  (await rowsOf(runtime, 'Lockouts'))
    .filter((row) => row.personKey === personKey)
    .reduce((sum, row) => sum + ((row.face as Set<string> | undefined)?.size ?? 0), 0);

describe('FACE-1 who scans', () => {
  it('FACE-1 QR-2 the 安徽税务 APP needs no login and shows what the code is for, masked', async () => {
    const { loginId, scan } = await loginScan();
    expect(scan).toEqual({
      ticket: expect.stringMatching(/^[\w-]{22,64}$/),
      qrContent: `${runtime.issuer}/s/${scan.ticket}`,
      pollSecret: expect.stringMatching(/^[\w-]{22,64}$/),
      expiresAt: expect.stringMatching(/\+08:00$/),
    });
    expect(scan.qrContent).not.toContain(scan.pollSecret);
    const left = Date.parse(scan.expiresAt) - runtime.clock.now().getTime();
    expect(left).toBeLessThanOrEqual(defaultPolicies.faceScanSeconds * 1000);
    expect(left).toBeGreaterThan(defaultPolicies.faceScanSeconds * 1000 - 10_000);

    const scanned = expectStatus(
      await app()('POST', '/v1/channel/scans', { qrContent: scan.qrContent }),
      200,
    ).body;
    expect(scanned).toEqual({
      ticket: scan.ticket,
      purpose: 'face',
      requires: 'face',
      origin: {
        account: `${who.name[0]}**`,
        browser: expect.any(String),
        place: '127.0.0.0',
        at: expect.stringMatching(/\+08:00$/),
      },
    });
    const kit = expectStatus(await app()('POST', `/v1/channel/scans/${scan.ticket}/face`), 200).body;
    expect(kit).toEqual({ provider: 'simulator', token: expect.any(String) });
    expect((await verify(loginId, scan.ticket)).body.code).toBe('FACE_REQUIRED');
    const result = await app()('POST', `/v1/channel/scans/${scan.ticket}/face-result`, { token: kit.token });
    expect(result.body.passed).toBe(true);
    expectStatus(await verify(loginId, scan.ticket), 200);
  });

  long('FACE-1 the 个人所得税 APP must be logged in, as the same person, at every step', async () => {
    const { loginId, scan } = await loginScan();
    const stranger = await registered(runtime);
    const before = await faceFailures();
    for (const claims of [{}, claimOf(stranger), claimOf(person())]) {
      const refused = await app('iit-app', claims)('POST', '/v1/channel/scans', {
        qrContent: scan.qrContent,
      });
      expect(refused.body).toMatchObject({ status: 403, code: 'FACE_MISMATCH' });
    }
    // A code that another phone has scanned does not help this phone.
    const kit = await startKit(runtime, scan.qrContent);
    for (const [step, body] of [
      ['face', undefined],
      ['face-result', { token: kit.token }],
    ] as const)
      expect(
        (await app('iit-app', claimOf(stranger))('POST', `/v1/channel/scans/${scan.ticket}/${step}`, body))
          .body.code,
      ).toBe('FACE_MISMATCH');
    expect((await poll(runtime, scan)).body.state).toBe('scanned');
    expect(await faceFailures()).toBe(before);

    const own = claimOf({ ...who, documentNumber: ` ${who.documentNumber.toLowerCase()}` });
    const mine = await startKit(runtime, scan.qrContent, 'iit-app', own);
    expect((await mine.result()).body.passed).toBe(true);
    expectStatus(await verify(loginId, scan.ticket), 200);
  });

  it('FACE-1 in the 安徽税务 APP the face decides, whoever is logged in there', async () => {
    const { scan } = await loginScan();
    const kit = await startKit(runtime, scan.qrContent, 'ahtax-app', claimOf(person()));
    runtime.face('mismatch');
    const refused = await kit.result();
    runtime.face('pass');
    expect(refused.body).toMatchObject({ status: 403, code: 'FACE_MISMATCH' });
  });

  long(
    'FACE-1 LCK-1 a failed check may be tried again on the same ticket, and each counts once',
    async () => {
      const one = person();
      const oneKey = await subjectOf(runtime, () => registered(runtime, one), 'registered');
      const { loginId, scan } = await loginScan(one);
      runtime.face('fail');
      const first = await startKit(runtime, scan.qrContent);
      expect((await first.result()).body).toMatchObject({ passed: false, remainingAttempts: 4 });
      // Asking for the result of the same check again is not a second failure.
      expect((await first.result()).body.code).toBe('STATE_CONFLICT');
      expect(await faceFailures(oneKey)).toBe(1);
      expect((await scanFace(runtime, scan.qrContent)).body).toMatchObject({
        passed: false,
        remainingAttempts: 3,
      });
      const polled = await poll(runtime, scan);
      expect(polled.body).toMatchObject({
        state: 'scanned',
        advice: { code: 'FACE_FAILED' },
        remainingAttempts: 3,
      });
      expect(polled.headers.get('retry-after')).toBe('2');
      expect((await verify(loginId, scan.ticket)).body.code).toBe('FACE_REQUIRED');
      runtime.face('pass');
      expect((await scanFace(runtime, scan.qrContent)).body.passed).toBe(true);
      expectStatus(await verify(loginId, scan.ticket), 200);
      // A success of the method resets the method's count.
      expect(await faceFailures(oneKey)).toBe(0);
    },
  );

  long('LCK-1 LCK-2 the fifth failed face of a day locks, over several scans and logins', async () => {
    const one = await registered(runtime);
    const scans = [(await loginScan(one)).scan, (await loginScan(one)).scan];
    runtime.face('fail');
    const replies = [];
    for (const i of [0, 1, 0, 1, 0]) replies.push((await scanFace(runtime, scans[i]?.qrContent ?? '')).body);
    runtime.face('pass');
    expect(replies.map((body) => body.remainingAttempts)).toEqual([4, 3, 2, 1, undefined]);
    expect(replies[4]).toMatchObject({ status: 423, code: 'ACCOUNT_LOCKED' });
    expect(replies[4].lockedUntil).toMatch(/T00:00:00\+08:00$/);
    expect((await enterPassword(runtime, one.documentNumber, one.password)).body.code).toBe('ACCOUNT_LOCKED');
    expect((await scanFace(runtime, scans[1]?.qrContent ?? '')).body.code).toBe('ACCOUNT_LOCKED');
  });
});

describe('FACE-2 the proof', () => {
  long("FACE-2 believes the provider's result and not the app's word", async () => {
    const { loginId, scan } = await loginScan();
    const kit = await startKit(runtime, scan.qrContent);
    runtime.face('fail');
    const claimed = await kit.result({ passed: true, outcome: 'pass', state: 'passed', transactionId: 'x' });
    runtime.face('pass');
    expect(claimed.body.passed).toBe(false);
    expect((await verify(loginId, scan.ticket)).body.code).toBe('FACE_REQUIRED');
  });

  long('FACE-2 takes no token but the one that it started on this ticket', async () => {
    const mine = await loginScan();
    const other = await loginScan(await registered(runtime));
    const kit = await startKit(runtime, mine.scan.qrContent);
    const foreign = await startKit(runtime, other.scan.qrContent);
    const tell = (token: string) =>
      app()('POST', `/v1/channel/scans/${mine.scan.ticket}/face-result`, { token });
    for (const token of ['made-up', '../sessions/x', foreign.token])
      expect((await tell(token)).body.code).toBe('STATE_CONFLICT');
    // The second kit replaces the first one.
    const newer = await startKit(runtime, mine.scan.qrContent);
    expect((await kit.result()).body.code).toBe('STATE_CONFLICT');
    expect((await newer.result()).body.passed).toBe(true);
    expect((await tell(foreign.token)).body.code).toBe('STATE_CONFLICT');
    expect((await verify(mine.loginId, other.scan.ticket)).body.code).toBe('FACE_REQUIRED');
    expectStatus(await verify(mine.loginId, mine.scan.ticket), 200);
  });

  long('FACE-2 a check serves only the journey that it was started for', async () => {
    const passed = await loginScan();
    expectStatus(await scanFace(runtime, passed.scan.qrContent), 200);
    const second = await loginTicket(runtime, who);
    expect((await verify(second, passed.scan.ticket)).body.code).toBe('FACE_REQUIRED');
    const reset = await runtime.http('POST', '/v1/password-resets', {
      account: who.phone,
      name: who.name,
      documentNumber: who.documentNumber,
    });
    const newPassword = 'Nanling!5839';
    const other = await runtime.http('POST', `/v1/password-resets/${reset.body.resetId}/complete`, {
      faceTicket: passed.scan.ticket,
      newPassword,
    });
    expect(other.body.code).toBe('FACE_REQUIRED');
    const registering = person();
    const id = await startRegistration(runtime, registering);
    expectStatus(await fillProfile(runtime, id, registering), 200);
    expect((await runtime.http('POST', `/v1/registrations/${id}/complete`)).body.code).toBe('FACE_REQUIRED');
    // The ticket works only once.
    expectStatus(await verify(passed.loginId, passed.scan.ticket), 200);
    expect((await verify(passed.loginId, passed.scan.ticket)).body.code).toBe('STATE_CONFLICT');
  });

  long('FACE-2 no ticket of another person, nor the login ticket itself, is a proof', async () => {
    const { loginId, scan } = await loginScan();
    const foreign = await loginScan(await registered(runtime));
    expectStatus(await scanFace(runtime, foreign.scan.qrContent), 200);
    for (const faceTicket of [foreign.scan.ticket, foreign.loginId, loginId, scan.pollSecret, 'x'])
      expect((await verify(loginId, faceTicket)).body.code).toBe('FACE_REQUIRED');
  });

  long('FACE-2 is over after 300 seconds, at every step', async () => {
    const untouched = await loginScan();
    const scanned = await loginScan();
    expectStatus(await app()('POST', '/v1/channel/scans', { qrContent: scanned.scan.qrContent }), 200);
    const begun = await loginScan();
    const kit = await startKit(runtime, begun.scan.qrContent);
    await wait(runtime, defaultPolicies.faceScanSeconds);
    const late = [
      await app()('POST', '/v1/channel/scans', { qrContent: untouched.scan.qrContent }),
      await app()('POST', `/v1/channel/scans/${scanned.scan.ticket}/face`),
      await kit.result(),
    ];
    for (const reply of late) expect(reply.body).toMatchObject({ status: 410, code: 'EXPIRED' });
    for (const { scan } of [untouched, scanned, begun]) {
      const polled = await poll(runtime, scan);
      expect(polled.body).toEqual({ state: 'expired' });
      expect(polled.headers.get('retry-after')).toBeNull();
    }
    // The login continues: the page may ask for a new code.
    const again = expectStatus(await runtime.http('POST', `/v1/logins/${begun.loginId}/face`), 201).body;
    expectStatus(await scanFace(runtime, again.qrContent), 200);
    expectStatus(await verify(begun.loginId, again.ticket), 200);
  });

  it('FACE-2 a passed check does not outlive its login', async () => {
    const { loginId, scan } = await loginScan();
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    await wait(runtime, defaultPolicies.loginSeconds);
    expect((await verify(loginId, scan.ticket)).body).toMatchObject({ status: 410, code: 'EXPIRED' });
  });

  long('FACE-2 asks for the result again without harm when its answer was lost', async () => {
    const { loginId, scan } = await loginScan();
    const kit = await startKit(runtime, scan.qrContent);
    const replies = await Promise.all([kit.result(), kit.result(), kit.result()]);
    expect(replies.some((reply) => reply.body.passed === true)).toBe(true);
    for (const reply of replies) expect([200, 409]).toContain(reply.status);
    expect((await kit.result()).body.passed).toBe(true);
    const written = (await events(runtime)).filter(
      (event) => event.kind === 'face' && event.outcome === 'success',
    );
    expect(new Set(written.map((event) => event.detail?.transactionId)).size).toBe(written.length);
    expect(await faceFailures()).toBeLessThanOrEqual(2);
    expectStatus(await verify(loginId, scan.ticket), 200);
    expect(await faceFailures()).toBe(0);
  });

  long('REG-6 FACE-2 keeps transaction id and outcome of a check, nothing of the face', async () => {
    const { scan } = await loginScan();
    const written = await eventsOf(runtime, async () => {
      runtime.face('mismatch');
      expect((await scanFace(runtime, scan.qrContent)).body).toMatchObject({
        code: 'FACE_MISMATCH',
        remainingAttempts: expect.any(Number),
      });
      runtime.face('pass');
      await scanFace(runtime, scan.qrContent);
    });
    expect(written.filter((event) => event.kind === 'face')).toMatchObject([
      {
        subject: key,
        outcome: 'failure',
        channel: 'ahtax-app',
        detail: { purpose: 'face', outcome: 'mismatch' },
      },
      {
        subject: key,
        outcome: 'success',
        channel: 'ahtax-app',
        detail: { purpose: 'face', transactionId: expect.stringMatching(/^local-/) },
      },
    ]);
  });

  long('LCK-4 a provider that does not answer is nobody’s failure, and the check goes on', async () => {
    const { scan } = await loginScan();
    const kit = await startKit(runtime, scan.qrContent);
    const before = await faceFailures();
    runtime.faults.add({ service: 'face', kind: 'error500', times: 9 });
    expect((await kit.result()).body.code).toBe('UNAVAILABLE');
    runtime.faults.clear();
    expect(await faceFailures()).toBe(before);
    expect((await kit.result()).body.passed).toBe(true);
  });

  long('LCK-4 AUD-1 a face that passes at the fifth try lifts the lock that the try had set', async () => {
    const one = person();
    const oneKey = await subjectOf(runtime, () => registered(runtime, one), 'registered');
    const { loginId, scan } = await loginScan(one);
    runtime.face('fail');
    for (let look = 0; look < 4; look++) await scanFace(runtime, scan.qrContent);
    runtime.face('pass');
    const written = await eventsOf(runtime, async () =>
      expect((await scanFace(runtime, scan.qrContent)).body.passed).toBe(true),
    );
    const ofOne = written.filter(({ subject }) => subject === oneKey);
    expect(ofOne.map(({ kind, outcome, detail }) => `${kind} ${outcome} ${detail?.method}`).sort()).toEqual([
      'face success undefined',
      'locked failure face',
      'unlocked success face',
    ]);
    expectStatus(await verify(loginId, scan.ticket), 200);
  });

  long('AUD-1 a check that is refused on the phone is written down as a check', async () => {
    const { scan } = await loginScan();
    await startKit(runtime, scan.qrContent);
    const cancel = () => app()('POST', `/v1/channel/scans/${scan.ticket}/cancel`);
    expect(await eventsOf(runtime, async () => expectStatus(await cancel(), 204))).toMatchObject([
      { kind: 'face', outcome: 'failure', detail: { purpose: 'face', cancelled: true } },
    ]);
  });

  long('FACE-2 the steps have an order', async () => {
    const { scan } = await loginScan();
    const kitBefore = await app()('POST', `/v1/channel/scans/${scan.ticket}/face`);
    expect(kitBefore.body).toMatchObject({ status: 409, code: 'STATE_CONFLICT' });
    const resultBefore = await app()('POST', `/v1/channel/scans/${scan.ticket}/face-result`, { token: 'x' });
    expect(resultBefore.body.code).toBe('STATE_CONFLICT');
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    expect((await app()('POST', '/v1/channel/scans', { qrContent: scan.qrContent })).body.code).toBe(
      'STATE_CONFLICT',
    );
    expect((await app()('POST', `/v1/channel/scans/${scan.ticket}/face`)).body.code).toBe('STATE_CONFLICT');
  });

  it('FACE-1 a code that is none of ours is not found', async () => {
    const { loginId, scan } = await loginScan();
    for (const qrContent of [
      'https://example.com/s/abc',
      scan.ticket,
      `${runtime.issuer}/s/`,
      `${runtime.issuer}/s/${scan.ticket}/x`,
      `${runtime.issuer}/s/${loginId}`,
      `${runtime.issuer}/s/${'A'.repeat(43)}`,
      `${runtime.issuer}.evil.example/s/${scan.ticket}`,
    ])
      expect((await app()('POST', '/v1/channel/scans', { qrContent })).body).toMatchObject({
        status: 404,
        code: 'NOT_FOUND',
      });
  });
});

describe('QR-2 polling', () => {
  long('QR-2 only the browser that asked may look', async () => {
    const { loginId, scan } = await loginScan();
    const other = await loginScan();
    const ask = (ticket: string, headers: Record<string, string> = {}) =>
      runtime.http('GET', `/v1/scans/${ticket}`, undefined, { headers });
    const refusals = [
      await ask(scan.ticket),
      await ask(scan.ticket, { 'poll-secret': '' }),
      await ask(scan.ticket, { 'poll-secret': other.scan.pollSecret }),
      await ask(scan.ticket, { 'poll-secret': scan.ticket }),
      await ask('A'.repeat(43), { 'poll-secret': scan.pollSecret }),
      await ask(loginId, { 'poll-secret': scan.pollSecret }),
    ];
    for (const reply of refusals) expect(reply.body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    const polled = await poll(runtime, scan);
    expect(polled.body).toEqual({ state: 'pending' });
    expect(Number(polled.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(polled.headers.get('cache-control')).toBe('no-store');
  });

  it('QR-2 costs one read a poll and writes nothing; asking faster than advised is no mistake', async () => {
    const { scan } = await loginScan();
    runtime.resetUsage();
    for (let i = 0; i < 10; i++) expectStatus(await poll(runtime, scan), 200);
    const used = runtime.usage().scan;
    expect(used).toMatchObject({ invocations: 10, calls: 10, longestChain: 1, writeUnits: 0 });
    expect(used?.readUnits).toBeLessThanOrEqual(10);
  });

  long('FACE-2 tells pending, scanned, passed in turn', async () => {
    const { scan } = await loginScan();
    const states = [(await poll(runtime, scan)).body.state];
    const kit = await startKit(runtime, scan.qrContent);
    states.push((await poll(runtime, scan)).body.state);
    await kit.result();
    states.push((await poll(runtime, scan)).body.state);
    await wait(runtime, defaultPolicies.faceScanSeconds);
    // A passed check stays passed, even if the page asks late.
    states.push((await poll(runtime, scan)).body.state);
    expect(states).toEqual(['pending', 'scanned', 'passed', 'passed']);
  });
});
