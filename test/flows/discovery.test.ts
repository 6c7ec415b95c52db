import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channels, entries } from '#domain/names.ts';
import { documentTypes } from '#domain/people/documents.ts';
import { defaultPolicies } from '#domain/policies.ts';
import { flows } from '#flows/contracts.ts';
import { discovery } from '#flows/discovery/contract.ts';
import { openApi } from '../../infra/openapi.ts';
import type { Loose } from '../support/client.ts';
import { mobile, person } from '../support/people.ts';
import {
  enterPassword,
  loggedInByFace,
  openTestRuntime,
  registered,
  type TestRuntime,
} from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { routes } from './support/bodies.ts';

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await openTestRuntime();
});
afterAll(() => runtime?.stop());

const get = async (path: string, headers: Record<string, string> = {}) => {
  const reply = await runtime.http('GET', path, undefined, { headers });
  expect(reply.status).toBe(200);
  return reply;
};

describe('what clients may ask before anybody logs in', () => {
  it.each(Object.entries(discovery.routes))(
    '%s answers by its contract, without any table',
    async (_, route) => {
      runtime.resetUsage();
      const { body, headers } = await get(route.path);
      expect(v.safeParse(route.answers[200] as v.GenericSchema, body).success).toBe(true);
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(runtime.usage().discovery?.calls ?? 0).toBe(0);
    },
  );

  it('health says ok', async () => {
    expect((await get('/v1/health')).body).toEqual({ status: 'ok' });
  });

  it('DOC-1 LGN-1 CHN-1 config names entries, document types, channels and numbers', async () => {
    const { body } = await get('/v1/config');
    expect(body.entries.map((one: Loose) => one.code).sort()).toEqual([...entries].sort());
    expect(body.documentTypes.map((one: Loose) => [one.code, one.registration])).toEqual(
      documentTypes.map((type) => [type.code, type.registration]),
    );
    expect(body.channels.map((one: Loose) => one.code).sort()).toEqual(
      channels.filter((channel) => channel !== 'exchange').sort(),
    );
    for (const one of [...body.entries, ...body.documentTypes, ...body.channels])
      expect(one.zh).toMatch(/\p{Script=Han}/u);
    expect(body.policies).toMatchObject({
      smsGapSeconds: defaultPolicies.smsGapSeconds,
      smsCodeSeconds: defaultPolicies.smsCodeSeconds,
      lockoutFailures: defaultPolicies.lockoutFailures,
      faceScanSeconds: defaultPolicies.faceScanSeconds,
      consentVersion: defaultPolicies.consentVersion,
    });
    // The answer contains no secret and nothing that helps an attacker.
    expect(JSON.stringify(body)).not.toMatch(/secret|pepper|argon2|challengeAfter|arn:/i);
    expect(body).toHaveProperty('legacyUntil');
    // One announcement of each kind, and the data of the portal's footer.
    expect(body.announcements.map(({ kind }: Loose) => kind).sort()).toEqual([
      'change',
      'fraud',
      'maintenance',
    ]);
    expect(body.site).toMatchObject({ hotline: '12366', siteCode: expect.any(String) });
  });

  it('LGN-1 the names of the entries are the bureau’s', async () => {
    const { body } = await get('/v1/config');
    const names = Object.fromEntries(body.entries.map((one: Loose) => [one.code, one.zh]));
    expect(names).toEqual({
      natural: '自然人业务',
      enterprise: '企业业务',
      agency: '代理业务',
      'cross-region': '跨区域报验户',
      'cross-region-property': '跨区域财产税源登记',
      'social-insurance': '社保非税专用用户',
    });
  });

  it('openapi.json is 3.1, has every route of the contracts, and is what the contracts say', async () => {
    const { body } = await get('/v1/openapi.json');
    expect(body.openapi).toMatch(/^3\.1\.\d+$/);
    expect(body.info.title).toBeTruthy();
    expect(body.info.version).toBeTruthy();
    const served = Object.entries(body.paths as Record<string, object>).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(served.sort()).toEqual(routes.map((route) => route.name).sort());
    expect(body).toEqual(JSON.parse(JSON.stringify(openApi(flows))));
  });

  it('openapi.json is whole: ids once, path parameters named, references that lead somewhere', async () => {
    const { body } = await get('/v1/openapi.json');
    const ids: string[] = [];
    for (const [path, operations] of Object.entries(body.paths as Record<string, Record<string, Loose>>)) {
      expect(path).toMatch(/^\//);
      for (const operation of Object.values(operations)) {
        ids.push(operation.operationId);
        const named = (operation.parameters ?? [])
          .filter((one: Loose) => one.in === 'path')
          .map((one: Loose) => one.name)
          .sort();
        expect(named).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort());
        for (const [status, response] of Object.entries(operation.responses as Record<string, Loose>)) {
          expect(status).toMatch(/^([245]\d\d|303)$/);
          expect(response.description).toBeTruthy();
          // OAuth's refusals are plain JSON (RFC 6749, 5.2).
          const isOAuth = JSON.stringify(response).includes('#/components/schemas/OAuthError');
          const errors = isOAuth ? 'application/json' : 'application/problem+json';
          if (Number(status) >= 400) expect(Object.keys(response.content)).toEqual([errors]);
        }
      }
    }
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, pointer] of JSON.stringify(body).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = (pointer ?? '').split('/').reduce((at: Loose, part) => at?.[part], body);
      expect(target, pointer).toBeTypeOf('object');
    }
  });

  long(
    'SES-2 TOK-03 jwks has public keys only, and the access token is signed with one of them',
    async () => {
      const { body, headers } = await get('/.well-known/jwks.json');
      expect(body.keys.length).toBeGreaterThan(0);
      for (const key of body.keys) {
        expect(key).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
        expect(Object.keys(key)).not.toContain('d');
        expect(key.kid).toBeTruthy();
      }
      // Verifiers may cache the keys, but not longer than a new key is published before it signs.
      expect(headers.get('cache-control')).toBe('public, max-age=300');
      const { session } = await loggedInByFace(runtime, await registered(runtime));
      const header = JSON.parse(Buffer.from(session.accessToken.split('.')[0], 'base64url').toString('utf8'));
      expect(header.alg).toBe('ES256');
      expect(body.keys.map((key: Loose) => key.kid)).toContain(header.kid);
    },
  );

  it('SSO-12 both metadata documents name the issuer and the endpoints that are served, and no other', async () => {
    const { body, headers } = await get('/.well-known/openid-configuration');
    expect((await get('/.well-known/oauth-authorization-server')).body).toEqual(body);
    expect(headers.get('cache-control')).toBe('public, max-age=300');
    expect(body).toMatchObject({
      issuer: runtime.issuer,
      jwks_uri: `${runtime.issuer}/.well-known/jwks.json`,
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['ES256'],
      authorization_response_iss_parameter_supported: true,
      require_pushed_authorization_requests: false,
      request_uri_parameter_supported: false,
      subject_types_supported: ['pairwise'],
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    });
    const told = Object.entries<string>(body)
      .filter(([name]) => name.endsWith('_endpoint'))
      .map(([, url]) => url.slice(runtime.issuer.length));
    const paths = flows.flatMap(({ routes = {} }) => Object.values(routes).map(({ path }) => path as string));
    expect([...told].sort()).toEqual(
      [...new Set(paths.filter((path) => path.startsWith('/oauth2/')))].sort(),
    );
    for (const [name, methods] of Object.entries<unknown>(body))
      if (name.endsWith('_auth_methods_supported')) expect(methods).toEqual(['private_key_jwt']);
  });
});

describe('every answer', () => {
  const asked = async (headers: Record<string, string> = {}) =>
    runtime.http('POST', '/v1/logins', { entry: 'natural', account: mobile(), password: 'x' }, { headers });

  it.each([
    [undefined, 'zh-CN', '手机号码不存在，您可以尝试使用证件号码登录'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN', '手机号码不存在，您可以尝试使用证件号码登录'],
    ['fr', 'zh-CN', '手机号码不存在，您可以尝试使用证件号码登录'],
    ['', 'zh-CN', '手机号码不存在，您可以尝试使用证件号码登录'],
    ['ens', 'zh-CN', '手机号码不存在，您可以尝试使用证件号码登录'],
  ])('LGN-4 Accept-Language %s is answered in Chinese', async (language, header, title) => {
    const reply = await asked(language === undefined ? {} : { 'accept-language': language });
    expect(reply.body.title).toBe(title);
    expect(reply.headers.get('content-language')).toBe(header);
  });

  it.each(['en', 'en-GB,en;q=0.9', 'EN-us', ' en'])(
    'Accept-Language %s is answered in English',
    async (language) => {
      const reply = await asked({ 'accept-language': language });
      expect(reply.body.code).toBe('PHONE_NOT_FOUND');
      expect(reply.body.title).toMatch(/^[\x20-\x7e’–]+$/);
      expect(reply.headers.get('content-language')).toBe('en');
      const weak = person();
      const refused = await runtime.http(
        'POST',
        '/v1/registrations',
        { name: weak.name, documentType: '201', documentNumber: weak.documentNumber, consents: [] },
        { headers: { 'accept-language': language } },
      );
      expect(`${refused.body.title}${refused.body.detail}`).not.toMatch(/\p{Script=Han}/u);
    },
  );

  it('the code is the same in every language', async () => {
    const [zh, en] = [await asked(), await asked({ 'accept-language': 'en' })];
    expect(zh.body.code).toBe(en.body.code);
    expect(zh.body.title).not.toBe(en.body.title);
  });

  long('DATA-01 is not cached, framed, sniffed, or taken elsewhere', async () => {
    const who = await registered(runtime);
    const replies = [
      await runtime.http('GET', '/v1/health'),
      await runtime.http('GET', '/v1/config'),
      await asked(),
      await enterPassword(runtime, who.documentNumber, who.password),
      await runtime.http('POST', '/v1/logins', 'not json'),
      await runtime.http('POST', '/v1/session/refresh'),
      await runtime.http('GET', '/v1/session'),
    ];
    for (const { headers } of replies) {
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{8}/);
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  long(
    'SES-2 sets one cookie, host-bound and out of reach of scripts, for the rest of the twelve hours',
    async () => {
      const who = await registered(runtime);
      const login = (await enterPassword(runtime, who.documentNumber, who.password)).body.loginId;
      expect((await runtime.http('GET', '/v1/health')).headers.getSetCookie()).toEqual([]);
      expect(login).toBeTruthy();
      const { cookie } = await loggedInByFace(runtime, who);
      const reply = await runtime.http('POST', '/v1/session/refresh', undefined, { cookie });
      const set = reply.headers.getSetCookie();
      expect(set).toHaveLength(1);
      expect(set[0]).toMatch(/^__Host-refresh=[\w.-]+;/);
      for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/'])
        expect(set[0]).toContain(attribute);
      expect(set[0]).not.toMatch(/Domain=/i);
      const age = Number(/Max-Age=(\d+)/.exec(set[0] ?? '')?.[1]);
      expect(age).toBeGreaterThan(defaultPolicies.sessionAbsoluteSeconds - 60);
      expect(age).toBeLessThanOrEqual(defaultPolicies.sessionAbsoluteSeconds);
    },
  );
});
