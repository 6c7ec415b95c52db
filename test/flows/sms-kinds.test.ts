import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Loose, Reply } from '../support/client.ts';
import { mobile, person } from '../support/people.ts';
import {
  expectStatus,
  loggedIn,
  loginTicket,
  sendRegistrationCode,
  startRegistration,
  wait,
} from '../support/runtime.ts';
import { solve } from '../support/solve.ts';
import { long } from '../support/variants.ts';
import {
  knownAfterRegistering,
  knownPerson,
  openWatchedRuntime,
  ticketCall,
  type WatchedRuntime,
} from '../support/watched.ts';
import { type Company, company, noticesTo, type Somebody, somebody } from './support/staff.ts';

let runtime: WatchedRuntime;
let day = 2;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());
/** Every test uses another day. */
beforeEach(() => runtime.clock.set(`2027-03-${String(day++).padStart(2, '0')}T00:30:00+08:00`));

const codes = (replies: readonly Reply<Loose>[]) => replies.map(({ status, body }) => body?.code ?? status);
const sent = (replies: readonly Reply<Loose>[]) => replies.filter(({ status }) => status === 202).length;
const started = (at: WatchedRuntime) => startRegistration(at, person());
const send = (at: WatchedRuntime, id: string, phone: string, challenge?: string) =>
  at.http('POST', `/v1/registrations/${id}/sms`, { phone, challenge });
/** Sends a code, and solves every challenge that is required. */
async function sendSolved(at: WatchedRuntime, id: string, phone: string): Promise<Reply<Loose>> {
  const asked = await send(at, id, phone);
  return asked.body?.code === 'CHALLENGE_REQUIRED'
    ? send(at, id, phone, await solve(asked.body.challenge))
    : asked;
}

describe('strangers', () => {
  long(
    'SMS-4 one who asks for codes to an owner’s number all the time never keeps the owner’s login code away',
    async () => {
      const who = await knownAfterRegistering(runtime);
      await wait(runtime, 700);
      for (let round = 0; round < 12; round++) {
        const [one, other] = [await started(runtime), await started(runtime)];
        let strangers = 0;
        for (let minute = 0; minute < 5; minute++) {
          strangers += sent([
            await sendRegistrationCode(runtime, one, who.phone),
            await sendRegistrationCode(runtime, other, who.phone),
          ]);
          await wait(runtime, 60);
        }
        expect(strangers).toBeLessThanOrEqual(3);
        expectStatus(await ticketCall(runtime, await loginTicket(runtime, who), 'sms'), 202);
        await wait(runtime, 600);
      }
      // Ten codes in the day, one of them from the person's own registration.
      const today = runtime.sms(who.phone).filter(({ purpose }) => purpose === 'registration');
      expect(today).toHaveLength(10);
    },
  );

  long('SMS-4 a ticket sends to three numbers and not to forty, also when asked at once', async () => {
    const id = await started(runtime);
    const numbers = Array.from({ length: 40 }, () => mobile());
    const replies = await Promise.all(
      numbers.slice(0, 20).map((phone) => sendRegistrationCode(runtime, id, phone)),
    );
    for (const phone of numbers.slice(20)) replies.push(await sendRegistrationCode(runtime, id, phone));
    expect(sent(replies)).toBe(3);
    expect(new Set(codes(replies))).toEqual(new Set([202, 'SMS_TOO_FREQUENT']));
    // The refusal names the time at which the ticket ends; another ticket can send at once.
    const refused = replies.find(({ status }) => status === 429);
    expect(Date.parse(refused?.body.retryAt)).toBe(runtime.clock.now().getTime() + 1_800_000);
    expectStatus(await sendRegistrationCode(runtime, await started(runtime), numbers[39] ?? ''), 202);
  });

  long('SMS-4 a ticket sends ten codes, and those that the provider refused are none of them', async () => {
    const id = await started(runtime);
    const numbers = [mobile(), mobile(), mobile()];
    await runtime.provoking(async () => {
      runtime.faults.add({ service: 'sms', kind: 'error500', times: 4 });
      for (let i = 0; i < 4; i++)
        expect((await sendRegistrationCode(runtime, id, mobile())).status).toBe(503);
    });
    let all = 0;
    for (let minute = 0; minute < 14; minute++) {
      const replies = [];
      for (const phone of numbers) replies.push(await sendSolved(runtime, id, phone));
      all += sent(replies);
      await wait(runtime, 60);
    }
    expect(all).toBe(10);
  });

  it('SMS-4 a session and purpose sends to three numbers and ten codes', async () => {
    const who = await knownPerson(runtime);
    const { session } = await loggedIn(runtime, who);
    const add = (phone: string) =>
      runtime.http('POST', '/v1/account/phones/sms', { phone }, { token: session.accessToken });
    const replies = await Promise.all(Array.from({ length: 8 }, () => add(mobile())));
    expect(sent(replies)).toBe(3);
    expect(codes(replies).filter((code) => code === 'SMS_TOO_FREQUENT')).toHaveLength(5);
    expect(Date.parse(replies.find(({ status }) => status === 429)?.body.retryAt)).toBeGreaterThan(
      runtime.clock.now().getTime() + 1_000_000,
    );
  });

  it('SMS-2 SMS-4 the minute is one of milliseconds, and the time told is not before it', async () => {
    const id = await started(runtime);
    const phone = mobile();
    const begin = runtime.clock.now().getTime() + 999;
    runtime.clock.set(begin);
    const first = expectStatus(await sendRegistrationCode(runtime, id, phone), 202);
    expect(Date.parse(first.body.resendAt)).toBe(begin + 60_001);
    runtime.clock.set(begin + 59_999);
    const refused = await sendRegistrationCode(runtime, id, phone);
    expect(refused.body).toMatchObject({ code: 'SMS_TOO_FREQUENT', title: '短信验证码获取频繁，请稍后重试' });
    expect(Date.parse(refused.body.retryAt)).toBe(begin + 60_001);
    runtime.clock.set(begin + 60_000);
    expectStatus(await sendRegistrationCode(runtime, id, phone), 202);
  });

  long(
    'SMS-4 a number of nobody wants a challenge from the sixth code of a day, also of another ticket, and no more the next day',
    async () => {
      const phone = mobile();
      const id = await started(runtime);
      for (let i = 0; i < 5; i++) {
        expectStatus(await sendRegistrationCode(runtime, id, phone), 202);
        await wait(runtime, 121);
      }
      const other = await started(runtime);
      const asked = await sendRegistrationCode(runtime, other, phone);
      expect(asked.body).toMatchObject({ status: 403, code: 'CHALLENGE_REQUIRED' });
      expectStatus(await send(runtime, other, phone, await solve(asked.body.challenge)), 202);
      // A send within the gap is refused before a challenge is required.
      expect((await sendRegistrationCode(runtime, other, phone)).body.code).toBe('SMS_TOO_FREQUENT');
      runtime.clock.set(runtime.clock.now().getTime() + 24 * 3_600_000);
      expectStatus(await sendRegistrationCode(runtime, await started(runtime), phone), 202);
    },
  );
});

describe('the stage', () => {
  let small: WatchedRuntime;
  beforeAll(async () => {
    small = await openWatchedRuntime({
      alone: true,
      policies: { smsStrangersPerHour: 4, smsStrangersRefusedAt: 2 },
    });
  });
  afterAll(() => small?.finish());
  const percents = () =>
    small
      .logs()
      .flatMap(({ line }) =>
        line.includes('"StrangerSmsPercent":') ? [JSON.parse(line).StrangerSmsPercent] : [],
      );

  long(
    'SMS-4 beyond its hourly budget of strangers’ sends a dearer challenge is asked for, and nothing is sent beyond many times that, except in a session',
    async () => {
      small.clock.set('2027-03-02T09:00:00+08:00');
      const who = await knownAfterRegistering(small);
      const { session } = await loggedIn(small, who);
      for (let i = 0; i < 3; i++) expectStatus(await send(small, await started(small), mobile()), 202);
      expect(percents()).toEqual([25, 50, 75, 100]);
      // A cheap challenge is not enough any more. The owner's sends need none.
      const id = await started(small);
      const { body: handed } = expectStatus(await small.http('GET', '/v1/challenge'), 200);
      const cheap = await send(small, id, mobile(), await solve(handed.challenge ?? handed));
      expect(cheap.body.code).toBe('CHALLENGE_REQUIRED');
      expect(cheap.body.challenge.parameters.cost).toBe(4 * (handed.challenge ?? handed).parameters.cost);
      await wait(small, 60);
      expectStatus(await ticketCall(small, await loginTicket(small, who), 'sms'), 202);
      for (let i = 0; i < 4; i++) expectStatus(await sendSolved(small, await started(small), mobile()), 202);
      const refused = await send(small, id, mobile());
      expect(refused.body).toMatchObject({ code: 'SMS_TOO_FREQUENT', retryAt: '2027-03-02T10:00:00+08:00' });
      // In a session the challenge is enough.
      const path = '/v1/account/phones/sms';
      const phone = mobile();
      const asked = await small.http('POST', path, { phone }, { token: session.accessToken });
      expect(asked.body.code).toBe('CHALLENGE_REQUIRED');
      const challenge = await solve(asked.body.challenge);
      expectStatus(await small.http('POST', path, { phone, challenge }, { token: session.accessToken }), 202);
      // The next hour has a new budget.
      small.clock.set('2027-03-02T10:00:00+08:00');
      expectStatus(await send(small, await started(small), mobile()), 202);
    },
    60_000,
  );

  long('SMS-4 a send that the provider refused is none of the hour', async () => {
    small.clock.set('2027-03-02T15:00:00+08:00');
    await small.provoking(async () => {
      small.faults.add({ service: 'sms', kind: 'error500', times: 6 });
      for (let i = 0; i < 6; i++)
        expect((await send(small, await started(small), mobile())).status).toBe(503);
    });
    for (let i = 0; i < 4; i++) expectStatus(await send(small, await started(small), mobile()), 202);
    expect((await send(small, await started(small), mobile())).body.code).toBe('CHALLENGE_REQUIRED');
  });
});

describe('notices of companies', () => {
  let hand: Somebody;
  let firm: Company;
  beforeAll(async () => {
    runtime.clock.set('2027-03-20T08:00:00+08:00');
    hand = await somebody(runtime);
    firm = await company(runtime);
    const id = await firm.invited(hand.who);
    expectStatus(await hand.call('POST', `/v1/authorizations/${id}/confirm`), 200);
  }, 60_000);
  /** The clock has moved on, so the access token has expired. */
  const goOn = async () => {
    await firm.boss.logIn();
    expectStatus(await firm.boss.switchTo(firm.id), 200);
  };
  const patch = async () => {
    const row = (await firm.staff()).find(({ role }) => role === 'tax-handler');
    return firm.on(row?.authorizationId, '', 'PATCH', { permissions: ['filing'] });
  };

  long(
    'SMS-4 one of a kind tells a person in ten minutes, also of twenty-five at once and in a row, and ten in a day; codes are not counted',
    async () => {
      runtime.clock.set('2027-03-20T09:00:00+08:00');
      await goOn();
      const before = noticesTo(runtime, hand.who.phone).length;
      const told = () => noticesTo(runtime, hand.who.phone).length - before;
      await Promise.all(Array.from({ length: 8 }, patch));
      for (let i = 0; i < 4; i++) expectStatus(await patch(), 200);
      expect(told()).toBe(1);
      await wait(runtime, 599);
      await goOn();
      expectStatus(await patch(), 200);
      expect(told()).toBe(1);
      // Another kind of notice has its own ten minutes.
      const row = (await firm.staff()).find(({ role }) => role === 'tax-handler');
      expectStatus(await firm.on(row?.authorizationId, '', 'DELETE'), 204);
      expect(told()).toBe(2);
      expectStatus(await ticketCall(runtime, await loginTicket(runtime, hand.who), 'sms'), 202);
      // Ten notices a day, including the invitation and the three notices so far.
      for (let i = 0; i < 9; i++) {
        await wait(runtime, 601);
        await goOn();
        const id = await firm.invited(hand.who);
        expectStatus(await firm.on(id, 'withdraw'), 200);
      }
      expect(told() + before).toBe(10);
      // Another company has its own limit.
      const other = await company(runtime);
      expectStatus(await other.invite(hand.who), 201);
      expect(told() + before).toBe(11);
    },
    120_000,
  );
});
