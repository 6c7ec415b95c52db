import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { isBuiltin } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Loose, Reply } from '../support/client.ts';
import { expectStatus, loggedIn, loggedInByFace, scanFace } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { knownPerson, morning, openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';
import { importsIn } from '../walls/imports.ts';
import { browser, type ExampleSystem, enter, exampleSystem } from './support/example-systems.ts';
import { companyOf } from './support/registry.ts';
import { changeRelation, giveRelation, inCompany } from './support/relations.ts';
import { type StandIn, standIn } from './support/rps.ts';
import { pageOf } from './support/sso.ts';

let runtime: WatchedRuntime;
let filing: ExampleSystem;
let companies: ExampleSystem;
let other: StandIn;
beforeAll(async () => {
  [filing, companies, other] = await Promise.all([
    exampleSystem('filing-web', { name: { zh: '申报系统', en: 'Filing' }, number: true }),
    exampleSystem('companies-web', { accepts: { kinds: ['enterprise'] } }),
    standIn('other-web'),
  ]);
  // This system has an API of its own, which asks whether a token is valid.
  const selfAsking = { ...other.client, introspects: other.client.resources.map(({ uri }) => uri) };
  runtime = await openWatchedRuntime({ relyingParties: [filing.client, companies.client, selfAsking] });
  for (const one of [filing, companies]) one.meet(runtime);
});
afterAll(async () => {
  for (const one of [filing, companies, other]) one.stop();
  await runtime?.finish();
});
beforeEach(() => runtime.clock.set(morning));

const person = async () => {
  const who = await knownPerson(runtime);
  const { session } = await loggedInByFace(runtime, who);
  return { who, token: session.accessToken as string };
};
const logOut = (token: string) => runtime.http('DELETE', '/v1/session', undefined, { token });

describe('openid-client: the tax system of examples/relying-party', () => {
  long('SSO-6 SSO-8 a person enters, is shown there, logs out here and is told of there', async () => {
    const { who, token } = await person();
    const mine = browser();
    expect((await mine.visit(`${filing.origin}/`)).text).toContain('尚未登录');
    const { back, page } = await enter(runtime, filing, token, mine);
    expect([back.status, back.location]).toEqual([303, '/']);
    expect(page.text).toContain('自然人 natural');
    expect(page.text).toContain('urn:ahtax:face');
    expect(page.text).not.toContain(who.name);
    const before = filing.notices.length;
    expectStatus(await logOut(token), 204);
    await runtime.settled();
    expect(filing.notices.length - before).toBe(1);
    expect(filing.notices[0]).toMatchObject({ ended: 1 });
    expect((await mine.visit(`${filing.origin}/`)).text).toContain('尚未登录');
  });

  long(
    'SSO-6 SSO-8 a handler enters for a company, switches, is told of, and the next request comes silently with the other',
    async () => {
      const who = await knownPerson(runtime);
      const boss = await knownPerson(runtime);
      const [one, two] = [
        await companyOf(runtime, boss, { name: '甲茶业有限公司' }),
        await companyOf(runtime, boss, { name: '乙制笔有限公司' }),
      ];
      for (const company of [one, two]) await giveRelation(runtime, who, company, 'tax-handler');
      const { token } = await inCompany(runtime, who, one);
      const mine = browser();
      const first = await enter(runtime, filing, token, mine);
      for (const text of ['甲茶业有限公司', one, 'tax-handler', 'filing、declaration'])
        expect(first.page.text).toContain(text);

      const { choices } = (await runtime.http('GET', '/v1/session/identities', undefined, { token })).body;
      const { choiceId } = choices.find(({ identity }: Loose) => identity.taxpayerId === two);
      const switched = await runtime.http('POST', '/v1/session/identity', { choiceId }, { token });
      const next = expectStatus(switched, 200).body.session.accessToken;
      await runtime.settled();
      expect(filing.notices[0]).toMatchObject({ ended: 1 });
      expect((await mine.visit(`${filing.origin}/`)).text).toContain('尚未登录');
      const second = await enter(runtime, filing, next, mine);
      expect(second.page.text).toContain('乙制笔有限公司');
      expect(second.page.text).not.toContain('甲茶业有限公司');
    },
  );

  long(
    'SSO-7 SES-2 asks anew while the person works there, and before what cannot be taken back',
    async () => {
      const who = await knownPerson(runtime);
      const taxpayerId = await companyOf(runtime, await knownPerson(runtime));
      await giveRelation(runtime, who, taxpayerId, 'tax-handler');
      const { token, cookie } = await inCompany(runtime, who, taxpayerId);
      const mine = browser();
      expect((await enter(runtime, filing, token, mine)).page.text).toContain('invoice');
      // Two hours of work in the tax system, without a click in the portal.
      for (let i = 0; i < 6; i++) {
        runtime.clock.advance(1_200);
        expect((await mine.visit(`${filing.origin}/`)).text).toContain(taxpayerId);
      }
      const { body } = expectStatus(
        await runtime.http('POST', '/v1/session/refresh', undefined, { cookie }),
        200,
      );
      const file = () => mine.visit(`${filing.origin}/file`, 'POST');
      expect((await file()).text).toContain('申报已提交');
      await changeRelation(runtime, who, taxpayerId, 'tax-handler', { permissions: ['enquiry'] });
      // The system asks before it files a declaration. The system may also get the logout token before it asks.
      expect((await file()).text).toMatch(/没有申报权限|尚未登录/);
      await runtime.settled();
      expect(filing.notices[0]).toMatchObject({ ended: 1 });
      const { text } = (await enter(runtime, filing, body.session.accessToken, mine)).page;
      expect([text.includes('enquiry'), text.includes('invoice')]).toEqual([true, false]);
      await changeRelation(runtime, who, taxpayerId, 'tax-handler', { state: 'deleted' });
      for (const over of [await file(), await mine.visit(`${filing.origin}/`)])
        expect(over.text).toContain('尚未登录');
    },
  );

  long('SSO-10 has a 退出 of its own, which logs out here, too, and comes back to it', async () => {
    const { token } = await person();
    const mine = browser();
    await enter(runtime, filing, token, mine);
    const away = await mine.visit(`${filing.origin}/logout`, 'POST');
    expect(away.location).toMatch(/^http[^?]*\/oauth2\/logout\?/);
    const { location } = await mine.visit(away.location);
    const id = location.split('/sso/logout#')[1];
    const reply = await runtime.http('POST', `/v1/sso/logouts/${id}/confirm`, { silently: true }, { token });
    expect(expectStatus(reply, 200).body).toEqual({ loggedOut: true, redirectTo: `${filing.origin}/` });
    expect((await runtime.http('GET', '/v1/session', undefined, { token })).status).toBe(401);
    expect((await mine.visit(`${filing.origin}/`)).text).toContain('尚未登录');
  });

  long(
    'SSO-11 gives its token back when the person leaves it, and the bureau’s session goes on',
    async () => {
      const { token } = await person();
      const mine = browser();
      await enter(runtime, filing, token, mine);
      const entered = async () => {
        const { body } = await runtime.http('GET', '/v1/session/systems', undefined, { token });
        return body.systems.find(({ clientId }: Loose) => clientId === 'filing-web').enteredAt !== undefined;
      };
      expect(await entered()).toBe(true);
      expect((await mine.visit(`${filing.origin}/leave`, 'POST')).status).toBe(303);
      await expect.poll(entered).toBe(false);
      expect((await mine.visit(`${filing.origin}/`)).text).toContain('尚未登录');
    },
  );

  long('SSO-4 says in its own words why nobody came', async () => {
    const { token } = await person();
    const { back, page } = await enter(runtime, filing, token, browser(), 'refuse');
    expect([back.status, /您没有同意进入本系统/.test(back.text)]).toEqual([403, true]);
    expect(page.text).toContain('尚未登录');
    // The system accepts only companies, so the person should choose an identity and has none to choose.
    await expect(enter(runtime, companies, token, browser(), {})).rejects.toThrow('IDENTITY_NOT_ACCEPTED');
  });

  it('lets nobody in by somebody else’s answer', async () => {
    const { token } = await person();
    const theirs = browser();
    const away = await theirs.visit(`${filing.origin}/login`);
    const id = /\/sso#([\w-]{32})$/.exec((await theirs.visit(away.location)).location)?.[1] ?? '';
    const cookie = theirs.cookies();
    const reply = await runtime.http('POST', `/v1/sso/${id}/approve`, {}, { token, cookie });
    const mine = browser();
    await mine.visit(`${filing.origin}/login`);
    expect((await mine.visit(expectStatus(reply, 200).body.redirectTo)).location).toBe('/');
    expect((await mine.visit(`${filing.origin}/`)).text).toContain('尚未登录');
  });

  it('takes no logout token but ours for it', async () => {
    const tell = (token: string) =>
      fetch(`${filing.origin}/backchannel-logout`, {
        method: 'POST',
        body: new URLSearchParams({ logout_token: token }),
      }).then(({ status }) => status);
    const before = filing.notices.length;
    expect(await tell('')).toBe(400);
    expect(await tell('a.b.c')).toBe(400);
    const { token } = await person();
    expect(await tell(token)).toBe(400);
    expect(filing.notices).toHaveLength(before);
  });

  long('needs jose and openid-client and nothing else, and starts as its README says', async () => {
    const example = 'examples/relying-party';
    const { dependencies } = JSON.parse(readFileSync(join(example, 'package.json'), 'utf8'));
    const house = JSON.parse(readFileSync('package.json', 'utf8'));
    const versions = { ...house.dependencies, ...house.devDependencies };
    expect(dependencies).toEqual({ jose: versions.jose, 'openid-client': versions['openid-client'] });
    const named = readdirSync(example)
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => importsIn(readFileSync(join(example, file), 'utf8')));
    const outside = named.filter((one) => !one.startsWith('./') && !isBuiltin(one));
    expect([...new Set(outside)].sort()).toEqual(['jose', 'openid-client']);

    const folder = mkdtempSync(join(tmpdir(), 'ahtax-rp-'));
    cpSync(example, folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
    mkdirSync(join(folder, 'node_modules'), { recursive: true });
    for (const name of ['jose', 'openid-client', 'oauth4webapi'])
      symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
    const run = (...args: string[]) => {
      const child = execFile(process.execPath, ['main.ts', ...args], { cwd: folder });
      return { child, out: new Promise<string>((done) => child.stdout?.once('data', done)) };
    };
    try {
      const key = JSON.parse(await run('new-key', 'key.json').out);
      expect(key).toEqual({
        kid: expect.any(String),
        kty: 'EC',
        crv: 'P-256',
        x: expect.any(String),
        y: expect.any(String),
      });
      const { child, out } = run('serve', '--client', 'filing-web', '--key', 'key.json', '--port', '0');
      expect(await out).toMatch(/^ready http/);
      child.kill();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('openid-client: an API that wants more of the login (RFC 9470)', () => {
  long(
    'SSO-9 what the API asks with 401 insufficient_user_authentication comes back exactly so',
    async () => {
      const { client: registered, privateKey } = other;
      const who = await knownPerson(runtime);
      const { session } = await loggedIn(runtime, who);
      const token = session.accessToken as string;
      const config = await client.discovery(
        new URL(runtime.issuer),
        registered.clientId,
        { [client.clockSkew]: Math.round((runtime.clock.now().getTime() - Date.now()) / 1000) },
        client.PrivateKeyJwt({ key: privateKey as client.CryptoKey, kid: 'k1' }),
        { execute: [client.allowInsecureRequests] },
      );
      /** Makes a request, lets `decide` act on the deciding page, and returns the tokens. */
      const tokens = async (
        more: Record<string, string>,
        decide: (page: ReturnType<typeof pageOf>) => Promise<Reply<Loose>>,
      ) => {
        const pkceCodeVerifier = client.randomPKCECodeVerifier();
        const url = await client.buildAuthorizationUrlWithPAR(config, {
          redirect_uri: registered.redirectUris[0] ?? '',
          scope: 'openid',
          code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
          code_challenge_method: 'S256',
          ...more,
        });
        const mine = browser();
        const id = /\/sso#([\w-]{32})$/.exec((await mine.visit(url.href)).location)?.[1] ?? '';
        const reply = await decide(pageOf(runtime, { id, cookie: mine.cookies() }, token));
        const back = new URL(expectStatus(reply, 200).body.redirectTo);
        return client.authorizationCodeGrant(config, back, { pkceCodeVerifier, idTokenExpected: true });
      };

      /** An API that requires a face check and a login within the last hour. */
      const wants = { acr: 'urn:ahtax:face', maxAge: 3600 };
      const challenge = `Bearer error="insufficient_user_authentication", error_description="Show your face", acr_values="${wants.acr}", max_age="${wants.maxAge}"`;
      const server = createServer((incoming, response) => {
        const { acr, auth_time } = decodeJwt(incoming.headers.authorization?.slice(7) ?? '');
        const age = runtime.clock.now().getTime() / 1000 - Number(auth_time);
        const enough = acr === wants.acr && age <= wants.maxAge;
        response.writeHead(enough ? 200 : 401, enough ? {} : { 'www-authenticate': challenge }).end();
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const api = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      try {
        const first = await tokens({}, (page) => page.approve());
        const refused = await client
          .fetchProtectedResource(config, first.access_token, api, 'GET')
          .then(() => undefined)
          .catch((error: unknown) => error as client.WWWAuthenticateChallengeError);
        const { parameters } = refused?.cause[0] ?? {};
        expect(parameters).toMatchObject({
          error: 'insufficient_user_authentication',
          acr_values: wants.acr,
          max_age: String(wants.maxAge),
        });
        const { acr_values = '', max_age = '' } = parameters ?? {};
        const second = await tokens({ acr_values, max_age }, async (page) => {
          expect((await page.approve()).body.code).toBe('FACE_REQUIRED');
          const call = (path: string, body?: object) =>
            runtime.http('POST', `/v1/session/factor${path}`, body, { token });
          const scan = expectStatus(await call('/face'), 201).body;
          expectStatus(await scanFace(runtime, scan.qrContent), 200);
          expectStatus(await call('', { faceTicket: scan.ticket }), 204);
          return page.approve();
        });
        expect(second.claims()).toMatchObject({ acr: acr_values });
        const answer = await client.fetchProtectedResource(config, second.access_token, api, 'GET');
        expect(answer.status).toBe(200);
        // If the request asks for two factors, the token says two factors, although the session has more.
        const third = await tokens({ acr_values: 'urn:ahtax:2fa' }, (page) => page.approve());
        expect(decodeJwt(third.access_token).acr).toBe('urn:ahtax:2fa');
      } finally {
        server.close();
      }
    },
  );
});

describe('oauth4webapi: another library, call by call', () => {
  /** The library oauth4webapi with all its checks, at the time of the runtime's clock. */
  async function system() {
    const { client, privateKey } = other;
    const skew = Math.round((runtime.clock.now().getTime() - Date.now()) / 1000);
    const self: oauth.Client = { client_id: client.clientId, [oauth.clockSkew]: skew };
    const plain = { [oauth.allowInsecureRequests]: true };
    const issuer = new URL(runtime.issuer);
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, plain));
    const byKey = oauth.PrivateKeyJwt({ key: privateKey as oauth.CryptoKey, kid: 'k1' });
    return { as, self, byKey, plain, redirectUri: client.redirectUris[0] ?? '' };
  }
  type System = Awaited<ReturnType<typeof system>>;

  async function begun({ redirectUri }: System, more: Record<string, string> = {}) {
    const verifier = oauth.generateRandomCodeVerifier();
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
    const parameters = {
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid profile',
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...more,
    };
    return { verifier, state, nonce, parameters };
  }
  type Begun = Awaited<ReturnType<typeof begun>>;

  /** A request by the browser and the decision by the page's call; returns the parameters of the answer. */
  async function decided(
    { as, self }: System,
    parameters: Record<string, string>,
    token: string,
    decide = 'approve',
  ) {
    const { visit, cookies } = browser();
    const url = new URL(as.authorization_endpoint ?? '');
    url.search = new URLSearchParams({ client_id: self.client_id, ...parameters }).toString();
    const id = /\/sso#([\w-]{32})$/.exec((await visit(url.href)).location)?.[1];
    const reply = await runtime.http('POST', `/v1/sso/${id}/${decide}`, {}, { token, cookie: cookies() });
    return new URL(expectStatus(reply, 200).body.redirectTo);
  }
  const exchanged = (
    { as, self, byKey, plain, redirectUri }: System,
    back: URLSearchParams,
    verifier: string,
  ) => oauth.authorizationCodeGrantRequest(as, self, byKey, back, redirectUri, verifier, plain);
  const tokensOf = async (rp: System, { state, verifier, nonce }: Begun, back: URL) => {
    const answer = await exchanged(rp, oauth.validateAuthResponse(rp.as, rp.self, back, state), verifier);
    const tokens = await oauth.processAuthorizationCodeResponse(rp.as, rp.self, answer, {
      expectedNonce: nonce,
      requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(rp.as, answer, rp.plain);
    return tokens;
  };

  long(
    'SSO-2 SSO-6 pushes its request, gets the code with state and iss, and tokens that it believes',
    async () => {
      const rp = await system();
      const { token } = await person();
      const one = await begun(rp);
      const answer = await oauth.pushedAuthorizationRequest(
        rp.as,
        rp.self,
        rp.byKey,
        one.parameters,
        rp.plain,
      );
      const { request_uri } = await oauth.processPushedAuthorizationResponse(rp.as, rp.self, answer);
      const back = await decided(rp, { request_uri }, token);
      const tokens = await tokensOf(rp, one, back);
      expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({
        nonce: one.nonce,
        acr: 'urn:ahtax:face',
      });
      expect(tokens.authorization_details).toEqual([{ type: 'taxpayer', identity: 'natural' }]);
      // The check that the system's own API makes on the access token (RFC 9068).
      const resource = other.client.resources[0]?.uri ?? '';
      const request = new Request(resource, { headers: { authorization: `Bearer ${tokens.access_token}` } });
      const options = { ...rp.plain, [oauth.clockSkew]: rp.self[oauth.clockSkew] ?? 0 };
      const claims = await oauth.validateJwtAccessToken(rp.as, request, resource, options);
      expect(claims).toMatchObject({ client_id: 'other-web', scope: 'openid profile' });
      await expect(
        oauth.validateJwtAccessToken(rp.as, request, `${resource}/other`, options),
      ).rejects.toThrow();
    },
  );

  long('SSO-7 SSO-11 refreshes, asks userinfo, has a token looked at and gives it back', async () => {
    const rp = await system();
    const { as, self, byKey, plain } = rp;
    const { token } = await person();
    const one = await begun(rp);
    const first = await tokensOf(rp, one, await decided(rp, one.parameters, token));
    const { refresh_token = '' } = first;
    const { sub = '' } = oauth.getValidatedIdTokenClaims(first) ?? {};
    const again = () => oauth.refreshTokenGrantRequest(as, self, byKey, refresh_token, plain);
    const next = await oauth.processRefreshTokenResponse(as, self, await again());
    expect(next.refresh_token).toBe(refresh_token);
    const info = await oauth.userInfoRequest(as, self, next.access_token, plain);
    expect(await oauth.processUserInfoResponse(as, self, sub, info)).toMatchObject({
      sub,
      authorization_details: [{ type: 'taxpayer', identity: 'natural' }],
    });
    const looked = async () => {
      const answer = await oauth.introspectionRequest(as, self, byKey, next.access_token, plain);
      return oauth.processIntrospectionResponse(as, self, answer);
    };
    expect(await looked()).toMatchObject({ active: true, sub, client_id: 'other-web' });
    const back = await oauth.revocationRequest(as, self, byKey, refresh_token, plain);
    await oauth.processRevocationResponse(back);
    expect(await looked()).toEqual({ active: false });
    await expect(oauth.processRefreshTokenResponse(as, self, await again())).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const gone = await oauth.userInfoRequest(as, self, next.access_token, plain);
    await expect(oauth.processUserInfoResponse(as, self, sub, gone)).rejects.toMatchObject({ status: 401 });
  });

  long('SSO-5 is told invalid_grant of a code that was used, by RFC 6749’s own form', async () => {
    const rp = await system();
    const { token } = await person();
    const one = await begun(rp);
    const back = await decided(rp, one.parameters, token);
    await tokensOf(rp, one, back);
    await expect(tokensOf(rp, one, back)).rejects.toMatchObject({ error: 'invalid_grant', status: 400 });
  });

  long('SSO-3 is told invalid_client where another key signed', async () => {
    const rp = await system();
    const { token } = await person();
    const one = await begun(rp);
    const back = await decided(rp, one.parameters, token);
    const { privateKey } = await oauth.generateKeyPair('ES256');
    const forged = { ...rp, byKey: oauth.PrivateKeyJwt({ key: privateKey, kid: 'k1' }) };
    await expect(tokensOf(forged, one, back)).rejects.toMatchObject({ error: 'invalid_client', status: 401 });
    await tokensOf(rp, one, back);
  });

  long('SSO-4 is told access_denied, with state and iss', async () => {
    const rp = await system();
    const { token } = await person();
    const one = await begun(rp);
    const back = await decided(rp, one.parameters, token, 'refuse');
    expect(() => oauth.validateAuthResponse(rp.as, rp.self, back, one.state)).toThrow(
      expect.objectContaining({ error: 'access_denied' }),
    );
    expect(back.searchParams.get('iss')).toBe(runtime.issuer);
  });

  long('SSO-9 prompt=none with a session needs no page, and max_age wants a login again', async () => {
    const rp = await system();
    const { token } = await person();
    const silent = await begun(rp, { prompt: 'none' });
    await tokensOf(rp, silent, await decided(rp, silent.parameters, token));
    runtime.clock.advance(120);
    const aged = await begun(rp, { prompt: 'none', max_age: '60' });
    const back = await decided(rp, aged.parameters, token);
    expect(back.searchParams.get('error')).toBe('login_required');
  });
});
