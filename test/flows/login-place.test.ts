import { describe, expect } from 'vitest';
import { originSecretHeader, viewerCityHeader } from '#http/viewer.ts';
import { type Door, expectStatus, loggedInByFace, openDoor } from '../support/door.ts';
import { settled } from '../support/seed.ts';
import { long } from '../support/variants.ts';

/** A client whose requests come through our CloudFront distribution, which names a city for them. */
const from = (door: Door, city: string, secret: string): Door => ({
  ...door,
  http: (method, path, body, request = {}) =>
    door.http(method, path, body, {
      ...request,
      headers: { ...request.headers, [viewerCityHeader]: city, [originSecretHeader]: secret },
    }),
});

describe('SES-4 the city of a login', () => {
  long(
    'AUD-1 SES-4 stands in the own history where CloudFront tells it, and where it is believed only',
    async () => {
      const secret = 'Zs8Kq0XwY4';
      const door = await openDoor({ originSecret: secret });
      try {
        const who = await settled(door);
        await loggedInByFace(from(door, 'Hefei', secret), who);
        await loggedInByFace(from(door, 'Hefei', 'another'), who);
        const { session } = await loggedInByFace(from(door, 'Lu%E2%80%99an', secret), who);
        const { body } = expectStatus(
          await door.http('GET', '/v1/account/activity', undefined, { token: session.accessToken }),
          200,
        );
        const cities = (body.events as { kind: string; detail: { locality?: string } }[])
          .filter(({ kind }) => kind === 'login')
          .map(({ detail }) => detail.locality);
        expect(cities).toEqual(['Lu’an', undefined, 'Hefei']);
      } finally {
        await door.stop();
      }
    },
  );
});
