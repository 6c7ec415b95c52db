import { describe, expect, it } from 'vitest';
import { flows } from '#flows/contracts.ts';
import { codesOf, oauthByStatus, openApi } from '../../infra/openapi.ts';
import { expectListed } from '../support/answers.ts';

describe('answers that tests take', () => {
  it.each([
    ['GET', '/v1/health', 200, { status: 'ok' }],
    ['GET', '/v1/health', 503, { code: 'UNAVAILABLE' }],
    // The gateway's own answer when a function has died.
    ['GET', '/v1/health', 500, { message: 'Internal Server Error' }],
    ['POST', '/v1/logins/x/sms', 410, { code: 'EXPIRED' }],
    ['GET', '/v1/session/clients?query=%E5%BC%A0', 403, { code: 'SWITCH_NOT_ALLOWED' }],
    ['GET', '/local/sms', 404, { code: 'ANYTHING' }],
    ['GET', '/nowhere', 404, { code: 'NOT_FOUND' }],
    ['GET', '/v1/scans/%ZZ', 400, { code: 'BAD_REQUEST' }],
  ] as const)('%s %s %i', (method, path, status, body) => {
    expectListed(method, path, status, body);
  });

  it.each([
    ['a code of other routes', 'GET', '/v1/health', 404, { code: 'NOT_FOUND' }],
    ['a code with another status', 'GET', '/v1/health', 500, { code: 'UNAVAILABLE' }],
    ['a success that is not declared', 'GET', '/v1/health', 204, undefined],
    ['a refusal without a code', 'GET', '/v1/health', 403, { message: 'Forbidden' }],
  ] as const)('none is %s', (_what, method, path, status, body) => {
    expect(() => expectListed(method, path, status, body)).toThrow(/does not list/);
  });

  it('the codes that are compared with are those of the description, route by route', () => {
    const { paths } = openApi(flows);
    for (const route of flows.flatMap(({ routes }) => Object.values(routes ?? {}))) {
      const operation = paths[route.path]?.[route.method.toLowerCase()];
      const described = Object.values(operation?.responses ?? {}).flatMap(({ description }) =>
        ['Done', 'The browser goes on'].includes(description as string)
          ? []
          : String(description).split(', '),
      );
      const listed: string[] =
        route.errorsAs === 'oauth'
          ? [...oauthByStatus(route).values()].flatMap((words) => [...words])
          : [...codesOf(route)];
      expect(described.sort(), `${route.method} ${route.path}`).toEqual(listed.sort());
    }
  });
});
