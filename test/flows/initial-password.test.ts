import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { localPartner, pollScan, workingAs } from '../support/channel-partner.ts';
import { creditCode } from '../support/credit-codes.ts';
import { mobile, person, type Sample } from '../support/people.ts';
import {
  enterPassword,
  expectStatus,
  loggedInByFace,
  openTestRuntime,
  scanFace,
  type TestRuntime,
  wait,
} from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import { newestCode, refreshed, type SignedIn, signIn } from './support/account.ts';
import { goodBody, goodQuery, pathWith, routes } from './support/bodies.ts';
import { feed, legalRepresentative, taxpayer } from './support/feed-lines.ts';
import { legacy, personLine } from './support/migration.ts';
import { passFactor, signInByQr } from './support/sessions.ts';
import { personOf, subjectOf } from './support/tables.ts';

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await openTestRuntime();
});
afterAll(() => runtime?.stop());

/** A person whom the migration brought without a password of their own. */
async function beginner(facts: object = {}): Promise<Sample & { key: string }> {
  const who = person();
  const password = who.documentNumber.slice(-6);
  const key = await subjectOf(runtime, () => feed(runtime, personLine(who, 1, facts)), 'migrated');
  return { ...who, password, key };
}
const newPassword = 'Qingyi#2093';
const change = (who: SignedIn, facts: object = {}) =>
  who.api('PUT', '/v1/account/password', { oldPassword: who.password, newPassword, ...facts });
/** The members of a body's schema, also inside of checks around the schema. */
function entriesOf(body: unknown): Record<string, unknown> {
  const schema = body as
    | { entries?: Record<string, unknown>; pipe?: unknown[]; wrapped?: unknown }
    | undefined;
  return (
    schema?.entries ??
    (schema?.pipe ? entriesOf(schema.pipe[0]) : schema?.wrapped ? entriesOf(schema.wrapped) : {})
  );
}
const codesOf = (list: readonly { code: string }[]) => list.map(({ code }) => code);

describe('a password that the registry set', () => {
  long(
    'LGN-11 MIG-1 is the last six of the document, an X in either case; nothing of it is kept',
    async () => {
      const who = await beginner();
      expect((await personOf(runtime, who.key)).password).toEqual({ initial: true });
      expect((await enterPassword(runtime, who.documentNumber, '000000')).body).toMatchObject({
        code: 'BAD_CREDENTIALS',
        remainingAttempts: 4,
      });
      expectStatus(await enterPassword(runtime, who.phone, who.password.toLowerCase()), 201);
      // More or fewer characters of the number are another password.
      for (const wrong of [who.documentNumber.slice(-5), who.documentNumber.slice(-7), who.documentNumber])
        expectStatus(await enterPassword(runtime, who.documentNumber, wrong), 401);
      // The row still says `initial`: the login has not written a hash.
      expect((await personOf(runtime, who.key)).password).toEqual({ initial: true });
    },
  );

  long('LGN-11 LCK-1 counts and locks like any other', async () => {
    const who = await beginner();
    const replies = [];
    for (let time = 1; time <= 6; time++)
      replies.push(await enterPassword(runtime, who.documentNumber, '111222'));
    expect(replies.map(({ body }) => body.code)).toEqual([
      ...Array(4).fill('BAD_CREDENTIALS'),
      'ACCOUNT_LOCKED',
      'ACCOUNT_LOCKED',
    ]);
  });

  it('LGN-11 opens only the face factor, though there is a phone', async () => {
    const who = await beginner();
    const { body } = expectStatus(await enterPassword(runtime, who.phone, who.password), 201);
    expect(body.secondFactors).toEqual([{ method: 'face' }]);
    expect(codesOf(body.notices)).toEqual(['PASSWORD_CHANGE_REQUIRED']);
    const sms = await runtime.http('POST', `/v1/logins/${body.loginId}/sms`);
    expect([sms.status, sms.body.code]).toEqual([403, 'FACE_REQUIRED']);
    expect(runtime.sms(who.phone)).toEqual([]);
    const guessed = await runtime.http('POST', `/v1/logins/${body.loginId}/verify`, { smsCode: '123456' });
    expect(guessed.body.code).toBe('SMS_CODE_WRONG');
  });

  it('LGN-11 PHN-4 is no proof for 找回手机号码', async () => {
    const who = await beginner();
    const { name, documentType, documentNumber, password } = who;
    const reply = await runtime.http('POST', '/v1/phone-recoveries', {
      name,
      documentType,
      documentNumber,
      password,
      newPhone: mobile(),
    });
    expect([reply.status, reply.body.code]).toEqual([403, 'PASSWORD_CHANGE_REQUIRED']);
  });
});

describe('the session that it opens', () => {
  let who: SignedIn;
  beforeAll(async () => {
    who = await signIn(runtime, await beginner());
  });

  const closed = routes.filter(({ route }) => route.access === 'session' && !route.evenWithInitialPassword);
  it('LGN-11 leaves open what changing the password takes, and no more', () => {
    const open = routes.filter(({ route }) => route.evenWithInitialPassword);
    expect(open.map(({ name }) => name).sort()).toEqual([
      'DELETE /v1/session',
      'GET /v1/session',
      'POST /v1/session/factor',
      'POST /v1/session/factor/face',
      'POST /v1/sso/logouts/{id}/confirm',
      'PUT /v1/account/password',
    ]);
    for (const { route } of open) expect(route.access).toBe('session');
    expect(closed.length).toBeGreaterThan(25);
  });

  keeping(20)(closed)('LGN-11 $name is refused', async ({ route }) => {
    const path = pathWith(route, 'A'.repeat(43)) + goodQuery(route);
    const body = route.body ? goodBody(route) : undefined;
    const reply = await who.api(route.method, path, body);
    expect([reply.status, reply.body?.code]).toEqual([403, 'PASSWORD_CHANGE_REQUIRED']);
  });

  it('LGN-11 says what is due wherever it is shown, and its token is no access token to others', async () => {
    const { body } = expectStatus(await who.api('GET', '/v1/session'), 200);
    expect(codesOf(body.session.notices)).toEqual(['PASSWORD_CHANGE_REQUIRED']);
    expect(decodeProtectedHeader(who.token).typ).toBe('password-change+jwt');
    const next = await refreshed(runtime, who);
    expect(decodeProtectedHeader(next.token).typ).toBe('password-change+jwt');
    expectStatus(await next.api('GET', '/v1/account'), 403);
    who = next;
  });

  long(
    'LGN-11 PWD-2 the new password is judged like any; then everything is open, in this session',
    async () => {
      const weak = await change(who, { newPassword: `Ab#${who.password}` });
      expect(weak.body).toMatchObject({
        code: 'PASSWORD_WEAK',
        reasons: expect.arrayContaining(['contains-document']),
      });
      expectStatus(await who.api('GET', '/v1/account'), 403);
      expectStatus(await change(who), 204);
      expectStatus(await who.api('GET', '/v1/account'), 200);
      const next = await refreshed(runtime, who);
      expect(decodeProtectedHeader(next.token).typ).toBe('at+jwt');
      expect((await next.api('GET', '/v1/session')).body.session.notices).toEqual([]);
      // From now on this is an ordinary password: the login offers both second factors.
      const { body } = expectStatus(await enterPassword(runtime, who.documentNumber, newPassword), 201);
      expect(body.secondFactors).toHaveLength(2);
      expectStatus(await enterPassword(runtime, who.documentNumber, who.password), 401);
    },
  );

  long(
    'LGN-11 SES-5 a login of more than ten minutes ago wants a face again, which it may ask for',
    async () => {
      const late = await signIn(runtime, await beginner());
      await wait(runtime, 601);
      const next = await refreshed(runtime, late);
      expect((await change(next)).body.code).toBe('FRESH_FACTOR_REQUIRED');
      const scan = expectStatus(await next.api('POST', '/v1/session/factor/face'), 201).body;
      expectStatus(await scanFace(runtime, scan.qrContent), 200);
      expectStatus(await next.api('POST', '/v1/session/factor', { faceTicket: scan.ticket }), 204);
      expectStatus(await next.api('GET', '/v1/account'), 403);
      expectStatus(await change(next), 204);
      expectStatus(await next.api('GET', '/v1/account'), 200);
    },
  );

  long('LGN-11 logging out works; a second change in the same session is an ordinary one', async () => {
    const other = await signIn(runtime, await beginner());
    expectStatus(await change(other), 204);
    expectStatus(await change({ ...other, password: newPassword }, { newPassword: 'Shitai@4417' }), 204);
    const third = await signIn(runtime, await beginner());
    expectStatus(await third.api('DELETE', '/v1/session'), 204);
    expectStatus(await third.api('GET', '/v1/session'), 401);
  });

  long('LGN-11 PWD-1 忘记密码 ends the initial password and the session that it opened', async () => {
    const other = await signIn(runtime, await beginner());
    const { name, documentNumber } = other;
    const { resetId } = expectStatus(
      await runtime.http('POST', '/v1/password-resets', { account: documentNumber, name, documentNumber }),
      201,
    ).body;
    expectStatus(await runtime.http('POST', `/v1/password-resets/${resetId}/sms`), 202);
    const smsCode = newestCode(runtime, other.phone);
    expectStatus(
      await runtime.http('POST', `/v1/password-resets/${resetId}/complete`, { smsCode, newPassword }),
      204,
    );
    expect((await other.api('GET', '/v1/session')).body).toMatchObject({ reason: 'credential-change' });
    const { token } = await signIn(runtime, { ...other, password: newPassword });
    expectStatus(await runtime.http('GET', '/v1/account', undefined, { token }), 200);
  });

  long(
    'LGN-11 MIG-1 ends when the old system’s password comes along later, which is then the one',
    async () => {
      const other = await signIn(runtime, await beginner());
      const passwordHash = legacy('SHA256', 'Laojia#2011');
      await feed(runtime, personLine(other, 2, { passwordHash }));
      expect((await other.api('GET', '/v1/session')).body).toMatchObject({ reason: 'credential-change' });
      expectStatus(await enterPassword(runtime, other.documentNumber, other.password), 401);
      const { body } = expectStatus(await enterPassword(runtime, other.documentNumber, 'Laojia#2011'), 201);
      expect(body.secondFactors).toHaveLength(2);
    },
  );

  long('QR-1 LGN-11 a session by QR was not opened by that password, and is an ordinary one', async () => {
    const other = await beginner();
    const code = expectStatus(await runtime.http('POST', '/v1/qr-logins'), 201).body;
    const phone = localPartner(runtime, 'ahtax-app', workingAs(other));
    const scanned = expectStatus(await phone.scan(code.qrContent), 200).body;
    expectStatus(await phone.confirm(scanned.ticket), 204);
    const { body } = await pollScan(runtime.http, code, {});
    const reply = await runtime.http('GET', '/v1/account', undefined, { token: body.session.accessToken });
    expectStatus(reply, 200);
  });
});

describe('elsewhere', () => {
  long('LGN-11 SES-5 PWD-1 is no oldPassword in a session by QR, where a face changes it', async () => {
    const other = await beginner();
    await wait(runtime, 61);
    const who = await signInByQr(runtime, other);
    await passFactor(runtime, who);
    const refused = await change({ ...who, password: other.password });
    expect([refused.status, refused.body.code]).toEqual([403, 'FACE_REQUIRED']);
    expect((await personOf(runtime, other.key)).password).toEqual({ initial: true });
    // A wrong password counts as usual (LCK-5).
    expect((await change({ ...who, password: '111222' })).body).toMatchObject({
      code: 'BAD_CREDENTIALS',
      remainingAttempts: 4,
    });
    const scan = expectStatus(await who.api('POST', '/v1/account/face', { for: 'password' }), 201).body;
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    const body = { faceTicket: scan.ticket, newPassword };
    expectStatus(await who.api('PUT', '/v1/account/password', body), 204);
    expectStatus(await enterPassword(runtime, other.documentNumber, other.password), 401);
    expectStatus(await enterPassword(runtime, other.documentNumber, newPassword), 201);
  });

  long('LGN-11 CTR-2 ends no account in a session by QR', async () => {
    const other = await beginner();
    const who = await signInByQr(runtime, other);
    await passFactor(runtime, who);
    const scan = expectStatus(await who.api('POST', '/v1/account/face', { for: 'deregistration' }), 201).body;
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    const end = { password: other.password, faceTicket: scan.ticket };
    const reply = await who.api('POST', '/v1/account/deregistration', end);
    expect([reply.status, reply.body.code]).toEqual([403, 'PASSWORD_CHANGE_REQUIRED']);
    expect((await personOf(runtime, other.key)).account).toMatchObject({ status: 'active' });
  });

  it('LGN-11 every login that takes a password refuses it or opens the face alone', () => {
    const taking = routes
      .filter(({ route }) => /[pP]assword/.test(JSON.stringify(Object.keys(entriesOf(route.body)))))
      .map(({ name }) => name);
    // Each of these routes has a test: above, in legacy.test.ts or in phone-recovery.test.ts. A new route needs a test
    // of its own.
    expect(taking.sort()).toEqual([
      'POST /v1/account/deregistration',
      'POST /v1/legacy/logins',
      'POST /v1/legacy/logins/{legacyId}/bindings',
      'POST /v1/legacy/logins/{legacyId}/person',
      'POST /v1/logins',
      'POST /v1/password-resets/{id}/complete',
      'POST /v1/phone-recoveries',
      'PUT /v1/account/password',
      'PUT /v1/registrations/{id}/profile',
    ]);
  });
});

describe('at the entry of a company', () => {
  const asCompany = (who: Sample, taxpayerId: string) =>
    enterPassword(runtime, who.documentNumber, who.password, 'enterprise', { taxpayerId });
  async function pastTheFace(who: Sample, taxpayerId: string) {
    const { loginId } = expectStatus(await asCompany(who, taxpayerId), 201).body;
    const scan = expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/face`), 201).body;
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    const reply = await runtime.http('POST', `/v1/logins/${loginId}/verify`, { faceTicket: scan.ticket });
    return { loginId, body: expectStatus(reply, 200).body };
  }

  long('LGN-11 LGN-10 the session is as closed, after a choice of role too', async () => {
    const who = await beginner();
    const id = creditCode();
    await feed(runtime, taxpayer(id), legalRepresentative(id, who));
    const { body } = await pastTheFace(who, id);
    const token = body.session.accessToken;
    const reply = await runtime.http('GET', '/v1/enterprise', undefined, { token });
    expect(reply.body.code).toBe('PASSWORD_CHANGE_REQUIRED');
    expectStatus(
      await runtime.http(
        'PUT',
        '/v1/account/password',
        { oldPassword: who.password, newPassword },
        { token },
      ),
      204,
    );
    expectStatus(await runtime.http('GET', '/v1/enterprise', undefined, { token }), 200);
  });

  long('LGN-11 LGN-9 takes no appointment', async () => {
    const who = await beginner();
    const id = creditCode();
    const { name, documentType, documentNumber } = who;
    const head = {
      type: 'finance-head',
      version: 1,
      taxpayerId: id,
      person: { name, documentType, documentNumber },
    };
    await feed(runtime, taxpayer(id), head);
    const { loginId, body } = await pastTheFace(who, id);
    const { authorizationId } = body.confirm;
    const refused = await runtime.http('POST', `/v1/logins/${loginId}/confirm-role`, { authorizationId });
    expect([refused.status, refused.body.code]).toEqual([403, 'PASSWORD_CHANGE_REQUIRED']);
    // As a natural person they change the password; after that they can accept the appointment.
    const signed = await signIn(runtime, who);
    expectStatus(await change(signed), 204);
    const again = await pastTheFace({ ...who, password: newPassword }, id);
    expectStatus(
      await runtime.http('POST', `/v1/logins/${again.loginId}/confirm-role`, { authorizationId }),
      200,
    );
  });
});

describe('the time that it takes', () => {
  long('AUTH-07 LGN-11 an initial password is compared at the cost of a hash', async () => {
    const usual = runtime;
    runtime = await openTestRuntime({ realHashes: true });
    onTestFinished(async () => {
      await runtime.stop();
      runtime = usual;
    });
    const [initial, hashed] = [await beginner(), person()];
    await feed(runtime, personLine(hashed, 1, { passwordHash: legacy('MD5', hashed.password) }));
    await loggedInByFace(runtime, hashed);
    const timeOf = async (who: Sample) => {
      const times: number[] = [];
      for (let round = 0; round < 4; round++) {
        const startedAt = performance.now();
        expectStatus(await enterPassword(runtime, who.documentNumber, who.password), 201);
        times.push(performance.now() - startedAt);
      }
      return Math.min(...times);
    };
    const [one, other] = [await timeOf(initial), await timeOf(hashed)];
    // A comparison without a hash would take a fifth of the time.
    expect(one).toBeGreaterThan(other / 2);
  });
});
