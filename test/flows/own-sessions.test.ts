import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Loose } from '../support/client.ts';
import { allowing } from '../support/patience.ts';
import { person, type Sample } from '../support/people.ts';
import { enterPassword, expectStatus, loggedInByFace, wait } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { long } from '../support/variants.ts';
import { openWatchedRuntime, otherThan, rows, type WatchedRuntime } from '../support/watched.ts';
import { newcomer, ownFace, type SignedIn, signIn } from './support/account.ts';
import { passFactor } from './support/sessions.ts';

const listOf = async (who: SignedIn): Promise<Loose[]> =>
  expectStatus(await who.api('GET', '/v1/sessions'), 200).body.sessions;
const idsOf = async (who: SignedIn): Promise<string[]> =>
  (await listOf(who)).map(({ sessionId }) => sessionId);
const endOne = (who: SignedIn, id: string) => who.api('DELETE', `/v1/sessions/${id}`);
const look = (who: SignedIn) => who.api('GET', '/v1/session');

describe('one web session', () => {
  let runtime: WatchedRuntime;
  beforeAll(async () => {
    runtime = await openWatchedRuntime();
  });
  afterAll(() => runtime?.finish());

  long('SES-4 shows the own session, marked', async () => {
    const who = await newcomer(runtime);
    await wait(runtime, 30);
    const startedAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/);
    expect(await listOf(who)).toEqual([
      {
        sessionId: who.sessionId,
        channel: 'web',
        startedAt,
        lastSeenAt: startedAt,
        current: true,
        browser: expect.any(String),
        address: expect.not.stringContaining('127.0.0.1'),
      },
    ]);
    const again = await signIn(runtime, who);
    expect(await idsOf(again)).toEqual([again.sessionId]);
  });

  it('SES-3 SES-4 the older is told when and on what it was replaced, and sees nothing any more', async () => {
    const who = await newcomer(runtime);
    const opened = await runtime.http(
      'POST',
      '/v1/logins',
      { entry: 'natural', account: who.documentNumber, password: who.password },
      { headers: { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0' } },
    );
    expectStatus(opened, 201);
    await wait(runtime, 61);
    const { loginId } = opened.body;
    expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/sms`), 202);
    const at = runtime.clock.now();
    const smsCode = runtime.sms(who.phone).find(({ code }) => code)?.code;
    const reply = await runtime.http(
      'POST',
      `/v1/logins/${loginId}/verify`,
      { smsCode },
      { headers: { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0' } },
    );
    expectStatus(reply, 200);
    const told = await who.api('GET', '/v1/sessions');
    expect(told.body).toMatchObject({ code: 'SESSION_ENDED', reason: 'replaced', by: 'Firefox · Windows' });
    expect(Math.abs(Date.parse(told.body.at) - at.getTime())).toBeLessThan(allowing(2000));
  });

  it('SES-4 ends the own session: cookie and token are over', async () => {
    const who = await newcomer(runtime);
    const reply = expectStatus(await endOne(who, who.sessionId), 204);
    expect(reply.cookie).toBe('__Host-refresh=');
    expect((await look(who)).body).toMatchObject({ code: 'SESSION_ENDED', reason: 'logged-out' });
    const refresh = await runtime.http('POST', '/v1/session/refresh', undefined, { cookie: who.cookie });
    expect(refresh.body).toMatchObject({ code: 'SESSION_ENDED', reason: 'logged-out' });
  });

  long('SES-4 those of others, ended ones and none are equally unknown', async () => {
    const who = await newcomer(runtime);
    const before = who.sessionId;
    const again = await signIn(runtime, who);
    const other = await newcomer(runtime);
    for (const id of [other.sessionId, before, 'x'.repeat(32), 'a.b'])
      expect((await endOne(again, id)).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expectStatus(await look(other), 200);
    expectStatus(await look(again), 200);
  });

  long('SES-3 after logging out, the next login is told of no replacement', async () => {
    const who = await newcomer(runtime);
    expectStatus(await who.api('DELETE', '/v1/session'), 204);
    const { session } = await loggedInByFace(runtime, who);
    expect(session.notices).toEqual([]);
    expect((await loggedInByFace(runtime, who)).session.notices).toMatchObject([
      { code: 'SESSION_REPLACED' },
    ]);
  });
});

describe('several web sessions', () => {
  let runtime: WatchedRuntime;
  beforeAll(async () => {
    runtime = await openWatchedRuntime({ policies: { oneWebSession: false } });
  });
  afterAll(() => runtime?.finish());
  /** Opens several sessions of a new person, one second apart. */
  async function sessionsOf(count: number): Promise<SignedIn[]> {
    const who = await settled(runtime, person());
    const sessions: SignedIn[] = [];
    for (let n = 0; n < count; n++) {
      await wait(runtime, 1);
      sessions.push(await signIn(runtime, who));
    }
    return sessions;
  }
  const liveOf = async ({ sessionId }: SignedIn): Promise<Loose[]> => {
    const all = await rows(runtime, 'Sessions');
    const [{ personKey }] = all.filter((one) => one.sessionId === sessionId) as [(typeof all)[number]];
    return all.filter((one) => one.personKey === personKey && !one.ended);
  };

  long(
    'SES-3 SES-4 with the setting off they live side by side, listed newest first after this one',
    async () => {
      const [first, second, third] = (await sessionsOf(3)) as [SignedIn, SignedIn, SignedIn];
      expect(await idsOf(first)).toEqual([first.sessionId, third.sessionId, second.sessionId]);
      expect(await idsOf(third)).toEqual([third.sessionId, second.sessionId, first.sessionId]);
      expect((await listOf(second)).map(({ current }) => current)).toEqual([true, false, false]);
    },
  );

  long('SES-4 one ends another, which is told on what', async () => {
    const [first, second] = (await sessionsOf(2)) as [SignedIn, SignedIn];
    expectStatus(await endOne(second, first.sessionId), 204);
    expect((await look(first)).body).toMatchObject({
      code: 'SESSION_ENDED',
      reason: 'logged-out',
      by: expect.any(String),
    });
    expect(await idsOf(second)).toEqual([second.sessionId]);
    expect((await endOne(second, first.sessionId)).body.code).toBe('NOT_FOUND');
    expectStatus(await look(second), 200);
  });

  long('SES-2 SES-4 idle ones are no longer listed', async () => {
    const [first, second] = (await sessionsOf(2)) as [SignedIn, SignedIn];
    await wait(runtime, 1200);
    const kept = await runtime.http('POST', '/v1/session/refresh', undefined, { cookie: second.cookie });
    await wait(runtime, 700);
    const kept2 = await runtime.http('POST', '/v1/session/refresh', undefined, { cookie: kept.cookie ?? '' });
    const token = kept2.body.session.accessToken;
    const { body } = await runtime.http('GET', '/v1/sessions', undefined, { token });
    expect(body.sessions.map(({ sessionId }: Loose) => sessionId)).toEqual([second.sessionId]);
    // SES-5: half an hour after the login, ending another session needs a new factor.
    await passFactor(runtime, {
      ...second,
      api: (method, path, sent) => runtime.http(method, path, sent, { token }),
    });
    expect(
      (await runtime.http('DELETE', `/v1/sessions/${first.sessionId}`, undefined, { token })).body.code,
    ).toBe('NOT_FOUND');
  });

  long('PWD-3 a new password ends all others and keeps this one', async () => {
    const sessions = await sessionsOf(4);
    const [keeper, ...others] = [sessions[1], sessions[0], sessions[2], sessions[3]] as SignedIn[];
    if (!keeper) throw new Error('no session');
    const body = { oldPassword: keeper.password, newPassword: 'Huangshan#2059' };
    expectStatus(await keeper.api('PUT', '/v1/account/password', body), 204);
    for (const other of others)
      expect((await look(other)).body).toMatchObject({
        code: 'SESSION_ENDED',
        reason: 'credential-change',
        title: '您的密码已修改，请重新登录',
      });
    expect(await idsOf(keeper)).toEqual([keeper.sessionId]);
  });

  long('PWD-3 PWD-1 so does 忘记密码, with every session', async () => {
    const sessions = (await sessionsOf(3)) as [SignedIn, SignedIn, SignedIn];
    const [{ name, documentNumber }] = sessions;
    const { resetId } = expectStatus(
      await runtime.http('POST', '/v1/password-resets', { account: documentNumber, name, documentNumber }),
      201,
    ).body;
    await wait(runtime, 61);
    expectStatus(await runtime.http('POST', `/v1/password-resets/${resetId}/sms`), 202);
    const smsCode = runtime.sms(sessions[0].phone).find(({ code }) => code)?.code;
    const done = { smsCode, newPassword: 'Huangshan#2059' };
    expectStatus(await runtime.http('POST', `/v1/password-resets/${resetId}/complete`, done), 204);
    for (const one of sessions) expect((await look(one)).body.reason).toBe('credential-change');
  });

  long('CTR-2 and 用户注销', async () => {
    const sessions = await sessionsOf(3);
    const [who] = sessions;
    if (!who) throw new Error('no session');
    const faceTicket = await ownFace(runtime, who);
    expectStatus(
      await who.api('POST', '/v1/account/deregistration', { password: who.password, faceTicket }),
      204,
    );
    for (const one of sessions) expect((await look(one)).body.reason).toBe('deregistered');
    expect(otherThan('000000')).toBe('000001');
  });

  long('SES-3 SES-4 twenty at most: a further login ends the oldest', async () => {
    const sessions = await sessionsOf(21);
    const [oldest, second] = sessions as [SignedIn, SignedIn];
    expect((await look(oldest)).body).toMatchObject({ code: 'SESSION_ENDED', reason: 'replaced' });
    expectStatus(await look(second), 200);
    expect(await listOf(second)).toHaveLength(20);
  });

  long(
    'SES-3 PWD-3 logins at once are all listed, and a new password meanwhile leaves none of the old password',
    async () => {
      const who: Sample = await settled(runtime, person());
      const opened = await Promise.all(Array.from({ length: 5 }, () => signIn(runtime, who)));
      const [first] = opened;
      if (!first) throw new Error('no session');
      expect((await idsOf(first)).sort()).toEqual(opened.map(({ sessionId }) => sessionId).sort());
      const [changed] = await Promise.all([
        first.api('PUT', '/v1/account/password', {
          oldPassword: who.password,
          newPassword: 'Huangshan#2059',
        }),
        ...Array.from({ length: 4 }, () => loggedInByFace(runtime, who).catch(() => undefined)),
      ]);
      expectStatus(changed, 204);
      expect((await liveOf(first)).map(({ sessionId }) => sessionId)).toEqual([first.sessionId]);
      expect((await enterPassword(runtime, who.documentNumber, who.password)).body.code).toBe(
        'BAD_CREDENTIALS',
      );
    },
  );
});
