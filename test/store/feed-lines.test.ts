/** @module-tag long */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { personKey as personKeyOf } from '#crypto/keys.ts';
import { Problem } from '#domain/problem.ts';
import { batchedTables } from '#flows/registry-feed/batched-tables.ts';
import { type Bounds, type Piece, runKeyed } from '#flows/registry-feed/keyed-concurrency.ts';
import { companiesIn, objectsOf } from '#flows/registry-feed/objects.ts';
import { processFile } from '#flows/registry-feed/process-file.ts';
import { type LineIssue, processLines } from '#flows/registry-feed/process-lines.ts';
import { absent } from '#store/dynamodb/expressions.ts';
import type { Db, Write } from '#store/dynamodb/tables.ts';
import { findPerson } from '#store/people/users.ts';
import { feedOffice, ordersInHour } from '#store/tickets/order-hours.ts';
import { keysOne } from '../crypto/keys-of-test.ts';
import { personLine } from '../flows/support/migration.ts';
import { creditCode } from '../support/credit-codes.ts';
import { contextOf, putRows, recordOf, watchedStore } from '../support/in-process.ts';
import { mobile, person as sample } from '../support/people.ts';
import { answerRange } from '../support/s3-range-answers.ts';
import { openStore } from '../support/store.ts';

/** Lines of the feed: read, told, tried again, run side by side. */
let db: Db;
beforeAll(async () => {
  db = await openStore('Audit', 'Phones', 'Relationships', 'Taxpayers', 'Tickets', 'Users');
});

const now = new Date('2027-03-02T10:00:00+08:00');
const number = creditCode();
const company = (facts: object = {}) => ({
  type: 'taxpayer',
  version: 1,
  taxpayerId: number,
  name: '黄山毛峰有限公司',
  subject: 'enterprise',
  state: 'active',
  ...facts,
});

describe('lines', () => {
  const rejected: LineIssue[] = [];
  const warned: LineIssue[] = [];
  beforeEach(() => {
    rejected.length = 0;
    warned.length = 0;
  });
  const run = (lines: readonly (object | string)[], of: Db = db, firstLine = 1, isHandedOver = false) =>
    processLines(
      contextOf(of, { settings: { policies: { ...contextOf(of).settings.policies, ordersPerFeedHour: 2 } } }),
      lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))),
      firstLine,
      now,
      { rejected: (issue) => rejected.push(issue), warned: (issue) => warned.push(issue) },
      isHandedOver,
    );
  const none = { accepted: 0, stale: 0, rejected: 0, warnings: 0, emptied: 0 };

  it('ENT-3 DOC-2 ENT-5 are counted and numbered; a bad one is told by its member and stops nothing', async () => {
    const who = sample();
    const counts = await run(
      [
        `\ufeff${JSON.stringify(company())}`,
        '  ',
        '{"type":',
        '{"type":"taxpayer","name":"\ufffd"}',
        JSON.stringify({ ...personLine(who), passwordHash: 'half' }).replace('half', '\\ud800'),
        { type: 'unheard-of' },
        company({ version: -1, state: 'asleep' }),
        company(),
        personLine(who),
        personLine({ ...who, name: '别人' }, 2),
      ],
      db,
      11,
    );
    expect(counts).toEqual({ ...none, accepted: 2, stale: 1, rejected: 6 });
    const told = rejected.sort((a, b) => a.line - b.line);
    expect(told.map(({ line, code }) => [line, code])).toEqual([
      [13, 'BAD_REQUEST'],
      [14, 'BAD_REQUEST'],
      [15, 'BAD_REQUEST'],
      [16, 'BAD_REQUEST'],
      [17, 'BAD_REQUEST'],
      [20, 'PERSON_MISMATCH'],
    ]);
    const reasons = told.map(({ message }) => message.split(': ')[1]);
    expect(reasons).toEqual([
      'not JSON',
      'not UTF-8',
      'passwordHash (not UTF-8)',
      expect.stringContaining('type ('),
      'version (>=0), state (("awaiting-confirmation" | "active" | "cancelled"))',
      undefined,
    ]);
    expect(await run(['5'])).toEqual({ ...none, rejected: 1 });
    expect(rejected.at(-1)?.message).toContain(': line (Object)');
  });

  it('DOC-3 MIG-1 tell what was taken with a doubt: an odd number once a line, lost phones with their count', async () => {
    const odd = company({ taxpayerId: `${number.slice(0, 17)}${number.endsWith('0') ? 1 : 0}` });
    expect(await run([odd])).toEqual({ ...none, accepted: 1, warnings: 1 });
    expect(warned).toEqual([
      { line: 1, code: 'TAXPAYER_NUMBER_CHECK', message: expect.stringContaining('校验位') },
    ]);
    warned.length = 0;
    expect(await run([odd])).toEqual({ ...none, stale: 1 });
    expect(warned).toEqual([]);
    const [one, two] = [sample(), sample()];
    const phone = mobile();
    const counts = await run([personLine({ ...one, phone }), personLine({ ...two, phone })]);
    expect(counts).toEqual({ ...none, accepted: 2, warnings: 1, emptied: 1 });
    expect(warned).toEqual([{ line: 2, code: 'PHONE_EMPTIED', message: expect.any(String) }]);
  });

  it('ENT-3 that collide are tried four times; a dependency that is away gives everything back', async () => {
    const failing = (times: number, error: Error) => {
      const tries = { count: 0 };
      const of = new Proxy(db, {
        get: (store, name: keyof Db) =>
          name === 'get'
            ? (...given: Parameters<Db['get']>) =>
                ++tries.count <= times ? Promise.reject(error) : store.get(...given)
            : store[name],
      });
      return { of, tries };
    };
    const busy = new Problem('TOO_MANY_REQUESTS', { retryAfter: 1 });
    const three = failing(3, busy);
    expect(await run([company({ version: 50 })], three.of)).toMatchObject({ accepted: 1 });
    expect(three.tries.count).toBe(4);
    const four = failing(9, busy);
    await expect(run([company({ version: 51 })], four.of)).rejects.toBe(busy);
    expect(four.tries.count).toBe(4);
    const away = failing(1, new Error('away'));
    await expect(run([company({ version: 52 })], away.of)).rejects.toThrow('away');
    expect(away.tries.count).toBe(1);
    const refused = failing(1, new Problem('STATE_CONFLICT'));
    expect(await run([company({ version: 53 })], refused.of)).toEqual({ ...none, rejected: 1 });
    expect(refused.tries.count).toBe(1);
    expect(rejected.map(({ code }) => code)).toEqual(['STATE_CONFLICT']);
  });

  it('ORD-1 orders are counted in their hour, except those that a person hands over and those that are old', async () => {
    const who = sample();
    const order = (version: number) => ({
      type: 'order',
      version,
      person: { documentType: '201', documentNumber: who.documentNumber },
      order: 'suspend',
      reason: '核查',
      officer: '0042',
      approvedBy: '0077',
    });
    expect(await run([order(1), order(1), order(2)])).toEqual({ ...none, accepted: 2, stale: 1 });
    expect(await ordersInHour(db, feedOffice, now)).toBe(2);
    await expect(run([order(3)])).rejects.toMatchObject({
      name: 'FeedOrderLimitReached',
      message: 'more than 2 orders in an hour (ordersPerFeedHour)',
    });
    const key = personKeyOf(keysOne, '201', who.documentNumber);
    expect((await findPerson(db, key))?.orders?.version).toBe(2);
    expect(await run([order(3)], db, 1, true)).toMatchObject({ accepted: 1 });
    expect(await ordersInHour(db, feedOffice, now)).toBe(2);
    expect((await findPerson(db, key))?.orders?.version).toBe(3);
  });

  it('ENT-3 are all taken by their types', async () => {
    const who = sample();
    const other = sample();
    const claimed = (of = who) => ({ name: of.name, documentType: '201', documentNumber: of.documentNumber });
    const place = { version: 1, taxpayerId: number, person: claimed() };
    const agreement = {
      type: 'agreement',
      version: 1,
      agreementId: 'AG-1',
      agencyId: '91340100MA0000001X',
      clientId: number,
      agents: [claimed(other)],
      items: ['consulting'],
      from: '2027-03-01',
      until: '2027-03-31',
    };
    const bare = contextOf(db);
    const asked: string[] = [];
    const of = new Proxy(db, {
      get: (store, name: keyof Db) => {
        if (name !== 'transact') return store[name];
        return async (writes: readonly Write[]) => {
          asked.push(...writes.map(({ table }) => table));
        };
      },
    });
    expect(bare.db).toBe(db);
    for (const [line, table] of [
      [{ type: 'collection', version: 1, person: claimed(), phone: who.phone, officer: '1' }, 'Users'],
      [personLine(other), 'Phones'],
      [company({ version: 99 }), 'Taxpayers'],
      [{ type: 'legal-representative', ...place }, 'Taxpayers'],
      [{ type: 'finance-head', ...place }, 'Taxpayers'],
      [{ type: 'tax-handler', ...place }, 'Relationships'],
    ] as const) {
      asked.length = 0;
      expect(await run([line], of), line.type).toMatchObject({ accepted: 1 });
      expect(asked, line.type).toContain(table);
    }
    await expect(run([agreement], of)).rejects.toThrow('does not list the table');
    await expect(
      run([{ type: 'agency-staff', version: 1, agencyId: number, agents: [] }], of),
    ).rejects.toThrow('does not list the table');
  });
});

describe('a file', () => {
  let file = Buffer.alloc(0);
  const server = createServer((request, response) => answerRange(request, response, file));
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    server.close();
  });

  it('MIG-1 is reported with the sums of all its pieces', async () => {
    const log: Record<string, unknown>[] = [];
    const written = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      log.push(JSON.parse(String(text)));
      return true;
    });
    const piece = () => {
      const phone = mobile();
      const known = company({ taxpayerId: creditCode() });
      const lines = [personLine({ ...sample(), phone }), personLine({ ...sample(), phone }), known, known];
      return lines.map((line) => JSON.stringify(line)).join('\n');
    };
    file = Buffer.from(`${piece()}\n${'y'.repeat(600_000)}\n${piece()}`);
    const none = { accepted: 0, stale: 0, rejected: 0, warnings: 0, emptied: 0 };
    const startedAt = now.toISOString();
    const whole = {
      bucket: 'feed',
      encodedKey: 'a',
      position: { offset: 0, line: 1 },
      counts: none,
      startedAt,
    };
    const delivery = { messageId: 'm', queueArn: '', remainingMs: () => 900_000 };
    await processFile(contextOf(db), whole, delivery).finally(() => written.mockRestore());
    const told = log.filter(({ event }) => String(event).startsWith('file-'));
    expect(told.map(({ event, lines }) => [event, lines])).toEqual([
      ['file-progress', 4],
      ['file-progress', 5],
      ['file-done', 9],
    ]);
    expect(told[0]).toMatchObject({ accepted: 3, stale: 1, rejected: 0, warnings: 1, emptied: 1 });
    expect(told[2]).toMatchObject({ accepted: 6, stale: 2, rejected: 1, warnings: 2, emptied: 2 });
  });
});

describe('what a line is about', () => {
  it('ENT-3 MIG-1 DOC-2 DOC-3 is known by companies, reports, agreements, people and numbers, however they are written', () => {
    const who = { documentType: '201', documentNumber: ' 34010219900101123x' };
    const person = 'person 201 34010219900101123X';
    expect(objectsOf({ taxpayerId: ' 913401 00ma000-00001 ', person: who })).toEqual([
      'company 91340100MA00000001',
      person,
    ]);
    const line = { agencyId: 'a', clientId: 'b', agreementId: 'g1', agents: [who, null] };
    expect(objectsOf(line)).toEqual(['company A', 'company B', 'agreement g1', person]);
    expect(companiesIn({ ...line, reportNo: '皖税跨报[2027]12号' })).toEqual(['A', 'B']);
    expect(objectsOf({ reportNo: '皖税跨报[2027]12号' })).toEqual(['report 皖税跨报〔2027〕12号']);
    expect(objectsOf({ ...who, phones: ['+86 138 0000 0001', '12', 7] })).toEqual([
      'phone 13800000001',
      'phone 12',
      person,
    ]);
    expect(objectsOf({ taxpayerId: 7, phones: '13800000001', person: 'x', agents: 'y' })).toEqual([]);
    for (const half of [
      { documentType: '201' },
      { documentNumber: '34' },
      { documentType: 1, documentNumber: 2 },
    ])
      expect(objectsOf(half)).toEqual([]);
  });
});

describe('pieces side by side', () => {
  const bounds: Bounds = { atOnce: 2, taken: 3, takenSize: 10 };
  /** Pieces that run until they are told to end, and what the source was asked for. */
  function pieces(...all: { keys?: string[]; size?: number; fails?: boolean }[]) {
    const ends: (() => void)[] = [];
    const begun: number[] = [];
    let taken = 0;
    function* source(): Generator<Piece> {
      for (const [index, { keys = [], size = 1, fails = false }] of all.entries()) {
        taken++;
        yield {
          keys,
          size,
          run: () => {
            begun.push(index);
            return new Promise((resolve, reject) => {
              ends[index] = () => (fails ? reject(new Error(`piece ${index}`)) : resolve());
            });
          },
        };
      }
    }
    return {
      source,
      begun,
      taken: () => taken,
      end: async (index: number) => {
        ends[index]?.();
        await sleep(1);
      },
    };
  }

  it('ENT-3 run so many at once, and take so many and so much', async () => {
    const some = pieces({}, {}, {}, {}, {});
    const running = runKeyed(some.source(), bounds);
    await sleep(1);
    expect([some.begun, some.taken()]).toEqual([[0, 1], 4]);
    await some.end(0);
    expect([some.begun, some.taken()]).toEqual([[0, 1, 2], 5]);
    for (const index of [1, 2, 3, 4]) await some.end(index);
    await running;
    // The third one fits by its size and not by its number; a large one is taken alone.
    const sized = pieces({ size: 6 }, { size: 4 }, { size: 1 }, { size: 20 }, {});
    const waiting = runKeyed(sized.source(), bounds);
    await sleep(1);
    expect([sized.begun, sized.taken()]).toEqual([[0, 1], 3]);
    await sized.end(1);
    expect(sized.begun).toEqual([0, 1, 2]);
    await sized.end(0);
    await sized.end(2);
    expect(sized.begun).toEqual([0, 1, 2, 3]);
    expect(sized.taken()).toBe(5);
    await sized.end(3);
    await sized.end(4);
    await waiting;
  });

  it('ENT-3 wait for all earlier ones with one of their keys', async () => {
    const some = pieces({ keys: ['a'] }, { keys: ['b'] }, { keys: ['a', 'b', 'a'] }, { keys: ['b'] });
    const running = runKeyed(some.source(), { atOnce: 4, taken: 9, takenSize: 99 });
    await sleep(1);
    expect(some.begun).toEqual([0, 1]);
    await some.end(0);
    expect(some.begun).toEqual([0, 1]);
    await some.end(1);
    expect(some.begun).toEqual([0, 1, 2]);
    await some.end(2);
    expect(some.begun).toEqual([0, 1, 2, 3]);
    await some.end(3);
    await running;
    // A key that is done keeps nobody waiting, one that was taken over since does.
    const again = pieces({ keys: ['a'] }, { keys: ['a'] }, { keys: ['a'] });
    const more = runKeyed(again.source(), { atOnce: 4, taken: 2, takenSize: 99 });
    await sleep(1);
    await again.end(0);
    expect(again.begun).toEqual([0, 1]);
    await again.end(1);
    expect(again.begun).toEqual([0, 1, 2]);
    await again.end(2);
    await more;
    // The last one with the key is done before the next one is taken.
    const late = pieces({ keys: ['a'] }, { keys: ['a'] });
    const last = runKeyed(late.source(), { atOnce: 4, taken: 1, takenSize: 99 });
    await sleep(1);
    await late.end(0);
    expect(late.begun).toEqual([0, 1]);
    await late.end(1);
    await last;
  });

  it('ENT-3 may end while the source is still asked for the next one', async () => {
    const begun: number[] = [];
    const slow = (async function* (): AsyncGenerator<Piece> {
      for (const index of [0, 1]) {
        yield { keys: ['a'], size: 1, run: async () => void begun.push(index) };
        await sleep(5);
      }
    })();
    const unhandled: unknown[] = [];
    const notice = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', notice);
    await runKeyed(slow, bounds);
    process.off('unhandledRejection', notice);
    expect([begun, unhandled]).toEqual([[0, 1], []]);
  });

  it('ENT-3 begin none after a failure, and tell the first one when all that ran have ended', async () => {
    const some = pieces({ fails: true }, { fails: true }, {}, {}, {});
    const running = runKeyed(some.source(), bounds);
    let error: Error | undefined;
    running.catch((first) => {
      error = first;
    });
    await sleep(1);
    await some.end(1);
    expect([some.begun, error]).toEqual([[0, 1], undefined]);
    await some.end(0);
    expect([some.begun, error?.message]).toEqual([[0, 1], 'piece 1']);
    expect(some.taken()).toBe(4);
    await runKeyed([], bounds);
    const broken = (function* (): Generator<Piece> {
      yield { keys: [], size: 1, run: async () => undefined };
      throw new Error('source');
    })();
    await expect(runKeyed(broken, bounds)).rejects.toEqual(new Error('source'));
    // What fails leaves no room for the next one, and what waits is not begun: nothing more is waited for.
    const large = pieces({ size: 6, fails: true }, { size: 4 }, { size: 8 });
    const failing = runKeyed(large.source(), { ...bounds, atOnce: 1 });
    const failure = expect(failing).rejects.toEqual(new Error('piece 0'));
    await sleep(1);
    await large.end(0);
    await failure;
    expect([large.begun, large.taken()]).toEqual([[0], 3]);
  });
});

describe('calls that are put together', () => {
  const key = (personKey: string) => ({ personKey });
  const put = (personKey: string): Write => ({
    table: 'Users',
    put: recordOf(personKey, '王建国') as unknown as Record<string, unknown>,
    condition: absent('personKey'),
    onRefused: () => new Problem('PERSON_MISMATCH'),
  });
  /** A store whose calls fail with this error as long as they are joined calls. */
  const failingWith = (error: unknown) => {
    const watched = watchedStore(db);
    const of = new Proxy(watched.db, {
      get: (store, name: keyof Db) =>
        name === 'tryTransact'
          ? (writes: readonly Write[]) => {
              watched.calls.push(['tryTransact', writes]);
              return Promise.reject(error);
            }
          : store[name],
    });
    return { of: batchedTables(of), calls: watched.calls };
  };
  let people = 0;
  const fresh = () => `p1_joined-${++people}`;

  it('ENT-3 read strongly what is asked in one turn, once each, and weakly what was asked so', async () => {
    const [one, two] = [fresh(), fresh()];
    await putRows(db, 'Users', key(one), key(two));
    const watched = watchedStore(db);
    const of = batchedTables(watched.db);
    const found = await Promise.all([
      of.get('Users', key(one)),
      of.get('Users', key(two)),
      of.get('Users', key(one)),
      of.get('Users', key(one), { consistent: false }),
    ]);
    expect(found).toEqual([key(one), key(two), key(one), key(one)]);
    expect(watched.calls.map(([name, , , options]) => [name, options])).toEqual([
      ['get', { consistent: false }],
      ['batchGet', undefined],
    ]);
    expect(await of.get('Users', key(fresh()))).toBeUndefined();
    watched.calls.length = 0;
    expect(await of.get('Users', key(two))).toEqual(key(two));
    expect(watched.calls.map(([name]) => name)).toEqual(['get']);
    watched.calls.length = 0;
    await Promise.all(Array.from({ length: 102 }, () => of.get('Users', key(fresh()))));
    expect(watched.calls.map(([name, refs]) => [name, (refs as unknown[]).length])).toEqual([
      ['batchGet', 100],
      ['batchGet', 2],
    ]);
    const failing = batchedTables({ ...db, batchGet: () => Promise.reject(new Error('away')) });
    const both = await Promise.allSettled([failing.get('Users', key(one)), failing.get('Users', key(two))]);
    expect(both.map((one_) => one_.status === 'rejected' && one_.reason.message)).toEqual(['away', 'away']);
  });

  it('ENT-3 write up to a hundred items together, and a larger one alone', async () => {
    const watched = watchedStore(db);
    const of = batchedTables(watched.db);
    const group = (length: number) => Array.from({ length }, () => put(fresh()));
    await Promise.all([
      of.transact(group(60)),
      of.transact(group(40)),
      of.transact(group(1)),
      of.transact(group(100)),
    ]);
    expect(watched.calls.map(([name, writes]) => [name, (writes as Write[]).length])).toEqual([
      ['tryTransact', 100],
      ['transact', 1],
      ['transact', 100],
    ]);
  });

  it('ENT-3 send each alone after a refusal of all, and give up with whatever else fails', async () => {
    const refusals = [
      Object.assign(new Error(), { name: 'TransactionCanceledException' }),
      Object.assign(new Error(), { name: 'ValidationException' }),
      new Problem('TOO_MANY_REQUESTS'),
    ];
    for (const error of refusals) {
      const { of, calls } = failingWith(error);
      const [one, two] = [fresh(), fresh()];
      await Promise.all([of.transact([put(one)]), of.transact([put(two)])]);
      expect(calls.map(([name]) => name)).toEqual(['tryTransact', 'transact', 'transact']);
      for (const who of [one, two]) expect(await findPerson(db, who)).toBeDefined();
    }
    for (const error of [new Error('away'), new Problem('UNAVAILABLE')]) {
      const { of, calls } = failingWith(error);
      const results = await Promise.allSettled([of.transact([put(fresh())]), of.transact([put(fresh())])]);
      expect(results.map((one) => one.status === 'rejected' && one.reason)).toEqual([error, error]);
      expect(calls.map(([name]) => name)).toEqual(['tryTransact']);
    }
    const taken = fresh();
    await putRows(db, 'Users', key(taken));
    const watched = watchedStore(db);
    const of = batchedTables(watched.db);
    const free = fresh();
    const results = await Promise.allSettled([of.transact([put(taken)]), of.transact([put(free)])]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(results[0]).toMatchObject({ reason: { code: 'PERSON_MISMATCH' } });
    expect(await findPerson(db, free)).toBeDefined();
  });
});
