/** @module-tag grants */
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Loose } from '../support/client.ts';
import { allowing } from '../support/patience.ts';
import { expectStatus, loggedInByFace } from '../support/runtime.ts';
import { long } from '../support/variants.ts';
import { type Known, knownPerson, openWatchedRuntime, row, type WatchedRuntime } from '../support/watched.ts';
import { putAll } from './support/bulk.ts';
import { companyLine, companyOf, feed, representativeLine } from './support/registry.ts';
import { giveRelation, keyOf, relationRow } from './support/relations.ts';

/** The stream of a company's row updates the copies in the company's relations, after the answer. */
let runtime: WatchedRuntime;
let boss: Known;
let hands: Known[];
beforeAll(async () => {
  runtime = await openWatchedRuntime();
  boss = await knownPerson(runtime);
  hands = await Promise.all([knownPerson(runtime), knownPerson(runtime), knownPerson(runtime)]);
});
afterAll(() => runtime?.finish('company-copies'));

afterEach(() => runtime.faults.clear());

/** A company with its legal representative and three tax handlers. */
async function company(): Promise<string> {
  const id = await companyOf(runtime, boss, { name: '第一公司' });
  for (const hand of hands) await giveRelation(runtime, hand, id, 'tax-handler');
  await runtime.settled();
  return id;
}
const renamed = (id: string, name: string) => feed(runtime, companyLine(id, { name }));
const taxpayerRow = (id: string) => row(runtime, 'Taxpayers', { companyKey: keyOf(id) });
async function names(id: string): Promise<string[]> {
  const rows = [
    await relationRow(runtime, boss, id, 'legal-representative'),
    ...(await Promise.all(hands.map((hand) => relationRow(runtime, hand, id, 'tax-handler')))),
  ];
  return rows.map(({ taxpayerName }) => taxpayerName);
}
const all = (name: string) => [name, name, name, name];
/** The change of a company's row, as the table's stream delivers it. */
const record = (before: Loose, after: Loose) => ({
  eventName: 'MODIFY',
  eventSourceARN: 'arn:aws:dynamodb:local:000000000000:table/ahtax-local-Taxpayers/stream/x',
  dynamodb: {
    Keys: marshall({ companyKey: after.companyKey }),
    OldImage: marshall(before, { removeUndefinedValues: true }),
    NewImage: marshall(after, { removeUndefinedValues: true }),
  },
});
const started = (...Records: object[]) => runtime.invoke('company-copies', { Records });
const restOf = (id: string) =>
  runtime.invoke('copies-continued', { Records: [{ body: JSON.stringify({ companyKey: keyOf(id) }) }] });
/** How many calls a function made that its policy counts. */
const callsOf = (name: string) => runtime.usage()[name]?.calls ?? 0;

describe('the copies of a company in its relations', () => {
  long('ENT-4 CTR-3 follow within five seconds, and the mark of the company falls with them', async () => {
    const id = await company();
    const begun = performance.now();
    await renamed(id, '第二公司');
    await runtime.settled();
    expect(performance.now() - begun).toBeLessThan(allowing(5_000));
    expect(await names(id)).toEqual(all('第二公司'));
    expect(await taxpayerRow(id)).not.toHaveProperty('copiesDue');
  });

  long('ENT-3 ENT-4 a change that is told twice, or late and out of its order, writes nothing', async () => {
    const id = await company();
    const first = await taxpayerRow(id);
    await renamed(id, '第二公司');
    await runtime.settled();
    await renamed(id, '第三公司');
    await runtime.settled();
    const second = { ...first, rev: first.rev + 1, name: '第二公司', copiesDue: 'due' };
    const third = { ...first, rev: first.rev + 3, name: '第三公司', copiesDue: 'due' };
    const before = await relationRow(runtime, hands[0] as Known, id, 'tax-handler');
    runtime.resetUsage();
    await started(record(second, third));
    await started(record(first, second), record(first, second));
    // Each run reads the company, for which no copies are due.
    expect(callsOf('company-copies')).toBe(2);
    expect(await relationRow(runtime, hands[0] as Known, id, 'tax-handler')).toEqual(before);
    expect(await names(id)).toEqual(all('第三公司'));
  });

  long('ENT-4 a change while copies are written has the last word', async () => {
    const id = await company();
    const held = runtime.faults.add({
      function: 'company-copies',
      table: 'Relationships',
      action: 'UpdateItem',
      kind: 'hold',
    });
    await renamed(id, '第二公司');
    await runtime.faults.held(held);
    await renamed(id, '第三公司');
    runtime.faults.release(held);
    await runtime.settled();
    expect(await names(id)).toEqual(all('第三公司'));
    expect(await taxpayerRow(id)).not.toHaveProperty('copiesDue');
  });

  long('ENT-4 a run that was held up never writes over the copies of a newer one', async () => {
    const id = await company();
    const held = runtime.faults.add({
      function: 'company-copies',
      table: 'Relationships',
      action: 'UpdateItem',
      kind: 'hold',
    });
    await renamed(id, '第二公司');
    await runtime.faults.held(held);
    await renamed(id, '第三公司');
    await restOf(id);
    expect(await taxpayerRow(id)).not.toHaveProperty('copiesDue');
    // No other run repairs it: the last write was the one that was held.
    for (const [name, action] of [
      ['company-copies', 'GetItem'],
      ['company-copies', 'BatchGetItem'],
      ['copies-continued', undefined],
    ] as const)
      runtime.faults.add({ function: name, ...(action ? { action } : {}), kind: 'error500', times: 1_000 });
    runtime.faults.release(held);
    await runtime.settled();
    expect(await names(id)).toEqual(all('第三公司'));
    // Work that was handed on meanwhile is done too.
    runtime.faults.clear();
    runtime.clock.advance(181);
    await runtime.settled();
    expect(await names(id)).toEqual(all('第三公司'));
  });

  it('REL-10 ENT-4 a relation that is changed meanwhile keeps its change and gets the copies', async () => {
    const id = await company();
    const [hand] = hands as [Known];
    const held = runtime.faults.add({
      function: 'company-copies',
      table: 'Relationships',
      action: 'UpdateItem',
      kind: 'hold',
      times: 3,
    });
    await renamed(id, '第二公司');
    await runtime.faults.held(held, 3);
    await runtime.dynamodb('UpdateItem', {
      TableName: runtime.tables.find((one) => one.endsWith('-Relationships')),
      Key: marshall({ personKey: hand.personKey, relation: `${keyOf(id)}#tax-handler` }),
      UpdateExpression: 'SET validUntil = :day ADD #rev :one',
      ExpressionAttributeNames: { '#rev': 'rev' },
      ExpressionAttributeValues: marshall({ ':day': '2028-01-01', ':one': 1 }),
    });
    runtime.faults.release(held);
    await runtime.settled();
    expect(await relationRow(runtime, hand, id, 'tax-handler')).toMatchObject({
      validUntil: '2028-01-01',
      rev: 2,
      taxpayerName: '第二公司',
    });
  });

  it('REL-1 ENT-4 a relation written beside the change, by whoever read the company before, follows', async () => {
    const id = await company();
    const [hand] = hands as [Known];
    const before = await relationRow(runtime, hand, id, 'tax-handler');
    await renamed(id, '第二公司');
    await runtime.settled();
    // As if the transaction had waited and came late.
    const { taxpayerRev: _, ...late } = before;
    await putAll(runtime, 'Relationships', [{ ...late, authorizationId: `${late.authorizationId}-late` }]);
    await runtime.settled();
    expect(await names(id)).toEqual(all('第二公司'));
  });

  long(
    'ENT-4 CTR-3 a change whose record is lost is told right in lists, and its company’s next line brings the copies',
    async () => {
      const id = await company();
      const [hand] = hands as [Known];
      const { session } = await loggedInByFace(runtime, hand);
      const shown = async () => {
        const { body } = expectStatus(
          await runtime.http('GET', '/v1/authorizations?state=active', undefined, {
            token: session.accessToken,
          }),
          200,
        );
        return body.authorizations
          .filter(({ taxpayerId }: Loose) => taxpayerId === id)
          .map(({ taxpayerName }: Loose) => taxpayerName);
      };
      // The state that a reader of the stream leaves behind when it dies for good.
      const table = runtime.tables.find((one) => one.endsWith('-Taxpayers'));
      await runtime.dynamodb('UpdateItem', {
        TableName: table,
        Key: marshall({ companyKey: keyOf(id) }),
        UpdateExpression: 'SET #name = :name, copiesDue = :due, companyNote = :note ADD #rev :one',
        ExpressionAttributeNames: { '#name': 'name', '#rev': 'rev' },
        ExpressionAttributeValues: marshall({ ':name': '第二公司', ':due': 'due', ':note': 'x', ':one': 1 }),
      });
      expect(await shown()).toEqual(['第二公司']);
      await feed(runtime, companyLine(id, { name: '第二公司' }), representativeLine(id, boss));
      await runtime.settled();
      expect(await names(id)).toEqual(all('第二公司'));
      expect(await shown()).toEqual(['第二公司']);
    },
  );

  long('ENT-4 one company that fails rings in the end and keeps no other one waiting', async () => {
    const [bad, good] = [await company(), await company()];
    // The first query from now on must be about the bad company.
    await runtime.settled();
    const fault = runtime.faults.add({
      function: 'company-copies',
      table: 'Relationships',
      action: 'Query',
      kind: 'error500',
      nth: 1,
      per: 'runtime',
      times: 1_000,
    });
    runtime.faults.add({
      function: 'copies-continued',
      table: 'Taxpayers',
      action: 'GetItem',
      kind: 'error500',
      times: 1_000,
    });
    const begun = performance.now();
    await renamed(bad, '第二公司');
    // In one batch the order of the two would be open.
    await expect.poll(() => runtime.faults.struck(fault)).toBeGreaterThan(0);
    await renamed(good, '第二公司');
    await expect.poll(() => names(good), { timeout: allowing(5_000) }).toEqual(all('第二公司'));
    expect(performance.now() - begun).toBeLessThan(allowing(5_000));
    for (let tries = 0; tries < 9; tries++) {
      await runtime.settled();
      runtime.clock.advance(181);
    }
    await runtime.settled();
    const waiting = runtime.queued('copies-continued-failed').map((body) => JSON.parse(body).companyKey);
    expect(waiting).toEqual([keyOf(bad)]);
    expect(await names(bad)).toEqual(all('第一公司'));
    // The stream keeps nothing of it: the next change is not delayed, and the message can be sent again.
    runtime.faults.clear();
    await restOf(bad);
    expect(await names(bad)).toEqual(all('第二公司'));
  });

  long('ENT-4 what fails once is done by the next try', async () => {
    const id = await company();
    runtime.faults.add({
      function: 'company-copies',
      table: 'Relationships',
      action: 'UpdateItem',
      kind: 'error500',
      times: 12,
    });
    await renamed(id, '第二公司');
    await runtime.settled();
    expect(await names(id)).toEqual(all('第二公司'));
    expect(runtime.queued('copies-continued-failed').join()).not.toContain(keyOf(id));
  });

  long(
    'ENT-2 ENT-4 of 3,000 people: the change is answered at once, one run hands on to the next',
    async () => {
      const id = await company();
      const [hand] = hands as [Known];
      const template = await relationRow(runtime, hand, id, 'tax-handler');
      await putAll(
        runtime,
        'Relationships',
        Array.from({ length: 3_000 }, (_, at) => ({
          ...template,
          personKey: `p_copied-${at}`,
          authorizationId: `copied-${at}`,
          companySort: `${template.companySort}#${at}`,
        })),
      );
      await runtime.settled();
      const begun = performance.now();
      await renamed(id, '第二公司');
      expect(performance.now() - begun).toBeLessThan(allowing(2_000));
      await runtime.settled();
      expect(JSON.stringify(runtime.logs())).toContain('"cause\\":\\"time');
      for (const at of [0, 1_500, 2_999])
        expect(
          (await row(runtime, 'Relationships', { personKey: `p_copied-${at}`, relation: template.relation }))
            .taxpayerName,
        ).toBe('第二公司');
      expect(await taxpayerRow(id)).not.toHaveProperty('copiesDue');
    },
    120_000,
  );
});
