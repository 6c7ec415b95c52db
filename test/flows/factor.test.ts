import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whileHeld } from '../support/held.ts';
import { mobile } from '../support/people.ts';
import { enterPassword, expectStatus, scanFace, wait } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { openWatchedRuntime, otherThan, rows, type WatchedRuntime } from '../support/watched.ts';
import {
  addPhone,
  masked,
  newcomer,
  newestCode,
  ownFace,
  refreshed,
  type SignedIn,
  signIn,
} from './support/account.ts';
import { setOnPerson } from './support/tables.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());

const factor = (who: SignedIn, body: object) => who.api('POST', '/v1/session/factor', body);
/** The answer to a change that needs a fresh factor: NOT_FOUND means that SES-5 let the call pass. */
const probe = async (who: SignedIn): Promise<string> =>
  (await who.api('DELETE', `/v1/account/phones/${'x'.repeat(32)}`)).body.code;
async function staled(who: SignedIn): Promise<SignedIn> {
  await wait(runtime, 601);
  return refreshed(runtime, who);
}
async function factorCode(who: SignedIn): Promise<string> {
  expectStatus(await who.api('POST', '/v1/session/factor/sms'), 202);
  return newestCode(runtime, who.phone);
}

describe('a fresh factor', () => {
  long('SES-5 the login counts for ten minutes, to the second', async () => {
    const who = await newcomer(runtime);
    await wait(runtime, 290);
    const later = await refreshed(runtime, who);
    await wait(runtime, 290);
    const still = await refreshed(runtime, later);
    await wait(runtime, 20);
    expect(await probe(still)).toBe('NOT_FOUND');
    await wait(runtime, 1);
    expect(await probe(still)).toBe('FRESH_FACTOR_REQUIRED');
  });

  long('SES-5 an SMS to the own phone renews it', async () => {
    const stale = await staled(await newcomer(runtime));
    const sent = expectStatus(await stale.api('POST', '/v1/session/factor/sms'), 202);
    expect(sent.body).toEqual({
      maskedPhone: masked(stale.phone),
      resendAt: expect.stringMatching(/\+08:00$/),
    });
    expect(runtime.sms(stale.phone)[0]).toMatchObject({
      purpose: 'factor',
      text: expect.stringContaining('身份验证'),
    });
    const smsCode = newestCode(runtime, stale.phone);
    expectStatus(await factor(stale, { smsCode }), 204);
    expect(await probe(stale)).toBe('NOT_FOUND');
    // The ten minutes begin with the new factor, not with the login.
    await wait(runtime, 599);
    const later = await refreshed(runtime, stale);
    expect(await probe(later)).toBe('NOT_FOUND');
    await wait(runtime, 2);
    expect(await probe(later)).toBe('FRESH_FACTOR_REQUIRED');
    const { events } = (await later.api('GET', '/v1/account/activity')).body;
    expect(events[0]).toMatchObject({ kind: 'factor', outcome: 'success', detail: { method: 'sms' } });
  });

  long('SES-5 a person who changes meanwhile is read again, and the code still serves', async () => {
    const who = await newcomer(runtime);
    await wait(runtime, 61);
    const smsCode = await factorCode(who);
    const own = (await rows(runtime, 'Sessions')).find(({ sessionId }) => sessionId === who.sessionId);
    const reply = await whileHeld(
      runtime,
      { function: 'session' },
      () => factor(who, { smsCode }),
      () => setOnPerson(runtime, own?.personKey, 'usernameChangedAt', runtime.clock.now().toISOString()),
    );
    expectStatus(reply, 204);
  });

  long('SES-5 so does a face, once', async () => {
    const stale = await staled(await newcomer(runtime));
    const faceTicket = await ownFace(runtime, stale, '/v1/session/factor/face');
    expectStatus(await factor(stale, { faceTicket }), 204);
    expect(await probe(stale)).toBe('NOT_FOUND');
    expect((await factor(stale, { faceTicket })).body.code).toBe('FACE_REQUIRED');
  });

  long('SES-5 proofs of others, unpassed and made up are none', async () => {
    const other = await newcomer(runtime);
    const stale = await staled(await newcomer(runtime));
    const foreign = await ownFace(runtime, await refreshed(runtime, other), '/v1/session/factor/face');
    const pending = expectStatus(await stale.api('POST', '/v1/session/factor/face'), 201).body;
    runtime.face('fail');
    await scanFace(runtime, pending.qrContent);
    runtime.face('pass');
    for (const faceTicket of [foreign, pending.ticket, 'x'.repeat(32)])
      expect((await factor(stale, { faceTicket })).body).toMatchObject({
        status: 403,
        code: 'FACE_REQUIRED',
      });
    expect(await probe(stale)).toBe('FRESH_FACTOR_REQUIRED');
  });

  long('SES-5 SMS-2 the code is of this session and this purpose, and serves once', async () => {
    const who = await newcomer(runtime);
    await wait(runtime, 61);
    const smsCode = await factorCode(who);
    const wrong = await factor(who, { smsCode: otherThan(smsCode) });
    expect(wrong.body).toMatchObject({ status: 401, code: 'SMS_CODE_WRONG', remainingAttempts: 4 });
    const phone = mobile();
    expect((await who.api('POST', '/v1/account/phones', { phone, smsCode })).body.code).toBe(
      'SMS_CODE_WRONG',
    );
    expect(
      (await who.api('POST', '/v1/account/deregistration', { password: who.password, smsCode })).body.code,
    ).toBe('SMS_CODE_WRONG');
    expectStatus(await factor(who, { smsCode }), 204);
    expect((await factor(who, { smsCode })).body.code).toBe('SMS_CODE_WRONG');
    await wait(runtime, 61);
    const next = await factorCode(who);
    const later = await signIn(runtime, who);
    expect((await factor(later, { smsCode: next })).body.code).toBe('SMS_CODE_WRONG');
  });

  long('LCK-5 wrong codes are no failures of the login, but ten a day leave only the face', async () => {
    const who = await newcomer(runtime);
    for (let n = 0; n < 2; n++) {
      await wait(runtime, 61);
      const smsCode = otherThan(await factorCode(who));
      for (let tries = 0; tries < 5; tries++) await factor(who, { smsCode });
    }
    await wait(runtime, 61);
    expect((await who.api('POST', '/v1/session/factor/sms')).body).toMatchObject({
      status: 403,
      code: 'FACE_REQUIRED',
    });
    expectStatus(await enterPassword(runtime, who.documentNumber, who.password), 201);
    expectStatus(
      await factor(who, { faceTicket: await ownFace(runtime, who, '/v1/session/factor/face') }),
      204,
    );
  });

  long(
    'LGN-5 PHN-3 without a phone there is no code, and a code from before the takeover proves nothing',
    async () => {
      const who = await newcomer(runtime);
      const taker = await newcomer(runtime);
      const faceTicket = await ownFace(runtime, taker);
      await wait(runtime, 61);
      const smsCode = await factorCode(who);
      await wait(runtime, 61);
      expectStatus(await addPhone(runtime, taker, who.phone, { takeover: true, faceTicket }), 201);
      expect((await factor(who, { smsCode })).body.code).toBe('FACE_REQUIRED');
      expect((await who.api('POST', '/v1/session/factor/sms')).body).toMatchObject({
        status: 409,
        code: 'PHONE_EMPTY',
      });
    },
  );

  long('SES-2 SES-5 an ended session passes nothing', async () => {
    const who = await newcomer(runtime);
    const faceTicket = await ownFace(runtime, who);
    await signIn(runtime, who);
    expect((await factor(who, { faceTicket })).body).toMatchObject({
      code: 'SESSION_ENDED',
      reason: 'replaced',
    });
  });

  it('answers malformed input', async () => {
    const who = await newcomer(runtime);
    for (const body of [{}, { smsCode: '12' }, { smsCode: '123456', faceTicket: 'x' }, { faceTicket: 7 }, []])
      expect((await factor(who, body)).body).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect((await factor(who, { smsCode: '123456' })).body.code).toBe('SMS_CODE_WRONG');
  });

  it('SES-5 SMS-2 many at once with one code: it serves once', async () => {
    const who = await newcomer(runtime);
    await wait(runtime, 61);
    const smsCode = await factorCode(who);
    const replies = await Promise.all(Array.from({ length: 4 }, () => factor(who, { smsCode })));
    expect(replies.filter(({ status }) => status === 204)).toHaveLength(1);
    for (const { status, body } of replies)
      if (status !== 204) expect([status, body.code]).toEqual([401, 'SMS_CODE_WRONG']);
  });
});
