import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Loose, Reply } from '../support/client.ts';
import { enterPassword, expectStatus, loginTicket, wait } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import {
  failures,
  history,
  type Known,
  knownPerson,
  loginCode,
  morning,
  none,
  openWatchedRuntime,
  otherThan,
  rows,
  verify,
  type WatchedRuntime,
} from '../support/watched.ts';

/**
 * LCK-4: an attacker sends all guesses at once. Casdoor, Logto and others read, count and write back, so parallel
 * guesses pass. Here one conditional write reserves each guess.
 */
let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());
beforeEach(() => runtime.clock.set(morning));

const wrong = 'Wrong#9182';
const atOnce = <T>(count: number, one: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => one(index)));
function tally(replies: readonly Reply<Loose>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of replies) {
    const name = body?.code ?? String(status);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
const kinds = async (who: Known) => {
  const counts: Record<string, number> = {};
  for (const { kind } of await history(runtime, who)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

describe('passwords', () => {
  keeping(1)([
    [20, 'documentNumber'],
    [80, 'documentNumber'],
    [80, 'phone'],
    [80, 'both'],
  ] as const)('LCK-4 %i parallel wrong passwords get five attempts (by %s)', async (crowd, by) => {
    const who = await knownPerson(runtime);
    const account = (index: number) =>
      by === 'both' ? who[index % 2 ? 'phone' : 'documentNumber'] : who[by];
    const replies = await atOnce(crowd, (index) => enterPassword(runtime, account(index), wrong));
    expect(tally(replies)).toEqual({ BAD_CREDENTIALS: 4, ACCOUNT_LOCKED: crowd - 4 });
    const left = replies.map(({ body }) => body.remainingAttempts).filter((value) => value !== undefined);
    expect(left.sort()).toEqual([1, 2, 3, 4]);
    // There are exactly five reservations; one of them set the lock, and each comparison wrote one event.
    expect(await failures(runtime, who)).toEqual({ ...none, password: 5, locked: true });
    const events = await kinds(who);
    expect(events['login-password']).toBe(4);
    expect(events.locked).toBe(1);
    expect((await enterPassword(runtime, who.phone, who.password)).body.code).toBe('ACCOUNT_LOCKED');
  });

  keeping(1)([
    [20, 0],
    [80, 0],
    [80, 1],
    [80, 3],
    [80, 40],
    [80, 79],
  ])('LCK-4 the right one among %i (at place %i) opens at most one more five', async (crowd, place) => {
    const who = await knownPerson(runtime);
    const replies = await atOnce(crowd, (index) =>
      enterPassword(runtime, who.documentNumber, index === place ? who.password : wrong),
    );
    const right = replies[place];
    const counts = tally(replies);
    expect(
      Object.keys(counts).filter((name) => !['201', 'BAD_CREDENTIALS', 'ACCOUNT_LOCKED'].includes(name)),
    ).toEqual([]);
    const events = await kinds(who);
    // A lock that the right password itself had set was lifted with it; all other events are wrong passwords.
    const attempts = (events['login-password'] ?? 0) + (events.locked ?? 0) - (events.unlocked ?? 0);
    const state = await failures(runtime, who);
    if (right?.status === 201) {
      expect(attempts).toBeLessThanOrEqual(9);
      // At least four came before it, unless some came after it.
      expect(attempts).toBeGreaterThanOrEqual(4);
    } else {
      expect(right?.body.code).toBe('ACCOUNT_LOCKED');
      expect(attempts).toBe(5);
    }
    expect(state.locked).toBe(state.password === 5);
    const after = await enterPassword(runtime, who.phone, who.password);
    expect(after.status).toBe(state.locked ? 423 : 201);
  });

  long(
    'LCK-4 forty right ones at once all open a ticket or say locked, and leave neither count nor lock',
    async () => {
      const who = await knownPerson(runtime);
      const replies = await atOnce(40, () => enterPassword(runtime, who.phone, who.password));
      const counts = tally(replies);
      expect(counts['201']).toBeGreaterThanOrEqual(5);
      expect(
        Object.keys(counts).filter((name) => !['201', 'ACCOUNT_LOCKED', 'TOO_MANY_REQUESTS'].includes(name)),
      ).toEqual([]);
      expect(await failures(runtime, who)).toEqual(none);
      expectStatus(await enterPassword(runtime, who.phone, who.password), 201);
    },
  );
});

describe('SMS codes', () => {
  long('LCK-4 SMS-2 eighty parallel wrong codes get five attempts', async () => {
    const who = await knownPerson(runtime);
    const ticket = await loginTicket(runtime, who);
    await wait(runtime, 61);
    const code = await loginCode(runtime, ticket, who.phone);
    const replies = await atOnce(80, (index) =>
      verify(runtime, ticket, { smsCode: String((Number(code) + 1 + index) % 1_000_000).padStart(6, '0') }),
    );
    const counts = tally(replies);
    expect(
      Object.keys(counts).filter((name) => !['SMS_CODE_WRONG', 'ACCOUNT_LOCKED'].includes(name)),
    ).toEqual([]);
    expect(await failures(runtime, who)).toEqual({ ...none, sms: 5, guesses: 5, locked: true });
    const events = await kinds(who);
    expect(events['login-second-factor']).toBe(4);
    expect(events.locked).toBe(1);
    expect((await verify(runtime, ticket, { smsCode: code })).status).toBeGreaterThanOrEqual(400);
    expect(
      await rows(runtime, 'Sessions').then((all) => all.filter((s) => s.personKey === who.personKey)),
    ).toEqual([]);
  });

  /** Logins of one person, each with a code of its own. */
  async function codesOf(who: Known, count: number) {
    const codes: { ticket: string; code: string }[] = [];
    for (let i = 0; i < count; i++) {
      await wait(runtime, 61);
      const ticket = await loginTicket(runtime, who);
      codes.push({ ticket, code: await loginCode(runtime, ticket, who.phone) });
    }
    return codes;
  }
  const wrongOnes = (code: string, count: number) =>
    Array.from({ length: count }, (_, i) => String((Number(code) + 1 + i) % 1_000_000).padStart(6, '0'));

  long(
    'LCK-4 a right code that was compared before five wrong ones were told opens nothing after them',
    async () => {
      const who = await knownPerson(runtime);
      const [mine, other] = await codesOf(who, 2);
      const held = runtime.faults.add({
        function: 'login',
        routeKey: 'POST /v1/logins/{id}/verify',
        action: 'TransactWriteItems',
        kind: 'hold',
      });
      const right = verify(runtime, mine?.ticket ?? '', { smsCode: mine?.code ?? '' });
      await runtime.faults.held(held);
      const wrong = await Promise.all(
        wrongOnes(other?.code ?? '', 5).map((smsCode) => verify(runtime, other?.ticket ?? '', { smsCode })),
      );
      expect(tally(wrong)).toEqual({ SMS_CODE_WRONG: 4, ACCOUNT_LOCKED: 1 });
      runtime.faults.release(held);
      expect((await right).body.code).toBe('ACCOUNT_LOCKED');
      expect((await rows(runtime, 'Sessions')).filter((s) => s.personKey === who.personKey)).toEqual([]);
      expect(await failures(runtime, who)).toEqual({ ...none, sms: 5, guesses: 5, locked: true });
    },
  );

  long('LCK-4 LCK-5 wrong codes at four codes at once get five attempts together', async () => {
    const who = await knownPerson(runtime);
    const codes = await codesOf(who, 4);
    const replies = await Promise.all(
      codes.flatMap(({ ticket, code }) =>
        wrongOnes(code, 5).map((smsCode) => verify(runtime, ticket, { smsCode })),
      ),
    );
    expect(tally(replies)).toEqual({ SMS_CODE_WRONG: 4, ACCOUNT_LOCKED: 16 });
    for (const { ticket, code } of codes)
      expect((await verify(runtime, ticket, { smsCode: code })).status).toBeGreaterThanOrEqual(400);
  });

  long('LCK-5 parallel wrong codes over several tickets get ten a day', async () => {
    const who = await knownPerson(runtime);
    let looked = 0;
    // Four wrong codes at once, then the right one resets the method's count, until the ten guesses of the day are used
    // up.
    for (let round = 0; round < 4; round++) {
      await wait(runtime, 601);
      const ticket = await loginTicket(runtime, who);
      const sent = await runtime.http('POST', `/v1/logins/${ticket}/sms`);
      if (sent.body.code === 'FACE_REQUIRED') break;
      expectStatus(sent, 202);
      const code = runtime.sms(who.phone).find((message) => message.code)?.code ?? '';
      const replies = await atOnce(4, () => verify(runtime, ticket, { smsCode: otherThan(code) }));
      looked += tally(replies).SMS_CODE_WRONG ?? 0;
      await verify(runtime, ticket, { smsCode: code });
    }
    expect((await failures(runtime, who)).guesses).toBe(10);
    expect(looked).toBe(10);
  });

  it('SMS-2 SES-3 twenty verify calls with the right code open one session', async () => {
    const who = await knownPerson(runtime);
    const ticket = await loginTicket(runtime, who);
    await wait(runtime, 61);
    const code = await loginCode(runtime, ticket, who.phone);
    const replies = await atOnce(20, () => verify(runtime, ticket, { smsCode: code }));
    expect(tally(replies)['200']).toBe(1);
    expect((await rows(runtime, 'Sessions')).filter((s) => s.personKey === who.personKey)).toHaveLength(1);
    expect(await failures(runtime, who)).toEqual(none);
    const events = await kinds(who);
    expect(events.login).toBe(1);
    const session = replies.find((reply) => reply.status === 200)?.body.session;
    expectStatus(await runtime.http('GET', '/v1/session', undefined, { token: session.accessToken }), 200);
  });
});
