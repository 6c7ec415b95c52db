import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Loose } from '../support/client.ts';
import { whileHeld } from '../support/held.ts';
import { expectStatus, loggedInByFace } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import { knownPerson, morning, openWatchedRuntime, rows, type WatchedRuntime } from '../support/watched.ts';
import { type ProofKey, proofKey } from './support/dpop.ts';
import { browser } from './support/example-systems.ts';
import {
  clientCall,
  exchange,
  formOf,
  type Granted,
  granted,
  introspection,
  refresh,
  userinfo,
} from './support/hand-overs.ts';
import { rpRow, type StandIn, standIn } from './support/rps.ts';
import { challengeOf, newVerifier } from './support/sso.ts';

/**
 * Tokens that are bound to a key (RFC 9449). `bound` must bind its tokens, `free` may; `api` introspects both systems'
 * tokens.
 */
let runtime: WatchedRuntime;
let bound: StandIn;
let free: StandIn;
let api: StandIn;
let key: ProofKey;
let other: ProofKey;
let token: string;
let sessionId: string;
beforeAll(async () => {
  [bound, free, key, other] = await Promise.all([
    standIn('bound-web', { dpop: true }),
    standIn('free-web'),
    proofKey(),
    proofKey(),
  ]);
  const resources = [bound, free].map(
    ({
      client: {
        resources: [first],
      },
    }) => first?.uri ?? '',
  );
  api = await standIn('api-web', { introspects: resources });
  runtime = await openWatchedRuntime({ relyingParties: [bound, free, api].map((one) => one.client) });
});
afterAll(async () => {
  for (const one of [bound, free, api]) one.stop();
  await runtime?.finish();
});
beforeEach(async () => {
  runtime.clock.set(morning);
  const { session } = await loggedInByFace(runtime, await knownPerson(runtime));
  ({ accessToken: token, sessionId } = session);
});

const expectRefused = (reply: { status: number; body: Loose }, error: string, status = 400) =>
  expect([reply.status, reply.body.error]).toEqual([status, error]);
const proof = (claims: object = {}, by = key) => by.proof(runtime, '/oauth2/token', { ...claims });
const codeOf = (system = bound, changes: Record<string, string> = {}) =>
  granted(runtime, system, token, changes);
const expectGood = async (code: Granted, system = bound, by = key): Promise<Loose> =>
  expectStatus((await exchange(runtime, system, code, {}, await proof({}, by))) as never, 200).body;

describe('SSO-6 tokens that are bound to a key', () => {
  long(
    'SSO-6 SSO-7 SSO-11 say so at the token endpoint, in the token, at introspection, and open userinfo with a proof alone',
    async () => {
      const body = await expectGood(await codeOf());
      expect(body.token_type).toBe('DPoP');
      expect(decodeJwt(body.access_token).cnf).toEqual({ jkt: key.jkt });
      expect(decodeJwt(body.id_token)).not.toHaveProperty('cnf');
      expect((await introspection(runtime, api, body.access_token)).body).toMatchObject({
        active: true,
        token_type: 'DPoP',
        cnf: { jkt: key.jkt },
      });
      const { access_token: access } = body;
      const asked = await userinfo(runtime, access, 'get', 'dpop', await key.proofAt(runtime, access));
      expect([asked.status, asked.body.sub]).toEqual([200, decodeJwt(access).sub]);
      const posted = await key.proofAt(runtime, access, { htm: 'POST' });
      expect((await userinfo(runtime, access, 'post-header', 'DPoP', posted)).status).toBe(200);
      expect(await rpRow(runtime, { sessionId, clientId: 'bound-web' })).toMatchObject({ jkt: key.jkt });
    },
  );

  long(
    'SSO-6 a client may bind its tokens though it need not, and gets what it got before where it does not',
    async () => {
      const plain = await exchange(runtime, free, await codeOf(free));
      expect([plain.body.token_type, decodeJwt(plain.body.access_token).cnf]).toEqual(['Bearer', undefined]);
      const body = await expectGood(await codeOf(free), free);
      expect([body.token_type, decodeJwt(body.access_token).cnf]).toEqual(['DPoP', { jkt: key.jkt }]);
      const asked = await introspection(runtime, api, plain.body.access_token);
      expect([asked.body.token_type, asked.body.cnf]).toEqual(['Bearer', undefined]);
    },
  );

  long(
    'SSO-5 without a proof a client that binds its tokens gets none, and the code is still good',
    async () => {
      const code = await codeOf();
      expectRefused(await exchange(runtime, bound, code), 'invalid_request');
      await expectGood(code);
    },
  );

  keeping(3)<[string, () => Promise<Record<string, string>>]>([
    ['for another endpoint', () => key.proof(runtime, '/oauth2/par')],
    ['that is over', () => proof({ iat: Math.floor(runtime.clock.now().getTime() / 1000) - 71 })],
    ['that is no token', async () => ({ dpop: 'a.b.c' })],
    ['for another method', () => proof({ htm: 'GET' })],
    ['without a jti', () => proof({ jti: undefined })],
    ['of the future', () => proof({ iat: Math.floor(runtime.clock.now().getTime() / 1000) + 60 })],
    [
      'twice in one call',
      async () => {
        const [one, two] = await Promise.all([proof(), proof()]);
        return { dpop: `${one.dpop}, ${two.dpop}` };
      },
    ],
  ])('SSO-3 a proof %s is refused and spends nothing but the assertion', async (_, made) => {
    const code = await codeOf();
    expectRefused(await exchange(runtime, bound, code, {}, await made()), 'invalid_dpop_proof');
    await expectGood(code);
  });

  long('SSO-3 a proof ten seconds ahead or behind is taken', async () => {
    const at = Math.floor(runtime.clock.now().getTime() / 1000);
    for (const iat of [at - 10, at + 10])
      expect((await exchange(runtime, bound, await codeOf(), {}, await proof({ iat }))).status).toBe(200);
  });

  long(
    'SSO-3 one proof on six codes at once: one is answered, and the other five codes are still good',
    async () => {
      const codes = await Promise.all(Array.from({ length: 6 }, () => codeOf()));
      const same = await proof({ jti: 'a-jti-to-look-for' });
      const replies = await Promise.all(codes.map((code) => exchange(runtime, bound, code, {}, same)));
      expect(replies.map(({ status, body }) => body.error ?? status).sort()).toEqual([
        200,
        ...Array(5).fill('invalid_dpop_proof'),
      ]);
      for (const [at, { status }] of replies.entries())
        if (status !== 200) await expectGood(codes[at] as Granted);
      expect(JSON.stringify(await rows(runtime, 'Tickets'))).not.toContain('a-jti-to-look-for');
    },
  );

  it('SSO-3 a proof that a refused call brought is used up, too', async () => {
    const [code, same] = [await codeOf(), await proof()];
    expectRefused(
      await exchange(runtime, bound, code, { code_verifier: newVerifier() }, same),
      'invalid_grant',
    );
    expectRefused(await exchange(runtime, bound, code, {}, same), 'invalid_dpop_proof');
    await expectGood(code);
  });

  long(
    'SSO-3 beside each other an exchange that is held and another with its proof: one of them counts',
    async () => {
      const [one, two] = [await codeOf(), await codeOf()];
      const same = await proof();
      const late = await whileHeld(
        runtime,
        { function: 'sso-token' },
        () => exchange(runtime, bound, one, {}, same),
        async () => expect((await exchange(runtime, bound, two, {}, same)).status).toBe(200),
      );
      expectRefused(late, 'invalid_dpop_proof');
      await expectGood(one);
    },
  );

  it('SSO-5 SSO-7 takes no more calls in a chain than without', async () => {
    const code = await codeOf();
    runtime.resetUsage();
    const { access_token, refresh_token } = await expectGood(code);
    expect((await refresh(runtime, bound, refresh_token, {}, await proof())).status).toBe(200);
    const at = await key.proofAt(runtime, access_token);
    expect((await userinfo(runtime, access_token, 'get', 'DPoP', at)).status).toBe(200);
    const routes = runtime.usage()['sso-token']?.routes;
    expect(routes?.['POST /oauth2/token']?.longestChain).toBeLessThanOrEqual(3);
    expect(routes?.['GET /oauth2/userinfo']?.longestChain).toBeLessThanOrEqual(3);
  });
});

describe('SSO-5 a code that is bound to a key before it is given', () => {
  const push = (changes: Record<string, string> = {}, headers: Record<string, string> = {}) => {
    const verifier = newVerifier();
    const redirectUri = bound.client.redirectUris[0] ?? '';
    const asked = {
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid',
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
      ...changes,
    };
    return clientCall(runtime, bound, '/oauth2/par', asked, headers).then((reply) => ({
      ...reply,
      verifier,
      redirectUri,
    }));
  };
  const codeFrom = async (pushed: Awaited<ReturnType<typeof push>>): Promise<Granted> => {
    const { request_uri } = expectStatus(pushed as never, 201).body as Loose;
    const mine = browser();
    const away = await mine.visit(
      `${runtime.url}/oauth2/authorize?${formOf({ client_id: 'bound-web', request_uri })}`,
    );
    const id = /\/sso#([\w-]+)$/.exec(away.location)?.[1];
    const reply = await runtime.http('POST', `/v1/sso/${id}/approve`, {}, { token, cookie: mine.cookies() });
    const code = new URL(expectStatus(reply, 200).body.redirectTo).searchParams.get('code') ?? '';
    return { code, verifier: pushed.verifier, redirectUri: pushed.redirectUri };
  };
  const proofAtPar = (by = key) => by.proof(runtime, '/oauth2/par');

  it.each<[string, () => Promise<Awaited<ReturnType<typeof push>>>]>([
    ['by dpop_jkt', () => push({ dpop_jkt: key.jkt })],
    ['by a proof at PAR', async () => push({}, await proofAtPar())],
    ['by both', async () => push({ dpop_jkt: key.jkt }, await proofAtPar())],
  ])('SSO-5 %s: with another key it gives nothing, with its own tokens', async (_, pushing) => {
    const code = await codeFrom(await pushing());
    expectRefused(await exchange(runtime, bound, code, {}, await proof({}, other)), 'invalid_grant');
    await expectGood(code);
  });

  long('SSO-5 by dpop_jkt in the browser’s address', async () => {
    const code = await codeOf(free, { dpop_jkt: key.jkt });
    expectRefused(await exchange(runtime, free, code), 'invalid_grant');
    expectRefused(await exchange(runtime, free, code, {}, await proof({}, other)), 'invalid_grant');
    await expectGood(code, free);
  });

  long(
    'SSO-2 mismatched dpop_jkt and proof at PAR, a proof for elsewhere or used before, and no thumbprint at all',
    async () => {
      expectRefused(await push({ dpop_jkt: other.jkt }, await proofAtPar()), 'invalid_request');
      expectRefused(await push({}, await proof()), 'invalid_dpop_proof');
      expectRefused(await push({ dpop_jkt: 'key' }), 'invalid_request');
      const same = await proofAtPar();
      const replies = await Promise.all([push({}, same), push({}, same), push({}, same)]);
      expect(replies.map(({ status, body }) => body.error ?? status).sort()).toEqual([
        201,
        'invalid_dpop_proof',
        'invalid_dpop_proof',
      ]);
    },
  );
});

describe('SSO-7 at userinfo and at a refresh', () => {
  it.each<[string, (access: string) => Promise<[scheme: string, headers: Record<string, string>]>, string]>([
    ['as Bearer', async () => ['Bearer', {}], 'invalid_token'],
    [
      'as Bearer with a proof',
      async (access) => ['Bearer', await key.proofAt(runtime, access)],
      'invalid_token',
    ],
    ['without a proof', async () => ['DPoP', {}], 'invalid_dpop_proof'],
    [
      'with another key’s proof',
      async (access) => ['DPoP', await other.proofAt(runtime, access)],
      'invalid_token',
    ],
    [
      'with a proof for another token',
      async () => ['DPoP', await key.proofAt(runtime, 'another.access.token')],
      'invalid_dpop_proof',
    ],
    [
      'with a proof for no token',
      async (access) => ['DPoP', await key.proofAt(runtime, access, { ath: undefined })],
      'invalid_dpop_proof',
    ],
    [
      'with a proof for another method',
      async (access) => ['DPoP', await key.proofAt(runtime, access, { htm: 'POST' })],
      'invalid_dpop_proof',
    ],
  ])('SSO-7 a bound token %s opens nothing', async (_, sending, error) => {
    const { access_token: access } = await expectGood(await codeOf());
    const [scheme, headers] = await sending(access);
    const reply = await userinfo(runtime, access, 'get', scheme, headers);
    expectRefused(reply, error, 401);
    expect(reply.headers.get('www-authenticate')).toMatch(
      scheme === 'Bearer' ? /^Bearer error="/ : new RegExp(`^DPoP error="${error}", .*, algs="ES256"$`),
    );
  });

  long(
    'SSO-7 a bound token in a form, and a free one by the scheme of bound ones, open nothing',
    async () => {
      const { access_token: access } = await expectGood(await codeOf());
      expectRefused(await userinfo(runtime, access, 'post-body'), 'invalid_token', 401);
      const plain = (await exchange(runtime, free, await codeOf(free))).body.access_token;
      const headers = await key.proofAt(runtime, plain);
      expectRefused(await userinfo(runtime, plain, 'get', 'DPoP', headers), 'invalid_token', 401);
      expect((await userinfo(runtime, plain)).status).toBe(200);
    },
  );

  long('SSO-7 one proof at userinfo six times at once is taken once', async () => {
    const { access_token: access } = await expectGood(await codeOf());
    const same = await key.proofAt(runtime, access);
    const replies = await Promise.all(
      Array.from({ length: 6 }, () => userinfo(runtime, access, 'get', 'DPoP', same)),
    );
    expect(replies.map(({ status, body }) => body.error ?? status).sort()).toEqual([
      200,
      ...Array(5).fill('invalid_dpop_proof'),
    ]);
  });

  long('SSO-7 a refresh token works with the key alone that its hand-over began with', async () => {
    const { refresh_token } = await expectGood(await codeOf());
    expectRefused(await refresh(runtime, bound, refresh_token), 'invalid_request');
    expectRefused(await refresh(runtime, bound, refresh_token, {}, await proof({}, other)), 'invalid_grant');
    const { body } = await refresh(runtime, bound, refresh_token, {}, await proof());
    expect([body.token_type, decodeJwt(body.access_token).cnf]).toEqual(['DPoP', { jkt: key.jkt }]);
    const unbound = (await exchange(runtime, free, await codeOf(free))).body.refresh_token;
    expect((await refresh(runtime, free, unbound)).body.token_type).toBe('Bearer');
  });

  long('SSO-7 a refresh that meets a hand-over with another key gives nothing by the old one', async () => {
    const { refresh_token } = await expectGood(await codeOf());
    const code = await codeOf();
    const held = { function: 'sso-token' };
    const sent = await proof();
    const reply = await whileHeld(
      runtime,
      held,
      () => refresh(runtime, bound, refresh_token, {}, sent),
      () => expectGood(code, bound, other),
    );
    expectRefused(reply, 'invalid_grant');
  });
});

describe('whole journeys by libraries', () => {
  const decided = async (url: URL): Promise<URL> => {
    const mine = browser();
    const id = /\/sso#([\w-]{32})$/.exec((await mine.visit(url.href)).location)?.[1];
    const reply = await runtime.http('POST', `/v1/sso/${id}/approve`, {}, { token, cookie: mine.cookies() });
    return new URL(expectStatus(reply, 200).body.redirectTo);
  };
  const skew = () => Math.round((runtime.clock.now().getTime() - Date.now()) / 1000);

  long('SSO-6 SSO-7 openid-client: pushed, exchanged, refreshed and asked with its key', async () => {
    const config = await client.discovery(
      new URL(runtime.issuer),
      'bound-web',
      { [client.clockSkew]: skew() },
      client.PrivateKeyJwt({ key: bound.privateKey as client.CryptoKey, kid: 'k1' }),
      { execute: [client.allowInsecureRequests] },
    );
    expect(config.serverMetadata().dpop_signing_alg_values_supported).toEqual(['ES256']);
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const expectedState = client.randomState();
    const url = await client.buildAuthorizationUrlWithPAR(
      config,
      {
        redirect_uri: bound.client.redirectUris[0] ?? '',
        scope: 'openid profile',
        state: expectedState,
        code_challenge: challengeOf(pkceCodeVerifier),
        code_challenge_method: 'S256',
      },
      { DPoP },
    );
    const checks = { pkceCodeVerifier, expectedState, idTokenExpected: true };
    const tokens = await client.authorizationCodeGrant(config, await decided(url), checks, undefined, {
      DPoP,
    });
    expect(tokens.token_type).toBe('dpop');
    const { sub = '' } = tokens.claims() ?? {};
    const again = await client.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP });
    const info = await client.fetchUserInfo(config, again.access_token, sub, { DPoP });
    expect(info.sub).toBe(sub);
    await expect(client.fetchUserInfo(config, again.access_token, sub)).rejects.toThrow();
    const stranger = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    await expect(
      client.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP: stranger }),
    ).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  long(
    'SSO-6 SSO-7 oauth4webapi: bound by dpop_jkt in the address, and its own API checks token, proof and key',
    async () => {
      const self: oauth.Client = { client_id: 'bound-web', [oauth.clockSkew]: skew() };
      const plain = { [oauth.allowInsecureRequests]: true };
      const issuer = new URL(runtime.issuer);
      const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, plain));
      const byKey = oauth.PrivateKeyJwt({ key: bound.privateKey as oauth.CryptoKey, kid: 'k1' });
      const DPoP = oauth.DPoP(self, await oauth.generateKeyPair('ES256'));
      const verifier = oauth.generateRandomCodeVerifier();
      const redirectUri = bound.client.redirectUris[0] ?? '';
      const url = new URL(as.authorization_endpoint ?? '');
      url.search = new URLSearchParams({
        client_id: self.client_id,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: 'openid',
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        dpop_jkt: await DPoP.calculateThumbprint(),
      }).toString();
      const back = oauth.validateAuthResponse(as, self, await decided(url), oauth.expectNoState);
      const options = { ...plain, DPoP };
      const answer = await oauth.authorizationCodeGrantRequest(
        as,
        self,
        byKey,
        back,
        redirectUri,
        verifier,
        options,
      );
      const tokens = await oauth.processAuthorizationCodeResponse(as, self, answer);
      expect(tokens.token_type).toBe('dpop');
      const info = await oauth.userInfoRequest(as, self, tokens.access_token, options);
      const { sub } = await oauth.processUserInfoResponse(as, self, oauth.skipSubjectCheck, info);
      const resource = bound.client.resources[0]?.uri ?? '';
      let checked: unknown;
      await oauth.protectedResourceRequest(
        tokens.access_token,
        'GET',
        new URL(resource),
        undefined,
        undefined,
        {
          ...options,
          [oauth.customFetch]: async (uri: string, init: RequestInit) => {
            checked = await oauth.validateJwtAccessToken(as, new Request(uri, init), resource, {
              ...plain,
              requireDPoP: true,
              [oauth.clockSkew]: self[oauth.clockSkew] ?? 0,
            });
            return new Response();
          },
        } as never,
      );
      expect(checked).toMatchObject({ sub, client_id: 'bound-web' });
    },
  );
});
