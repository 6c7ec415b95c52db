import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  begin,
  exchange,
  type Granted,
  introspection,
  refresh,
  revocation,
  userinfo,
} from '../flows/support/hand-overs.ts';
import { companyOf } from '../flows/support/registry.ts';
import { giveRelation, inCompany } from '../flows/support/relations.ts';
import { rpRow, type StandIn, standIn } from '../flows/support/rps.ts';
import type { Loose } from '../support/client.ts';
import { loggedInByFace } from '../support/runtime.ts';
import {
  history,
  type Known,
  knownPerson,
  morning,
  openWatchedRuntime,
  row,
  type WatchedRuntime,
} from '../support/watched.ts';
import { type Case, persist, type Spot, spotsOf, sweep, under } from './journeys.ts';

/**
 * A hand-over whose calls fail at every place: the system repeats its calls, and finally the person has entered once.
 */
let runtime: WatchedRuntime;
let system: StandIn;
beforeAll(async () => {
  system = await standIn('filing-web');
  const introspects = system.client.resources.map(({ uri }) => uri);
  runtime = await openWatchedRuntime({ relyingParties: [{ ...system.client, introspects }] });
});
afterAll(async () => {
  system.stop();
  await runtime?.stop();
});
beforeEach(() => runtime.clock.set(morning));

interface SignedIn {
  readonly who: Known;
  readonly token: string;
  readonly cookie: string;
  readonly sessionId: string;
  /** The company to choose at the decision. */
  readonly becomes?: string;
}
async function signedIn(): Promise<SignedIn> {
  const who = await knownPerson(runtime);
  const { session, cookie } = await loggedInByFace(runtime, who);
  return { who, token: session.accessToken, cookie, sessionId: session.sessionId };
}
async function withCompany(): Promise<{ who: Known; taxpayerId: string }> {
  const who = await knownPerson(runtime);
  const taxpayerId = await companyOf(runtime, await knownPerson(runtime));
  await giveRelation(runtime, who, taxpayerId, 'tax-handler');
  return { who, taxpayerId };
}
async function choosing(): Promise<SignedIn> {
  const { who, taxpayerId } = await withCompany();
  const { session, cookie } = await loggedInByFace(runtime, who);
  const { accessToken: token, sessionId } = session;
  return { who, token, cookie, sessionId, becomes: taxpayerId };
}
async function forCompany(): Promise<SignedIn> {
  const { who, taxpayerId } = await withCompany();
  const { session, token, cookie } = await inCompany(runtime, who, taxpayerId);
  return { who, token, cookie, sessionId: session.sessionId };
}

const again = 4;
/**
 * What the deciding page sends. If the person chose a company and the answer was lost, the session already has this
 * company.
 */
async function decision({ token, cookie, becomes }: SignedIn): Promise<{ token: string; body: object }> {
  if (!becomes) return { token, body: {} };
  const asked = await persist(runtime, 'identities', () =>
    runtime.http('GET', '/v1/session/identities', undefined, { token }),
  );
  if (asked.status === 401) {
    const fresh = await persist(runtime, 'refresh', () =>
      runtime.http('POST', '/v1/session/refresh', undefined, { cookie }),
    );
    return { token: fresh.body.session.accessToken, body: {} };
  }
  const { choiceId } = asked.body.choices.find(({ identity }: Loose) => identity.taxpayerId === becomes);
  return { token, body: { choiceId } };
}
async function code(someone: SignedIn): Promise<Granted | undefined> {
  const begun = await begin(runtime, system).catch(() => undefined);
  if (!begun) return undefined;
  const { id, cookie, verifier, redirectUri } = begun;
  const { token, body } = await decision(someone);
  const reply = await persist(runtime, 'approve', () =>
    runtime.http('POST', `/v1/sso/${id}/approve`, body, { token, cookie }),
  );
  // The decision was made, and its answer was lost: the page returns to the system, which begins again.
  if (reply.status !== 200) return undefined;
  return { code: new URL(reply.body.redirectTo).searchParams.get('code') ?? '', verifier, redirectUri };
}

type Answer = { readonly status: number; readonly body: Loose };
/** A client repeats its call while we are unavailable, each time with a new assertion. */
async function insisting(call: () => Promise<Answer>): Promise<Answer> {
  let reply = await call();
  for (let time = 1; time < again && reply.status === 503; time++) reply = await call();
  return reply;
}

/** A system repeats a call while we are unavailable, and asks for a new code if a code is lost. */
async function tokensOf(someone: SignedIn): Promise<Loose> {
  for (let round = 0; round < again; round++) {
    const granted = await code(someone);
    const reply = granted && (await insisting(() => exchange(runtime, system, granted)));
    if (reply?.status === 200) return reply.body;
    if (reply) expect(['invalid_grant', 'temporarily_unavailable']).toContain(reply.body.error);
  }
  throw new Error('nobody ever came');
}

const handOver = ({ sessionId }: SignedIn) => rpRow(runtime, { sessionId, clientId: system.client.clientId });
const kindsOf = async ({ who }: SignedIn) => (await history(runtime, who)).map(({ kind }) => kind as string);

/** The calls of a journey that belong to single sign-on. */
const ssoSpots = async (journey: () => Promise<unknown>): Promise<Spot[]> =>
  (await spotsOf(runtime, journey)).filter(({ routeKey }) => /\/oauth2\/|\/v1\/sso\//.test(routeKey));

/** Makes a journey with each fault at each spot; `look` gets the spot and checks the result. */
async function played<T>(
  cases: readonly Case[],
  spots: readonly Spot[],
  before: () => Promise<T>,
  journey: (given: T) => Promise<unknown>,
  look: (given: T, where: string) => Promise<void>,
): Promise<void> {
  for (const fault of cases)
    for (const spot of spots) {
      const given = await before();
      await runtime.provoking(() => under(runtime, { ...spot, ...fault }, () => journey(given)));
      await look(given, JSON.stringify([spot, fault]));
    }
}

describe.each(sweep)('SSO-4 SSO-5 ERR-01 a hand-over, whatever fails', (cases, pick, options) => {
  const comesAbout = async (begins: () => Promise<SignedIn>, version: number) => {
    const first = await begins();
    const spots = pick(await ssoSpots(() => tokensOf(first)));
    expect(spots.length).toBeGreaterThan(2);
    const sids = new Map<SignedIn, string>();
    const journey = async (someone: SignedIn) =>
      sids.set(someone, String(decodeJwt((await tokensOf(someone)).id_token).sid));
    await played(cases, spots, begins, journey, async (someone, where) => {
      const found = await handOver(someone);
      expect(found, where).toMatchObject({ sid: sids.get(someone), identityVersion: version });
      expect(found, where).not.toHaveProperty('ended');
      const kinds = await kindsOf(someone);
      const count = (kind: string) => kinds.filter((one) => one === kind).length;
      expect(count('sso-handed-over'), where).toBeGreaterThan(0);
      expect(count('sso-handed-over'), where).toBeLessThanOrEqual(count('sso-decided'));
      expect(count('identity-switched'), where).toBe(version - 1);
      expect(count('sso-replayed'), where).toBe(0);
    });
  };
  it('comes about, as one row that the system knows by its name', options, () => comesAbout(signedIn, 1));
  if (options.tags)
    it('SWI-5 comes about as a company that is chosen there, by one switch', options, () =>
      comesAbout(choosing, 2),
    );
});

describe.each(sweep)(
  'SSO-7 SSO-11 ERR-01 what tokens are good for, whatever fails',
  (cases, pick, options) => {
    interface Entered extends SignedIn {
      readonly tokens: Loose;
    }
    const entered = async (): Promise<Entered> => {
      runtime.clock.set(morning);
      const someone = await forCompany();
      const tokens = await tokensOf(someone);
      runtime.clock.advance(60);
      return { ...someone, tokens };
    };

    it('a refresh gives tokens and counts as seen, and its token is as good as before', options, async () => {
      const journey = async ({ tokens }: Entered) => {
        const reply = await insisting(() => refresh(runtime, system, tokens.refresh_token));
        expect([reply.status, reply.body.refresh_token]).toEqual([200, tokens.refresh_token]);
      };
      const first = await entered();
      const spots = pick(await ssoSpots(() => journey(first)));
      await played(cases, spots, entered, journey, async (someone, where) => {
        const now = Math.floor(runtime.clock.now().getTime() / 1000);
        const { sessionId } = someone;
        expect((await row(runtime, 'Sessions', { sessionId })).lastSeenAt, where).toBe(now);
        expect(await handOver(someone), where).not.toHaveProperty('ended');
        await journey(someone);
      });
    });

    it('a system is told what holds, and a token that it gives back ends that once', options, async () => {
      const journey = async ({ tokens }: Entered) => {
        expect((await insisting(() => userinfo(runtime, tokens.access_token))).status).toBe(200);
        const asked = await insisting(() => introspection(runtime, system, tokens.access_token));
        expect(asked.body).toMatchObject({ active: true });
        expect((await insisting(() => revocation(runtime, system, tokens.refresh_token))).status).toBe(200);
      };
      const first = await entered();
      const spots = pick(await ssoSpots(() => journey(first)));
      await played(cases, spots, entered, journey, async (someone, where) => {
        expect(await handOver(someone), where).toMatchObject({ ended: { reason: 'revoked' } });
        expect(
          (await kindsOf(someone)).filter((kind) => kind === 'sso-ended'),
          where,
        ).toHaveLength(1);
      });
    });
  },
);
