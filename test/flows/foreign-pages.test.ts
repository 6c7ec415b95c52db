import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesSomething } from '#contract/flow.ts';
import { flows } from '#flows/contracts.ts';
import { openApi } from '../../infra/openapi.ts';
import type { Loose, Reply, Request } from '../support/client.ts';
import type { Sample } from '../support/people.ts';
import { loggedInByFace, openTestRuntime, registered, type TestRuntime } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import { goodBody, goodQuery, pathWith, type Route, routes } from './support/bodies.ts';
import { claimOf } from './support/channels.ts';
import { expectProblem } from './support/problems.ts';

let runtime: TestRuntime;
let who: Sample;
let token: string;
beforeAll(async () => {
  runtime = await openTestRuntime({ quiet: true });
  who = await registered(runtime);
  token = (await loggedInByFace(runtime, who)).session.accessToken;
});
afterAll(() => runtime?.stop());

const handle = 'A'.repeat(43);
const named = (list: readonly Route[]) => list.map((one) => [one.name, one] as const);
/**
 * The routes that tax systems call, or to which they send browsers. No cookie identifies a person there (SSO-2, SSO-3).
 */
const isForSystems = ({ route }: Route) => route.fromAnyPage === true || route.access.startsWith('client');
const changing = routes.filter((one) => changesSomething(one.route) && !isForSystems(one));
const takesAssertion = ({ route }: Route) =>
  route.access === 'channel' || route.access === 'public-or-channel';

const assertionFor = ({ route }: Route) => {
  const what = { method: route.method, path: pathWith(route, handle) };
  return route.path.startsWith('/v1/hall/')
    ? runtime.assertion('hall', { ...what, officer: '3401001', office: '合肥市办税服务厅' })
    : runtime.assertion('ahtax-app', { ...what, ...claimOf(who) });
};
/** The call as the portal or an app makes it, with the changes in `request`. */
async function call(one: Route, body: unknown, request: Request = {}): Promise<Reply<Loose>> {
  const credentials: Request =
    one.route.access === 'session'
      ? { token }
      : one.route.access === 'channel'
        ? { assertion: await assertionFor(one) }
        : {};
  return runtime.http(one.route.method, pathWith(one.route, handle) + goodQuery(one.route), body, {
    ...credentials,
    ...request,
  });
}
const bodyOf = ({ route }: Route) => (route.body ? goodBody(route) : undefined);

const foreign = (url: string) => [
  'https://evil.example',
  'null',
  '',
  url.replace('http:', 'https:'),
  url.replace('127.0.0.1', 'localhost'),
  `${url}0`,
  `${url}.evil.example`,
  `${url}/`,
  `${url}, https://evil.example`,
];
/** Content types that a form or a script can send without a preflight request. A blob sends an empty type. */
const unasked = [
  'text/plain',
  'text/plain; application/json',
  'text/plain;charset=UTF-8',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=application/json',
  '',
];

describe('foreign pages', () => {
  it('there are changing routes of every kind of caller', () => {
    expect(new Set(changing.map(({ route }) => route.access)).size).toBe(5);
    expect(changing.length).toBeGreaterThan(60);
  });

  it('SSO-3 other pages may call what is for tax systems alone, and that takes no session', () => {
    const forSystems = routes.filter(isForSystems);
    expect(forSystems.length).toBeGreaterThan(1);
    for (const { route } of forSystems) {
      expect(route.path).toMatch(/^\/oauth2\//);
      expect(['public', 'client', 'client-token']).toContain(route.access);
    }
  });

  keeping(2)(named(changing))('SES-2 %s refuses a foreign page, and not our own', async (name, one) => {
    for (const origin of foreign(runtime.url)) {
      // Without the assertion, because a page cannot send one.
      const reply = await runtime.http(one.route.method, pathWith(one.route, handle), bodyOf(one), {
        ...(one.route.access === 'session' ? { token } : {}),
        headers: { origin },
      });
      expectProblem(reply, `${name} from ${origin}`);
      expect(reply.body, `${name} from ${origin}`).toMatchObject({ status: 403, code: 'ORIGIN_NOT_ALLOWED' });
      expect(reply.cookie).toBeUndefined();
    }
    for (const headers of [{ origin: runtime.url }, {}])
      expect((await call(one, bodyOf(one), { headers })).body?.code).not.toBe('ORIGIN_NOT_ALLOWED');
  });

  keeping(24)(named(changing))('SES-2 %s takes JSON and no other form of body', async (name, one) => {
    const body = JSON.stringify(bodyOf(one) ?? {});
    for (const type of [
      ...unasked,
      'application/jsonp',
      'application/json, text/plain',
      'application/problem+json',
    ]) {
      const reply = await call(one, body, { headers: { 'content-type': type } });
      expectProblem(reply, `${name} as ${type}`);
      expect(reply.body, `${name} as ${type}`).toMatchObject({
        status: 415,
        code: 'MEDIA_TYPE_NOT_SUPPORTED',
      });
    }
    const headers = { 'content-type': 'application/json;charset=utf-8' };
    expect((await call(one, body, { headers })).body?.code).not.toBe('MEDIA_TYPE_NOT_SUPPORTED');
  });

  it.each(named(changing.filter(takesAssertion)))(
    'SES-2 CHN-1 %s judges a call with an assertion by that, wherever its app was loaded from',
    async (_name, one) => {
      const assertion = await assertionFor(one);
      const reply = await call(one, bodyOf(one), { assertion, headers: { origin: 'https://app.example' } });
      expect(reply.body?.code).not.toBe('ORIGIN_NOT_ALLOWED');
      expect(reply.body?.code).not.toBe('ASSERTION_INVALID');
    },
  );

  keeping(24)(named(changing.filter((one) => !takesAssertion(one))))(
    'SES-2 %s asks for no assertion, so that one opens nothing',
    async (_name, one) => {
      const assertion = await assertionFor(one);
      const reply = await call(one, bodyOf(one), { assertion, headers: { origin: 'https://evil.example' } });
      expect(reply.body?.code).toBe('ORIGIN_NOT_ALLOWED');
    },
  );

  it('SES-2 says in one sentence where the portal is', async () => {
    const refused = (language: string) =>
      runtime.http('POST', '/v1/qr-logins', undefined, {
        headers: { origin: 'http://10.0.0.7:3000', 'accept-language': language },
      });
    expect((await refused('zh-CN')).body).toMatchObject({
      title: '当前网页不能办理该业务',
      detail: `请通过电子税务局的网址 ${runtime.issuer} 打开页面后重新办理。`,
    });
    expect((await refused('en')).body.detail).toContain(runtime.issuer);
  });

  long(
    'SES-2 looks are not asked where they come from: the browser keeps their answers from foreign pages',
    async () => {
      const headers = { origin: 'https://evil.example' };
      const { session } = await loggedInByFace(runtime, await registered(runtime));
      const reply = await runtime.http('GET', '/v1/session', undefined, {
        token: session.accessToken,
        headers,
      });
      expect(reply.status).toBe(200);
      expect(reply.headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it('SES-2 OpenAPI names both codes at every route that changes something, and at no other', () => {
    const { paths } = openApi(flows);
    for (const { name, route } of routes.filter((one) => one.route.errorsAs === undefined)) {
      const said = JSON.stringify(paths[route.path]?.[route.method.toLowerCase()]?.responses);
      const has = (code: string) => said.includes(code);
      expect(has('MEDIA_TYPE_NOT_SUPPORTED'), name).toBe(changesSomething(route));
      expect(has('ORIGIN_NOT_ALLOWED'), name).toBe(changesSomething(route));
    }
  });
});
