import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../infra/local/emulators/faults.ts';
import type { Loose, Reply } from '../support/client.ts';
import { person } from '../support/people.ts';
import {
  codeFor,
  enterPassword,
  expectStatus,
  loggedInByFace,
  loginTicket,
  scanFace,
  sendRegistrationCode,
  startRegistration,
  wait,
} from '../support/runtime.ts';
import { solve } from '../support/solve.ts';
import { keeping, long } from '../support/variants.ts';
import {
  failures,
  history,
  type Known,
  knownPerson,
  loginCode,
  morning,
  none,
  openWatchedRuntime,
  otherThan,
  personOf,
  rows,
  ticketCall,
  verify,
  type WatchedRuntime,
} from '../support/watched.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());
beforeEach(async () => {
  runtime.clock.set(morning);
  await runtime.http('POST', '/local/face', { outcome: 'pass' });
});

const wrong = 'Wrong#9182';
const locked = {
  status: 423,
  code: 'ACCOUNT_LOCKED',
  title: '连续认证错误次数过多，您的账号已被锁定。建议您直接使用“忘记密码”修改密码',
  lockedUntil: '2027-03-03T00:00:00+08:00',
};
const answer = ({ body }: Reply<Loose>) => body.remainingAttempts ?? body.code;

async function wrongPasswords(who: Known, times: number): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (let i = 0; i < times; i++) answers.push(answer(await enterPassword(runtime, who.phone, wrong)));
  return answers;
}
/** Sends a new code on the ticket (the clock advances for that) and tries it with wrong digits. */
async function wrongCodes(who: Known, ticket: string, times: number): Promise<unknown[]> {
  await wait(runtime, 61);
  const code = await loginCode(runtime, ticket, who.phone);
  const answers: unknown[] = [];
  for (let i = 0; i < times; i++)
    answers.push(answer(await verify(runtime, ticket, { smsCode: otherThan(code) })));
  return answers;
}
async function faceCheck(ticket: string, outcome: 'pass' | 'fail' | 'mismatch'): Promise<Reply<Loose>> {
  await runtime.http('POST', '/local/face', { outcome });
  const scan = expectStatus(await ticketCall(runtime, ticket, 'face'), 201).body;
  return { ...(await scanFace(runtime, scan.qrContent)), scan } as Reply<Loose> & { scan: Loose };
}
const kinds = async (who: Known) => (await history(runtime, who)).map((event) => event.kind);

async function startReset(who: Known): Promise<string> {
  const reply = await runtime.http('POST', '/v1/password-resets', {
    account: who.documentNumber,
    name: who.name,
    documentNumber: who.documentNumber,
  });
  return expectStatus(reply, 201).body.resetId;
}
async function resetByFace(who: Known, newPassword: string): Promise<void> {
  const id = await startReset(who);
  const scan = expectStatus(await runtime.http('POST', `/v1/password-resets/${id}/face`), 201).body;
  expectStatus(await scanFace(runtime, scan.qrContent), 200);
  const body = { faceTicket: scan.ticket, newPassword };
  expectStatus(await runtime.http('POST', `/v1/password-resets/${id}/complete`, body), 204);
}

describe('password', () => {
  long('LCK-1 LCK-2 counts down 4, 3, 2, 1; the fifth failure answers the lock itself', async () => {
    const who = await knownPerson(runtime);
    expect(await wrongPasswords(who, 4)).toEqual([4, 3, 2, 1]);
    expect(await failures(runtime, who)).toEqual({ ...none, password: 4 });
    expect((await enterPassword(runtime, who.phone, wrong)).body).toMatchObject(locked);
    expect(await failures(runtime, who)).toEqual({ ...none, password: 5, locked: true });
    for (const password of [who.password, wrong]) {
      const refused = await enterPassword(runtime, who.documentNumber, password);
      expect(refused.body).toMatchObject(locked);
      expect(refused.body.detail).toContain('2027-03-03 00:00');
    }
    expect((await failures(runtime, who)).password).toBe(5);
    const english = await runtime.http(
      'POST',
      '/v1/logins',
      { entry: 'natural', account: who.phone, password: who.password },
      { headers: { 'accept-language': 'en' } },
    );
    expect(english.body.title).toMatch(/account is locked.*Forgot password/);
    expect((await kinds(who)).filter((kind) => kind === 'locked')).toHaveLength(1);
    expect((await kinds(who)).filter((kind) => kind === 'login-password')).toHaveLength(4);
  });

  it('LCK-1 counts whatever was typed into the account box together', async () => {
    const who = await knownPerson(runtime, person(), { username: 'CountsAll' });
    const answers: unknown[] = [];
    for (const account of [who.phone, who.documentNumber, 'CountsAll', `+86${who.phone}`, who.documentNumber])
      answers.push(answer(await enterPassword(runtime, account, wrong)));
    expect(answers).toEqual([4, 3, 2, 1, 'ACCOUNT_LOCKED']);
  });

  long('LCK-1 success resets the count', async () => {
    const who = await knownPerson(runtime);
    expect(await wrongPasswords(who, 4)).toEqual([4, 3, 2, 1]);
    expectStatus(await enterPassword(runtime, who.phone, who.password), 201);
    expect(await failures(runtime, who)).toEqual(none);
    expect(await wrongPasswords(who, 2)).toEqual([4, 3]);
  });

  long('LCK-1 LCK-4 a right password on the fifth attempt logs in and leaves no lock', async () => {
    for (const by of ['phone', 'documentNumber'] as const) {
      const who = await knownPerson(runtime);
      await wrongPasswords(who, 4);
      expectStatus(await enterPassword(runtime, who[by], who.password), 201);
      expect(await failures(runtime, who)).toEqual(none);
      const events = await kinds(who);
      expect(events.filter((kind) => kind === 'locked')).toHaveLength(
        events.filter((kind) => kind === 'unlocked').length,
      );
      expect(await wrongPasswords(who, 1)).toEqual([4]);
    }
    expect((await rows(runtime, 'Lockouts')).filter((row) => row.sweepKey && !row.lockedAt)).toEqual([]);
  });

  long('LCK-1 LCK-3 UNL-2 counts and locks die with the day, whether or not anything ran', async () => {
    const some = await knownPerson(runtime);
    const lockedOne = await knownPerson(runtime);
    runtime.clock.set('2027-03-02T23:59:58+08:00');
    await wrongPasswords(some, 4);
    expect(await wrongPasswords(lockedOne, 5)).toEqual([4, 3, 2, 1, 'ACCOUNT_LOCKED']);
    expect((await enterPassword(runtime, lockedOne.phone, wrong)).body.lockedUntil).toBe(
      '2027-03-03T00:00:00+08:00',
    );
    runtime.clock.set('2027-03-02T23:59:59.999+08:00');
    expect(answer(await enterPassword(runtime, lockedOne.phone, lockedOne.password))).toBe('ACCOUNT_LOCKED');
    runtime.clock.set('2027-03-03T00:00:00+08:00');
    expect(await wrongPasswords(some, 1)).toEqual([4]);
    expectStatus(await enterPassword(runtime, lockedOne.phone, lockedOne.password), 201);
    expect(await wrongPasswords(lockedOne, 5)).toEqual([4, 3, 2, 1, 'ACCOUNT_LOCKED']);
    expect((await enterPassword(runtime, lockedOne.phone, wrong)).body.lockedUntil).toBe(
      '2027-03-04T00:00:00+08:00',
    );
  });

  it('LCK-6 wrong taxpayer numbers, unknown accounts and bad input are no failures', async () => {
    const who = await knownPerson(runtime);
    for (let i = 0; i < 6; i++) {
      await enterPassword(runtime, who.phone, wrong, 'enterprise', { taxpayerId: '91350100M000100Y43' });
      await enterPassword(runtime, who.phone, wrong, 'enterprise');
      await enterPassword(runtime, who.phone, 'x'.repeat(300));
    }
    expect(await failures(runtime, who)).toEqual(none);
  });
});

describe('SMS code', () => {
  it('LCK-1 counts wrong codes of the login and answers the lock with the fifth', async () => {
    const who = await knownPerson(runtime);
    const ticket = await loginTicket(runtime, who);
    expect(await wrongCodes(who, ticket, 5)).toEqual([4, 3, 2, 1, 'ACCOUNT_LOCKED']);
    expect(await failures(runtime, who)).toEqual({ ...none, sms: 5, guesses: 5, locked: true });
    const written = await history(runtime, who);
    const failed = written.filter(({ kind }) => kind === 'login-second-factor');
    expect(failed.map(({ detail }) => detail)).toEqual(Array(4).fill({ method: 'sms', purpose: 'login' }));
    expect(written.filter(({ kind }) => kind === 'locked')).toMatchObject([{ detail: { method: 'sms' } }]);
    expect((await enterPassword(runtime, who.phone, who.password)).body).toMatchObject(locked);
    await wait(runtime, 61);
    expect((await ticketCall(runtime, ticket, 'sms')).body).toMatchObject(locked);
    expect((await verify(runtime, ticket, { smsCode: '123456' })).status).toBeGreaterThanOrEqual(400);
  });

  it('LCK-1 counts over tickets, not per code', async () => {
    const who = await knownPerson(runtime);
    expect(await wrongCodes(who, await loginTicket(runtime, who), 3)).toEqual([4, 3, 2]);
    expect(await wrongCodes(who, await loginTicket(runtime, who), 2)).toEqual([1, 'ACCOUNT_LOCKED']);
  });

  it('LCK-4 the right code on the fifth attempt logs in and leaves no lock', async () => {
    const who = await knownPerson(runtime);
    expect(await wrongCodes(who, await loginTicket(runtime, who), 4)).toEqual([4, 3, 2, 1]);
    const ticket = await loginTicket(runtime, who);
    await wait(runtime, 61);
    const code = await loginCode(runtime, ticket, who.phone);
    expectStatus(await verify(runtime, ticket, { smsCode: code }), 200);
    expect(await failures(runtime, who)).toEqual({ ...none, guesses: 4 });
    const events = await kinds(who);
    expect(events.filter((kind) => kind === 'locked')).toHaveLength(
      events.filter((kind) => kind === 'unlocked').length,
    );
  });

  it('LCK-6 expired codes, replaced codes and missing codes are no failures', async () => {
    const who = await knownPerson(runtime);
    await wait(runtime, 61);
    const ticket = await loginTicket(runtime, who);
    const code = await loginCode(runtime, ticket, who.phone);
    await wait(runtime, 300);
    for (const smsCode of [code, otherThan(code)])
      for (let i = 0; i < 4; i++)
        expect((await verify(runtime, ticket, { smsCode })).body).toMatchObject({
          status: 401,
          code: 'SMS_CODE_WRONG',
        });
    expect(await failures(runtime, who)).toEqual(none);
  });

  long(
    'LCK-5 after ten wrong codes a day, over all tickets and purposes, only the face is left',
    async () => {
      const who = await knownPerson(runtime);
      const login = async (wrongOnes: number) => {
        await wait(runtime, 600);
        const ticket = await loginTicket(runtime, who);
        const code = await loginCode(runtime, ticket, who.phone);
        for (let i = 0; i < wrongOnes; i++)
          expect((await verify(runtime, ticket, { smsCode: otherThan(code) })).body.code).toBe(
            'SMS_CODE_WRONG',
          );
        return { ticket, code };
      };
      const first = await login(4);
      expectStatus(await verify(runtime, first.ticket, { smsCode: first.code }), 200);
      // Four more wrong codes in the reset: they are not failures of the method `sms`, but guesses of the day.
      const reset = await startReset(who);
      await wait(runtime, 61);
      expectStatus(await runtime.http('POST', `/v1/password-resets/${reset}/sms`), 202);
      const resetCode = await codeFor(runtime, who.phone);
      for (let i = 0; i < 4; i++) {
        const body = { smsCode: otherThan(resetCode), newPassword: 'Huaihe#20581' };
        const reply = await runtime.http('POST', `/v1/password-resets/${reset}/complete`, body);
        expect(reply.body.code).toBe('SMS_CODE_WRONG');
      }
      expect(await failures(runtime, who)).toEqual({ ...none, guesses: 8 });
      const last = await login(2);
      expect(await failures(runtime, who)).toEqual({ ...none, sms: 2, guesses: 10 });
      // After ten guesses no journey compares a code, not even the right one.
      expect((await verify(runtime, last.ticket, { smsCode: last.code })).body).toMatchObject({
        status: 403,
        code: 'FACE_REQUIRED',
      });
      const completed = await runtime.http('POST', `/v1/password-resets/${reset}/complete`, {
        smsCode: resetCode,
        newPassword: 'Huaihe#20581',
      });
      expect(completed.body.code).not.toBe(undefined);
      await wait(runtime, 61);
      expect((await ticketCall(runtime, last.ticket, 'sms')).body.code).toBe('FACE_REQUIRED');
      expect((await runtime.http('POST', `/v1/password-resets/${await startReset(who)}/sms`)).body.code).toBe(
        'FACE_REQUIRED',
      );
      await loggedInByFace(runtime, who);
      // A success by face does not give guesses back; midnight does.
      expect((await failures(runtime, who)).guesses).toBe(10);
      runtime.clock.set('2027-03-03T00:00:30+08:00');
      const tomorrow = await loginTicket(runtime, who);
      const code = await loginCode(runtime, tomorrow, who.phone);
      expectStatus(await verify(runtime, tomorrow, { smsCode: code }), 200);
    },
  );

  long(
    'LCK-5 ten wrong codes end a registration, and the next of the same name starts from none',
    async () => {
      const who = person();
      const attempt = async (id: string, smsCode: string) =>
        runtime.http('PUT', `/v1/registrations/${id}/profile`, {
          phone: who.phone,
          smsCode,
          password: who.password,
        });
      const wrong = async () => otherThan(await codeFor(runtime, who.phone));
      const id = await startRegistration(runtime, who);
      for (let round = 0; round < 2; round++) {
        expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202);
        for (let i = 0; i < 5; i++)
          expect((await attempt(id, await wrong())).body).toMatchObject({
            code: 'SMS_CODE_WRONG',
            remainingAttempts: 4 - i,
          });
        await wait(runtime, 61);
      }
      expect((await attempt(id, await codeFor(runtime, who.phone))).body.code).toBe('STATE_CONFLICT');
      expect((await sendRegistrationCode(runtime, id, who.phone)).body.code).toBe('STATE_CONFLICT');
      // Nobody can prevent a registration with an invented name: the person registers on the same day with the same
      // number.
      const own = await startRegistration(runtime, who);
      expectStatus(await sendRegistrationCode(runtime, own, who.phone), 202);
      expect((await attempt(own, await wrong())).body).toMatchObject({
        code: 'SMS_CODE_WRONG',
        remainingAttempts: 4,
      });
      expectStatus(await attempt(own, await codeFor(runtime, who.phone)), 200);
      const personKey = await personOf(runtime, own);
      expect(await failures(runtime, { ...who, personKey })).toEqual(none);
    },
  );

  long(
    'LCK-5 LCK-4 of forty parallel wrong codes over the codes of a registration ten are looked at',
    async () => {
      const who = person();
      const id = await startRegistration(runtime, who);
      let looked = 0;
      for (let round = 0; round < 3; round++) {
        const sent = await sendRegistrationCode(runtime, id, who.phone);
        if (sent.body.code === 'STATE_CONFLICT') break;
        expectStatus(sent, 202);
        const smsCode = otherThan(await codeFor(runtime, who.phone));
        const body = { phone: who.phone, smsCode, password: who.password };
        // Four wrong tries of the first code, so that the tenth wrong try comes before a code's fifth.
        const replies = await Promise.all(
          Array.from({ length: round === 0 ? 4 : 13 }, () =>
            runtime.http('PUT', `/v1/registrations/${id}/profile`, body),
          ),
        );
        looked += replies.filter(({ body }) => body.remainingAttempts !== undefined).length;
        await wait(runtime, 61);
      }
      expect(looked).toBe(10);
    },
  );

  long(
    'LCK-5 from the thirtieth wrong code of a day sent to a number each try wants a challenge, and is never refused',
    async () => {
      const strict = await openWatchedRuntime({ policies: { smsGuessesFreePerPhone: 3 } });
      try {
        const who = person();
        const attempt = async (id: string, smsCode: string, challenge?: string) =>
          strict.http('PUT', `/v1/registrations/${id}/profile`, {
            phone: who.phone,
            smsCode,
            password: who.password,
            challenge,
          });
        const id = await startRegistration(strict, who);
        expectStatus(await sendRegistrationCode(strict, id, who.phone), 202);
        const code = await codeFor(strict, who.phone);
        // More calls in parallel than tries without a challenge are left: three codes are compared.
        const replies = await Promise.all(Array.from({ length: 12 }, () => attempt(id, otherThan(code))));
        const codes = replies.map(({ body }) => body.code as string);
        expect(codes.filter((one) => one === 'SMS_CODE_WRONG' || one === 'CHALLENGE_REQUIRED')).toHaveLength(
          12,
        );
        expect(replies.filter(({ body }) => body.remainingAttempts !== undefined)).toHaveLength(3);
        // Another ticket with another name needs a challenge too, even for the right code; with the challenge the right
        // code works.
        await wait(strict, 61);
        const other = person({ phone: who.phone });
        const next = await startRegistration(strict, other);
        expectStatus(await sendRegistrationCode(strict, next, who.phone), 202);
        const right = await codeFor(strict, who.phone);
        const asked = await attempt(next, right);
        expect(asked.body).toMatchObject({ status: 403, code: 'CHALLENGE_REQUIRED' });
        const solution = await solve(asked.body.challenge);
        expect((await attempt(next, otherThan(right), solution)).body).toMatchObject({
          code: 'SMS_CODE_WRONG',
          remainingAttempts: 4,
        });
        // A solution works once.
        expect((await attempt(next, right, solution)).body.code).toBe('CHALLENGE_REQUIRED');
        expectStatus(
          await attempt(next, right, await solve((await attempt(next, right)).body.challenge)),
          200,
        );
      } finally {
        await strict.finish();
      }
    },
  );
});

describe('face', () => {
  long('LCK-1 counts failed checks after a right password; the fifth locks', async () => {
    const who = await knownPerson(runtime);
    const ticket = await loginTicket(runtime, who);
    const outcomes = ['fail', 'mismatch', 'fail', 'mismatch'] as const;
    for (const [index, outcome] of outcomes.entries()) {
      const { body } = await faceCheck(ticket, outcome);
      expect(body.remainingAttempts).toBe(4 - index);
      expect(body).toMatchObject(
        outcome === 'fail' ? { passed: false } : { status: 403, code: 'FACE_MISMATCH' },
      );
    }
    expect((await faceCheck(ticket, 'fail')).body).toMatchObject(locked);
    expect(await failures(runtime, who)).toEqual({ ...none, face: 5, locked: true });
    expect((await enterPassword(runtime, who.phone, who.password)).body).toMatchObject(locked);
  });

  long('LCK-1 a passed check resets the count', async () => {
    const who = await knownPerson(runtime);
    const ticket = await loginTicket(runtime, who);
    for (let i = 0; i < 4; i++) await faceCheck(ticket, 'fail');
    const { scan } = (await faceCheck(ticket, 'pass')) as Reply<Loose> & { scan: Loose };
    expectStatus(await verify(runtime, ticket, { faceTicket: scan.ticket }), 200);
    expect(await failures(runtime, who)).toEqual(none);
    const events = await kinds(who);
    expect(events.filter((kind) => kind === 'locked')).toHaveLength(
      events.filter((kind) => kind === 'unlocked').length,
    );
    expect((await faceCheck(await loginTicket(runtime, who), 'fail')).body.remainingAttempts).toBe(4);
  });

  long('LCK-2 a face proof from before the lock does not lift it', async () => {
    const who = await knownPerson(runtime);
    const proven = await loginTicket(runtime, who);
    const { scan } = (await faceCheck(proven, 'pass')) as Reply<Loose> & { scan: Loose };
    const other = await loginTicket(runtime, who);
    for (let i = 0; i < 5; i++) await faceCheck(other, 'fail');
    expect((await failures(runtime, who)).locked).toBe(true);
    expect((await verify(runtime, proven, { faceTicket: scan.ticket })).body).toMatchObject(locked);
    expect(await failures(runtime, who)).toEqual({ ...none, face: 5, locked: true });
  });

  long('LCK-5 in registration and reset failed checks end the ticket and lock nobody', async () => {
    const who = await knownPerson(runtime);
    const id = await startReset(who);
    await runtime.http('POST', '/local/face', { outcome: 'fail' });
    for (let i = 0; i < 5; i++) {
      const scan = expectStatus(await runtime.http('POST', `/v1/password-resets/${id}/face`), 201).body;
      expect((await scanFace(runtime, scan.qrContent)).body.remainingAttempts).toBe(4 - i);
    }
    expect((await runtime.http('POST', `/v1/password-resets/${id}/face`)).body.code).toBe('STATE_CONFLICT');
    expect(await failures(runtime, who)).toEqual(none);
    await runtime.http('POST', '/local/face', { outcome: 'pass' });
    await loggedInByFace(runtime, who);
  });

  long(
    'LCK-4 FACE-1 one failed check counts once, however often and at the same time its result is asked for',
    async () => {
      const who = await knownPerson(runtime);
      const ticket = await loginTicket(runtime, who);
      const scan = expectStatus(await ticketCall(runtime, ticket, 'face'), 201).body;
      const call = async (path: string, body?: unknown) => {
        const assertion = await runtime.assertion('ahtax-app', { method: 'POST', path });
        return runtime.http('POST', path, body, { assertion });
      };
      expectStatus(await call('/v1/channel/scans', { qrContent: scan.qrContent }), 200);
      const { token } = expectStatus(await call(`/v1/channel/scans/${scan.ticket}/face`), 200).body;
      runtime.face('fail');
      await Promise.all(
        Array.from({ length: 12 }, () => call(`/v1/channel/scans/${scan.ticket}/face-result`, { token })),
      );
      expect(await failures(runtime, who)).toEqual({ ...none, face: 1 });
    },
  );
});

describe('methods beside each other', () => {
  long('LCK-1 counts each method apart; success of one leaves the others', async () => {
    const who = await knownPerson(runtime);
    const ticket = await loginTicket(runtime, who);
    await wrongCodes(who, ticket, 4);
    for (let i = 0; i < 4; i++) await faceCheck(ticket, 'fail');
    await wrongPasswords(who, 4);
    expect(await failures(runtime, who)).toEqual({ ...none, password: 4, sms: 4, face: 4, guesses: 4 });
    expectStatus(await enterPassword(runtime, who.phone, who.password), 201);
    expect(await failures(runtime, who)).toEqual({ ...none, sms: 4, face: 4, guesses: 4 });
    const { scan } = (await faceCheck(ticket, 'pass')) as Reply<Loose> & { scan: Loose };
    expectStatus(await verify(runtime, ticket, { faceTicket: scan.ticket }), 200);
    expect(await failures(runtime, who)).toEqual({ ...none, sms: 4, guesses: 4 });
    await wait(runtime, 61);
    const again = await loginTicket(runtime, who);
    const code = await loginCode(runtime, again, who.phone);
    expectStatus(await verify(runtime, again, { smsCode: code }), 200);
    expect(await failures(runtime, who)).toEqual({ ...none, guesses: 4 });
  });

  long('LCK-2 a lock by one method refuses the second step of tickets opened before', async () => {
    const who = await knownPerson(runtime);
    await wait(runtime, 61);
    const bySms = await loginTicket(runtime, who);
    const byFace = await loginTicket(runtime, who);
    const code = await loginCode(runtime, bySms, who.phone);
    const { scan } = (await faceCheck(byFace, 'pass')) as Reply<Loose> & { scan: Loose };
    await wrongPasswords(who, 5);
    expect((await verify(runtime, bySms, { smsCode: code })).body).toMatchObject(locked);
    expect((await verify(runtime, byFace, { faceTicket: scan.ticket })).body).toMatchObject(locked);
    expect(await failures(runtime, who)).toEqual({ ...none, password: 5, locked: true });
  });

  long('LCK-5 sessions that exist go on while the account is locked', async () => {
    const who = await knownPerson(runtime);
    const { session, cookie } = await loggedInByFace(runtime, who);
    await wrongPasswords(who, 5);
    expectStatus(await runtime.http('GET', '/v1/session', undefined, { token: session.accessToken }), 200);
    expectStatus(await runtime.http('POST', '/v1/session/refresh', undefined, { cookie }), 200);
  });

  long(
    'LCK-3 LCK-5 忘记密码 unlocks at once and clears all three counts, not the day’s guesses',
    async () => {
      const who = await knownPerson(runtime);
      const ticket = await loginTicket(runtime, who);
      await wrongCodes(who, ticket, 2);
      for (let i = 0; i < 3; i++) await faceCheck(ticket, 'fail');
      await wrongPasswords(who, 5);
      expect(await failures(runtime, who)).toEqual({
        password: 5,
        sms: 2,
        face: 3,
        guesses: 2,
        locked: true,
      });
      await runtime.http('POST', '/local/face', { outcome: 'pass' });
      await resetByFace(who, 'Huaihe#20581');
      expect(await failures(runtime, who)).toEqual({ ...none, guesses: 2 });
      expect((await enterPassword(runtime, who.phone, who.password)).body).toMatchObject({
        code: 'BAD_CREDENTIALS',
        remainingAttempts: 4,
      });
      await loggedInByFace(runtime, { ...who, password: 'Huaihe#20581' });
    },
  );

  long('LCK-3 unlocks by SMS too', async () => {
    const who = await knownPerson(runtime);
    await wrongPasswords(who, 5);
    await wait(runtime, 61);
    const id = await startReset(who);
    expectStatus(await runtime.http('POST', `/v1/password-resets/${id}/sms`), 202);
    const body = { smsCode: await codeFor(runtime, who.phone), newPassword: 'Huaihe#20581' };
    expectStatus(await runtime.http('POST', `/v1/password-resets/${id}/complete`, body), 204);
    expect(await failures(runtime, who)).toEqual(none);
    expectStatus(await enterPassword(runtime, who.phone, 'Huaihe#20581'), 201);
  });
});

describe('our own errors', () => {
  const failing = async (rule: Omit<FaultRule, 'kind'>, run: () => Promise<Reply<Loose>>) =>
    runtime.provoking(async () => {
      const id = runtime.faults.add({ ...rule, kind: 'error500', times: Number.POSITIVE_INFINITY });
      const reply = await run();
      expect(runtime.faults.struck(id)).toBeGreaterThan(0);
      expect(reply.body).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
      expect(JSON.stringify(reply.body)).not.toMatch(/Injected|dynamo/i);
    });

  keeping(2)([
    ['documentNumber', 'TransactWriteItems'],
    ['phone', 'TransactWriteItems'],
    ['phone', 'GetItem'],
    ['documentNumber', 'BatchGetItem'],
    ['phone', 'UpdateItem'],
  ] as const)('LCK-4 LCK-6 give the password attempt back (by %s, %s fails)', async (by, action) => {
    const who = await knownPerson(runtime);
    await wrongPasswords(who, 3);
    for (let i = 0; i < 4; i++)
      await failing({ function: 'login', routeKey: 'POST /v1/logins', action }, () =>
        enterPassword(runtime, who[by], who.password),
      );
    expect(await failures(runtime, who)).toEqual({ ...none, password: 3 });
    expectStatus(await enterPassword(runtime, who[by], who.password), 201);
  });

  long('LCK-4 LCK-6 a wrong code whose failure cannot be written down does not count', async () => {
    const who = await knownPerson(runtime);
    const ticket = await loginTicket(runtime, who);
    await wait(runtime, 61);
    const code = await loginCode(runtime, ticket, who.phone);
    await failing(
      { function: 'login', routeKey: 'POST /v1/logins/{id}/verify', action: 'PutItem', table: 'Audit' },
      () => verify(runtime, ticket, { smsCode: otherThan(code) }),
    );
    expect(await failures(runtime, who)).toEqual(none);
    expectStatus(await verify(runtime, ticket, { smsCode: code }), 200);
  });

  it('LCK-4 the fifth attempt given back leaves no lock', async () => {
    const who = await knownPerson(runtime);
    await wrongPasswords(who, 4);
    await runtime.provoking(async () => {
      // The first transaction reserves the fifth attempt, the second one opens the ticket.
      runtime.faults.add({
        function: 'login',
        action: 'TransactWriteItems',
        nth: 2,
        kind: 'error500',
        times: Number.POSITIVE_INFINITY,
      });
      expect((await enterPassword(runtime, who.documentNumber, who.password)).status).toBe(503);
    });
    expect(await failures(runtime, who)).toEqual({ ...none, password: 4 });
    expectStatus(await enterPassword(runtime, who.documentNumber, who.password), 201);
  });

  long('LCK-4 any attempt given back lifts the lock that stood on it', async () => {
    const who = await knownPerson(runtime);
    await wrongPasswords(who, 3);
    await runtime.provoking(async () => {
      // The fourth attempt keeps its reservation while the fifth one locks. Then the fourth fails because of a fault of
      // ours.
      runtime.faults.add({
        function: 'login',
        action: 'TransactWriteItems',
        table: 'Tickets',
        kind: 'timeout',
        times: Number.POSITIVE_INFINITY,
      });
      const slow = enterPassword(runtime, who.documentNumber, who.password);
      while ((await failures(runtime, who)).password < 4)
        await new Promise((resolve) => setTimeout(resolve, 20));
      expect(answer(await enterPassword(runtime, who.phone, wrong))).toBe('ACCOUNT_LOCKED');
      expect((await slow).status).toBe(503);
    });
    expect(await failures(runtime, who)).toEqual({ ...none, password: 4 });
    expectStatus(await enterPassword(runtime, who.documentNumber, who.password), 201);
  });

  long('LCK-4 a transaction in the way for long is no failure either', async () => {
    const who = await knownPerson(runtime);
    runtime.faults.add({
      function: 'login',
      action: 'TransactWriteItems',
      table: 'Tickets',
      kind: 'conflict',
      times: Number.POSITIVE_INFINITY,
    });
    const reply = await enterPassword(runtime, who.documentNumber, who.password);
    runtime.faults.clear();
    expect(reply.body).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(await failures(runtime, who)).toEqual(none);
  });

  it('LCK-4 a lost answer is repeated and counts once', async () => {
    const who = await knownPerson(runtime);
    await runtime.provoking(async () => {
      for (const action of ['UpdateItem', 'TransactWriteItems', 'PutItem']) {
        runtime.faults.clear();
        const rule = runtime.faults.add({ function: 'login', action, kind: 'after', times: 1 });
        await enterPassword(runtime, who.phone, action === 'TransactWriteItems' ? who.password : wrong);
        expect(runtime.faults.struck(rule)).toBe(1);
      }
    });
    // A wrong password (its UpdateItem was lost), a right one (its transaction was lost, but resets), a wrong one (its
    // audit was lost).
    expect(await failures(runtime, who)).toEqual({ ...none, password: 1 });
  });

  long('LCK-4 a function that died leaves the attempt spent', async () => {
    const who = await knownPerson(runtime);
    await runtime.provoking(async () => {
      runtime.faults.add({ function: 'login', action: 'UpdateItem', table: 'Lockouts', kind: 'crash-after' });
      expect((await enterPassword(runtime, who.phone, who.password)).status).toBe(500);
    });
    expect(await failures(runtime, who)).toEqual({ ...none, password: 1 });
    expect(answer(await enterPassword(runtime, who.phone, wrong))).toBe(3);
  });

  long('LCK-4 LCK-6 give the SMS try and attempt back', async () => {
    const who = await knownPerson(runtime);
    await wait(runtime, 61);
    const ticket = await loginTicket(runtime, who);
    const code = await loginCode(runtime, ticket, who.phone);
    const routeKey = 'POST /v1/logins/{id}/verify';
    for (const action of [
      'TransactWriteItems',
      'UpdateItem',
      'TransactWriteItems',
      'UpdateItem',
      'TransactWriteItems',
    ])
      await failing({ function: 'login', routeKey, action }, () =>
        verify(runtime, ticket, { smsCode: code }),
      );
    expect(await failures(runtime, who)).toEqual(none);
    expectStatus(await verify(runtime, ticket, { smsCode: code }), 200);
  });

  long('LCK-4 LCK-6 give the face attempt back when the provider is away', async () => {
    const who = await knownPerson(runtime);
    const ticket = await loginTicket(runtime, who);
    for (let i = 0; i < 5; i++) {
      const scan = expectStatus(await ticketCall(runtime, ticket, 'face'), 201).body;
      await runtime.provoking(async () => {
        runtime.faults.add({
          service: 'face',
          action: 'GET face',
          kind: 'error500',
          times: Number.POSITIVE_INFINITY,
        });
        expect((await scanFace(runtime, scan.qrContent)).status).toBe(503);
      });
    }
    expect(await failures(runtime, who)).toEqual(none);
    await loggedInByFace(runtime, who);
  });
});
