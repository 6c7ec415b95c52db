import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import { type ProofKey, proofKey } from '../flows/support/dpop.ts';
import { begin, clientCall, exchange, formOf, refresh, userinfo } from '../flows/support/hand-overs.ts';
import { rpRow, type StandIn, standIn } from '../flows/support/rps.ts';
import { challengeOf, newVerifier } from '../flows/support/sso.ts';
import { localPartner, workingAs } from '../support/channel-partner.ts';
import type { Loose } from '../support/client.ts';
import { loggedInByFace } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import {
  history,
  type Known,
  knownPerson,
  morning,
  openWatchedRuntime,
  type WatchedRuntime,
} from '../support/watched.ts';
import { cases, persist, type Spot, spotsOf, under } from './journeys.ts';

/** A hand-over with a matter of risk or with a key, while every call of the database fails once. */
let runtime: WatchedRuntime;
let free: StandIn;
let bound: StandIn;
let key: ProofKey;
beforeAll(async () => {
  [free, bound, key] = await Promise.all([
    standIn('filing-web'),
    standIn('bound-web', { dpop: true, pushed: true }),
    proofKey(),
  ]);
  runtime = await openWatchedRuntime({ relyingParties: [free, bound].map(({ client }) => client) });
});
afterAll(async () => {
  for (const one of [free, bound]) one?.stop();
  await runtime?.stop();
});
beforeEach(() => runtime.clock.set(morning));

interface SignedIn {
  readonly who: Known;
  readonly token: string;
  readonly sessionId: string;
}
async function signedIn(): Promise<SignedIn> {
  runtime.clock.set(morning);
  const who = await knownPerson(runtime);
  const { accessToken: token, sessionId } = (await loggedInByFace(runtime, who)).session;
  return { who, token, sessionId };
}

const rounds = 4;
type Answer = { readonly status: number; readonly body: Loose };
/** A system repeats its call while we are unavailable, each time with a new assertion and a new proof. */
async function insisting(call: () => Promise<Answer>): Promise<Answer> {
  let reply = await call();
  for (let time = 1; time < rounds && reply.status === 503; time++) reply = await call();
  return reply;
}
const codeIn = (redirectTo: string): string => new URL(redirectTo).searchParams.get('code') ?? '';

/** A system that asks for a matter: if a round fails, the system begins a new one with a new face check. */
async function withMatter({ who, token }: SignedIn, matter: string): Promise<Loose> {
  const authorization_details = JSON.stringify([{ type: 'matter', matter, nonce: 'n-1' }]);
  for (let round = 0; round < rounds; round++) {
    const begun = await begin(runtime, free, { authorization_details }).catch(() => undefined);
    if (!begun) continue;
    const { id, cookie } = begun;
    const page = (step: string) =>
      persist(runtime, step, () => runtime.http('POST', `/v1/sso/${id}/${step}`, {}, { token, cookie }));
    let reply = await page('approve');
    if (reply.body?.stepUp) {
      const { status, body } = await page('step-up');
      expect([200, 201]).toContain(status);
      if (body.scan)
        expect(
          (await localPartner(runtime, 'ahtax-app', workingAs(who)).showFace(body.scan.qrContent)).status,
        ).toBe(200);
      reply = await page('approve');
    }
    // The decision was made, and its answer was lost: the page returns to the system, which begins again.
    if (reply.status !== 200 || !reply.body.redirectTo) continue;
    const code = codeIn(reply.body.redirectTo);
    const answer = await insisting(() => exchange(runtime, free, { ...begun, code }));
    if (answer.status === 200) return answer.body;
    expect(['invalid_grant', 'temporarily_unavailable']).toContain(answer.body.error);
  }
  throw new Error('nobody ever came');
}

const proved = (path: string) => key.proof(runtime, path);
/** A system that pushes its requests and binds its tokens to a key. */
async function withKey({ token }: SignedIn): Promise<Loose> {
  const [redirectUri = ''] = bound.client.redirectUris;
  for (let round = 0; round < rounds; round++) {
    const verifier = newVerifier();
    const asked = {
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid profile',
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
    };
    const pushed = await insisting(async () =>
      clientCall(runtime, bound, '/oauth2/par', asked, await proved('/oauth2/par')),
    );
    if (pushed.status !== 201) continue;
    const query = formOf({ client_id: 'bound-web', request_uri: pushed.body.request_uri });
    const opened = await fetch(`${runtime.url}/oauth2/authorize?${query}`, { redirect: 'manual' });
    const id = /\/sso#([\w-]{32})$/.exec(opened.headers.get('location') ?? '')?.[1];
    if (!id) continue;
    const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const reply = await persist(runtime, 'approve', () =>
      runtime.http('POST', `/v1/sso/${id}/approve`, {}, { token, cookie }),
    );
    if (reply.status !== 200) continue;
    const code = codeIn(reply.body.redirectTo);
    const answer = await insisting(async () =>
      exchange(runtime, bound, { code, verifier, redirectUri }, {}, await proved('/oauth2/token')),
    );
    if (answer.status === 200) return answer.body;
    expect(['invalid_grant', 'temporarily_unavailable']).toContain(answer.body.error);
  }
  throw new Error('nobody ever came');
}
/** The same, and then a use of the tokens. */
async function usedWithKey(someone: SignedIn): Promise<Loose> {
  const tokens = await withKey(someone);
  const renewed = await insisting(async () =>
    refresh(runtime, bound, tokens.refresh_token, {}, await proved('/oauth2/token')),
  );
  expect([renewed.status, renewed.body.token_type]).toEqual([200, 'DPoP']);
  const told = await insisting(async () =>
    userinfo(
      runtime,
      renewed.body.access_token,
      'get',
      'DPoP',
      await key.proofAt(runtime, renewed.body.access_token),
    ),
  );
  expect([told.status, told.body.sub]).toEqual([200, decodeJwt(renewed.body.access_token).sub]);
  return renewed.body;
}

/** Every fault at every call that a journey makes on these routes; `look` checks the result. */
async function everywhere(
  journey: (someone: SignedIn) => Promise<Loose>,
  expected: readonly string[],
  look: (someone: SignedIn, tokens: Loose, where: string) => Promise<void>,
): Promise<void> {
  const first = await signedIn();
  const spots = (await spotsOf(runtime, () => journey(first))).filter(({ routeKey }) =>
    / \/(oauth2|v1\/sso)\//.test(routeKey),
  );
  expect([...new Set(spots.map(({ routeKey }) => routeKey))]).toEqual(expect.arrayContaining([...expected]));
  for (const fault of cases)
    for (const spot of spots) {
      const someone = await signedIn();
      const rule: Spot & typeof fault = { ...spot, ...fault };
      let tokens: Loose;
      await runtime.provoking(() =>
        under(runtime, rule, async () => {
          tokens = await journey(someone);
        }),
      );
      await look(someone, tokens, JSON.stringify(rule));
    }
}
const countOf = async ({ who }: SignedIn, kind: string) =>
  (await history(runtime, who)).filter((one) => one.kind === kind).length;

describe('SSO-9 ERR-01 a hand-over with a matter of risk, whatever fails', () => {
  const whole = (matter: string) => async (someone: SignedIn, tokens: Loose, where: string) => {
    const { sessionId } = someone;
    const found = await rpRow(runtime, { sessionId, clientId: 'filing-web' });
    expect(found, where).toMatchObject({ sid: decodeJwt(tokens.id_token).sid, matter: { code: matter } });
    expect(found, where).not.toHaveProperty('ended');
    const told = tokens.authorization_details.filter(({ type }: Loose) => type === 'matter');
    expect(told, where).toEqual([expect.objectContaining({ matter, nonce: 'n-1' })]);
    expect(await countOf(someone, 'sso-handed-over'), where).toBeGreaterThan(0);
    expect(await countOf(someone, 'sso-handed-over'), where).toBeLessThanOrEqual(
      await countOf(someone, 'sso-decided'),
    );
  };
  const routes = ['POST /v1/sso/{id}/step-up', 'POST /v1/sso/{id}/approve', 'POST /oauth2/token'];

  for (const [matter, how] of [
    ['refund.apply', 'by a scan of its own'],
    ['invoice.issue', 'by a check that serves again (STP-2)'],
  ] as const)
    long(
      `SSO-9 comes about, ${how}`,
      () => everywhere((someone) => withMatter(someone, matter), routes, whole(matter)),
      900_000,
    );
});

describe('SSO-6 ERR-01 a hand-over that is bound to a key, whatever fails', () => {
  long(
    'SSO-3 SSO-7 comes about by pushed request, code, refresh and userinfo, with that key alone',
    () =>
      everywhere(
        usedWithKey,
        ['POST /oauth2/par', 'POST /oauth2/token', 'GET /oauth2/userinfo'],
        async (someone, tokens, where) => {
          expect(decodeJwt(tokens.access_token).cnf, where).toEqual({ jkt: key.jkt });
          const { sessionId } = someone;
          const found = await rpRow(runtime, { sessionId, clientId: 'bound-web' });
          expect(found, where).toMatchObject({ jkt: key.jkt, sid: decodeJwt(tokens.id_token).sid });
          expect(found, where).not.toHaveProperty('ended');
          expect(await countOf(someone, 'sso-replayed'), where).toBe(0);
          // Without the key the tokens open nothing.
          expect((await userinfo(runtime, tokens.access_token)).status, where).toBe(401);
        },
      ),
    900_000,
  );
});
