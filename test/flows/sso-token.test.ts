import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Loose } from '../support/client.ts';
import { whileHeld } from '../support/held.ts';
import { expectStatus, loggedInByFace } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import {
  history,
  type Known,
  knownPerson,
  morning,
  openWatchedRuntime,
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
import { assertionOf, exchange, type Granted, granted, postForm } from './support/hand-overs.ts';
import { companyLine, companyOf, feed } from './support/registry.ts';
import { changeRelation, giveRelation, inCompany } from './support/relations.ts';
import { reportLine, reportNumber, underReport } from './support/reports.ts';
import { rpRow, type StandIn, standIn } from './support/rps.ts';
import { setIn } from './support/tables.ts';

let runtime: WatchedRuntime;
let filing: StandIn;
let invoice: StandIn;
beforeAll(async () => {
  [filing, invoice] = await Promise.all([
    standIn('filing-web'),
    standIn('invoice-web', { sector: 'invoice' }),
  ]);
  runtime = await openWatchedRuntime({ relyingParties: [filing, invoice].map(({ client }) => client) });
});
afterAll(async () => {
  filing.stop();
  invoice.stop();
  await runtime?.finish();
});
beforeEach(() => {
  runtime.clock.set(morning);
  for (const one of [filing, invoice]) one.tokens.length = 0;
});

const signedIn = async () => {
  const who = await knownPerson(runtime);
  const { session } = await loggedInByFace(runtime, who);
  return { who, token: session.accessToken as string, sessionId: session.sessionId as string };
};
const forCompany = async () => {
  const who = await knownPerson(runtime);
  const boss = await knownPerson(runtime);
  const taxpayerId = await companyOf(runtime, boss);
  await giveRelation(runtime, who, taxpayerId, 'tax-handler');
  const { token } = await inCompany(runtime, who, taxpayerId);
  const { body } = expectStatus(await runtime.http('GET', '/v1/session', undefined, { token }), 200);
  return { who, boss, taxpayerId, token, sessionId: body.session.sessionId as string };
};
const handOver = (sessionId: string, { client }: StandIn = filing) =>
  rpRow(runtime, { sessionId, clientId: client.clientId });
const logOut = (token: string) => runtime.http('DELETE', '/v1/session', undefined, { token });
const kinds = async (who: Known) =>
  (await history(runtime, who))
    .map(({ kind }) => kind)
    .filter((kind) => kind.startsWith('sso-'))
    // Events of the same moment have no fixed order.
    .sort();
const expectRefused = (reply: { status: number; body: Loose }, error: string, status = 400) => {
  expect([reply.status, reply.body.error]).toEqual([status, error]);
  expect(Object.keys(reply.body).sort()).toEqual(['error', 'error_description']);
};
const expectGood = async (code: Granted, system = filing) =>
  expectStatus((await exchange(runtime, system, code)) as Loose, 200);

describe('SSO-6 tokens', () => {
  it('of a person: who came and how, under a pseudonym, verified with our keys', async () => {
    const { who, token, sessionId } = await signedIn();
    const nonce = 'n-0S6_WzA2Mj';
    const reply = await exchange(runtime, filing, await granted(runtime, filing, token, { nonce }));
    expect(reply.status).toBe(200);
    expect(reply.headers.get('cache-control')).toBe('no-store');
    const { access_token, id_token, refresh_token, ...rest } = reply.body;
    expect(refresh_token).toMatch(/^s1\.[\w-]+\.[\w-]+$/);
    const details = [{ type: 'taxpayer', identity: 'natural' }];
    expect(rest).toEqual({
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'openid profile',
      authorization_details: details,
    });
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', runtime.url));
    const checked = { issuer: runtime.issuer, algorithms: ['ES256'], currentDate: runtime.clock.now() };
    const id = await jwtVerify(id_token, keys, { ...checked, audience: 'filing-web', typ: 'JWT' });
    const now = Math.floor(runtime.clock.now().getTime() / 1000);
    const { sid, sub, ...claims } = id.payload;
    expect(claims).toEqual({
      iss: runtime.issuer,
      aud: 'filing-web',
      iat: now,
      exp: now + 300,
      nonce,
      auth_time: now,
      acr: 'urn:ahtax:face',
      amr: ['pwd', 'face', 'mfa'],
      real_name_level: 4,
      identity: { kind: 'natural' },
      name: expect.stringMatching(/^.\*+$/),
    });
    const resource = filing.client.resources[0]?.uri ?? '';
    const access = await jwtVerify(access_token, keys, { ...checked, audience: resource, typ: 'at+jwt' });
    expect(access.payload).toEqual({
      iss: runtime.issuer,
      aud: resource,
      sub,
      sid,
      // The session, readable only for us; it is sealed, so that two systems cannot compare it.
      ses: expect.stringMatching(/^s1\.[\w-]+\.[\w-]+$/),
      client_id: 'filing-web',
      scope: 'openid profile',
      jti: expect.stringMatching(/^[\w-]{32}$/),
      iat: now,
      exp: now + 300,
      auth_time: now,
      acr: 'urn:ahtax:face',
      real_name_level: 4,
      authorization_details: details,
    });
    expect(await handOver(sessionId)).toMatchObject({
      sid,
      sub,
      personKey: who.personKey,
      identityVersion: 1,
    });
    expect(await kinds(who)).toEqual(['sso-decided', 'sso-handed-over']);
    // The tokens contain neither the person key nor the number nor the name.
    const said = JSON.stringify([id.payload, access.payload, reply.body]);
    for (const secret of [who.personKey, who.documentNumber, who.name, who.phone, sessionId])
      expect(said).not.toContain(secret);
  });

  long('of a company: whom for, in which role, with which permissions, and not in the ID token', async () => {
    const { taxpayerId, token } = await forCompany();
    const { body } = await exchange(runtime, filing, await granted(runtime, filing, token));
    const detail = {
      type: 'taxpayer',
      identity: 'enterprise',
      taxpayer: { ref: expect.any(String), name: '合肥徽香茶业有限公司', id: taxpayerId },
      role: 'tax-handler',
      actions: expect.arrayContaining(['filing', 'declaration', 'enquiry', 'invoice']),
      valid_until: null,
      report_no: null,
      basis: { kind: 'relation' },
    };
    expect(body.authorization_details).toEqual([detail]);
    expect(decodeJwt(body.access_token).authorization_details).toEqual([detail]);
    const id = decodeJwt(body.id_token);
    expect(id.identity).toEqual({ kind: 'enterprise', role: 'tax-handler' });
    expect(JSON.stringify(id)).not.toContain(taxpayerId);
  });

  long('say nothing of the name without the scope profile', async () => {
    const { token } = await signedIn();
    const { body } = await exchange(
      runtime,
      filing,
      await granted(runtime, filing, token, { scope: 'openid' }),
    );
    expect(decodeJwt(body.id_token)).not.toHaveProperty('name');
    expect(body.scope).toBe('openid');
  });

  long('are different pseudonyms in different sectors', async () => {
    const { token } = await signedIn();
    const [one, other] = await Promise.all(
      [filing, invoice].map(async (system) => {
        const { body } = await exchange(runtime, system, await granted(runtime, system, token));
        return decodeJwt(body.id_token).sub;
      }),
    );
    expect(one).toBeTruthy();
    expect(one).not.toBe(other);
  });

  long('serve nowhere here: neither opens the portal', async () => {
    const { token } = await signedIn();
    const { body } = await exchange(runtime, filing, await granted(runtime, filing, token));
    for (const foreign of [body.id_token, body.access_token]) {
      const reply = await runtime.http('GET', '/v1/session', undefined, { token: foreign });
      expectStatus(reply, 401);
    }
    expect(decodeProtectedHeader(body.id_token)).toMatchObject({ alg: 'ES256', typ: 'JWT' });
  });

  long('a second hand-over as the same identity keeps its name, one after an end gets its own', async () => {
    const { token, sessionId } = await signedIn();
    const sidOf = async () =>
      decodeJwt((await exchange(runtime, filing, await granted(runtime, filing, token))).body.id_token).sid;
    const first = await sidOf();
    expect(await sidOf()).toBe(first);
    const replayed = await granted(runtime, filing, token);
    await exchange(runtime, filing, replayed);
    runtime.clock.advance(11);
    expectRefused(await exchange(runtime, filing, replayed), 'invalid_grant');
    expect((await handOver(sessionId)).ended.reason).toBe('replay');
    expect(await sidOf()).not.toBe(first);
    expect(await handOver(sessionId)).not.toHaveProperty('ended');
  });
});

describe('SSO-5 a code works once', () => {
  long('of twelve exchanges at once: one set of tokens, eleven invalid_grant, one hand-over', async () => {
    const { who, token } = await signedIn();
    const code = await granted(runtime, filing, token);
    const replies = await Promise.all(Array.from({ length: 12 }, () => exchange(runtime, filing, code)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(11).fill(400)]);
    for (const reply of replies.filter(({ status }) => status !== 200)) expectRefused(reply, 'invalid_grant');
    expect(await kinds(who)).toEqual(['sso-decided', 'sso-handed-over']);
  });

  long('two at once after both have read it open: the transaction decides', async () => {
    const { token } = await signedIn();
    const code = await granted(runtime, filing, token);
    let second: Loose;
    const first = await whileHeld(
      runtime,
      { function: 'sso-token' },
      () => exchange(runtime, filing, code),
      async () => {
        second = await exchange(runtime, filing, code);
      },
    );
    expect(second.status).toBe(200);
    expectRefused(first, 'invalid_grant');
  });

  long(
    'two codes of one session for one system at once: both are good, and one hand-over is left',
    async () => {
      const { token, sessionId } = await signedIn();
      const codes = [await granted(runtime, filing, token), await granted(runtime, filing, token)] as const;
      let second: Loose;
      const first = await whileHeld(
        runtime,
        { function: 'sso-token' },
        () => exchange(runtime, filing, codes[0]),
        async () => {
          second = await exchange(runtime, filing, codes[1]);
        },
      );
      const sids = [first, second].map(({ body }) => decodeJwt(body.id_token).sid);
      expect(sids).toEqual([(await handOver(sessionId)).sid, sids[0]]);
    },
  );

  long(
    'beside the end of the hand-over before: a new one under its own name, and the old is told',
    async () => {
      const { token, sessionId } = await signedIn();
      const before = await expectGood(await granted(runtime, filing, token));
      const { sid } = decodeJwt(before.body.id_token);
      const code = await granted(runtime, filing, token);
      const reply = await whileHeld(
        runtime,
        { function: 'sso-token' },
        () => exchange(runtime, filing, code),
        async () =>
          expectStatus(
            await runtime.http('DELETE', '/v1/session/systems/filing-web', undefined, { token }),
            204,
          ),
      );
      await runtime.settled();
      const next = decodeJwt(reply.body.id_token).sid;
      expect(next).not.toBe(sid);
      expect(await handOver(sessionId)).toMatchObject({ sid: next });
      expect(await handOver(sessionId)).not.toHaveProperty('ended');
      expect(filing.tokens.map((logout) => decodeJwt(logout).sid)).toEqual([sid]);
    },
  );

  it('again within ten seconds is a double call and ends nothing; later it ends what the first gave', async () => {
    const { who, token, sessionId } = await signedIn();
    const code = await granted(runtime, filing, token);
    const { sid } = decodeJwt((await exchange(runtime, filing, code)).body.id_token);
    runtime.clock.advance(10);
    expectRefused(await exchange(runtime, filing, code), 'invalid_grant');
    expect(await handOver(sessionId)).not.toHaveProperty('ended');
    runtime.clock.advance(1);
    // With the code alone nobody can end the hand-over: not another client, and nobody without the verifier.
    expectRefused(await exchange(runtime, invoice, code), 'invalid_grant');
    expectRefused(await exchange(runtime, filing, { ...code, verifier: 'x'.repeat(43) }), 'invalid_grant');
    expect(await handOver(sessionId)).not.toHaveProperty('ended');
    expectRefused(await exchange(runtime, filing, code), 'invalid_grant');
    await runtime.settled();
    expect(await handOver(sessionId)).toMatchObject({ sid, ended: { reason: 'replay' } });
    expect(filing.tokens.map((logout) => decodeJwt(logout).sid)).toEqual([sid]);
    expect(await kinds(who)).toContain('sso-replayed');
    // The session is live; only the hand-over of the code has ended.
    expectStatus(await runtime.http('GET', '/v1/session', undefined, { token }), 200);
    // A third call changes nothing more.
    expectRefused(await exchange(runtime, filing, code), 'invalid_grant');
    expect((await kinds(who)).filter((kind) => kind === 'sso-replayed')).toHaveLength(1);
  });

  it('a whole call that is sent again later ends nothing: its assertion is spent', async () => {
    const { token, sessionId } = await signedIn();
    const code = await granted(runtime, filing, token);
    const client_assertion = await assertionOf(runtime, filing);
    expect((await exchange(runtime, filing, code, { client_assertion })).status).toBe(200);
    runtime.clock.advance(30);
    expectRefused(await exchange(runtime, filing, code, { client_assertion }), 'invalid_client', 401);
    expect(await handOver(sessionId)).not.toHaveProperty('ended');
  });

  long('lost on the way to us or back from the table, the write is made once and answered', async () => {
    const { who, token } = await signedIn();
    for (const kind of ['error500', 'after'] as const) {
      const code = await granted(runtime, filing, token);
      runtime.faults.add({ function: 'sso-token', action: 'TransactWriteItems', kind });
      await expectGood(code);
    }
    expect((await kinds(who)).filter((kind) => kind === 'sso-handed-over')).toHaveLength(2);
  });

  long(
    'an answer that the client never saw: its second try is refused, nothing ends, and a new request comes silently',
    async () => {
      const { token, sessionId } = await signedIn();
      const code = await granted(runtime, filing, token);
      await exchange(runtime, filing, code);
      runtime.clock.advance(2);
      expectRefused(await exchange(runtime, filing, code), 'invalid_grant');
      const { sid } = await handOver(sessionId);
      const { body } = await exchange(runtime, filing, await granted(runtime, filing, token));
      expect(decodeJwt(body.id_token).sid).toBe(sid);
    },
  );
});

describe('SSO-5 a miss spends nothing', () => {
  const cases: [string, (code: Granted) => Promise<{ status: number; body: Loose }>, string][] = [
    ['another client', (code) => exchange(runtime, invoice, code), 'invalid_grant'],
    [
      'another verifier',
      (code) => exchange(runtime, filing, { ...code, verifier: 'v'.repeat(43) }),
      'invalid_grant',
    ],
    [
      'a verifier too short',
      (code) => exchange(runtime, filing, { ...code, verifier: 'v' }),
      'invalid_grant',
    ],
    [
      'another redirect_uri',
      (code) => exchange(runtime, filing, { ...code, redirectUri: `${code.redirectUri}/` }),
      'invalid_grant',
    ],
    [
      'an unknown code',
      (code) => exchange(runtime, filing, { ...code, code: 'c'.repeat(43) }),
      'invalid_grant',
    ],
    ['no code', (code) => exchange(runtime, filing, code, { code: undefined }), 'invalid_request'],
    ['an empty code', (code) => exchange(runtime, filing, code, { code: '' }), 'invalid_request'],
    [
      'no verifier',
      (code) => exchange(runtime, filing, code, { code_verifier: undefined }),
      'invalid_request',
    ],
    [
      'no redirect_uri',
      (code) => exchange(runtime, filing, code, { redirect_uri: undefined }),
      'invalid_request',
    ],
    [
      'no grant_type',
      (code) => exchange(runtime, filing, code, { grant_type: undefined }),
      'invalid_request',
    ],
    [
      'a code too long',
      (code) => exchange(runtime, filing, code, { code: 'c'.repeat(1025) }),
      'invalid_request',
    ],
    [
      'another grant_type',
      (code) => exchange(runtime, filing, code, { grant_type: 'password' }),
      'unsupported_grant_type',
    ],
    [
      'another resource',
      (code) => exchange(runtime, filing, code, { resource: 'http://127.0.0.1/x' }),
      'invalid_target',
    ],
  ];
  it('a form that is refused spends its assertion, whatever is wrong with it', async () => {
    const { token } = await signedIn();
    const code = await granted(runtime, filing, token);
    for (const changes of [
      { grant_type: undefined },
      { grant_type: 'g'.repeat(65) },
      { code: 'c'.repeat(1025) },
      { code_verifier: undefined },
      { scope: 's'.repeat(1025) },
    ]) {
      const client_assertion = await assertionOf(runtime, filing);
      expect((await exchange(runtime, filing, code, { client_assertion, ...changes })).status).toBe(400);
      expectRefused(await exchange(runtime, filing, code, { client_assertion }), 'invalid_client', 401);
    }
    await expectGood(code);
  });

  it.each(cases)('%s', async (_what, call, error) => {
    const { token } = await signedIn();
    const code = await granted(runtime, filing, token);
    expectRefused(await call(code), error);
    await expectGood(code);
  });

  long('a parameter sent twice', async () => {
    const { token } = await signedIn();
    const code = await granted(runtime, filing, token);
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code: code.code,
      redirect_uri: code.redirectUri,
      code_verifier: code.verifier,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertionOf(runtime, filing),
    });
    form.append('code', code.code);
    expectRefused(await postForm(runtime, '/oauth2/token', form), 'invalid_request');
    await expectGood(code);
  });

  long('a code is good for a minute, counted when it is read', async () => {
    const { token } = await signedIn();
    const [late, intime] = [await granted(runtime, filing, token), await granted(runtime, filing, token)];
    runtime.clock.advance(59);
    await expectGood(intime);
    runtime.clock.advance(1);
    expectRefused(await exchange(runtime, filing, late), 'invalid_grant');
  });
});

describe('SSO-3 the client says who it is, once', () => {
  long(
    'one assertion on six codes at once: one accepted, five invalid_client, and those five codes still good',
    async () => {
      const { token } = await signedIn();
      const codes: Granted[] = [];
      for (let i = 0; i < 6; i++) codes.push(await granted(runtime, filing, token));
      const client_assertion = await assertionOf(runtime, filing);
      const replies = await Promise.all(
        codes.map((code) => exchange(runtime, filing, code, { client_assertion })),
      );
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401]);
      const left = codes.filter((_, i) => replies[i]?.status === 401);
      for (const reply of replies.filter(({ status }) => status === 401))
        expectRefused(reply, 'invalid_client', 401);
      for (const code of left) await expectGood(code);
    },
  );

  it('a refused call spends its assertion too, and not the code', async () => {
    const { token } = await signedIn();
    const code = await granted(runtime, filing, token);
    const client_assertion = await assertionOf(runtime, filing);
    const wrong = { ...code, verifier: 'v'.repeat(43) };
    expectRefused(await exchange(runtime, filing, wrong, { client_assertion }), 'invalid_grant');
    expectRefused(await exchange(runtime, filing, wrong, { client_assertion }), 'invalid_client', 401);
    expectRefused(await exchange(runtime, filing, code, { client_assertion }), 'invalid_client', 401);
    await expectGood(code);
  });

  it.each<[string, (code: Granted) => Promise<Record<string, string | undefined>>]>([
    ['no assertion', async () => ({ client_assertion: undefined, client_assertion_type: undefined })],
    [
      'an assertion of another system',
      async () => ({ client_assertion: await assertionOf(runtime, invoice), client_id: 'filing-web' }),
    ],
    [
      'an audience that is not ours',
      async () => ({
        client_assertion: await assertionOf(runtime, filing, { aud: `${runtime.issuer}/oauth2/token` }),
      }),
    ],
    ['an expired one', async () => ({ client_assertion: await assertionOf(runtime, filing, { exp: 1 }) })],
    ['a secret beside it', async () => ({ client_secret: 'secret' })],
  ])('%s: invalid_client, and the code is still good', async (_what, changes) => {
    const { token } = await signedIn();
    const code = await granted(runtime, filing, token);
    expectRefused(await exchange(runtime, filing, code, await changes(code)), 'invalid_client', 401);
    await expectGood(code);
  });
});

describe('SSO-5 what ends between decision and exchange', () => {
  const expectNothing = async (sessionId: string, reply: { status: number; body: Loose }) => {
    expectRefused(reply, 'invalid_grant');
    expect(await handOver(sessionId)).toBeUndefined();
  };

  long('退出: the code gives nothing, before the exchange reads and after', async () => {
    const one = await signedIn();
    const code = await granted(runtime, filing, one.token);
    expectStatus(await logOut(one.token), 204);
    await expectNothing(one.sessionId, await exchange(runtime, filing, code));

    const other = await signedIn();
    const beside = await granted(runtime, filing, other.token);
    const reply = await whileHeld(
      runtime,
      { function: 'sso-token' },
      () => exchange(runtime, filing, beside),
      async () => expectStatus(await logOut(other.token), 204),
    );
    await expectNothing(other.sessionId, reply);
  });

  it('SES-2 half an hour without a sign of life', async () => {
    const { token, sessionId } = await signedIn();
    runtime.clock.advance(1790);
    // The access token has expired, but the decision was made while it was valid.
    expectStatus(await runtime.http('GET', '/v1/session', undefined, { token }), 401);
    runtime.clock.set(morning);
    const code = await granted(runtime, filing, token);
    const lastSeenAt = Math.floor(runtime.clock.now().getTime() / 1000) - 1800;
    await setIn(runtime, 'Sessions', { sessionId }, { lastSeenAt });
    await expectNothing(sessionId, await exchange(runtime, filing, code));
  });

  long('a switch to another identity', async () => {
    const { token, sessionId } = await forCompany();
    const code = await granted(runtime, filing, token);
    const { choices } = (await runtime.http('GET', '/v1/session/identities', undefined, { token })).body;
    const natural = choices.find(({ identity }: Loose) => identity.kind === 'natural');
    const reply = await whileHeld(
      runtime,
      { function: 'sso-token' },
      () => exchange(runtime, filing, code),
      async () =>
        expectStatus(
          await runtime.http('POST', '/v1/session/identity', { choiceId: natural.choiceId }, { token }),
          200,
        ),
    );
    await expectNothing(sessionId, reply);
  });

  long('the relation, ended or narrowed', async () => {
    for (const changes of [{ state: 'deleted' }, { permissions: ['enquiry'] }]) {
      const { who, taxpayerId, token, sessionId } = await forCompany();
      const code = await granted(runtime, filing, token);
      const reply = await whileHeld(
        runtime,
        { function: 'sso-token' },
        () => exchange(runtime, filing, code),
        () => changeRelation(runtime, who, taxpayerId, 'tax-handler', changes),
      );
      await expectNothing(sessionId, reply);
    }
  });

  keeping(1)<[string, (firm: string, agent: Known, agreement: object) => Promise<unknown>]>([
    ['AGY-3 the agreement', (_firm, _agent, agreement) => feed(runtime, { ...agreement, until: yesterday })],
    [
      'AGY-1 the place on the staff form',
      async (firm) => feed(runtime, staffLine(firm, [await knownPerson(runtime)])),
    ],
    ['AGY-1 the agency', (firm) => feed(runtime, companyLine(firm, { state: 'cancelled' }))],
  ])('%s: an agent enters for a client, and after its end does not', async (_what, meanwhile) => {
    const { id: firm } = await agencyFirm(runtime);
    const agent = await knownPerson(runtime);
    const clientId = await agencyClient(runtime);
    const agreement = agreementLine(firm, clientId, [agent]);
    await feed(runtime, staffLine(firm, [agent]), agreement);
    const at = await agentAt(runtime, agent, firm);
    const { session, token } = await goTo(runtime, at.api, clientId);
    const { body } = await expectGood(await granted(runtime, filing, token));
    expect(body.authorization_details).toMatchObject([
      { identity: 'agency', role: 'tax-agent', taxpayer: { id: clientId }, basis: { agency: { id: firm } } },
    ]);
    const { sid } = await handOver(session.sessionId);
    const code = await granted(runtime, filing, token);
    const reply = await whileHeld(
      runtime,
      { function: 'sso-token' },
      () => exchange(runtime, filing, code),
      () => meanwhile(firm, agent, agreement),
    );
    expectRefused(reply, 'invalid_grant');
    await runtime.settled();
    expect(await handOver(session.sessionId)).toMatchObject({ sid, ended: { reason: 'access-lost' } });
    expect(filing.tokens.map((logout) => decodeJwt(logout).sid)).toEqual([sid]);
  });

  long('SPC-3 the report', async () => {
    const boss = await knownPerson(runtime);
    const taxpayerId = await companyOf(runtime, boss, { subject: 'cross-region' });
    const reportNo = reportNumber();
    await feed(runtime, reportLine(taxpayerId, reportNo));
    const { session, token } = await underReport(runtime, boss, taxpayerId, reportNo);
    const { body } = await expectGood(await granted(runtime, filing, token));
    expect(body.authorization_details).toMatchObject([{ identity: 'special', report_no: reportNo }]);
    const code = await granted(runtime, invoice, token);
    await feed(runtime, reportLine(taxpayerId, reportNo, undefined, { validUntil: yesterday }));
    expectRefused(await exchange(runtime, invoice, code), 'invalid_grant');
    expect(await handOver(session.sessionId, invoice)).toBeUndefined();
  });

  long('ENT-4 the company is gone', async () => {
    const { taxpayerId, token, sessionId } = await forCompany();
    const code = await granted(runtime, filing, token);
    await feed(runtime, companyLine(taxpayerId, { state: 'cancelled' }));
    await expectNothing(sessionId, await exchange(runtime, filing, code));
  });
});

describe('SSO-8 a code exchanged beside 退出', () => {
  /** Whatever came first: either there is no hand-over, or it has ended and its system knows. */
  const raced = async (
    race: (exchanging: () => ReturnType<typeof exchange>, leaving: () => Promise<unknown>) => Promise<Loose>,
  ): Promise<number> => {
    const { token, sessionId } = await signedIn();
    const code = await granted(runtime, filing, token);
    filing.tokens.length = 0;
    const reply = await race(
      () => exchange(runtime, filing, code),
      async () => expectStatus(await logOut(token), 204),
    );
    await runtime.settled();
    if (reply.status === 400) {
      expect(await handOver(sessionId)).toBeUndefined();
      expect(filing.tokens).toEqual([]);
      return reply.status;
    }
    const { sid } = decodeJwt(expectStatus(reply, 200).body.id_token);
    expect(await handOver(sessionId)).toMatchObject({ sid, ended: { reason: 'logged-out' } });
    expect(filing.tokens.map((logout) => decodeJwt(logout).sid)).toEqual([sid]);
    return reply.status;
  };
  const waiting = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  long('twenty times: never a live hand-over whose system is not told', async () => {
    const begun = performance.now();
    const { token } = await signedIn();
    const code = await granted(runtime, filing, token);
    const ready = performance.now();
    await expectGood(code);
    const usual = Math.min(performance.now() - ready, ready - begun);
    const answers: number[] = [];
    // Either of the two begins later by a growing part of an exchange's time: so their writes meet in either order.
    for (let i = 0; i < 20; i++) {
      const late = (usual * i) / 18;
      answers.push(
        await raced(async (exchanging, leaving) => {
          const [reply] = await Promise.all([
            waiting(i % 2 === 0 ? 0 : late).then(exchanging),
            waiting(i % 2 === 0 ? late : 0).then(leaving),
          ]);
          return reply;
        }),
      );
    }
    // Both ways of it came about, else nothing met.
    expect([...new Set(answers)].sort()).toEqual([200, 400]);
  });

  it('write after write, in both orders', async () => {
    const left = await raced((exchanging, leaving) =>
      whileHeld(runtime, { function: 'sso-token' }, exchanging, leaving),
    );
    let reply: Loose;
    const entered = await raced(async (exchanging, leaving) => {
      await whileHeld(runtime, { function: 'session' }, leaving, async () => {
        reply = await exchanging();
      });
      return reply;
    });
    expect([left, entered]).toEqual([400, 200]);
  });
});

describe('SSO-14', () => {
  long('no code, verifier, state, assertion or token is in a log or stands readable in a table', async () => {
    const { token } = await signedIn();
    const state = 'state-to-look-for';
    const code = await granted(runtime, filing, token, { state });
    const client_assertion = await assertionOf(runtime, filing);
    const { body } = await exchange(runtime, filing, code, { client_assertion });
    const logged = JSON.stringify(runtime.logs());
    const stored = JSON.stringify(
      [...(await rows(runtime, 'RpSessions')), ...(await rows(runtime, 'Tickets'))],
      (_, value) => (value instanceof Set ? [...value] : value),
    );
    for (const secret of [
      code.code,
      code.verifier,
      client_assertion,
      body.id_token,
      body.access_token,
      body.refresh_token,
    ]) {
      expect(logged).not.toContain(secret);
      expect(stored).not.toContain(secret);
    }
    expect(logged).not.toContain(state);
  });
});

describe('the cost', () => {
  it('SSO-5 of a hand-over: chains of one, two and two calls, six together', async () => {
    const { token } = await forCompany();
    await exchange(runtime, filing, await granted(runtime, filing, token));
    runtime.resetUsage();
    const code = await granted(runtime, filing, token);
    await expectGood(code);
    const usage: Loose = runtime.usage();
    const of = (flow: string, route: string) => usage[flow].routes[route];
    const used = [
      of('sso-request', 'GET /oauth2/authorize'),
      of('sso-decision', 'POST /v1/sso/{id}/approve'),
      of('sso-token', 'POST /oauth2/token'),
    ];
    expect(used.map(({ longestChain }) => longestChain)).toEqual([1, 2, 2]);
    expect(used.map(({ calls }) => calls)).toEqual([1, 3, 2]);
  });
});
