import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Loose, Reply } from '../support/client.ts';
import { person } from '../support/people.ts';
import {
  expectStatus,
  loginTicket,
  sendRegistrationCode,
  startRegistration,
  wait,
} from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import {
  knownPerson,
  morning,
  openWatchedRuntime,
  ticketCall,
  type WatchedRuntime,
} from '../support/watched.ts';

let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());
beforeEach(() => runtime.clock.set(morning));

const codes = (replies: readonly Reply<Loose>[]) => replies.map(({ status, body }) => body?.code ?? status);

describe('sends', () => {
  long(
    'SMS-1 SMS-2 SMS-4 of many parallel asks over tickets and purposes one of each kind a minute and five in ten minutes go out',
    async () => {
      const who = await knownPerson(runtime);
      const strangers = [person({ phone: who.phone }), person({ phone: who.phone })];
      runtime.clock.advance(3_600);
      const asks: (() => Promise<Reply<Loose>>)[] = [];
      // Tickets of reset and registration live longer than ten minutes; each round opens new logins.
      for (let i = 0; i < 2; i++) {
        const reset = await runtime.http('POST', '/v1/password-resets', {
          account: who.phone,
          name: who.name,
          documentNumber: who.documentNumber,
        });
        asks.push(() =>
          runtime.http('POST', `/v1/password-resets/${expectStatus(reset, 201).body.resetId}/sms`),
        );
      }
      for (const stranger of strangers) {
        const id = await startRegistration(runtime, stranger);
        asks.push(() => sendRegistrationCode(runtime, id, who.phone));
      }
      const before = runtime.sms(who.phone).length;
      const sent: number[] = [];
      for (let second = 0; second <= 600; second += 20) {
        const login = await loginTicket(runtime, who);
        const round = [...asks, () => ticketCall(runtime, login, 'sms')];
        const replies = await Promise.all(
          Array.from({ length: 20 }, (_, i) => (round[i % round.length] ?? asks[0])?.()),
        );
        const answered = replies.filter((reply) => reply !== undefined);
        expect(codes(answered).filter((code) => code !== 202 && code !== 'SMS_TOO_FREQUENT')).toEqual([]);
        const accepted = answered.filter((reply) => reply.status === 202).length;
        for (let i = 0; i < accepted; i++) sent.push(second);
        for (const { status, body } of answered)
          if (status !== 202) expect(Date.parse(body.retryAt)).toBeGreaterThan(runtime.clock.now().getTime());
        await wait(runtime, 20);
      }
      // Twice one code of the owner and one of others; the first caller gets the fifth code.
      expect(sent).toEqual([0, 0, 60, 60, 120, 600, 600]);
      expect(runtime.sms(who.phone)).toHaveLength(before + 7);
    },
  );

  it('SMS-1 sixty at once send exactly one', async () => {
    const who = person();
    const ids = await Promise.all(Array.from({ length: 6 }, () => startRegistration(runtime, person())));
    const replies = await Promise.all(
      Array.from({ length: 60 }, (_, i) => sendRegistrationCode(runtime, ids[i % 6] ?? '', who.phone)),
    );
    expect(codes(replies).filter((code) => code === 202)).toHaveLength(1);
    expect(codes(replies).filter((code) => code === 'SMS_TOO_FREQUENT')).toHaveLength(59);
    expect(runtime.sms(who.phone)).toHaveLength(1);
  });

  it('SMS-1 a refused send given back under parallel asks never leaves room for two', async () => {
    const who = person();
    const ids = await Promise.all(Array.from({ length: 4 }, () => startRegistration(runtime, person())));
    await runtime.provoking(async () => {
      runtime.faults.add({ service: 'sms', kind: 'error500', times: 3 });
      await Promise.all(
        Array.from({ length: 24 }, (_, i) => sendRegistrationCode(runtime, ids[i % 4] ?? '', who.phone)),
      );
    });
    expect(runtime.sms(who.phone).length).toBeLessThanOrEqual(1);
    const more = await Promise.all(ids.map((id) => sendRegistrationCode(runtime, id, who.phone)));
    expect(runtime.sms(who.phone)).toHaveLength(1);
    expect(codes(more).filter((code) => code === 202).length).toBeLessThanOrEqual(1);
  });
});
