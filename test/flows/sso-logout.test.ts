/** @module-tag grants */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keeping, long } from '../support/variants.ts';
import {
  history,
  knownPerson,
  morning,
  openWatchedRuntime,
  type WatchedRuntime,
} from '../support/watched.ts';
import { type SignedIn, signIn } from './support/account.ts';
import { exchange, formOf, granted } from './support/hand-overs.ts';
import { rpRow, type StandIn, standIn } from './support/rps.ts';

const bye = 'https://filing.example.cn/bye';
const byeWithQuery = 'https://filing.example.cn/bye?to=start';
const state = 'state of the system';
const budget = 90;

let runtime: WatchedRuntime;
let filing: StandIn;
let invoice: StandIn;
beforeAll(async () => {
  [filing, invoice] = await Promise.all([
    standIn('filing-web', { postLogoutRedirectUris: [bye, byeWithQuery] }),
    standIn('invoice-web', { postLogoutRedirectUris: ['https://invoice.example.cn/bye'] }),
  ]);
  runtime = await openWatchedRuntime({
    relyingParties: [filing, invoice].map(({ client }) => client),
    // Addresses have a budget for requests, but no test here reaches a challenge.
    policies: { challengeAfter: 1_000_000, ssoRequestsPerAddress: budget },
  });
});
afterAll(async () => {
  for (const one of [filing, invoice]) one?.stop();
  await runtime?.finish('sso-logout');
});
beforeEach(() => {
  runtime.clock.set(morning);
  for (const one of [filing, invoice]) one.tokens.length = 0;
});

/** A person who has entered a system, with the tokens that the system got. */
interface Entered {
  readonly who: SignedIn & { readonly personKey: string };
  readonly idToken: string;
  readonly accessToken: string;
  readonly sid: string;
}
async function entered(system = filing): Promise<Entered> {
  const known = await knownPerson(runtime);
  const who = { ...known, ...(await signIn(runtime, known)) };
  const { body } = await exchange(runtime, system, await granted(runtime, system, who.token));
  const sid = String(decodeJwt(body.id_token).sid);
  return { who, idToken: body.id_token, accessToken: body.access_token, sid };
}

type Asked = Readonly<Record<string, string | undefined>>;
/** A system's page sends the browser to the logout; returns the address to which the browser goes. */
async function sent(asked: Asked | URLSearchParams, method: 'GET' | 'POST' = 'GET'): Promise<string> {
  const form = asked instanceof URLSearchParams ? asked : formOf(asked);
  const elsewhere = { origin: 'https://filing.example.cn' };
  const answer = await (method === 'GET'
    ? fetch(`${runtime.url}/oauth2/logout?${form}`, { redirect: 'manual' })
    : fetch(`${runtime.url}/oauth2/logout`, { method, body: form, headers: elsewhere, redirect: 'manual' }));
  expect(answer.status).toBe(303);
  return answer.headers.get('location') ?? '';
}
const idIn = (location: string): string => /\/sso\/logout#([\w-]{32})$/.exec(location)?.[1] ?? location;
const confirm = (id: string, who: Pick<SignedIn, 'api'>, body: object = {}) =>
  who.api('POST', `/v1/sso/logouts/${id}/confirm`, body);
const isOver = async (who: Pick<SignedIn, 'api'>) => (await who.api('GET', '/v1/session')).status === 401;

describe('SSO-10 RP-initiated logout', () => {
  /**
   * One row: what is sent, whether the logout happens at once or after a question, and where the browser goes; or the
   * page if nothing happens.
   */
  type Row = readonly [
    module: string,
    asked: (there: Entered) => Asked,
    comes: { readonly asks?: boolean; readonly to?: string } | { readonly page: string },
  ];
  const modified = ({ idToken }: Entered) => {
    const [head, payload = '', signature] = idToken.split('.');
    return [head, `${payload.slice(0, -2)}${payload.endsWith('AA') ? 'BB' : 'AA'}`, signature].join('.');
  };
  const back = { post_logout_redirect_uri: bye, state };
  const withState = `${bye}?state=state%20of%20the%20system`;
  const rows: readonly Row[] = [
    ['oidcc-rp-initiated-logout', ({ idToken }) => ({ id_token_hint: idToken, ...back }), { to: withState }],
    [
      'no-id-token-hint, with the client',
      () => ({ client_id: 'filing-web', ...back }),
      { asks: true, to: withState },
    ],
    ['no-params', () => ({}), { asks: true }],
    [
      'bad-post-logout-redirect-uri',
      ({ idToken }) => ({ id_token_hint: idToken, post_logout_redirect_uri: `${bye}/other` }),
      { page: 'logout_uri' },
    ],
    [
      'modified-id-token-hint',
      (there) => ({ id_token_hint: modified(there), ...back }),
      { page: 'logout_hint' },
    ],
    ['no-state', ({ idToken }) => ({ id_token_hint: idToken, post_logout_redirect_uri: bye }), { to: bye }],
    ['only-state', () => ({ state }), { asks: true }],
    ['no-post-logout-redirect-uri', ({ idToken }) => ({ id_token_hint: idToken, state }), {}],
    [
      'query-added-to-post-logout-redirect-uri',
      ({ idToken }) => ({ id_token_hint: idToken, post_logout_redirect_uri: `${bye}?dummy=1` }),
      { page: 'logout_uri' },
    ],
    ['bad-id-token-hint', () => ({ id_token_hint: 'bad hint', ...back }), { page: 'logout_hint' }],
    ['no-id-token-hint', () => back, { page: 'logout_uri' }],
    [
      'a registered address with a query of its own',
      ({ idToken }) => ({ id_token_hint: idToken, post_logout_redirect_uri: byeWithQuery, state: 's' }),
      { to: `${byeWithQuery}&state=s` },
    ],
    [
      'a logout_hint',
      ({ sid }) => ({ client_id: 'filing-web', logout_hint: sid, ...back }),
      { to: withState },
    ],
    [
      'a logout_hint of nobody',
      () => ({ client_id: 'filing-web', logout_hint: 'x'.repeat(32) }),
      { asks: true },
    ],
    [
      'the name of a hand-over to another client',
      ({ sid }) => ({ client_id: 'invoice-web', logout_hint: sid }),
      { asks: true },
    ],
    ['a logout_hint without a client', ({ sid }) => ({ logout_hint: sid }), { asks: true }],
    [
      'an access token as a hint',
      ({ accessToken }) => ({ id_token_hint: accessToken, ...back }),
      { page: 'logout_hint' },
    ],
    [
      'the portal’s own token as a hint',
      ({ who }) => ({ id_token_hint: who.token, ...back }),
      { page: 'logout_hint' },
    ],
    [
      'a hint of another client than the one named',
      ({ idToken }) => ({ id_token_hint: idToken, client_id: 'invoice-web' }),
      { page: 'logout_hint' },
    ],
    [
      'another client’s address',
      ({ idToken }) => ({
        id_token_hint: idToken,
        post_logout_redirect_uri: 'https://invoice.example.cn/bye',
      }),
      { page: 'logout_uri' },
    ],
    ['a client that nobody knows', () => ({ client_id: 'nobody-web' }), { page: 'client' }],
    [
      'a state that is too long',
      () => ({ client_id: 'filing-web', post_logout_redirect_uri: bye, state: 's'.repeat(1025) }),
      { page: 'request' },
    ],
  ];
  keeping(5)(rows)('%s', async (_module, asked, comes) => {
    const there = await entered();
    const location = await sent(asked(there));
    if ('page' in comes) {
      expect(location).toBe(`${runtime.issuer}/sso/error?reason=${comes.page}`);
      expect(await isOver(there.who)).toBe(false);
      return;
    }
    const id = idIn(location);
    const { status, body } = await confirm(id, there.who, { silently: true });
    expect(status).toBe(200);
    expect('asked' in body).toBe(comes.asks === true);
    const said = comes.asks ? (await confirm(id, there.who)).body : body;
    expect(said).toEqual({ loggedOut: true, ...(comes.to ? { redirectTo: comes.to } : {}) });
    expect(await isOver(there.who)).toBe(true);
    await runtime.settled();
    expect(filing.tokens.map((token) => decodeJwt(token).sid)).toEqual([there.sid]);
  });

  long(
    'SSO-10 ends the session with everything in it: each system is told, the cookie goes, and the history says who asked',
    async () => {
      const there = await entered();
      const { body } = await exchange(runtime, invoice, await granted(runtime, invoice, there.who.token));
      const id = idIn(await sent({ id_token_hint: there.idToken, post_logout_redirect_uri: bye }, 'POST'));
      const reply = await confirm(id, there.who, { silently: true });
      expect(reply.cookie).toMatch(/^__Host-refresh=;?/);
      await runtime.settled();
      expect(filing.tokens).toHaveLength(1);
      expect(invoice.tokens.map((token) => decodeJwt(token).sid)).toEqual([decodeJwt(body.id_token).sid]);
      const at = (clientId: string) => rpRow(runtime, { sessionId: there.who.sessionId, clientId });
      expect((await at('filing-web')).ended.reason).toBe('rp-logout');
      expect((await at('invoice-web')).ended.reason).toBe('logged-out');
      const events = (await history(runtime, there.who)).map(({ kind, detail }) => [
        kind,
        detail?.reason,
        detail?.client,
      ]);
      expect(events).toContainEqual(['session-ended', 'logged-out', 'filing-web']);
      expect(events).toContainEqual(['sso-ended', 'rp-logout', 'filing-web']);
      expect(events).toContainEqual(['sso-ended', 'logged-out', 'invoice-web']);
      // The call again after a lost answer: nothing is left to end, and the browser goes to the same address.
      expect((await confirm(id, there.who)).status).toBe(401);
      expect((await runtime.http('POST', `/v1/sso/logouts/${id}/leave`, {})).body).toEqual({
        redirectTo: bye,
      });
    },
  );

  long('names nobody’s session by an old hand-over or another person’s: the page asks', async () => {
    const [there, other] = [await entered(), await entered()];
    const id = idIn(await sent({ id_token_hint: there.idToken }));
    expect((await confirm(id, other.who, { silently: true })).body).toEqual({
      asked: { client: { clientId: 'filing-web', name: { zh: 'filing-web', en: 'filing-web' } } },
    });
    expect(await isOver(other.who)).toBe(false);
    expect(await isOver(there.who)).toBe(false);
  });

  long('takes an ID token long after its five minutes, and none older than any session', async () => {
    const there = await entered();
    runtime.clock.advance(1_700);
    expect(idIn(await sent({ id_token_hint: there.idToken }))).toMatch(/^[\w-]{32}$/);
    runtime.clock.advance(43_200);
    expect(await sent({ id_token_hint: there.idToken })).toContain('reason=logout_hint');
  });

  it('waits ten minutes for the page, and says where to go to whoever is not logged in', async () => {
    const id = idIn(await sent({ client_id: 'filing-web', post_logout_redirect_uri: bye, state: 'a&b' }));
    const leave = () => runtime.http('POST', `/v1/sso/logouts/${id}/leave`, {});
    expect((await leave()).body).toEqual({ redirectTo: `${bye}?state=a%26b` });
    runtime.clock.advance(601);
    expect((await leave()).body.code).toBe('EXPIRED');
    expect((await runtime.http('POST', `/v1/sso/logouts/${'x'.repeat(32)}/leave`, {})).body.code).toBe(
      'NOT_FOUND',
    );
  });

  it('takes each parameter once, of a readable size, and repeats nothing on its page', async () => {
    const twice = new URLSearchParams([
      ['client_id', 'filing-web'],
      ['client_id', 'filing-web'],
    ]);
    for (const asked of [twice, formOf({ ui_locales: 'x'.repeat(8_200) })]) {
      const location = await sent(asked);
      expect(location).toBe(`${runtime.issuer}/sso/error?reason=request`);
    }
    expect(JSON.stringify(runtime.logs())).not.toContain(state);
  });

  long('LGN-12 takes from the address’s budget of requests, and keeps nothing beyond it', async () => {
    runtime.clock.advance(3_600);
    const places = await Promise.all(Array.from({ length: budget }, () => sent({})));
    expect(new Set(places.map(idIn)).size).toBe(budget);
    expect(await sent({})).toBe(`${runtime.issuer}/sso/error?reason=busy`);
  });
});
