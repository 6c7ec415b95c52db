import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { tables, tableVariable } from '#contract/tables.ts';
import { Problem } from '#domain/problem.ts';
import { batchedTables } from '#flows/registry-feed/batched-tables.ts';
import { type Piece, runKeyed } from '#flows/registry-feed/keyed-concurrency.ts';
import { objectsOf } from '#flows/registry-feed/objects.ts';
import { absent } from '#store/dynamodb/expressions.ts';
import { type Db, openTables } from '#store/dynamodb/tables.ts';
import { dynamoDbClient } from '../../infra/local/emulators/dynamodb-client.ts';
import { creditCode } from '../support/credit-codes.ts';
import { person } from '../support/people.ts';
import { openTestRuntime, type TestRuntime } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { feed, legalRepresentative, taxpayer } from './support/feed-lines.ts';
import { rowsOf } from './support/tables.ts';

const bounds = { atOnce: 4, taken: 12, takenSize: 1_000 };
const piece = (run: () => Promise<void>, keys: string[] = [], size = 1): Piece => ({ keys, size, run });

describe('lines side by side', () => {
  it('ENT-3 keeps the order of each object, runs no two of one object at once, and stays within its bounds', async () => {
    const anyPieces = fc.array(
      fc.record({
        keys: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 3 }),
        ticks: fc.nat(3),
      }),
      { maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(anyPieces, async (all) => {
        const begun: number[] = [];
        const busy = new Set<string>();
        let [running, most, taken, done, mostHeld] = [0, 0, 0, 0, 0];
        function* source(): Generator<Piece> {
          for (const [index, { keys, ticks }] of all.entries()) {
            taken++;
            yield piece(async () => {
              const own = new Set(keys);
              for (const key of own) {
                expect(busy.has(key)).toBe(false);
                busy.add(key);
              }
              begun.push(index);
              most = Math.max(most, ++running);
              for (let tick = 0; tick < ticks; tick++) await new Promise(setImmediate);
              mostHeld = Math.max(mostHeld, taken - done);
              running--;
              done++;
              for (const key of own) busy.delete(key);
            }, keys);
          }
        }
        await runKeyed(source(), bounds);
        expect([...begun].sort((a, b) => a - b)).toEqual([...all.keys()]);
        for (const key of ['a', 'b', 'c', 'd', 'e']) {
          const ofKey = begun.filter((index) => all[index]?.keys.some((own) => own === key));
          expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b));
        }
        expect(most).toBeLessThanOrEqual(bounds.atOnce);
        // One further piece may have been read and not yet begun.
        expect(mostHeld).toBeLessThanOrEqual(bounds.taken + 1);
      }),
      { numRuns: 60 },
    );
  });

  it('really runs pieces of different objects at once', async () => {
    let running = 0;
    let most = 0;
    const slow = (key: string) =>
      piece(async () => {
        most = Math.max(most, ++running);
        await sleep(5);
        running--;
      }, [key]);
    await runKeyed(['a', 'a', 'a', 'b', 'c', 'd', 'e', 'f'].map(slow), bounds);
    expect(most).toBe(4);
  });

  it('begins nothing after a failure, waits for what runs, closes the source and tells the first error', async () => {
    const ended: string[] = [];
    let closed = false;
    async function* source(): AsyncGenerator<Piece> {
      try {
        yield piece(async () => {
          await sleep(30);
          ended.push('slow');
        });
        yield piece(async () => {
          await sleep(5);
          throw new Error('first');
        }, ['x']);
        yield piece(async () => void ended.push('after the failed one'), ['x']);
        await sleep(10);
        yield piece(async () => void ended.push('late'));
        yield piece(async () => void ended.push('later'));
      } finally {
        closed = true;
      }
    }
    await expect(runKeyed(source(), bounds)).rejects.toThrow('first');
    expect(ended).toEqual(['slow']);
    expect(closed).toBe(true);
  });

  it('waits for what runs where the source itself breaks', async () => {
    let ended = false;
    async function* source(): AsyncGenerator<Piece> {
      yield piece(async () => {
        await sleep(20);
        ended = true;
      });
      throw new Error('the stream broke');
    }
    await expect(runKeyed(source(), bounds)).rejects.toThrow('the stream broke');
    expect(ended).toBe(true);
  });

  it('holds little of what is large: the source waits', async () => {
    let [held, most] = [0, 0];
    function* source(): Generator<Piece> {
      for (let index = 0; index < 20; index++) {
        most = Math.max(most, ++held);
        yield piece(
          async () => {
            await sleep(1);
            held--;
          },
          [`${index}`],
          600,
        );
      }
    }
    await runKeyed(source(), bounds);
    expect(most).toBeLessThanOrEqual(2);
  });

  it('ENT-3 knows lines about one object by whatever they name, however it is written', () => {
    const who = { name: '王小雨', documentType: '201', documentNumber: '34010219900101123x' };
    const line = { type: 'finance-head', version: 1, taxpayerId: ' 913401 00ma000-00001 ', person: who };
    expect(objectsOf(line)).toEqual(['company 91340100MA00000001', 'person 201 34010219900101123X']);
    expect(objectsOf({ type: 'person', ...who, documentNumber: '３４0102 19900101-123X' })).toEqual([
      'person 201 34010219900101123X',
    ]);
    expect(
      objectsOf({ type: 'agreement', agreementId: 'g1', agencyId: 'A', clientId: 'B', agents: [who, null] }),
    ).toEqual(['company A', 'company B', 'agreement g1', 'person 201 34010219900101123X']);
    expect(objectsOf({ type: 'taxpayer', taxpayerId: 7, person: 'x', agents: 'y' })).toEqual([]);
  });
});

describe('calls that travel together', () => {
  const namespace = `Feed${randomUUID().replaceAll('-', '')}`;
  let db: Db;
  let calls: string[];
  beforeAll(async () => {
    const endpoint = inject('dynamodbEndpoint');
    const region = 'ap-southeast-1';
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: namespace,
      AWS_SECRET_ACCESS_KEY: 'local',
      [tableVariable('Users')]: 'Users',
    });
    const { partitionKey } = tables.Users;
    await dynamoDbClient(
      endpoint,
      namespace,
      region,
    )('CreateTable', {
      TableName: 'Users',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: partitionKey, KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: partitionKey, AttributeType: 'S' }],
    });
    const real = openTables();
    const watched: Db = {
      ...real,
      get: (...args) => {
        calls.push('get');
        return real.get(...args);
      },
      batchGet: (keys) => {
        calls.push(`batchGet ${keys.length}`);
        return real.batchGet(keys);
      },
      transact: (writes) => {
        calls.push(`transact ${writes.length}`);
        return real.transact(writes);
      },
      tryTransact: (writes) => {
        calls.push(`transact ${writes.length}`);
        return real.tryTransact(writes);
      },
    };
    db = batchedTables(watched);
  });
  const put = (personKey: string, more: object = {}) => ({
    table: 'Users' as const,
    put: { personKey, ...more },
    condition: absent('personKey'),
    onRefused: () => new Problem('PERSON_MISMATCH'),
  });
  const names = async (...keys: string[]) =>
    Promise.all(
      keys.map(async (personKey) => (await db.get<{ name?: string }>('Users', { personKey }))?.name),
    );

  it('gives each reader its own item in one call, an item asked for twice to both', async () => {
    calls = [];
    await db.transact([put('r1', { name: 'one' }), put('r2', { name: 'two' })]);
    expect(await names('r2', 'nobody', 'r1', 'r2')).toEqual(['two', undefined, 'one', 'two']);
    expect(await names('r1')).toEqual(['one']);
    expect(calls).toEqual(['transact 2', 'batchGet 3', 'get']);
  });

  it('reads and writes more than one call takes', async () => {
    calls = [];
    const keys = Array.from({ length: 130 }, (_, index) => `m${index}`);
    await Promise.all(keys.map((key) => db.transact([put(key, { name: key })])));
    expect(await names(...keys)).toEqual(keys);
    expect(calls).toEqual(['transact 100', 'transact 30', 'batchGet 100', 'batchGet 30']);
  });

  it('refuses a transaction by its own condition only, and keeps each all or none', async () => {
    await db.transact([put('taken')]);
    calls = [];
    const results = await Promise.allSettled([
      db.transact([put('g1', { name: 'g1' })]),
      db.transact([put('g2', { name: 'g2' }), put('taken')]),
      db.transact([put('g3', { name: 'g3' })]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'PERSON_MISMATCH' } });
    expect(await names('g1', 'g2', 'g3')).toEqual(['g1', undefined, 'g3']);
    expect(calls.slice(0, 4)).toEqual(['transact 4', 'transact 1', 'transact 2', 'transact 1']);
  });

  it('takes two transactions on one item one by one', async () => {
    const results = await Promise.allSettled([
      db.transact([put('same', { name: 'a' })]),
      db.transact([put('same', { name: 'b' })]),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await names('same')).toEqual([results[0]?.status === 'fulfilled' ? 'a' : 'b']);
  });
});

describe('the feed, many lines at once', () => {
  let runtime: TestRuntime;
  beforeAll(async () => {
    runtime = await openTestRuntime({ alone: true });
  });
  afterAll(() => runtime?.stop());

  long(
    'ENT-3 takes the versions of many companies, mixed, each in its order, and tells bad lines by their numbers',
    async () => {
      const companies = Array.from({ length: 12 }, () => ({ id: creditCode(), left: 4 }));
      const people = [person(), person(), person()];
      const lines: object[] = [];
      let turn = 0;
      while (companies.some(({ left }) => left > 0)) {
        const company = companies[(turn * 5) % companies.length];
        if (company && company.left > 0) {
          const version = 5 - company.left--;
          const who = people[(turn + version) % people.length];
          lines.push(taxpayer(company.id, version, { name: `安徽第${version}版有限公司` }));
          if (who) lines.push(legalRepresentative(company.id, who, version));
        }
        if (turn % 7 === 0) lines.push({ type: 'unheard-of', version: turn });
        turn++;
      }
      const report = await feed(runtime, ...lines);
      const bad = lines.flatMap((line, index) => ('taxpayerId' in line ? [] : [index + 1]));
      expect(report).toMatchObject({ accepted: lines.length - bad.length, stale: 0 });
      expect((report.rejected as { line: number }[]).map(({ line }) => line)).toEqual(bad);
      const rows = await rowsOf(runtime, 'Taxpayers');
      for (const { id } of companies)
        expect(rows.find((row) => row.companyKey === `c_${id}`)).toMatchObject({
          name: '安徽第4版有限公司',
          taxpayerVersion: 4,
          legalRepresentativeVersion: 4,
        });
      // Each company has exactly one active legal representative.
      const live = (await rowsOf(runtime, 'Relationships')).filter((row) => row.state === 'active');
      expect(live.map((row) => row.companyKey).sort()).toEqual(companies.map(({ id }) => `c_${id}`).sort());
    },
  );

  long('ENT-3 takes two feeds at once that bring the same new people, without rejecting a line', async () => {
    const people = Array.from({ length: 8 }, () => person());
    const half = () =>
      people.flatMap((who) => {
        const id = creditCode();
        return [taxpayer(id), legalRepresentative(id, who)];
      });
    const reports = await Promise.all([feed(runtime, ...half()), feed(runtime, ...half())]);
    for (const report of reports) expect(report).toMatchObject({ accepted: 16, stale: 0, rejected: [] });
  });

  long(
    'ENT-3 gives a message back when a table is away in its midst; once more, nothing is lost or doubled',
    async () => {
      const ids = Array.from({ length: 30 }, () => creditCode());
      const body = ids
        .flatMap((id) => [taxpayer(id), legalRepresentative(id, person())])
        .map((line) => JSON.stringify(line))
        .join('\n');
      const event = { Records: [{ messageId: 'a', body }] };
      runtime.faults.add({ function: 'registry-feed', table: 'Relationships', kind: 'error500', times: 3 });
      expect(await runtime.invoke('registry-feed', event)).toEqual({
        batchItemFailures: [{ itemIdentifier: 'a' }],
      });
      runtime.faults.clear();
      expect(await runtime.invoke('registry-feed', event)).toEqual({ batchItemFailures: [] });
      const live = (await rowsOf(runtime, 'Relationships')).filter((row) => row.state === 'active');
      const keys = new Set(ids.map((id) => `c_${id}`));
      expect(live.filter((row) => keys.has(String(row.companyKey)))).toHaveLength(30);
    },
  );
});
