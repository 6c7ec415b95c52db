import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectStatus, loggedInByFace } from '../support/runtime.ts';
import { knownPerson, morning, openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';
import { begin, clientCall, exchange, granted, userinfo } from './support/hand-overs.ts';
import { type StandIn, standIn } from './support/rps.ts';

/** Modules of the OpenID Foundation's test plans that no other test covers; docs/conformance.md lists all modules. */
let runtime: WatchedRuntime;
let one: StandIn;
let two: StandIn;
let token: string;
beforeAll(async () => {
  [one, two] = await Promise.all([standIn('one-web'), standIn('two-web')]);
  runtime = await openWatchedRuntime({ relyingParties: [one, two].map(({ client }) => client) });
  token = (await loggedInByFace(runtime, await knownPerson(runtime))).session.accessToken;
});
afterAll(async () => {
  one.stop();
  two.stop();
  await runtime?.finish();
});
beforeEach(() => runtime.clock.set(morning));

/** The parameters of a valid request; a test changes the ones that it is about. */
const parametersOf = ({ client }: StandIn) => ({
  response_type: 'code',
  client_id: client.clientId,
  redirect_uri: client.redirectUris[0] ?? '',
  scope: 'openid',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
});

/** A complete journey; returns the claims of the ID token. */
async function whole(changes: Record<string, string | undefined>, system = one) {
  const reply = await exchange(runtime, system, await granted(runtime, system, token, changes));
  expect(reply.status).toBe(200);
  return { claims: decodeJwt(reply.body.id_token), body: reply.body };
}

describe('a journey goes through', () => {
  it('SSO-6 happy-flow, for two clients', async () => {
    for (const system of [one, two]) {
      const { claims } = await whole({ nonce: 'n-1' }, system);
      expect(claims).toMatchObject({ aud: system.client.clientId, nonce: 'n-1' });
    }
  });

  const long = 'x'.repeat(384);
  it.each<[string, Record<string, string | undefined>, object]>([
    ['without a state', { state: undefined }, {}],
    ['without a nonce', { nonce: undefined }, {}],
    ['with the scopes in another order', { scope: 'profile openid' }, {}],
    ['with a nonce of 64 characters', { nonce: 'n'.repeat(64) }, { nonce: 'n'.repeat(64) }],
    ['with a long nonce', { nonce: long }, { nonce: long }],
    ['with a long state', { state: long }, {}],
    ['with a parameter that nobody knows', { extra: 'foobar' }, {}],
    ['with display=page', { display: 'page' }, {}],
    ['with ui_locales and claims_locales', { ui_locales: 'se', claims_locales: 'se' }, {}],
    ['with a login_hint', { login_hint: 'somebody@example.cn' }, {}],
    ['with acr_values', { acr_values: 'urn:ahtax:face 1' }, { acr: 'urn:ahtax:face' }],
    ['with a max_age that holds', { max_age: '10000' }, { auth_time: expect.any(Number) }],
    ['with claims that are essential', { claims: '{"id_token":{"acr":{"essential":true}}}' }, {}],
  ])('SSO-2 SSO-6 %s', async (_what, changes, claims) => {
    expect((await whole(changes)).claims).toMatchObject(claims);
  });

  it('SSO-6 the scope profile gives the name, masked, at userinfo too; without nonce there is none', async () => {
    const { claims, body } = await whole({ scope: 'openid profile' });
    expect(claims.name).toMatch(/\*/);
    expect((await userinfo(runtime, body.access_token)).body).toMatchObject({
      sub: claims.sub,
      name: claims.name,
    });
    expect((await whole({ scope: 'openid' })).claims).not.toHaveProperty('name');
    expect((await whole({})).claims).not.toHaveProperty('nonce');
  });

  it('SSO-9 with an id_token_hint of whoever is there', async () => {
    const { claims, body } = await whole({});
    const again = await whole({ id_token_hint: body.id_token, prompt: 'none' });
    expect(again.claims).toMatchObject({ sub: claims.sub, sid: claims.sid });
  });

  it('SSO-9 an id_token_hint of somebody else is login_required, however old; another client’s is no hint', async () => {
    const [{ id_token: mine }, { id_token: elsewhere }] = [
      (await whole({})).body,
      (await whole({}, two)).body,
    ];
    runtime.clock.advance(600);
    const other = (await loggedInByFace(runtime, await knownPerson(runtime))).session.accessToken;
    const asked = async (changes: Record<string, string>) => {
      const { id, cookie } = await begin(runtime, one, { id_token_hint: mine, ...changes });
      return runtime.http('POST', `/v1/sso/${id}/approve`, {}, { token: other, cookie });
    };
    const silently = expectStatus(await asked({ prompt: 'none' }), 200).body;
    expect(new URL(silently.redirectTo).searchParams.get('error')).toBe('login_required');
    expect((await asked({})).body.code).toBe('REAUTHENTICATION_REQUIRED');

    const wrong = { id_token_hint: elsewhere, state: 'kept' };
    const query = new URLSearchParams({ ...parametersOf(one), ...wrong });
    const answer = await fetch(`${runtime.url}/oauth2/authorize?${query}`, { redirect: 'manual' });
    const { searchParams } = new URL(answer.headers.get('location') ?? '');
    expect([
      answer.status,
      searchParams.get('error'),
      searchParams.get('state'),
      searchParams.get('iss'),
    ]).toEqual([303, 'invalid_request', 'kept', runtime.issuer]);
    const pushed = await clientCall(runtime, one, '/oauth2/par', { ...parametersOf(one), ...wrong });
    expect([pushed.status, pushed.body.error]).toEqual([400, 'invalid_request']);
  });

  it('SSO-9 max_age=1 wants a login; auth_time is that of the session', async () => {
    const { claims } = await whole({ max_age: '10000' });
    runtime.clock.advance(5);
    const { id, cookie } = await begin(runtime, one, { max_age: '1' });
    const reply = await runtime.http('POST', `/v1/sso/${id}/approve`, {}, { token, cookie });
    expectStatus(reply, 403);
    expect(reply.body.code).toBe('REAUTHENTICATION_REQUIRED');
    expect((await whole({})).claims.auth_time).toBe(claims.auth_time);
  });
});

it('SSO-5 a code again after a second and after thirty seconds', async () => {
  const code = await granted(runtime, one, token);
  expect((await exchange(runtime, one, code)).status).toBe(200);
  for (const seconds of [1, 29]) {
    runtime.clock.advance(seconds);
    expect((await exchange(runtime, one, code)).body.error).toBe('invalid_grant');
  }
});

it('SSO-3 the client_id beside the assertion', async () => {
  const code = await granted(runtime, one, token);
  expect((await exchange(runtime, one, code, { client_id: 'two-web' })).body.error).toBe('invalid_client');
  expect((await exchange(runtime, one, code, { client_id: 'one-web' })).status).toBe(200);
});

it('SSO-12 the metadata have what the plans ask of them, and promise nothing that is not there', async () => {
  const { body } = expectStatus(await runtime.http('GET', '/.well-known/openid-configuration'), 200);
  expect(body).toMatchObject({
    issuer: runtime.issuer,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['ES256'],
    id_token_signing_alg_values_supported: ['ES256'],
    subject_types_supported: ['pairwise'],
    authorization_response_iss_parameter_supported: true,
    require_pushed_authorization_requests: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    claims_parameter_supported: true,
    authorization_details_types_supported: ['taxpayer', 'matter'],
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  });
  for (const name of ['userinfo', 'revoke', 'introspect'])
    expect(JSON.stringify(body)).toContain(`/${name}"`);
  expect(body.end_session_endpoint).toBe(`${runtime.issuer}/oauth2/logout`);
  const { claims } = await whole({ nonce: 'n' });
  expect(Object.keys(claims).filter((claim) => !body.claims_supported.includes(claim))).toEqual([]);
  expect(body.acr_values_supported).toContain(claims.acr);
});
