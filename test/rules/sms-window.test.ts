import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideSend,
  hintFor,
  type SendKind,
  type SmsWindow,
  type StrangersDay,
  sendKindOf,
  tooFrequent,
} from '#domain/factors/sms-window.ts';
import { smsPurposes } from '#domain/names.ts';
import { defaultPolicies as policies } from '#domain/policies.ts';
import { type Ask, asks, PlainRule } from '../support/sms-model.ts';

/** 20:00 in Shanghai, so that the longer sequences of sends include a midnight. */
const start = Date.parse('2027-03-02T20:00:00+08:00');
const minute = 60_000;
const of = (window: Partial<SmsWindow>): SmsWindow => ({
  startedAt: start,
  total: 1,
  outside: 0,
  strangers: 0,
  ...window,
});
const after = (
  window: SmsWindow | undefined,
  kind: SendKind,
  now: number,
  opensWindow: boolean,
): SmsWindow => {
  const [outside, stranger] = [kind === 'owner' ? 0 : 1, kind === 'stranger' ? 1 : 0];
  const rest = opensWindow || !window ? { startedAt: now, total: 0, outside: 0, strangers: 0 } : window;
  return {
    ...window,
    startedAt: rest.startedAt,
    total: rest.total + 1,
    outside: rest.outside + outside,
    strangers: rest.strangers + stranger,
    ...(kind === 'owner' ? { ownerAt: now } : { outsideAt: now }),
  };
};
const days = fc.record({ owned: fc.boolean(), solved: fc.boolean() });
const midnights = (time: number) => Math.floor((time + 8 * 3_600_000) / 86_400_000);

/** Asks for codes one after the other, and calls `each` with each decision. */
function play(
  list: readonly Ask[],
  number: Omit<StrangersDay, 'today'>,
  each: (asked: {
    now: number;
    kind: SendKind;
    window: SmsWindow | undefined;
    day: StrangersDay;
    decision: ReturnType<typeof decideSend>;
  }) => void,
): void {
  let window: SmsWindow | undefined;
  let now = start;
  const strangers: number[] = [];
  for (const { gap, kind } of list) {
    now += gap;
    const today = strangers.filter((at) => midnights(at) === midnights(now)).length;
    const day = { ...number, today };
    const decision = decideSend(window, kind, now, policies, kind === 'stranger' ? day : undefined);
    each({ now, kind, window, day, decision });
    if (!decision.allowed) continue;
    window = after(window, kind, now, decision.opensWindow);
    if (kind === 'stranger') strangers.push(now);
  }
}

describe('the SMS window', () => {
  it('SMS-1 SMS-2 SMS-4 agree with the plain rule over any sequence of asks of all kinds', () => {
    fc.assert(
      fc.property(asks(80), days, (list, number) => {
        const rule = new PlainRule(number);
        play(list, number, ({ now, kind, decision }) => expect(decision.allowed).toBe(rule.ask(kind, now)));
      }),
      { numRuns: 500 },
    );
  });

  it('SMS-1 retryAt is possible, and not a millisecond too late', () => {
    fc.assert(
      fc.property(asks(80), days, (list, number) => {
        play(list, { ...number, solved: true }, ({ now, kind, window, day, decision }) => {
          if (!('retryAt' in decision)) return;
          const at = (time: number) => ({
            ...day,
            today: midnights(time) === midnights(now) ? day.today : 0,
          });
          const again = (time: number) =>
            decideSend(window, kind, time, policies, kind === 'stranger' ? at(time) : undefined).allowed;
          expect(decision.retryAt).toBeGreaterThan(now);
          expect(again(decision.retryAt)).toBe(true);
          expect(again(decision.retryAt - 1)).toBe(false);
        });
      }),
    );
  });

  it('SMS-1 a hint serves the number that it is of, and keeps nothing but when its window began', () => {
    const [ours, others] = [
      { phoneKey: 'p1', startedAt: 5, total: 3 },
      { phoneKey: 'p2', startedAt: 7 },
    ];
    expect(hintFor('p1', undefined, others, ours)).toEqual({ phoneKey: 'p1', startedAt: 5 });
    expect(hintFor('p1', others)).toBeUndefined();
    expect(hintFor(undefined, ours)).toBeUndefined();
  });

  it('SMS-2 keeps 60 s between two codes of a kind, to the millisecond and over the end of a window', () => {
    const one = of({ ownerAt: start + 999 });
    expect(decideSend(one, 'owner', start + 60_998, policies)).toEqual({
      allowed: false,
      retryAt: start + 60_999,
    });
    expect(decideSend(one, 'owner', start + 60_999, policies)).toEqual({ allowed: true, opensWindow: false });
    const late = of({ total: 5, ownerAt: start + 590_000 });
    expect(decideSend(late, 'owner', start + 600_000, policies)).toEqual({
      allowed: false,
      retryAt: start + 650_000,
    });
  });

  it('SMS-4 strangers and owner wait their own minute, 忘记密码 waits with the strangers', () => {
    const stranger = of({ outside: 1, strangers: 1, outsideAt: start });
    expect(decideSend(stranger, 'owner', start, policies).allowed).toBe(true);
    expect(decideSend(stranger, 'reset', start, policies).allowed).toBe(false);
    const owner = of({ ownerAt: start });
    for (const kind of ['stranger', 'reset'] as const)
      expect(decideSend(owner, kind, start, policies).allowed).toBe(true);
  });

  it('SMS-4 strangers take three of an owner’s five, with 忘记密码 four, and the owner has the rest', () => {
    const now = start + 5 * minute;
    const three = of({ total: 3, outside: 3, strangers: 3 });
    expect(decideSend(three, 'stranger', now, policies)).toEqual({
      allowed: false,
      retryAt: start + 10 * minute,
    });
    expect(decideSend(three, 'reset', now, policies).allowed).toBe(true);
    const four = of({ total: 4, outside: 4, strangers: 3 });
    expect(decideSend(four, 'reset', now, policies).allowed).toBe(false);
    expect(decideSend(four, 'owner', now, policies).allowed).toBe(true);
    expect(decideSend(of({ total: 5, outside: 4 }), 'owner', now, policies).allowed).toBe(false);
    const nobodys = { today: 3, owned: false, solved: false };
    expect(decideSend(four, 'stranger', now, policies, nobodys).allowed).toBe(true);
  });

  it('SMS-4 strangers have 10 a day of an owner’s number and 20 of nobody’s, of those 15 with a challenge', () => {
    const ask = (day: StrangersDay) => decideSend(undefined, 'stranger', start, policies, day);
    const midnight = Date.parse('2027-03-03T00:00:00+08:00');
    expect(ask({ today: 9, owned: true, solved: false }).allowed).toBe(true);
    expect(ask({ today: 10, owned: true, solved: true })).toEqual({ allowed: false, retryAt: midnight });
    expect(ask({ today: 4, owned: false, solved: false }).allowed).toBe(true);
    expect(ask({ today: 5, owned: false, solved: false })).toEqual({ allowed: false, challenge: true });
    expect(ask({ today: 19, owned: false, solved: true }).allowed).toBe(true);
    expect(ask({ today: 20, owned: false, solved: true })).toEqual({ allowed: false, retryAt: midnight });
    expect(
      decideSend(undefined, 'owner', start, policies, { today: 99, owned: true, solved: false }).allowed,
    ).toBe(true);
  });

  it('SMS-4 every purpose has its kind', () => {
    expect(smsPurposes.filter((purpose) => sendKindOf(purpose) === 'stranger')).toEqual([
      'registration',
      'phone-recovery',
      'add-phone',
      'legacy-binding',
    ]);
    expect(smsPurposes.filter((purpose) => sendKindOf(purpose) === 'reset')).toEqual(['password-reset']);
  });

  it('SMS-1 tells the whole second by which a code is possible, never one before it', () => {
    expect(tooFrequent(start + 60_001, start + 1).details).toEqual({
      retryAt: '2027-03-02T20:01:01+08:00',
      retryAfter: 60,
    });
    expect(tooFrequent(start + 60_000, start).details.retryAt).toBe('2027-03-02T20:01:00+08:00');
  });

  it('SMS-2 a clock set back opens no gap early', () => {
    const window = of({ ownerAt: start });
    expect(decideSend(window, 'owner', start - 60 * minute, policies)).toEqual({
      allowed: false,
      retryAt: start + minute,
    });
  });
});
