import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Channel } from '#domain/names.ts';
import { documentTypes } from '#domain/people/documents.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { mobile, person, type Sample } from '../support/people.ts';
import {
  askRegistration,
  codeFor,
  enterPassword,
  expectStatus,
  fillProfile,
  loginTicket,
  openTestRuntime,
  registered,
  scanFace,
  sendRegistrationCode,
  startRegistration,
  type TestRuntime,
  wait,
} from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import { asChannel, poll, startKit } from './support/channels.ts';
import { collectionLine, directTypes, officeFirstTypes, personWith } from './support/documents.ts';
import { type Event, eventsOf, personOf, rowsOf, setOnPerson, subjectOf } from './support/tables.ts';

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await openTestRuntime();
});
afterAll(() => runtime?.stop());

const start = (who: Sample, overrides: object = {}) => askRegistration(runtime, who, overrides);
const startFace = async (id: string) =>
  expectStatus(await runtime.http('POST', `/v1/registrations/${id}/face`), 201).body;
const complete = (id: string) => runtime.http('POST', `/v1/registrations/${id}/complete`);
const passFace = async (id: string) =>
  expectStatus(await scanFace(runtime, (await startFace(id)).qrContent), 200);
/** Makes every step except the last one. */
async function ready(who: Sample, extra: object = {}): Promise<string> {
  const id = await startRegistration(runtime, who);
  expectStatus(await fillProfile(runtime, id, who, extra), 200);
  await passFace(id);
  return id;
}
async function failFace(qrContent: string, outcome: 'fail' | 'mismatch' = 'fail') {
  runtime.face(outcome);
  try {
    return await scanFace(runtime, qrContent);
  } finally {
    runtime.face('pass');
  }
}

describe('REG-1 logged in by registering', () => {
  long(
    'REG-1 SES-5 on the web the last step opens a session with a fresh factor and its cookie',
    async () => {
      const who = person();
      const reply = expectStatus(await complete(await ready(who)), 201);
      const { session } = reply.body;
      expect(session).toMatchObject({ identity: { kind: 'natural' }, person: { realNameLevel: 4 } });
      expect(reply.headers.get('set-cookie')).toMatch(/^__Host-refresh=/);
      const token = session.accessToken;
      expectStatus(await runtime.http('GET', '/v1/session', undefined, { token }), 200);
      // The session has a fresh factor, so a change that needs one is allowed.
      const renamed = await runtime.http(
        'PUT',
        '/v1/account/username',
        { username: `u${who.phone.slice(1)}` },
        { token },
      );
      expectStatus(renamed, 200);
      const { body } = await runtime.http('GET', '/v1/account/activity', undefined, { token });
      expect(body.events.find(({ kind }: Event) => kind === 'login')?.detail).toMatchObject({
        method: 'registration',
      });
    },
  );

  long('REG-1 a session that cannot be opened leaves the person registered, who logs in', async () => {
    const who = person();
    const id = await ready(who);
    runtime.faults.add({
      kind: 'error500',
      function: 'registration',
      table: 'Sessions',
      times: Number.POSITIVE_INFINITY,
    });
    const reply = await complete(id);
    runtime.faults.clear();
    expectStatus(reply, 201);
    expect(reply.body.session).toBeUndefined();
    expectStatus(await enterPassword(runtime, who.phone, who.password), 201);
  });
});

describe('REG-1 the steps of a registration', () => {
  long(
    'REG-1 LVL-1 go from identity over basic information and face check to real-name level 4',
    async () => {
      const who = person();
      const begun = expectStatus(await start(who), 201).body;
      expect(begun).toEqual({ registrationId: expect.stringMatching(/^[\w-]{22,64}$/), faceRequired: true });
      const id = begun.registrationId;
      expect((await complete(id)).body).toMatchObject({ status: 409, code: 'STEP_MISSING' });

      const sent = expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202).body;
      expect(sent).toEqual({
        maskedPhone: `${who.phone.slice(0, 3)}****${who.phone.slice(7)}`,
        resendAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/),
      });
      const profile = await runtime.http('PUT', `/v1/registrations/${id}/profile`, {
        phone: who.phone,
        smsCode: await codeFor(runtime, who.phone),
        password: who.password,
      });
      expect(expectStatus(profile, 200).body).toEqual({ maskedPhone: sent.maskedPhone, faceRequired: true });
      expect((await complete(id)).body).toMatchObject({ status: 403, code: 'FACE_REQUIRED' });
      expect((await enterPassword(runtime, who.documentNumber, who.password)).body.code).toBe(
        'USER_NOT_REGISTERED',
      );

      const scan = await startFace(id);
      expect((await poll(runtime, scan)).body).toEqual({ state: 'pending' });
      expect((await scanFace(runtime, scan.qrContent)).body).toMatchObject({ passed: true });
      expect((await poll(runtime, scan)).body).toEqual({ state: 'passed' });
      const done = await complete(id);
      expect(done.status).toBe(201);
      expect(done.body).toMatchObject({ realNameLevel: 4 });
      expect((await enterPassword(runtime, who.documentNumber, who.password)).status).toBe(201);
      expect((await enterPassword(runtime, who.phone, who.password)).status).toBe(201);
    },
  );

  long('REG-1 refuses a face check before the basic information', async () => {
    const id = await startRegistration(runtime, person());
    expect((await runtime.http('POST', `/v1/registrations/${id}/face`)).body.code).toBe('STEP_MISSING');
  });

  long('REG-1 a registration is used up by its completion and over after 30 minutes', async () => {
    const who = person();
    const id = await ready(who);
    expectStatus(await complete(id), 201);
    for (const [method, path, body] of [
      ['POST', 'complete', undefined],
      ['POST', 'face', undefined],
      ['POST', 'sms', { phone: who.phone }],
      ['PUT', 'profile', { phone: who.phone, smsCode: '123456', password: who.password }],
    ] as const)
      expect((await runtime.http(method, `/v1/registrations/${id}/${path}`, body)).body).toMatchObject({
        status: 409,
        code: 'STATE_CONFLICT',
      });

    const late = await ready(person());
    await wait(runtime, defaultPolicies.registrationSeconds);
    expect((await complete(late)).body).toMatchObject({ status: 410, code: 'EXPIRED' });
    expect((await sendRegistrationCode(runtime, late, mobile())).body.code).toBe('EXPIRED');
  });

  long('REG-1 takes no ticket of another journey', async () => {
    const who = await registered(runtime);
    const loginId = await loginTicket(runtime, who);
    expect((await complete(loginId)).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect((await sendRegistrationCode(runtime, loginId, mobile())).status).toBe(404);
  });

  it('REG-3 tells a registered person so', async () => {
    const who = await registered(runtime);
    const again = await start(who);
    expect(again.body).toMatchObject({
      status: 409,
      code: 'ALREADY_REGISTERED',
      title: '您已注册，请直接登录',
    });
  });

  long('REG-3 lets only one of two open registrations of one person succeed', async () => {
    const who = person();
    const [first, second] = [await ready(who), await ready({ ...who, phone: mobile() })];
    expectStatus(await complete(first), 201);
    expect((await complete(second)).body.code).toBe('ALREADY_REGISTERED');
  });

  long('REG-3 PHN-5 lets exactly one of parallel completions of one person succeed', async () => {
    const who = person();
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) ids.push(await ready({ ...who, phone: mobile() }));
    const replies = await Promise.all([...ids, ...ids].map(complete));
    expect(replies.filter((reply) => reply.status === 201)).toHaveLength(1);
    for (const reply of replies)
      if (reply.status !== 201) expect(['ALREADY_REGISTERED', 'STATE_CONFLICT']).toContain(reply.body.code);
  });
});

describe('DOC-1 the twelve document types', () => {
  it('DOC-1 are exactly the types of the contract', () => {
    expect([...directTypes, ...officeFirstTypes].sort()).toEqual(
      documentTypes.map((type) => type.code).sort(),
    );
  });

  keeping(2)(directTypes)(
    'DOC-1 REG-1 DOC-5 %s registers online and logs in without a type',
    async (type) => {
      const who = await registered(runtime, personWith(type));
      const login = await enterPassword(runtime, ` ${who.documentNumber.toLowerCase()} `, who.password);
      expect(expectStatus(login, 201).body.secondFactors[0]).toMatchObject({ method: 'sms' });
    },
  );

  keeping(1)(officeFirstTypes)(
    'REG-2 LVL-1 %s needs the hall, then registers with its phone, no face, level 5',
    async (type) => {
      const who = personWith(type);
      const before = await rowsOf(runtime, 'Users');
      const tickets = await rowsOf(runtime, 'Tickets');
      const refused = await start(who);
      expect(refused.body).toMatchObject({ status: 403, code: 'OFFICE_COLLECTION_REQUIRED' });
      expect(refused.body.title).toContain('办税服务');
      // Neither a person nor a ticket was created.
      expect(await rowsOf(runtime, 'Users')).toHaveLength(before.length);
      expect(await rowsOf(runtime, 'Tickets')).toHaveLength(tickets.length);

      expect(await runtime.registry(collectionLine(who))).toMatchObject({ accepted: 1, rejected: [] });
      const begun = expectStatus(await start(who, { consents: ['privacy'] }), 201).body;
      expect(begun.faceRequired).toBe(false);
      const id = begun.registrationId;
      const stranger = mobile();
      const wrongPhone = await sendRegistrationCode(runtime, id, stranger);
      expect(wrongPhone.body).toMatchObject({ status: 401, code: 'IDENTITY_MISMATCH' });
      expect(runtime.sms(stranger)).toEqual([]);
      expectStatus(await fillProfile(runtime, id, who), 200);
      const done = expectStatus(await complete(id), 201);
      expect(done.body).toMatchObject({ realNameLevel: 5 });
      expect((await enterPassword(runtime, who.documentNumber, who.password)).status).toBe(201);
      expect((await enterPassword(runtime, who.phone, who.password)).status).toBe(201);
    },
  );

  it('REG-2 refuses another phone at the basic information too, whatever code it brings', async () => {
    const who = personWith('208');
    await runtime.registry(collectionLine(who));
    const id = expectStatus(await start(who), 201).body.registrationId;
    expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202);
    const other = await runtime.http('PUT', `/v1/registrations/${id}/profile`, {
      phone: mobile(),
      smsCode: await codeFor(runtime, who.phone),
      password: who.password,
    });
    expect(other.status).toBe(401);
    expect((await complete(id)).body.code).toBe('STEP_MISSING');
  });

  it('REG-2 a hall record stands for the face check of a direct type as well, and ties it to that phone', async () => {
    const who = person();
    await runtime.registry(collectionLine(who));
    const begun = expectStatus(await start(who, { consents: ['privacy'] }), 201).body;
    expect(begun.faceRequired).toBe(false);
    expect((await sendRegistrationCode(runtime, begun.registrationId, mobile())).body.code).toBe(
      'IDENTITY_MISMATCH',
    );
    expectStatus(await fillProfile(runtime, begun.registrationId, who), 200);
    expect((await complete(begun.registrationId)).body).toMatchObject({ realNameLevel: 5 });
  });

  long('REG-2 ENT-3 a newer hall record counts, an older one changes nothing', async () => {
    const who = personWith('239');
    const corrected = { ...who, phone: mobile() };
    await runtime.registry(collectionLine(who, 5));
    expect(await runtime.registry(collectionLine(corrected, 4))).toMatchObject({ accepted: 0, stale: 1 });
    const old = expectStatus(await start(who), 201).body.registrationId;
    expectStatus(await fillProfile(runtime, old, who), 200);
    await runtime.registry(collectionLine(corrected, 6));
    // The hall corrected the phone during the registration: only the newly checked number is accepted.
    expect((await complete(old)).body).toMatchObject({ status: 409, code: 'STATE_CONFLICT' });
    const fresh = expectStatus(await start(who), 201).body.registrationId;
    expect((await sendRegistrationCode(runtime, fresh, who.phone)).body.code).toBe('IDENTITY_MISMATCH');
    expectStatus(await fillProfile(runtime, fresh, corrected), 200);
    expect((await complete(fresh)).body).toMatchObject({ realNameLevel: 5 });
  });

  it('REG-2 a hall record that arrives under way does not let another phone slip in', async () => {
    const who = person();
    const id = await ready({ ...who, phone: mobile() });
    await runtime.registry(collectionLine(who));
    expect((await complete(id)).body.code).toBe('STATE_CONFLICT');
  });

  long('DOC-2 takes a number in full width, lower case and with spaces for the same', async () => {
    let who = person();
    while (!who.documentNumber.endsWith('X')) who = person();
    await registered(runtime, who);
    const wide = [...who.documentNumber.toLowerCase()]
      .map((c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0))
      .join('');
    for (const documentNumber of [who.documentNumber.toLowerCase(), `\u3000${wide} `])
      expect((await start(who, { documentNumber })).body.code).toBe('ALREADY_REGISTERED');
  });

  it('DOC-2 refuses numbers that are none of their type', async () => {
    const who = person();
    const last = who.documentNumber.at(-1) === '0' ? '1' : '0';
    for (const [documentType, documentNumber] of [
      ['201', who.documentNumber.slice(0, 17) + last],
      ['201', who.documentNumber.slice(0, 17)],
      ['233', who.documentNumber],
      ['237', who.documentNumber],
      ['238', who.documentNumber],
      ['210', 'A12345678'],
      ['213', '123'],
      ['227', '123456789'],
    ])
      expect((await start(who, { documentType, documentNumber })).body).toMatchObject({
        status: 400,
        code: 'DOCUMENT_INVALID',
      });
    expect((await start(who, { documentType: '101' })).body.code).toBe('BAD_REQUEST');
  });

  long('DOC-5 PERSON_MISMATCH refuses a number that another name holds under the same type', async () => {
    const who = await registered(runtime);
    const other = await start(who, { name: '欧阳不同' });
    expect(other.body).toMatchObject({ status: 409, code: 'PERSON_MISMATCH' });
    expect(JSON.stringify(other.body)).not.toContain(who.name);

    const collected = personWith('240');
    await runtime.registry(collectionLine(collected));
    expect((await start(collected, { name: '欧阳不同' })).body.code).toBe('PERSON_MISMATCH');
    const report = await runtime.registry(collectionLine({ ...collected, name: '欧阳不同' }, 2));
    expect(report.rejected).toMatchObject([{ line: 1, code: 'PERSON_MISMATCH' }]);
  });

  long('DOC-5 PERSON_MISMATCH is found again at completion, where another registered meanwhile', async () => {
    const who = person();
    const mine = await ready(who);
    const other = await ready({ ...who, name: '司马相如', phone: mobile() });
    expectStatus(await complete(mine), 201);
    expect(['ALREADY_REGISTERED', 'PERSON_MISMATCH']).toContain((await complete(other)).body.code);
  });

  long('DOC-5 DOC-6 one number under two types is two persons, and each says at login which', async () => {
    const taiwanese = personWith('213', { password: 'Jiangnan#7041' });
    const foreigner = personWith('208', {
      documentNumber: taiwanese.documentNumber,
      password: 'Huaibei!3926',
    });
    await registered(runtime, taiwanese);
    await runtime.registry(collectionLine(foreigner));
    const id = expectStatus(await start(foreigner), 201).body.registrationId;
    expectStatus(await fillProfile(runtime, id, foreigner), 200);
    expectStatus(await complete(id), 201);
    for (const who of [taiwanese, foreigner]) {
      const accountKind = { kind: 'document', documentType: who.documentType };
      const login = expectStatus(
        await enterPassword(runtime, who.documentNumber, who.password, 'natural', { accountKind }),
        201,
      );
      expect(login.body.secondFactors[0].maskedPhone.slice(-4)).toBe(who.phone.slice(-4));
    }
  });
});

describe('REG-4 registering again', () => {
  keeping(1)(['cancelled', 'invalid'])(
    'REG-4 a %s account is unknown at login and comes back by registering',
    async (status) => {
      const who = person();
      const key = await subjectOf(runtime, () => registered(runtime, who), 'registered');
      const before = await personOf(runtime, key);
      await setOnPerson(runtime, key, 'account', { status, since: new Date().toISOString() });
      expect((await enterPassword(runtime, who.documentNumber, who.password)).body).toMatchObject({
        status: 404,
        code: 'USER_NOT_REGISTERED',
        title: '该用户未注册',
      });
      expect((await enterPassword(runtime, who.phone, who.password)).body.code).toBe('PHONE_NOT_FOUND');
      expect((await start(who, { name: '诸葛无名' })).body.code).toBe('PERSON_MISMATCH');

      await wait(runtime, 61);
      const renewed = { ...who, password: 'Chaohu!8274' };
      const written = await eventsOf(runtime, () => registered(runtime, renewed));
      expect(written.find((event) => event.kind === 'registered')).toMatchObject({
        subject: key,
        detail: { again: true },
      });
      expect((await enterPassword(runtime, who.documentNumber, who.password)).body.code).toBe(
        'BAD_CREDENTIALS',
      );
      expect((await enterPassword(runtime, who.documentNumber, renewed.password)).status).toBe(201);
      // It is the same person: everything under the key (relations, consents, level) is there again.
      const after = await personOf(runtime, key);
      expect(after.account).toMatchObject({ status: 'active' });
      expect((after.consents as unknown[]).length).toBe((before.consents as unknown[]).length * 2);
      expect(after.realNameLevel).toBe(4);
    },
  );

  long('REG-4 PWD-2 keeps the history of passwords: the last ones stay refused', async () => {
    const who = person();
    const key = await subjectOf(runtime, () => registered(runtime, who), 'registered');
    await setOnPerson(runtime, key, 'account', { status: 'cancelled', since: new Date().toISOString() });
    await wait(runtime, 61);
    const id = await startRegistration(runtime, who);
    const same = await fillProfile(runtime, id, who);
    expect(same.body).toMatchObject({ status: 422, code: 'PASSWORD_WEAK', reasons: ['history'] });
  });
});

describe('REG-5 a failed face check', () => {
  long('REG-5 says what helps, allows another try, and names the hall and the police record', async () => {
    const who = person();
    const id = await startRegistration(runtime, who);
    expectStatus(await fillProfile(runtime, id, who), 200);
    const scan = await startFace(id);
    const failed = expectStatus(await failFace(scan.qrContent), 200).body;
    expect(failed).toMatchObject({ passed: false, remainingAttempts: 4 });
    const advice = JSON.stringify(failed);
    for (const word of ['光线', '人脸', '动作', '办税服务厅', '公安']) expect(advice).toContain(word);
    const waiting = (await poll(runtime, scan)).body;
    expect(waiting.state).toBe('scanned');
    expect(waiting).toMatchObject({ advice: failed.advice, remainingAttempts: 4 });

    const mismatch = await failFace(scan.qrContent, 'mismatch');
    expect(mismatch.body).toMatchObject({ status: 403, code: 'FACE_MISMATCH', remainingAttempts: 3 });
    for (const word of ['办税服务厅', '公安']) expect(JSON.stringify(mismatch.body)).toContain(word);

    expect((await scanFace(runtime, scan.qrContent)).body).toMatchObject({ passed: true });
    expectStatus(await complete(id), 201);
  });

  long('REG-5 five failures over several scans end the ticket', async () => {
    const who = person();
    const id = await startRegistration(runtime, who);
    expectStatus(await fillProfile(runtime, id, who), 200);
    const [first, second, third] = [await startFace(id), await startFace(id), await startFace(id)];
    const kit = await startKit(runtime, third.qrContent);
    const left: number[] = [];
    for (const scan of [first, first, second, first])
      left.push((await failFace(scan.qrContent)).body.remainingAttempts);
    expect(left).toEqual([4, 3, 2, 1]);
    const last = await failFace(second.qrContent, 'mismatch');
    expect(last.body.remainingAttempts).toBe(0);
    expect((await poll(runtime, second)).body).toMatchObject({ state: 'failed', remainingAttempts: 0 });
    // Nothing revives the ticket: not an open scan, not a new scan, and not the last step.
    expect((await kit.result()).status).toBe(409);
    expect((await runtime.http('POST', `/v1/registrations/${id}/face`)).body.code).toBe('STATE_CONFLICT');
    expect((await complete(id)).body.code).toBe('STATE_CONFLICT');
    // But the person may begin again at once.
    await wait(runtime, 61);
    await registered(runtime, who);
  });

  it('REG-5 counts one failed check once, however often its result is asked for', async () => {
    const who = person();
    const id = await startRegistration(runtime, who);
    expectStatus(await fillProfile(runtime, id, who), 200);
    const kit = await startKit(runtime, (await startFace(id)).qrContent);
    runtime.face('fail');
    const replies = await Promise.all([kit.result(), kit.result(), kit.result()]);
    runtime.face('pass');
    expect(replies.filter((reply) => reply.body.passed === false)).toHaveLength(1);
    for (const reply of replies) expect([200, 409]).toContain(reply.status);
    const scan = await startFace(id);
    expect((await failFace(scan.qrContent)).body.remainingAttempts).toBe(3);
  });
});

describe('REG-6 consents', () => {
  it.each([
    ['none', [], ['privacy']],
    ['face only', ['face'], ['privacy']],
    ['privacy only', ['privacy'], ['face']],
  ])('REG-6 %s: no step', async (_, consents, missing) => {
    const tickets = await rowsOf(runtime, 'Tickets');
    const reply = await start(person(), { consents });
    expect(reply.body).toMatchObject({ status: 400, code: 'CONSENT_REQUIRED', missing });
    expect(await rowsOf(runtime, 'Tickets')).toHaveLength(tickets.length);
  });

  long(
    'REG-6 records them with version and time; of the face check only transaction id and result are kept',
    async () => {
      const who = person();
      const written = await eventsOf(runtime, () => registered(runtime, who));
      const key = written.find((event) => event.kind === 'registered')?.subject ?? '';
      const { consents } = (await personOf(runtime, key)) as {
        consents: { kind: string; version: string; at: string }[];
      };
      expect(consents.map((consent) => consent.kind).sort()).toEqual(['face', 'privacy']);
      for (const consent of consents) {
        expect(consent.version).toBe(defaultPolicies.consentVersion);
        expect(Math.abs(Date.parse(consent.at) - runtime.clock.now().getTime())).toBeLessThan(60_000);
      }
      expect(written.find((event) => event.kind === 'consented')).toMatchObject({
        subject: key,
        outcome: 'success',
        detail: { consents: 'face privacy', version: defaultPolicies.consentVersion },
      });
      expect(written.find((event) => event.kind === 'face')).toMatchObject({
        outcome: 'success',
        detail: { transactionId: expect.stringMatching(/^local-/) },
      });
    },
  );

  long('REG-6 a face check needs its own consent, also where only a takeover asks for it', async () => {
    const holder = await registered(runtime);
    const who = personWith('241', { phone: holder.phone });
    await runtime.registry(collectionLine(who));
    const id = expectStatus(await start(who, { consents: ['privacy'] }), 201).body.registrationId;
    await wait(runtime, 61);
    expectStatus(await fillProfile(runtime, id, who, { takeoverPhone: true }), 200);
    const face = await runtime.http('POST', `/v1/registrations/${id}/face`);
    expect(face.body).toMatchObject({ status: 400, code: 'CONSENT_REQUIRED', missing: ['face'] });
  });
});

describe('REG-7 channels', () => {
  const others: Channel[] = ['wechat-mini', 'alipay-mini', 'iit-app', 'terminal', 'hall', 'exchange'];
  it.each(others)('REG-7 CHN-1 %s may not register, at no step', async (channel) => {
    const who = person();
    const call = asChannel(runtime, channel);
    const body = {
      name: who.name,
      documentType: who.documentType,
      documentNumber: who.documentNumber,
      consents: ['privacy', 'face'],
    };
    const refused = await call('POST', '/v1/registrations', body);
    expect(refused.body).toMatchObject({ status: 403, code: 'CHANNEL_NOT_ALLOWED' });
    const id = await startRegistration(runtime, who);
    for (const [method, step, sent] of [
      ['POST', 'sms', { phone: who.phone }],
      ['PUT', 'profile', { phone: who.phone, smsCode: '123456', password: who.password }],
      ['POST', 'face', undefined],
      ['POST', 'complete', undefined],
    ] as const)
      expect((await call(method, `/v1/registrations/${id}/${step}`, sent)).body.code).toBe(
        'CHANNEL_NOT_ALLOWED',
      );
    expect(runtime.sms(who.phone)).toEqual([]);
  });

  long('REG-7 the 安徽税务 APP registers, and the audit knows that it did', async () => {
    const who = person();
    const app = asChannel(runtime, 'ahtax-app');
    const written = await eventsOf(runtime, async () => {
      const { name, documentType, documentNumber, phone, password } = who;
      const id = expectStatus(
        await app('POST', '/v1/registrations', {
          name,
          documentType,
          documentNumber,
          consents: ['privacy', 'face'],
        }),
        201,
      ).body.registrationId;
      expectStatus(await app('POST', `/v1/registrations/${id}/sms`, { phone }), 202);
      const smsCode = await codeFor(runtime, phone);
      expectStatus(await app('PUT', `/v1/registrations/${id}/profile`, { phone, smsCode, password }), 200);
      const scan = expectStatus(await app('POST', `/v1/registrations/${id}/face`), 201).body;
      expectStatus(await scanFace(runtime, scan.qrContent), 200);
      const done = expectStatus(await app('POST', `/v1/registrations/${id}/complete`), 201).body;
      // The app keeps a session of its own (SES-3).
      expect(done).toMatchObject({ realNameLevel: 4 });
    });
    const kinds = (event: Event) => `${event.kind} ${event.channel}`;
    expect(written.map(kinds)).toEqual(['consented ahtax-app', 'face ahtax-app', 'registered ahtax-app']);
  });

  it('REG-7 CHN-1 a broken assertion does not fall back to the web', async () => {
    const who = person();
    const body = {
      name: who.name,
      documentType: who.documentType,
      documentNumber: who.documentNumber,
      consents: ['privacy', 'face'],
    };
    for (const assertion of [
      'x',
      'a.b.c',
      await runtime.assertion('ahtax-app', { method: 'POST', path: '/v1/logins' }),
    ])
      expect((await runtime.http('POST', '/v1/registrations', body, { assertion })).body).toMatchObject({
        status: 401,
        code: 'ASSERTION_INVALID',
      });
  });

  it('REG-8 companies do not register', async () => {
    const refused = await start(person(), { documentType: '101', documentNumber: '91350100M000100Y43' });
    expect(refused.status).toBe(400);
    const inPersonType = await start(person(), { documentNumber: '91350100M000100Y43' });
    expect(inPersonType.body.code).toBe('DOCUMENT_INVALID');
  });
});

describe('PHN-3 a number that somebody else holds', () => {
  long(
    'PHN-3 PHONE_TAKEN is said only after the right code, takeover needs the face, the holder is told',
    async () => {
      const holder = person();
      const holderKey = await subjectOf(runtime, () => registered(runtime, holder), 'registered');
      await wait(runtime, 61);
      const who = person({ phone: holder.phone, password: 'Fengyang!6183' });
      const id = await startRegistration(runtime, who);
      expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202);
      const code = await codeFor(runtime, who.phone);
      const wrong = code === '123456' ? '654321' : '123456';
      const save = (smsCode: string, extra: object = {}) =>
        runtime.http('PUT', `/v1/registrations/${id}/profile`, {
          phone: who.phone,
          smsCode,
          password: who.password,
          ...extra,
        });
      expect((await save(wrong)).body.code).toBe('SMS_CODE_WRONG');
      expect((await save(code)).body).toMatchObject({ status: 409, code: 'PHONE_TAKEN' });
      const taken = expectStatus(await save(code, { takeoverPhone: true }), 200);
      expect(taken.body.faceRequired).toBe(true);
      expect((await complete(id)).body.code).toBe('FACE_REQUIRED');
      // Until the last step the number stays with its holder.
      expect((await enterPassword(runtime, holder.phone, holder.password)).status).toBe(201);
      await passFace(id);
      const written = await eventsOf(runtime, () => complete(id));
      expect(written.filter((event) => event.subject === holderKey)).toMatchObject([
        { kind: 'phone-lost', outcome: 'success', detail: { reason: 'taken-over' } },
      ]);

      // The number belongs to the new owner, and LGN-5 applies to the former holder.
      const login = expectStatus(await enterPassword(runtime, who.phone, who.password), 201);
      expect(login.body.notices).toEqual([]);
      expect((await enterPassword(runtime, holder.phone, holder.password)).body.code).toBe('BAD_CREDENTIALS');
      const without = expectStatus(
        await enterPassword(runtime, holder.documentNumber, holder.password),
        201,
      ).body;
      expect(without.secondFactors).toEqual([{ method: 'face' }]);
      expect(without.notices[0].title).toContain('您的手机号为空');
      expect((await personOf(runtime, holderKey)).phones).toEqual([]);
    },
  );

  long('PHN-3 nobody takes over who did not ask for it', async () => {
    const who = person();
    const rival = person({ phone: who.phone });
    const id = await ready(who);
    await wait(runtime, 61);
    const rivalId = await ready(rival, { takeoverPhone: true });
    expectStatus(await complete(id), 201);
    // The number was free when the rival typed it, so the rival has not agreed to a takeover.
    expect((await complete(rivalId)).body).toMatchObject({ status: 409, code: 'PHONE_TAKEN' });
    await wait(runtime, 61);
    expectStatus(await fillProfile(runtime, rivalId, rival, { takeoverPhone: true }), 200);
    expectStatus(await complete(rivalId), 201);
    expect((await enterPassword(runtime, who.documentNumber, who.password)).body.secondFactors).toEqual([
      { method: 'face' },
    ]);
  });

  long('PHN-5 exactly one of parallel registrations gets the number', async () => {
    const phone = mobile();
    const people = [person({ phone }), person({ phone }), person({ phone })];
    const ids: string[] = [];
    for (const who of people) {
      ids.push(await ready(who));
      await wait(runtime, 61);
    }
    const replies = await Promise.all(ids.map(complete));
    expect(replies.map((reply) => reply.status).sort()).toEqual([201, 409, 409]);
    for (const reply of replies) if (reply.status === 409) expect(reply.body.code).toBe('PHONE_TAKEN');
    const winner = people[replies.findIndex((reply) => reply.status === 201)] as Sample;
    expect((await enterPassword(runtime, phone, winner.password)).status).toBe(201);
  });
});

describe('basic information', () => {
  async function withCodeSent(who: Sample) {
    const id = await startRegistration(runtime, who);
    expectStatus(await sendRegistrationCode(runtime, id, who.phone), 202);
    const smsCode = await codeFor(runtime, who.phone);
    const save = (changes: object = {}) =>
      runtime.http('PUT', `/v1/registrations/${id}/profile`, {
        phone: who.phone,
        smsCode,
        password: who.password,
        ...changes,
      });
    return { id, smsCode, wrong: smsCode === '123456' ? '654321' : '123456', save };
  }

  long(
    'SMS-2 PWD-2 USR-1 the code comes first, and a refusal for another reason leaves it usable',
    async () => {
      const { id, wrong, save } = await withCodeSent(person());
      const bad = { password: '123', username: '9' };
      const refused = await save({ ...bad, smsCode: wrong });
      expect(refused.body).toMatchObject({ status: 401, code: 'SMS_CODE_WRONG', remainingAttempts: 4 });
      expect((await save({ ...bad })).body.code).toBe('USERNAME_INVALID');
      const weak = await save({ password: 'Qz7#Kp' });
      expect(weak.body).toMatchObject({ status: 422, code: 'PASSWORD_WEAK', reasons: ['length'] });
      expect(weak.body.detail).toContain('8-20');
      expect((await save({ smsCode: wrong })).body.remainingAttempts).toBe(3);
      expectStatus(await save(), 200);
      // The call that succeeded has spent the code.
      expect((await save()).body.code).toBe('SMS_CODE_WRONG');
      await passFace(id);
      expectStatus(await complete(id), 201);
    },
  );

  it('SMS-2 OTP-03 the code belongs to its phone and its ticket', async () => {
    const mine = await withCodeSent(person());
    const other = await withCodeSent(person());
    expect((await mine.save({ phone: mobile() })).body.code).toBe('SMS_CODE_WRONG');
    if (mine.smsCode !== other.smsCode)
      expect((await mine.save({ smsCode: other.smsCode })).body.code).toBe('SMS_CODE_WRONG');
    expectStatus(await mine.save(), 200);
  });

  long('SMS-2 five wrong codes use it up, and five minutes end it', async () => {
    const who = person();
    const first = await withCodeSent(who);
    for (let i = 0; i < 5; i++)
      expect((await first.save({ smsCode: first.wrong })).body.code).toBe('SMS_CODE_WRONG');
    expect((await first.save()).body.code).toBe('SMS_CODE_WRONG');
    const late = await withCodeSent(person());
    await wait(runtime, 300);
    expect((await late.save()).body.code).toBe('SMS_CODE_WRONG');
  });

  long('LCK-5 ten wrong codes over several tickets under one name stop nobody who has it', async () => {
    const who = person();
    for (let round = 0; round < 2; round++) {
      const { save, wrong } = await withCodeSent({ ...who, phone: mobile() });
      for (let i = 0; i < 5; i++) expect((await save({ smsCode: wrong })).body.code).toBe('SMS_CODE_WRONG');
    }
    const id = await startRegistration(runtime, who);
    expectStatus(await sendRegistrationCode(runtime, id, mobile()), 202);
  });

  long(
    'USR-1 USR-2 a username is unique ignoring case, minds case at login, and has no shape of a number',
    async () => {
      const username = `Huizhou${Date.now() % 1_000_000}`;
      const owner = await registered(runtime, person(), { username });
      expect((await enterPassword(runtime, username, owner.password)).status).toBe(201);
      expect((await enterPassword(runtime, username.toUpperCase(), owner.password)).body.code).toBe(
        'USER_NOT_REGISTERED',
      );
      const { id, save } = await withCodeSent(person());
      expect((await save({ username: username.toLowerCase() })).body).toMatchObject({
        status: 409,
        code: 'USERNAME_TAKEN',
      });
      for (const bad of [
        'abc12',
        '1abcdef',
        'abc_def',
        'a'.repeat(21),
        '安徽用户名称',
        'H12345678',
        'EA1234567',
      ])
        expect((await save({ username: bad })).body).toMatchObject({ status: 422, code: 'USERNAME_INVALID' });
      expectStatus(await save({ username: `${username}b` }), 200);
      await passFace(id);
      expectStatus(await complete(id), 201);
    },
  );

  long('USR-1 a name taken between typing and completing is refused, and another one helps', async () => {
    const username = `Xin${Date.now() % 1_000_000}`;
    const late = person();
    const lateId = await ready(late, { username });
    await registered(runtime, person(), { username: username.toLowerCase() });
    expect((await complete(lateId)).body).toMatchObject({ status: 409, code: 'USERNAME_TAKEN' });
    await wait(runtime, 61);
    expectStatus(await fillProfile(runtime, lateId, late, { username: `${username}z` }), 200);
    expectStatus(await complete(lateId), 201);
  });

  long('SMS-2 the basic information may be given again, and the last one counts', async () => {
    const who = person();
    const id = await startRegistration(runtime, who);
    expectStatus(await fillProfile(runtime, id, { ...who, phone: mobile(), password: 'Erster!4711' }), 200);
    expectStatus(await fillProfile(runtime, id, who), 200);
    await passFace(id);
    expectStatus(await complete(id), 201);
    expect((await enterPassword(runtime, who.phone, who.password)).status).toBe(201);
  });
});
