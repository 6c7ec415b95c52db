import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultPolicies } from '#domain/policies.ts';
import { flows } from '#flows/contracts.ts';
import type { Client } from '../support/client.ts';
import { mobile, person, type Sample } from '../support/people.ts';
import {
  codeFor,
  enterPassword,
  expectStatus,
  fillProfile,
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
import { long } from '../support/variants.ts';
import { newcomer, newestCode, ownFace } from './support/account.ts';
import { poll } from './support/channels.ts';
import { collectionLine, personWith } from './support/documents.ts';
import { leaks, type Secret, type Text } from './support/leaks.ts';
import { type Event, events, eventsOf, rowsOf, subjectOf } from './support/tables.ts';

const wrongPassword = 'Falsch#9182';
const wrongTo = (code: string) => (code === '123456' ? '654321' : '123456');
const startReset = (runtime: TestRuntime, who: Sample, changes: object = {}) =>
  runtime.http('POST', '/v1/password-resets', {
    account: who.documentNumber,
    name: who.name,
    documentNumber: who.documentNumber,
    ...changes,
  });
const face = async (
  runtime: TestRuntime,
  journey: string,
  outcome: 'pass' | 'fail' | 'mismatch' = 'pass',
) => {
  const scan = expectStatus(await runtime.http('POST', `${journey}/face`), 201).body;
  runtime.face(outcome);
  const result = await scanFace(runtime, scan.qrContent);
  runtime.face('pass');
  return { scan, result };
};

describe('AUD-1 what is written down', () => {
  let runtime: TestRuntime;
  let who: Sample;
  let key: string;
  beforeAll(async () => {
    runtime = await openTestRuntime();
    who = person();
    key = await subjectOf(runtime, () => registered(runtime, who), 'registered');
    await wait(runtime, 61);
  });
  afterAll(() => runtime?.stop());

  /** The kind, outcome and channel of the events that an action writes; every event must be complete. */
  async function written(action: () => Promise<unknown>, subject = key): Promise<string[]> {
    const list = await eventsOf(runtime, action);
    for (const event of list) checkWhole(event);
    return list
      .filter((event) => event.subject === subject)
      .map(({ kind, outcome, channel }) => `${kind} ${outcome} ${channel}`)
      .sort();
  }
  function checkWhole(event: Event) {
    expect(Object.keys(event).sort()).toEqual(
      ['address', 'at', 'channel', 'detail', 'eventId', 'kind', 'outcome', 'subject', 'ttl'].filter(
        (name) => name in event || name !== 'detail',
      ),
    );
    expect(event.subject).toMatch(/^p1_[\w-]{43}$/);
    expect(event.eventId).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(Math.abs(Date.parse(event.at) - runtime.clock.now().getTime())).toBeLessThan(30_000);
    // Only the network part of the address, never the whole address.
    expect(event.address).toBe(['hall', 'schedule'].includes(event.channel) ? '' : '127.0.0.0');
    const days = (event.ttl - Date.parse(event.at) / 1000) / 86_400;
    expect(days).toBeGreaterThanOrEqual(180);
    expect(Math.round(days)).toBe(defaultPolicies.auditRetentionDays);
    for (const value of Object.values(event.detail ?? {}))
      expect(['string', 'number', 'boolean']).toContain(typeof value);
  }

  long('AUD-1 consent and registration', async () => {
    const one = person();
    const list = await eventsOf(runtime, () => registered(runtime, one));
    for (const event of list) checkWhole(event);
    expect(list.map(({ kind, outcome, channel }) => `${kind} ${outcome} ${channel}`)).toEqual([
      'consented success web',
      'face success ahtax-app',
      'registered success web',
      'login success web',
    ]);
    expect(new Set(list.map((event) => event.subject)).size).toBe(1);
  });

  long('AUD-1 the hall collection, with the officer', async () => {
    const list = await eventsOf(runtime, () => runtime.registry(collectionLine(personWith('208'))));
    expect(list).toMatchObject([
      { kind: 'collected', outcome: 'success', channel: 'hall', detail: { officer: '3401001' } },
    ]);
    for (const event of list) checkWhole(event);
  });

  long('AUD-1 login by SMS and by face, with the method', async () => {
    await wait(runtime, 61);
    const bySms = await eventsOf(runtime, () => loggedIn(runtime, who));
    expect(bySms.at(-1)).toMatchObject({
      kind: 'login',
      outcome: 'success',
      channel: 'web',
      detail: { method: 'sms' },
    });
    const byFace = await eventsOf(runtime, () => loggedInByFace(runtime, who));
    expect(byFace).toMatchObject([
      { kind: 'face', outcome: 'success', channel: 'ahtax-app' },
      // The event of the new session says that it replaced the older one.
      { kind: 'login', outcome: 'success', detail: { method: 'face', replaced: true } },
    ]);
    for (const event of [...bySms, ...byFace]) checkWhole(event);
  });

  long('AUD-1 a wrong password, a wrong code, a failed face', async () => {
    expect(await written(() => enterPassword(runtime, who.phone, wrongPassword))).toEqual([
      'login-password failure web',
    ]);
    const loginId = await loginTicket(runtime, who);
    await wait(runtime, 61);
    expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/sms`), 202);
    const smsCode = wrongTo(await codeFor(runtime, who.phone));
    expect(await written(() => runtime.http('POST', `/v1/logins/${loginId}/verify`, { smsCode }))).toEqual([
      'login-second-factor failure web',
    ]);
    for (const outcome of ['fail', 'mismatch'] as const)
      expect(await written(() => face(runtime, `/v1/logins/${loginId}`, outcome))).toEqual([
        'face failure ahtax-app',
      ]);
  });

  long('AUD-1 the end of a session: logout, a copied token', async () => {
    const first = await loggedInByFace(runtime, who);
    const logout = () =>
      runtime.http('DELETE', '/v1/session', undefined, { token: first.session.accessToken });
    expect(await written(logout)).toEqual(['session-ended success web']);
    const second = await loggedInByFace(runtime, who);
    expectStatus(
      await runtime.http('POST', '/v1/session/refresh', undefined, { cookie: second.cookie }),
      200,
    );
    await wait(runtime, 11);
    const copied = () => runtime.http('POST', '/v1/session/refresh', undefined, { cookie: second.cookie });
    expect(await written(copied)).toEqual(['session-ended failure web']);
  });

  long(
    'AUD-1 SES-5 a factor that was passed, with its method; an ended session, with the reason',
    async () => {
      const one = await newcomer(runtime);
      const factor = (body: object) => one.api('POST', '/v1/session/factor', body);
      expectStatus(await one.api('POST', '/v1/session/factor/sms'), 202);
      const smsCode = newestCode(runtime, one.phone);
      const bySms = await eventsOf(runtime, () => factor({ smsCode }));
      const faceTicket = await ownFace(runtime, one, '/v1/session/factor/face');
      const byFace = await eventsOf(runtime, () => factor({ faceTicket }));
      const ended = await eventsOf(runtime, () => one.api('DELETE', `/v1/sessions/${one.sessionId}`));
      const list = [...bySms, ...byFace, ...ended];
      for (const event of list) checkWhole(event);
      expect(list.map(({ kind, outcome, detail }) => [kind, outcome, detail])).toEqual([
        ['factor', 'success', { method: 'sms' }],
        ['factor', 'success', { method: 'face' }],
        ['session-ended', 'success', { reason: 'logged-out' }],
      ]);
    },
  );

  long('AUD-1 the reset: refused, done, with the session that it ended', async () => {
    await loggedInByFace(runtime, who);
    expect(await written(() => startReset(runtime, who, { name: '司徒不是' }))).toEqual([
      'password-reset failure web',
    ]);
    const reset = expectStatus(await startReset(runtime, who), 201).body.resetId;
    const { scan } = await face(runtime, `/v1/password-resets/${reset}`);
    const newPassword = 'Tianzhu!4926';
    const complete = () =>
      runtime.http('POST', `/v1/password-resets/${reset}/complete`, { faceTicket: scan.ticket, newPassword });
    expect(await written(complete)).toEqual(['password-reset success web', 'session-ended success web']);
    who = { ...who, password: newPassword };
  });

  long('AUD-1 a lost phone is written for who lost it', async () => {
    await wait(runtime, 61);
    const taker = person({ phone: who.phone });
    const id = await startRegistration(runtime, taker);
    expectStatus(await fillProfile(runtime, id, taker, { takeoverPhone: true }), 200);
    await face(runtime, `/v1/registrations/${id}`);
    const complete = () => runtime.http('POST', `/v1/registrations/${id}/complete`);
    expect(await written(complete)).toEqual(['phone-lost success web']);
  });

  long('AUD-1 UNL-1 lock and unlock', async () => {
    const one = person();
    const oneKey = await subjectOf(runtime, () => registered(runtime, one), 'registered');
    for (let i = 0; i < 4; i++) await enterPassword(runtime, one.documentNumber, wrongPassword);
    const fifth = () => enterPassword(runtime, one.documentNumber, wrongPassword);
    expect(await written(fifth, oneKey)).toEqual(['locked failure web']);
    // A try that is refused without a look is neither a failure nor a success: no further event is written.
    expect(await written(fifth, oneKey)).toEqual([]);
    await wait(runtime, 86_400);
    expect(await written(() => runtime.schedule('midnight-unlock'), oneKey)).toEqual([
      'unlocked success schedule',
    ]);
    expect(await written(() => runtime.schedule('midnight-unlock'), oneKey)).toEqual([]);
  });

  long('AUD-1 is append-only: no function may change or delete an event, and none did', async () => {
    const before = new Map(
      (await events(runtime)).map((event) => [`${event.subject} ${event.eventId}`, event]),
    );
    expect(before.size).toBeGreaterThan(10);
    await registered(runtime);
    await enterPassword(runtime, who.documentNumber, wrongPassword);
    const after = new Map(
      (await events(runtime)).map((event) => [`${event.subject} ${event.eventId}`, event]),
    );
    for (const [id, event] of before) expect(after.get(id)).toEqual(event);

    for (const { name, tables } of flows)
      for (const [table, actions] of Object.entries(tables ?? {}))
        if (table.startsWith('Audit'))
          for (const action of actions ?? []) expect(['PutItem', 'Query', 'GetItem'], name).toContain(action);
  });

  it('AUD-1 whoever can change something that matters, writes it down', () => {
    // These flows write only copies of data whose change is audited elsewhere.
    const onlyCopies = ['company-copies', 'copies-continued'];
    for (const { name, tables } of flows.filter((one) => !onlyCopies.includes(one.name))) {
      const changes = ['Users', 'Phones', 'Sessions', 'Lockouts', 'Relationships'].some((table) =>
        (tables?.[table as 'Users'] ?? []).some((action) => /Put|Update|Delete/.test(action)),
      );
      if (changes) expect(tables?.Audit ?? [], name).toContain('PutItem');
    }
  });
});

describe('DOC-4 nothing personal stands anywhere in clear', () => {
  it('DOC-4 AUD-1 OTP-02 LOG-01 after every journey and every kind of refusal: tables, logs, answers', async () => {
    const real = await openTestRuntime({ quiet: true });
    const answers: Text[] = [];
    const handles: Secret[] = [];
    const secret = (what: string, value: unknown) => {
      if (typeof value === 'string' && value.length > 5) handles.push({ what, value, random: true });
    };
    /** Keeps every answer of the API, and every secret handle in it. */
    const http: Client = async (method, path, body, request) => {
      const reply = await real.http(method, path, body, request);
      if (path.startsWith('/v1/')) {
        const headers = JSON.stringify([...reply.headers]);
        answers.push({
          where: `answer of ${method} ${path.replace(/[\w-]{22,}/g, '…')}`,
          text: JSON.stringify(reply.body ?? '') + headers,
        });
        for (const name of ['registrationId', 'loginId', 'resetId', 'ticket', 'pollSecret'])
          secret(name, reply.body?.[name]);
        secret('access token', reply.body?.session?.accessToken);
        secret('refresh cookie', reply.cookie?.split('=')[1]);
      }
      return reply;
    };
    const runtime: TestRuntime = { ...real, http };
    try {
      const names = ['欧阳测试丽娟', '司马滁州长江', 'Wolfgang Amadeus Probe'];
      const who = person({ name: names[0] ?? '', password: 'Qimen~Hong8cha' });
      const hall = personWith('208', { name: names[2] ?? '', password: 'Huangshan~5Mf' });
      const taker = person({ name: names[1] ?? '', phone: who.phone, password: 'Bozhou~9Shaoyao' });
      const newPassword = 'Luan~3Guapian';

      // A journey without mistakes.
      await registered(runtime, who, { username: `Leckfrei${Date.now() % 100_000}` });
      await runtime.registry(collectionLine(hall));
      const hallId = await startRegistration(runtime, hall);
      expectStatus(await fillProfile(runtime, hallId, hall), 200);
      expectStatus(await runtime.http('POST', `/v1/registrations/${hallId}/complete`), 201);
      await wait(runtime, 61);
      const session = await loggedIn(runtime, who);
      await runtime.http('GET', '/v1/session', undefined, { token: session.session.accessToken });
      await runtime.http('POST', '/v1/session/refresh', undefined, { cookie: session.cookie });
      await loggedInByFace(runtime, hall);
      await wait(runtime, 61);
      const reset = expectStatus(await startReset(runtime, who), 201).body.resetId;
      expectStatus(await runtime.http('POST', `/v1/password-resets/${reset}/sms`), 202);
      const resetCode = await codeFor(runtime, who.phone);
      const complete = (smsCode: string, password: string) =>
        runtime.http('POST', `/v1/password-resets/${reset}/complete`, { smsCode, newPassword: password });

      // Every kind of refusal, with valid values in the right and in the wrong members.
      await complete(wrongTo(resetCode), newPassword);
      await complete(resetCode, who.documentNumber);
      await complete(resetCode, who.password);
      expectStatus(await complete(resetCode, newPassword), 204);
      await startReset(runtime, who, { name: taker.name });
      await startReset(runtime, { ...who, documentNumber: taker.documentNumber });
      await startRegistration(runtime, who).catch(() => undefined);
      await runtime.http('POST', '/v1/registrations', {
        name: taker.name,
        documentType: who.documentType,
        documentNumber: who.documentNumber,
        consents: ['privacy', 'face'],
      });
      for (const account of [who.documentNumber, who.phone, taker.documentNumber, mobile(), who.name])
        await enterPassword(runtime, account, wrongPassword);
      for (const value of [who.name, who.documentNumber, who.phone, who.password])
        for (const body of [
          { entry: value, account: value, password: [value] },
          { name: [value], documentType: value, documentNumber: { value }, consents: [value] },
          { phone: { value }, smsCode: value, password: { value }, takeoverPhone: value },
          { qrContent: [value], token: { value }, faceTicket: value, [value]: value },
          value,
          `{"name":"${value}`,
        ])
          for (const [method, path] of [
            ['POST', '/v1/registrations'],
            ['PUT', `/v1/registrations/${hallId}/profile`],
            ['POST', '/v1/logins'],
            ['POST', '/v1/password-resets'],
            ['POST', `/v1/password-resets/${reset}/complete`],
            ['POST', '/v1/channel/scans'],
          ] as const)
            expect((await runtime.http(method, path, body)).status).toBeLessThan(500);
      const loginId = await loginTicket(runtime, { ...who, password: newPassword });
      await face(runtime, `/v1/logins/${loginId}`, 'mismatch');
      const { scan } = await face(runtime, `/v1/logins/${loginId}`, 'fail');
      await poll(runtime, scan);

      // A takeover while each dependency fails: the log gets the errors with their causes.
      await wait(runtime, 61);
      const id = await startRegistration(runtime, taker);
      for (const service of ['dynamodb', 'sms', 'face'] as const) {
        real.faults.add({ service, kind: 'error500', times: 3 });
        await runtime.http('POST', `/v1/registrations/${id}/sms`, { phone: taker.phone });
        await enterPassword(runtime, who.documentNumber, newPassword);
        real.faults.clear();
      }
      await wait(runtime, 61);
      expectStatus(await fillProfile(runtime, id, taker, { takeoverPhone: true }), 200);
      real.faults.add({ kind: 'error500', action: 'TransactWriteItems', times: 3 });
      expect((await runtime.http('POST', `/v1/registrations/${id}/face`)).status).toBe(201);
      await face(runtime, `/v1/registrations/${id}`).catch(() => undefined);
      real.faults.clear();
      await face(runtime, `/v1/registrations/${id}`);
      expectStatus(await runtime.http('POST', `/v1/registrations/${id}/complete`), 201);

      const codes = real.sms().flatMap((message) => (message.code ? [message.code] : []));
      expect(codes.length).toBeGreaterThan(4);
      const personal: Secret[] = [
        ...[who, hall, taker].flatMap((one) => [
          { what: `name ${one.name}`, value: one.name },
          { what: `number of ${one.name}`, value: one.documentNumber },
          { what: `phone of ${one.name}`, value: one.phone },
          { what: `password of ${one.name}`, value: one.password },
        ]),
        { what: 'the new password', value: newPassword },
        { what: 'a wrong password', value: wrongPassword },
        ...codes.map((value) => ({ what: 'an SMS code', value })),
      ];

      // The answers show only masked values. The codes, tokens and handles in them belong to the caller.
      expect(leaks(answers, personal)).toEqual([]);

      const tables: Text[] = [];
      for (const table of real.tables)
        for (const row of await rowsOf(real, table))
          tables.push({
            where: `${table} ${JSON.stringify(Object.keys(row))}`,
            text: JSON.stringify(row, (_, value) =>
              value instanceof Set
                ? [...value]
                : value instanceof Uint8Array
                  ? Buffer.from(value).toString('base64')
                  : value,
            ),
          });
      expect(tables.length).toBeGreaterThan(40);
      expect(leaks(tables, [...personal, ...handles])).toEqual([]);

      await real.settled({ gatherers: true });
      const copies: Text[] = real.kept().map(({ key, text }) => ({ where: `copy ${key}`, text }));
      expect(copies.length).toBeGreaterThan(0);
      expect(leaks(copies, [...personal, ...handles])).toEqual([]);

      const logs: Text[] = real
        .logs()
        .map(({ function: name, line }) => ({ where: `log of ${name}: ${line.slice(0, 200)}`, text: line }));
      expect(logs.length).toBeGreaterThan(80);
      expect(logs.filter(({ text }) => text.includes('"status":503')).length).toBeGreaterThan(0);
      expect(leaks(logs, [...personal, ...handles])).toEqual([]);
    } finally {
      await real.stop();
    }
  });

  it('DOC-4 the search itself finds what it must', () => {
    const value = '34010419900101123X';
    const found = (text: string) => leaks([{ where: 'x', text }], [{ what: 'n', value }]).length > 0;
    expect(found(`a${value}b`)).toBe(true);
    for (const prefix of ['', 'a', 'ab'])
      expect(found(Buffer.from(`${prefix}${value}suffix`).toString('base64'))).toBe(true);
    expect(found(`h.${Buffer.from(JSON.stringify({ value })).toString('base64url')}.s`)).toBe(true);
    expect(found(Buffer.from(value).toString('hex'))).toBe(true);
    expect(found('340***********123X')).toBe(false);
  });
});
