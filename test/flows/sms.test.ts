import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Loose, Reply } from '../support/client.ts';
import { mobile, person, type Sample } from '../support/people.ts';
import {
  codeFor,
  expectStatus,
  loginTicket,
  registered,
  sendRegistrationCode,
  startRegistration,
  wait,
} from '../support/runtime.ts';
import { solve } from '../support/solve.ts';
import { long } from '../support/variants.ts';
import {
  failures,
  type Known,
  knownAfterRegistering,
  knownPerson,
  loginCode,
  none,
  openWatchedRuntime,
  otherThan,
  row,
  rows,
  ticketCall,
  verify,
  type WatchedRuntime,
} from '../support/watched.ts';

let runtime: WatchedRuntime;
let hour = 0;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());
/** Every test uses another hour. */
beforeEach(() => runtime.clock.set(Date.parse('2027-03-02T00:30:00+08:00') + hour++ * 3_600_000));

const at = (seconds: number): string =>
  `${new Date(runtime.clock.now().getTime() + seconds * 1000 + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
const tooFrequent = (retryAt: string) => ({
  status: 429,
  code: 'SMS_TOO_FREQUENT',
  title: '短信验证码获取频繁，请稍后重试',
  retryAt,
});
async function startReset(who: Sample): Promise<string> {
  const body = { account: who.documentNumber, name: who.name, documentNumber: who.documentNumber };
  return expectStatus(await runtime.http('POST', '/v1/password-resets', body), 201).body.resetId;
}
/** From the sixth code of a day on, a number that nobody owns needs a challenge (SMS-4). */
async function sendSolved(id: string, phone: string): Promise<Reply<Loose>> {
  const asked = await sendRegistrationCode(runtime, id, phone);
  if (asked.body?.code !== 'CHALLENGE_REQUIRED') return asked;
  return runtime.http('POST', `/v1/registrations/${id}/sms`, {
    phone,
    challenge: await solve(asked.body.challenge),
  });
}
const resetSms = (id: string) => runtime.http('POST', `/v1/password-resets/${id}/sms`);
const complete = (id: string, smsCode: string, newPassword = 'Huaihe#20581') =>
  runtime.http('POST', `/v1/password-resets/${id}/complete`, { smsCode, newPassword });
const profile = (id: string, who: Sample, smsCode: string, extra: object = {}) =>
  runtime.http('PUT', `/v1/registrations/${id}/profile`, {
    phone: who.phone,
    smsCode,
    password: who.password,
    ...extra,
  });
const register = async (who: Sample): Promise<{ id: string; code: string }> => {
  const id = await startRegistration(runtime, who);
  expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202);
  return { id, code: await codeFor(runtime, who.phone) };
};

describe('how often', () => {
  long('SMS-1 SMS-2 sends one a minute and five in the ten minutes that begin with the first', async () => {
    const who = person();
    const id = await startRegistration(runtime, who);
    const first = runtime.clock.now().getTime();
    const windowEnd = at(600);
    for (let sent = 1; sent <= 5; sent++) {
      const reply = expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202);
      expect(reply.body).toEqual({
        maskedPhone: `${who.phone.slice(0, 3)}****${who.phone.slice(7)}`,
        resendAt: at(60),
      });
      const possible = sent < 5 ? at(60) : windowEnd;
      const refused = await sendRegistrationCode(runtime, id, who.phone);
      expect(refused.body).toMatchObject(tooFrequent(possible));
      const seconds = (Date.parse(possible) - runtime.clock.now().getTime()) / 1000;
      expect(refused.headers.get('retry-after')).toBe(String(seconds));
      expect(refused.body.detail).toContain(possible.slice(0, 16).replace('T', ' '));
      await wait(runtime, 59);
      expect((await sendRegistrationCode(runtime, id, who.phone)).body).toMatchObject(tooFrequent(possible));
      await wait(runtime, 1);
    }
    // The sixth code must wait for the end of the window; refusals do not move the end.
    runtime.clock.set(first + 599_000);
    expect((await sendRegistrationCode(runtime, id, who.phone)).body).toMatchObject(tooFrequent(windowEnd));
    expect(runtime.sms(who.phone)).toHaveLength(5);
    runtime.clock.set(first + 600_000);
    for (let sent = 1; sent <= 5; sent++) {
      expectStatus(await sendSolved(id, who.phone), 202);
      await wait(runtime, 60);
    }
    expect((await sendRegistrationCode(runtime, id, who.phone)).body).toMatchObject(
      tooFrequent(new Date(first + 1_200_000 + 8 * 3_600_000).toISOString().replace('.000Z', '+08:00')),
    );
    expect(runtime.sms(who.phone)).toHaveLength(10);
  });

  long('SMS-1 a fifth code late in the window keeps its minute beyond the window', async () => {
    const who = person();
    const id = await startRegistration(runtime, who);
    for (const gap of [0, 60, 60, 60, 400]) {
      await wait(runtime, gap);
      expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202);
    }
    expect((await sendRegistrationCode(runtime, id, who.phone)).body).toMatchObject(tooFrequent(at(60)));
    await wait(runtime, 20);
    expect((await sendRegistrationCode(runtime, id, who.phone)).body).toMatchObject(tooFrequent(at(40)));
    await wait(runtime, 40);
    expectStatus(await sendSolved(id, who.phone), 202);
  });

  long(
    'SMS-1 SMS-4 counts all purposes, tickets and people together, and strangers’ apart from the owner’s',
    async () => {
      const who = await knownAfterRegistering(runtime);
      const start = runtime.clock.now().getTime();
      const stranger = person({ phone: who.phone });
      const login = await loginTicket(runtime, who);
      const otherLogin = await loginTicket(runtime, who);
      const reset = await startReset(who);
      const registration = await startRegistration(runtime, stranger);
      // The code of the person's own registration was a stranger's send: strangers must wait, the owner need not.
      for (const ask of [() => resetSms(reset), () => sendRegistrationCode(runtime, registration, who.phone)])
        expect((await ask()).body).toMatchObject(tooFrequent(at(60)));
      expectStatus(await ticketCall(runtime, login, 'sms'), 202);
      expect((await ticketCall(runtime, otherLogin, 'sms')).body).toMatchObject(tooFrequent(at(60)));
      await wait(runtime, 60);
      expectStatus(await resetSms(reset), 202);
      expect((await sendRegistrationCode(runtime, registration, who.phone)).body).toMatchObject(
        tooFrequent(at(60)),
      );
      expectStatus(await ticketCall(runtime, otherLogin, 'sms'), 202);
      await wait(runtime, 60);
      expectStatus(await sendRegistrationCode(runtime, registration, who.phone), 202);
      const purposes = runtime.sms(who.phone).map((message) => message.purpose);
      expect(purposes).toEqual(['registration', 'login', 'password-reset', 'login', 'registration']);
      await wait(runtime, 60);
      const end = new Date(start + 600_000 + 8 * 3_600_000).toISOString().replace('.000Z', '+08:00');
      for (const ask of [
        () => ticketCall(runtime, login, 'sms'),
        () => resetSms(reset),
        () => sendRegistrationCode(runtime, registration, who.phone),
      ])
        expect((await ask()).body).toMatchObject(tooFrequent(end));
      // Another number has no gap.
      expectStatus(await sendRegistrationCode(runtime, registration, mobile()), 202);
    },
  );

  it('SMS-1 knows a number however it is typed', async () => {
    const who = person();
    const id = await startRegistration(runtime, who);
    expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202);
    for (const typed of [
      `+86 ${who.phone}`,
      ` ${who.phone} `,
      `0086-${who.phone.slice(0, 3)}-${who.phone.slice(3)}`,
    ])
      expect((await sendRegistrationCode(runtime, id, typed)).body.code).toBe('SMS_TOO_FREQUENT');
    for (const bad of ['12345678901', '1391234567', '+1 555 123 4567', 'abc'])
      expect((await sendRegistrationCode(runtime, id, bad)).body).toMatchObject({
        status: 400,
        code: 'PHONE_INVALID',
      });
  });

  it('SMS-1 the English refusal says the same', async () => {
    const who = person();
    const id = await startRegistration(runtime, who);
    expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202);
    const refused = await runtime.http(
      'POST',
      `/v1/registrations/${id}/sms`,
      { phone: who.phone },
      { headers: { 'accept-language': 'en' } },
    );
    expect(refused.body).toMatchObject({
      code: 'SMS_TOO_FREQUENT',
      title: 'Too many SMS codes, please wait',
    });
  });
});

describe('what a provider does', () => {
  const whileSms = (kind: 'error500' | 'throttle' | 'after' | 'timeout', run: () => Promise<Reply<Loose>>) =>
    runtime.provoking(async () => {
      runtime.faults.add({ service: 'sms', kind, times: Number.POSITIVE_INFINITY });
      const reply = await run();
      expect(reply.body).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
    });

  it.each(['error500', 'throttle'] as const)(
    'SMS-1 gives back a send that was refused (%s)',
    async (kind) => {
      const who = person();
      const id = await startRegistration(runtime, who);
      for (let i = 0; i < 6; i++) await whileSms(kind, () => sendRegistrationCode(runtime, id, who.phone));
      expect(runtime.sms(who.phone)).toEqual([]);
      for (let i = 0; i < 5; i++) {
        expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202);
        await wait(runtime, 60);
        // The same in the middle of a window.
        if (i < 4) await whileSms(kind, () => sendRegistrationCode(runtime, id, who.phone));
      }
      expect((await sendRegistrationCode(runtime, id, who.phone)).body).toMatchObject(tooFrequent(at(300)));
    },
  );

  it('SMS-1 a refused send leaves the window where it was', async () => {
    const who = person();
    const id = await startRegistration(runtime, who);
    const start = runtime.clock.now().getTime();
    expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202);
    await wait(runtime, 590);
    await whileSms('error500', () => sendRegistrationCode(runtime, id, who.phone));
    const [window] = (await rows(runtime, 'SmsWindows')).filter((item) => item.startedAt === start);
    expect(window).toMatchObject({ total: 1, outside: 1, strangers: 1 });
    // The counts of the ticket and of the day are as before.
    const days = (await rows(runtime, 'SmsWindows')).filter((item) =>
      item.phoneKey.startsWith(`${window?.phoneKey}/`),
    );
    expect(days).toMatchObject([{ strangers: 1 }]);
    const ticketKey = `t_${createHash('sha256').update(id).digest('base64url')}`;
    expect(await row(runtime, 'Tickets', { ticketKey })).toMatchObject({
      sends: 1,
      numbers: new Set([window?.phoneKey]),
    });
  });

  it('SMS-1 keeps a send whose answer was lost, since the message may be on its way', async () => {
    const who = person();
    const id = await startRegistration(runtime, who);
    await whileSms('after', () => sendRegistrationCode(runtime, id, who.phone));
    expect(runtime.sms(who.phone)).toHaveLength(1);
    expect((await sendRegistrationCode(runtime, id, who.phone)).body).toMatchObject(tooFrequent(at(60)));
    // The code that arrived works.
    expectStatus(await profile(id, who, await codeFor(runtime, who.phone)), 200);
  });

  it('SMS-1 LCK-6 nothing is sent or counted when the store is away', async () => {
    const who = person();
    const id = await startRegistration(runtime, who);
    await runtime.provoking(async () => {
      runtime.faults.add({ action: 'TransactWriteItems', kind: 'error500', times: Number.POSITIVE_INFINITY });
      expect((await sendRegistrationCode(runtime, id, who.phone)).status).toBe(503);
    });
    expect(runtime.sms(who.phone)).toEqual([]);
    expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202);
  });
});

describe('what a code opens', () => {
  it('SMS-2 has six digits and is stored only as a keyed hash', async () => {
    const who = person();
    const { id, code } = await register(who);
    expect(code).toMatch(/^\d{6}$/);
    const key = `t_${createHash('sha256').update(id).digest('base64url')}`;
    const ticket = await row(runtime, 'Tickets', { ticketKey: key });
    const stored = JSON.stringify(ticket);
    expect(stored).not.toContain(code);
    for (const algorithm of ['sha256', 'sha1', 'md5', 'sha512'])
      for (const encoding of ['hex', 'base64url', 'base64'] as const)
        expect(ticket.code.hash).not.toBe(createHash(algorithm).update(code).digest(encoding));
    const audit = JSON.stringify(await rows(runtime, 'Audit'));
    expect(audit).not.toContain(who.phone);
    expect(JSON.stringify(runtime.logs())).not.toContain(who.phone);
  });

  it('SMS-2 is good for five minutes', async () => {
    const who = person();
    const early = await register(who);
    await wait(runtime, 299);
    expectStatus(await profile(early.id, who, early.code), 200);
    const other = person();
    const late = await register(other);
    await wait(runtime, 300);
    expect((await profile(late.id, other, late.code)).body).toMatchObject({
      status: 401,
      code: 'SMS_CODE_WRONG',
    });
  });

  it('SMS-2 works once', async () => {
    const who = person();
    const { id, code } = await register(who);
    expectStatus(await profile(id, who, code), 200);
    expect((await profile(id, who, code)).body.code).toBe('SMS_CODE_WRONG');
  });

  it('SMS-2 only the newest counts', async () => {
    const who = await knownPerson(runtime);
    await wait(runtime, 60);
    const ticket = await loginTicket(runtime, who);
    const old = await loginCode(runtime, ticket, who.phone);
    await wait(runtime, 60);
    let newest = await loginCode(runtime, ticket, who.phone);
    for (let i = 0; newest === old && i < 2; i++) {
      await wait(runtime, 60);
      newest = await loginCode(runtime, ticket, who.phone);
    }
    expect((await verify(runtime, ticket, { smsCode: old })).body.code).toBe('SMS_CODE_WRONG');
    expectStatus(await verify(runtime, ticket, { smsCode: newest }), 200);
  });

  long('SMS-2 has five tries, then even the right code is refused; a new code has its own', async () => {
    const who = person();
    const { id, code } = await register(who);
    for (const left of [4, 3, 2, 1, 0]) {
      const reply = await profile(id, who, otherThan(code));
      expect(reply.body).toMatchObject({ status: 401, code: 'SMS_CODE_WRONG', remainingAttempts: left });
    }
    expect((await profile(id, who, code)).body).toMatchObject({
      code: 'SMS_CODE_WRONG',
      title: '短信验证码已失效，请重新获取',
    });
    await wait(runtime, 60);
    expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202);
    expectStatus(await profile(id, who, await codeFor(runtime, who.phone)), 200);
  });

  long('SMS-2 is bound to its ticket', async () => {
    const who = await knownPerson(runtime);
    await wait(runtime, 60);
    const mine = await loginTicket(runtime, who);
    const other = await loginTicket(runtime, who);
    const code = await loginCode(runtime, mine, who.phone);
    expect((await verify(runtime, other, { smsCode: code })).body.code).toBe('SMS_CODE_WRONG');
    await wait(runtime, 60);
    const codeOfOther = await loginCode(runtime, other, who.phone);
    if (codeOfOther !== code) {
      expect((await verify(runtime, other, { smsCode: code })).body.code).toBe('SMS_CODE_WRONG');
      expect((await verify(runtime, mine, { smsCode: codeOfOther })).body.code).toBe('SMS_CODE_WRONG');
    }
    expectStatus(await verify(runtime, mine, { smsCode: code }), 200);
  });

  long('SMS-2 is bound to its purpose', async () => {
    const who = await knownPerson(runtime);
    await wait(runtime, 60);
    const login = await loginTicket(runtime, who);
    const reset = await startReset(who);
    const code = await loginCode(runtime, login, who.phone);
    expect((await complete(reset, code)).body.code).toBe('SMS_CODE_WRONG');
    await wait(runtime, 60);
    expectStatus(await resetSms(reset), 202);
    const resetCode = await codeFor(runtime, who.phone);
    if (resetCode !== code) {
      expect((await complete(reset, code)).body.code).toBe('SMS_CODE_WRONG');
      expect((await verify(runtime, login, { smsCode: resetCode })).body.code).toBe('SMS_CODE_WRONG');
    }
    expectStatus(await complete(reset, resetCode), 204);
  });

  long('SMS-2 is bound to its phone: swapping the number in the profile gets nothing', async () => {
    const who = person();
    const victim = mobile();
    const { id, code } = await register(who);
    for (const swapped of [victim, `+86${victim}`]) {
      const reply = await profile(id, { ...who, phone: swapped }, code);
      expect(reply.body).toMatchObject({ status: 401, code: 'SMS_CODE_WRONG' });
    }
    // Without a code for it, nobody learns that a number is owned (PHN-3).
    const owner = await knownPerson(runtime);
    expect((await profile(id, { ...who, phone: owner.phone }, code)).body.code).toBe('SMS_CODE_WRONG');
    expect(
      (await profile(id, { ...who, phone: owner.phone }, otherThan(code), { takeoverPhone: true })).body.code,
    ).toBe('SMS_CODE_WRONG');
    const early = await runtime.http('POST', `/v1/registrations/${id}/complete`);
    expect(early.body.code).toBe('STEP_MISSING');
    // The same number in another spelling is accepted.
    expectStatus(await profile(id, { ...who, phone: `+86 ${who.phone}` }, code), 200);
  });

  it('SMS-2 is checked before everything else: a wrong code reveals no weak password, no taken name, no taken phone', async () => {
    const owner = await knownPerson(runtime, person(), { username: 'TakenName1' });
    await wait(runtime, 60);
    const who = person({ phone: owner.phone });
    const { id, code } = await register(who);
    for (const extra of [{ password: 'short' }, { username: 'TakenName1' }, { username: '1bad' }, {}])
      expect((await profile(id, who, otherThan(code), extra)).body).toMatchObject({
        status: 401,
        code: 'SMS_CODE_WRONG',
      });
  });

  long(
    'SMS-2 a weak password, a bad or taken name and a taken phone leave the code usable and count nothing',
    async () => {
      const owner = await knownPerson(runtime, person(), { username: 'TakenName2' });
      await wait(runtime, 60);
      const who = person({ phone: owner.phone });
      const { id, code } = await register(who);
      for (let round = 0; round < 3; round++)
        for (const [extra, expected] of [
          [{ password: 'short' }, 'PASSWORD_WEAK'],
          [{ username: '1bad' }, 'USERNAME_INVALID'],
          [{ username: 'takenname2', takeoverPhone: true }, 'USERNAME_TAKEN'],
          [{}, 'PHONE_TAKEN'],
        ] as const)
          expect((await profile(id, who, code, extra)).body.code).toBe(expected);
      const lockouts = (await rows(runtime, 'Lockouts')).filter((item) => item.smsGuesses?.size > 0);
      expectStatus(await profile(id, who, code, { takeoverPhone: true, username: 'FreeName2' }), 200);
      const personKey = (
        await row(runtime, 'Tickets', {
          ticketKey: `t_${createHash('sha256').update(id).digest('base64url')}`,
        })
      ).personKey;
      expect(lockouts.filter((item) => item.personKey === personKey)).toEqual([]);
    },
  );

  long('SMS-2 PWD-2 a weak new password leaves the reset code usable', async () => {
    const who: Known = await knownPerson(runtime);
    await wait(runtime, 60);
    const reset = await startReset(who);
    expectStatus(await resetSms(reset), 202);
    const code = await codeFor(runtime, who.phone);
    for (const weak of ['short', who.password, 'Aa1!1111', `Xx!${who.phone}`])
      for (let i = 0; i < 2; i++)
        expect((await complete(reset, code, weak)).body).toMatchObject({
          status: 422,
          code: 'PASSWORD_WEAK',
        });
    expect((await complete(reset, otherThan(code), 'short')).body.code).toBe('SMS_CODE_WRONG');
    expect(await failures(runtime, who)).toEqual({ ...none, guesses: 1 });
    expectStatus(await complete(reset, code), 204);
    expect((await complete(reset, code)).body.code).toBe('STATE_CONFLICT');
  });
});

describe('what the message says', () => {
  long('SMS-3 names bureau, purpose, code and minutes', async () => {
    const who = await registered(runtime);
    await wait(runtime, 60);
    const code = await loginCode(runtime, await loginTicket(runtime, who), who.phone);
    await wait(runtime, 60);
    const reset = await startReset(who);
    expectStatus(await resetSms(reset), 202);
    const [resetMessage, loginMessage, registrationMessage] = runtime.sms(who.phone);
    expect(loginMessage).toMatchObject({ purpose: 'login', code });
    expect(loginMessage?.text).toMatch(/^【安徽税务】/);
    expect(loginMessage?.text).toMatch(new RegExp(`${code}.*安徽省电子税务局登录.*5分钟`));
    expect(registrationMessage?.text).toContain('用户注册');
    expect(resetMessage?.text).toContain('重置密码');
    for (const message of runtime.sms(who.phone)) expect(message.text).not.toContain(who.name);
    expectStatus(await complete(reset, resetMessage?.code ?? ''), 204);
    const [notice] = runtime.sms(who.phone);
    expect(notice).toMatchObject({ purpose: 'notice' });
    expect(notice?.code).toBeUndefined();
    expect(notice?.text).toMatch(/^【安徽税务】.*密码已修改/);
  });

  it('SMS-3 speaks English where it is asked for', async () => {
    const who = person();
    const id = await startRegistration(runtime, who);
    const path = `/v1/registrations/${id}/sms`;
    expectStatus(
      await runtime.http('POST', path, { phone: who.phone }, { headers: { 'accept-language': 'en' } }),
      202,
    );
    expect(runtime.sms(who.phone)[0]?.text).toMatch(/registration at the Anhui e-tax bureau/);
  });
});
