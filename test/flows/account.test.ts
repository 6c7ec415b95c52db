import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Loose } from '../support/client.ts';
import { person } from '../support/people.ts';
import {
  enterPassword,
  expectStatus,
  fillProfile,
  loggedIn,
  scanFace,
  startRegistration,
  wait,
} from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { openWatchedRuntime, rows, type WatchedRuntime } from '../support/watched.ts';
import { masked, newcomer, ownFace, refreshed, type SignedIn, signIn } from './support/account.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());

const rename = (who: SignedIn, username: unknown) => who.api('PUT', '/v1/account/username', { username });
const change = (who: SignedIn, body: object) => who.api('PUT', '/v1/account/password', body);
const wrong = 'Wrong#9182';
const fresh = 'Huangshan#2059';

describe('the own account', () => {
  it('CTR-1 DOC-4 shows it masked', async () => {
    const who = await newcomer(runtime, { name: '欧阳明月' }, { username: 'Yuelu2058' });
    const { body } = expectStatus(await who.api('GET', '/v1/account'), 200);
    expect(body).toMatchObject({
      name: '欧阳**',
      documentType: '201',
      documentNumber: `${who.documentNumber.slice(0, 3)}***********${who.documentNumber.slice(-4)}`,
      username: 'Yuelu2058',
      usernameChangeableFrom: null,
      realNameLevel: 4,
      phones: [
        { phoneId: expect.stringMatching(/^[\w-]{20,}$/), maskedPhone: masked(who.phone), isDefault: true },
      ],
    });
    expect(body.consents.map(({ kind }: Loose) => kind).sort()).toEqual(['face', 'privacy']);
    const text = JSON.stringify(body);
    for (const secret of [who.name, who.documentNumber, who.phone]) expect(text).not.toContain(secret);
  });

  it('CTR-1 shows null where there is no username', async () => {
    const who = await newcomer(runtime);
    expect((await who.api('GET', '/v1/account')).body).toMatchObject({
      username: null,
      usernameChangeableFrom: null,
    });
  });

  it.each([
    ['GET', '/v1/account'],
    ['PUT', '/v1/account/username'],
    ['PUT', '/v1/account/password'],
    ['POST', '/v1/account/face'],
    ['GET', '/v1/account/activity'],
    ['GET', '/v1/account/phones'],
    ['POST', '/v1/account/phones/sms'],
    ['POST', '/v1/account/phones'],
    ['PUT', '/v1/account/phones/abc/default'],
    ['DELETE', '/v1/account/phones/abc'],
    ['POST', '/v1/account/deregistration/sms'],
    ['POST', '/v1/account/deregistration'],
    ['GET', '/v1/sessions'],
    ['DELETE', '/v1/sessions/abc'],
    ['POST', '/v1/session/factor/sms'],
    ['POST', '/v1/session/factor/face'],
    ['POST', '/v1/session/factor'],
  ])('SES-2 is closed without a session: %s %s', async (method, path) => {
    const body = {
      username: 'Nobody2058',
      oldPassword: wrong,
      newPassword: fresh,
      phone: '13800000000',
      smsCode: '123456',
      password: wrong,
    };
    const reply = await runtime.http(method, path, method === 'GET' ? undefined : body);
    expect(reply.body).toMatchObject({ status: 401, code: 'SESSION_ENDED' });
  });
});

describe('username', () => {
  long('USR-1 the first setting is free, then one change a calendar year in Shanghai', async () => {
    runtime.clock.set('2027-06-01T10:00:00+08:00');
    const who = await newcomer(runtime);
    expect((await rename(who, 'Tiantai20')).body).toEqual({
      username: 'Tiantai20',
      usernameChangeableFrom: null,
    });
    expect(expectStatus(await rename(who, 'Jiuhua20'), 200).body).toEqual({
      username: 'Jiuhua20',
      usernameChangeableFrom: '2028-01-01T00:00:00+08:00',
    });
    const refused = await rename(who, 'Langya20');
    expect(refused.body).toMatchObject({
      status: 409,
      code: 'USERNAME_CHANGED_THIS_YEAR',
      title: '用户名一年只能修改一次',
      changeableFrom: '2028-01-01T00:00:00+08:00',
    });
    expect((await who.api('GET', '/v1/account')).body).toMatchObject({
      username: 'Jiuhua20',
      usernameChangeableFrom: '2028-01-01T00:00:00+08:00',
    });
    // The same name again is not a change.
    expectStatus(await rename(who, 'Jiuhua20'), 200);
    // New Year comes to Shanghai eight hours before UTC.
    runtime.clock.set('2027-12-31T23:58:00+08:00');
    const late = await signIn(runtime, who);
    expect((await rename(late, 'Langya20')).status).toBe(409);
    runtime.clock.set('2028-01-01T00:00:01+08:00');
    expectStatus(await rename(late, 'Langya20'), 200);
    expect((await rename(late, 'Qiyun2028')).body.changeableFrom).toBe('2029-01-01T00:00:00+08:00');
  });

  long('USR-1 LGN-2 the new name logs in at once, in its own capitals, and the old one no more', async () => {
    const who = await newcomer(runtime, {}, { username: 'Oldname20' });
    expectStatus(await rename(who, 'NewName20'), 200);
    expectStatus(await enterPassword(runtime, 'NewName20', who.password), 201);
    for (const account of ['Oldname20', 'newname20'])
      expect((await enterPassword(runtime, account, who.password)).body.code).toBe('USER_NOT_REGISTERED');
  });

  long('USR-1 other capitals are a change', async () => {
    const who = await newcomer(runtime, {}, { username: 'Capital20' });
    expectStatus(await rename(who, 'CAPITAL20'), 200);
    expectStatus(await enterPassword(runtime, 'CAPITAL20', who.password), 201);
    expect((await enterPassword(runtime, 'Capital20', who.password)).body.code).toBe('USER_NOT_REGISTERED');
    expect((await rename(who, 'Capital20')).body.code).toBe('USERNAME_CHANGED_THIS_YEAR');
  });

  long('USR-2 a freed name stays reserved for a year, but not for its former owner', async () => {
    runtime.clock.set('2028-03-02T10:00:00+08:00');
    const who = await newcomer(runtime, {}, { username: 'Reserve20' });
    const other = await newcomer(runtime);
    expectStatus(await rename(who, 'Another20'), 200);
    expect((await rename(other, 'reserve20')).body).toMatchObject({ status: 409, code: 'USERNAME_TAKEN' });
    runtime.clock.set('2029-01-02T10:00:00+08:00');
    expect((await rename(await signIn(runtime, other), 'Reserve20')).body.code).toBe('USERNAME_TAKEN');
    expectStatus(await rename(await signIn(runtime, who), 'Reserve20'), 200);
    expect((await rename(await signIn(runtime, other), 'Another20')).body.code).toBe('USERNAME_TAKEN');
    runtime.clock.set('2030-01-03T10:00:00+08:00');
    expectStatus(await rename(await signIn(runtime, other), 'Another20'), 200);
  });

  long('USR-1 one name, many askers at once, in all capitals: one gets it', async () => {
    const people = [];
    for (let i = 0; i < 5; i++) people.push(await newcomer(runtime));
    const spellings = ['Wuhu2058', 'wuhu2058', 'WUHU2058', 'WuHu2058', 'wuHU2058'];
    const replies = await Promise.all(people.map((who, i) => rename(who, spellings[i])));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    expect(replies.filter(({ status }) => status === 409).map(({ body }) => body.code)).toEqual(
      Array(4).fill('USERNAME_TAKEN'),
    );
    const guards = (await rows(runtime, 'Users')).filter((row) => row.username?.toLowerCase() === 'wuhu2058');
    // Each person has one guard row for the username.
    expect(guards).toHaveLength(2);
  });

  long('USR-1 one person, many changes at once: one happens', async () => {
    const who = await newcomer(runtime, {}, { username: 'Parallel0' });
    const replies = await Promise.all([1, 2, 3, 4, 5].map((n) => rename(who, `Parallel${n}`)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    const name = replies.find(({ status }) => status === 200)?.body.username;
    const owned = (await rows(runtime, 'Users')).filter((row) => /^Parallel\d$/.test(row.username ?? ''));
    expect(owned.map((row) => row.username)).toEqual([name, name]);
  });

  it.each([
    ['short', 'Ab123'],
    ['long', 'A'.repeat(21)],
    ['a digit first', '1abcdef'],
    ['punctuation', 'abc_def'],
    ['Chinese', '黄山黄山黄山'],
    ['a passport', 'EA1234567'],
    ['a permit', 'H12345678'],
  ])('USR-1 USR-2 refuses %s', async (_what, username) => {
    const who = await newcomer(runtime);
    expect((await rename(who, username)).body).toMatchObject({ status: 422, code: 'USERNAME_INVALID' });
  });

  it('answers malformed input with its place', async () => {
    const who = await newcomer(runtime);
    for (const body of [{}, { username: 12 }, { username: '' }, { username: 'x'.repeat(65) }]) {
      const reply = await who.api('PUT', '/v1/account/username', body);
      expect(reply.body).toMatchObject({ status: 400, code: 'BAD_REQUEST', errors: [{ path: 'username' }] });
    }
  });
});

describe('password', () => {
  long('PWD-1 PWD-3 is changed by the old one: this session stays, the person is told', async () => {
    const who = await newcomer(runtime);
    expectStatus(await change(who, { oldPassword: who.password, newPassword: fresh }), 204);
    expectStatus(await who.api('GET', '/v1/session'), 200);
    const [newest] = runtime.sms(who.phone);
    expect(newest).toMatchObject({ purpose: 'notice', text: expect.stringContaining('密码已修改') });
    expect((await enterPassword(runtime, who.documentNumber, who.password)).body.code).toBe(
      'BAD_CREDENTIALS',
    );
    expectStatus(await enterPassword(runtime, who.documentNumber, fresh), 201);
    const events = (await who.api('GET', '/v1/account/activity')).body.events;
    expect(events.find(({ kind }: Loose) => kind === 'password-changed')).toMatchObject({
      outcome: 'success',
      channel: 'web',
      detail: { method: 'password' },
    });
  });

  long('PWD-1 is changed by a face proof, which serves once', async () => {
    const who = await newcomer(runtime);
    const faceTicket = await ownFace(runtime, who);
    expectStatus(await change(who, { faceTicket, newPassword: fresh }), 204);
    expectStatus(await enterPassword(runtime, who.documentNumber, fresh), 201);
    expect((await change(who, { faceTicket, newPassword: 'Jiuhuashan#3' })).body).toMatchObject({
      status: 403,
      code: 'FACE_REQUIRED',
    });
  });

  long('PWD-1 a face proof of somebody else, unpassed, over, or made up is none', async () => {
    const who = await newcomer(runtime);
    const other = await newcomer(runtime);
    const pending = expectStatus(await who.api('POST', '/v1/account/face'), 201).body.ticket;
    const foreign = await ownFace(runtime, other);
    const old = await ownFace(runtime, who);
    await wait(runtime, 301);
    const later = await refreshed(runtime, who);
    for (const faceTicket of [pending, foreign, old, 'x'.repeat(32)])
      expect((await change(later, { faceTicket, newPassword: fresh })).body.code).toBe('FACE_REQUIRED');
    expectStatus(await enterPassword(runtime, who.documentNumber, who.password), 201);
  });

  long('SES-5 wants a fresh factor beside the old password; a face proof is one', async () => {
    const who = await newcomer(runtime);
    await wait(runtime, 601);
    const stale = await refreshed(runtime, who);
    expect((await change(stale, { oldPassword: wrong, newPassword: fresh })).body).toMatchObject({
      status: 403,
      code: 'FRESH_FACTOR_REQUIRED',
    });
    // No password was compared: a wrong password now leaves four of five tries.
    expect((await enterPassword(runtime, who.documentNumber, wrong)).body.remainingAttempts).toBe(4);
    expectStatus(await change(stale, { faceTicket: await ownFace(runtime, stale), newPassword: fresh }), 204);
  });

  long('LCK-1 LCK-5 a wrong old password counts with those typed at login', async () => {
    const who = await newcomer(runtime);
    for (const left of [4, 3])
      expect((await change(who, { oldPassword: wrong, newPassword: fresh })).body).toMatchObject({
        status: 401,
        code: 'BAD_CREDENTIALS',
        remainingAttempts: left,
      });
    expect((await enterPassword(runtime, who.documentNumber, wrong)).body.remainingAttempts).toBe(2);
    // The old password is right, but the new one is weak: the try counts neither as a failure nor as a success.
    expect((await change(who, { oldPassword: who.password, newPassword: 'short' })).body.code).toBe(
      'PASSWORD_WEAK',
    );
    expect((await change(who, { oldPassword: wrong, newPassword: fresh })).body.remainingAttempts).toBe(1);
    expect((await enterPassword(runtime, who.documentNumber, wrong)).body).toMatchObject({
      status: 423,
      code: 'ACCOUNT_LOCKED',
    });
    // The session continues, but even the right password is not compared (LCK-2).
    expectStatus(await who.api('GET', '/v1/account'), 200);
    expect((await change(who, { oldPassword: who.password, newPassword: fresh })).body.code).toBe(
      'ACCOUNT_LOCKED',
    );
  });

  long(
    'LCK-1 LCK-4 the fifth in the account centre locks the login; a success in between resets',
    async () => {
      const who = await newcomer(runtime);
      for (let n = 0; n < 4; n++) await change(who, { oldPassword: wrong, newPassword: fresh });
      expectStatus(await change(who, { oldPassword: who.password, newPassword: fresh }), 204);
      expect((await enterPassword(runtime, who.documentNumber, wrong)).body.remainingAttempts).toBe(4);
      expectStatus(await enterPassword(runtime, who.documentNumber, fresh), 201);
      const replies = await Promise.all(
        Array.from({ length: 12 }, () => change(who, { oldPassword: wrong, newPassword: 'Jiuhuashan#3' })),
      );
      expect(replies.filter(({ body }) => body.code === 'BAD_CREDENTIALS')).toHaveLength(4);
      expect(replies.filter(({ body }) => body.code === 'ACCOUNT_LOCKED')).toHaveLength(8);
      expect((await enterPassword(runtime, who.documentNumber, fresh)).body.code).toBe('ACCOUNT_LOCKED');
    },
  );

  long('PWD-2 judges the new one with the person in mind, and names each miss', async () => {
    const who = await newcomer(runtime, {}, { username: 'Shexian58' });
    const weak = async (newPassword: string) =>
      (await change(who, { oldPassword: who.password, newPassword })).body.reasons;
    expect(await weak(who.password)).toEqual(['history']);
    expect(await weak('Shexian58#')).toContain('contains-username');
    expect(await weak(`Aa#${who.phone}`)).toContain('contains-phone');
    expect(await weak(`Aa#${who.documentNumber.slice(6, 14)}`)).toContain('contains-document');
    expect(await weak('abc')).toEqual(expect.arrayContaining(['length', 'classes']));
    expectStatus(await enterPassword(runtime, who.documentNumber, who.password), 201);
  });

  long('PWD-2 none of the last five comes back', async () => {
    const who = await newcomer(runtime);
    const passwords = [
      who.password,
      'Second#2058',
      'Third##2058',
      'Fourth#2058',
      'Fifth##2058',
      'Sixth##2058',
    ];
    for (let n = 1; n < passwords.length; n++)
      expectStatus(await change(who, { oldPassword: passwords[n - 1], newPassword: passwords[n] }), 204);
    for (const newPassword of passwords.slice(1))
      expect((await change(who, { oldPassword: passwords[5], newPassword })).body.reasons).toEqual([
        'history',
      ]);
    expectStatus(await change(who, { oldPassword: passwords[5], newPassword: passwords[0] }), 204);
  });

  long('PWD-1 two changes at once from the same old password: one happens', async () => {
    const who = await newcomer(runtime);
    const replies = await Promise.all(
      ['Second#2058', 'Third##2058'].map((newPassword) =>
        change(who, { oldPassword: who.password, newPassword }),
      ),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([204, 401]);
    const kept = replies[0]?.status === 204 ? 'Second#2058' : 'Third##2058';
    expectStatus(await enterPassword(runtime, who.documentNumber, kept), 201);
  });

  long('PWD-3 a login begun with the old password gets no session', async () => {
    const who = await newcomer(runtime);
    const loginId = expectStatus(await enterPassword(runtime, who.documentNumber, who.password), 201).body
      .loginId;
    await wait(runtime, 61);
    expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/sms`), 202);
    const smsCode = runtime.sms(who.phone).find(({ code }) => code)?.code;
    expectStatus(await change(who, { oldPassword: who.password, newPassword: fresh }), 204);
    const reply = await runtime.http('POST', `/v1/logins/${loginId}/verify`, { smsCode });
    expect(reply.body).toMatchObject({ status: 409, code: 'STATE_CONFLICT' });
    expectStatus(await who.api('GET', '/v1/session'), 200);
  });

  long('answers malformed input: no proof, two proofs, no new one, huge ones', async () => {
    const who = await newcomer(runtime);
    for (const body of [
      { newPassword: fresh },
      { oldPassword: wrong, faceTicket: 'x', newPassword: fresh },
      { oldPassword: wrong },
      { oldPassword: 'x'.repeat(257), newPassword: fresh },
      { oldPassword: wrong, newPassword: 7 },
    ])
      expect((await change(who, body)).body).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    const huge = await change(who, { oldPassword: 'x'.repeat(17_000), newPassword: fresh });
    expect(huge.body).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
    expect((await enterPassword(runtime, who.documentNumber, wrong)).body.remainingAttempts).toBe(4);
  });
});

describe('security history', () => {
  const activity = (who: SignedIn, cursor?: string) =>
    who.api(
      'GET',
      `/v1/account/activity${cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`}`,
    );

  long('SES-4 AUD-1 shows the own events newest first, in pages of twenty, without internals', async () => {
    const unregistered = person();
    const id = await startRegistration(runtime, unregistered);
    await wait(runtime, 1);
    expectStatus(await fillProfile(runtime, id, unregistered), 200);
    const scan = expectStatus(await runtime.http('POST', `/v1/registrations/${id}/face`), 201).body;
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    expectStatus(await runtime.http('POST', `/v1/registrations/${id}/complete`), 201);
    await wait(runtime, 1);
    const who = await signIn(runtime, unregistered);
    for (let n = 0; n < 12; n++) {
      await enterPassword(runtime, who.documentNumber, wrong);
      await enterPassword(runtime, who.documentNumber, wrong);
      await enterPassword(runtime, who.documentNumber, who.password);
    }
    const seen: Loose[] = [];
    let cursor: string | undefined;
    const sizes: number[] = [];
    do {
      const { body } = expectStatus(await activity(who, cursor), 200);
      seen.push(...body.events);
      sizes.push(body.events.length);
      cursor = body.cursor;
    } while (cursor !== undefined);
    expect(sizes.slice(0, -1).every((size) => size === 20)).toBe(true);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.at(-1)).toBeGreaterThan(0);
    const times = seen.map(({ at }) => at);
    expect(times).toEqual([...times].sort().reverse());
    expect(seen.at(-1)).toMatchObject({ kind: 'consented' });
    const kinds = new Set(seen.map(({ kind }) => kind));
    for (const kind of ['consented', 'registered', 'login', 'login-password', 'face'])
      expect(kinds).toContain(kind);
    expect(seen.filter(({ kind }) => kind === 'login-password')).toHaveLength(24);
    for (const event of seen) {
      expect(Object.keys(event).sort()).toEqual(['address', 'at', 'channel', 'detail', 'kind', 'outcome']);
      expect(event.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/);
      expect(event.address).not.toBe('127.0.0.1');
      for (const internal of ['transactionId', 'face', 'officer', 'sessionId'])
        expect(event.detail).not.toHaveProperty(internal);
    }
    const text = JSON.stringify(seen);
    for (const secret of [who.name, who.documentNumber, who.phone, who.password])
      expect(text).not.toContain(secret);
  });

  long('SES-4 the history is the own one, and a cursor works for nobody else', async () => {
    const who = await newcomer(runtime);
    const other = await newcomer(runtime);
    for (let n = 0; n < 9; n++) {
      await enterPassword(runtime, who.documentNumber, wrong);
      await enterPassword(runtime, who.documentNumber, wrong);
      await enterPassword(runtime, who.documentNumber, who.password);
    }
    const first = expectStatus(await activity(who), 200).body;
    expect(first.cursor).toEqual(expect.any(String));
    for (const cursor of [first.cursor, `${first.cursor}x`, 'x', 'e30', '{}'])
      expect((await activity(other, cursor)).body).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect((await activity(other)).body.events.every(({ kind }: Loose) => kind !== 'login-password')).toBe(
      true,
    );
    expect((await activity(who, first.cursor.slice(0, -2))).body.code).toBe('BAD_REQUEST');
    expect((await activity(who, '')).body.code).toBe('BAD_REQUEST');
    expectStatus(await activity(who, first.cursor), 200);
  });
});

describe('speed', () => {
  it('an authenticated read of the account is a chain of two calls', async () => {
    const who = await loggedInReady();
    await runtime.http('DELETE', '/local/usage');
    expectStatus(await who.api('GET', '/v1/account'), 200);
    expectStatus(await who.api('GET', '/v1/account/activity'), 200);
    const usage = (await runtime.http('GET', '/local/usage')).body;
    expect(usage.account.longestChain).toBeLessThanOrEqual(2);
  });
  const loggedInReady = async () => {
    const who = person();
    const first = await newcomer(runtime, who);
    await wait(runtime, 61);
    const { session } = await loggedIn(runtime, who);
    expect(session.sessionId).not.toBe(first.sessionId);
    return signIn(runtime, who);
  };
});
