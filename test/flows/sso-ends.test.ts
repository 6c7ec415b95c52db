/** @module-tag grants */
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectStatus, loggedInByFace } from '../support/door.ts';
import { long } from '../support/variants.ts';
import {
  history,
  type Known,
  knownPerson,
  morning,
  openWatchedDoor,
  type WatchedDoor,
} from '../support/watched.ts';
import { putAll } from './support/bulk.ts';
import { companyLine, companyOf, feed } from './support/registry.ts';
import { changeRelation, giveRelation, inCompany } from './support/relations.ts';
import { handedOver, rpRow, type StandIn, standIn } from './support/rps.ts';

let door: WatchedDoor;
let systems: StandIn[];
beforeAll(async () => {
  systems = await Promise.all(['filing-web', 'invoice-web', 'register-web'].map((id) => standIn(id)));
  const [filing, invoice, register] = systems.map(({ client }) => client);
  if (!filing || !invoice || !register) throw new Error('three systems');
  door = await openWatchedDoor({
    relyingParties: [
      { ...filing, initiateLoginUri: 'https://filing.example.cn/start?from=portal' },
      invoice,
      { ...register, minLevel: 5 },
    ],
  });
  // The functions of the telling are loaded once: starting them is not what is timed.
  const { session, token } = await signedIn();
  await handedOver(door, session.sessionId, 'filing-web');
  expectStatus(await logOut(token), 204);
  await door.settled();
});
afterAll(async () => {
  for (const one of systems) one.stop();
  await door?.finish('sso-tell', 'sso-systems');
});
beforeEach(() => {
  door.clock.set(morning);
  for (const one of systems) {
    one.tokens.length = 0;
    one.answer = (response) => void response.writeHead(200).end();
  }
});

const first = (): StandIn => systems[0] as StandIn;
const logOut = (token: string) => door.http('DELETE', '/v1/session', undefined, { token });
const signedIn = async () => {
  const who = await knownPerson(door);
  const { session } = await loggedInByFace(door, who);
  return { who, session, token: session.accessToken as string };
};
/** Sids of the hand-overs that a system was told of. */
const toldSids = ({ tokens }: StandIn) => tokens.map((token) => decodeJwt(token).sid);
const ssoEvents = async (who: Known) =>
  (await history(door, who))
    .filter(({ kind }) => kind.startsWith('sso-'))
    .map(({ kind, detail }) => [kind, detail.client, detail.reason ?? detail.said]);

describe('SSO-8 退出', () => {
  it('tells three systems within five seconds, each by a token that our keys verify', async () => {
    const { who, session, token } = await signedIn();
    const handOvers = await Promise.all(
      systems.map(({ client }) => handedOver(door, session.sessionId, client.clientId)),
    );
    const begun = performance.now();
    expectStatus(await logOut(token), 204);
    await door.settled();
    expect(performance.now() - begun).toBeLessThan(5_000);
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', door.url));
    for (const [at, { client, tokens }] of systems.entries()) {
      expect(tokens).toHaveLength(1);
      const { payload, protectedHeader } = await jwtVerify(tokens[0] ?? '', keys, {
        issuer: door.issuer,
        audience: client.clientId,
        typ: 'logout+jwt',
        algorithms: ['ES256'],
        currentDate: door.clock.now(),
      });
      expect(protectedHeader.alg).toBe('ES256');
      const { jti, iat = 0, exp = 0, ...claims } = payload;
      expect(exp - iat).toBe(120);
      expect(String(jti).length).toBeGreaterThan(20);
      expect(claims).toEqual({
        iss: door.issuer,
        aud: client.clientId,
        sub: handOvers[at]?.sub,
        sid: handOvers[at]?.sid,
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      });
    }
    const [handOver] = handOvers;
    if (!handOver) throw new Error('no hand-over');
    expect(await rpRow(door, handOver)).toMatchObject({
      ended: { reason: 'logged-out' },
      told: { tries: 1 },
    });
    const events = await ssoEvents(who);
    expect(events).toContainEqual(['sso-ended', 'filing-web', 'logged-out']);
    expect(events).toContainEqual(['sso-told', 'filing-web', 'logged-out']);
    expect(events).toHaveLength(6);
  });

  it('beside a hand-over leaves none untold: what begins after the end is ended by its own row', async () => {
    const { session, token } = await signedIn();
    expectStatus(await logOut(token), 204);
    await door.settled();
    const { sid } = await handedOver(door, session.sessionId, 'filing-web');
    await door.settled();
    expect(toldSids(first())).toEqual([sid]);
  });

  it('answers without waiting for a system, and is told of once although its change comes twice', async () => {
    const { session, token } = await signedIn();
    const { sid } = await handedOver(door, session.sessionId, 'filing-web');
    let release: () => void = () => undefined;
    first().answer = (response) => {
      release = () => void response.writeHead(204).end();
    };
    expectStatus(await logOut(token), 204);
    await expect.poll(() => first().tokens.length).toBe(1);
    release();
    await door.settled();
    door.clock.advance(601);
    await door.settled();
    expect(toldSids(first())).toEqual([sid]);
  });
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
    const { sid } = await handedOver(door, session.sessionId, 'filing-web');
    await handedOver(door, session.sessionId, 'register-web');
    first().answer = answer;
    expectStatus(await logOut(token), 204);
    for (let minutes = 0; minutes <= 60; minutes += 10) {
      await door.settled();
      door.clock.advance(600);
    }
    await door.settled();
    expect(toldSids(first())).toEqual([sid, sid, sid, sid, sid, sid]);
    expect(new Set(first().tokens).size).toBe(6);
    // Each is told on its own.
    expect(systems[2]?.tokens).toHaveLength(1);
    expect(systems[1]?.tokens).toEqual([]);
    const events = await ssoEvents(who);
    expect(events).toContainEqual(['sso-telling-failed', 'filing-web', said]);
    expect(events.filter(([kind, client]) => kind === 'sso-told' && client === 'filing-web')).toEqual([]);
    expect(door.queued('sso-tell-failed').filter((body) => body.includes(sid))).toHaveLength(1);
    expect(await rpRow(door, { sessionId: session.sessionId, clientId: 'filing-web' })).not.toHaveProperty(
      'told',
    );
  });

  it('and comes back is told at the next try', async () => {
    const { who, session, token } = await signedIn();
    const handOver = await handedOver(door, session.sessionId, 'filing-web');
    first().answer = (response) => void response.writeHead(503).end();
    expectStatus(await logOut(token), 204);
    await door.settled();
    first().answer = (response) => void response.writeHead(200).end();
    door.clock.advance(601);
    await door.settled();
    expect(first().tokens).toHaveLength(2);
    expect(await rpRow(door, handOver)).toMatchObject({ told: { tries: 2 } });
    expect((await ssoEvents(who)).map(([kind]) => kind).sort()).toEqual(['sso-ended', 'sso-told']);
  });

  long('and keeps the line open is let go after five seconds', async () => {
    const { session, token } = await signedIn();
    await handedOver(door, session.sessionId, 'filing-web');
    first().answer = () => undefined;
    expectStatus(await logOut(token), 204);
    const begun = performance.now();
    await door.settled();
    expect(performance.now() - begun).toBeLessThan(9_000);
    expect(JSON.stringify(door.logs())).toContain('\\"said\\":\\"timeout\\"');
  });
});

describe('SSO-13 the systems of a person', () => {
  const listed = async (token: string) =>
    expectStatus(await door.http('GET', '/v1/session/systems', undefined, { token }), 200).body.systems;
  const leave = (token: string, clientId: string) =>
    door.http('DELETE', `/v1/session/systems/${clientId}`, undefined, { token });

  it('SSO-13 are listed with what is open now and what was entered', async () => {
    const { session, token } = await signedIn();
    await handedOver(door, session.sessionId, 'invoice-web');
    expect(await listed(token)).toEqual([
      {
        clientId: 'filing-web',
        name: { zh: 'filing-web', en: 'filing-web' },
        open: true,
        startUri: `https://filing.example.cn/start?from=portal&iss=${encodeURIComponent(door.issuer)}`,
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
    const { sid } = await handedOver(door, session.sessionId, 'filing-web');
    await handedOver(door, session.sessionId, 'invoice-web');
    const replies = await Promise.all([1, 2, 3].map(() => leave(token, 'filing-web')));
    expect(replies.map(({ status }) => status).sort()).toEqual([204, 404, 404]);
    expect((await leave(token, 'register-web')).status).toBe(404);
    expect((await leave(other.token, 'invoice-web')).status).toBe(404);
    await door.settled();
    expect(toldSids(first())).toEqual([sid]);
    expect(systems[1]?.tokens).toEqual([]);
    const entered = (await listed(token)).filter(({ enteredAt }: { enteredAt?: string }) => enteredAt);
    expect(entered.map(({ clientId }: { clientId: string }) => clientId)).toEqual(['invoice-web']);
    expect(await ssoEvents(who)).toContainEqual(['sso-ended', 'filing-web', 'left']);
  });
});

describe('SSO-8 the other ends', () => {
  /** Somebody logged in for a company, handed over to a system as that. */
  const forCompany = async () => {
    const who = await knownPerson(door);
    const boss = await knownPerson(door);
    const taxpayerId = await companyOf(door, boss);
    await giveRelation(door, who, taxpayerId, 'tax-handler');
    const { token } = await inCompany(door, who, taxpayerId);
    const { body } = expectStatus(await door.http('GET', '/v1/session', undefined, { token }), 200);
    const handOver = await handedOver(door, body.session.sessionId, 'filing-web');
    await door.settled();
    expect(first().tokens).toEqual([]);
    return { who, token, taxpayerId, handOver, sessionId: body.session.sessionId as string };
  };
  const expectEnded = async (handOver: Parameters<typeof rpRow>[1] & { sid: string }, reason: string) => {
    await door.settled();
    expect(toldSids(first())).toEqual([handOver.sid]);
    expect((await rpRow(door, handOver)).ended.reason).toBe(reason);
  };

  long('a switch to another identity', async () => {
    const { token, handOver } = await forCompany();
    const { choices } = expectStatus(
      await door.http('GET', '/v1/session/identities', undefined, { token }),
      200,
    ).body;
    const natural = choices.find(
      ({ identity }: { identity: { kind: string } }) => identity.kind === 'natural',
    );
    const switched = await door.http(
      'POST',
      '/v1/session/identity',
      { choiceId: natural.choiceId },
      { token },
    );
    expectStatus(switched, 200);
    await expectEnded(handOver, 'switched');
  });

  it('and a hand-over as the new one in its place, however soon: the old name alone is told', async () => {
    const { handOver, sessionId } = await forCompany();
    const next = await handedOver(door, sessionId, 'filing-web');
    await door.settled();
    expect(toldSids(first())).toEqual([handOver.sid]);
    expect(await rpRow(door, next)).toMatchObject({ sid: next.sid });
    expect(await rpRow(door, next)).not.toHaveProperty('ended');
  });

  it('a second hand-over under the same name tells nobody', async () => {
    const { handOver, sessionId } = await forCompany();
    await handedOver(door, sessionId, 'filing-web', { sid: handOver.sid, scope: 'openid profile' });
    await door.settled();
    expect(first().tokens).toEqual([]);
  });

  it('the relation ends, although nothing is written on the session', async () => {
    const { who, taxpayerId, handOver } = await forCompany();
    await changeRelation(door, who, taxpayerId, 'tax-handler', { state: 'deleted' });
    await expectEnded(handOver, 'grounds-lost');
  });

  it('narrower permissions end nothing', async () => {
    const { who, taxpayerId } = await forCompany();
    await changeRelation(door, who, taxpayerId, 'tax-handler', { permissions: ['enquiry'] });
    await door.settled();
    expect(first().tokens).toEqual([]);
  });

  it('ENT-4 the company is gone', async () => {
    const { taxpayerId, handOver } = await forCompany();
    await feed(door, companyLine(taxpayerId, { state: 'cancelled' }));
    await expectEnded(handOver, 'grounds-lost');
  });

  long('SSO-8 CTR-3 of a company with many are looked at side by side, also where nothing ends', async () => {
    const { taxpayerId, handOver } = await forCompany();
    const standing = await rpRow(door, handOver);
    const more = Array.from({ length: 300 }, (_, at) => ({ ...standing, clientId: `many-${at}` }));
    await putAll(door, 'RpSessions', more);
    await door.settled();
    door.resetUsage();
    await feed(door, companyLine(taxpayerId, { name: '换了名字的公司' }));
    await door.settled();
    const { calls = 0, longestChain = 0 } = door.usage()['sso-notices'] ?? {};
    expect(calls).toBeGreaterThan(600);
    // One after the other they would be a chain of hundreds.
    expect(longestChain).toBeLessThan(100);
    expect(first().tokens).toEqual([]);
  });

  it('SES-3 another login of the person', async () => {
    const { who, session } = await signedIn();
    const handOver = await handedOver(door, session.sessionId, 'filing-web');
    door.clock.advance(120);
    await loggedInByFace(door, who);
    await expectEnded(handOver, 'replaced');
  });
});
