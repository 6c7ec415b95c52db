import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { putAll } from '../flows/support/bulk.ts';
import { setIn, setOnPerson } from '../flows/support/tables.ts';
import type { Loose, Reply } from '../support/client.ts';
import { whileHeld } from '../support/held.ts';
import { enterPassword, expectStatus, loggedInByFace, loginTicket, scanFace } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import {
  failures,
  type Known,
  knownPerson,
  morning,
  none,
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

const wrong = 'Wrong#9182';
const show = (token: string) => runtime.http('GET', '/v1/session', undefined, { token });
const refresh = (cookie: string | undefined) =>
  runtime.http('POST', '/v1/session/refresh', undefined, cookie ? { cookie } : {});
/** A login whose face check has passed: the next call opens a session. */
async function proven(who: Known): Promise<{ ticket: string; faceTicket: string }> {
  const ticket = await loginTicket(runtime, who);
  const scan = expectStatus(await ticketCall(runtime, ticket, 'face'), 201).body;
  expectStatus(await scanFace(runtime, scan.qrContent), 200);
  return { ticket, faceTicket: scan.ticket };
}
const enter = ({ ticket, faceTicket }: { ticket: string; faceTicket: string }) =>
  verify(runtime, ticket, { faceTicket });
const sessionsOf = async ({ personKey }: Known) =>
  (await rows(runtime, 'Sessions')).filter((session) => session.personKey === personKey);
async function resetReady(who: Known): Promise<(newPassword: string) => Promise<Reply<Loose>>> {
  const start = await runtime.http('POST', '/v1/password-resets', {
    account: who.documentNumber,
    name: who.name,
    documentNumber: who.documentNumber,
  });
  const path = `/v1/password-resets/${expectStatus(start, 201).body.resetId}`;
  const scan = expectStatus(await runtime.http('POST', `${path}/face`), 201).body;
  expectStatus(await scanFace(runtime, scan.qrContent), 200);
  return (newPassword) => runtime.http('POST', `${path}/complete`, { faceTicket: scan.ticket, newPassword });
}

describe('sessions', () => {
  long('FACE-2 SES-3 one passed scan and twenty verify calls open one session', async () => {
    const who = await knownPerson(runtime);
    const one = await proven(who);
    const replies = await Promise.all(Array.from({ length: 20 }, () => enter(one)));
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
    for (const { status, body } of replies) if (status !== 200) expect(body.code).toBe('STATE_CONFLICT');
    expect(await sessionsOf(who)).toHaveLength(1);
  });

  long('SES-3 parallel logins of one person leave exactly one live session', async () => {
    for (let round = 0; round < 3; round++) {
      const who = await knownPerson(runtime);
      const logins: Awaited<ReturnType<typeof proven>>[] = [];
      for (let i = 0; i < 6; i++) logins.push(await proven(who));
      const replies = await Promise.all(logins.map(enter));
      for (const { status } of replies) expect(status).toBe(200);
      const shown = await Promise.all(replies.map(({ body }) => show(body.session.accessToken)));
      expect(shown.filter((reply) => reply.status === 200)).toHaveLength(1);
      for (const { status, body } of shown)
        if (status !== 200) expect(body).toMatchObject({ code: 'SESSION_ENDED', reason: 'replaced' });
      const sessions = await sessionsOf(who);
      expect(sessions).toHaveLength(6);
      const [live] = sessions.filter((session) => session.ended === undefined);
      const [user] = (await rows(runtime, 'Users')).filter((item) => item.personKey === who.personKey);
      expect(user?.webSession.sessionId).toBe(live?.sessionId ?? 'none');
    }
  });

  long('SES-2 tabs that refresh at once get the same successor', async () => {
    let { cookie } = await loggedInByFace(runtime, await knownPerson(runtime));
    for (const tabs of [2, 2, 10]) {
      const replies = await Promise.all(Array.from({ length: tabs }, () => refresh(cookie)));
      for (const reply of replies) expectStatus(reply, 200);
      const cookies = new Set(replies.map((reply) => reply.cookie));
      expect(cookies.size).toBe(1);
      for (const { body } of replies) expectStatus(await show(body.session.accessToken), 200);
      runtime.clock.advance(60);
      cookie = [...cookies][0] ?? '';
    }
    expectStatus(await refresh(cookie), 200);
  });

  long(
    'SES-2 tabs that refresh at once, each with another token of the chain, all hold the newest in the end',
    async () => {
      for (let round = 0; round < 4; round++) {
        const { cookie } = await loggedInByFace(runtime, await knownPerson(runtime));
        const chain = [cookie];
        for (let turn = 0; turn < 3; turn++)
          chain.push(expectStatus(await refresh(chain.at(-1)), 200).cookie ?? '');
        // Of all parallel calls at most one makes a new token, because only R3 is the newest.
        const replies = await Promise.all([...chain, ...chain, ...chain].map((one) => refresh(one)));
        const given = new Set(replies.map((reply) => expectStatus(reply, 200).cookie ?? ''));
        const next = expectStatus(await refresh(chain[3]), 200).cookie ?? '';
        expect([...given].filter((one) => one !== chain[3])).toEqual([next]);
        for (const one of [...chain, ...given])
          expect(expectStatus(await refresh(one === next ? chain[3] : one), 200).cookie).toBe(next);
        runtime.clock.advance(60);
        expectStatus(await refresh(next), 200);
      }
    },
  );

  long('SES-2 tabs that turn and turn at once lose no session, and no token leads to two', async () => {
    const { cookie } = await loggedInByFace(runtime, await knownPerson(runtime));
    const tab = async () => {
      let mine = cookie;
      for (let turn = 0; turn < 6; turn++) mine = expectStatus(await refresh(mine), 200).cookie ?? '';
      return mine;
    };
    let newest = new Set(await Promise.all([tab(), tab(), tab(), tab()]));
    // Within the grace at most eight new tokens are made. Until then one tab can have a newer token than the others.
    for (let round = 0; newest.size > 1 && round < 8; round++)
      newest = new Set(
        await Promise.all([...newest].map(async (one) => expectStatus(await refresh(one), 200).cookie ?? '')),
      );
    expect(newest.size).toBe(1);
    runtime.clock.advance(60);
    expectStatus(await refresh([...newest][0]), 200);
  });

  long('SES-1 SES-2 a refresh beside a logout does not bring the session back', async () => {
    const { session, cookie } = await loggedInByFace(runtime, await knownPerson(runtime));
    const [out, ...refreshed] = await Promise.all([
      runtime.http('DELETE', '/v1/session', undefined, { token: session.accessToken }),
      ...Array.from({ length: 5 }, () => refresh(cookie)),
    ]);
    expect(out?.status).toBe(204);
    for (const reply of refreshed) {
      if (reply.status === 200)
        expect((await show(reply.body.session.accessToken)).body.reason).toBe('logged-out');
      expect((await refresh(reply.cookie ?? cookie)).body).toMatchObject({
        code: 'SESSION_ENDED',
        reason: 'logged-out',
      });
    }
  });

  long('SES-2 a thief and the owner racing with a token spent long ago end the session once', async () => {
    const who = await knownPerson(runtime);
    const { cookie } = await loggedInByFace(runtime, who);
    const next = expectStatus(await refresh(cookie), 200).cookie;
    runtime.clock.advance(60);
    await Promise.all([refresh(cookie), refresh(next), refresh(cookie), refresh(cookie)]);
    expect((await refresh(next)).body).toMatchObject({ code: 'SESSION_ENDED', reason: 'reuse' });
    const events = (await rows(runtime, 'Audit')).filter(
      (event) => event.subject === who.personKey && event.kind === 'session-ended',
    );
    expect(events.length).toBeGreaterThanOrEqual(1);
  });
});

describe('while a session is being opened', () => {
  const verifying = { function: 'login', routeKey: 'POST /v1/logins/{id}/verify' };
  const enteringWhile = async (who: Known, meanwhile: () => Promise<unknown>) => {
    const login = await proven(who);
    return whileHeld(runtime, verifying, () => enter(login), meanwhile);
  };
  const live = async (who: Known) => (await sessionsOf(who)).filter(({ ended }) => ended === undefined);
  const noticesOf = ({ body }: Reply<Loose>) => body.session.notices.map(({ code }: Loose) => code);

  long('PWD-3 a reset ends the login: it was begun with the password before', async () => {
    const who = await knownPerson(runtime);
    const reset = await resetReady(who);
    const reply = await enteringWhile(who, async () => expectStatus(await reset('Huaihe#20581'), 204));
    expect(reply.body.code).toBe('STATE_CONFLICT');
    expect(await sessionsOf(who)).toEqual([]);
  });

  long('SES-3 another login that comes first is ended by this one', async () => {
    const who = await knownPerson(runtime);
    const other = await proven(who);
    let first: Loose;
    const reply = await enteringWhile(who, async () => {
      first = expectStatus(await enter(other), 200).body.session;
    });
    expect(noticesOf(expectStatus(reply, 200))).toContain('SESSION_REPLACED');
    expect((await show(first.accessToken)).body).toMatchObject({ code: 'SESSION_ENDED', reason: 'replaced' });
    expect(await live(who)).toHaveLength(1);
  });

  long('SES-3 a session that is logged out is not told of as replaced', async () => {
    const who = await knownPerson(runtime);
    const { session } = await loggedInByFace(runtime, who);
    const reply = await enteringWhile(who, async () =>
      expectStatus(
        await runtime.http('DELETE', '/v1/session', undefined, { token: session.accessToken }),
        204,
      ),
    );
    expect(noticesOf(expectStatus(reply, 200))).toEqual([]);
    const [ended] = (await sessionsOf(who)).filter((one) => one.ended !== undefined);
    expect(ended?.ended.reason).toBe('logged-out');
  });

  it('LVL-2 a level that rises is the session’s', async () => {
    const who = await knownPerson(runtime);
    await setOnPerson(runtime, who.personKey, 'realNameLevel', 3);
    const login = await proven(who);
    // The scan of the login raised the level meanwhile.
    const reply = await whileHeld(
      runtime,
      verifying,
      () => enter(login),
      () => raised(who, 5),
    );
    expect(expectStatus(reply, 200).body.session.person.realNameLevel).toBe(5);
    expect((await live(who)).map(({ realNameLevel }) => realNameLevel)).toEqual([5]);
  });

  /** Writes the level alone, as a face check does, without a change of `rev`. */
  const raised = ({ personKey }: Known, level: number) =>
    setIn(runtime, 'Users', { personKey }, { realNameLevel: level });
});

describe('reset', () => {
  long('PWD-3 a login finished beside a reset does not outlive it', async () => {
    for (let round = 0; round < 6; round++) {
      const who = await knownPerson(runtime);
      const login = await proven(who);
      const reset = await resetReady(who);
      const [entered, done] = await Promise.all([
        round % 2
          ? new Promise((resolve) => setTimeout(resolve, 60 + round * 20)).then(() => enter(login))
          : enter(login),
        reset('Huaihe#20581'),
      ]);
      expectStatus(done, 204);
      // A session from before the reset was ended by the reset. A login after the reset used a password that is no
      // longer valid, so it was refused.
      if (entered.status === 200)
        expect((await show(entered.body.session.accessToken)).body).toMatchObject({
          code: 'SESSION_ENDED',
          reason: 'credential-change',
        });
      else expect(entered.body.code).toBe('STATE_CONFLICT');
      expect((await enterPassword(runtime, who.phone, who.password)).body.code).toBe('BAD_CREDENTIALS');
      expectStatus(await enterPassword(runtime, who.phone, 'Huaihe#20581'), 201);
    }
  });

  long(
    'LCK-3 LCK-4 a reset among wrong passwords unlocks once and gives at most five more attempts',
    async () => {
      const who = await knownPerson(runtime);
      const reset = await resetReady(who);
      const [done, ...replies] = await Promise.all([
        reset('Huaihe#20581'),
        ...Array.from({ length: 40 }, () => enterPassword(runtime, who.documentNumber, wrong)),
      ]);
      expect([204, 429]).toContain(done?.status);
      for (const { body } of replies) expect(['BAD_CREDENTIALS', 'ACCOUNT_LOCKED']).toContain(body.code);
      expect(replies.filter(({ body }) => body.code === 'BAD_CREDENTIALS').length).toBeLessThanOrEqual(8);
      const state = await failures(runtime, who);
      expect(state.locked).toBe(state.password === 5);
    },
  );

  it('PWD-1 one proof resets once', async () => {
    const who = await knownPerson(runtime);
    const reset = await resetReady(who);
    const passwords = ['Huaihe#20581', 'Xinan#20582', 'Chaohu#20583', 'Tianzhu#2058'];
    const replies = await Promise.all(passwords.map((password) => reset(password)));
    expect(replies.filter((reply) => reply.status === 204)).toHaveLength(1);
    const winner = passwords[replies.findIndex((reply) => reply.status === 204)] ?? '';
    expectStatus(await enterPassword(runtime, who.phone, winner), 201);
    expect(await failures(runtime, who)).toEqual(none);
  });
});

describe('midnight', () => {
  long('UNL-1 sweeps at once share the work: each lock is cleared and told once', async () => {
    const keys = Array.from({ length: 60 }, (_, i) => `twice-${i}`);
    await putAll(
      runtime,
      'Lockouts',
      keys.map((personKey, i) => ({
        personKey,
        day: '2027-03-01',
        password: new Set(['a', 'b', 'c', 'd', 'e']),
        lockedAt: '2027-03-01T12:00:00.000Z',
        lockedBy: 'password',
        sweepKey: `2027-03-01#${i % 8}`,
      })),
    );
    runtime.clock.set('2027-03-02T00:00:00+08:00');
    const runs = await Promise.all(
      Array.from({ length: 3 }, () => runtime.http('POST', '/local/schedule/midnight-unlock')),
    );
    expect(runs.map((run) => run.status)).toEqual([200, 200, 200]);
    expect(runs.reduce((sum, run) => sum + run.body.unlocked, 0)).toBe(60);
    const events = (await rows(runtime, 'Audit')).filter(
      (e) => keys.includes(e.subject) && e.kind === 'unlocked',
    );
    expect(events).toHaveLength(60);
    expect(new Set(events.map((event) => event.subject)).size).toBe(60);
  });

  it('UNL-2 LCK-4 failures around midnight belong to one day each', async () => {
    const who = await knownPerson(runtime);
    runtime.clock.set('2027-03-02T23:59:59.900+08:00');
    const before = Array.from({ length: 10 }, () => enterPassword(runtime, who.documentNumber, wrong));
    runtime.clock.set('2027-03-03T00:00:00+08:00');
    const after = Array.from({ length: 10 }, () => enterPassword(runtime, who.documentNumber, wrong));
    await Promise.all([...before, ...after]);
    for (const day of ['2027-03-02', '2027-03-03']) {
      const state = await failures(runtime, who, day);
      expect(state.password).toBeLessThanOrEqual(5);
      expect(state.locked).toBe(state.password === 5);
    }
    expect((await failures(runtime, who, '2027-03-03')).password).toBe(5);
  });
});
