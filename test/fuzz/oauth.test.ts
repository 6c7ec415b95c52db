import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientAssertionType } from '#crypto/client-assertions.ts';
import {
  assertionOf,
  exchange,
  type Granted,
  granted,
  postForm,
  refresh,
  userinfo,
} from '../flows/support/hand-overs.ts';
import { type StandIn, standIn } from '../flows/support/rps.ts';
import { challengeOf, queryOf } from '../flows/support/sso.ts';
import { loggedInByFace } from '../support/runtime.ts';
import { knownPerson, openWatchedRuntime, type WatchedRuntime } from '../support/watched.ts';

/**
 * Forms and queries of tax systems with one changed parameter: each is refused with an OAuth error or accepted, and
 * never half accepted.
 */
let runtime: WatchedRuntime;
let system: StandIn;
let other: StandIn;
let token: string;
beforeAll(async () => {
  [system, other] = await Promise.all([standIn('filing-web'), standIn('invoice-web')]);
  runtime = await openWatchedRuntime({ relyingParties: [system, other].map(({ client }) => client) });
  token = (await loggedInByFace(runtime, await knownPerson(runtime))).session.accessToken;
});
afterAll(async () => {
  system.stop();
  other.stop();
  await runtime?.finish();
});

type Pairs = readonly (readonly [string, string])[];
const text = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', ' ', '\u0000', 'null', '[]', '{"$ne":""}', '皖', '%FF', "' OR 1=1", '../'),
  // JSON that the system reads: numbers that no table can hold, halves of characters, names with a meaning in programs.
  fc.constantFrom(
    '{"id_token":{"real_name_level":{"essential":true,"value":1e300}}}',
    '{"id_token":{"acr":{"essential":true,"values":["\\ud842"]}}}',
    '{"__proto__":{"acr":null}}',
    '[{"type":"taxpayer","taxpayer":"\\ud842"}]',
    '[{"type":"taxpayer","__proto__":{"roles":[]}}]',
    '['.repeat(4_000),
  ),
  fc.constant('x'.repeat(9_000)),
);
/** One parameter is left out, changed, sent twice, or added. */
const changed = (good: Pairs): fc.Arbitrary<{ what: string; pairs: Pairs }> =>
  fc
    .tuple(fc.nat(good.length - 1), text, fc.constantFrom('drop', 'change', 'double', 'more', 'case'))
    .map(([at, value, how]) => {
      const [name = ''] = good[at] ?? [];
      const rest = good.filter((_, i) => i !== at);
      const pairs: Record<typeof how, Pairs> = {
        drop: rest,
        change: [...rest, [name, value]],
        double: [...good, [name, value]],
        more: [...good, [value === '' ? 'more' : value, value]],
        case: [...rest, [name.toUpperCase(), good[at]?.[1] ?? '']],
      };
      return { what: `${how} ${name} ${value.slice(0, 40)}`, pairs: pairs[how] };
    });

const post = (path: string, pairs: Pairs) =>
  postForm(runtime, path, new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])));
const proof = async (): Promise<Pairs> => [
  ['client_assertion_type', clientAssertionType],
  ['client_assertion', await assertionOf(runtime, system)],
];

/** A valid request with everything that a client may ask for. */
function requested(): Pairs {
  const redirectUri = system.client.redirectUris[0] ?? '';
  return Object.entries({
    client_id: system.client.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile',
    state: 'S',
    nonce: 'N',
    code_challenge: challengeOf('v'.repeat(43)),
    code_challenge_method: 'S256',
    prompt: 'login',
    max_age: '60',
    resource: `${redirectUri.replace(/\/callback$/, '')}/api`,
    claims: '{"id_token":{"acr":null}}',
    authorization_details: '[{"type":"taxpayer"}]',
  });
}

/** `npm test` runs only a few. */
const sizes: [number, { tags?: string[]; timeout?: number }][] = [
  [25, {}],
  [400, { tags: ['long'], timeout: 900_000 }],
];
describe.each(sizes)('%d requests with one parameter changed', (numRuns, options) => {
  it('SSO-5 at the token endpoint leave the code good, or exchange it', options, async () => {
    let code: Granted | undefined;
    const seed = 20_270_302;
    const form = async ({ code: value, redirectUri, verifier }: Granted): Promise<Pairs> => [
      ['grant_type', 'authorization_code'],
      ['code', value],
      ['redirect_uri', redirectUri],
      ['code_verifier', verifier],
      ...(await proof()),
    ];
    for (const [at, { what, pairs }] of fc
      .sample(changed(await form({ code: 'C', redirectUri: 'R', verifier: 'V' })), { seed, numRuns })
      .entries()) {
      code ??= await granted(runtime, system, token);
      const good = new Map(await form(code));
      // The sample contains placeholders; placeholders that were not changed get their real values.
      const sent = pairs.map(([name, value]): readonly [string, string] => {
        const real = ['C', 'R', 'V'].includes(value) || name.startsWith('client_assertion');
        return [name, real ? (good.get(name.toLowerCase()) ?? value) : value];
      });
      const { status, body } = await post('/oauth2/token', sent);
      expect([200, 400, 401, 413], `${at} ${what} → ${status} ${JSON.stringify(body)}`).toContain(status);
      if (status === 200) code = undefined;
    }
    if (code) expect((await exchange(runtime, system, code)).status).toBe(200);
  });

  it(
    'SSO-2 at the authorization endpoint go to the page, to an error page, or back with state and iss',
    options,
    async () => {
      const redirectUri = system.client.redirectUris[0] ?? '';
      const good = requested();
      for (const { what, pairs } of fc.sample(changed(good), { seed: 7, numRuns })) {
        const query = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value]));
        const answer = await fetch(`${runtime.url}/oauth2/authorize?${query}`, { redirect: 'manual' });
        const location = answer.headers.get('location') ?? '';
        // The gateway itself refuses a longer address.
        if (query.toString().length > 7_000 && answer.status !== 303) continue;
        const said = `${what} → ${answer.status} ${location}`;
        expect(answer.status, said).toBe(303);
        // Whatever was sent, nothing of ours failed.
        expect(location, said).not.toContain('reason=unavailable');
        if (location.startsWith(`${runtime.issuer}/sso`)) continue;
        expect(location.startsWith(`${redirectUri}?`), said).toBe(true);
        const back = new URL(location).searchParams;
        expect(back.get('iss'), said).toBe(runtime.issuer);
        expect(back.get('error'), said).toMatch(/^[a-z_]+$/);
      }
    },
  );

  it('SSO-7 SSO-11 of a refresh, an introspection or a form of userinfo end nothing', options, async () => {
    const given = await exchange(runtime, system, await granted(runtime, system, token));
    const { access_token: access, refresh_token: refreshToken } = given.body;
    const places: [string, Pairs][] = [
      [
        '/oauth2/token',
        Object.entries({ grant_type: 'refresh_token', refresh_token: refreshToken, scope: 'openid' }),
      ],
      ['/oauth2/introspect', Object.entries({ token: access, token_type_hint: 'access_token' })],
      ['/oauth2/userinfo', [['access_token', access]]],
    ];
    for (const [at, [path, good]] of places.entries())
      for (const { what, pairs } of fc.sample(changed(good), {
        seed: 13 + at,
        numRuns: Math.ceil(numRuns / 3),
      })) {
        const sent = path === '/oauth2/userinfo' ? pairs : [...pairs, ...(await proof())];
        const { status, body } = await post(path, sent);
        const said = `${path} ${what} → ${status} ${JSON.stringify(body)}`;
        expect([200, 400, 401, 403, 413], said).toContain(status);
      }
    expect((await refresh(runtime, system, refreshToken)).status).toBe(200);
  });

  it('SSO-11 of a revocation end nothing but by a token of one’s own', options, async () => {
    const enter = async () => exchange(runtime, system, await granted(runtime, system, token));
    let { body: given } = await enter();
    const good: Pairs = Object.entries({ token: 'T', token_type_hint: 'refresh_token' });
    for (const { what, pairs } of fc.sample(changed(good), { seed: 17, numRuns: Math.ceil(numRuns / 3) })) {
      const sent = pairs.map(([name, value]): readonly [string, string] => [
        name,
        value === 'T' ? given.refresh_token : value,
      ]);
      const { status, body } = await post('/oauth2/revoke', [...sent, ...(await proof())]);
      expect([200, 400, 413], `${what} → ${status} ${JSON.stringify(body)}`).toContain(status);
      const own = sent.some(([name, value]) => name === 'token' && value === given.refresh_token);
      const lives = (await userinfo(runtime, given.access_token)).status === 200;
      expect(lives, `${what} → ${status}`).toBe(!(own && status === 200));
      if (!lives) ({ body: given } = await enter());
    }
  });

  it('SSO-2 where requests are pushed are kept, or refused in the words of OAuth', options, async () => {
    for (const { what, pairs } of fc.sample(changed(requested()), { seed: 11, numRuns })) {
      const { status, body } = await post('/oauth2/par', [...pairs, ...(await proof())]);
      expect([201, 400, 401, 413], `${what} → ${status} ${JSON.stringify(body)}`).toContain(status);
    }
  });
});

it('SSO-2 what a browser brings to the authorization endpoint by a form is judged alike', async () => {
  const query = queryOf({ client_id: 'filing-web', redirect_uri: 'https://evil.example.cn/' });
  const answer = await fetch(`${runtime.url}/oauth2/authorize`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: query,
  });
  expect(answer.headers.get('location')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sso.*reason=redirect_uri$/);
});
