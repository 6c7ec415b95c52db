/** @module-tag grants */
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientAssertionType } from '#crypto/client-assertions.ts';
import { allowing } from '../support/patience.ts';
import { expectStatus, loggedInByFace } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import {
  eventsAbout,
  history,
  type Known,
  knownPerson,
  morning,
  openWatchedRuntime,
  type WatchedRuntime,
} from '../support/watched.ts';
import { putAll } from './support/bulk.ts';
import { assertionOf, exchange, formOf, granted, postForm } from './support/hand-overs.ts';
import { companyLine, companyOf, feed } from './support/registry.ts';
import { giveRelation, inCompany } from './support/relations.ts';
import { handedOver, rpRow, type StandIn, standIn } from './support/rps.ts';
import { setOnPerson } from './support/tables.ts';

let runtime: WatchedRuntime;
let systems: StandIn[];
beforeAll(async () => {
  systems = await Promise.all(['filing-web', 'invoice-web', 'register-web'].map((id) => standIn(id)));
  const [filing, invoice, register] = systems.map(({ client }) => client);
  if (!filing || !invoice || !register) throw new Error('three systems');
  runtime = await openWatchedRuntime({
    relyingParties: [
      { ...filing, initiateLoginUri: 'https://filing.example.cn/start?from=portal' },
      invoice,
      { ...register, minLevel: 5 },
    ],
  });
  // Loads the functions of the telling once, so that their start is not measured.
  const { session, token } = await signedIn();
  await handedOver(runtime, session.sessionId, 'filing-web');
  expectStatus(await logOut(token), 204);
  await runtime.settled();
});
afterAll(async () => {
  for (const one of systems) one.stop();
  await runtime?.finish('sso-tell', 'sso-systems');
});
beforeEach(() => {
  runtime.clock.set(morning);
  for (const one of systems) {
    one.tokens.length = 0;
    one.answer = (response) => void response.writeHead(200).end();
  }
});

const first = (): StandIn => systems[0] as StandIn;
const logOut = (token: string) => runtime.http('DELETE', '/v1/session', undefined, { token });
const signedIn = async (level?: number) => {
  const who = await knownPerson(runtime);
  if (level !== undefined) await setOnPerson(runtime, who.personKey, 'realNameLevel', level);
  const { session } = await loggedInByFace(runtime, who);
  return { who, session, token: session.accessToken as string };
};
/** The sids of the hand-overs whose end a system was told. */
const toldSids = ({ tokens }: StandIn) => tokens.map((token) => decodeJwt(token).sid);
const ssoEvents = async (who: Known) =>
  (await history(runtime, who))
    .filter(({ kind }) => kind.startsWith('sso-'))
    .map(({ kind, detail }) => [kind, detail.client, detail.reason ?? detail.said]);

describe('SSO-8 退出', () => {
  long(
    'tells three systems that were entered at once within five seconds, each by a token that our keys verify',
    async () => {
      // The third accepts level 5 alone.
      const { who, session, token } = await signedIn(5);
      const handOvers = await Promise.all(
        systems.map(async (system) => {
          const { status, body } = await exchange(runtime, system, await granted(runtime, system, token));
          expect(status).toBe(200);
          const { sid, sub } = decodeJwt(body.id_token);
          return { sid, sub, sessionId: session.sessionId, clientId: system.client.clientId };
        }),
      );
      expect(new Set(handOvers.map(({ sid }) => sid)).size).toBe(3);
      const begun = performance.now();
      expectStatus(await logOut(token), 204);
      await runtime.settled();
      expect(performance.now() - begun).toBeLessThan(allowing(5_000));
      const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', runtime.url));
      for (const [at, { client, tokens }] of systems.entries()) {
        expect(tokens).toHaveLength(1);
        const { payload, protectedHeader } = await jwtVerify(tokens[0] ?? '', keys, {
          issuer: runtime.issuer,
          audience: client.clientId,
          typ: 'logout+jwt',
          algorithms: ['ES256'],
          currentDate: runtime.clock.now(),
        });
        expect(protectedHeader.alg).toBe('ES256');
        const { jti, iat = 0, exp = 0, ...claims } = payload;
        expect(exp - iat).toBe(120);
        expect(String(jti).length).toBeGreaterThan(20);
        expect(claims).toEqual({
          iss: runtime.issuer,
          aud: client.clientId,
          sub: handOvers[at]?.sub,
          sid: handOvers[at]?.sid,
          events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
        });
      }
      const [handOver] = handOvers;
      if (!handOver) throw new Error('no hand-over');
      expect(await rpRow(runtime, handOver)).toMatchObject({
        ended: { reason: 'logged-out' },
        notified: { tries: 1 },
      });
      const events = await ssoEvents(who);
      expect(events).toContainEqual(['sso-ended', 'filing-web', 'logged-out']);
      expect(events).toContainEqual(['sso-told', 'filing-web', 'logged-out']);
      const ended = events.filter(([kind]) => ['sso-ended', 'sso-told'].includes(String(kind)));
      expect(ended).toHaveLength(6);
    },
  );

  long(
    'beside a hand-over leaves none untold: what begins after the end is ended by its own row',
    async () => {
      const { session, token } = await signedIn();
      expectStatus(await logOut(token), 204);
      await runtime.settled();
      const { sid } = await handedOver(runtime, session.sessionId, 'filing-web');
      await runtime.settled();
      expect(toldSids(first())).toEqual([sid]);
    },
  );

  long(
    'answers without waiting for a system, and is told of once although its change comes twice',
    async () => {
      const { session, token } = await signedIn();
      const { sid } = await handedOver(runtime, session.sessionId, 'filing-web');
      let release: () => void = () => undefined;
      first().answer = (response) => {
        release = () => void response.writeHead(204).end();
      };
      expectStatus(await logOut(token), 204);
      await expect.poll(() => first().tokens.length).toBe(1);
      release();
      await runtime.settled();
      runtime.clock.advance(601);
      await runtime.settled();
      expect(toldSids(first())).toEqual([sid]);
    },
  );
});

describe('SSO-8 a system that does not answer', () => {
  it.each<[string, StandIn['answer'], string]>([
    ['500', (response) => void response.writeHead(500).end(), '500'],
    [
      'a redirect, which is not followed',
      (response) => void response.writeHead(307, { location: systems[1]?.client.backchannelLogoutUri }).end(),
      '307',
    ],
    ['nothing', (response) => void response.socket?.destroy(), 'network'],
  ])('%s: is tried six times in an hour, then somebody is told', async (_what, answer, said) => {
    const { who, session, token } = await signedIn();
    const { sid } = await handedOver(runtime, session.sessionId, 'filing-web');
    await handedOver(runtime, session.sessionId, 'register-web');
    first().answer = answer;
    expectStatus(await logOut(token), 204);
    for (let minutes = 0; minutes <= 60; minutes += 10) {
      await runtime.settled();
      runtime.clock.advance(600);
    }
    await runtime.settled();
    expect(toldSids(first())).toEqual([sid, sid, sid, sid, sid, sid]);
    expect(new Set(first().tokens).size).toBe(6);
    // Each system is told separately.
    expect(systems[2]?.tokens).toHaveLength(1);
    expect(systems[1]?.tokens).toEqual([]);
    const events = await ssoEvents(who);
    expect(events).toContainEqual(['sso-telling-failed', 'filing-web', said]);
    expect(events.filter(([kind, client]) => kind === 'sso-told' && client === 'filing-web')).toEqual([]);
    expect(runtime.queued('sso-tell-failed').filter((body) => body.includes(sid))).toHaveLength(1);
    expect(await rpRow(runtime, { sessionId: session.sessionId, clientId: 'filing-web' })).not.toHaveProperty(
      'notified',
    );
  });

  it('and comes back is told at the next try', async () => {
    const { who, session, token } = await signedIn();
    const handOver = await handedOver(runtime, session.sessionId, 'filing-web');
    first().answer = (response) => void response.writeHead(503).end();
    expectStatus(await logOut(token), 204);
    await runtime.settled();
    first().answer = (response) => void response.writeHead(200).end();
    runtime.clock.advance(601);
    await runtime.settled();
    expect(first().tokens).toHaveLength(2);
    expect(await rpRow(runtime, handOver)).toMatchObject({ notified: { tries: 2 } });
    expect((await ssoEvents(who)).map(([kind]) => kind).sort()).toEqual(['sso-ended', 'sso-told']);
  });

  long('and keeps the line open is let go after five seconds', async () => {
    const { session, token } = await signedIn();
    await handedOver(runtime, session.sessionId, 'filing-web');
    first().answer = () => undefined;
    expectStatus(await logOut(token), 204);
    const begun = performance.now();
    await runtime.settled();
    expect(performance.now() - begun).toBeLessThan(allowing(9_000));
    expect(JSON.stringify(runtime.logs())).toContain('\\"said\\":\\"timeout\\"');
  });
});

describe('SSO-13 the systems of a person', () => {
  const listed = async (token: string) =>
    expectStatus(await runtime.http('GET', '/v1/session/systems', undefined, { token }), 200).body.systems;
  const leave = (token: string, clientId: string) =>
    runtime.http('DELETE', `/v1/session/systems/${clientId}`, undefined, { token });

  long('SSO-13 are listed with what is open now and what was entered', async () => {
    const { session, token } = await signedIn();
    await handedOver(runtime, session.sessionId, 'invoice-web');
    expect(await listed(token)).toEqual([
      {
        clientId: 'filing-web',
        name: { zh: 'filing-web', en: 'filing-web' },
        open: true,
        startUri: `https://filing.example.cn/start?from=portal&iss=${encodeURIComponent(runtime.issuer)}`,
      },
      {
        clientId: 'invoice-web',
        name: { zh: 'invoice-web', en: 'invoice-web' },
        open: true,
        enteredAt: '2027-03-02T10:00:00+08:00',
      },
      { clientId: 'register-web', name: { zh: 'register-web', en: 'register-web' }, open: false },
    ]);
  });

  it('SSO-13 SSO-8 are left one by one: the system left is told, once, and the session goes on', async () => {
    const { who, session, token } = await signedIn();
    const other = await signedIn();
    const { sid } = await handedOver(runtime, session.sessionId, 'filing-web');
    await handedOver(runtime, session.sessionId, 'invoice-web');
    const replies = await Promise.all([1, 2, 3].map(() => leave(token, 'filing-web')));
    expect(replies.map(({ status }) => status).sort()).toEqual([204, 404, 404]);
    expect((await leave(token, 'register-web')).status).toBe(404);
    expect((await leave(other.token, 'invoice-web')).status).toBe(404);
    await runtime.settled();
    expect(toldSids(first())).toEqual([sid]);
    expect(systems[1]?.tokens).toEqual([]);
    const entered = (await listed(token)).filter(({ enteredAt }: { enteredAt?: string }) => enteredAt);
    expect(entered.map(({ clientId }: { clientId: string }) => clientId)).toEqual(['invoice-web']);
    expect(await ssoEvents(who)).toContainEqual(['sso-ended', 'filing-web', 'left']);
  });
});

describe('SSO-8 a company of which many work in a system', () => {
  long('SSO-8 CTR-3 of a company with many are looked at side by side, also where nothing ends', async () => {
    const who = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, await knownPerson(runtime));
    await giveRelation(runtime, who, taxpayerId, 'tax-handler');
    const { token } = await inCompany(runtime, who, taxpayerId);
    const { body } = expectStatus(await runtime.http('GET', '/v1/session', undefined, { token }), 200);
    const handOver = await handedOver(runtime, body.session.sessionId, 'filing-web');
    const before = await rpRow(runtime, handOver);
    const more = Array.from({ length: 300 }, (_, at) => ({ ...before, clientId: `many-${at}` }));
    await putAll(runtime, 'RpSessions', more);
    await runtime.settled();
    runtime.resetUsage();
    await feed(runtime, companyLine(taxpayerId, { name: '换了名字的公司' }));
    await runtime.settled();
    const { calls = 0, longestChain = 0 } = runtime.usage()['sso-notices'] ?? {};
    expect(calls).toBeGreaterThan(600);
    // One after the other, the reads would be a chain of hundreds of calls.
    expect(longestChain).toBeLessThan(100);
    expect(first().tokens).toEqual([]);
  });
});

describe('SSO-14 a call that does not prove to be the tax system that it names', () => {
  long(
    'SSO-3 is in the log, and the first of a kind and minute in the audit, without anything of its assertion',
    async () => {
      const { client, privateKey } = first();
      const other = systems[1] as StandIn;
      const call = async (assertion: string, path = '/oauth2/token') => {
        const form = formOf({
          grant_type: 'authorization_code',
          client_assertion_type: clientAssertionType,
          client_assertion: assertion,
        });
        expect((await postForm(runtime, path, form)).body.error).toBe('invalid_client');
      };
      const late = await assertionOf(runtime, first(), {
        exp: Math.floor(runtime.clock.now().getTime() / 1000) - 60,
      });
      await call(late);
      await call(late);
      await call(await assertionOf(runtime, first(), { aud: 'https://elsewhere.example.cn' }), '/oauth2/par');
      await call(await assertionOf(runtime, { ...first(), privateKey: other.privateKey }));
      const stranger = { ...first(), privateKey, client: { ...client, clientId: 'nobody-web' } };
      await call(await assertionOf(runtime, stranger));
      const audited = await eventsAbout(runtime, 'client:filing-web');
      // Two functions count separately.
      expect(audited.map(({ detail }) => detail.why).sort()).toEqual(['claims', 'claims', 'signature']);
      for (const { kind, outcome, detail } of audited)
        expect([kind, outcome, detail.client]).toEqual(['sso-client-refused', 'failure', 'filing-web']);
      expect(await eventsAbout(runtime, 'client:nobody-web')).toEqual([]);
      const lines = runtime.logs().filter((line) => JSON.stringify(line).includes('client-refused'));
      expect(lines).toHaveLength(5);
      expect(JSON.stringify(lines)).not.toContain(late.split('.')[2]);
      expect(JSON.stringify(lines)).not.toContain('nobody-web');
    },
  );
});
