import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Loose } from '../support/client.ts';
import { mobile, person, residentNumber, type Sample } from '../support/people.ts';
import {
  codeFor,
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
import { settled } from '../support/seed.ts';
import { solve } from '../support/solve.ts';
import { long } from '../support/variants.ts';
import {
  failures,
  history,
  type Known,
  knownPerson,
  none,
  openWatchedRuntime,
  otherThan,
  personOf,
  row,
  ticketCall,
  verify,
  type WatchedRuntime,
} from '../support/watched.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());

const wrong = 'Wrong#9182';
const english = { headers: { 'accept-language': 'en-GB,en;q=0.9' } };
/** The check character X is the only letter in a resident number. */
function numberEndingInX(): string {
  for (;;) {
    const number = residentNumber();
    if (number.endsWith('X')) return number;
  }
}
const fullWidth = (text: string): string =>
  [...text].map((char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)).join('');

describe('account box', () => {
  let who: Known;
  beforeAll(async () => {
    who = await knownPerson(runtime, person({ documentNumber: numberEndingInX() }), {
      username: 'HuangShan88',
    });
  });

  it.each<[string, (who: Sample) => string]>([
    ['the document number', ({ documentNumber }) => documentNumber],
    ['in lower case', ({ documentNumber }) => documentNumber.toLowerCase()],
    ['in full width', ({ documentNumber }) => fullWidth(documentNumber)],
    ['with spaces around', ({ documentNumber }) => `  ${documentNumber}\t`],
    ['the phone', ({ phone }) => phone],
    [
      'the phone with +86 and spaces',
      ({ phone }) => `+86 ${phone.slice(0, 3)} ${phone.slice(3, 7)} ${phone.slice(7)}`,
    ],
    [
      'the phone with 0086 and hyphens',
      ({ phone }) => `0086-${phone.slice(0, 3)}-${phone.slice(3, 7)}-${phone.slice(7)}`,
    ],
    ['the phone in full width', ({ phone }) => fullWidth(phone)],
    ['the username', () => 'HuangShan88'],
    ['the username in full width', () => fullWidth('HuangShan88')],
  ])('LGN-2 takes %s', async (_what, account) => {
    const reply = expectStatus(await enterPassword(runtime, account(who), who.password), 201);
    expect(reply.body.secondFactors).toEqual([
      { method: 'sms', maskedPhone: `${who.phone.slice(0, 3)}****${who.phone.slice(7)}` },
      { method: 'face' },
    ]);
    expect(reply.body.notices).toEqual([]);
  });

  it.each(['huangshan88', 'HUANGSHAN88', 'Huangshan88'])(
    'LGN-2 USR-1 knows usernames only in their own capitals: %s',
    async (account) => {
      const reply = await enterPassword(runtime, account, who.password);
      expect(reply.body).toMatchObject({ status: 404, code: 'USER_NOT_REGISTERED', title: '该用户未注册' });
      expect(await failures(runtime, who)).toEqual(none);
    },
  );

  it('LGN-4 says in Chinese what is unknown', async () => {
    for (const account of ['NoSuchUser1', residentNumber(), 'E12345678', '？？', '12'])
      expect((await enterPassword(runtime, account, wrong)).body).toMatchObject({
        status: 404,
        code: 'USER_NOT_REGISTERED',
        title: '该用户未注册',
      });
    for (const account of ['13900000000', '+86 139 0000 0000'])
      expect((await enterPassword(runtime, account, wrong)).body).toMatchObject({
        status: 404,
        code: 'PHONE_NOT_FOUND',
        title: '手机号码不存在，您可以尝试使用证件号码登录',
      });
  });

  it('LGN-4 says in English what is unknown', async () => {
    const ask = (account: string) =>
      runtime.http('POST', '/v1/logins', { entry: 'natural', account, password: wrong }, english);
    const unknown = await ask('NoSuchUser1');
    expect(unknown.body).toMatchObject({ code: 'USER_NOT_REGISTERED', title: 'This user is not registered' });
    expect(unknown.headers.get('content-language')).toBe('en');
    expect((await ask('13900000000')).body.title).toMatch(/phone number is not on file.*document number/);
  });

  it('LGN-7 names the failure and the tries left', async () => {
    const reply = await enterPassword(runtime, who.documentNumber, wrong);
    expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(reply.headers.get('content-language')).toBe('zh-CN');
    expect(reply.headers.get('cache-control')).toBe('no-store');
    expect(reply.body).toMatchObject({
      status: 401,
      code: 'BAD_CREDENTIALS',
      title: '输入的个人账号或密码错误，请重新输入！',
      remainingAttempts: 4,
    });
    expect(reply.body.detail).toContain('4 次');
    expect(reply.body.traceId).toMatch(/.{8}/);
    const body = { entry: 'natural', account: who.documentNumber, password: wrong };
    expect((await runtime.http('POST', '/v1/logins', body, english)).body).toMatchObject({
      title: 'Account or password is wrong',
      remainingAttempts: 3,
    });
    expectStatus(await enterPassword(runtime, who.documentNumber, who.password), 201);
  });

  long('LGN-7 DOC-2 takes the password exactly as it was set, but for white space at its ends', async () => {
    for (const password of [
      who.password.toLowerCase(),
      `${who.password.slice(0, 4)} ${who.password.slice(4)}`,
      fullWidth(who.password),
    ])
      expect((await enterPassword(runtime, who.phone, password)).body.code).toBe('BAD_CREDENTIALS');
    for (const password of [who.password, ` ${who.password}`, `${who.password} `])
      expectStatus(await enterPassword(runtime, who.phone, password), 201);
  });

  it('LGN-2 refuses what has no shape before it looks at anything', async () => {
    const bad = async (body: unknown) => {
      const reply = await runtime.http('POST', '/v1/logins', body);
      expect(reply.body).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
      return reply.body.errors.map((error: Loose) => error.path);
    };
    const good = { entry: 'natural', account: who.documentNumber, password: wrong };
    expect(await bad({ ...good, entry: 'company' })).toEqual(['entry']);
    expect(await bad({ ...good, account: '' })).toEqual(['account']);
    expect(await bad({ ...good, account: 'a'.repeat(65) })).toEqual(['account']);
    expect(await bad({ ...good, password: 'a'.repeat(257) })).toEqual(['password']);
    expect(await bad({ ...good, password: 7 })).toEqual(['password']);
    expect(await bad({})).toEqual(expect.arrayContaining(['entry', 'account', 'password']));
    expect(await bad('{"entry":')).toEqual(['body']);
    const large = await runtime.http('POST', '/v1/logins', { ...good, password: 'a'.repeat(17 * 1024) });
    expect(large.body).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
    expect(await failures(runtime, who)).toEqual(none);
  });

  long('LGN-1 LGN-7 asks the other entries for a taxpayer number first and counts nothing', async () => {
    for (const entry of [
      'enterprise',
      'agency',
      'cross-region',
      'cross-region-property',
      'social-insurance',
    ]) {
      const without = await enterPassword(runtime, who.documentNumber, who.password, entry);
      expect(without.body).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
      expect(without.body.errors[0].path).toBe('taxpayerId');
      for (const taxpayerId of ['91350100M000100Y43', '91350100M000100Y44', '340100000000001', 'nonsense'])
        for (const [account, password] of [
          [who.documentNumber, who.password],
          [who.documentNumber, wrong],
          ['NoSuchUser1', wrong],
        ] as const)
          expect((await enterPassword(runtime, account, password, entry, { taxpayerId })).body).toMatchObject(
            {
              status: 404,
              code: 'TAXPAYER_NOT_FOUND',
              title: '输入的统一社会信用代码或纳税人识别号错误，请重新输入',
            },
          );
    }
    expect(await failures(runtime, who)).toEqual(none);
  });
});

describe('second factor', () => {
  it('LGN-3 SES-2 opens a natural session after password and SMS code, not before', async () => {
    const who = await settled(runtime);
    await wait(runtime, 60);
    const first = expectStatus(await enterPassword(runtime, who.documentNumber, who.password), 201);
    expect(first.cookie).toBeUndefined();
    expect(Object.keys(first.body).sort()).toEqual(['expiresAt', 'loginId', 'notices', 'secondFactors']);
    expect(Date.parse(first.body.expiresAt)).toBe(runtime.clock.now().getTime() + 600_000);
    expect(first.body.expiresAt).toMatch(/\+08:00$/);
    const { loginId } = first.body;

    const sent = expectStatus(await ticketCall(runtime, loginId, 'sms'), 202);
    expect(sent.body).toEqual({
      maskedPhone: `${who.phone.slice(0, 3)}****${who.phone.slice(7)}`,
      resendAt: '2027-03-02T10:02:00+08:00',
    });
    for (const body of [
      {},
      { smsCode: '123456', faceTicket: 'abc' },
      { smsCode: '12345' },
      { smsCode: 'abcdef' },
    ])
      expect((await verify(runtime, loginId, body)).body.code).toBe('BAD_REQUEST');
    expect((await verify(runtime, loginId, { faceTicket: 'never-started' })).body.code).toBe('FACE_REQUIRED');

    const code = await codeFor(runtime, who.phone);
    const done = expectStatus(await verify(runtime, loginId, { smsCode: ` ${fullWidth(code)} ` }), 200);
    expect(done.cookie).toMatch(/^__Host-refresh=/);
    expect(done.body.session).toMatchObject({
      identity: { kind: 'natural' },
      expiresIn: 300,
      person: { realNameLevel: 4 },
      notices: [],
    });
    expect(done.body.session.person.name).toMatch(/^.\*+$/);
    expect((await verify(runtime, loginId, { smsCode: code })).body.code).toBe('STATE_CONFLICT');
    expect((await ticketCall(runtime, loginId, 'sms')).body.code).toBe('STATE_CONFLICT');
    expect((await ticketCall(runtime, loginId, 'face')).body.code).toBe('STATE_CONFLICT');
  });

  long('LGN-3 FACE-1 takes a face check instead, bound to the ticket that asked for it', async () => {
    const who = await registered(runtime);
    const ticket = await loginTicket(runtime, who);
    const other = await loginTicket(runtime, who);
    const scan = expectStatus(await ticketCall(runtime, ticket, 'face'), 201).body;
    expect((await verify(runtime, ticket, { faceTicket: scan.ticket })).body.code).toBe('FACE_REQUIRED');
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    expect((await verify(runtime, other, { faceTicket: scan.ticket })).body.code).toBe('FACE_REQUIRED');
    expectStatus(await verify(runtime, ticket, { faceTicket: scan.ticket }), 200);
    expect((await verify(runtime, ticket, { faceTicket: scan.ticket })).body.code).toBe('STATE_CONFLICT');
  });

  long(
    'LGN-3 ends a ticket after ten minutes; several stand beside each other; unknown ones are NOT_FOUND',
    async () => {
      const who = await registered(runtime);
      const first = await loginTicket(runtime, who);
      await wait(runtime, 599);
      const second = await loginTicket(runtime, who);
      expectStatus(await ticketCall(runtime, first, 'face'), 201);
      await wait(runtime, 1);
      for (const step of ['sms', 'face'] as const)
        expect((await ticketCall(runtime, first, step)).body).toMatchObject({ status: 410, code: 'EXPIRED' });
      expect((await verify(runtime, first, { smsCode: '123456' })).body.code).toBe('EXPIRED');
      expect((await verify(runtime, first, { faceTicket: 'x' })).body.code).toBe('EXPIRED');
      expectStatus(await ticketCall(runtime, second, 'sms'), 202);
      for (const id of ['no-such-ticket', '..%2F..', 'a'.repeat(65)])
        expect((await verify(runtime, id, { smsCode: '123456' })).body.code).toBe('NOT_FOUND');
    },
  );

  it('LGN-3 takes no ticket of another journey', async () => {
    const who = person();
    const registration = await startRegistration(runtime, who);
    expect((await ticketCall(runtime, registration, 'sms')).body.code).toBe('NOT_FOUND');
    expect((await ticketCall(runtime, registration, 'face')).body.code).toBe('NOT_FOUND');
    expect((await verify(runtime, registration, { smsCode: '123456' })).body.code).toBe('NOT_FOUND');
    expect((await verify(runtime, registration, { faceTicket: 'x' })).body.code).toBe('NOT_FOUND');
  });

  long('LGN-5 PHN-3 offers only the face to a person without a phone', async () => {
    const former = await knownPerson(runtime);
    await wait(runtime, 60);
    const heir = person({ phone: former.phone });
    const id = await startRegistration(runtime, heir);
    const profile = expectStatus(await fillProfile(runtime, id, heir, { takeoverPhone: true }), 200);
    expect(profile.body.faceRequired).toBe(true);
    const scan = expectStatus(await runtime.http('POST', `/v1/registrations/${id}/face`), 201).body;
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    expectStatus(await runtime.http('POST', `/v1/registrations/${id}/complete`), 201);

    const reply = expectStatus(await enterPassword(runtime, former.documentNumber, former.password), 201);
    expect(reply.body.secondFactors).toEqual([{ method: 'face' }]);
    expect(reply.body.notices).toEqual([
      {
        code: 'PHONE_EMPTY',
        title:
          '您的手机号为空，请您通过扫码验证方式登录系统，并在账户中心的手机号码修改菜单中添加默认手机号。',
      },
    ]);
    const sent = await ticketCall(runtime, reply.body.loginId, 'sms');
    expect(sent.body).toMatchObject({ status: 409, code: 'PHONE_EMPTY' });
    const inEnglish = await runtime.http(
      'POST',
      '/v1/logins',
      { entry: 'natural', account: former.documentNumber, password: former.password },
      english,
    );
    expect(inEnglish.body.notices[0].title).toMatch(/^You have no phone number/);
    await loggedInByFace(runtime, former);
    // The number now means only its new owner.
    expect((await enterPassword(runtime, former.phone, former.password)).body.secondFactors).toHaveLength(2);
    await wait(runtime, 60);
    await loggedIn(runtime, heir, heir.phone);
  });

  long('LGN-6 sends to the phone typed, else to the default phone, and shows which', async () => {
    const who = await knownPerson(runtime, person(), { username: 'TwoPhones1' });
    const lender = await knownPerson(runtime);
    // Writes a second number as the account centre would add it. A sealed number is bound to the number, not to the
    // person, so it can be copied.
    const [second] = (await row(runtime, 'Users', { personKey: lender.personKey })).phones;
    const table = (name: string) => runtime.tables.find((each) => each.endsWith(name));
    const asAttribute = (value: Loose): Loose =>
      typeof value === 'string'
        ? { S: value }
        : { M: Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asAttribute(inner)])) };
    await runtime.dynamodb('UpdateItem', {
      TableName: table('Users'),
      Key: { personKey: { S: who.personKey } },
      UpdateExpression: 'SET phones = list_append(phones, :more)',
      ExpressionAttributeValues: { ':more': { L: [asAttribute(second)] } },
    });
    await runtime.dynamodb('UpdateItem', {
      TableName: table('Phones'),
      Key: { phoneKey: { S: second.phoneKey } },
      UpdateExpression: 'SET personKey = :person',
      ExpressionAttributeValues: { ':person': { S: who.personKey } },
    });
    await wait(runtime, 60);
    for (const [account, target] of [
      [who.documentNumber, who.phone],
      [lender.phone, lender.phone],
      ['TwoPhones1', who.phone],
      [who.phone, who.phone],
    ] as const) {
      const before = runtime.sms(target).length;
      const { loginId, secondFactors } = expectStatus(
        await enterPassword(runtime, account, who.password),
        201,
      ).body;
      const maskedPhone = `${target.slice(0, 3)}****${target.slice(7)}`;
      expect(secondFactors[0]).toEqual({ method: 'sms', maskedPhone });
      expect(expectStatus(await ticketCall(runtime, loginId, 'sms'), 202).body.maskedPhone).toBe(maskedPhone);
      expect(runtime.sms(target)).toHaveLength(before + 1);
      expectStatus(await verify(runtime, loginId, { smsCode: await codeFor(runtime, target) }), 200);
      await wait(runtime, 60);
    }
  });
});

describe('order of checks', () => {
  long('LGN-2 knows the account before the lock, and the lock before the password', async () => {
    const who = await knownPerson(runtime, person(), { username: 'LockedOne' });
    for (let i = 0; i < 5; i++) await enterPassword(runtime, who.phone, wrong);
    const locked = await failures(runtime, who);
    expect(locked).toMatchObject({ password: 5, locked: true });
    // The username in other capitals means nobody, whether the account is locked or not.
    expect((await enterPassword(runtime, 'lockedone', who.password)).body.code).toBe('USER_NOT_REGISTERED');
    for (const account of [who.documentNumber, who.phone, 'LockedOne'])
      for (const password of [who.password, wrong])
        expect((await enterPassword(runtime, account, password)).body.code).toBe('ACCOUNT_LOCKED');
    // The taxpayer number is checked before account and lock.
    const enterprise = await enterPassword(runtime, who.phone, who.password, 'enterprise', {
      taxpayerId: '91350100M000100Y43',
    });
    expect(enterprise.body.code).toBe('TAXPAYER_NOT_FOUND');
    expect(await failures(runtime, who)).toEqual(locked);
  });

  it('LGN-2 LCK-1 leaves no trace on the owner when a username is typed in other capitals', async () => {
    const who = await knownPerson(runtime, person(), { username: 'CaseTrace' });
    for (let i = 0; i < 4; i++) await enterPassword(runtime, who.phone, wrong);
    for (let i = 0; i < 3; i++)
      expect((await enterPassword(runtime, 'casetrace', wrong)).body.code).toBe('USER_NOT_REGISTERED');
    expect(await failures(runtime, who)).toEqual({ ...none, password: 4 });
    const events = (await history(runtime, who)).map((event) => event.kind);
    expect(events).not.toContain('locked');
    expectStatus(await enterPassword(runtime, 'CaseTrace', who.password), 201);
  });
});

describe('cost', () => {
  it('LGN-2 LGN-3 SES-2 keep the chains of DynamoDB calls short', async () => {
    const who = await knownPerson(runtime, person(), { username: 'ShortChain' });
    await wait(runtime, 60);
    runtime.resetUsage();
    for (const account of [who.documentNumber, who.phone, 'ShortChain'])
      expectStatus(await enterPassword(runtime, account, who.password), 201);
    const { session, cookie } = await loggedIn(runtime, who);
    expectStatus(await runtime.http('POST', '/v1/session/refresh', undefined, { cookie }), 200);
    expectStatus(await runtime.http('GET', '/v1/session', undefined, { token: session.accessToken }), 200);
    const chains = Object.fromEntries(
      Object.values(runtime.usage()).flatMap(({ routes }) =>
        Object.entries(routes).map(([route, usage]) => [route, usage.longestChain] as const),
      ),
    );
    expect(chains['POST /v1/logins']).toBeLessThanOrEqual(3);
    expect(chains['POST /v1/logins/{id}/sms']).toBeLessThanOrEqual(2);
    expect(chains['POST /v1/logins/{id}/verify']).toBeLessThanOrEqual(3);
    expect(chains['POST /v1/session/refresh']).toBeLessThanOrEqual(2);
    expect(chains['GET /v1/session']).toBeLessThanOrEqual(2);
  });
});

describe('challenge', () => {
  let guarded: WatchedRuntime;
  let who: Known;
  beforeAll(async () => {
    guarded = await openWatchedRuntime({ challengeAfter: 2 });
    // The registration and its SMS use the address's budget up; the login begins in the next window.
    const people = person();
    const start = await guarded.http('POST', '/v1/registrations', {
      ...people,
      consents: ['privacy', 'face'],
    });
    const { registrationId } = expectStatus(start, 201).body;
    expectStatus(await fillProfile(guarded, registrationId, people), 200);
    const scan = expectStatus(
      await guarded.http('POST', `/v1/registrations/${registrationId}/face`),
      201,
    ).body;
    expectStatus(await scanFace(guarded, scan.qrContent), 200);
    expectStatus(await guarded.http('POST', `/v1/registrations/${registrationId}/complete`), 201);
    guarded.clock.advance(600);
    who = { ...people, personKey: await personOf(guarded, await loginTicket(guarded, people)) };
    guarded.clock.advance(600);
  });
  afterAll(() => guarded?.finish());
  const attempt = (password: string, challenge?: string, entry = 'natural', extra: object = {}) =>
    enterPassword(guarded, who.documentNumber, password, entry, {
      ...extra,
      ...(challenge === undefined ? {} : { challenge }),
    });

  /** Uses this address's budget up with calls for an unknown account. */
  const overBudget = async (): Promise<Loose> => {
    for (let i = 0; i < 4; i++) {
      const { body } = await enterPassword(guarded, 'NoSuchUser1', wrong);
      if (body.code === 'CHALLENGE_REQUIRED') return body;
    }
    throw new Error('The address is asked for no challenge.');
  };

  long('LGN-12 asks for a challenge after the budget, before anything is looked at', async () => {
    expect((await attempt(wrong)).body).toMatchObject({ code: 'BAD_CREDENTIALS', remainingAttempts: 4 });
    expect((await attempt(wrong)).body).toMatchObject({ code: 'BAD_CREDENTIALS', remainingAttempts: 3 });
    for (let i = 0; i < 6; i++) {
      const asked = await attempt(i % 2 ? wrong : who.password);
      expect(asked.body).toMatchObject({ status: 403, code: 'CHALLENGE_REQUIRED' });
      expect(asked.body.challenge.parameters.algorithm).toBe('PBKDF2/SHA-256');
    }
    expect(await failures(guarded, who)).toEqual({ ...none, password: 2 });
    // Without a challenge neither the account nor the taxpayer number is checked; the shape is.
    expect((await enterPassword(guarded, 'NoSuchUser1', wrong)).body.code).toBe('CHALLENGE_REQUIRED');
    const enterprise = { taxpayerId: '91350100M000100Y43' };
    expect((await attempt(wrong, undefined, 'enterprise', enterprise)).body.code).toBe('CHALLENGE_REQUIRED');
    expect((await attempt(wrong, undefined, 'enterprise')).body.code).toBe('BAD_REQUEST');
  });

  long('LGN-12 takes a solution once', async () => {
    const first = await solve((await overBudget()).challenge);
    expect((await attempt(who.password, first)).status).toBe(201);
    const solution = await solve((await attempt(wrong)).body.challenge);
    expect((await attempt(wrong, solution)).body).toMatchObject({
      code: 'BAD_CREDENTIALS',
      remainingAttempts: 4,
    });
    const again = await attempt(wrong, solution);
    expect(again.body.code).toBe('CHALLENGE_REQUIRED');
    expect((await attempt(who.password, await solve(again.body.challenge))).status).toBe(201);
    expect(await failures(guarded, who)).toEqual(none);
  });

  long('LGN-12 takes one handed out by GET /v1/challenge', async () => {
    await overBudget();
    const { body } = expectStatus(await guarded.http('GET', '/v1/challenge'), 200);
    expect((await attempt(who.password, await solve(body.challenge ?? body))).status).toBe(201);
  });

  long('LGN-12 LCK-6 refuses a wrong, forged, stale or malformed one and counts no failure', async () => {
    const fresh = async () => solve((await attempt(wrong)).body.challenge);
    const changed = (solution: string, change: (payload: Loose) => void) => {
      const payload = JSON.parse(Buffer.from(solution, 'base64').toString('utf8'));
      change(payload);
      return Buffer.from(JSON.stringify(payload)).toString('base64');
    };
    await overBudget();
    const stale = await fresh();
    for (const bad of [
      changed(await fresh(), (payload) => {
        payload.solution.counter += 1;
        payload.solution.derivedKey = payload.solution.derivedKey.replace(/^./, (c: string) =>
          c === '0' ? '1' : '0',
        );
      }),
      changed(await fresh(), (payload) => {
        payload.challenge.parameters.expiresAt += 3600;
      }),
      'not base64 of anything',
      Buffer.from('{}').toString('base64'),
    ])
      expect((await attempt(who.password, bad)).body.code).toBe('CHALLENGE_REQUIRED');
    guarded.clock.advance(300);
    expect((await attempt(who.password, stale)).body.code).toBe('CHALLENGE_REQUIRED');
    expect(await failures(guarded, who)).toEqual(none);
  });

  it('LGN-12 checks a solution that is sent although none was asked for, and gives the budget back in time', async () => {
    guarded.clock.advance(600);
    expect((await attempt(who.password, 'nonsense')).body.code).toBe('CHALLENGE_REQUIRED');
    expect((await attempt(who.password)).status).toBe(201);
  });
});

it('LGN-3 SMS-2 tells a wrong code apart and leaves the ticket usable', async () => {
  const who = await knownPerson(runtime);
  await wait(runtime, 60);
  const ticket = await loginTicket(runtime, who);
  // No code was sent yet, so there is nothing to compare and nothing to count.
  expect((await verify(runtime, ticket, { smsCode: '123456' })).body).toMatchObject({
    status: 401,
    code: 'SMS_CODE_WRONG',
  });
  expect(await failures(runtime, who)).toEqual(none);
  expectStatus(await ticketCall(runtime, ticket, 'sms'), 202);
  const code = await codeFor(runtime, who.phone);
  const reply = await verify(runtime, ticket, { smsCode: otherThan(code) });
  expect(reply.body).toMatchObject({ status: 401, code: 'SMS_CODE_WRONG', remainingAttempts: 4 });
  expectStatus(await verify(runtime, ticket, { smsCode: code }), 200);
  // The method's count is reset; the wrong guess still counts among the ten of the day (LCK-5).
  expect(await failures(runtime, who)).toEqual({ ...none, guesses: 1 });
});

long('LGN-6 keeps numbers out of every answer of the login', async () => {
  const who = await registered(runtime, person({ phone: mobile() }));
  const replies = [
    await enterPassword(runtime, who.documentNumber, who.password),
    await enterPassword(runtime, who.phone, wrong),
  ];
  const text = JSON.stringify(replies.map((reply) => reply.body));
  for (const secret of [who.phone, who.documentNumber, who.name]) expect(text).not.toContain(secret);
});
