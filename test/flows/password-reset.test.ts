import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { defaultPolicies } from '#domain/policies.ts';
import { mobile, person, residentNumber, type Sample } from '../support/people.ts';
import {
  codeFor,
  enterPassword,
  expectStatus,
  loggedIn,
  loggedInByFace,
  loginTicket,
  openTestRuntime,
  registered,
  scanFace,
  startRegistration,
  type TestRuntime,
  wait,
} from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { keeping, long } from '../support/variants.ts';
import { claimOf, poll, startKit } from './support/channels.ts';
import { collectionLine, personWith } from './support/documents.ts';
import { moved } from './support/migration.ts';
import { eventsOf, personOf, rowsOf, setOnPerson, subjectOf } from './support/tables.ts';

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await openTestRuntime();
});
afterAll(() => runtime?.stop());

let serial = 0;
/** Makes a password that is new each time and satisfies PWD-2. */
const freshPassword = () =>
  `Tiandao!${(++serial * 7919 + 30_517) % 100_000}x`.replace(/0123|1234|2345|3456|4567|5678|6789/, '9');

const start = (who: Sample, account = who.documentNumber, changes: object = {}) =>
  runtime.http('POST', '/v1/password-resets', {
    account,
    name: who.name,
    documentNumber: who.documentNumber,
    ...changes,
  });
const begin = async (who: Sample, account?: string): Promise<string> =>
  expectStatus(await start(who, account), 201).body.resetId;
const send = (id: string) => runtime.http('POST', `/v1/password-resets/${id}/sms`);
const complete = (id: string, body: object) =>
  runtime.http('POST', `/v1/password-resets/${id}/complete`, body);

async function withCode(who: Sample, account?: string) {
  await wait(runtime, 61);
  const id = await begin(who, account);
  expectStatus(await send(id), 202);
  return { id, smsCode: await codeFor(runtime, who.phone) };
}
async function withFace(who: Sample) {
  const id = await begin(who);
  const scan = expectStatus(await runtime.http('POST', `/v1/password-resets/${id}/face`), 201).body;
  expectStatus(await scanFace(runtime, scan.qrContent), 200);
  return { id, faceTicket: scan.ticket as string };
}
async function resetByFace(who: Sample, newPassword: string) {
  const { id, faceTicket } = await withFace(who);
  return complete(id, { faceTicket, newPassword });
}
const wrongTo = (code: string) => (code === '123456' ? '654321' : '123456');
async function lock(who: Sample) {
  for (let i = 0; i < 5; i++) await enterPassword(runtime, who.documentNumber, 'Falsch#9182');
  expect((await enterPassword(runtime, who.documentNumber, who.password)).body.code).toBe('ACCOUNT_LOCKED');
}

describe('PWD-1 忘记密码', () => {
  long(
    'PWD-1 PWD-3 by SMS: the new password works, the old one does not, and the person is told',
    async () => {
      const who = await registered(runtime);
      await wait(runtime, 61);
      const begun = expectStatus(await start(who), 201).body;
      expect(begun).toEqual({
        resetId: expect.stringMatching(/^[\w-]{22,64}$/),
        methods: [
          { method: 'sms', maskedPhone: `${who.phone.slice(0, 3)}****${who.phone.slice(7)}` },
          { method: 'face' },
        ],
      });
      expectStatus(await send(begun.resetId), 202);
      const newPassword = freshPassword();
      const done = await complete(begun.resetId, { smsCode: await codeFor(runtime, who.phone), newPassword });
      expect(done.status).toBe(204);
      expect(done.body).toBeUndefined();
      expect((await enterPassword(runtime, who.documentNumber, who.password)).body.code).toBe(
        'BAD_CREDENTIALS',
      );
      expect((await enterPassword(runtime, who.documentNumber, newPassword)).status).toBe(201);

      const [notice] = runtime.sms(who.phone);
      expect(notice).toMatchObject({ purpose: 'notice' });
      expect(notice?.code).toBeUndefined();
      expect(notice?.text).toMatch(/^【安徽税务】.*密码已修改/);
      // The ticket is used up.
      expect(
        (await complete(begun.resetId, { smsCode: '123456', newPassword: freshPassword() })).body.code,
      ).toBe('STATE_CONFLICT');
      expect((await send(begun.resetId)).body.code).toBe('STATE_CONFLICT');
    },
  );

  long('PWD-1 by face, without any SMS but the notice', async () => {
    const who = await registered(runtime);
    const before = runtime.sms(who.phone).length;
    const newPassword = freshPassword();
    expectStatus(await resetByFace(who, newPassword), 204);
    expect((await enterPassword(runtime, who.phone, newPassword)).status).toBe(201);
    expect((await enterPassword(runtime, who.phone, who.password)).body.code).toBe('BAD_CREDENTIALS');
    expect(
      runtime
        .sms(who.phone)
        .slice(0, -before)
        .map((sms) => sms.purpose),
    ).toEqual(['notice']);
  });

  long('PWD-1 takes document, phone and username for the account', async () => {
    const username = `Lushan${Date.now() % 1_000_000}`;
    const who = await registered(runtime, person(), { username });
    for (const account of [who.documentNumber, who.phone, username, ` ${who.documentNumber.toLowerCase()}`])
      expect((await start(who, account)).body.methods[0].maskedPhone.slice(-4)).toBe(who.phone.slice(-4));
    expect((await start(who, username.toUpperCase())).body.code).toBe('USER_NOT_REGISTERED');
  });

  long('PWD-1 DOC-2 takes name and number however they are typed', async () => {
    const who = await registered(runtime, personWith('227', { name: 'Zhang San Feng' }));
    const typed = { name: ' ZHANG  san feng ', documentNumber: ` ${who.documentNumber.toLowerCase()}` };
    expect((await start(who, who.phone, typed)).status).toBe(201);
  });

  keeping(2)<[string, (who: Sample, other: Sample) => object]>([
    ['another name', () => ({ name: '司徒不是' })],
    ['an unknown number', () => ({ documentNumber: residentNumber() })],
    ['a number of no form', () => ({ documentNumber: 'x' })],
    [
      "somebody else's name and number",
      (_, other) => ({ name: other.name, documentNumber: other.documentNumber }),
    ],
    ["somebody else's number", (_, other) => ({ documentNumber: other.documentNumber })],
  ])('PWD-1 refuses %s beside a known account, tells nothing, and writes it down', async (_, changes) => {
    const who = person();
    const key = await subjectOf(runtime, () => registered(runtime, who), 'registered');
    const other = await registered(runtime);
    for (const account of [who.documentNumber, who.phone]) {
      const written = await eventsOf(runtime, async () => {
        const refused = await start(who, account, changes(who, other));
        expect(refused.body).toMatchObject({ status: 401, code: 'IDENTITY_MISMATCH' });
        expect(Object.keys(refused.body).sort()).toEqual([
          'code',
          'detail',
          'status',
          'title',
          'traceId',
          'type',
        ]);
      });
      expect(written).toMatchObject([{ subject: key, kind: 'password-reset', outcome: 'failure' }]);
    }
  });

  long('PWD-1 LGN-4 says who is not registered', async () => {
    const nobody = person();
    expect((await start(nobody)).body).toMatchObject({ status: 404, code: 'USER_NOT_REGISTERED' });
    expect((await start(nobody, nobody.phone)).body).toMatchObject({ status: 404, code: 'PHONE_NOT_FOUND' });
    expect((await start(nobody, 'Niemand2026')).body.code).toBe('USER_NOT_REGISTERED');
    expect((await start(nobody, '？？？')).body.code).toBe('USER_NOT_REGISTERED');

    const gone = person();
    const key = await subjectOf(runtime, () => registered(runtime, gone), 'registered');
    const { id, faceTicket } = await withFace(gone);
    await setOnPerson(runtime, key, 'account', { status: 'cancelled', since: new Date().toISOString() });
    expect((await start(gone)).body.code).toBe('USER_NOT_REGISTERED');
    expect((await complete(id, { faceTicket, newPassword: freshPassword() })).status).toBe(404);
  });

  long('PWD-1 PHN-3 a recycled phone number alone is not a person', async () => {
    const former = await registered(runtime);
    await wait(runtime, 61);
    const owner = person({ phone: former.phone });
    const id = await startRegistration(runtime, owner);
    expectStatus(await runtime.http('POST', `/v1/registrations/${id}/sms`, { phone: owner.phone }), 202);
    const profile = {
      phone: owner.phone,
      smsCode: await codeFor(runtime, owner.phone),
      password: owner.password,
      takeoverPhone: true,
    };
    // Before the takeover, the new owner of the SIM card knows neither the name nor the document of the account.
    expect((await start(owner, owner.phone)).body.code).toBe('IDENTITY_MISMATCH');
    expectStatus(await runtime.http('PUT', `/v1/registrations/${id}/profile`, profile), 200);
    const scan = expectStatus(await runtime.http('POST', `/v1/registrations/${id}/face`), 201).body;
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    expectStatus(await runtime.http('POST', `/v1/registrations/${id}/complete`), 201);
    // After the takeover, the number does not help the former holder; with the document only the face is offered.
    expect((await start(former, former.phone)).body.code).toBe('IDENTITY_MISMATCH');
    const byDocument = expectStatus(await start(former), 201).body;
    expect(byDocument.methods).toEqual([{ method: 'face' }]);
    expect((await send(byDocument.resetId)).body).toMatchObject({ status: 409, code: 'PHONE_EMPTY' });
    expectStatus(await resetByFace(former, freshPassword()), 204);
  });

  long('PWD-1 DOC-6 asks which is meant of two who hold the number under different types', async () => {
    const taiwanese = await registered(runtime, personWith('213'));
    const foreigner = personWith('299', { documentNumber: taiwanese.documentNumber });
    await runtime.registry(collectionLine(foreigner));
    const id = await startRegistration(runtime, foreigner);
    expectStatus(await runtime.http('POST', `/v1/registrations/${id}/sms`, { phone: foreigner.phone }), 202);
    const { phone, password } = foreigner;
    const smsCode = await codeFor(runtime, phone);
    expectStatus(
      await runtime.http('PUT', `/v1/registrations/${id}/profile`, { phone, password, smsCode }),
      200,
    );
    expectStatus(await runtime.http('POST', `/v1/registrations/${id}/complete`), 201);
    const kindOf = ({ documentType }: Sample) => ({ kind: 'document', documentType });
    for (const who of [taiwanese, foreigner]) {
      expect((await start(who)).body).toMatchObject({
        status: 409,
        code: 'ACCOUNT_AMBIGUOUS',
        kinds: [kindOf(taiwanese), kindOf(foreigner)],
      });
      const { documentNumber, name } = who;
      const body = { account: documentNumber, accountKind: kindOf(who), name, documentNumber };
      const opened = expectStatus(await runtime.http('POST', '/v1/password-resets', body), 201).body;
      expect(opened.methods[0].maskedPhone.slice(-4)).toBe(who.phone.slice(-4));
    }
  });

  long('PWD-1 a ticket is over after 30 minutes, and of no other journey', async () => {
    const who = await registered(runtime);
    const { id, faceTicket } = await withFace(who);
    await wait(runtime, defaultPolicies.resetSeconds);
    expect((await complete(id, { faceTicket, newPassword: freshPassword() })).body).toMatchObject({
      status: 410,
      code: 'EXPIRED',
    });
    expect((await send(id)).body.code).toBe('EXPIRED');
    const login = await loginTicket(runtime, who);
    expect((await send(login)).status).toBe(404);
    expect((await complete(login, { smsCode: '123456', newPassword: freshPassword() })).status).toBe(404);
    const another = await begin(who);
    expect((await runtime.http('POST', `/v1/logins/${another}/sms`)).status).toBe(404);
    expect((await runtime.http('POST', `/v1/logins/${another}/verify`, { smsCode: '123456' })).status).toBe(
      404,
    );
  });

  long('PWD-1 wants exactly one factor, and takes no face check but its own', async () => {
    const who = await registered(runtime);
    const mine = await withFace(who);
    const other = await withFace(await registered(runtime));
    const newPassword = freshPassword();
    for (const body of [{ newPassword }, { newPassword, smsCode: '123456', faceTicket: mine.faceTicket }])
      expect((await complete(mine.id, body)).body.code).toBe('BAD_REQUEST');
    const second = await begin(who);
    const loginId = await loginTicket(runtime, who);
    const loginScan = expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/face`), 201).body;
    expectStatus(await scanFace(runtime, loginScan.qrContent), 200);
    for (const [id, faceTicket] of [
      [mine.id, other.faceTicket],
      [mine.id, loginScan.ticket],
      [mine.id, 'made-up-ticket-of-nobody'],
      [second, mine.faceTicket],
    ])
      expect((await complete(id, { faceTicket, newPassword })).body).toMatchObject({
        status: 403,
        code: 'FACE_REQUIRED',
      });
    expectStatus(await complete(mine.id, { faceTicket: mine.faceTicket, newPassword }), 204);
  });

  long('SMS-2 a code of the reset serves nothing else, and nothing else serves the reset', async () => {
    const who = await registered(runtime);
    const { id, smsCode } = await withCode(who);
    const loginId = await loginTicket(runtime, who);
    expect((await runtime.http('POST', `/v1/logins/${loginId}/verify`, { smsCode })).body.code).toBe(
      'SMS_CODE_WRONG',
    );
    await wait(runtime, 61);
    expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/sms`), 202);
    const loginCode = await codeFor(runtime, who.phone);
    if (loginCode !== smsCode)
      expect((await complete(id, { smsCode: loginCode, newPassword: freshPassword() })).body.code).toBe(
        'SMS_CODE_WRONG',
      );
    expectStatus(await complete(id, { smsCode, newPassword: freshPassword() }), 204);
  });

  long('SMS-2 exactly one of parallel completions with the right code changes the password', async () => {
    const who = await registered(runtime);
    const { id, smsCode } = await withCode(who);
    const passwords = [freshPassword(), freshPassword(), freshPassword()];
    const replies = await Promise.all(passwords.map((newPassword) => complete(id, { smsCode, newPassword })));
    expect(replies.filter((reply) => reply.status === 204)).toHaveLength(1);
    for (const reply of replies) expect([204, 401, 409]).toContain(reply.status);
    const winner = passwords[replies.findIndex((reply) => reply.status === 204)] ?? '';
    expect((await enterPassword(runtime, who.documentNumber, winner)).status).toBe(201);
  });
});

describe('PWD-2 what a password may be', () => {
  const username = `Dabie${Date.now() % 1_000_000}`;
  let who: Sample;
  beforeAll(async () => {
    who = await registered(runtime, person(), { username });
  });

  keeping(6)<[string, () => string, string[]]>([
    ['too short', () => 'Kx7#pQz', ['length']],
    ['too long', () => 'Kx7#pQzWm4!tRb9@Lc6^v', ['length']],
    ['two classes', () => 'qmtzkwrb59273', ['classes']],
    ['white space', () => 'Kx7#p QzWm', ['whitespace']],
    ['the username', () => `#9${username.toUpperCase()}z`, ['contains-username']],
    ['the phone', () => `Kx#${who.phone}`, ['contains-phone']],
    ['six digits of the document', () => `Kx#z${who.documentNumber.slice(8, 14)}q`, ['contains-document']],
    ['four the same', () => 'Kx7#zzzzQ9m', ['run']],
    ['four upwards', () => 'Kx7#2345Qm', ['run']],
    ['four downwards', () => 'Kx7#DcbAQm', ['run']],
    ['a common one', () => 'Password1!', ['common']],
    ['the present one', () => who.password, ['history']],
    ['several at once', () => 'aaaa aa', ['length', 'classes', 'whitespace', 'run']],
  ])('PWD-2 names %s', async (_, make, reasons) => {
    const { id, faceTicket } = await withFace(who);
    const refused = await complete(id, { faceTicket, newPassword: make() });
    expect(refused.body).toMatchObject({ status: 422, code: 'PASSWORD_WEAK' });
    // Random digits of a document or phone can also form a run.
    expect(refused.body.reasons).toEqual(expect.arrayContaining(reasons));
    if (!make().includes(who.phone) && !reasons.includes('contains-document'))
      expect(refused.body.reasons).toEqual(reasons);
    expect(refused.body.detail.length).toBeGreaterThan(5);
    expect(JSON.stringify(refused.body)).not.toContain(make());
    // A refusal does not spend the factor.
    const old = who.password;
    who = { ...who, password: freshPassword() };
    expectStatus(await complete(id, { faceTicket, newPassword: who.password }), 204);
    expect((await enterPassword(runtime, who.documentNumber, old)).body.code).toBe('BAD_CREDENTIALS');
  });

  long(
    'PWD-2 SMS-2 a weak password leaves the code usable, and a wrong code says nothing about the password',
    async () => {
      const one = await registered(runtime);
      const { id, smsCode } = await withCode(one);
      const blind = await complete(id, { smsCode: wrongTo(smsCode), newPassword: 'weak' });
      expect(blind.body).toMatchObject({ code: 'SMS_CODE_WRONG', remainingAttempts: 4 });
      for (let i = 0; i < 6; i++)
        expect((await complete(id, { smsCode, newPassword: 'weak' })).body.code).toBe('PASSWORD_WEAK');
      expectStatus(await complete(id, { smsCode, newPassword: freshPassword() }), 204);
    },
  );

  long('PWD-2 refuses the last five, and only those', async () => {
    const one = await registered(runtime);
    const used = [one.password];
    for (let i = 0; i < 5; i++) {
      const next = freshPassword();
      expectStatus(await resetByFace(one, next), 204);
      used.push(next);
    }
    // used[0] is now the sixth last password.
    for (const old of used.slice(1)) {
      const refused = await resetByFace(one, old);
      expect(refused.body).toMatchObject({ code: 'PASSWORD_WEAK', reasons: ['history'] });
    }
    expectStatus(await resetByFace(one, used[0] ?? ''), 204);
    expect((await enterPassword(runtime, one.documentNumber, one.password)).status).toBe(201);
  });
});

describe('PWD-3 what a change does', () => {
  long('PWD-3 SES-2 ends every session with its reason', async () => {
    const who = await registered(runtime);
    const { session, cookie } = await loggedInByFace(runtime, who);
    const written = await eventsOf(runtime, async () =>
      expectStatus(await resetByFace(who, freshPassword()), 204),
    );
    expect(written.map((event) => event.kind)).toEqual(
      expect.arrayContaining(['password-reset', 'session-ended']),
    );
    const shown = await runtime.http('GET', '/v1/session', undefined, { token: session.accessToken });
    expect(shown.body).toMatchObject({ status: 401, code: 'SESSION_ENDED', reason: 'credential-change' });
    expect(shown.body.at).toMatch(/\+08:00$/);
    const refreshed = await runtime.http('POST', '/v1/session/refresh', undefined, { cookie });
    expect(refreshed.body).toMatchObject({ status: 401, code: 'SESSION_ENDED', reason: 'credential-change' });
  });

  long('PWD-3 ends a login that was begun with the old password', async () => {
    const who = await registered(runtime);
    const loginId = await loginTicket(runtime, who);
    const scan = expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/face`), 201).body;
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    expectStatus(await resetByFace(who, freshPassword()), 204);
    const late = await runtime.http('POST', `/v1/logins/${loginId}/verify`, { faceTicket: scan.ticket });
    expect(late.status).toBe(409);
    expect(late.cookie).toBeUndefined();
    expect(late.body.session).toBeUndefined();
  });

  long('PWD-3 leaves no session of the old password alive, however the two race', async () => {
    for (let round = 0; round < 8; round++) {
      const who = await registered(runtime);
      const loginId = await loginTicket(runtime, who);
      const scan = expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/face`), 201).body;
      expectStatus(await scanFace(runtime, scan.qrContent), 200);
      const { id, faceTicket } = await withFace(who);
      const [login, reset] = await Promise.all([
        runtime.http('POST', `/v1/logins/${loginId}/verify`, { faceTicket: scan.ticket }),
        complete(id, { faceTicket, newPassword: freshPassword() }),
      ]);
      expect(reset.status).toBe(204);
      expect([200, 409]).toContain(login.status);
      if (login.status !== 200) continue;
      const shown = await runtime.http('GET', '/v1/session', undefined, {
        token: login.body.session.accessToken,
      });
      expect(shown.body).toMatchObject({ code: 'SESSION_ENDED', reason: 'credential-change' });
    }
  });

  long('PWD-3 stores argon2id of at least 19 MiB, two passes, one lane', async () => {
    const who = person();
    const usual = runtime;
    runtime = await openTestRuntime({ realHashes: true });
    onTestFinished(async () => {
      await runtime.stop();
      runtime = usual;
    });
    const key = await subjectOf(runtime, () => registered(runtime, who), 'registered');
    expectStatus(await resetByFace(who, freshPassword()), 204);
    const { password, passwordHistory } = (await personOf(runtime, key)) as {
      password: unknown;
      passwordHistory: unknown[];
    };
    expect(passwordHistory).toHaveLength(2);
    for (const stored of [password, ...passwordHistory]) {
      const text = JSON.stringify(stored);
      expect(text).toContain('$argon2id$v=19$');
      const [memory, passes, lanes] = ['m', 't', 'p'].map(
        (name) => new RegExp(`[$,]${name}=(\\d+)`).exec(text)?.[1],
      );
      expect(Number(memory)).toBeGreaterThanOrEqual(19_456);
      expect(Number(passes)).toBeGreaterThanOrEqual(2);
      expect(lanes).toBe('1');
    }
  });

  it.each(['sms', 'face'])('LCK-3 LCK-5 by %s it unlocks at once and clears all counts', async (method) => {
    const who = await settled(runtime);
    await lock(who);
    const newPassword = freshPassword();
    const factor = method === 'sms' ? await withCode(who) : await withFace(who);
    const written = await eventsOf(runtime, async () => {
      const { id, ...proof } = factor;
      expectStatus(await complete(id, { ...proof, newPassword }), 204);
    });
    expect(written.map(({ kind, outcome }) => `${kind} ${outcome}`).sort()).toEqual([
      'password-reset success',
      'unlocked success',
    ]);
    const wrong = await enterPassword(runtime, who.documentNumber, 'Falsch#9182');
    expect(wrong.body).toMatchObject({ code: 'BAD_CREDENTIALS', remainingAttempts: 4 });
    expect((await enterPassword(runtime, who.documentNumber, newPassword)).status).toBe(201);
  });

  it('LCK-3 AUD-1 no unlock is written where nobody was locked', async () => {
    const who = await settled(runtime);
    const { id, faceTicket } = await withFace(who);
    const written = await eventsOf(runtime, () => complete(id, { faceTicket, newPassword: freshPassword() }));
    expect(written.map((event) => event.kind)).toEqual(['password-reset']);
  });

  long('LCK-5 five failed faces end the ticket and lock nobody', async () => {
    const who = person();
    const key = await subjectOf(runtime, () => registered(runtime, who), 'registered');
    const id = await begin(who);
    const scan = expectStatus(await runtime.http('POST', `/v1/password-resets/${id}/face`), 201).body;
    runtime.face('fail');
    for (const left of [4, 3, 2, 1, 0])
      expect((await scanFace(runtime, scan.qrContent)).body).toMatchObject({
        passed: false,
        remainingAttempts: left,
      });
    runtime.face('pass');
    expect((await poll(runtime, scan)).body.state).toBe('failed');
    expect((await send(id)).body.code).toBe('STATE_CONFLICT');
    expect((await complete(id, { faceTicket: scan.ticket, newPassword: freshPassword() })).body.code).toBe(
      'STATE_CONFLICT',
    );
    expect((await rowsOf(runtime, 'Lockouts')).filter((row) => row.personKey === key && row.face)).toEqual(
      [],
    );
    expect((await enterPassword(runtime, who.documentNumber, who.password)).status).toBe(201);
  });

  long('LCK-5 after ten wrong codes of a day only the face is left', async () => {
    const who = await registered(runtime);
    for (let round = 0; round < 2; round++) {
      const { id, smsCode } = await withCode(who);
      for (let i = 0; i < 5; i++)
        expect(
          (await complete(id, { smsCode: wrongTo(smsCode), newPassword: freshPassword() })).body.code,
        ).toBe('SMS_CODE_WRONG');
      expect((await complete(id, { smsCode, newPassword: freshPassword() })).status).toBe(401);
    }
    await wait(runtime, 61);
    const id = await begin(who);
    expect((await send(id)).body).toMatchObject({ status: 403, code: 'FACE_REQUIRED' });
    expectStatus(await resetByFace(who, freshPassword()), 204);
  });

  long('FACE-1 the 个人所得税 APP must be logged in as the person of the account', async () => {
    const who = await registered(runtime);
    const id = await begin(who);
    const scan = expectStatus(await runtime.http('POST', `/v1/password-resets/${id}/face`), 201).body;
    expect((await scanFace(runtime, scan.qrContent, 'iit-app', person({ phone: mobile() }))).body.code).toBe(
      'FACE_MISMATCH',
    );
    const kit = await startKit(runtime, scan.qrContent, 'iit-app', claimOf(who));
    expect((await kit.result()).body.passed).toBe(true);
    expectStatus(await complete(id, { faceTicket: scan.ticket, newPassword: freshPassword() }), 204);
  });
});

describe('PWD-1 settings', () => {
  long(
    'PWD-1 MIG-1 a stage may keep imported numbers from resetting until an SMS to them was answered here',
    async () => {
      const strict = await openTestRuntime({ policies: { unprovenPhoneResets: false } });
      try {
        const who = await moved(strict, person());
        const begin = async () =>
          expectStatus(
            await strict.http('POST', '/v1/password-resets', {
              account: who.phone,
              name: who.name,
              documentNumber: who.documentNumber,
            }),
            201,
          ).body;
        const first = await begin();
        expect(first.methods).toEqual([{ method: 'face' }]);
        expect((await strict.http('POST', `/v1/password-resets/${first.resetId}/sms`)).body.code).toBe(
          'PHONE_EMPTY',
        );
        // A login by SMS proves the number.
        await loggedIn(strict, who);
        expect((await begin()).methods).toMatchObject([{ method: 'sms' }, { method: 'face' }]);
      } finally {
        await strict.stop();
      }
    },
  );
});
