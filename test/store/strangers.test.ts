/** @module-tag long */
import type { Challenge } from 'altcha-lib';
import { beforeAll, describe, expect, it } from 'vitest';
import { newChallenge } from '#crypto/challenges.ts';
import { Problem } from '#domain/problem.ts';
import { strangersSend } from '#journeys/factors/stranger-sends.ts';
import {
  countMiss,
  requireNameOrCountMiss,
  solvedInSession,
  withinFreeTries,
} from '#journeys/factors/tries.ts';
import { loginTicketOpening } from '#journeys/sessions/login-ticket-opening.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { Db, Write } from '#store/dynamodb/tables.ts';
import type { PhoneRow } from '#store/people/phones.ts';
import { dayKey } from '#store/sms/sms-windows.ts';
import { stageBudgetKeys } from '#store/sms/stage-sms-budget.ts';
import { contextOf, putRows, recordOf, watchedStore } from '../support/in-process.ts';
import { solve } from '../support/solve.ts';
import { eventsOf, now, origin } from '../support/step-fixtures.ts';
import { openStore } from '../support/store.ts';

/** What strangers may try and ask for: names against a record, and codes to a number. */
let db: Db;
beforeAll(async () => {
  db = await openStore('Audit', 'Phones', 'SmsWindows', 'Tickets');
});

const policies = {
  ...contextOf({} as Db).settings.policies,
  smsStrangersPerHour: 10,
  smsStrangersRefusedAt: 2,
  missesBeforeChallenge: 2,
};
const contextAt = (of: Db = db) => contextOf(of, { settings: { ...contextOf(of).settings, policies } });
const callAt = (time: Date, facts: object = {}) =>
  ({ now: time, language: 'zh', origin: { ...origin, ...facts } }) as unknown as AnyCall;
const call = callAt(now);
const app = { channel: 'ahtax-app' };
const costOf = (error: unknown) =>
  error instanceof Problem ? (error.details.challenge as Challenge | undefined)?.parameters.cost : undefined;
/** The refusal: its code, and how many rounds its challenge takes. */
const refusalOf = (doing: Promise<unknown>) =>
  doing.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof Problem) return [error.code, costOf(error)];
      throw error;
    },
  );
const [cheap, dear] = [2000, 8000];

describe('a send that a stranger asks for', () => {
  let hours = 0;
  /** An hour in which the stage has sent so much, counted in two of its rows. */
  async function hourWith(sends: number): Promise<Date> {
    const time = new Date(now.getTime() + ++hours * 3_600_000);
    const [first, , third] = stageBudgetKeys(time);
    await putRows(
      db,
      'SmsWindows',
      { ...first?.key, strangers: 1, startedAt: 7, total: 9 },
      { ...third?.key, strangers: sends - 1 },
    );
    return time;
  }
  const read = Promise.resolve('read');

  it('SMS-4 is asked with the state of the number and the share of the hour, in one call', async () => {
    const time = await hourWith(3);
    const phoneKey = 'n1_strangers';
    const window = { phoneKey, startedAt: time.getTime() - 1000, total: 2, outside: 2, strangers: 2 };
    const owner: PhoneRow = { phoneKey, personKey: 'p1_owner', since: time.toISOString() };
    await putRows(db, 'SmsWindows', window, { phoneKey: dayKey(phoneKey, time), strangers: 4 });
    await putRows(db, 'Phones', owner);
    const watched = watchedStore(db);
    const asked = await strangersSend(contextAt(watched.db), callAt(time), undefined, { phoneKey, read });
    expect(asked).toEqual({
      stranger: {
        human: { solved: false, dear: false },
        sendState: { window, today: 4, owned: true },
        percent: 40,
      },
      read: 'read',
    });
    expect(watched.calls.filter(([name]) => name === 'batchGet')).toHaveLength(1);
    const without = await strangersSend(contextAt(), callAt(time, app), undefined, { read });
    expect(without.stranger).toEqual({
      human: { solved: true, dear: true },
      sendState: undefined,
      percent: 40,
    });
  });

  it('SMS-4 needs a dear challenge from the hour’s budget on, and is refused from its multiple on', async () => {
    const ask = (time: Date, facts: object = {}, more: { inSession?: boolean } = {}) =>
      refusalOf(strangersSend(contextAt(), callAt(time, facts), undefined, { read, ...more }));
    expect(await ask(await hourWith(9))).toBeUndefined();
    for (const sends of [10, 19]) {
      const time = await hourWith(sends);
      expect(await ask(time)).toEqual(['CHALLENGE_REQUIRED', dear]);
      expect(await ask(time, {}, { inSession: true })).toEqual(['CHALLENGE_REQUIRED', dear]);
      expect(await ask(time, app)).toBeUndefined();
    }
    const full = await hourWith(20);
    const until = Math.ceil((full.getTime() + 1) / 3_600_000) * 3_600_000;
    for (const facts of [{}, app])
      await expect(
        strangersSend(contextAt(), callAt(full, facts), undefined, { read }),
      ).rejects.toMatchObject({
        code: 'SMS_TOO_FREQUENT',
        details: { retryAfter: (until - full.getTime()) / 1000 },
      });
    expect(await ask(full, {}, { inSession: true })).toEqual(['CHALLENGE_REQUIRED', dear]);
    expect(await ask(full, app, { inSession: true })).toBeUndefined();
  });

  it('SMS-4 LGN-12 a refused solution gets the dear challenge there; what else fails is told as it is', async () => {
    const [quiet, busy] = [await hourWith(9), await hourWith(10)];
    const wrong = (time: Date) => refusalOf(strangersSend(contextAt(), callAt(time), 'x', { read }));
    expect(await wrong(quiet)).toEqual(['CHALLENGE_REQUIRED', cheap]);
    expect(await wrong(busy)).toEqual(['CHALLENGE_REQUIRED', dear]);
    for (const error of [new Problem('TOO_MANY_REQUESTS'), Object.assign(new Error('away'), { code: 'x' })]) {
      const failing = contextAt({ ...db, update: () => Promise.reject(error) });
      await expect(strangersSend(failing, callAt(busy), undefined, { read })).rejects.toBe(error);
    }
    const gone = Promise.reject(new Problem('NOT_FOUND'));
    expect(await refusalOf(strangersSend(contextAt(), callAt(quiet), undefined, { read: gone }))).toEqual([
      'NOT_FOUND',
      undefined,
    ]);
  });
});

describe('a try against a record', () => {
  let people = 0;
  const triedBy = (solved = false) => ({ personKey: `p1_tried-${++people}`, solved });
  const miss = (tried: ReturnType<typeof triedBy>) => refusalOf(countMiss(contextAt(), call, tried, []));

  it('REG-9 AUD-1 another name is a miss, in the history with what it was tried for; then comes a challenge', async () => {
    const tried = triedBy();
    const record = recordOf(tried.personKey, '王建国');
    const about = { purpose: 'binding' };
    const named = (name: string, of = tried) =>
      refusalOf(requireNameOrCountMiss(contextAt(), call, { name }, record, of, about));
    expect(await named('王建国')).toBeUndefined();
    expect(await eventsOf(db, tried, 'identity-refused')).toEqual([]);
    for (const _ of [1, 2]) expect(await named('李四')).toEqual(['PERSON_MISMATCH', undefined]);
    expect(await named('李四')).toEqual(['CHALLENGE_REQUIRED', cheap]);
    const detail = { ...about, reason: 'name' };
    expect(await eventsOf(db, tried, 'identity-refused')).toEqual(
      Array(2).fill({ outcome: 'failure', detail }),
    );
    expect(await named('李四', { ...tried, solved: true })).toEqual(['PERSON_MISMATCH', undefined]);
  });

  it('REG-9 shows nothing of a match beyond the free tries, whatever the act says', async () => {
    const tried = triedBy();
    const refusal = new Problem('USERNAME_TAKEN');
    const challenged = new Problem('CHALLENGE_REQUIRED', { challenge: { parameters: { cost: dear } } });
    const act = (error?: Error) =>
      withinFreeTries(contextAt(), call, tried, async (within: readonly Write[]) => {
        if (error) throw error;
        await db.transact(within);
        return 'done';
      });
    expect(await act()).toBe('done');
    for (const error of [refusal, challenged]) await expect(act(error)).rejects.toBe(error);
    for (const _ of [1, 2]) expect(await miss(tried)).toBeUndefined();
    for (const error of [undefined, refusal, challenged])
      expect(await refusalOf(act(error))).toEqual(['CHALLENGE_REQUIRED', cheap]);
  });

  it('LGN-12 REG-9 a solution counts once in a session', async () => {
    const { handles } = contextAt();
    const solution = await solve(await newChallenge(handles, policies, now));
    expect(await solvedInSession(contextAt(), call, solution)).toBe(true);
    expect(await refusalOf(solvedInSession(contextAt(), call, solution))).toEqual([
      'CHALLENGE_REQUIRED',
      cheap,
    ]);
  });
});

describe('a login whose first factor was right', () => {
  it('LGN-3 LGN-5 AGY-3 of somebody without a number knows no agency, number or window', () => {
    const { write, answer } = loginTicketOpening(contextAt(), call, recordOf('p1_plain', '王建国'), {
      entry: 'natural',
      companyKey: undefined,
      phone: undefined,
    });
    expect(answer.secondFactors).toEqual([{ method: 'face' }]);
    expect(answer.notices.map(({ code }) => code)).toEqual(['PHONE_EMPTY']);
    for (const name of ['agentAt', 'phone', 'window', 'faceOnly'])
      expect((write as Extract<Write, { put: object }>).put).not.toHaveProperty(name);
  });
});
