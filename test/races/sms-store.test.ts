import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SendKind, SmsWindowHint } from '#domain/factors/sms-window.ts';
import { defaultPolicies as policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { dayRowExpiry } from '#store/dynamodb/counters.ts';
import { exists } from '#store/dynamodb/expressions.ts';
import type { Db, Write } from '#store/dynamodb/tables.ts';
import { claimPhoneUpdate } from '#store/people/phones.ts';
import {
  dayKey,
  type PhoneSendState,
  type ReservedSend,
  reserveSend,
  returnSend,
  type Send,
} from '#store/sms/sms-windows.ts';
import { randomShard, stageBudgetKeys, stageSendsOf, stageSendUpdate } from '#store/sms/stage-sms-budget.ts';
import { type Ask, asks, PlainRule } from '../support/sms-model.ts';
import { openStore } from '../support/store.ts';
import { long } from '../support/variants.ts';

let db: Db;
beforeAll(async () => {
  db = await openStore('SmsWindows', 'Phones');
});

const start = Date.parse('2027-03-02T20:00:00+08:00');
let numbers = 0;
/** A number of its own, of somebody or of nobody. */
async function number(owned: boolean): Promise<string> {
  const phoneKey = `n1_${numbers++}`;
  if (owned) await db.transact([claimPhoneUpdate(phoneKey, 'p1_owner', new Date(start))]);
  return phoneKey;
}
interface Asked {
  readonly phoneKey: string;
  readonly kind: SendKind;
  readonly now: number;
  readonly owned?: boolean;
  readonly solved?: boolean;
  readonly seen?: number | undefined;
}
/** What was taken, or undefined where the rule refuses. */
async function take({ now, seen, ...asked }: Asked): Promise<ReservedSend | undefined> {
  try {
    return await reserveSend(
      db,
      {
        ...asked,
        now: new Date(now),
        hint: seen === undefined ? undefined : { phoneKey: asked.phoneKey, startedAt: seen },
      },
      policies,
      () => [],
      { challengeError: async () => new Problem('CHALLENGE_REQUIRED') },
    );
  } catch (error) {
    if (error instanceof Problem && ['SMS_TOO_FREQUENT', 'CHALLENGE_REQUIRED'].includes(error.code))
      return undefined;
    throw error;
  }
}
const passed = async (all: readonly Promise<ReservedSend | undefined>[]) =>
  (await Promise.all(all)).filter((one) => one !== undefined).length;
const many = (count: number, kind: SendKind, phoneKey: string, now: number, more: Partial<Asked> = {}) =>
  passed(Array.from({ length: count }, () => take({ kind, phoneKey, now, ...more })));

/** What a journey may believe of the window: nothing, the truth, or rubbish. */
const beliefs = fc.constantFrom('none', 'true', 'old', 'now');
type AskedSend = Ask & { readonly belief: string; readonly refused: boolean; readonly wrongOwner: boolean };
const told = asks(26).chain((list) =>
  fc.tuple(
    ...list.map((ask) =>
      fc.record({
        gap: fc.constant(ask.gap),
        kind: fc.constant(ask.kind),
        belief: beliefs,
        refused: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
        wrongOwner: fc.boolean(),
      }),
    ),
  ),
);

describe('the rows of a number', () => {
  long(
    'SMS-1 SMS-2 SMS-4 pass what the plain rule passes, whatever a journey believed, and give refused sends back',
    async () => {
      await fc.assert(
        fc.asyncProperty(told, fc.boolean(), fc.boolean(), async (list, owned, solved) => {
          const phoneKey = await number(owned);
          const rule = new PlainRule({ owned, solved });
          let now = start;
          let startedAt: number | undefined;
          for (const { gap, kind, belief, refused, wrongOwner } of list as readonly AskedSend[]) {
            now += gap;
            const seen = { none: undefined, true: startedAt, old: now - 700_000, now }[belief];
            const taken = await take({
              phoneKey,
              kind,
              now,
              solved,
              seen,
              owned: wrongOwner ? !owned : owned,
            });
            expect(taken !== undefined).toBe(rule.ask(kind, now));
            if (!taken) continue;
            startedAt = taken.startedAt;
            if (!refused) continue;
            await returnSend(db, taken);
            rule.takeBack();
          }
        }),
        { numRuns: 30 },
      );
    },
    120_000,
  );

  long(
    'SMS-1 SMS-4 of twenty parallel sends of each kind one of each queue passes a minute, and of the window what the rule says',
    async () => {
      const phoneKey = await number(true);
      const ofMinute: number[][] = [];
      for (let minute = 0; minute < 6; minute++) {
        const now = start + minute * 60_000;
        ofMinute.push([
          await many(20, 'stranger', phoneKey, now),
          await many(20, 'reset', phoneKey, now),
          minute < 5 ? 0 : await many(20, 'owner', phoneKey, now),
        ]);
      }
      // Three strangers, one 忘记密码, and then the fifth is the owner's.
      expect(ofMinute).toEqual([
        [1, 0, 0],
        [1, 0, 0],
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 0],
        [0, 0, 1],
      ]);
    },
  );

  long('SMS-4 all kinds at once never take more than five', async () => {
    const phoneKey = await number(true);
    const counts = { stranger: 0, reset: 0, owner: 0 };
    for (let minute = 0; minute < 10; minute++) {
      const now = start + minute * 60_000;
      const kinds = ['stranger', 'reset', 'owner'] as const;
      const each = await Promise.all(kinds.map((kind) => many(7, kind, phoneKey, now)));
      kinds.forEach((kind, index) => {
        counts[kind] += each[index] ?? 0;
      });
      expect((each[0] ?? 0) + (each[1] ?? 0)).toBeLessThanOrEqual(1);
      expect(each[2]).toBeLessThanOrEqual(1);
    }
    expect(counts.stranger + counts.reset + counts.owner).toBe(5);
    expect(counts.stranger).toBeLessThanOrEqual(3);
    expect(counts.stranger + counts.reset).toBeLessThanOrEqual(4);
  });

  long(
    'SMS-4 strangers in parallel get 10 a day of an owner’s number, 5 of nobody’s without a challenge and 20 with',
    async () => {
      const [own, free, solved] = await Promise.all([number(true), number(false), number(false)]);
      const counts = [0, 0, 0];
      for (let round = 0; round < 24; round++) {
        const now = start - 12 * 3_600_000 + round * 601_000;
        const asked = await Promise.all([
          many(5, 'stranger', own, now),
          many(5, 'stranger', free, now, { owned: false }),
          many(5, 'stranger', solved, now, { owned: false, solved: true }),
        ]);
        asked.forEach((count, index) => {
          counts[index] = (counts[index] ?? 0) + count;
        });
      }
      expect(counts).toEqual([10, 5, 20]);
      // The owner's go on, without end.
      expect(await many(1, 'owner', own, start)).toBe(1);
    },
  );

  it('SMS-4 a number that got an owner meanwhile has an owner’s limits, whatever was read before', async () => {
    const phoneKey = await number(false);
    for (let minute = 0; minute < 3; minute++)
      expect(
        await take({ phoneKey, kind: 'stranger', now: start + minute * 60_000, owned: false }),
      ).toBeDefined();
    await db.transact([claimPhoneUpdate(phoneKey, 'p1_owner', new Date(start))]);
    expect(await take({ phoneKey, kind: 'stranger', now: start + 180_000, owned: false })).toBeUndefined();
    expect(await take({ phoneKey, kind: 'owner', now: start + 180_000 })).toBeDefined();
  });

  /** Sends of these kinds, a minute apart; each journey believes what is true of the window. */
  async function sent(phoneKey: string, ...kinds: SendKind[]): Promise<void> {
    for (const [at, kind] of kinds.entries()) {
      const taken = await take({
        phoneKey,
        kind,
        now: start + at * 60_000,
        seen: at === 0 ? undefined : start,
      });
      expect(taken, `${kind} in minute ${at}`).toBeDefined();
    }
  }
  const atMinute = (minute: number, kind: SendKind, phoneKey: string, owned = true) =>
    take({ phoneKey, kind, now: start + minute * 60_000, seen: start, owned });
  const windowOf = (phoneKey: string) => db.get<Record<string, number>>('SmsWindows', { phoneKey });

  it('SMS-4 the write itself refuses what the window has no room for, where nothing was read before it', async () => {
    const [strangers, resets, mixed] = [await number(true), await number(true), await number(true)];
    await sent(strangers, 'stranger', 'stranger', 'stranger');
    expect(await atMinute(3, 'stranger', strangers)).toBeUndefined();
    await sent(resets, 'stranger', 'stranger', 'stranger', 'reset');
    expect(await atMinute(4, 'reset', resets)).toBeUndefined();
    await sent(mixed, 'stranger', 'stranger', 'reset', 'reset');
    expect(await atMinute(4, 'stranger', mixed)).toBeUndefined();
    for (const phoneKey of [resets, mixed]) expect(await atMinute(4, 'owner', phoneKey)).toBeDefined();
  });

  it('SMS-4 nor does it believe that a number is nobody’s', async () => {
    const phoneKey = await number(true);
    await sent(phoneKey, 'stranger', 'stranger', 'stranger');
    expect(await atMinute(3, 'stranger', phoneKey, false)).toBeUndefined();
  });

  it('SMS-4 of a number that is nobody’s a stranger may have all five codes of a window', async () => {
    const phoneKey = await number(false);
    for (let minute = 0; minute < 5; minute++)
      expect(await atMinute(minute, 'stranger', phoneKey, false), `minute ${minute}`).toBeDefined();
    expect(await windowOf(phoneKey)).toMatchObject({ total: 5, strangers: 5 });
  });

  it('SMS-1 a window that is over, or was given back, is begun anew, whatever a journey believes', async () => {
    const [over, returned] = [await number(true), await number(true)];
    await sent(over, 'owner');
    const late = start + 600_000;
    expect(await take({ phoneKey: over, kind: 'owner', now: late, seen: late - 1000 })).toMatchObject({
      startedAt: late,
    });
    const first = await take({ phoneKey: returned, kind: 'owner', now: start });
    if (first) await returnSend(db, first);
    const next = start + 1000;
    expect(await take({ phoneKey: returned, kind: 'owner', now: next, seen: start })).toMatchObject({
      startedAt: next,
    });
  });

  it('SMS-2 a new window keeps the minute to the last code of the one before', async () => {
    const phoneKey = await number(true);
    const late = start + 599_000;
    for (const now of [start, late])
      expect(await take({ phoneKey, kind: 'owner', now, seen: start })).toBeDefined();
    expect(await take({ phoneKey, kind: 'owner', now: late + 59_999, seen: start })).toBeUndefined();
    expect(await take({ phoneKey, kind: 'owner', now: late + 60_000, seen: start })).toMatchObject({
      opensWindow: true,
    });
  });

  long(
    'SMS-1 SMS-4 giving back touches neither a later send of the same queue nor a later window',
    async () => {
      // The answer of the provider comes so late that others have sent meanwhile.
      const [queue, window, full, further] = await Promise.all([1, 2, 3, 4].map(() => number(true)));
      const late = start + 600_000;
      const opening = async (phoneKey = '') => {
        const taken = await take({ phoneKey, kind: 'stranger', now: start });
        if (!taken) throw new Error('should pass');
        return taken;
      };
      const owners = async (phoneKey = '', ...times: number[]) => {
        for (const now of times) expect(await take({ phoneKey, kind: 'owner', now })).toBeDefined();
      };
      const counted = async (phoneKey = '') => {
        const { outsideAt, ...rest } = (await windowOf(phoneKey)) ?? {};
        return rest;
      };

      const first = await opening(queue);
      await owners(queue, start + 1500);
      expect(await take({ phoneKey: queue ?? '', kind: 'stranger', now: start + 61_000 })).toBeDefined();
      await returnSend(db, first);
      expect(await take({ phoneKey: queue ?? '', kind: 'stranger', now: start + 62_000 })).toBeUndefined();

      for (const [phoneKey, times] of [
        [window, [late]],
        [full, [late, late + 61_000]],
      ] as const) {
        const old = await opening(phoneKey);
        await owners(phoneKey, ...times);
        const stood = await counted(phoneKey);
        await returnSend(db, old);
        expect(await counted(phoneKey)).toEqual(stood);
      }

      await owners(further, start);
      const inside = await take({
        phoneKey: further ?? '',
        kind: 'stranger',
        now: start + 1000,
        seen: start,
      });
      await owners(further, late, late + 61_000);
      const stood = await counted(further);
      if (inside) await returnSend(db, inside);
      expect(await counted(further)).toEqual(stood);
    },
  );

  it('SMS-1 giving back what began a window does not fail where the rest of it has lost its time', async () => {
    const phoneKey = await number(true);
    const first = await take({ phoneKey, kind: 'stranger', now: start });
    expect(await take({ phoneKey, kind: 'owner', now: start + 1000, seen: start })).toBeDefined();
    const last = await take({ phoneKey, kind: 'owner', now: start + 62_000, seen: start });
    if (!first || !last) throw new Error('both should pass');
    await returnSend(db, last);
    await returnSend(db, first);
    expect(await windowOf(phoneKey)).toMatchObject({ startedAt: start, total: 2 });
  });

  it('SMS-1 a refused send that began a window leaves it to what the other kind sent meanwhile', async () => {
    const phoneKey = await number(true);
    const stranger = await take({ phoneKey, kind: 'stranger', now: start });
    const owner = await take({ phoneKey, kind: 'owner', now: start + 1_500 });
    if (!stranger || !owner) throw new Error('both should pass');
    await returnSend(db, stranger);
    const row = await db.get<Record<string, number>>('SmsWindows', { phoneKey });
    expect(row).toMatchObject({ startedAt: start + 1_500, total: 1, outside: 0, strangers: 0 });
    // A second giving back (an answer that was lost) takes nothing more.
    await returnSend(db, stranger);
    expect(await db.get('SmsWindows', { phoneKey })).toEqual(row);
    // The other way round: a stranger's send came into the owner's window.
    const other = await number(true);
    const first = await take({ phoneKey: other, kind: 'owner', now: start });
    expect(await take({ phoneKey: other, kind: 'stranger', now: start + 1_500 })).toBeDefined();
    if (first) await returnSend(db, first);
    expect(await windowOf(other)).toMatchObject({ startedAt: start + 1_500, total: 1, strangers: 1 });
    // The last of a window leaves none of it.
    await returnSend(db, owner);
    expect(await windowOf(phoneKey)).toMatchObject({ total: 0, outside: 0, strangers: 0 });
  });

  /** A write that goes with a send and is refused. */
  const refused: Write = {
    table: 'Phones',
    key: { phoneKey: 'n1_nobody' },
    condition: exists('personKey'),
    onRefused: () => new Problem('STATE_CONFLICT'),
  };
  const sendOf = (phoneKey: string, kind: SendKind, now = start, more: Partial<Send> = {}): Send => ({
    phoneKey,
    kind,
    now: new Date(now),
    ...more,
  });
  /** The details of the refusal. */
  const refusalOf = (sending: Promise<unknown>) =>
    sending.then(
      () => undefined,
      (error: Problem) => ({ code: error.code, ...error.details }),
    );
  const at = (time: string) => `2027-03-02T${time}+08:00`;

  it('SMS-1 a send and what goes with it are done together or not at all, and so is giving it back', async () => {
    const phoneKey = await number(true);
    const hints: SmsWindowHint[] = [];
    const asking = (writes: readonly Write[]) =>
      reserveSend(db, sendOf(phoneKey, 'stranger'), policies, (hint) => {
        hints.push(hint);
        return writes;
      });
    expect(await refusalOf(asking([refused]))).toEqual({ code: 'STATE_CONFLICT' });
    expect(await windowOf(phoneKey)).toBeUndefined();
    const taken = await asking([]);
    expect(hints).toEqual([
      { phoneKey, startedAt: start },
      { phoneKey, startedAt: start },
    ]);
    expect(taken).toMatchObject({
      phoneKey,
      kind: 'stranger',
      owned: true,
      opensWindow: true,
      startedAt: start,
    });
    const day = { phoneKey: dayKey(phoneKey, new Date(start)) };
    const stood = [await windowOf(phoneKey), await db.get('SmsWindows', day)];
    expect(stood).toEqual([
      {
        phoneKey,
        startedAt: start,
        total: 1,
        outside: 1,
        strangers: 1,
        outsideAt: start,
        ttl: start / 1000 + 600 + 86_400,
      },
      { ...day, strangers: 1, ttl: dayRowExpiry(new Date(start)) },
    ]);
    expect(await refusalOf(returnSend(db, taken, [refused]))).toEqual({ code: 'STATE_CONFLICT' });
    expect([await windowOf(phoneKey), await db.get('SmsWindows', day)]).toEqual(stood);
    await returnSend(db, taken);
    expect(await windowOf(phoneKey)).toMatchObject({ startedAt: start, total: 0 });
    expect(await windowOf(phoneKey)).not.toHaveProperty('outsideAt');
    expect(await db.get('SmsWindows', day)).toMatchObject({ strangers: 0 });
    // The row of a window goes when nothing needs it: a day after its end, a part of a second rounded up.
    const odd = await number(true);
    await reserveSend(db, sendOf(odd, 'owner', start + 1), policies, () => []);
    expect(await windowOf(odd)).toMatchObject({ outside: 0, strangers: 0, ttl: start / 1000 + 1 + 87_000 });
  });

  it('SMS-1 a refusal says from when a code is possible, and a state that was read is judged first', async () => {
    const phoneKey = await number(true);
    const asked = (kind: SendKind, known?: PhoneSendState) =>
      refusalOf(reserveSend(db, sendOf(phoneKey, kind), policies, () => [], { known }));
    const window = { startedAt: start - 60_000, total: 5, outside: 1, strangers: 1 };
    const state = (more: Partial<PhoneSendState>): PhoneSendState => ({
      window: undefined,
      today: 0,
      owned: true,
      ...more,
    });
    expect(await asked('owner', state({ window }))).toEqual({
      code: 'SMS_TOO_FREQUENT',
      retryAt: at('20:09:00'),
      retryAfter: 540,
    });
    // The day of strangers is over at midnight; without a challenge to be had, that of nobody's number, too.
    const tomorrow = { code: 'SMS_TOO_FREQUENT', retryAt: '2027-03-03T00:00:00+08:00', retryAfter: 14_400 };
    expect(await asked('stranger', state({ today: 10 }))).toEqual(tomorrow);
    expect(await asked('stranger', state({ today: 5, owned: false }))).toEqual(tomorrow);
    expect(await windowOf(phoneKey)).toBeUndefined();
    // A row that somebody else has changed is judged anew: this one has no window at all.
    expect(await asked('owner', state({ window: { ...window, total: 1 } }))).toBeUndefined();
    expect(await windowOf(phoneKey)).toMatchObject({ startedAt: start, total: 1 });
  });

  it('SMS-4 a stranger’s sixth code of a day, for a number that is nobody’s, wants a challenge at once', async () => {
    const phoneKey = await number(false);
    const day: Write = {
      table: 'SmsWindows',
      key: { phoneKey: dayKey(phoneKey, new Date(start)) },
      update: { set: { strangers: 5 } },
    };
    await db.transact([day]);
    const send = sendOf(phoneKey, 'stranger', start, { owned: false });
    const challengeError = async () => new Problem('CHALLENGE_REQUIRED');
    expect(await refusalOf(reserveSend(db, send, policies, () => [], { challengeError }))).toEqual({
      code: 'CHALLENGE_REQUIRED',
    });
  });

  it('SMS-1 a further code keeps the beginning of its window, also where only the row names it', async () => {
    const phoneKey = await number(true);
    await sent(phoneKey, 'owner');
    const hinted = await atMinute(1, 'owner', phoneKey);
    expect(hinted).toMatchObject({ opensWindow: false, startedAt: start });
    const hints: SmsWindowHint[] = [];
    const send = sendOf(phoneKey, 'owner', start + 120_000);
    const taken = await reserveSend(db, send, policies, (hint) => {
      hints.push(hint);
      return [];
    });
    expect(taken).toMatchObject({ opensWindow: false, startedAt: start });
    expect(hints.at(-1)).toEqual({ phoneKey, startedAt: start });
  });

  it('SMS-1 a window that others change all the time is given up after eight tries', async () => {
    const counted: Write[][] = [];
    const busy = {
      tryTransact: async (writes: Write[]) => {
        counted.push(writes);
        return { ok: false, refusedBy: writes[0], item: undefined, problem: new Error('refused') };
      },
    } as unknown as Db;
    expect(await refusalOf(reserveSend(busy, sendOf('n1_busy', 'owner'), policies, () => []))).toEqual({
      code: 'SMS_TOO_FREQUENT',
      retryAt: at('20:01:00'),
      retryAfter: 60,
    });
    expect(counted).toHaveLength(8);
  });

  it('SMS-4 an hour’s sends are spread over eight rows, which are kept an hour longer', async () => {
    expect([0, 0.124, 0.125, 0.5, 0.999].map(randomShard)).toEqual([0, 0, 1, 4, 7]);
    const hour = new Date('2027-05-02T20:10:00+08:00');
    const from = Date.parse('2027-05-02T20:00:00+08:00') / 1000;
    expect(stageBudgetKeys(hour).map(({ key }) => key.phoneKey)).toEqual(
      Array.from({ length: 8 }, (_, shard) => `hour/${from}/${shard}`),
    );
    await db.transact([stageSendUpdate(hour, 3, 1)]);
    await db.transact([stageSendUpdate(hour, 3, 1), stageSendUpdate(hour, 7, 1)]);
    await db.transact([stageSendUpdate(hour, 7, -1)]);
    const rows = await db.batchGet(stageBudgetKeys(hour));
    expect(rows[3]).toEqual({ phoneKey: `hour/${from}/3`, strangers: 2, ttl: from + 7200 });
    expect(rows[7]).toMatchObject({ strangers: 0 });
    expect(stageSendsOf(rows)).toBe(2);
  });

  long('SMS-4 the hourly counter of the stage is exact after parallel sends, by hour', async () => {
    const sends = async (at: Date) => stageSendsOf(await db.batchGet(stageBudgetKeys(at)));
    const now = new Date(start);
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        db.transact([stageSendUpdate(now, randomShard(Math.random()), i < 35 ? 1 : -1)]),
      ),
    );
    expect(await sends(now)).toBe(30);
    expect(await sends(new Date(start + 3_600_000))).toBe(0);
  });
});
