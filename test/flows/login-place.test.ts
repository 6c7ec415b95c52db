import { describe, expect } from 'vitest';
import { originSecretHeader, viewerCityHeader } from '#http/viewer.ts';
import { expectStatus, loggedInByFace, openTestRuntime, type TestRuntime } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { long } from '../support/variants.ts';

/** A client whose requests come through our CloudFront distribution, which names a city for them. */
const from = (runtime: TestRuntime, city: string, secret: string): TestRuntime => ({
  ...runtime,
  http: (method, path, body, request = {}) =>
    runtime.http(method, path, body, {
      ...request,
      headers: { ...request.headers, [viewerCityHeader]: city, [originSecretHeader]: secret },
    }),
});

describe('SES-4 the city of a login', () => {
  long(
    'AUD-1 SES-4 stands in the own history where CloudFront tells it, and where it is believed only',
    async () => {
      const secret = 'Zs8Kq0XwY4';
      const runtime = await openTestRuntime({ originSecret: secret });
      try {
        const who = await settled(runtime);
        await loggedInByFace(from(runtime, 'Hefei', secret), who);
        await loggedInByFace(from(runtime, 'Hefei', 'another'), who);
        const { session } = await loggedInByFace(from(runtime, 'Lu%E2%80%99an', secret), who);
        const { body } = expectStatus(
          await runtime.http('GET', '/v1/account/activity', undefined, { token: session.accessToken }),
          200,
        );
        const cities = (body.events as { kind: string; detail: { locality?: string } }[])
          .filter(({ kind }) => kind === 'login')
          .map(({ detail }) => detail.locality);
        expect(cities).toEqual(['Lu’an', undefined, 'Hefei']);
      } finally {
        await runtime.stop();
      }
    },
  );
});
