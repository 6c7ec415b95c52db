import { request } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultPolicies } from '#domain/policies.ts';
import { expectListed } from '../support/answers.ts';
import type { Loose, Reply, Request } from '../support/client.ts';
import { person, type Sample } from '../support/people.ts';
import {
  enterPassword,
  expectStatus,
  fillProfile,
  loggedInByFace,
  loginTicket,
  openTestRuntime,
  registered,
  scanFace,
  startRegistration,
  type TestRuntime,
  wait,
} from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import {
  bodyMembers,
  bodyShape,
  goodBody,
  goodQuery,
  pathWith,
  type Route,
  routes,
  type Shape,
} from './support/bodies.ts';
import { claimOf } from './support/channels.ts';
import { expectNoFailure, expectProblem } from './support/problems.ts';

let runtime: TestRuntime;
let who: Sample;
/** The person in whose session the calls are made. The account may become locked. */
let caller: Sample;
let token: string;
beforeAll(async () => {
  runtime = await openTestRuntime({ quiet: true });
  who = await registered(runtime);
  caller = await registered(runtime);
  token = (await loggedInByFace(runtime, caller)).session.accessToken;
});
afterAll(() => runtime?.stop());

const handle = 'A'.repeat(43);
const withBody = routes.filter(({ route }) => route.body);
const withId = routes.filter(({ route }) => route.path.includes('{'));
const named = (list: readonly Route[]) => list.map((one) => [one.name, one] as const);

/** A hall signs for the hall's routes, and the app signs for the other channel routes. */
const assertionFor = ({ method, path: declared }: Route['route'], path: string) =>
  declared.startsWith('/v1/hall/')
    ? runtime.assertion('hall', { method, path, officer: '3401001', office: '合肥市办税服务厅' })
    : runtime.assertion('ahtax-app', { method, path, ...claimOf(caller) });

/** Calls a route with valid credentials, so that a refusal is a refusal of the input. */
async function call({ route }: Route, body: unknown, path = pathWith(route, handle)): Promise<Reply<Loose>> {
  const credentials: Request =
    route.access === 'session'
      ? { token }
      : route.access === 'channel'
        ? { assertion: await assertionFor(route, path) }
        : {};
  return runtime.http(route.method, path + goodQuery(route), body, credentials);
}

/** Sends exactly these bytes. No client library changes path or body. */
const raw = (method: string, path: string, body?: Buffer | string, headers: Record<string, string> = {}) =>
  new Promise<Reply<Loose>>((resolve, reject) => {
    const url = new URL(runtime.url);
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const options = {
      hostname: url.hostname,
      port: url.port,
      method,
      path,
      headers: { ...headers, ...length },
    };
    const outgoing = request(options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const status = incoming.statusCode ?? 0;
        const parsed = text === '' ? undefined : JSON.parse(text);
        try {
          expectListed(method, path, status, parsed);
        } catch (error) {
          reject(error);
        }
        resolve({
          status,
          body: parsed,
          headers: new Headers(incoming.headers as Record<string, string>),
          cookie: undefined,
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });

describe('bodies', () => {
  const malformed: [string, string | Buffer][] = [
    ['nothing', ''],
    ['no JSON', 'name=x&password=y'],
    ['half JSON', '{"name":'],
    ['JSON and more', '{}{}'],
    ['single quotes', "{'a':1}"],
    ['a comment', '{/**/}'],
    ['NaN', '{"a":NaN}'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['UTF-16', Buffer.from('{"name":"x"}', 'utf16le')],
    ['a NUL', '{"name":"\u0000"}'],
    ['XML', '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'],
  ];
  keeping(24)(named(withBody))('BL-06 %s refuses what is no JSON', async (name, { route }) => {
    for (const [what, body] of malformed) {
      const reply = await raw(route.method, pathWith(route, handle), body, {
        'content-type': 'application/json',
      });
      expectProblem(reply, `${name} with ${what}`);
      // An empty body is enough for a route whose members are all optional.
      expect(what === 'nothing' ? [400, 401, 404] : [400, 401]).toContain(reply.status);
    }
  });

  const wrongTypes: unknown[] = [
    null,
    true,
    0,
    -1,
    1e308,
    '',
    'text',
    [],
    [[]],
    {},
    { a: { b: [] } },
    ['x', 1],
  ];
  keeping(12)(named(withBody))(
    'BL-06 %s refuses a body of another type and members of other types',
    async (name, route) => {
      for (const value of [null, true, 7, 'text', [], [{}]])
        expectProblem(await call(route, JSON.stringify(value)), `${name} with ${JSON.stringify(value)}`);
      const good = goodBody(route.route);
      for (const member of bodyMembers(route.route)) {
        for (const value of wrongTypes) {
          const reply = await call(route, { ...good, [member]: value });
          expectNoFailure(reply, `${name} with ${member}: ${JSON.stringify(value)}`);
        }
        const { [member]: _, ...without } = good;
        expectNoFailure(await call(route, without), `${name} without ${member}`);
      }
    },
  );

  keeping(24)(named(withBody))('BL-06 %s names what it misses', async (_, route) => {
    const required = bodyShape(route.route).required ?? [];
    if (required.length === 0) return;
    const reply = await call(route, {});
    expect(reply.body.code).toBe('BAD_REQUEST');
    expect(reply.body.errors.map((error: { path: string }) => error.path).sort()).toEqual(
      [...required].sort(),
    );
    for (const { message } of reply.body.errors) expect(message.length).toBeGreaterThan(2);
  });

  keeping(12)(named(withBody))(
    'PWD-02 %s refuses 17 KiB with 413, and huge members below that',
    async (name, route) => {
      const limit = (route.route.bodyLimitKiB ?? 16) * 1024;
      const padded = JSON.stringify({ ...goodBody(route.route), padding: 'x'.repeat(limit + 1024) });
      const tooLarge = await call(route, padded);
      expectProblem(tooLarge, name);
      expect(tooLarge.body).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
      const exact = JSON.stringify({ p: '' });
      const justFits = await call(route, JSON.stringify({ p: 'x'.repeat(limit - exact.length) }));
      expect(justFits.status).not.toBe(413);
      expect((await call(route, JSON.stringify({ p: 'x'.repeat(limit - exact.length + 1) }))).status).toBe(
        413,
      );
      for (const member of bodyMembers(route.route))
        for (const huge of [
          'x'.repeat(12_000),
          '张'.repeat(4_000),
          '９'.repeat(4_000),
          '\u0301'.repeat(5_000),
        ])
          expectProblem(await call(route, { ...goodBody(route.route), [member]: huge }), `${name} ${member}`);
    },
  );

  it('PWD-02 reads a body of several megabytes to its end and answers 413', async () => {
    for (const size of [1, 5, 11]) {
      const reply = await raw('POST', '/v1/logins', Buffer.alloc(size * 1024 * 1024, 0x20), {
        'content-type': 'application/json',
      });
      expectProblem(reply, `${size} MiB`);
      expect(reply.status).toBe(413);
    }
  });

  keeping(12)(named(withBody))('BL-06 %s survives deep nesting and prototype keys', async (name, route) => {
    for (const deep of ['['.repeat(8_000), `${'['.repeat(8_000)}${']'.repeat(8_000)}`])
      expectProblem(await call(route, deep), name);
    // Unknown members are ignored, so this body is enough for a route whose members are all optional.
    const nested = `${'{"a":'.repeat(2_500)}1${'}'.repeat(2_500)}`;
    const reply = await call(route, nested);
    if ((bodyShape(route.route).required ?? []).length > 0) expectProblem(reply, name);
    else expectNoFailure(reply, name);
    const good = JSON.stringify(goodBody(route.route)).slice(1, -1);
    for (const polluted of [
      '"__proto__":{"polluted":true,"status":"active"}',
      '"constructor":{"prototype":{"polluted":true}}',
      '"prototype":1,"toString":1,"hasOwnProperty":1,"valueOf":1,"then":1',
    ]) {
      const reply = await call(route, `{${polluted}${good ? `,${good}` : ''}}`);
      expectNoFailure(reply, `${name} ${polluted}`);
      expect(JSON.stringify(reply.body ?? '')).not.toContain('polluted');
    }
  });

  it('BL-06 nothing of what was sent stays: an honest login works as before', async () => {
    expect((await enterPassword(runtime, who.documentNumber, who.password)).status).toBe(201);
    expect((await runtime.http('GET', '/v1/health')).body).toEqual({ status: 'ok' });
  });

  const oddities = [
    '\u0000',
    '\ud800',
    'a\udfff',
    '\ufeff张三',
    '\u202e三张',
    '\u200b\u200d\u2060',
    '\u3164',
    'e\u0301'.repeat(20),
    '👩‍👩‍👧‍👦',
    '𝟙𝟚𝟛',
    '１２３４５６',
    '١٢٣٤٥٦',
    'İıſß',
    '\r\nSet-Cookie: a=b',
    "'; DROP TABLE Users; --",
    '<script>alert(1)</script>',
    `{{7*7}}$\{7*7}#{7*7}`,
    '../../../etc/passwd',
    `$\{jndi:ldap://x}`,
    'null',
    'NaN',
    '9'.repeat(60),
    '-1',
    ' ',
    '\t\n',
  ];
  keeping(4)(named(withBody))(
    'BL-06 %s takes or refuses oddities of Unicode, and never fails',
    async (name, route) => {
      for (const member of bodyMembers(route.route))
        for (const odd of oddities)
          expectNoFailure(
            await call(route, { ...goodBody(route.route), [member]: odd }),
            `${name} ${member}: ${JSON.stringify(odd)}`,
          );
    },
  );

  it('SES-2 a body is JSON by its type, whatever its parameters and letters; no body needs no type', async () => {
    const body = JSON.stringify({ entry: 'natural', account: who.documentNumber, password: who.password });
    for (const type of [
      'application/json',
      'application/json; charset=utf-8',
      'APPLICATION/JSON;charset="UTF-8"',
      ' application/json ;x=text/plain',
    ])
      expect((await raw('POST', '/v1/logins', body, { 'content-type': type })).status).toBe(201);
    const login = await loginTicket(runtime, who);
    for (const headers of [
      {},
      { 'content-type': 'application/x-www-form-urlencoded' },
      { origin: runtime.url },
    ])
      expect((await raw('POST', `/v1/logins/${login}/face`, undefined, headers)).status).toBe(201);
  });
});

describe('paths', () => {
  keeping(24)(named(withId))('AUTHZ-01 %s does not find an id that nobody has', async (name, route) => {
    const reply = await call(route, route.route.body ? goodBody(route.route) : undefined);
    expectProblem(reply, name);
    // A natural person is refused at a company's route before the id is looked up.
    if (route.route.path.startsWith('/v1/enterprise/') || route.route.path.startsWith('/v1/agency/'))
      expect(['ROLE_NOT_ALLOWED', 'NOT_FOUND']).toContain(reply.body.code);
    else expect(reply.body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  const strange = [
    '%20',
    '%00',
    '%2e%2e',
    '..',
    '.',
    '%2F',
    '%5C',
    '%E5%BC%A0',
    '%F0%9F%80%84',
    '%C0%AF',
    '%ff',
    '%ZZ',
    '%',
    '%252e',
    '~',
    "'",
    '%22',
    '*',
    '%3Cscript%3E',
    '__proto__',
    'constructor',
    'toString',
    'null',
    'undefined',
    '-1',
    '0',
    'a'.repeat(65),
    'a'.repeat(4000),
    't_47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
    `${handle};v=1`,
    `${handle}%0d%0aX:1`,
    `${handle},${handle}`,
    `${handle}/../${handle}`,
    `${handle}?x=%`,
    `${handle}?__proto__=1&a=b&a=c`,
    `${handle}/`,
    `/${handle}`,
  ];
  keeping(12)(named(withId))('AUTHZ-01 %s takes no strange id', async (name, { route }) => {
    const body = route.body ? JSON.stringify(goodBody(route)) : undefined;
    for (const id of strange) {
      const path = pathWith(route, id);
      const headers: Record<string, string> = { 'content-type': 'application/json' };
      if (route.access === 'session') headers.authorization = `Bearer ${token}`;
      if (route.access === 'channel')
        headers['channel-assertion'] = await assertionFor(route, path.split('?')[0] ?? path);
      const reply = await raw(route.method, path, body, headers);
      expectProblem(reply, `${name} ${id.slice(0, 60)}`);
      // 401: the assertion's `htu` cannot name this path. 403: a natural person may not call this route.
      expect([400, 401, 403, 404], `${name} ${id.slice(0, 60)}`).toContain(reply.status);
    }
  });

  it.each([...new Set(routes.map(({ route }) => route.path))])(
    'BL-01 %s knows no other method',
    async (path) => {
      // `/v1/account/phones/sms` also matches the template `/v1/account/phones/{phoneId}`.
      const fits = (template: string) => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
      const declared = routes.filter((one) => fits(one.route.path)).map((one) => one.route.method);
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'])
        if (!declared.includes(method as 'GET')) {
          const reply = await raw(
            method,
            path.replace(/\{\w+\}/g, handle),
            method === 'GET' ? undefined : '{}',
          );
          expectProblem(reply, `${method} ${path}`);
          expect(reply.status).toBe(404);
        }
    },
  );

  it('BL-01 unknown paths are not found', async () => {
    for (const path of [
      '/',
      '/v1',
      '/v1/',
      '/v2/logins',
      '/v1/logins/',
      '//v1/logins',
      '/V1/logins',
      '/v1/admin',
      '/.env',
      '/v1/%6cogins%00',
    ])
      expectProblem(await raw('POST', path, '{}'), path);
  });
});

describe('credentials', () => {
  const garbage = (): Record<string, string>[] => [
    {},
    { authorization: '' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer ' },
    { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` },
    { authorization: 'Bearer x' },
    { authorization: 'Bearer a.b.c' },
    { authorization: token },
    { authorization: `Bearer ${token}x` },
    { authorization: `Bearer ${token.split('.').slice(0, 2).join('.')}.` },
    { authorization: `Bearer ${'a'.repeat(6000)}.b.c` },
    { authorization: `Bearer ${token}, Bearer ${token}` },
    { authorization: `Bearer ${alter(token, (claims) => ({ ...claims, sub: 'p1_x' }))}` },
    { authorization: `Bearer ${alter(token, (claims) => ({ ...claims, exp: 9_999_999_999 }))}` },
    { authorization: `Bearer ${unsigned(token)}` },
  ];
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  function alter(jwt: string, change: (claims: Record<string, unknown>) => object): string {
    const [header, payload = '', signature] = jwt.split('.');
    return `${header}.${part(change(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))))}.${signature}`;
  }
  const unsigned = (jwt: string) => `${part({ alg: 'none', typ: 'at+jwt' })}.${jwt.split('.')[1]}.`;

  it.each(named(routes.filter(({ route }) => route.access === 'session')))(
    'TOK-01 %s answers 401 without a good access token',
    async (name, { route }) => {
      for (const headers of garbage()) {
        const body = route.body ? JSON.stringify(goodBody(route)) : undefined;
        const reply = await raw(route.method, pathWith(route, handle), body, {
          ...headers,
          ...(body ? { 'content-type': 'application/json' } : {}),
        });
        expectProblem(reply, `${name} ${JSON.stringify(headers).slice(0, 80)}`);
        expect(reply.body).toMatchObject({ status: 401, code: 'SESSION_ENDED' });
      }
    },
  );

  it.each(named(routes.filter(({ route }) => route.access === 'refresh')))(
    'SES-2 %s answers 401 without a good cookie, and refuses other origins',
    async (name, { route }) => {
      for (const cookie of [
        undefined,
        '',
        '__Host-refresh=',
        '__Host-refresh=x',
        '__Host-refresh=a.b.c',
        `__Host-refresh=${'a'.repeat(6000)}`,
        '__Host-refresh=%00%ff',
        `refresh=${handle}`,
        '=;=;==',
        `__Host-refresh=${token}`,
        '__Host-refresh="; __Host-refresh=x',
      ]) {
        const reply = await raw(route.method, route.path, undefined, cookie === undefined ? {} : { cookie });
        expectProblem(reply, `${name} ${cookie}`);
        expect(reply.body).toMatchObject({ status: 401, code: 'SESSION_ENDED' });
      }
      const { cookie } = await loggedInByFace(runtime, await registered(runtime));
      const foreign = await raw(route.method, route.path, undefined, {
        cookie,
        origin: 'https://evil.example',
      });
      expectProblem(foreign, name);
      expect((await raw(route.method, route.path, undefined, { cookie, origin: 'null' })).status).toBe(403);
      expect(
        (await raw(route.method, route.path, undefined, { cookie, origin: runtime.issuer })).status,
      ).toBe(200);
    },
  );

  it.each(named(routes.filter(({ route }) => /channel/.test(route.access))))(
    'CHN-1 %s refuses a garbage assertion',
    async (name, { route }) => {
      const body = route.body ? JSON.stringify(goodBody(route)) : undefined;
      const path = pathWith(route, handle);
      const other = await runtime.assertion('ahtax-app', { method: 'GET', path: '/v1/elsewhere' });
      for (const assertion of [
        'x',
        'a.b.c',
        '..',
        'null',
        other,
        `${other}, ${other}`,
        'a'.repeat(8000),
        'é'.normalize('NFD').replace(/[^\x20-\x7e]/g, '?'),
      ]) {
        const reply = await raw(route.method, path, body, {
          'channel-assertion': assertion,
          ...(body ? { 'content-type': 'application/json' } : {}),
        });
        expectProblem(reply, `${name} ${assertion.slice(0, 40)}`);
        expect(reply.body).toMatchObject({ status: 401, code: 'ASSERTION_INVALID' });
      }
    },
  );
});

describe('tickets out of time and order', () => {
  /** Open tickets of the three journeys, and the body of each of their routes. */
  async function openTickets() {
    const one = person();
    const registration = await startRegistration(runtime, one);
    expectStatus(await fillProfile(runtime, registration, one), 200);
    const login = await loginTicket(runtime, who);
    const reset = expectStatus(
      await runtime.http('POST', '/v1/password-resets', {
        account: who.documentNumber,
        name: who.name,
        documentNumber: who.documentNumber,
      }),
      201,
    ).body.resetId;
    return { registrations: registration, logins: login, 'password-resets': reset } as Record<string, string>;
  }
  const journeyOf = (route: Route) => /^\/v1\/([\w-]+)\/\{id\}/.exec(route.route.path)?.[1] ?? '';
  const journeys = routes.filter((route) =>
    ['registrations', 'logins', 'password-resets'].includes(journeyOf(route)),
  );
  /** For every other ticket, a step after the second factor comes in the wrong order. */
  const later = /\/(choices|confirm-role|choose|cross-region-reports)$/;
  const use = (route: Route, id: string) =>
    call(route, route.route.body ? goodBody(route.route) : undefined, route.route.path.replace('{id}', id));

  it('BL-01 every route of a journey says that its ticket is over', async () => {
    const tickets = await openTickets();
    await wait(runtime, defaultPolicies.registrationSeconds + 1);
    for (const route of journeys.filter(({ route: one }) => !later.test(one.path))) {
      const reply = await use(route, tickets[journeyOf(route)] ?? '');
      expectProblem(reply, route.name);
      expect(reply.body, route.name).toMatchObject({ status: 410, code: 'EXPIRED' });
    }
  });

  long('BL-01 every route of a journey says that its ticket is spent', async () => {
    const tickets = await openTickets();
    const pass = async (path: string) => {
      const scan = expectStatus(await runtime.http('POST', `${path}/face`), 201).body;
      expectStatus(await scanFace(runtime, scan.qrContent), 200);
      return scan.ticket;
    };
    await pass(`/v1/registrations/${tickets.registrations}`);
    expectStatus(await runtime.http('POST', `/v1/registrations/${tickets.registrations}/complete`), 201);
    const faceTicket = await pass(`/v1/logins/${tickets.logins}`);
    expectStatus(await runtime.http('POST', `/v1/logins/${tickets.logins}/verify`, { faceTicket }), 200);
    const resetFace = await pass(`/v1/password-resets/${tickets['password-resets']}`);
    const newPassword = 'Langya!5170x';
    expectStatus(
      await runtime.http('POST', `/v1/password-resets/${tickets['password-resets']}/complete`, {
        faceTicket: resetFace,
        newPassword,
      }),
      204,
    );
    who = { ...who, password: newPassword };
    for (const route of journeys) {
      const reply = await use(route, tickets[journeyOf(route)] ?? '');
      expectProblem(reply, route.name);
      expect(reply.body, route.name).toMatchObject({ status: 409, code: 'STATE_CONFLICT' });
    }
  });

  long('BL-01 a ticket of one journey is none of another', async () => {
    const tickets = await openTickets();
    for (const route of journeys)
      for (const [journey, id] of Object.entries(tickets))
        if (journey !== journeyOf(route)) {
          const reply = await use(route, id);
          expectProblem(reply, `${route.name} with one of ${journey}`);
          expect(reply.status).toBe(404);
        }
  });

  it('BL-01 steps out of order are refused and change nothing', async () => {
    const id = await startRegistration(runtime, person());
    for (const [method, step, body, code] of [
      ['POST', 'complete', undefined, 'STEP_MISSING'],
      ['POST', 'face', undefined, 'STEP_MISSING'],
      ['PUT', 'profile', { phone: who.phone, smsCode: '123456', password: who.password }, 'SMS_CODE_WRONG'],
    ] as const)
      expect((await runtime.http(method, `/v1/registrations/${id}/${step}`, body)).body.code).toBe(code);
    const login = await loginTicket(runtime, who);
    expect((await runtime.http('POST', `/v1/logins/${login}/verify`, { smsCode: '123456' })).body.code).toBe(
      'SMS_CODE_WRONG',
    );
    expect((await runtime.http('POST', `/v1/logins/${login}/verify`, { faceTicket: handle })).body.code).toBe(
      'FACE_REQUIRED',
    );
    expect((await runtime.http('POST', `/v1/logins/${login}/verify`, {})).body.code).toBe('BAD_REQUEST');
  });
});

describe('fuzz', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.constantFrom(
      ...['', ' ', '0', '201', '123456', 'natural', '13812345678', '张三', '__proto__', '\ud800'],
    ),
  );
  const anything = fc.oneof(
    anyText,
    fc.jsonValue({ maxDepth: 3 }),
    fc.double(),
    fc.array(anyText, { maxLength: 9 }),
  );
  /** Values that are usually close to the schema, so that they pass the schema and reach the code behind it. */
  function valueNear(shape: Shape, name: string, good: Record<string, unknown>): fc.Arbitrary<unknown> {
    const near = shape.enum ? fc.constantFrom(...shape.enum) : shape.type === 'string' ? anyText : anything;
    return fc.oneof(
      { arbitrary: fc.constant(good[name]), weight: 5 },
      { arbitrary: near, weight: 3 },
      anything,
    );
  }
  const bodyOf = ({ route }: Route): fc.Arbitrary<unknown> => {
    const shape = bodyShape(route);
    const good = goodBody(route);
    const members = Object.fromEntries(
      Object.entries(shape.properties ?? {}).map(([name, one]) => [name, valueNear(one, name, good)]),
    );
    return fc.oneof(
      { arbitrary: fc.record(members, { requiredKeys: [] }), weight: 8 },
      { arbitrary: anything, weight: 1 },
    );
  };

  async function anyBody(numRuns: number): Promise<void> {
    let runs = 0;
    for (const route of withBody) {
      await fc.assert(
        fc.asyncProperty(bodyOf(route), fc.boolean(), async (body, ticketKnown) => {
          runs++;
          const path = pathWith(route.route, ticketKnown ? handle : 'x');
          expectNoFailure(
            await call(route, JSON.stringify(body) ?? '', path),
            `${route.name} ${JSON.stringify(body)}`,
          );
        }),
        { numRuns, endOnFailure: true },
      );
    }
    expect(runs).toBe(numRuns * withBody.length);
    expect(runtime.logs().filter((line) => line.isError)).toEqual([]);
  }

  long('BL-06 ERR-01 no body of any route makes it fail', () => anyBody(2), 60_000);

  long('BL-06 ERR-01 no body of any route makes it fail, by many bodies', () => anyBody(40), 180_000);
});
