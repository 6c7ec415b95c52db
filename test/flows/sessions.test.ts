import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Loose, Reply } from '../support/client.ts';
import { person } from '../support/people.ts';
import { expectStatus, loggedIn, loggedInByFace, loginTicket, scanFace, wait } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import {
  history,
  type Known,
  knownPerson,
  morning,
  openWatchedRuntime,
  rows,
  ticketCall,
  verify,
  type WatchedRuntime,
} from '../support/watched.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());
beforeEach(() => runtime.clock.set(morning));

const refresh = (cookie?: string, headers: Record<string, string> = {}, on = runtime) =>
  on.http('POST', '/v1/session/refresh', undefined, { ...(cookie === undefined ? {} : { cookie }), headers });
const show = (token?: string, on = runtime) =>
  on.http('GET', '/v1/session', undefined, token === undefined ? {} : { token });
const logOut = (token: string) => runtime.http('DELETE', '/v1/session', undefined, { token });
const setCookie = (reply: Reply<Loose>): string => reply.headers.getSetCookie().join(' ## ');
const at = (seconds = 0): string =>
  `${new Date(runtime.clock.now().getTime() + seconds * 1000 + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
const ended = (reason: string, time = at()) => ({ status: 401, code: 'SESSION_ENDED', reason, at: time });

/** Logs in with password and face; `userAgent` is the browser. */
async function loginWith(who: Known, userAgent: string, on = runtime): Promise<Reply<Loose>> {
  const ticket = await loginTicket(on, who);
  const scan = expectStatus(await ticketCall(on, ticket, 'face'), 201).body;
  expectStatus(await scanFace(on, scan.qrContent), 200);
  return on.http(
    'POST',
    `/v1/logins/${ticket}/verify`,
    { faceTicket: scan.ticket },
    { headers: { 'user-agent': userAgent } },
  );
}
const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';

describe('cookie', () => {
  long(
    'SES-1 SES-2 outlives the browser and is out of reach of scripts, plain connections and other sites',
    async () => {
      const who = await knownPerson(runtime);
      const reply = await loginWith(who, firefox);
      expect(setCookie(reply)).toMatch(
        /^__Host-refresh=[\w-]{16,}\.[\w-]{43}\.[\w-]{22}; Path=\/; HttpOnly; Secure; SameSite=Strict; Max-Age=43200$/,
      );
      expect(reply.headers.get('cache-control')).toBe('no-store');
      expect(JSON.stringify(reply.body)).not.toContain(reply.cookie?.split('.')[1]);
      await wait(runtime, 1000);
      const next = expectStatus(await refresh(reply.cookie), 200);
      expect(setCookie(next)).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Strict; Max-Age=42200$/);
      expect(Object.keys(next.body)).toEqual(['session']);
      expect(next.body.session).toMatchObject({
        sessionId: reply.body.session.sessionId,
        identity: { kind: 'natural' },
        expiresIn: 300,
      });
      const stored = (await rows(runtime, 'Sessions')).find(
        (row) => row.sessionId === next.body.session.sessionId,
      );
      for (const cookie of [reply.cookie, next.cookie])
        expect(JSON.stringify(stored)).not.toContain(cookie?.split('.')[1]);
    },
  );

  long('SES-1 logging out bites at once, everywhere', async () => {
    const who = await knownPerson(runtime);
    const { session, cookie } = await loggedInByFace(runtime, who);
    const other = await loggedInByFace(runtime, await knownPerson(runtime));
    expectStatus(await show(session.accessToken), 200);
    await wait(runtime, 20);
    const out = await logOut(session.accessToken);
    expect(out.status).toBe(204);
    expect(setCookie(out)).toBe('__Host-refresh=; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=0');
    const time = at();
    await wait(runtime, 2);
    expect((await show(session.accessToken)).body).toMatchObject({
      ...ended('logged-out', time),
      title: '您已退出登录',
    });
    expect((await refresh(cookie)).body).toMatchObject(ended('logged-out', time));
    expect((await logOut(session.accessToken)).body.code).toBe('SESSION_ENDED');
    expectStatus(await show(other.session.accessToken), 200);
    const events = (await history(runtime, who)).filter((event) => event.kind === 'session-ended');
    expect(events.map((event) => event.detail.reason)).toEqual(['logged-out']);
  });
});

describe('refresh', () => {
  long('SES-2 turns the token over each time and goes on for hours', async () => {
    const { session, cookie } = await loggedInByFace(runtime, await knownPerson(runtime));
    const seen = new Set([cookie]);
    let current = cookie;
    for (let i = 0; i < 6; i++) {
      await wait(runtime, 1799);
      const reply = expectStatus(await refresh(current), 200);
      current = reply.cookie ?? '';
      expect(seen.has(current)).toBe(false);
      seen.add(current);
      expectStatus(await show(reply.body.session.accessToken), 200);
      expect(reply.body.session.sessionId).toBe(session.sessionId);
    }
  });

  long(
    'SES-2 a spent token answers its same successor for ten seconds, where there is no newer one',
    async () => {
      const { cookie } = await loggedInByFace(runtime, await knownPerson(runtime));
      const first = expectStatus(await refresh(cookie), 200);
      for (const seconds of [0, 5, 5]) {
        await wait(runtime, seconds);
        const again = expectStatus(await refresh(cookie), 200);
        expect(again.cookie).toBe(first.cookie);
        expectStatus(await show(again.body.session.accessToken), 200);
      }
      expectStatus(await refresh(first.cookie), 200);
    },
  );

  long('SES-2 a spent token presented later ends the session for both holders', async () => {
    const who = await knownPerson(runtime);
    const { cookie } = await loggedInByFace(runtime, who);
    const first = expectStatus(await refresh(cookie), 200);
    await wait(runtime, 11);
    const reused = await refresh(cookie);
    expect(reused.body).toMatchObject(ended('reuse'));
    expect(reused.cookie).toBeUndefined();
    const time = at();
    await wait(runtime, 5);
    expect((await refresh(first.cookie)).body).toMatchObject(ended('reuse', time));
    expect((await show(first.body.session.accessToken)).body).toMatchObject(ended('reuse', time));
    const events = (await history(runtime, who)).filter((event) => event.kind === 'session-ended');
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ outcome: 'failure', detail: { reason: 'reuse' } });
  });

  long('SES-2 an older ancestor ends it too', async () => {
    const { cookie } = await loggedInByFace(runtime, await knownPerson(runtime));
    let current = cookie;
    for (let i = 0; i < 3; i++) {
      await wait(runtime, 60);
      current = expectStatus(await refresh(current), 200).cookie ?? '';
    }
    expect((await refresh(cookie)).body).toMatchObject(ended('reuse'));
    expect((await refresh(current)).body).toMatchObject(ended('reuse'));
  });

  it('SES-2 after several turns a spent token answers the newest of its chain, and the session lives on', async () => {
    const { cookie } = await loggedInByFace(runtime, await knownPerson(runtime));
    const chain = [cookie];
    for (let turn = 1; turn <= 3; turn++) {
      chain.push(expectStatus(await refresh(chain.at(-1)), 200).cookie ?? '');
      await wait(runtime, 2);
    }
    expect(new Set(chain).size).toBe(4);
    await wait(runtime, 2);
    for (const spent of chain) {
      if (spent === chain[3]) break;
      const reply = expectStatus(await refresh(spent), 200);
      expect(reply.cookie).toBe(chain[3]);
      expectStatus(await show(reply.body.session.accessToken), 200);
    }
    // R1 and R2 were spent later than R0, so their grace ends later.
    await wait(runtime, 2);
    expect(expectStatus(await refresh(chain[0]), 200).cookie).toBe(chain[3]);
    await wait(runtime, 2);
    expect(expectStatus(await refresh(chain[1]), 200).cookie).toBe(chain[3]);
    const fourth = expectStatus(await refresh(chain[3]), 200).cookie ?? '';
    expect(chain).not.toContain(fourth);
    await wait(runtime, 1800 - 1);
    expectStatus(await refresh(fourth), 200);
  });

  keeping(1)([0, 1, 2])(
    'SES-2 of three turns, the token that was spent as number %i ends the session once its own ten seconds are over',
    async (index) => {
      const { cookie } = await loggedInByFace(runtime, await knownPerson(runtime));
      const chain = [cookie];
      for (let turn = 1; turn <= 3; turn++) {
        chain.push(expectStatus(await refresh(chain.at(-1)), 200).cookie ?? '');
        await wait(runtime, 3);
      }
      // The token was spent 9 s, 6 s or 3 s ago.
      await wait(runtime, 10 - (9 - 3 * index));
      expect(expectStatus(await refresh(chain[index]), 200).cookie).toBe(chain[3]);
      await wait(runtime, 1);
      expect((await refresh(chain[index])).body).toMatchObject(ended('reuse'));
      expect((await refresh(chain[3])).body).toMatchObject(ended('reuse'));
    },
  );

  long(
    'SES-2 eight turns are made within the grace and no more: then the newest stays until there is room',
    async () => {
      const { cookie } = await loggedInByFace(runtime, await knownPerson(runtime));
      const chain = [cookie];
      for (let turn = 1; turn <= 8; turn++)
        chain.push(expectStatus(await refresh(chain.at(-1)), 200).cookie ?? '');
      expect(new Set(chain).size).toBe(9);
      for (const spent of [...chain, chain[8]])
        expect(expectStatus(await refresh(spent), 200).cookie).toBe(chain[8]);
      await wait(runtime, 10);
      for (const spent of chain) expect(expectStatus(await refresh(spent), 200).cookie).toBe(chain[8]);
      await wait(runtime, 1);
      const next = expectStatus(await refresh(chain[8]), 200).cookie;
      expect(chain).not.toContain(next);
      expect(expectStatus(await refresh(chain[8]), 200).cookie).toBe(next);
      expect((await refresh(chain[0])).body).toMatchObject(ended('reuse'));
    },
  );

  it('SES-2 ends after 30 idle minutes', async () => {
    const { session, cookie } = await loggedInByFace(runtime, await knownPerson(runtime));
    await wait(runtime, 1799);
    const alive = expectStatus(await refresh(cookie), 200);
    await wait(runtime, 1800);
    expect((await refresh(alive.cookie)).body).toMatchObject({
      ...ended('idle'),
      title: '您长时间未操作，请重新登录',
    });
    await wait(runtime, 5000);
    expect((await refresh(alive.cookie)).body).toMatchObject(ended('idle', at(-5000)));
    expect((await show(session.accessToken)).body.code).toBe('SESSION_ENDED');
  });

  long('SES-2 ends twelve hours after the login, whatever happens', async () => {
    const { cookie } = await loggedInByFace(runtime, await knownPerson(runtime));
    let current = cookie;
    let last: Reply<Loose> | undefined;
    for (let minute = 25; minute < 720; minute += 25) {
      await wait(runtime, 1500);
      last = expectStatus(await refresh(current), 200);
      current = last.cookie ?? '';
    }
    await wait(runtime, 20 * 60 - 1);
    last = expectStatus(await refresh(current), 200);
    expect(setCookie(last)).toContain('Max-Age=1');
    await wait(runtime, 1);
    expect((await refresh(last.cookie)).body).toMatchObject(ended('expired'));
    // An access token that was signed in the last second does not outlive the session.
    expect((await show(last.body.session.accessToken)).body.code).toBe('SESSION_ENDED');
  });

  it('SES-2 what came first is what is told', async () => {
    const { cookie } = await loggedInByFace(runtime, await knownPerson(runtime));
    const idleAt = at(1800);
    await wait(runtime, 13 * 3600);
    expect((await refresh(cookie)).body).toMatchObject(ended('idle', idleAt));
  });

  long('SES-2 forged, foreign and broken cookies get nothing and leave the session alone', async () => {
    const { cookie } = await loggedInByFace(runtime, await knownPerson(runtime));
    const other = await loggedInByFace(runtime, await knownPerson(runtime));
    const [name, value] = cookie.split('=') as [string, string];
    const [id, secret, tag] = value.split('.') as [string, string, string];
    const [otherId, otherSecret, otherTag] = (other.cookie.split('=')[1] ?? '').split('.') as [
      string,
      string,
      string,
    ];
    const flip = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
    for (const forged of [
      `${name}=${id}.${flip(secret)}.${tag}`,
      `${name}=${id}.${secret}.${flip(tag)}`,
      `${name}=${flip(id)}.${secret}.${tag}`,
      `${name}=${otherId}.${secret}.${tag}`,
      `${name}=${id}.${otherSecret}.${otherTag}`,
      `${name}=${id}.${otherSecret}.${tag}`,
      `${name}=${id}.${secret}`,
      `${name}=${id}`,
      `${name}=`,
      `${name}=${'x'.repeat(3000)}`,
      `refresh=${value}`,
      `__Secure-refresh=${value}`,
      '',
      undefined,
    ]) {
      const reply = await refresh(forged);
      expect(reply.body).toMatchObject({
        status: 401,
        code: 'SESSION_ENDED',
        title: '登录已失效，请重新登录',
      });
      expect(reply.body.reason).toBeUndefined();
    }
    expectStatus(await refresh(cookie), 200);
    expectStatus(await refresh(`theme=dark; ${other.cookie}; lang=zh`), 200);
  });

  it('SES-2 another origin may not refresh, and turns nothing over', async () => {
    const { cookie } = await loggedInByFace(runtime, await knownPerson(runtime));
    for (const origin of [
      'https://evil.example',
      'null',
      `${runtime.url}.evil.example`,
      runtime.url.replace('http:', 'https:'),
      `${runtime.url}0`,
      '',
    ])
      expect((await refresh(cookie, { origin })).body).toMatchObject({
        status: 403,
        code: 'ORIGIN_NOT_ALLOWED',
      });
    await wait(runtime, 20);
    const same = expectStatus(await refresh(cookie, { origin: runtime.url }), 200);
    await wait(runtime, 20);
    expectStatus(await refresh(same.cookie), 200);
  });

  long('SES-2 fails closed while the store is away, and loses nothing', async () => {
    const { session, cookie } = await loggedInByFace(runtime, await knownPerson(runtime));
    await runtime.provoking(async () => {
      runtime.faults.add({ function: 'session', kind: 'error500', times: Number.POSITIVE_INFINITY });
      for (const reply of [
        await show(session.accessToken),
        await refresh(cookie),
        await logOut(session.accessToken),
      ])
        expect(reply.body).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
    });
    expectStatus(await show(session.accessToken), 200);
    await runtime.provoking(async () => {
      const rule = runtime.faults.add({ function: 'session', action: 'UpdateItem', kind: 'crash-after' });
      expect((await refresh(cookie)).status).toBe(500);
      expect(runtime.faults.struck(rule)).toBe(1);
    });
    // The function's answer was lost; the grace allows asking again.
    const again = expectStatus(await refresh(cookie), 200);
    expectStatus(await refresh(again.cookie), 200);
  });
});

describe('access token', () => {
  const keys = async () => expectStatus(await runtime.http('GET', '/.well-known/jwks.json'), 200).body;
  const verified = async (token: string, jwks: Loose) =>
    jwtVerify(token, createLocalJWKSet(jwks), {
      issuer: runtime.url,
      audience: runtime.url,
      algorithms: ['ES256'],
      typ: 'at+jwt',
      currentDate: runtime.clock.now(),
    });

  long(
    'SES-2 TOK-01 verifies with the published keys, lives five minutes and names nobody in clear',
    async () => {
      const who = await knownPerson(runtime);
      const { session } = await loggedInByFace(runtime, who);
      const jwks = await keys();
      expect(jwks.keys.length).toBeGreaterThan(0);
      for (const key of jwks.keys) {
        expect(key).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
        expect(key).not.toHaveProperty('d');
      }
      const { payload } = await verified(session.accessToken, jwks);
      expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
      expect(payload.sub).toBe(who.personKey);
      expect(payload.identity).toEqual({ kind: 'natural' });
      const text = JSON.stringify(payload);
      for (const clear of [who.name, who.documentNumber, who.phone]) expect(text).not.toContain(clear);
      await wait(runtime, 299);
      expectStatus(await show(session.accessToken), 200);
      await wait(runtime, 1);
      const late = await show(session.accessToken);
      expect(late.body).toMatchObject({ status: 401, code: 'SESSION_ENDED' });
      expect(late.body.reason).toBeUndefined();
    },
  );

  it('SES-2 TOK-01 TOK-02 believes no other token; the word Bearer has no case', async () => {
    const { session, cookie } = await loggedInByFace(runtime, await knownPerson(runtime));
    const good: string = session.accessToken;
    const [header, payload, signature] = good.split('.') as [string, string, string];
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = decodeJwt(good);
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const kid = decodeProtectedHeader(good).kid ?? '';
    const own = (protectedHeader: Loose) =>
      new SignJWT(claims).setProtectedHeader(protectedHeader).sign(privateKey);
    for (const token of [
      undefined,
      '',
      'x',
      `${header}.${payload}.`,
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      `${header}.${encode({ ...claims, ver: 2 })}.${signature}`,
      `${encode({ alg: 'none', typ: 'at+jwt', kid })}.${payload}.`,
      await own({ alg: 'ES256', typ: 'at+jwt', kid }),
      await own({ alg: 'ES256', typ: 'at+jwt', kid: 'another' }),
      await own({ alg: 'ES256', typ: 'at+jwt', jwk: await exportJWK(publicKey) }),
      await runtime.assertion('ahtax-app', { method: 'GET', path: '/v1/session' }),
      cookie.split('=')[1],
    ])
      expect((await show(token)).body).toMatchObject({ status: 401, code: 'SESSION_ENDED' });
    for (const authorization of [`bearer-${good}`, `Basic ${good}`, good])
      expect(
        (await runtime.http('GET', '/v1/session', undefined, { headers: { authorization } })).body.code,
      ).toBe('SESSION_ENDED');
    expectStatus(await show(good), 200);
    for (const authorization of [`bearer ${good}`, `BEARER ${good}`, `Bearer   ${good}`])
      expectStatus(await runtime.http('GET', '/v1/session', undefined, { headers: { authorization } }), 200);
  });

  long('SES-2 TOK-03 keys rotate without a gap', async () => {
    const who = await knownPerson(runtime);
    const before = await loggedInByFace(runtime, who);
    const oldKid = decodeProtectedHeader(before.session.accessToken).kid;
    const oldKeys = await keys();
    await runtime.rotateSecret('signing');

    // The new key is first published (after five minutes every container has read the secret again), and signs later.
    await wait(runtime, 301);
    const both = await keys();
    expect(both.keys).toHaveLength(oldKeys.keys.length + 1);
    let current = expectStatus(await refresh(before.cookie), 200);
    expect(decodeProtectedHeader(current.body.session.accessToken).kid).toBe(oldKid);
    // Verifiers with the old document succeed until the new key signs.
    await verified(current.body.session.accessToken, oldKeys);

    let switched: Reply<Loose> | undefined;
    for (let i = 0; i < 10 && !switched; i++) {
      await wait(runtime, 1000);
      const previous = current.body.session.accessToken;
      current = expectStatus(await refresh(current.cookie), 200);
      expectStatus(await show(current.body.session.accessToken), 200);
      await verified(current.body.session.accessToken, await keys());
      if (decodeProtectedHeader(current.body.session.accessToken).kid !== oldKid) switched = current;
      else await wait(runtime, 0);
      expect(previous).not.toBe(current.body.session.accessToken);
    }
    expect(switched).toBeDefined();
    // The document from before the switch verifies what is signed after the switch.
    await verified(current.body.session.accessToken, both);
    expect((await keys()).keys.map((key: Loose) => key.kid)).toContain(oldKid);
    // Much later only the new key is left.
    await wait(runtime, 40 * 3600);
    expect((await keys()).keys.map((key: Loose) => key.kid)).not.toContain(oldKid);
  });
});

describe('one session', () => {
  long('SES-3 a newer login ends the older, which is told when and where', async () => {
    const who = await knownPerson(runtime);
    const first = await loginWith(who, firefox);
    expect(first.body.session.notices).toEqual([]);
    await wait(runtime, 100);
    const second = await loginWith(
      who,
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1',
    );
    const time = at();
    expect(second.body.session.notices).toMatchObject([{ code: 'SESSION_REPLACED' }]);
    await wait(runtime, 7);
    for (const reply of [await refresh(first.cookie), await show(first.body.session.accessToken)])
      expect(reply.body).toMatchObject({
        ...ended('replaced', time),
        by: 'Safari · iPhone',
        title: '您的账号已在其他地方登录，本次登录已结束',
      });
    expectStatus(await show(second.body.session.accessToken), 200);
    expectStatus(await refresh(second.cookie), 200);
    expect((await history(runtime, who)).filter((event) => event.kind === 'login')).toHaveLength(2);
  });

  long('SES-3 a login ends nothing that had ended before: the first reason stays', async () => {
    const who = await knownPerson(runtime);
    const first = await loggedInByFace(runtime, who);
    const idleAt = at(1800);
    await wait(runtime, 7200);
    const second = await loginWith(who, firefox);
    expect((await refresh(first.cookie)).body).toMatchObject(ended('idle', idleAt));
    await logOut(second.body.session.accessToken);
    expectStatus(await loginWith(who, firefox), 200);
    expect((await refresh(second.cookie)).body.reason).toBe('logged-out');
  });

  long('SES-3 people do not end each other’s', async () => {
    const [one, other] = [
      await loggedInByFace(runtime, await knownPerson(runtime)),
      await knownPerson(runtime),
    ];
    await loggedInByFace(runtime, other);
    expectStatus(await show(one.session.accessToken), 200);
  });

  long('SES-3 is a setting', async () => {
    const lenient = await openWatchedRuntime({ policies: { oneWebSession: false } });
    try {
      const who = await knownPerson(lenient);
      const first = await loginWith(who, firefox, lenient);
      const second = await loginWith(who, firefox, lenient);
      expect(second.body.session.notices).toEqual([]);
      for (const reply of [first, second]) {
        expectStatus(await show(reply.body.session.accessToken, lenient), 200);
        expectStatus(await refresh(reply.cookie, {}, lenient), 200);
      }
    } finally {
      await lenient.finish();
    }
  });

  long('PWD-3 SES-2 a new password ends the session and the logins under way', async () => {
    const who = await knownPerson(runtime, person());
    await wait(runtime, 60);
    const { session, cookie } = await loggedIn(runtime, who);
    const pending = await loginTicket(runtime, who);
    const start = await runtime.http('POST', '/v1/password-resets', {
      account: who.documentNumber,
      name: who.name,
      documentNumber: who.documentNumber,
    });
    const path = `/v1/password-resets/${expectStatus(start, 201).body.resetId}`;
    const scan = expectStatus(await runtime.http('POST', `${path}/face`), 201).body;
    expectStatus(await scanFace(runtime, scan.qrContent), 200);
    expectStatus(
      await runtime.http('POST', `${path}/complete`, {
        faceTicket: scan.ticket,
        newPassword: 'Huaihe#20581',
      }),
      204,
    );
    for (const reply of [await show(session.accessToken), await refresh(cookie)])
      expect(reply.body).toMatchObject({
        ...ended('credential-change'),
        title: '您的密码已修改，请重新登录',
      });
    const face = await ticketCall(runtime, pending, 'face');
    if (face.status === 201) await scanFace(runtime, face.body.qrContent);
    const late =
      face.status === 201 ? await verify(runtime, pending, { faceTicket: face.body.ticket }) : face;
    expect(late.body).toMatchObject({ status: 409, code: 'STATE_CONFLICT' });
  });
});
