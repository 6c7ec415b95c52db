import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mobile, person } from '../support/people.ts';
import {
  enterPassword,
  expectStatus,
  loggedIn,
  loginTicket,
  registered,
  scanFace,
  startRegistration,
  wait,
} from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import {
  openWatchedRuntime,
  otherThan,
  rows,
  ticketCall,
  verify,
  type WatchedRuntime,
} from '../support/watched.ts';
import {
  addPhone,
  masked,
  newcomer,
  newestCode,
  ownFace,
  phoneCode,
  phonesOf,
  refreshed,
  type SignedIn,
  signIn,
} from './support/account.ts';
import { setOnPerson, subjectOf } from './support/tables.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime({ policies: { smsNumbersPerTicket: 20, smsSendsPerTicket: 20 } });
});
afterAll(() => runtime?.finish());

const post = (who: SignedIn, body: object) => who.api('POST', '/v1/account/phones', body);
const remove = (who: SignedIn, phoneId: string) => who.api('DELETE', `/v1/account/phones/${phoneId}`);
const makeDefault = (who: SignedIn, phoneId: string) =>
  who.api('PUT', `/v1/account/phones/${phoneId}/default`);
/** Which person owns which number: the rows of the numbers and the lists of the people must agree (PHN-5). */
async function ownership() {
  const [numbers, people] = await Promise.all([rows(runtime, 'Phones'), rows(runtime, 'Users')]);
  // A number that was freed keeps its row, without an owner (MIG-1).
  const guards = numbers.filter(({ personKey }) => personKey !== undefined);
  const listed = people.flatMap((one) =>
    (one.phones ?? []).map((phone: { phoneKey: string }) => `${phone.phoneKey} ${one.personKey}`),
  );
  expect(listed.sort()).toEqual(guards.map((guard) => `${guard.phoneKey} ${guard.personKey}`).sort());
}

describe('adding', () => {
  long('PHN-1 PHN-2 a number is added by its code and logs in at once', async () => {
    const who = await newcomer(runtime);
    const phone = mobile();
    const sent = expectStatus(await who.api('POST', '/v1/account/phones/sms', { phone }), 202);
    expect(sent.body).toEqual({
      maskedPhone: masked(phone),
      resendAt: expect.stringMatching(/^\d{4}-.*\+08:00$/),
    });
    expect(runtime.sms(phone)[0]).toMatchObject({
      purpose: 'add-phone',
      text: expect.stringContaining('添加手机号码'),
    });
    const reply = expectStatus(await post(who, { phone, smsCode: newestCode(runtime, phone) }), 201);
    expect(reply.body).toEqual({
      phoneId: expect.stringMatching(/^[\w-]{20,}$/),
      maskedPhone: masked(phone),
      isDefault: false,
    });
    expect(await phonesOf(who)).toEqual([
      { phoneId: expect.any(String), maskedPhone: masked(who.phone), isDefault: true },
      reply.body,
    ]);
    // The old number gets a notice.
    expect(runtime.sms(who.phone)[0]).toMatchObject({
      purpose: 'notice',
      text: expect.stringContaining(masked(phone)),
    });
    await wait(runtime, 61);
    const { session } = await loggedIn(runtime, { ...who, phone }, phone);
    expect(session.person.realNameLevel).toBe(4);
    await ownership();
  });

  long('PHN-2 the new one can be the default at once', async () => {
    const who = await newcomer(runtime);
    const phone = mobile();
    expect(expectStatus(await addPhone(runtime, who, phone, { makeDefault: true }), 201).body.isDefault).toBe(
      true,
    );
    expect((await phonesOf(who)).map(({ maskedPhone }) => maskedPhone)).toEqual([
      masked(phone),
      masked(who.phone),
    ]);
    const login = expectStatus(await enterPassword(runtime, who.documentNumber, who.password), 201);
    expect(login.body.secondFactors[0]).toEqual({ method: 'sms', maskedPhone: masked(phone) });
  });

  it('PHN-1 takes the number as people write it, and an own one is no second', async () => {
    const who = await newcomer(runtime);
    const phone = mobile();
    const typed = `+86 ${phone.slice(0, 3)}-${phone.slice(3, 7)}-${phone.slice(7)}`;
    expectStatus(await who.api('POST', '/v1/account/phones/sms', { phone: typed }), 202);
    const first = expectStatus(await post(who, { phone: typed, smsCode: newestCode(runtime, phone) }), 201);
    await wait(runtime, 61);
    const again = expectStatus(await addPhone(runtime, who, phone, { makeDefault: true }), 201);
    expect(again.body).toEqual({ ...first.body, isDefault: true });
    expect(await phonesOf(who)).toHaveLength(2);
  });

  long('LGN-5 the first number of a person without one is the default', async () => {
    const who = await newcomer(runtime);
    const taker = await newcomer(runtime);
    const faceTicket = await ownFace(runtime, taker);
    await wait(runtime, 61);
    expectStatus(await addPhone(runtime, taker, who.phone, { takeover: true, faceTicket }), 201);
    expect(await phonesOf(who)).toEqual([]);
    const phone = mobile();
    expect(expectStatus(await addPhone(runtime, who, phone), 201).body.isDefault).toBe(true);
    const login = expectStatus(await enterPassword(runtime, who.documentNumber, who.password), 201);
    expect(login.body).toMatchObject({ secondFactors: [{ maskedPhone: masked(phone) }, {}], notices: [] });
  });

  long('PHN-1 ten numbers are the most', async () => {
    const who = await newcomer(runtime);
    const phones = Array.from({ length: 9 }, mobile);
    for (const phone of phones) expectStatus(await addPhone(runtime, who, phone), 201);
    const phone = mobile();
    const refused = await who.api('POST', '/v1/account/phones/sms', { phone });
    expect(refused.body).toMatchObject({ status: 409, code: 'TOO_MANY_PHONES' });
    expect(runtime.sms(phone)).toEqual([]);
    const [, second] = await phonesOf(who);
    expectStatus(await remove(who, second.phoneId), 204);
    const spare = mobile();
    const smsCode = await phoneCode(runtime, who, spare);
    expectStatus(await post(who, { phone: spare, smsCode }), 201);
    expect(await phonesOf(who)).toHaveLength(10);
    await ownership();
  });

  long('SMS-2 the code serves this session, this purpose and this number, once', async () => {
    const who = await newcomer(runtime);
    const other = await newcomer(runtime);
    const [phone, second] = [mobile(), mobile()];
    const smsCode = await phoneCode(runtime, who, phone);
    expect((await post(who, { phone: second, smsCode })).body.code).toBe('SMS_CODE_WRONG');
    expect((await post(other, { phone, smsCode })).body.code).toBe('SMS_CODE_WRONG');
    expect((await who.api('POST', '/v1/session/factor', { smsCode })).body.code).toBe('SMS_CODE_WRONG');
    expectStatus(await post(who, { phone, smsCode }), 201);
    expect((await post(who, { phone, smsCode })).body).toMatchObject({ status: 401, code: 'SMS_CODE_WRONG' });
    // A code of another session of the same person does not work either.
    await wait(runtime, 61);
    const third = mobile();
    const code = await phoneCode(runtime, who, third);
    const later = await signIn(runtime, who);
    expect((await post(later, { phone: third, smsCode: code })).body.code).toBe('SMS_CODE_WRONG');
  });

  long('SMS-2 five wrong tries use the code up; the newest only; five minutes', async () => {
    const who = await newcomer(runtime);
    const phone = mobile();
    const smsCode = await phoneCode(runtime, who, phone);
    for (const remainingAttempts of [4, 3, 2, 1, 0])
      expect((await post(who, { phone, smsCode: otherThan(smsCode) })).body).toMatchObject({
        code: 'SMS_CODE_WRONG',
        remainingAttempts,
      });
    expect((await post(who, { phone, smsCode })).body.code).toBe('SMS_CODE_WRONG');
    await wait(runtime, 61);
    const older = await phoneCode(runtime, who, phone);
    await wait(runtime, 61);
    const newest = await phoneCode(runtime, who, phone);
    if (older !== newest)
      expect((await post(who, { phone, smsCode: older })).body.code).toBe('SMS_CODE_WRONG');
    await wait(runtime, 301);
    const later = await refreshed(runtime, who);
    expect((await post(later, { phone, smsCode: newest })).body.code).toBe('SMS_CODE_WRONG');
  });

  long('SMS-1 the number has its own window, whoever asks', async () => {
    const phone = mobile();
    const [a, b] = [await newcomer(runtime), await newcomer(runtime)];
    expectStatus(await a.api('POST', '/v1/account/phones/sms', { phone }), 202);
    const refused = await b.api('POST', '/v1/account/phones/sms', { phone });
    expect(refused.body).toMatchObject({ status: 429, code: 'SMS_TOO_FREQUENT' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  long('LCK-5 ten wrong codes a day are the most, over all numbers', async () => {
    const who = await newcomer(runtime);
    for (let n = 0; n < 2; n++) {
      const phone = mobile();
      const smsCode = otherThan(await phoneCode(runtime, who, phone));
      for (let tries = 0; tries < 5; tries++) await post(who, { phone, smsCode });
    }
    const phone = mobile();
    const refused = await who.api('POST', '/v1/account/phones/sms', { phone });
    expect(refused.body).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' });
    // No call of this test counted as a failure of the login.
    expectStatus(await enterPassword(runtime, who.documentNumber, who.password), 201);
  });

  long('answers malformed input', async () => {
    const who = await newcomer(runtime);
    for (const phone of ['12345678901', '1380000000', '+1 415 555 0100', 'abc'])
      for (const path of ['/v1/account/phones/sms', '/v1/account/phones'])
        expect((await who.api('POST', path, { phone, smsCode: '123456' })).body).toMatchObject({
          status: 400,
          code: 'PHONE_INVALID',
        });
    const phone = mobile();
    for (const body of [
      {},
      { phone },
      { phone, smsCode: '12345' },
      { phone, smsCode: '123456', takeover: 'yes' },
      { phone: 1 },
    ])
      expect((await post(who, body)).body.code).toBe('BAD_REQUEST');
    // No code was sent.
    expect((await post(who, { phone, smsCode: '123456' })).body.code).toBe('SMS_CODE_WRONG');
  });
});

describe('a number of somebody else', () => {
  it('PHN-3 is said only after the right code', async () => {
    const holder = await newcomer(runtime);
    const who = await newcomer(runtime);
    await wait(runtime, 61);
    const smsCode = await phoneCode(runtime, who, holder.phone);
    const wrong = await post(who, { phone: holder.phone, smsCode: otherThan(smsCode) });
    expect(wrong.body.code).toBe('SMS_CODE_WRONG');
    expect((await post(who, { phone: holder.phone, smsCode })).body).toMatchObject({
      status: 409,
      code: 'PHONE_TAKEN',
    });
    // The code stays usable (SMS-2), and a takeover needs a face check.
    for (const extra of [{}, { faceTicket: 'x'.repeat(32) }, { faceTicket: await ownFace(runtime, holder) }])
      expect(
        (await post(who, { phone: holder.phone, smsCode, takeover: true, ...extra })).body,
      ).toMatchObject({
        status: 403,
        code: 'FACE_REQUIRED',
      });
    expect(await phonesOf(holder)).toHaveLength(1);
    const faceTicket = await ownFace(runtime, who);
    expectStatus(await post(who, { phone: holder.phone, smsCode, takeover: true, faceTicket }), 201);
    expect(await phonesOf(who)).toHaveLength(2);
    expect(await phonesOf(holder)).toEqual([]);
    await ownership();
  });

  long('PHN-3 LGN-5 the former holder finds it in the history and has no phone', async () => {
    const holder = await newcomer(runtime);
    const who = await newcomer(runtime);
    const faceTicket = await ownFace(runtime, who);
    await wait(runtime, 61);
    expectStatus(
      await addPhone(runtime, who, holder.phone, { takeover: true, faceTicket, makeDefault: true }),
      201,
    );
    const { events } = (await holder.api('GET', '/v1/account/activity')).body;
    expect(events[0]).toMatchObject({
      kind: 'phone-lost',
      outcome: 'success',
      detail: { reason: 'taken-over' },
    });
    const login = expectStatus(await enterPassword(runtime, holder.documentNumber, holder.password), 201);
    expect(login.body.secondFactors).toEqual([{ method: 'face' }]);
    expect(login.body.notices[0].title).toMatch(/^您的手机号为空/);
    // The number now means the new owner's account.
    expect((await enterPassword(runtime, holder.phone, 'Wrong#9182')).body.code).toBe('BAD_CREDENTIALS');
    expectStatus(await enterPassword(runtime, holder.phone, who.password), 201);
  });

  long(
    'PHN-3 LGN-3 taking a phone while its owner logs in: the open login gets no session by SMS',
    async () => {
      const holder = await newcomer(runtime);
      const who = await newcomer(runtime);
      const faceTicket = await ownFace(runtime, who);
      const loginId = await loginTicket(runtime, holder);
      await wait(runtime, 61);
      expectStatus(await ticketCall(runtime, loginId, 'sms'), 202);
      const loginCode = newestCode(runtime, holder.phone);
      await wait(runtime, 61);
      expectStatus(await addPhone(runtime, who, holder.phone, { takeover: true, faceTicket }), 201);
      expect((await verify(runtime, loginId, { smsCode: loginCode })).body).toMatchObject({
        status: 403,
        code: 'FACE_REQUIRED',
      });
      // A code that is sent now goes to the new owner's phone, and opens no session.
      await wait(runtime, 61);
      expectStatus(await ticketCall(runtime, loginId, 'sms'), 202);
      const later = await verify(runtime, loginId, { smsCode: newestCode(runtime, holder.phone) });
      expect(later.body.code).toBe('FACE_REQUIRED');
    },
  );

  long('PHN-3 PWD-1 nor is the password reset through it', async () => {
    const holder = await newcomer(runtime);
    const who = await newcomer(runtime);
    const faceTicket = await ownFace(runtime, who);
    const { name, documentNumber } = holder;
    const { resetId } = expectStatus(
      await runtime.http('POST', '/v1/password-resets', { account: documentNumber, name, documentNumber }),
      201,
    ).body;
    await wait(runtime, 61);
    expectStatus(await addPhone(runtime, who, holder.phone, { takeover: true, faceTicket }), 201);
    await wait(runtime, 61);
    expectStatus(await runtime.http('POST', `/v1/password-resets/${resetId}/sms`), 202);
    const smsCode = newestCode(runtime, holder.phone);
    const reply = await runtime.http('POST', `/v1/password-resets/${resetId}/complete`, {
      smsCode,
      newPassword: 'Huangshan#2059',
    });
    expect(reply.body).toMatchObject({ status: 403, code: 'FACE_REQUIRED' });
    expectStatus(await enterPassword(runtime, documentNumber, holder.password), 201);
  });

  long('PHN-5 many take one number at once: one owner', async () => {
    const holder = await newcomer(runtime);
    const takers: { who: SignedIn; faceTicket: string; smsCode: string }[] = [];
    await wait(runtime, 601);
    for (let n = 0; n < 3; n++) {
      const who = await newcomer(runtime);
      const faceTicket = await ownFace(runtime, who);
      await wait(runtime, 61);
      takers.push({ who, faceTicket, smsCode: await phoneCode(runtime, who, holder.phone) });
    }
    const replies = await Promise.all(
      takers.map(({ who, ...proof }) => post(who, { phone: holder.phone, takeover: true, ...proof })),
    );
    const won = replies.filter(({ status }) => status === 201);
    expect(won.length).toBeGreaterThanOrEqual(1);
    for (const { status, body } of replies) if (status !== 201) expect(body.code).toBe('PHONE_TAKEN');
    const owners = [];
    for (const { who } of takers)
      if ((await phonesOf(who)).some(({ maskedPhone }) => maskedPhone === masked(holder.phone)))
        owners.push(who);
    expect(owners).toHaveLength(1);
    await ownership();
  });

  long('PHN-5 adding a free number while somebody registers with it: one owner', async () => {
    const who = await newcomer(runtime);
    const stranger = person();
    const id = await startRegistration(runtime, stranger);
    expectStatus(await runtime.http('POST', `/v1/registrations/${id}/sms`, { phone: stranger.phone }), 202);
    const profile = await runtime.http('PUT', `/v1/registrations/${id}/profile`, {
      phone: stranger.phone,
      smsCode: newestCode(runtime, stranger.phone),
      password: stranger.password,
    });
    expectStatus(profile, 200);
    await wait(runtime, 61);
    expectStatus(await addPhone(runtime, who, stranger.phone), 201);
    const scan = expectStatus(await runtime.http('POST', `/v1/registrations/${id}/face`), 201).body;
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    expect((await runtime.http('POST', `/v1/registrations/${id}/complete`)).body.code).toBe('PHONE_TAKEN');
    await ownership();
  });
});

describe('default and deleting', () => {
  long('PHN-2 the default cannot be deleted before another is default', async () => {
    const who = await newcomer(runtime);
    const phone = mobile();
    expectStatus(await addPhone(runtime, who, phone), 201);
    const [first, second] = await phonesOf(who);
    expect((await remove(who, first.phoneId)).body).toMatchObject({
      status: 409,
      code: 'DEFAULT_PHONE',
      title: '默认手机号码不能删除',
    });
    expectStatus(await makeDefault(who, second.phoneId), 204);
    expectStatus(await makeDefault(who, second.phoneId), 204);
    expectStatus(await remove(who, first.phoneId), 204);
    expect(await phonesOf(who)).toEqual([{ ...second, isDefault: true }]);
    expect(runtime.sms(phone)[0]).toMatchObject({
      purpose: 'notice',
      text: expect.stringContaining(masked(who.phone)),
    });
    // The number is free at once: a login does not find it, and a registration can use it.
    expect((await enterPassword(runtime, who.phone, who.password)).body.code).toBe('PHONE_NOT_FOUND');
    await wait(runtime, 61);
    await registered(runtime, person({ phone: who.phone }));
    await ownership();
  });

  it('PHN-1 numbers of others and none are equally unknown', async () => {
    const who = await newcomer(runtime);
    const other = await newcomer(runtime);
    const [foreign] = await phonesOf(other);
    for (const phoneId of [foreign.phoneId, 'x'.repeat(32), 'a.b', '%2e%2e']) {
      expect((await makeDefault(who, phoneId)).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
      expect((await remove(who, phoneId)).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    }
    expect(await phonesOf(other)).toEqual([foreign]);
  });

  long('PHN-2 making it default and deleting it at once: never a default that is gone', async () => {
    const who = await newcomer(runtime);
    expectStatus(await addPhone(runtime, who, mobile()), 201);
    const [, second] = await phonesOf(who);
    const [chosen, removed] = await Promise.all([
      makeDefault(who, second.phoneId),
      remove(who, second.phoneId),
    ]);
    const codes = [chosen.status, removed.status];
    expect([
      [204, 409],
      [404, 204],
    ]).toContainEqual(codes);
    expect((await phonesOf(who)).filter(({ isDefault }) => isDefault)).toHaveLength(1);
    await ownership();
  });

  long('PHN-2 LGN-3 a login that waits for a code of a deleted number gets no session by it', async () => {
    const who = await newcomer(runtime);
    const phone = mobile();
    expectStatus(await addPhone(runtime, who, phone), 201);
    const loginId = await loginTicket(runtime, who, phone);
    await wait(runtime, 61);
    expectStatus(await ticketCall(runtime, loginId, 'sms'), 202);
    const [, second] = await phonesOf(who);
    expectStatus(await remove(who, second.phoneId), 204);
    expect((await verify(runtime, loginId, { smsCode: newestCode(runtime, phone) })).body.code).toBe(
      'FACE_REQUIRED',
    );
  });

  long('SES-5 changes want a fresh factor, looking does not', async () => {
    const who = await newcomer(runtime);
    const phone = mobile();
    expectStatus(await addPhone(runtime, who, phone), 201);
    await wait(runtime, 601);
    const stale = await refreshed(runtime, who);
    const [, second] = await phonesOf(stale);
    for (const reply of [
      await stale.api('POST', '/v1/account/phones/sms', { phone: mobile() }),
      await post(stale, { phone: mobile(), smsCode: '123456' }),
      await makeDefault(stale, second.phoneId),
      await remove(stale, second.phoneId),
    ])
      expect(reply.body).toMatchObject({ status: 403, code: 'FRESH_FACTOR_REQUIRED' });
    const faceTicket = await ownFace(runtime, stale, '/v1/session/factor/face');
    expectStatus(await stale.api('POST', '/v1/session/factor', { faceTicket }), 204);
    expectStatus(await remove(stale, second.phoneId), 204);
  });

  long('PHN-4 SES-5 a login by SMS to a number recovered within a day is no fresh factor', async () => {
    const who = person();
    const personKey = await subjectOf(runtime, () => registered(runtime, who), 'registered');
    const stored = (await rows(runtime, 'Users')).find((row) => row.personKey === personKey);
    const recoveredAt = runtime.clock.now().toISOString();
    await setOnPerson(runtime, personKey, 'phones', [{ ...stored?.phones[0], recoveredAt }]);
    await wait(runtime, 61);
    const bySms = async () => {
      const { session, cookie } = await loggedIn(runtime, who);
      const api: SignedIn['api'] = (method, path, body) =>
        runtime.http(method, path, body, { token: session.accessToken });
      return { ...who, api, cookie, token: session.accessToken, sessionId: session.sessionId };
    };
    const early = await bySms();
    expect((await early.api('POST', '/v1/account/phones/sms', { phone: mobile() })).body.code).toBe(
      'FRESH_FACTOR_REQUIRED',
    );
    expect((await early.api('POST', '/v1/session/factor/sms')).body).toMatchObject({
      status: 403,
      code: 'FACE_REQUIRED',
    });
    const faceTicket = await ownFace(runtime, early, '/v1/session/factor/face');
    expectStatus(await early.api('POST', '/v1/session/factor', { faceTicket }), 204);
    expectStatus(await early.api('POST', '/v1/account/phones/sms', { phone: mobile() }), 202);
    await wait(runtime, 86_400);
    const late = await bySms();
    expectStatus(await late.api('POST', '/v1/account/phones/sms', { phone: mobile() }), 202);
  });
});
