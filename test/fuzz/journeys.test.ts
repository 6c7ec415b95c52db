import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flows } from '#flows/contracts.ts';
import { companyKinds } from '../faults/company-kinds.ts';
import { logIn, register, reset } from '../faults/journeys.ts';
import { laterKinds } from '../faults/later-kinds.ts';
import type { Kind } from '../faults/patient-runtime.ts';
import { personKinds } from '../faults/person-kinds.ts';
import { handOverTo } from '../faults/sso-kinds.ts';
import { goodBody, goodQuery, pathWith, type Route, routes } from '../flows/support/bodies.ts';
import { asChannel, claimOf } from '../flows/support/channels.ts';
import { type LegacyRuntime, openLegacyRuntime } from '../flows/support/legacy.ts';
import { type StandIn, standIn } from '../flows/support/rps.ts';
import { company, somebody } from '../flows/support/staff.ts';
import { person } from '../support/people.ts';
import { settled } from '../support/seed.ts';
import { type FuzzedRuntime, fuzzed } from './fuzzed-runtime.ts';

/** Registration, login and reset, which have fault tests of their own. */
const firstKinds: readonly Kind[] = [
  {
    name: 'REG-4 a registration',
    routes: / \/v1\/registrations/,
    async ready(runtime) {
      const who = person();
      return { run: () => register(runtime, who), done: async () => true };
    },
  },
  {
    name: 'LGN-3 a login',
    routes: / \/v1\/logins/,
    async ready(runtime) {
      const who = await settled(runtime);
      runtime.clock.advance(61);
      return { run: async () => void (await logIn(runtime, who, 'sms')), done: async () => true };
    },
  },
  {
    name: 'PWD-1 忘记密码',
    routes: / \/v1\/password-resets/,
    async ready(runtime) {
      const who = await settled(runtime);
      return { run: () => reset(runtime, who, 'Chaohu#5921', 'face'), done: async () => true };
    },
  },
];
const kinds = [...firstKinds, ...personKinds, ...companyKinds, ...laterKinds];

let runtime: LegacyRuntime;
let system: StandIn;
beforeAll(async () => {
  system = await standIn('filing-web');
  runtime = await openLegacyRuntime({ relyingParties: [system.client] });
});
afterAll(async () => {
  system.stop();
  await runtime?.stop();
});

/** Makes a journey while every field of its requests is changed; returns the routes that got changed requests. */
async function through(kind: Kind, how: Parameters<typeof fuzzed>[1]): Promise<ReadonlySet<string>> {
  const own = await fuzzed(runtime, how);
  const journey = await kind.ready(own);
  own.fuzzing = true;
  try {
    await journey.run(false);
  } catch (error) {
    // A changed request that was accepted, or that counted against the person, may make the journey fail.
    if (!own.strayed() || isFinding(error)) throw error;
  } finally {
    own.fuzzing = false;
  }
  if (!own.strayed()) expect(await journey.done()).toBe(true);
  return own.met;
}

const isFinding = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'AssertionError' || /does not list/.test(error.message));

/**
 * Calls a route alone with a body that the contract accepts, as a person who may call it; every answer except 5xx is
 * fine.
 */
async function alone({ route, name }: Route, own: FuzzedRuntime): Promise<void> {
  const path = pathWith(route, 'A'.repeat(43)) + goodQuery(route);
  const body = route.body ? goodBody(route) : undefined;
  const who = await somebody(own);
  own.fuzzing = true;
  if (route.access === 'channel') {
    const channel = name.includes('/hall/') ? 'hall' : 'ahtax-app';
    await asChannel(own, channel, claimOf(who.who))(route.method, path, body);
  } else if (/\/(enterprise|agency)/.test(route.path)) {
    own.fuzzing = false;
    const { boss } = await company(own, { subject: ['agency', 'enterprise'] });
    own.fuzzing = true;
    await boss.call(route.method, path, body);
  } else await who.call(route.method, path, body);
  own.fuzzing = false;
}

/** The largest body has at most this many fields, its ids included. */
const rounds = 8;

describe('requests with one field changed', () => {
  const few = ['LGN-3 a login', 'USR-1 a username is chosen', 'REL-5 an invitation that is confirmed'];

  it.each(kinds.filter(({ name }) => few.includes(name)))(
    'BL-06 API-01 ERR-01 $name: refused or taken, never half',
    async (kind) => {
      expect((await through(kind, { seed: 20_270_302, round: 0, often: 3 })).size).toBeGreaterThan(0);
    },
  );

  it.each(kinds)(
    'BL-06 API-01 ERR-01 $name, with many seeds: refused or taken, never half',
    { tags: ['long'], timeout: 900_000 },
    async (kind) => {
      for (let round = 0; round < rounds; round++) await through(kind, { seed: round, round, often: 8 });
    },
  );

  it('BL-06 API-01 ERR-01 SSO-4 a hand-over: refused or taken, never half', {
    tags: ['long'],
    timeout: 600_000,
  }, async () => {
    for (let round = 0; round < rounds; round++) {
      const met = await through(handOverTo(system), { seed: 300 + round, round, often: 8 });
      expect([...met].join()).toContain('/v1/sso/{id}/approve');
    }
  });

  // oauth.test.ts changes the queries and forms that browsers and tax systems send to the other routes.
  it.each(routes.filter(({ route }) => !route.path.startsWith('/oauth2/')))(
    'BL-06 API-01 ERR-01 $name by itself: refused or taken, never half',
    { tags: ['long'], timeout: 300_000 },
    async (route) => {
      for (let round = 0; round < rounds / 2; round++) {
        const own = await fuzzed(runtime, { seed: 100 + round, round, often: 6 });
        await alone(route, own);
        expect(own.met.has(route.name)).toBe(true);
      }
    },
  );

  it('every route of every contract is among them', () => {
    const declared = flows.flatMap(({ routes: own }) => Object.values(own ?? {}));
    expect(routes.map(({ name }) => name).sort()).toEqual(
      declared.map(({ method, path }) => `${method} ${path}`).sort(),
    );
  });
});
