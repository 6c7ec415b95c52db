/** @module-tag grants */
/** @module-tag grants */
import { createHash } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localPartner, workingAs } from '../support/channel-partner.ts';
import type { Loose } from '../support/client.ts';
import { whileHeld } from '../support/held.ts';
import { expectStatus, loggedInByFace } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import {
  type Known,
  knownPerson,
  morning,
  openWatchedRuntime,
  row,
  rows,
  type WatchedRuntime,
} from '../support/watched.ts';
import {
  client as agencyClient,
  agencyFirm,
  agentAt,
  agreementLine,
  goTo,
  staffLine,
  yesterday,
} from './support/agencies.ts';
import {
  assertionOf,
  begin,
  exchange,
  granted,
  introspection,
  refresh,
  revocation,
  userinfo,
} from './support/hand-overs.ts';
import { orderAtHall } from './support/orders.ts';
import { recoverPhone } from './support/recovery.ts';
import { companyLine, companyOf, feed } from './support/registry.ts';
import { changeRelation, giveRelation, inCompany } from './support/relations.ts';
import { reportLine, reportNumber, underReport } from './support/reports.ts';
import { rpRow, type StandIn, standIn } from './support/rps.ts';
import { pageOf } from './support/sso.ts';
import { setIn } from './support/tables.ts';

/**
 * People enter the filing system; its API and the registration system's API introspect its tokens. The registration
 * system may know documents and numbers.
 */
let runtime: WatchedRuntime;
let filing: StandIn;
let registers: StandIn;
let plain: StandIn;
beforeAll(async () => {
  filing = await standIn('filing-web');
  const api = filing.client.resources[0]?.uri ?? '';
  registers = await standIn('registers-web', {
    sector: 'registration',
    document: true,
    number: true,
    introspects: [api],
  });
  plain = await standIn('plain-web', { refresh: false });
  runtime = await openWatchedRuntime({
    relyingParties: [filing, registers, plain].map(({ client }) => client),
  });
});
afterAll(async () => {
  for (const one of [filing, registers, plain]) one.stop();
  await runtime?.finish('sso-token');
});
beforeEach(() => runtime.clock.set(morning));

const now = () => Math.floor(runtime.clock.now().getTime() / 1000);

interface Session {
  readonly who: Known;
  readonly token: string;
  readonly cookie: string;
  readonly sessionId: string;
}
async function signedIn(): Promise<Session> {
  const who = await knownPerson(runtime);
  const { session, cookie = '' } = await loggedInByFace(runtime, who);
  return { who, token: session.accessToken, cookie, sessionId: session.sessionId };
}
async function forCompany(): Promise<Session & { taxpayerId: string }> {
  const [who, boss] = [await knownPerson(runtime), await knownPerson(runtime)];
  const taxpayerId = await companyOf(runtime, boss);
  await giveRelation(runtime, who, taxpayerId, 'tax-handler');
  const { session, token, cookie } = await inCompany(runtime, who, taxpayerId);
  return { who, taxpayerId, token, cookie, sessionId: session.sessionId };
}
/** A person who works for a client because of an agreement. */
async function agentFor() {
  const { id: firm } = await agencyFirm(runtime);
  const who = await knownPerson(runtime);
  const clientId = await agencyClient(runtime);
  const agreement = agreementLine(firm, clientId, [who], { items: ['tax-declaration', 'tax-planning'] });
  await feed(runtime, staffLine(firm, [who]), agreement);
  const at = await agentAt(runtime, who, firm);
  const { token } = await goTo(runtime, at.api, clientId);
  return {
    who,
    token,
    cookie: at.cookie,
    sessionId: at.session.sessionId as string,
    firm,
    clientId,
    agreement,
  };
}
async function atReport() {
  const who = await knownPerson(runtime);
  const taxpayerId = await companyOf(runtime, who, { subject: 'cross-region' });
  const reportNo = reportNumber();
  await feed(runtime, reportLine(taxpayerId, reportNo));
  const { session, token } = await underReport(runtime, who, taxpayerId, reportNo);
  return { who, token, cookie: '', sessionId: session.sessionId as string, taxpayerId, reportNo };
}

interface Entered {
  readonly access: string;
  readonly refreshToken: string;
  readonly id: string;
  readonly body: Loose;
}
async function entered(
  token: string,
  system = filing,
  changes: Record<string, string> = {},
): Promise<Entered> {
  const reply = await exchange(runtime, system, await granted(runtime, system, token, changes));
  expect([reply.status, reply.body.error]).toEqual([200, undefined]);
  const { access_token: access, refresh_token: refreshToken, id_token: id } = reply.body;
  return { access, refreshToken, id, body: reply.body };
}
const expectRefused = (reply: { status: number; body: Loose }, error: string, status = 400) =>
  expect([reply.status, reply.body.error]).toEqual([status, error]);

/** The answers of refresh, userinfo and introspection about a hand-over at this moment. */
async function said({ access, refreshToken }: Entered) {
  const [refreshed, info, asked] = await Promise.all([
    refresh(runtime, filing, refreshToken),
    userinfo(runtime, access),
    introspection(runtime, registers, access),
  ]);
  return { refreshed, info, asked };
}
async function expectOver(one: Entered) {
  const { refreshed, info, asked } = await said(one);
  expectRefused(refreshed, 'invalid_grant');
  expectRefused(info, 'invalid_token', 401);
  expect([asked.status, asked.body]).toEqual([200, { active: false }]);
}
/** Checks that all three answers contain the same details, and returns the details. */
async function detailOf(one: Entered): Promise<Loose> {
  const { refreshed, info, asked } = await said(one);
  expect([refreshed.status, info.status, asked.body.active]).toEqual([200, 200, true]);
  const [detail, ...others] = [refreshed, info, asked].map(({ body }) => body.authorization_details[0]);
  for (const other of others) expect(other).toEqual(detail);
  expect(decodeJwt(refreshed.body.access_token).authorization_details).toEqual([detail]);
  return detail;
}
const logOut = (token: string) => runtime.http('DELETE', '/v1/session', undefined, { token });
const sessionRow = (sessionId: string) => row(runtime, 'Sessions', { sessionId });

const setHash = (sessionId: string, hash: string) =>
  setIn(runtime, 'RpSessions', { sessionId, clientId: 'filing-web' }, { refreshHash: hash });

describe('SSO-7 refresh', () => {
  long('SES-2 gives new tokens of the same hand-over, is a sign of life, and lengthens nothing', async () => {
    const { token, sessionId } = await signedIn();
    const first = await entered(token, filing, { nonce: 'n-1' });
    const before = await sessionRow(sessionId);
    runtime.clock.advance(1_700);
    const { status, headers, body } = await refresh(runtime, filing, first.refreshToken);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 300,
      id_token: expect.any(String),
      refresh_token: first.refreshToken,
      scope: 'openid profile',
      authorization_details: [{ type: 'taxpayer', identity: 'natural' }],
    });
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', runtime.url));
    const checked = { issuer: runtime.issuer, algorithms: ['ES256'], currentDate: runtime.clock.now() };
    const id = await jwtVerify(body.id_token, keys, { ...checked, audience: 'filing-web', typ: 'JWT' });
    // OpenID Connect Core, 12.2: the same person and login, no nonce, a new time.
    const { nonce: _, ...claims } = decodeJwt(first.id);
    expect(id.payload).toEqual({ ...claims, iat: now(), exp: now() + 300 });
    const audience = filing.client.resources[0]?.uri ?? '';
    const access = await jwtVerify(body.access_token, keys, { ...checked, audience, typ: 'at+jwt' });
    expect(access.payload).toMatchObject({ sub: claims.sub, sid: claims.sid, scope: 'openid profile' });
    expect(access.payload.jti).not.toBe(decodeJwt(first.access).jti);
    expect(await sessionRow(sessionId)).toEqual({ ...before, lastSeenAt: now() });
    // The same refresh token works again, because it does not rotate.
    expect((await refresh(runtime, filing, first.refreshToken)).status).toBe(200);
  });

  long(
    'SES-2 keeps a person who works in the tax system from idling, and no longer than twelve hours',
    async () => {
      const { token, cookie } = await signedIn();
      const one = await entered(token);
      runtime.clock.advance(1_790);
      expect((await refresh(runtime, filing, one.refreshToken)).status).toBe(200);
      runtime.clock.advance(1_790);
      expectStatus(await runtime.http('POST', '/v1/session/refresh', undefined, { cookie }), 200);
      for (let at = 2 * 1_790; at + 1_790 < 43_200; at += 1_790) {
        runtime.clock.advance(1_790);
        expect((await refresh(runtime, filing, one.refreshToken)).status).toBe(200);
      }
      runtime.clock.set(new Date(new Date(morning).getTime() + 43_200_000).toISOString());
      await expectOver(one);
    },
  );

  long('SES-2 half an hour in which nobody was seen ends it', async () => {
    const { token } = await signedIn();
    const one = await entered(token);
    runtime.clock.advance(1_799);
    expect((await refresh(runtime, filing, one.refreshToken)).status).toBe(200);
    runtime.clock.advance(1_800);
    await expectOver(one);
  });

  long('a second hand-over as the same person leaves the refresh token of the first good', async () => {
    const { token, sessionId } = await signedIn();
    const [first, second] = [await entered(token), await entered(token)];
    for (const one of [first, second])
      expect((await refresh(runtime, filing, one.refreshToken)).status).toBe(200);
    expect(decodeJwt(first.id).sid).toBe(decodeJwt(second.id).sid);
    // After the end, a new hand-over has another name, and the earlier tokens are worth nothing.
    expect((await revocation(runtime, filing, first.refreshToken)).status).toBe(200);
    const third = await entered(token);
    for (const one of [first, second])
      expectRefused(await refresh(runtime, filing, one.refreshToken), 'invalid_grant');
    expect((await refresh(runtime, filing, third.refreshToken)).status).toBe(200);
    expect(await rpRow(runtime, { sessionId, clientId: 'filing-web' })).toMatchObject({
      sid: decodeJwt(third.id).sid,
    });
  });

  long('RFC 6749, 6: a narrower scope, never a wider one, and no other resource', async () => {
    const { token } = await signedIn();
    const one = await entered(token);
    const less = await refresh(runtime, filing, one.refreshToken, { scope: 'openid' });
    expect(less.body.scope).toBe('openid');
    expect(decodeJwt(less.body.id_token)).not.toHaveProperty('name');
    expect((await userinfo(runtime, less.body.access_token)).body).not.toHaveProperty('name');
    const api = await refresh(runtime, filing, one.refreshToken, { scope: 'profile' });
    expect(api.body).not.toHaveProperty('id_token');
    expectRefused(await userinfo(runtime, api.body.access_token), 'insufficient_scope', 403);
    const with_ = (changes: Record<string, string>) => refresh(runtime, filing, one.refreshToken, changes);
    expectRefused(await with_({ scope: 'openid document' }), 'invalid_scope');
    expectRefused(await with_({ scope: ' ' }), 'invalid_scope');
    expectRefused(await with_({ resource: 'http://127.0.0.1/other' }), 'invalid_target');
    expect((await with_({ resource: filing.client.resources[0]?.uri ?? '' })).status).toBe(200);
    // The refresh narrowed only its own answer.
    expect((await with_({})).body.scope).toBe('openid profile');
  });

  long('RFC 9396: what the request narrowed stays narrowed', async () => {
    const { token } = await forCompany();
    const one = await entered(token, filing, {
      authorization_details: JSON.stringify([{ type: 'taxpayer', actions: ['filing'] }]),
    });
    expect(await detailOf(one)).toMatchObject({ actions: ['filing'] });
  });

  long('is for clients that have it, for their own tokens, and each call has its own assertion', async () => {
    const { token, sessionId } = await signedIn();
    const [mine, theirs] = [await entered(token), await entered(token, registers)];
    const without = await entered(token, plain);
    expect(without.refreshToken).toBeUndefined();
    expectRefused(await refresh(runtime, plain, mine.refreshToken), 'unauthorized_client');
    expectRefused(await refresh(runtime, filing, theirs.refreshToken), 'invalid_grant');
    for (const none of ['x', `${mine.refreshToken}x`, mine.access, mine.id, 's1.2.AAAA'])
      expectRefused(await refresh(runtime, filing, none), 'invalid_grant');
    const missing = { refresh_token: undefined } as unknown as Record<string, string>;
    expectRefused(await refresh(runtime, filing, '', missing), 'invalid_request');
    const client_assertion = await assertionOf(runtime, filing);
    expectRefused(await refresh(runtime, filing, 'x', { client_assertion }), 'invalid_grant');
    const again = await refresh(runtime, filing, mine.refreshToken, { client_assertion });
    expectRefused(again, 'invalid_client', 401);
    // None of these calls counted as activity.
    runtime.clock.advance(60);
    expectRefused(await refresh(runtime, filing, 'x'), 'invalid_grant');
    expect((await sessionRow(sessionId)).lastSeenAt).toBe(now() - 60);
  });

  long('of six at once with one assertion one is answered; with six assertions all are', async () => {
    const { token } = await signedIn();
    const { refreshToken } = await entered(token);
    const client_assertion = await assertionOf(runtime, filing);
    const six = Array.from({ length: 6 }, (_, i) => i);
    const one = await Promise.all(
      six.map(() => refresh(runtime, filing, refreshToken, { client_assertion })),
    );
    expect(one.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401]);
    const all = await Promise.all(six.map(() => refresh(runtime, filing, refreshToken)));
    expect(all.map(({ status }) => status)).toEqual(six.map(() => 200));
  });

  long('SSO-14 its token is sealed to others, and the table knows a hash', async () => {
    const { token, sessionId } = await signedIn();
    const { refreshToken, access } = await entered(token);
    await refresh(runtime, filing, refreshToken);
    await userinfo(runtime, access, 'post-body');
    const stored = JSON.stringify(await rows(runtime, 'RpSessions'));
    const logged = JSON.stringify(runtime.logs());
    for (const secret of [refreshToken, access]) {
      expect(stored).not.toContain(secret);
      expect(logged).not.toContain(secret);
    }
    for (const told of [refreshToken, JSON.stringify(decodeJwt(access))])
      expect(told).not.toContain(sessionId);
    const { refreshHash } = await rpRow(runtime, { sessionId, clientId: 'filing-web' });
    expect(refreshHash).toHaveLength(createHash('sha256').digest('base64url').length);
    // The stored hash identifies the token: a token that is sealed in the right way but has another key gives nothing.
    await setHash(
      sessionId,
      refreshHash.replace(/^./, (first: string) => (first === 'A' ? 'B' : 'A')),
    );
    expectRefused(await refresh(runtime, filing, refreshToken), 'invalid_grant');
    expect((await revocation(runtime, filing, refreshToken)).status).toBe(200);
    await setHash(sessionId, refreshHash);
    expect((await refresh(runtime, filing, refreshToken)).status).toBe(200);
  });
});

describe('SSO-7 userinfo', () => {
  long(
    'answers GET, and POST with the token in the header or in the form; the scheme has no case',
    async () => {
      const { token } = await signedIn();
      const { access, id } = await entered(token);
      const { sub, name } = decodeJwt(id);
      for (const how of ['get', 'post-header', 'post-body'] as const) {
        const { status, body, headers } = await userinfo(runtime, access, how);
        expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
        expect(body).toEqual({
          sub,
          name,
          real_name_level: 4,
          identity: { kind: 'natural' },
          authorization_details: [{ type: 'taxpayer', identity: 'natural' }],
        });
      }
      for (const scheme of ['bearer', 'BEARER', 'bEaReR'])
        expect((await userinfo(runtime, access, 'get', scheme)).status).toBe(200);
    },
  );

  long('RFC 6750: tells who brings no token from who brings one that is not good', async () => {
    const { token } = await signedIn();
    const { access } = await entered(token);
    const none = await fetch(`${runtime.url}/oauth2/userinfo?access_token=${access}`);
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer, DPoP algs="ES256"']);
    for (const how of ['get', 'post-body'] as const) {
      const bad = await userinfo(runtime, 'a.b.c', how);
      expectRefused(bad, 'invalid_token', 401);
      expect(bad.headers.get('www-authenticate')).toMatch(
        /^Bearer error="invalid_token", error_description="/,
      );
    }
    const both = await fetch(`${runtime.url}/oauth2/userinfo`, {
      method: 'POST',
      headers: { authorization: `Bearer ${access}` },
      body: new URLSearchParams({ access_token: access }),
    });
    expect([both.status, ((await both.json()) as Loose).error]).toEqual([400, 'invalid_request']);
    runtime.clock.advance(300);
    expectRefused(await userinfo(runtime, access), 'invalid_token', 401);
  });

  long('DATA-01 names the document here alone, to whom the settings say, when it was asked for', async () => {
    const { who, token } = await signedIn();
    const asking = { scope: 'openid profile document' };
    const one = await entered(token, registers, asking);
    const { body } = await userinfo(runtime, one.access);
    expect(body.document).toEqual({ type: who.documentType, number: who.documentNumber });
    const { body: refreshed } = await refresh(runtime, registers, one.refreshToken);
    for (const elsewhere of [one.body, decodeJwt(one.access), decodeJwt(one.id), refreshed])
      expect(JSON.stringify(elsewhere)).not.toContain(who.documentNumber);
    const unasked = await entered(token, registers);
    expect((await userinfo(runtime, unasked.access)).body).not.toHaveProperty('document');
    const notAllowed = await entered(token, filing, asking);
    expect(notAllowed.body.scope).toBe('openid profile');
    expect((await userinfo(runtime, notAllowed.access)).body).not.toHaveProperty('document');
  });
});

describe('SSO-11 introspection', () => {
  long('RFC 7662: a system asks about tokens for the resource that it keeps', async () => {
    const { token, taxpayerId } = await forCompany();
    const { access, id } = await entered(token);
    const { status, body, headers } = await introspection(runtime, registers, access);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    const { iss, sub, aud, client_id, scope, jti, sid, iat, exp, auth_time, acr, real_name_level } =
      decodeJwt(access);
    expect(body).toEqual({
      active: true,
      token_type: 'Bearer',
      ...{ iss, sub, aud, client_id, scope, jti, sid, iat, exp, auth_time, acr, real_name_level },
      authorization_details: [expect.objectContaining({ role: 'tax-handler' })],
    });
    expect(body.sub).toBe(decodeJwt(id).sub);
    expect(body.authorization_details[0].taxpayer.id).toBe(taxpayerId);
    const hinted = { token_type_hint: 'refresh_token' };
    expect((await introspection(runtime, registers, access, hinted)).body.active).toBe(true);
  });

  long('everybody else, and of every other token, hears {active: false} and no more', async () => {
    const { token } = await signedIn();
    const [mine, theirs] = [await entered(token), await entered(token, registers)];
    for (const [system, asked] of [
      [filing, mine.access],
      [filing, theirs.access],
      [registers, theirs.access],
      [registers, mine.refreshToken],
      [registers, mine.id],
      [registers, token],
      [registers, 'x'],
      [registers, 'x'.repeat(9_000)],
    ] as const)
      expect((await introspection(runtime, system, asked)).body).toEqual({ active: false });
    runtime.clock.advance(300);
    expect((await introspection(runtime, registers, mine.access)).body).toEqual({ active: false });
    expectRefused(await introspection(runtime, registers, ''), 'invalid_request');
    const without = { client_assertion: '' };
    expectRefused(await introspection(runtime, registers, mine.access, without), 'invalid_client', 401);
  });
});

describe('SSO-11 revocation', () => {
  it.each(['refreshToken', 'access'] as const)(
    'RFC 7009: the %s ends the hand-over, and the system is told',
    async (kind) => {
      const { who, token, sessionId } = await signedIn();
      const [one, other] = [await entered(token), await entered(token, registers)];
      filing.tokens.length = 0;
      const { status, body } = await revocation(runtime, filing, one[kind]);
      expect([status, body]).toEqual([200, undefined]);
      await expectOver(one);
      await runtime.settled();
      expect(await rpRow(runtime, { sessionId, clientId: 'filing-web' })).toMatchObject({
        ended: { reason: 'revoked' },
      });
      expect(filing.tokens.map((logout) => decodeJwt(logout).sid)).toEqual([decodeJwt(one.id).sid]);
      const events = await rows(runtime, 'Audit');
      expect(
        events.filter(({ subject, detail }) => subject === who.personKey && detail?.reason === 'revoked'),
      ).toHaveLength(2);
      // The session and the hand-overs to other systems continue.
      expectStatus(await runtime.http('GET', '/v1/session', undefined, { token }), 200);
      expect((await userinfo(runtime, other.access)).status).toBe(200);
      // A second revocation changes nothing.
      expect((await revocation(runtime, filing, one[kind])).status).toBe(200);
    },
  );

  long(
    'RFC 7009: a token that is unknown, over or somebody else’s is answered 200, and nothing ends',
    async () => {
      const { token } = await signedIn();
      const [mine, theirs] = [await entered(token), await entered(token, registers)];
      for (const one of [theirs.refreshToken, theirs.access, mine.id, token, 'x', 'x'.repeat(9_000)])
        expect((await revocation(runtime, filing, one)).status).toBe(200);
      expect(
        (await revocation(runtime, filing, mine.refreshToken, { token_type_hint: 'no_such_type' })).status,
      ).toBe(200);
      await expectOver(mine);
      expect((await userinfo(runtime, theirs.access)).status).toBe(200);
      expectRefused(await revocation(runtime, filing, ''), 'invalid_request');
      const client_assertion = await assertionOf(runtime, filing, { aud: 'https://elsewhere.example.cn' });
      expectRefused(
        await revocation(runtime, filing, mine.refreshToken, { client_assertion }),
        'invalid_client',
        401,
      );
    },
  );
});

type Changed = Session & Loose;
const relationChange = (changes: object) => (one: Changed) =>
  changeRelation(runtime, one.who, one.taxpayerId, 'tax-handler', { ...changes });
async function switchToPerson({ token }: Session) {
  const { choices } = (await runtime.http('GET', '/v1/session/identities', undefined, { token })).body;
  const { choiceId } = choices.find(({ identity }: Loose) => identity.kind === 'natural');
  expectStatus(await runtime.http('POST', '/v1/session/identity', { choiceId }, { token }), 200);
}
const leave = (token: string) =>
  runtime.http('DELETE', '/v1/session/systems/filing-web', undefined, { token });

describe('SSO-7 SSO-8 what ends is known to the very next refresh, userinfo and introspection', () => {
  keeping(2)<[string, () => Promise<Changed>, (one: Changed) => Promise<unknown>]>([
    ['SES-1 退出', signedIn, async ({ token }) => expectStatus(await logOut(token), 204)],
    ['REL-7 the relation is deleted', forCompany, relationChange({ state: 'deleted' })],
    [
      'AGY-4 the agreement ends',
      agentFor,
      ({ agreement }) => feed(runtime, { ...agreement, until: yesterday }),
    ],
    [
      'ORD-1 the account is suspended',
      signedIn,
      async ({ who }) => expectStatus(await orderAtHall(runtime, who, 'suspend'), 204),
    ],
    [
      'ENT-4 the company is cancelled',
      forCompany,
      ({ taxpayerId }) => feed(runtime, companyLine(taxpayerId, { state: 'cancelled' })),
    ],
    ['SWI-2 the person switches', forCompany, switchToPerson],
    [
      'SPC-3 the report ends',
      atReport,
      ({ taxpayerId, reportNo }) =>
        feed(runtime, reportLine(taxpayerId, reportNo, undefined, { validUntil: yesterday })),
    ],
    [
      'AGY-1 the staff form names others',
      agentFor,
      async ({ firm }) => feed(runtime, staffLine(firm, [await knownPerson(runtime)])),
    ],
    [
      'SSO-13 the person leaves the system',
      signedIn,
      async ({ token }) => expectStatus(await leave(token), 204),
    ],
    [
      'AGY-1 the agency is cancelled',
      agentFor,
      ({ firm }) => feed(runtime, companyLine(firm, { state: 'cancelled' })),
    ],
    [
      'ENT-2 the company waits for confirmation',
      forCompany,
      ({ taxpayerId }) => feed(runtime, companyLine(taxpayerId, { state: 'awaiting-confirmation' })),
    ],
    ['SES-3 a newer login', signedIn, ({ who }) => loggedInByFace(runtime, who)],
    [
      'ORD-1 the sessions are ended by order',
      signedIn,
      async ({ who }) => expectStatus(await orderAtHall(runtime, who, 'end-sessions'), 204),
    ],
    [
      'REL-8 nothing of what was asked for is permitted any more',
      forCompany,
      relationChange({ permissions: [] }),
    ],
  ])('%s', async (what, before, change) => {
    const one = await before();
    const asked = what.startsWith('REL-8')
      ? { authorization_details: JSON.stringify([{ type: 'taxpayer', actions: ['filing'] }]) }
      : {};
    const mine = await entered(one.token, filing, asked as Record<string, string>);
    await detailOf(mine);
    filing.tokens.length = 0;
    await change(one);
    await expectOver(mine);
    // In every case the system is told (SSO-8).
    await runtime.settled();
    expect(filing.tokens.map((logout) => decodeJwt(logout).sid)).toContain(decodeJwt(mine.id).sid);
  });

  long('REL-3 the last day of a relation: over at midnight, without any write', async () => {
    const one = await forCompany();
    await changeRelation(runtime, one.who, one.taxpayerId, 'tax-handler', { validUntil: '2027-03-02' });
    runtime.clock.set('2027-03-02T23:57:00+08:00');
    const { token } = await inCompany(runtime, one.who, one.taxpayerId);
    const mine = await entered(token);
    expect(await detailOf(mine)).toMatchObject({ valid_until: '2027-03-02' });
    runtime.clock.set('2027-03-03T00:00:00+08:00');
    await expectOver(mine);
  });
});

describe('SSO-7 what is narrowed is narrowed at the very next call', () => {
  long('REL-8 a permission', async () => {
    const one = await forCompany();
    const mine = await entered(one.token);
    expect((await detailOf(mine)).actions).toContain('invoice');
    await changeRelation(runtime, one.who, one.taxpayerId, 'tax-handler', { permissions: ['enquiry'] });
    expect((await detailOf(mine)).actions).toEqual(['enquiry']);
    await changeRelation(runtime, one.who, one.taxpayerId, 'tax-handler', {
      permissions: ['enquiry', 'filing'],
    });
    expect((await detailOf(mine)).actions.sort()).toEqual(['enquiry', 'filing']);
  });

  long('AGY-1 the items of an agreement', async () => {
    const one = await agentFor();
    const mine = await entered(one.token);
    const before = await detailOf(mine);
    expect(before.basis.items).toEqual(['tax-declaration', 'tax-planning']);
    await feed(runtime, { ...one.agreement, items: ['tax-planning'] });
    const after = await detailOf(mine);
    expect([after.basis.items, after.actions]).toEqual([['tax-planning'], ['enquiry']]);
    expect(before.actions).not.toEqual(after.actions);
  });
});

/** The refresh has read that everything is valid, and its write is held. */
describe('SSO-7 between the reads of a refresh and its write', () => {
  const beside = (refreshToken: string, meanwhile: () => Promise<unknown>) =>
    whileHeld(runtime, { function: 'sso-token' }, () => refresh(runtime, filing, refreshToken), meanwhile);

  keeping(1)<[string, () => Promise<Changed>, (one: Changed) => Promise<unknown>]>([
    ['退出', signedIn, async ({ token }) => expectStatus(await logOut(token), 204)],
    ['the relation is deleted', forCompany, relationChange({ state: 'deleted' })],
    ['the person leaves the system', signedIn, async ({ token }) => expectStatus(await leave(token), 204)],
    ['a switch', forCompany, switchToPerson],
    [
      'the account is suspended',
      signedIn,
      async ({ who }) => expectStatus(await orderAtHall(runtime, who, 'suspend'), 204),
    ],
    [
      'the company is cancelled',
      forCompany,
      ({ taxpayerId }) => feed(runtime, companyLine(taxpayerId, { state: 'cancelled' })),
    ],
    ['the agreement ends', agentFor, ({ agreement }) => feed(runtime, { ...agreement, until: yesterday })],
  ])('%s: no tokens, and nothing counts as seen', async (_what, before, change) => {
    const one = await before();
    const { refreshToken } = await entered(one.token);
    runtime.clock.advance(60);
    const reply = await beside(refreshToken, () => change(one));
    expectRefused(reply, 'invalid_grant');
    expect((await sessionRow(one.sessionId)).lastSeenAt).toBeLessThan(now());
  });

  long('REL-8 a permission is narrowed: read anew, and so answered', async () => {
    const one = await forCompany();
    const { refreshToken } = await entered(one.token);
    const reply = await beside(refreshToken, () => relationChange({ permissions: ['enquiry'] })(one));
    expect(reply.status).toBe(200);
    expect(reply.body.authorization_details[0].actions).toEqual(['enquiry']);
  });

  long('SSO-5 a new hand-over as the same person: both are good', async () => {
    const one = await signedIn();
    const { refreshToken } = await entered(one.token);
    const reply = await beside(refreshToken, () => entered(one.token));
    expect(reply.status).toBe(200);
  });
});

describe('the cost', () => {
  long('SSO-7 SSO-11 of refresh, userinfo and introspection: chains of at most three calls', async () => {
    const one = await agentFor();
    const mine = await entered(one.token);
    const theirs = await entered((await signedIn()).token, registers, { scope: 'openid document' });
    await said(mine);
    runtime.resetUsage();
    for (const place of [
      () => refresh(runtime, filing, mine.refreshToken),
      () => userinfo(runtime, mine.access),
      () => userinfo(runtime, theirs.access),
      () => introspection(runtime, registers, mine.access),
    ])
      expect((await place()).status).toBe(200);
    const { routes }: Loose = runtime.usage()['sso-token'];
    const of = (route: string) => [
      routes[route].calls / routes[route].invocations,
      routes[route].longestChain,
    ];
    expect(of('POST /oauth2/token')).toEqual([3, 3]);
    expect(of('GET /oauth2/userinfo')).toEqual([2, 2]);
    expect(of('POST /oauth2/introspect')).toEqual([3, 3]);
  });
});

describe('a matter that was shown on the way', () => {
  const details = (matter: string) => JSON.stringify([{ type: 'matter', matter, nonce: 'n-1' }]);
  /**
   * The steps before the exchange: an invoice matter uses the face check of the login, another matter needs a scan of
   * its own.
   */
  async function codeWith({ who, token }: Session, matter: string) {
    const begun = await begin(runtime, filing, { authorization_details: details(matter) });
    const page = pageOf(runtime, begun, token);
    const { body } = await page.stepUp();
    if (body.scan)
      expectStatus(
        await localPartner(runtime, 'ahtax-app', workingAs(who)).showFace(body.scan.qrContent),
        200,
      );
    const { redirectTo } = expectStatus(await page.approve(), 200).body;
    return { ...begun, code: new URL(redirectTo).searchParams.get('code') ?? '' };
  }
  async function enteredWith(session: Session, matter = 'invoice.issue'): Promise<Entered> {
    const { body } = await exchange(runtime, filing, await codeWith(session, matter));
    return { access: body.access_token, refreshToken: body.refresh_token, id: body.id_token, body };
  }
  const matterIn = ({ body }: { body: Loose }) =>
    body.authorization_details.find(({ type }: Loose) => type === 'matter');
  const expectTold = async (one: Entered, matter: unknown) => {
    const { refreshed, info, asked } = await said(one);
    expect([refreshed, info, asked].map(matterIn)).toEqual([matter, matter, matter]);
    expect(
      (decodeJwt(refreshed.body.access_token) as Loose).authorization_details.find(
        ({ type }: Loose) => type === 'matter',
      ),
    ).toEqual(matter);
  };
  const issue = () => ({
    type: 'matter',
    matter: 'invoice.issue',
    at: now(),
    level: 4,
    valid_until: now() + 86_400,
    nonce: 'n-1',
  });

  long('SSO-9 SSO-7 PHN-4 is told at each use, until a number is recovered', async () => {
    const session = await signedIn();
    const matter = issue();
    const one = await enteredWith(session);
    await expectTold(one, matter);
    runtime.clock.advance(61);
    await expectTold(one, matter);
    await recoverPhone(runtime, session.who);
    await expectTold(one, undefined);
  });

  long('SSO-9 SSO-7 STP-4 goes with the permission that it needs, and the hand-over stays', async () => {
    const session = await forCompany();
    const one = await enteredWith(session);
    await expectTold(one, issue());
    const narrow = { permissions: ['enquiry'] };
    await changeRelation(runtime, session.who, session.taxpayerId, 'tax-handler', narrow);
    await expectTold(one, undefined);
  });

  long('SSO-9 SSO-7 STP-4 is over by its own time', async () => {
    const one = await enteredWith(await signedIn(), 'refund.apply');
    const until = matterIn(one).valid_until - now();
    expect(until).toBe(300);
    runtime.clock.advance(until - 1);
    expect(matterIn(await refresh(runtime, filing, one.refreshToken))).toBeDefined();
    runtime.clock.advance(1);
    expect(matterIn(await refresh(runtime, filing, one.refreshToken))).toBeUndefined();
  });

  long(
    'SSO-9 PHN-4 beside a recovered number a refresh leaves it out, and a code gives nothing',
    async () => {
      const session = await signedIn();
      const one = await enteredWith(session);
      const code = await codeWith(session, 'invoice.issue');
      runtime.clock.advance(61);
      const later = await codeWith(session, 'invoice.issue');
      expectRefused(await exchange(runtime, filing, code), 'invalid_grant');
      const replies = await whileHeld(
        runtime,
        { function: 'sso-token' },
        () => refresh(runtime, filing, one.refreshToken),
        async () => {
          await recoverPhone(runtime, session.who);
          expectRefused(await exchange(runtime, filing, later), 'invalid_grant');
        },
      );
      expect([replies.status, matterIn(replies)]).toEqual([200, undefined]);
    },
  );

  long('SSO-9 the acr is told by the very word that was asked', async () => {
    const one = await entered((await signedIn()).token, filing, { acr_values: 'urn:ahtax:2fa' });
    const { refreshed, asked } = await said(one);
    expect([decodeJwt(refreshed.body.access_token).acr, asked.body.acr]).toEqual([
      'urn:ahtax:2fa',
      'urn:ahtax:2fa',
    ]);
  });
});
