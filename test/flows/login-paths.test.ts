import { toJsonSchema } from '@valibot/to-json-schema';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nextMidnight } from '#domain/days.ts';
import { maskName } from '#domain/people/masks.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { localPartner, pollScan, workingAs } from '../support/channel-partner.ts';
import type { Loose, Reply } from '../support/client.ts';
import { mobile, person } from '../support/people.ts';
import { enterPassword, expectStatus, loggedInByFace, startRegistration, wait } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import {
  failures,
  type Known,
  knownPerson,
  morning,
  none,
  otherThan,
  rows,
  ticketCall,
  verify,
} from '../support/watched.ts';
import { newestCode, ownFace, refreshed, type SignedIn, signIn } from './support/account.ts';
import { bodyMembers, goodBody, pathWith, type Route, routes } from './support/bodies.ts';
import {
  bind,
  bindingCode,
  bindingSms,
  type LegacyRuntime,
  oldCompany,
  oldLogin,
  openLegacyRuntime,
  pick,
  picking,
} from './support/legacy.ts';
import { feed } from './support/registry.ts';
import { chooseRole, confirmRole, enterCompany, giveRelation } from './support/relations.ts';
import { said } from './support/staff.ts';

/**
 * Every way to log in, with its strength and its limits (docs/requirements.md AUTH-02). The tests that go through the
 * contracts fail for a route that takes a password, sends a code or opens a session and is not in these tables.
 */
let runtime: LegacyRuntime;
beforeAll(async () => {
  runtime = await openLegacyRuntime();
});
afterAll(() => runtime?.finish());
beforeEach(() => runtime.clock.set(morning));

const wrong = 'Wrong#9182';
const lockText = '连续认证错误次数过多，您的账号已被锁定。建议您直接使用“忘记密码”修改密码';
const answer = ({ body }: Reply<Loose>) => body.remainingAttempts ?? body.code;
const nameOf = ({ route }: Route) => `${route.method} ${route.path}`;

/** Whether a JSON schema has a member of this name at any depth. */
const mentions = (schema: unknown, member: string): boolean =>
  JSON.stringify(schema).includes(`"${member}":`);
const answersOf = ({ route }: Route): unknown[] =>
  Object.values(route.answers).flatMap((answer) =>
    answer ? [toJsonSchema(answer, { errorMode: 'ignore' })] : [],
  );

describe('sessions', () => {
  /** What a person has proved at each route that opens a session. */
  const strengths: Readonly<Record<string, string>> = {
    'POST /v1/logins/{id}/verify': 'password, then SMS code or face',
    'POST /v1/logins/{id}/choose': 'password, then SMS code or face, both before',
    'POST /v1/logins/{id}/confirm-role': 'password, then SMS code or face, both before',
    'POST /v1/registrations/{id}/complete':
      'the number by its code and the own password, then a face check or the record of a hall',
    'GET /v1/scans/{ticket}': 'the login of a phone app, whose channel signs, and its confirmation',
    'POST /v1/session/refresh': 'the refresh token of a session that was opened by one of these',
    'POST /v1/session/identity': 'a session that was opened by one of these',
    'POST /v1/session/client': 'a session that was opened by one of these',
  };

  it('LGN-3 LEG-1 no route hands out a session but those listed with their strength', () => {
    const handing = routes.filter((one) => answersOf(one).some((schema) => mentions(schema, 'accessToken')));
    expect(handing.map(nameOf).sort()).toEqual(Object.keys(strengths).sort());
  });

  long('LGN-3 QR-2 none of the public ones does for somebody who has proved nothing', async () => {
    for (const { route } of routes.filter((one) => nameOf(one) in strengths)) {
      const body = route.method === 'GET' ? undefined : goodBody(route);
      const reply = await runtime.http(route.method, pathWith(route, 'nothing'), body, {
        headers: { 'poll-secret': 'nothing' },
      });
      expect([400, 401, 404]).toContain(reply.status);
      expect(reply.cookie).toBeUndefined();
    }
  });
});

/** A route that takes a person's own password. */
interface PasswordWay {
  readonly route: string;
  readonly strength: string;
  /** Makes every call before the password; returns a function that tries a password. */
  readonly ready: (who: Known) => Promise<(password: string) => Promise<Reply<Loose>>>;
  /** The status of the answer to the right password. */
  readonly opens: number;
}

const first = 'first of two factors';
/** The companies for each entry. The person who logs in there is the legal representative of one. */
const subjects = {
  enterprise: 'enterprise',
  agency: 'agency',
  'cross-region': 'cross-region',
  'cross-region-property': 'cross-region-property',
  'social-insurance': 'social-insurance',
} as const;
type CompanyEntry = keyof typeof subjects;
const companies = new Map<CompanyEntry, string>();
beforeAll(async () => {
  for (const entry of Object.keys(subjects) as CompanyEntry[])
    companies.set(entry, await oldCompany(runtime, undefined, { subject: subjects[entry] }));
});
const companyAt = (entry: CompanyEntry) => companies.get(entry) ?? '';

const natural = (typed: (who: Known) => string): PasswordWay => ({
  route: 'POST /v1/logins',
  strength: first,
  opens: 201,
  ready: async (who) => (password) => enterPassword(runtime, typed(who), password),
});
const atEntry = (entry: CompanyEntry): PasswordWay => ({
  route: 'POST /v1/logins',
  strength: first,
  opens: 201,
  ready: async (who) => {
    await giveRelation(runtime, who, companyAt(entry), 'tax-handler');
    return (password) => enterCompany(runtime, who, companyAt(entry), { entry, password });
  },
});
const claims = ({ name, documentType, documentNumber }: Known) => ({ name, documentType, documentNumber });

const passwordWays: Readonly<Record<string, PasswordWay>> = {
  'natural, document number': natural(({ documentNumber }) => documentNumber),
  'natural, phone': natural(({ phone }) => phone),
  'natural, username': natural(({ phone }) => `User${phone}`),
  enterprise: atEntry('enterprise'),
  agency: {
    ...atEntry('agency'),
    ready: async (who) => {
      const agencyId = companyAt('agency');
      await feed(runtime, { type: 'agency-staff', agencyId, agents: [claims(who)] });
      return (password) => enterCompany(runtime, who, agencyId, { entry: 'agency', password });
    },
  },
  'cross-region': atEntry('cross-region'),
  'cross-region-property': atEntry('cross-region-property'),
  'social-insurance': atEntry('social-insurance'),
  'old login': {
    route: 'POST /v1/legacy/logins/{legacyId}/person',
    strength: `${first}, after the company's password`,
    opens: 201,
    ready: async (who) => {
      const taxpayerId = await oldCompany(runtime, who);
      const { legacyId, persons } = await picking(runtime, taxpayerId);
      return (password) => pick(runtime, legacyId, persons[0]?.personRef, password);
    },
  },
  'binding by the old login': {
    route: 'POST /v1/legacy/logins/{legacyId}/bindings',
    strength: 'second of two factors, after the SMS code; gives no session',
    opens: 201,
    ready: async (who) => {
      await wait(runtime, 61);
      const { legacyId } = await picking(runtime, await oldCompany(runtime));
      const code = await bindingCode(runtime, legacyId, who);
      return (password) => bind(runtime, legacyId, who, code, password);
    },
  },
  找回手机号码: {
    route: 'POST /v1/phone-recoveries',
    strength: 'first of two factors, beside name and document; gives no session',
    opens: 201,
    ready: async (who) => {
      const newPhone = mobile();
      return (password) =>
        runtime.http('POST', '/v1/phone-recoveries', { ...claims(who), password, newPhone });
    },
  },
  'the old one for a new password': {
    route: 'PUT /v1/account/password',
    strength: 'inside a session with a fresh factor',
    opens: 204,
    ready: async (who) => {
      const session = await signIn(runtime, who);
      return (oldPassword) =>
        session.api('PUT', '/v1/account/password', { oldPassword, newPassword: 'Huaihe#20581' });
    },
  },
  用户注销: {
    route: 'POST /v1/account/deregistration',
    strength: 'inside a session with a fresh factor, beside another second factor',
    opens: 204,
    ready: async (who) => {
      const session = await signIn(runtime, who);
      const faceTicket = await ownFace(runtime, session);
      return (password) => session.api('POST', '/v1/account/deregistration', { password, faceTicket });
    },
  },
};

const knownByName = async (): Promise<Known> => {
  const who = person();
  return knownPerson(runtime, who, { username: `User${who.phone}` });
};

describe('passwords', () => {
  it('LEG-1 LGN-1 no route takes a password but those listed, those that set one, and the company’s own', () => {
    const taking = routes.filter(({ route }) =>
      bodyMembers(route).some((member) => /password$/i.test(member)),
    );
    const setting = ['PUT /v1/registrations/{id}/profile', 'POST /v1/password-resets/{id}/complete'];
    expect(taking.map(nameOf).sort()).toEqual(
      [
        ...new Set(Object.values(passwordWays).map(({ route }) => route)),
        ...setting,
        'POST /v1/legacy/logins',
      ].sort(),
    );
  });

  keeping(3)(Object.entries(passwordWays))(
    'LCK-1 LCK-2 LCK-4 %s: 4, 3, 2, 1, locked; the sixth, right one is refused without a look',
    async (_, { ready, opens }) => {
      const who = await knownByName();
      const attempt = await ready(who);
      expect(await failures(runtime, who)).toEqual(none);
      const answers: unknown[] = [];
      for (let i = 0; i < 5; i++) answers.push(answer(await attempt(wrong)));
      expect(answers).toEqual([4, 3, 2, 1, 'ACCOUNT_LOCKED']);
      const lockedUntil = nextMidnight(runtime.clock.now());
      for (const password of [who.password, wrong]) {
        const { body } = await attempt(password);
        expect(body).toMatchObject({ status: 423, code: 'ACCOUNT_LOCKED', title: lockText });
        expect(Date.parse(body.lockedUntil)).toBe(lockedUntil.getTime());
      }
      expect(await failures(runtime, who)).toEqual({ ...none, password: 5, locked: true });
      // A lock from this route also refuses the ordinary login.
      expect(said(await enterPassword(runtime, who.phone, who.password))).toBe('ACCOUNT_LOCKED');
      // On the next day the lock has ended, even if no function ran.
      runtime.clock.set(lockedUntil);
      expect((await (await ready(who))(who.password)).status).toBe(opens);
      expect(
        (await rows(runtime, 'Lockouts')).filter((row) => row.lockedAt && row.personKey === who.personKey),
      ).toHaveLength(1);
    },
  );

  keeping(2)(Object.entries(passwordWays).filter(([, { opens }]) => opens === 201))(
    'LGN-3 LCK-1 %s: the right one resets the count and opens no session by itself',
    async (_, { ready }) => {
      const who = await knownByName();
      const attempt = await ready(who);
      for (let i = 0; i < 4; i++) expect(answer(await attempt(wrong))).toBe(4 - i);
      const reply = expectStatus(await attempt(who.password), 201);
      expect(reply.cookie).toBeUndefined();
      expect(JSON.stringify(reply.body)).not.toMatch(/accessToken|"session"/);
      expect(await failures(runtime, who)).toEqual(none);
      const mine = (await rows(runtime, 'Sessions')).filter(({ personKey }) => personKey === who.personKey);
      expect(mine).toEqual([]);
    },
  );

  long('LCK-1 all of them share one count', async () => {
    const who = await knownByName();
    const attempts = [];
    for (const { ready } of Object.values(passwordWays)) attempts.push(await ready(who));
    // The last route that was prepared may have replaced the sessions of the others, so only some of the attempts are
    // used.
    for (const at of [0, 4, 5, 8]) await attempts[at]?.(wrong);
    expect(await failures(runtime, who)).toEqual({ ...none, password: 4 });
    expect(answer((await attempts[10]?.(wrong)) as Reply<Loose>)).toBe('ACCOUNT_LOCKED');
    for (const [index, attempt] of attempts.entries()) {
      const { body } = await attempt(who.password);
      // A newer session has replaced this one; SESSION_ENDED comes before any look at a password.
      if (body.code !== 'SESSION_ENDED') expect([index, body.code]).toEqual([index, 'ACCOUNT_LOCKED']);
    }
    expect((await failures(runtime, who)).password).toBe(5);
  });

  long('LEG-1 LCK-1 the company’s password is locked alone', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await oldCompany(runtime, who);
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(answer(await oldLogin(runtime, taxpayerId, wrong)));
    expect(answers).toEqual([4, 3, 2, 1, 'ACCOUNT_LOCKED']);
    expect(said(await oldLogin(runtime, taxpayerId))).toBe('ACCOUNT_LOCKED');
    expect(await failures(runtime, who)).toEqual(none);
    expectStatus(await enterCompany(runtime, who, taxpayerId), 201);
  });
});

describe('second factors', () => {
  const opening = Object.entries(passwordWays).filter(
    ([, { route, opens }]) => opens === 201 && (route === 'POST /v1/logins' || route.endsWith('/person')),
  );
  const opened = async (who: Known, { ready }: PasswordWay): Promise<string> =>
    expectStatus(await (await ready(who))(who.password), 201).body.loginId;

  it.each(opening)('LGN-3 BL-01 %s: no step is skipped', async (_, path) => {
    const who = await knownByName();
    const loginId = await opened(who, path);
    expect(said(await chooseRole(runtime, loginId, 'anything'))).toBe('STEP_MISSING');
    expect(said(await confirmRole(runtime, loginId, 'anything'))).toBe('STEP_MISSING');
    expect(said(await runtime.http('GET', `/v1/logins/${loginId}/choices`))).toBe('STEP_MISSING');
    expect(said(await verify(runtime, loginId, { smsCode: '123456' }))).toBe('SMS_CODE_WRONG');
    expect(said(await verify(runtime, loginId, { faceTicket: 'anything' }))).toBe('FACE_REQUIRED');
    expect(said(await verify(runtime, loginId, {}))).toBe('BAD_REQUEST');
    const { ticket } = expectStatus(await ticketCall(runtime, loginId, 'face'), 201).body;
    // The code was shown but not passed.
    expect(said(await verify(runtime, loginId, { faceTicket: ticket }))).toBe('FACE_REQUIRED');
  });

  keeping(2)(opening)(
    'LCK-1 SMS-2 %s: five wrong codes lock, the right one after them too',
    async (_, path) => {
      const who = await knownByName();
      const loginId = await opened(who, path);
      await wait(runtime, 61);
      expectStatus(await ticketCall(runtime, loginId, 'sms'), 202);
      const code = newestCode(runtime, who.phone);
      const answers = [];
      for (let i = 0; i < 5; i++)
        answers.push(answer(await verify(runtime, loginId, { smsCode: otherThan(code) })));
      expect(answers).toEqual([4, 3, 2, 1, 'ACCOUNT_LOCKED']);
      expect((await verify(runtime, loginId, { smsCode: code })).status).toBeGreaterThanOrEqual(400);
      expect(said(await enterPassword(runtime, who.phone, who.password))).toBe('ACCOUNT_LOCKED');
      expect(
        (await rows(runtime, 'Sessions')).filter(({ personKey }) => personKey === who.personKey),
      ).toEqual([]);
    },
  );
});

describe('codes by SMS', () => {
  interface Sender {
    readonly route: string;
    /**
     * Prepares a send for the registered person `who`. The code goes to the person's number, unless `to` names another
     * one.
     */
    readonly ready: (who: Known) => Promise<{ send: () => Promise<Reply<Loose>>; to?: string }>;
    /**
     * The most sends in a window, if the number has an owner and the sender need not be the owner (SMS-4); otherwise
     * five.
     */
    readonly most?: number;
  }
  const inSession =
    (route: string, body?: (phone: string) => object): Sender['ready'] =>
    async (who) => {
      let session: SignedIn = await signIn(runtime, who);
      const to = body ? mobile() : who.phone;
      const [method = '', path = ''] = route.split(' ');
      const send = async () => {
        // The access token expires during the window of five codes, so the session is refreshed.
        session = await refreshed(runtime, session);
        return session.api(method, path, body?.(to));
      };
      return { send, to };
    };
  const factorSms = 'POST /v1/session/factor/sms';
  const addPhone = 'POST /v1/account/phones/sms';
  const leaving = 'POST /v1/account/deregistration/sms';
  const senders: readonly Sender[] = [
    {
      route: 'POST /v1/registrations/{id}/sms',
      ready: async () => {
        const newcomer = person();
        const id = await startRegistration(runtime, newcomer);
        const body = { phone: newcomer.phone };
        return { send: () => runtime.http('POST', `/v1/registrations/${id}/sms`, body), to: newcomer.phone };
      },
    },
    {
      route: 'POST /v1/logins/{id}/sms',
      ready: async (who) => {
        const { body } = expectStatus(await enterPassword(runtime, who.phone, who.password), 201);
        return { send: () => ticketCall(runtime, body.loginId, 'sms') };
      },
    },
    {
      route: 'POST /v1/password-resets/{id}/sms',
      most: defaultPolicies.smsOutsidePerWindow,
      ready: async (who) => {
        const asked = { account: who.phone, name: who.name, documentNumber: who.documentNumber };
        const { resetId } = expectStatus(await runtime.http('POST', '/v1/password-resets', asked), 201).body;
        return { send: () => runtime.http('POST', `/v1/password-resets/${resetId}/sms`) };
      },
    },
    {
      route: 'POST /v1/phone-recoveries/{id}/sms',
      ready: async (who) => {
        const to = mobile();
        const asked = { ...claims(who), password: who.password, newPhone: to };
        const { recoveryId } = expectStatus(
          await runtime.http('POST', '/v1/phone-recoveries', asked),
          201,
        ).body;
        return { send: () => runtime.http('POST', `/v1/phone-recoveries/${recoveryId}/sms`), to };
      },
    },
    {
      route: 'POST /v1/legacy/logins/{legacyId}/bindings/sms',
      most: defaultPolicies.smsStrangersPerWindow,
      ready: async (who) => {
        const { legacyId } = await picking(runtime, await oldCompany(runtime));
        return { send: () => bindingSms(runtime, legacyId, who) };
      },
    },
    { route: factorSms, ready: inSession(factorSms) },
    { route: addPhone, ready: inSession(addPhone, (phone) => ({ phone })) },
    { route: leaving, ready: inSession(leaving) },
  ];

  it('SMS-1 LEG-2 no route sends a code but those listed', () => {
    const sending = routes.filter((one) => one.route.method === 'POST' && one.route.path.endsWith('/sms'));
    expect(sending.map(nameOf).sort()).toEqual(senders.map(({ route }) => route).sort());
    for (const one of sending) expect(Object.keys(one.route.answers)).toEqual(['202']);
    const others = routes.filter((one) => !sending.includes(one));
    expect(others.filter((one) => answersOf(one).some((schema) => mentions(schema, 'resendAt')))).toEqual([]);
  });

  keeping(2)(senders)(
    'SMS-1 SMS-2 $route: one a minute, the limit in ten minutes',
    async ({ ready, most = defaultPolicies.smsPerWindow }) => {
      const who = await knownPerson(runtime);
      await wait(runtime, 601);
      const { send, to = who.phone } = await ready(who);
      const sent = () => runtime.sms(to).filter(({ code }) => code).length;
      const before = sent();
      const begun = runtime.clock.now().getTime();
      const refused = async (retryAt: number) => {
        const { body, headers } = await send();
        expect(body).toMatchObject({
          status: 429,
          code: 'SMS_TOO_FREQUENT',
          title: '短信验证码获取频繁，请稍后重试',
        });
        expect(Date.parse(body.retryAt)).toBe(retryAt);
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      };
      for (let i = 0; i < most; i++) {
        expectStatus(await send(), 202);
        if (i < most - 1) await refused(runtime.clock.now().getTime() + 60_000);
        await wait(runtime, 60);
      }
      await refused(begun + 600_000);
      expect(sent() - before).toBe(most);
    },
  );
});

describe('people, not programs', () => {
  long(
    'LGN-12 LEG-1 every public route that takes a password or a stranger’s phone asks for a challenge after the budget',
    async () => {
      const guarded = await openLegacyRuntime({ challengeAfter: 1 });
      try {
        const asking = routes.filter(
          // Except the profile of a registration: there wrong codes of the number require a challenge, not the
          // address's budget (LCK-5).
          ({ route }) =>
            route.method === 'POST' &&
            route.access.startsWith('public') &&
            bodyMembers(route).includes('challenge'),
        );
        expect(asking.map(nameOf).sort()).toEqual(
          [
            'POST /v1/legacy/logins',
            'POST /v1/legacy/logins/{legacyId}/bindings/sms',
            'POST /v1/legacy/logins/{legacyId}/person',
            'POST /v1/logins',
            'POST /v1/password-resets',
            'POST /v1/phone-recoveries',
            'POST /v1/phone-recoveries/{id}/sms',
            'POST /v1/registrations',
            'POST /v1/registrations/{id}/sms',
          ].sort(),
        );
        await enterPassword(guarded, 'NoSuchUser1', wrong);
        for (const one of asking) {
          const body = goodBody(one.route);
          const reply = await guarded.http('POST', pathWith(one.route, 'nothing'), body);
          expect([nameOf(one), said(reply)]).toEqual([nameOf(one), 'CHALLENGE_REQUIRED']);
          expect(reply.body.challenge.parameters.algorithm).toBe('PBKDF2/SHA-256');
          // An invalid solution does not help.
          const again = await guarded.http('POST', pathWith(one.route, 'nothing'), {
            ...body,
            challenge: 'x',
          });
          expect(said(again)).toBe('CHALLENGE_REQUIRED');
          // With a right solution the call is judged.
          const [challenge] = await guarded.solutions(1);
          const looked = await guarded.http('POST', pathWith(one.route, 'nothing'), { ...body, challenge });
          expect(said(looked)).not.toBe('CHALLENGE_REQUIRED');
        }
        // At this route no challenge comes before the password, because a code that was sent before it is needed
        // (LEG-2).
        const unasked = routes.filter(
          (one) =>
            one.route.access === 'public' &&
            bodyMembers(one.route).some((member) => /^(password|companyPassword)$/.test(member)) &&
            !asking.includes(one),
        );
        expect(unasked.map(nameOf)).toEqual(['POST /v1/legacy/logins/{legacyId}/bindings']);
      } finally {
        await guarded.stop();
      }
    },
  );
});

describe('ways without a password', () => {
  const lock = async (who: Known) => {
    for (let i = 0; i < 5; i++) await enterPassword(runtime, who.phone, wrong);
    expect((await failures(runtime, who)).locked).toBe(true);
  };

  long('LCK-5 QR-1 a phone app’s login passes a lock and does not lift it', async () => {
    const who = await knownPerson(runtime);
    await lock(who);
    const code = expectStatus(await runtime.http('POST', '/v1/qr-logins'), 201).body;
    const phone = localPartner(runtime, 'ahtax-app', workingAs(who));
    expectStatus(await phone.scan(code.qrContent), 200);
    // The code is scanned but not confirmed, and only the page has the poll secret.
    expect((await pollScan(runtime.http, code)).body).toEqual({
      state: 'scanned',
      scannedBy: maskName(who.name),
    });
    expectStatus(await phone.confirm(code.ticket), 204);
    expect((await pollScan(runtime.http, { ...code, pollSecret: 'guessed' })).status).toBe(404);
    const got = await pollScan(runtime.http, code);
    expect(got.body.session.identity).toEqual({ kind: 'natural' });
    expect((await failures(runtime, who)).locked).toBe(true);
    expect(said(await enterPassword(runtime, who.phone, who.password))).toBe('ACCOUNT_LOCKED');
  });

  long('LCK-5 SES-2 a session that is there goes on while locked, and only by its cookie', async () => {
    const who = await knownPerson(runtime);
    const { cookie } = await loggedInByFace(runtime, who);
    await lock(who);
    const refresh = (sent?: string) =>
      runtime.http('POST', '/v1/session/refresh', undefined, sent === undefined ? {} : { cookie: sent });
    expect(said(await refresh())).toBe('SESSION_ENDED');
    expect(said(await refresh(`${cookie}x`))).toBe('SESSION_ENDED');
    expectStatus(await refresh(cookie), 200);
    expect((await failures(runtime, who)).locked).toBe(true);
  });

  long('LCK-3 LCK-5 PWD-1 忘记密码 unlocks every login and gives no session', async () => {
    const who = await knownPerson(runtime);
    await lock(who);
    await wait(runtime, 61);
    const asked = { account: who.phone, name: who.name, documentNumber: who.documentNumber };
    const { resetId } = expectStatus(await runtime.http('POST', '/v1/password-resets', asked), 201).body;
    expectStatus(await runtime.http('POST', `/v1/password-resets/${resetId}/sms`), 202);
    const newPassword = 'Huaihe#20581';
    const done = await runtime.http('POST', `/v1/password-resets/${resetId}/complete`, {
      smsCode: newestCode(runtime, who.phone),
      newPassword,
    });
    expect([done.status, done.body, done.cookie]).toEqual([204, undefined, undefined]);
    expect(await failures(runtime, who)).toEqual(none);
    const taxpayerId = await oldCompany(runtime, who);
    const { legacyId, persons } = await picking(runtime, taxpayerId);
    expectStatus(await pick(runtime, legacyId, persons[0]?.personRef, newPassword), 201);
  });
});
