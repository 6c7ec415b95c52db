import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultPolicies as policies } from '#domain/policies.ts';
import { decideSend, giveBack, type SmsWindow } from '#domain/sms-window.ts';

/** Asks at the given seconds one after the other; the seconds at which a code went out. */
function sentAt(asks: readonly number[]): number[] {
  let window: SmsWindow | undefined;
  const sent: number[] = [];
  for (const now of asks) {
    const decision = decideSend(window, now, policies);
    if (!decision.allowed) continue;
    window = decision.next;
    sent.push(now);
  }
  return sent;
}

/** The rule as people say it, from the whole history: 60 s since the last, five since the first of the five. */
function naive(asks: readonly number[]): number[] {
  const sent: number[] = [];
  let windowOf: number[] = [];
  for (const now of asks) {
    const last = sent.at(-1);
    if (last !== undefined && now - last < 60) continue;
    const first = windowOf[0];
    if (first !== undefined && now - first >= 600) windowOf = [];
    if (windowOf.length === 5) continue;
    windowOf.push(now);
    sent.push(now);
  }
  return sent;
}

const start = 1_763_856_000;
const asks = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 90 }), fc.constantFrom(0, 1, 59, 60, 61, 599, 600, 601)), {
    maxLength: 80,
  })
  .map((gaps) => {
    let now = start;
    return gaps.map((gap) => (now += gap));
  });

describe('the SMS window', () => {
  it('SMS-1 sends five in ten minutes, counted from the first, then five more', () => {
    const everyMinute = Array.from({ length: 21 }, (_, i) => start + i * 60);
    expect(sentAt(everyMinute).map((at) => (at - start) / 60)).toEqual([
      0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 20,
    ]);
  });

  it('SMS-1 says when a sixth is possible', () => {
    const full: SmsWindow = { startedAt: start, count: 5, lastAt: start + 240 };
    expect(decideSend(full, start + 599, policies)).toEqual({ allowed: false, retryAt: start + 600 });
    expect(decideSend(full, start + 600, policies)).toEqual({
      allowed: true,
      next: { startedAt: start + 600, count: 1, lastAt: start + 600 },
      fresh: true,
    });
  });

  it('SMS-2 keeps 60 s between two codes, over the end of a window too', () => {
    const one: SmsWindow = { startedAt: start, count: 1, lastAt: start };
    expect(decideSend(one, start + 59, policies)).toEqual({ allowed: false, retryAt: start + 60 });
    expect(decideSend(one, start + 60, policies)).toEqual({
      allowed: true,
      next: { startedAt: start, count: 2, lastAt: start + 60 },
      fresh: false,
    });
    const late: SmsWindow = { startedAt: start, count: 5, lastAt: start + 590 };
    expect(decideSend(late, start + 600, policies)).toEqual({ allowed: false, retryAt: start + 650 });
  });

  it('SMS-1 SMS-2 agree with the naive rule over any sequence of asks', () => {
    fc.assert(
      fc.property(asks, (times) => {
        expect(sentAt(times)).toEqual(naive(times));
      }),
      { numRuns: 500 },
    );
  });

  it('SMS-1 retryAt is possible, and not a second too late', () => {
    fc.assert(
      fc.property(asks, (times) => {
        let window: SmsWindow | undefined;
        for (const now of times) {
          const decision = decideSend(window, now, policies);
          if (decision.allowed) {
            window = decision.next;
          } else {
            expect(decision.retryAt).toBeGreaterThan(now);
            expect(decideSend(window, decision.retryAt, policies).allowed).toBe(true);
            expect(decideSend(window, decision.retryAt - 1, policies).allowed).toBe(false);
          }
        }
      }),
    );
  });

  it('SMS-1 a send that the provider refused is given back whole', () => {
    fc.assert(
      fc.property(asks, (times) => {
        let window: SmsWindow | undefined;
        for (const now of times) {
          const decision = decideSend(window, now, policies);
          if (!decision.allowed) continue;
          expect(giveBack(decision.next, decision.next, window)).toEqual(window);
          window = decision.next;
        }
      }),
    );
  });

  it('SMS-1 a send given back late costs a later window or send nothing', () => {
    const taken: SmsWindow = { startedAt: start, count: 2, lastAt: start + 60 };
    const before: SmsWindow = { startedAt: start, count: 1, lastAt: start };
    const later: SmsWindow = { startedAt: start, count: 3, lastAt: start + 120 };
    const nextWindow: SmsWindow = { startedAt: start + 700, count: 1, lastAt: start + 700 };
    expect(giveBack(later, taken, before)).toEqual({ startedAt: start, count: 2, lastAt: start + 120 });
    expect(giveBack(nextWindow, taken, before)).toEqual(nextWindow);
    expect(giveBack(undefined, taken, before)).toBeUndefined();
  });

  it('SMS-2 a clock set back opens no gap early', () => {
    const window: SmsWindow = { startedAt: start, count: 1, lastAt: start };
    expect(decideSend(window, start - 3600, policies)).toEqual({ allowed: false, retryAt: start + 60 });
  });
});
