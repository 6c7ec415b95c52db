import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Loose } from '../support/client.ts';
import { creditCode } from '../support/credit-codes.ts';
import { mobile, person } from '../support/people.ts';
import {
  enterPassword,
  expectStatus,
  fillProfile,
  loggedIn,
  loggedInByFace,
  loginTicket,
  registered,
  scanFace,
  startRegistration,
  wait,
} from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import {
  type Known,
  knownPerson,
  openWatchedRuntime,
  otherThan,
  personOf,
  row,
  rows,
  ticketCall,
  verify,
  type WatchedRuntime,
} from '../support/watched.ts';
import {
  addPhone,
  newcomer,
  newestCode,
  ownFace,
  refreshed,
  type SignedIn,
  signIn,
} from './support/account.ts';
import { companyLine, companyOf, feed, representativeLine } from './support/registry.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());

const wrong = 'Wrong#9182';
const end = (who: SignedIn, body: object) => who.api('POST', '/v1/account/deregistration', body);

/** Sends the code (60 s after the last one to this phone) and returns it. */
async function endCode(who: SignedIn): Promise<string> {
  await wait(runtime, 61);
  expectStatus(await who.api('POST', '/v1/account/deregistration/sms'), 202);
  return newestCode(runtime, who.phone);
}
async function deregistered(who: SignedIn): Promise<void> {
  const faceTicket = await ownFace(runtime, who);
  expectStatus(await end(who, { password: who.password, faceTicket }), 204);
}

describe('用户注销', () => {
  long('CTR-2 warns which companies can no longer be served', async () => {
    const who = await newcomer(runtime);
    await companyOf(runtime, who, { name: '安庆江畔餐饮有限公司' });
    await companyOf(runtime, who, { name: '池州九华茶业有限公司' });
    const waiting = creditCode();
    await feed(
      runtime,
      companyLine(waiting, { name: '等待确认有限公司', state: 'awaiting-confirmation' }),
      representativeLine(waiting, who),
    );
    await wait(runtime, 61);
    const { body } = expectStatus(await who.api('POST', '/v1/account/deregistration/sms'), 202);
    expect(body).toEqual({
      maskedPhone: `${who.phone.slice(0, 3)}****${who.phone.slice(7)}`,
      resendAt: expect.stringMatching(/\+08:00$/),
      companies: [
        { taxpayerName: '安庆江畔餐饮有限公司', role: 'legal-representative' },
        { taxpayerName: '池州九华茶业有限公司', role: 'legal-representative' },
      ],
    });
    expect(runtime.sms(who.phone)[0]).toMatchObject({
      purpose: 'deregistration',
      text: expect.stringContaining('用户注销'),
    });
  });

  long('CTR-2 LGN-5 the warning comes without a phone too', async () => {
    const who = await newcomer(runtime);
    await companyOf(runtime, who, { name: '六安瓜片茶厂' });
    const taker = await newcomer(runtime);
    const faceTicket = await ownFace(runtime, taker);
    await wait(runtime, 61);
    expectStatus(await addPhone(runtime, taker, who.phone, { takeover: true, faceTicket }), 201);
    expect((await who.api('POST', '/v1/account/deregistration/sms')).body).toMatchObject({
      status: 409,
      code: 'PHONE_EMPTY',
      companies: [{ taxpayerName: '六安瓜片茶厂', role: 'legal-representative' }],
    });
    await deregistered(who);
  });

  long('CTR-2 ends by password and SMS: sessions, phones and username go, login says so', async () => {
    const who = await newcomer(runtime, {}, { username: 'Chaohu2058' });
    const second = mobile();
    expectStatus(await addPhone(runtime, who, second), 201);
    const smsCode = await endCode(who);
    const reply = expectStatus(await end(who, { password: who.password, smsCode }), 204);
    expect(reply.cookie).toMatch(/^__Host-refresh=$/);
    expect((await who.api('GET', '/v1/session')).body).toMatchObject({
      status: 401,
      code: 'SESSION_ENDED',
      reason: 'deregistered',
      title: '用户已注销',
    });
    const refresh = await runtime.http('POST', '/v1/session/refresh', undefined, { cookie: who.cookie });
    expect(refresh.body).toMatchObject({ code: 'SESSION_ENDED', reason: 'deregistered' });
    expect(runtime.sms(who.phone)[0]).toMatchObject({
      purpose: 'notice',
      text: expect.stringContaining('已注销'),
    });

    expect((await enterPassword(runtime, who.documentNumber, who.password)).body.code).toBe(
      'USER_NOT_REGISTERED',
    );
    expect((await enterPassword(runtime, 'Chaohu2058', who.password)).body.code).toBe('USER_NOT_REGISTERED');
    for (const phone of [who.phone, second])
      expect((await enterPassword(runtime, phone, who.password)).body.code).toBe('PHONE_NOT_FOUND');
    const reset = await runtime.http('POST', '/v1/password-resets', {
      account: who.documentNumber,
      name: who.name,
      documentNumber: who.documentNumber,
    });
    expect(reset.body.code).toBe('USER_NOT_REGISTERED');
    // The numbers are free for other people, but the username is not (USR-2).
    await wait(runtime, 61);
    const other = await registered(runtime, person({ phone: second }));
    const rename = (await signIn(runtime, other)).api('PUT', '/v1/account/username', {
      username: 'chaohu2058',
    });
    expect((await rename).body.code).toBe('USERNAME_TAKEN');
  });

  long('CTR-2 ends by password and face', async () => {
    const who = await newcomer(runtime);
    await deregistered(who);
    expect((await enterPassword(runtime, who.documentNumber, who.password)).body.code).toBe(
      'USER_NOT_REGISTERED',
    );
  });

  long('CTR-2 leaves no phone, password or username in the record, and keeps the audit', async () => {
    const known = await knownPerson(runtime, person(), { username: 'Xiuning58' });
    const who = await signIn(runtime, known);
    await deregistered(who);
    const record = await row(runtime, 'Users', { personKey: known.personKey });
    expect(record.account.status).toBe('cancelled');
    for (const gone of ['password', 'phones', 'defaultPhoneId', 'username', 'webSession', 'lastWindow'])
      expect(record).not.toHaveProperty(gone);
    expect((await rows(runtime, 'Phones')).filter(({ personKey }) => personKey === known.personKey)).toEqual(
      [],
    );
    const kinds = (await rows(runtime, 'Audit'))
      .filter(({ subject }) => subject === known.personKey)
      .map(({ kind }) => kind);
    for (const kind of ['registered', 'login', 'deregistered', 'session-ended'])
      expect(kinds).toContain(kind);
  });

  it('SES-5 wants a fresh factor before anything', async () => {
    const who = await newcomer(runtime);
    await wait(runtime, 601);
    const stale = await refreshed(runtime, who);
    for (const reply of [
      await stale.api('POST', '/v1/account/deregistration/sms'),
      await end(stale, { password: wrong, smsCode: '123456' }),
    ])
      expect(reply.body).toMatchObject({ status: 403, code: 'FRESH_FACTOR_REQUIRED' });
    expect((await enterPassword(runtime, who.documentNumber, wrong)).body.remainingAttempts).toBe(4);
  });

  long('LCK-5 a wrong password counts with those of the login, and leaves the code usable', async () => {
    const who = await newcomer(runtime);
    const smsCode = await endCode(who);
    expect((await end(who, { password: who.password, smsCode: otherThan(smsCode) })).body).toMatchObject({
      status: 401,
      code: 'SMS_CODE_WRONG',
    });
    expect((await end(who, { password: wrong, smsCode })).body).toMatchObject({
      status: 401,
      code: 'BAD_CREDENTIALS',
      remainingAttempts: 4,
    });
    expect((await enterPassword(runtime, who.documentNumber, wrong)).body.remainingAttempts).toBe(3);
    expectStatus(await end(who, { password: who.password, smsCode }), 204);
  });

  long('LCK-1 LCK-2 five wrong ones lock, and then the right one is not looked at', async () => {
    const who = await newcomer(runtime);
    const smsCode = await endCode(who);
    const replies = [];
    for (let n = 0; n < 5; n++) replies.push((await end(who, { password: wrong, smsCode })).body.code);
    expect(replies).toEqual([...Array(4).fill('BAD_CREDENTIALS'), 'ACCOUNT_LOCKED']);
    expect((await end(who, { password: who.password, smsCode })).body.code).toBe('ACCOUNT_LOCKED');
    expectStatus(await who.api('GET', '/v1/account'), 200);
  });

  long(
    'answers malformed input: no factor, two factors, no password; and factors that are none',
    async () => {
      const who = await newcomer(runtime);
      const { password } = who;
      for (const body of [
        {},
        { password },
        { smsCode: '123456' },
        { password, smsCode: '123456', faceTicket: 'x' },
      ])
        expect((await end(who, body)).body).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
      expect((await end(who, { password, smsCode: '123456' })).body.code).toBe('SMS_CODE_WRONG');
      const stranger = await newcomer(runtime);
      for (const faceTicket of ['x'.repeat(32), await ownFace(runtime, stranger)])
        expect((await end(who, { password, faceTicket })).body.code).toBe('FACE_REQUIRED');
      expectStatus(await who.api('GET', '/v1/account'), 200);
    },
  );

  it('CTR-2 many at once end it once', async () => {
    const who = await newcomer(runtime);
    const smsCode = await endCode(who);
    const replies = await Promise.all(
      Array.from({ length: 4 }, () => end(who, { password: who.password, smsCode })),
    );
    expect(replies.filter(({ status }) => status === 204)).toHaveLength(1);
    for (const { status } of replies) expect(status).toBeLessThan(500);
    expect((await enterPassword(runtime, who.documentNumber, who.password)).body.code).toBe(
      'USER_NOT_REGISTERED',
    );
  });
});

describe('in the middle of a login', () => {
  long('CTR-2 LGN-3 a login under way gets no session, by SMS or by face', async () => {
    const who = await newcomer(runtime);
    const bySms = await loginTicket(runtime, who);
    const byFace = await loginTicket(runtime, who);
    const scan = expectStatus(await ticketCall(runtime, byFace, 'face'), 201).body;
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    await wait(runtime, 61);
    expectStatus(await ticketCall(runtime, bySms, 'sms'), 202);
    const smsCode = newestCode(runtime, who.phone);
    await deregistered(who);
    expect((await verify(runtime, bySms, { smsCode })).body).toMatchObject({
      status: 404,
      code: 'USER_NOT_REGISTERED',
    });
    expect((await verify(runtime, byFace, { faceTicket: scan.ticket })).body.code).toBe(
      'USER_NOT_REGISTERED',
    );
    expect((await ticketCall(runtime, byFace, 'face')).status).toBeLessThan(500);
  });

  long('CTR-2 at the very same moment: no session survives', async () => {
    const known: Known = await knownPerson(runtime);
    const who = await signIn(runtime, known);
    const faceTicket = await ownFace(runtime, who);
    const logins = [];
    for (let n = 0; n < 4; n++) {
      const loginId = await loginTicket(runtime, who);
      const scan = expectStatus(await ticketCall(runtime, loginId, 'face'), 201).body;
      expectStatus(await scanFace(runtime, scan.qrContent), 200);
      logins.push({ loginId, ticket: scan.ticket });
    }
    const [ended, ...opened] = await Promise.all([
      end(who, { password: who.password, faceTicket }),
      ...logins.map(({ loginId, ticket }) => verify(runtime, loginId, { faceTicket: ticket })),
    ]);
    for (const { status } of [ended, ...opened]) expect(status).toBeLessThan(500);
    const { account } = await row(runtime, 'Users', { personKey: known.personKey });
    // A parallel login may win. Then it has replaced this session, so this session's call came too late or found the
    // session ended.
    if (account.status === 'cancelled') {
      for (const reply of opened)
        if (reply.status === 200) {
          const { accessToken } = reply.body.session;
          const look = await runtime.http('GET', '/v1/session', undefined, { token: accessToken });
          expect(look.body.code).toBe('SESSION_ENDED');
        }
      const live = (await rows(runtime, 'Sessions')).filter(
        (one) => one.personKey === known.personKey && !one.ended,
      );
      expect(live).toEqual([]);
    }
  });

  long(
    'REG-4 nor does a ticket from before open a session of the account that was registered anew',
    async () => {
      const who = await newcomer(runtime);
      const before = await loginTicket(runtime, who);
      const scan = expectStatus(await ticketCall(runtime, before, 'face'), 201).body;
      expectStatus(await scanFace(runtime, scan.qrContent), 200);
      await deregistered(who);
      await wait(runtime, 61);
      await registered(runtime, { ...who, password: 'Huangshan#2059' });
      const reply = await verify(runtime, before, { faceTicket: scan.ticket });
      expect(reply.body).toMatchObject({ status: 409, code: 'STATE_CONFLICT' });
    },
  );
});

describe('registering again', () => {
  long('REG-4 CTR-2 brings everything back: person, relations, consents, history', async () => {
    const known = await knownPerson(runtime, person(), { username: 'Tongling58' });
    const who = await signIn(runtime, known);
    const taxpayerId = await companyOf(runtime, who, { name: '铜陵江北铜业有限公司' });
    const list = async (session: SignedIn) =>
      expectStatus(await session.api('GET', '/v1/authorizations?state=active'), 200).body.authorizations.map(
        ({ authorizationId, taxpayerName, role }: Loose) => ({ authorizationId, taxpayerName, role }),
      );
    const relations = await list(who);
    expect(relations).toHaveLength(1);
    const eventsBefore = (await who.api('GET', '/v1/account/activity')).body.events.length;
    await deregistered(who);

    await wait(runtime, 61);
    const password = 'Huangshan#2059';
    const phone = mobile();
    const id = await startRegistration(runtime, who);
    const old = await fillProfile(runtime, id, { ...who, phone }, { username: 'Tongling58' });
    // The system still knows the last passwords.
    expect(old.body).toMatchObject({ code: 'PASSWORD_WEAK', reasons: ['history'] });
    await wait(runtime, 61);
    expectStatus(
      await fillProfile(runtime, id, { ...who, phone, password }, { username: 'Tongling58' }),
      200,
    );
    const scan = expectStatus(await runtime.http('POST', `/v1/registrations/${id}/face`), 201).body;
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    expect(
      expectStatus(await runtime.http('POST', `/v1/registrations/${id}/complete`), 201).body.realNameLevel,
    ).toBe(4);

    const back = { ...who, phone, password };
    expect(await personOf(runtime, await loginTicket(runtime, back))).toBe(known.personKey);
    const again = await signIn(runtime, back);
    expect(await list(again)).toEqual(relations);
    const { body } = expectStatus(await again.api('GET', '/v1/account'), 200);
    // The person gets the reserved username back (USR-2). The consents of both registrations are kept.
    expect(body.username).toBe('Tongling58');
    expect(body.consents).toHaveLength(4);
    expect(body.phones).toHaveLength(1);
    const { events } = (await again.api('GET', '/v1/account/activity')).body;
    expect(events.length).toBeGreaterThan(eventsBefore);
    expect(events.map(({ kind }: Loose) => kind)).toContain('deregistered');
    expect(taxpayerId).toMatch(/^9134/);
    await wait(runtime, 61);
    await loggedIn(runtime, back, 'Tongling58');
  });

  long('REG-4 the old session and its cookie stay ended', async () => {
    const who = await newcomer(runtime);
    await deregistered(who);
    await wait(runtime, 61);
    await registered(runtime, { ...who, password: 'Huangshan#2059' });
    await loggedInByFace(runtime, { ...who, password: 'Huangshan#2059' });
    expect((await who.api('GET', '/v1/account')).body.code).toBe('SESSION_ENDED');
    const refresh = await runtime.http('POST', '/v1/session/refresh', undefined, { cookie: who.cookie });
    expect(refresh.body).toMatchObject({ code: 'SESSION_ENDED', reason: 'deregistered' });
  });
});
