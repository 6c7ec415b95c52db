/** @module-tag grants */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientAssertionType } from '#crypto/client-assertions.ts';
import type { Loose } from '../support/client.ts';
import { expectStatus, loggedInByFace } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { knownPerson, morning, openWatchedRuntime, rows, type WatchedRuntime } from '../support/watched.ts';
import { postForm } from './support/hand-overs.ts';
import {
  answerIn,
  asked,
  authorize,
  authorizeByForm,
  clientCall,
  pageOf,
  pushed,
  queryOf,
  requestOf,
  type TaxSystem,
  taxSystem,
  ticketRow,
} from './support/sso.ts';

let runtime: WatchedRuntime;
let filing: TaxSystem;
let invoice: TaxSystem;
let careful: TaxSystem;
/** The budget of one address: far more requests than all tests before the last one make. */
const budget = 150;
beforeAll(async () => {
  [filing, invoice, careful] = await Promise.all([
    taxSystem('filing-web'),
    taxSystem('invoice-web'),
    taxSystem('careful-web', { pushed: true }),
  ]);
  runtime = await openWatchedRuntime({
    relyingParties: [filing.client, invoice.client, careful.client],
    challengeAfter: 1_000,
    policies: { ssoRequestsPerAddress: budget },
  });
});
afterAll(() => runtime?.finish('sso-request'));
beforeEach(() => runtime.clock.set(morning));

const page = (reason: string) => `${runtime.issuer}/sso/error?reason=${reason}`;
const requestsKept = async () => (await rows(runtime, 'Tickets')).filter(({ kind }) => kind === 'sso').length;

describe('a browser at the authorization endpoint', () => {
  long(
    'SSO-2 goes on to the page that decides by 303, with a secret of its own that Lax lets come back',
    async () => {
      const { status, location, headers, id, cookie } = await asked(runtime, filing);
      expect(status).toBe(303);
      expect(location).toBe(`${runtime.issuer}/sso#${id}`);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.getSetCookie()).toEqual([
        `${cookie}; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=600`,
      ]);
      expect(cookie).toMatch(new RegExp(`^__Host-sso-${id.slice(0, 8)}=[\\w-]{32}$`));
    },
  );

  it('SSO-2 leaves its request behind, and of the secret and the handle only hashes', async () => {
    const { id, cookie } = await asked(runtime, filing, { max_age: '60', login_hint: '13805510001' });
    const kept = await ticketRow(runtime, id);
    expect(kept).toMatchObject({ kind: 'sso', state: 'open', expiresAt: kept.createdAt + 600 });
    expect(kept.request).toMatchObject({ clientId: 'filing-web', maxAge: 60, scope: ['openid', 'profile'] });
    const text = JSON.stringify({ ...kept, browsers: [...kept.browsers] });
    for (const secret of [id, cookie.split('=')[1] ?? '', '13805510001']) expect(text).not.toContain(secret);
  });

  it('SSO-2 may come by a form of any page, and two systems may ask at once', async () => {
    const [one, other] = [
      await authorizeByForm(runtime, requestOf(filing)),
      await authorizeByForm(runtime, requestOf(invoice)),
    ];
    expect([one.status, other.status]).toEqual([303, 303]);
    expect(one.id).not.toBe('');
    expect(one.cookie.split('=')[0]).not.toBe(other.cookie.split('=')[0]);
  });

  it.each<[string, string, string]>([
    ['no client', 'client_id', 'client'],
    ['no address', 'redirect_uri', 'redirect_uri'],
  ])(
    'SSO-2 with %s sees a page, and so does one whose value is not registered or sent twice',
    async (_, name, reason) => {
      const before = await requestsKept();
      for (const query of [
        queryOf(requestOf(filing, { [name]: undefined })),
        queryOf(requestOf(filing, { [name]: 'https://evil.example/back' })),
        `${queryOf(requestOf(filing))}&${queryOf({ [name]: requestOf(filing)[name] })}`,
      ]) {
        const { status, location, cookie } = await authorize(runtime, query);
        expect([status, location, cookie]).toEqual([303, page(reason), '']);
      }
      expect(await requestsKept()).toBe(before);
    },
  );

  it('SSO-2 in a form of another kind or size sees a page, too', async () => {
    for (const [type, body] of [
      ['application/json', '{}'],
      ['application/x-www-form-urlencoded', `a=${'x'.repeat(17_000)}`],
    ]) {
      const answer = await fetch(`${runtime.url}/oauth2/authorize`, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': type ?? '' },
        body: body ?? '',
      });
      expect([answer.status, answer.headers.get('location')]).toEqual([303, page('request')]);
    }
  });

  it('SSO-2 another client’s address is not registered', async () => {
    const query = requestOf(filing, { redirect_uri: invoice.client.redirectUris[0] });
    expect((await authorize(runtime, query)).location).toBe(page('redirect_uri'));
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    ['response_type token', { response_type: 'token' }, 'unsupported_response_type'],
    ['no PKCE', { code_challenge: undefined }, 'invalid_request'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['a request_uri of its own', { request_uri: 'https://rp.example/r' }, 'request_uri_not_supported'],
    ['another client’s resource', { resource: 'https://invoice-web.example.cn/api' }, 'invalid_target'],
    ['prompt none login', { prompt: 'none login' }, 'invalid_request'],
    ['max_age -1', { max_age: '-1' }, 'invalid_request'],
    ['broken claims', { claims: '{' }, 'invalid_request'],
    ['unknown details', { authorization_details: '[{"type":"x"}]' }, 'invalid_authorization_details'],
  ])('SSO-2 with %s goes back to the system, with state and iss', async (_, changes, error) => {
    const { status, location, cookie } = await authorize(
      runtime,
      requestOf(filing, { state: 'a,b&c', ...changes }),
    );
    expect([status, cookie]).toEqual([303, '']);
    expect(answerIn(location)).toEqual({
      to: filing.client.redirectUris[0],
      error,
      error_description: expect.stringMatching(/^[\x20-\x7e]+$/),
      state: 'a,b&c',
      iss: runtime.issuer,
    });
  });

  it('SSO-2 with a parameter twice goes back, though a proxy would join the two with a comma', async () => {
    const { location } = await authorize(runtime, `${queryOf(requestOf(filing))}&scope=openid`);
    expect(answerIn(location)).toMatchObject({ error: 'invalid_request', state: 'state-of-the-system' });
  });

  it('SSO-14 leaves no parameter, handle, secret or address in a log', async () => {
    const { id, cookie } = await asked(runtime, filing, { state: 'unheard-of', nonce: 'unheard-of-too' });
    const { body } = await pushed(runtime, filing, { state: 'unheard-of' });
    await authorize(runtime, { client_id: 'filing-web', request_uri: body.request_uri });
    const logs = JSON.stringify(runtime.logs());
    for (const text of ['unheard-of', id, cookie.split('=')[1] ?? '', body.request_uri, 'code_challenge'])
      expect(logs).not.toContain(text);
  });
});

const byReference = (uri: string, more: Record<string, string> = {}) =>
  authorize(runtime, { client_id: 'filing-web', request_uri: uri, ...more });

it('SSO-2 the authorization endpoint knows no CORS: scripts of other pages are answered nothing that they may read', async () => {
  const origin = 'https://elsewhere.example.cn';
  const asks = { origin, 'access-control-request-method': 'POST' };
  const url = `${runtime.url}/oauth2/authorize?${queryOf(requestOf(filing))}`;
  for (const init of [{ method: 'OPTIONS', headers: asks }, { headers: { origin } }]) {
    const { headers } = await fetch(url, { ...init, redirect: 'manual' });
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  }
});

describe('a pushed request', () => {
  it('SSO-2 is the only one of a client that has to push', async () => {
    const kept = await requestsKept();
    const answer = await authorize(runtime, requestOf(careful));
    expect(answerIn(answer.location)).toMatchObject({
      error: 'invalid_request',
      state: 'state-of-the-system',
      iss: runtime.issuer,
    });
    expect([answer.cookie, await requestsKept()]).toEqual(['', kept]);
    const { request_uri } = (await pushed(runtime, careful)).body;
    const query = { client_id: 'careful-web', request_uri };
    expect((await authorize(runtime, query)).id).toMatch(/^[\w-]{32}$/);
  });

  it('SSO-2 is kept for a minute and taken up by its reference, beside which nothing but the client counts', async () => {
    const { status, body, headers } = await pushed(runtime, filing, { state: 'pushed' });
    expect(status).toBe(201);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]{32}$/),
      expires_in: 60,
    });
    const opened = await byReference(body.request_uri, {
      state: 'other',
      redirect_uri: 'https://evil.example',
    });
    expect(opened.location).toBe(`${runtime.issuer}/sso#${body.request_uri.split(':').at(-1)}`);
    expect((await ticketRow(runtime, opened.id)).request).toMatchObject({
      state: 'pushed',
      redirectUri: filing.client.redirectUris[0],
    });
  });

  long(
    'SSO-2 may be opened twice before anybody decides, and either browser decides, once for both',
    async () => {
      const { session } = await loggedInByFace(runtime, await knownPerson(runtime));
      const { request_uri } = (await pushed(runtime, filing)).body;
      const [first, second] = [await byReference(request_uri), await byReference(request_uri)];
      expect(second.id).toBe(first.id);
      expect(second.cookie).not.toBe(first.cookie);
      expectStatus(await pageOf(runtime, first, session.accessToken).show(), 200);
      expectStatus(await pageOf(runtime, second, session.accessToken).approve(), 200);
      expectStatus(await pageOf(runtime, first, session.accessToken).approve(), 409);
      // The reference is used up.
      expect((await byReference(request_uri)).location).toBe(page('request_uri'));
    },
  );

  long('SSO-2 is nobody’s after its minute, and never another client’s', async () => {
    const { request_uri } = (await pushed(runtime, filing)).body;
    const foreign = await authorize(runtime, { client_id: 'invoice-web', request_uri });
    expect(foreign.location).toBe(page('request_uri'));
    runtime.clock.advance(59);
    const opened = await byReference(request_uri);
    expect(opened.id).not.toBe('');
    runtime.clock.advance(1);
    expect((await byReference(request_uri)).location).toBe(page('request_uri'));
    // A browser that opened the request in time has the full time of a request.
    expectStatus(await pageOf(runtime, opened).system(), 200);
    runtime.clock.advance(599);
    expectStatus(await pageOf(runtime, opened).system(), 410);
  });

  it('SSO-2 that was never made, or a handle that opens something else, is a page', async () => {
    const made = (await asked(runtime, filing)).id;
    for (const id of ['A'.repeat(32), made])
      expect((await byReference(`urn:ietf:params:oauth:request_uri:${id}`)).location).toBe(
        page('request_uri'),
      );
  });

  long('SSO-2 twenty browsers at once open it ten times, and then no more', async () => {
    const { request_uri } = (await pushed(runtime, filing)).body;
    const opened = await Promise.all(Array.from({ length: 20 }, () => byReference(request_uri)));
    expect(opened.filter(({ id }) => id !== '')).toHaveLength(10);
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    ['no PKCE', { code_challenge: undefined }, 'invalid_request'],
    ['PKCE plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['an address that is not registered', { redirect_uri: 'https://evil.example' }, 'invalid_request'],
    ['request_uri in the form', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
    ['a scope without openid', { scope: 'profile' }, 'invalid_scope'],
    ['another client’s resource', { resource: 'https://invoice-web.example.cn/api' }, 'invalid_target'],
    ['response_type token', { response_type: 'token' }, 'unsupported_response_type'],
  ])('SSO-2 with %s is refused in OAuth’s form', async (_, changes, error) => {
    const { status, body } = await pushed(runtime, filing, changes);
    expect([status, body.error]).toEqual([400, error]);
    expect(Object.keys(body)).toEqual(['error', 'error_description']);
  });

  it('SSO-2 with a parameter twice is refused, with several resources by RFC 8707’s word', async () => {
    for (const [name, value, error] of [
      ['scope', 'openid', 'invalid_request'],
      ['resource', 'https://filing-web.example.cn/api', 'invalid_target'],
    ] as const) {
      const form = new URLSearchParams(
        queryOf(requestOf(filing, { resource: filing.client.resources[0]?.uri })),
      );
      form.append('client_assertion_type', clientAssertionType);
      form.append('client_assertion', await filing.assertion(runtime));
      form.append(name, value);
      const { status, body } = await postForm(runtime, '/oauth2/par', form);
      expect([status, body.error]).toEqual([400, error]);
    }
  });

  it('SSO-2 is a POST', async () => {
    const answer = await fetch(`${runtime.url}/oauth2/par`, { method: 'PUT', body: '' });
    expect(answer.status).toBe(404);
  });
});

describe('who pushes a request', () => {
  it.each<[string, Record<string, unknown>]>([
    ['without sub', { sub: undefined }],
    ['for another audience', { aud: 'https://elsewhere.example.cn' }],
    ['for two audiences', { aud: ['https://etax.example.cn', 'x'] }],
    ['that lives longer than two minutes', { exp: Math.floor(Date.parse(morning) / 1000) + 200 }],
    ['that is over', { exp: Math.floor(Date.parse(morning) / 1000) - 300 }],
    ['without jti', { jti: undefined }],
  ])('SSO-3 by an assertion %s is nobody', async (_, changes) => {
    const { status, body } = await pushed(runtime, filing, {}, await filing.assertion(runtime, changes));
    expect([status, body.error]).toEqual([401, 'invalid_client']);
  });

  it('SSO-3 by another client’s assertion, or beside another client_id, is nobody', async () => {
    const foreign = await clientCall(
      runtime,
      invoice,
      '/oauth2/par',
      requestOf(filing),
      await invoice.assertion(runtime),
    );
    expect([foreign.status, foreign.body.error]).toEqual([401, 'invalid_client']);
  });

  it('SSO-3 one assertion on six requests at once: one is kept, five are invalid_client', async () => {
    const before = await requestsKept();
    const token = await filing.assertion(runtime, { jti: randomUUID() });
    const answers = await Promise.all(Array.from({ length: 6 }, () => pushed(runtime, filing, {}, token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 401, 401, 401, 401, 401]);
    expect(answers.filter(({ body }: Loose) => body.error === 'invalid_client')).toHaveLength(5);
    expect(await requestsKept()).toBe(before + 1);
  });
});

describe('an address', () => {
  long('SSO-2 LGN-12 has a budget; beyond it the person sees a page and nothing is kept', async () => {
    // A new window for the budget.
    runtime.clock.advance(7_200);
    const answers: Awaited<ReturnType<typeof authorize>>[] = [];
    // Ten in parallel: more would only wait for the one counter.
    while (answers.length < budget + 10)
      answers.push(
        ...(await Promise.all(Array.from({ length: 10 }, () => authorize(runtime, requestOf(filing))))),
      );
    expect(answers.filter(({ id }) => id !== '')).toHaveLength(budget);
    expect(answers.filter(({ location }) => location === page('busy'))).toHaveLength(10);
    runtime.clock.advance(7_200);
    expect((await authorize(runtime, requestOf(filing))).id).not.toBe('');
  });
});
