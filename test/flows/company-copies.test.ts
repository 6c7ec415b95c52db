/** @module-tag grants */
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Loose } from '../support/client.ts';
import { expectStatus, loggedInByFace } from '../support/door.ts';
import { allowing } from '../support/patience.ts';
import { long } from '../support/variants.ts';
import { type Known, knownPerson, openWatchedDoor, row, type WatchedDoor } from '../support/watched.ts';
import { putAll } from './support/bulk.ts';
import { companyLine, companyOf, feed, representativeLine } from './support/registry.ts';
import { giveRelation, keyOf, relationRow } from './support/relations.ts';

/** The stream of a company's row updates the copies in the company's relations, after the answer. */
let door: WatchedDoor;
let boss: Known;
let hands: Known[];
beforeAll(async () => {
  door = await openWatchedDoor();
  boss = await knownPerson(door);
  hands = await Promise.all([knownPerson(door), knownPerson(door), knownPerson(door)]);
});
afterAll(() => door?.finish('company-copies'));

afterEach(() => door.faults.clear());

/** A company with its legal representative and three tax handlers. */
async function company(): Promise<string> {
  const id = await companyOf(door, boss, { name: '第一公司' });
  for (const hand of hands) await giveRelation(door, hand, id, 'tax-handler');
  await door.settled();
  return id;
}
const renamed = (id: string, name: string) => feed(door, companyLine(id, { name }));
const taxpayerRow = (id: string) => row(door, 'Taxpayers', { companyKey: keyOf(id) });
async function names(id: string): Promise<string[]> {
  const rows = [
    await relationRow(door, boss, id, 'legal-representative'),
    ...(await Promise.all(hands.map((hand) => relationRow(door, hand, id, 'tax-handler')))),
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
const started = (...Records: object[]) => door.invoke('company-copies', { Records });
const restOf = (id: string) =>
  door.invoke('copies-rest', { Records: [{ body: JSON.stringify({ companyKey: keyOf(id) }) }] });
/** How many calls a function made that its policy counts. */
const callsOf = (name: string) => door.usage()[name]?.calls ?? 0;

describe('the copies of a company in its relations', () => {
  long('ENT-4 CTR-3 follow within five seconds, and the mark of the company falls with them', async () => {
    const id = await company();
    const begun = performance.now();
    await renamed(id, '第二公司');
    await door.settled();
    expect(performance.now() - begun).toBeLessThan(allowing(5_000));
    expect(await names(id)).toEqual(all('第二公司'));
    expect(await taxpayerRow(id)).not.toHaveProperty('copiesDue');
  });

  long('ENT-3 ENT-4 a change that is told twice, or late and out of its order, writes nothing', async () => {
    const id = await company();
    const first = await taxpayerRow(id);
    await renamed(id, '第二公司');
    await door.settled();
    await renamed(id, '第三公司');
    await door.settled();
    const second = { ...first, rev: first.rev + 1, name: '第二公司', copiesDue: 'due' };
    const third = { ...first, rev: first.rev + 3, name: '第三公司', copiesDue: 'due' };
    const before = await relationRow(door, hands[0] as Known, id, 'tax-handler');
    door.resetUsage();
    await started(record(second, third));
    await started(record(first, second), record(first, second));
    // Each run reads the company, for which no copies are due.
    expect(callsOf('company-copies')).toBe(2);
    expect(await relationRow(door, hands[0] as Known, id, 'tax-handler')).toEqual(before);
    expect(await names(id)).toEqual(all('第三公司'));
  });

  long('ENT-4 a change while copies are written has the last word', async () => {
    const id = await company();
    const held = door.faults.add({
      function: 'company-copies',
      table: 'Relationships',
      action: 'UpdateItem',
      kind: 'hold',
    });
    await renamed(id, '第二公司');
    await door.faults.held(held);
    await renamed(id, '第三公司');
    door.faults.release(held);
    await door.settled();
    expect(await names(id)).toEqual(all('第三公司'));
    expect(await taxpayerRow(id)).not.toHaveProperty('copiesDue');
  });

  long('ENT-4 a run that was held up never writes over the copies of a newer one', async () => {
    const id = await company();
    const held = door.faults.add({
      function: 'company-copies',
      table: 'Relationships',
      action: 'UpdateItem',
      kind: 'hold',
    });
    await renamed(id, '第二公司');
    await door.faults.held(held);
    await renamed(id, '第三公司');
    await restOf(id);
    expect(await taxpayerRow(id)).not.toHaveProperty('copiesDue');
    // No other run repairs it: the last write was the one that was held.
    for (const [name, action] of [
      ['company-copies', 'GetItem'],
      ['company-copies', 'BatchGetItem'],
      ['copies-rest', undefined],
    ] as const)
      door.faults.add({ function: name, ...(action ? { action } : {}), kind: 'error500', times: 1_000 });
    door.faults.release(held);
    await door.settled();
    expect(await names(id)).toEqual(all('第三公司'));
    // Work that was handed on meanwhile is done too.
    door.faults.clear();
    door.clock.advance(181);
    await door.settled();
    expect(await names(id)).toEqual(all('第三公司'));
  });

  it('REL-10 ENT-4 a relation that is changed meanwhile keeps its change and gets the copies', async () => {
    const id = await company();
    const [hand] = hands as [Known];
    const held = door.faults.add({
      function: 'company-copies',
      table: 'Relationships',
      action: 'UpdateItem',
      kind: 'hold',
      times: 3,
    });
    await renamed(id, '第二公司');
    await door.faults.held(held, 3);
    await door.dynamodb('UpdateItem', {
      TableName: door.tables.find((one) => one.endsWith('-Relationships')),
      Key: marshall({ personKey: hand.personKey, relation: `${keyOf(id)}#tax-handler` }),
      UpdateExpression: 'SET validUntil = :day ADD #rev :one',
      ExpressionAttributeNames: { '#rev': 'rev' },
      ExpressionAttributeValues: marshall({ ':day': '2028-01-01', ':one': 1 }),
    });
    door.faults.release(held);
    await door.settled();
    expect(await relationRow(door, hand, id, 'tax-handler')).toMatchObject({
      validUntil: '2028-01-01',
      rev: 2,
      taxpayerName: '第二公司',
    });
  });

  it('REL-1 ENT-4 a relation written beside the change, by whoever read the company before, follows', async () => {
    const id = await company();
    const [hand] = hands as [Known];
    const before = await relationRow(door, hand, id, 'tax-handler');
    await renamed(id, '第二公司');
    await door.settled();
    // As if the transaction had waited and came late.
    const { taxpayerRev: _, ...late } = before;
    await putAll(door, 'Relationships', [{ ...late, authorizationId: `${late.authorizationId}-late` }]);
    await door.settled();
    expect(await names(id)).toEqual(all('第二公司'));
  });

  long(
    'ENT-4 CTR-3 a change whose record is lost is told right in lists, and its company’s next line brings the copies',
    async () => {
      const id = await company();
      const [hand] = hands as [Known];
      const { session } = await loggedInByFace(door, hand);
      const shown = async () => {
        const { body } = expectStatus(
          await door.http('GET', '/v1/authorizations?state=active', undefined, {
            token: session.accessToken,
          }),
          200,
        );
        return body.authorizations
          .filter(({ taxpayerId }: Loose) => taxpayerId === id)
          .map(({ taxpayerName }: Loose) => taxpayerName);
      };
      // The state that a reader of the stream leaves behind when it dies for good.
      const table = door.tables.find((one) => one.endsWith('-Taxpayers'));
      await door.dynamodb('UpdateItem', {
        TableName: table,
        Key: marshall({ companyKey: keyOf(id) }),
        UpdateExpression: 'SET #name = :name, copiesDue = :due, companyNote = :note ADD #rev :one',
        ExpressionAttributeNames: { '#name': 'name', '#rev': 'rev' },
        ExpressionAttributeValues: marshall({ ':name': '第二公司', ':due': 'due', ':note': 'x', ':one': 1 }),
      });
      expect(await shown()).toEqual(['第二公司']);
      await feed(door, companyLine(id, { name: '第二公司' }), representativeLine(id, boss));
      await door.settled();
      expect(await names(id)).toEqual(all('第二公司'));
      expect(await shown()).toEqual(['第二公司']);
    },
  );

  long('ENT-4 one company that fails rings in the end and keeps no other one waiting', async () => {
    const [bad, good] = [await company(), await company()];
    // The first query from now on must be about the bad company.
    await door.settled();
    const fault = door.faults.add({
      function: 'company-copies',
      table: 'Relationships',
      action: 'Query',
      kind: 'error500',
      nth: 1,
      per: 'runtime',
      times: 1_000,
    });
    door.faults.add({
      function: 'copies-rest',
      table: 'Taxpayers',
      action: 'GetItem',
      kind: 'error500',
      times: 1_000,
    });
    const begun = performance.now();
    await renamed(bad, '第二公司');
    // In one batch the order of the two would be open.
    await expect.poll(() => door.faults.struck(fault)).toBeGreaterThan(0);
    await renamed(good, '第二公司');
    await expect.poll(() => names(good), { timeout: allowing(5_000) }).toEqual(all('第二公司'));
    expect(performance.now() - begun).toBeLessThan(allowing(5_000));
    for (let tries = 0; tries < 9; tries++) {
      await door.settled();
      door.clock.advance(181);
    }
    await door.settled();
    const waiting = door.queued('copies-rest-failed').map((body) => JSON.parse(body).companyKey);
    expect(waiting).toEqual([keyOf(bad)]);
    expect(await names(bad)).toEqual(all('第一公司'));
    // The stream keeps nothing of it: the next change is not delayed, and the message can be sent again.
    door.faults.clear();
    await restOf(bad);
    expect(await names(bad)).toEqual(all('第二公司'));
  });

  long('ENT-4 what fails once is done by the next try', async () => {
    const id = await company();
    door.faults.add({
      function: 'company-copies',
      table: 'Relationships',
      action: 'UpdateItem',
      kind: 'error500',
      times: 12,
    });
    await renamed(id, '第二公司');
    await door.settled();
    expect(await names(id)).toEqual(all('第二公司'));
    expect(door.queued('copies-rest-failed').join()).not.toContain(keyOf(id));
  });

  long(
    'ENT-2 ENT-4 of 3,000 people: the change is answered at once, one run hands on to the next',
    async () => {
      const id = await company();
      const [hand] = hands as [Known];
      const template = await relationRow(door, hand, id, 'tax-handler');
      await putAll(
        door,
        'Relationships',
        Array.from({ length: 3_000 }, (_, at) => ({
          ...template,
          personKey: `p_copied-${at}`,
          authorizationId: `copied-${at}`,
          companySort: `${template.companySort}#${at}`,
        })),
      );
      await door.settled();
      const begun = performance.now();
      await renamed(id, '第二公司');
      expect(performance.now() - begun).toBeLessThan(allowing(2_000));
      await door.settled();
      expect(JSON.stringify(door.logs())).toContain('"cause\\":\\"time');
      for (const at of [0, 1_500, 2_999])
        expect(
          (await row(door, 'Relationships', { personKey: `p_copied-${at}`, relation: template.relation }))
            .taxpayerName,
        ).toBe('第二公司');
      expect(await taxpayerRow(id)).not.toHaveProperty('copiesDue');
    },
    120_000,
  );
});
