import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { companyOf } from '../flows/support/registry.ts';
import { giveRelation, inCompany, keyOf, relationRow } from '../flows/support/relations.ts';
import type { Loose, Reply } from '../support/client.ts';
import { expectStatus, loggedInByFace } from '../support/runtime.ts';
import { keeping, long } from '../support/variants.ts';
import { knownPerson, openWatchedRuntime, row, type WatchedRuntime } from '../support/watched.ts';

/** REL-11: a decision is about what was shown. The decision's write is held while the other side makes a change. */
let runtime: WatchedRuntime;
beforeAll(async () => {
  runtime = await openWatchedRuntime();
});
afterAll(() => runtime?.finish());

const said = ({ status, body }: Reply<Loose>): string => body?.code ?? String(status);

/** A company with its manager, and a person with a relation there; both are logged in. */
async function bothSides(state: 'pending' | 'active', direction: 'invited' | 'applied' = 'invited') {
  const boss = await knownPerson(runtime);
  const who = await knownPerson(runtime);
  const taxpayerId = await companyOf(runtime, boss);
  const id = await giveRelation(runtime, who, taxpayerId, 'tax-handler', { state, direction });
  const company = (await inCompany(runtime, boss, taxpayerId)).token;
  const person = (await loggedInByFace(runtime, who)).session.accessToken as string;
  const shown = async (token: string, path: string, list: string): Promise<string> => {
    const { body } = expectStatus(
      await runtime.http('GET', `${path}?state=${state}`, undefined, { token }),
      200,
    );
    return body[list].find((one: Loose) => one.authorizationId === id).revision;
  };
  return {
    who,
    taxpayerId,
    id,
    company,
    person,
    toPerson: () => shown(person, '/v1/authorizations', 'authorizations'),
    toCompany: () => shown(company, '/v1/enterprise/staff', 'staff'),
  };
}
/** The change by another person, in one write as the store makes it. */
const changed = async (sides: Awaited<ReturnType<typeof bothSides>>, values: Record<string, string>) => {
  const table = runtime.tables.find((name) => name.endsWith('-Relationships'));
  const names = Object.keys(values);
  await runtime.dynamodb('UpdateItem', {
    TableName: table,
    Key: {
      personKey: { S: sides.who.personKey },
      relation: { S: `${keyOf(sides.taxpayerId)}#tax-handler` },
    },
    UpdateExpression: `SET ${names.map((name) => `${name} = :${name}`).join(', ')} ADD rev :one`,
    ExpressionAttributeValues: {
      ':one': { N: '1' },
      ...Object.fromEntries(names.map((name) => [`:${name}`, { S: values[name] }])),
    },
  });
};

describe('REL-11 authorizations and staff', () => {
  keeping(1)([
    ['confirmed by the person', 'pending', 'POST', 'confirm'],
    ['rejected by the person', 'pending', 'POST', 'reject'],
    ['left by the person', 'active', 'DELETE', ''],
  ] as const)('REL-11 what changed while it is being %s is not', async (_what, state, method, step) => {
    const sides = await bothSides(state);
    const revision = await sides.toPerson();
    const held = runtime.faults.add({
      function: 'authorizations',
      action: 'TransactWriteItems',
      kind: 'hold',
    });
    const path = `/v1/authorizations/${sides.id}${step && `/${step}`}`;
    const deciding =
      method === 'POST'
        ? runtime.http('POST', path, { revision }, { token: sides.person })
        : runtime.http('DELETE', `${path}?revision=${revision}`, undefined, { token: sides.person });
    await runtime.faults.held(held);
    await changed(sides, { validUntil: '2027-12-31' });
    runtime.faults.release(held);
    expect(said(await deciding)).toBe('STATE_CONFLICT');
    expect(await relationRow(runtime, sides.who, sides.taxpayerId, 'tax-handler')).toMatchObject({
      state,
      validUntil: '2027-12-31',
    });
    runtime.faults.clear();
    const again = await sides.toPerson();
    const reply =
      method === 'POST'
        ? await runtime.http('POST', path, { revision: again }, { token: sides.person })
        : await runtime.http('DELETE', `${path}?revision=${again}`, undefined, { token: sides.person });
    expect(reply.status).toBeLessThan(300);
  });

  it.each([
    ['confirmed by the company', 'pending', 'POST', 'confirm'],
    ['adjusted by the company', 'active', 'PATCH', ''],
    ['dismissed by the company', 'active', 'DELETE', ''],
  ] as const)('REL-11 what changed while it is being %s is not', async (_what, state, method, step) => {
    const sides = await bothSides(state, state === 'pending' ? 'applied' : 'invited');
    const revision = await sides.toCompany();
    const held = runtime.faults.add({ function: 'staff', action: 'TransactWriteItems', kind: 'hold' });
    const path = `/v1/enterprise/staff/${sides.id}${step && `/${step}`}`;
    const body = method === 'PATCH' ? { revision, permissions: ['enquiry'] } : { revision };
    const deciding =
      method === 'DELETE'
        ? runtime.http('DELETE', `${path}?revision=${revision}`, undefined, { token: sides.company })
        : runtime.http(method, path, body, { token: sides.company });
    await runtime.faults.held(held);
    await changed(sides, { validUntil: '2027-12-31' });
    runtime.faults.release(held);
    expect(said(await deciding)).toBe('STATE_CONFLICT');
    expect(await relationRow(runtime, sides.who, sides.taxpayerId, 'tax-handler')).toMatchObject({
      state,
      permissions: ['filing', 'declaration', 'enquiry', 'invoice'],
    });
    runtime.faults.clear();
  });

  long('REL-11 an older revision is refused, and without one it is as before', async () => {
    const sides = await bothSides('pending');
    const revision = await sides.toPerson();
    await changed(sides, { validUntil: '2027-12-31' });
    const confirm = (body: object) =>
      runtime.http('POST', `/v1/authorizations/${sides.id}/confirm`, body, { token: sides.person });
    expect(said(await confirm({ revision }))).toBe('STATE_CONFLICT');
    expectStatus(await confirm({}), 200);
  });
});

long('REL-11 ENT-2 a company that changed since it was shown is not confirmed', async () => {
  const boss = await knownPerson(runtime);
  const taxpayerId = await companyOf(runtime, boss, { state: 'awaiting-confirmation' });
  const token = (await loggedInByFace(runtime, boss)).session.accessToken as string;
  const list = async (): Promise<Loose> =>
    expectStatus(await runtime.http('GET', '/v1/confirmations', undefined, { token }), 200).body
      .confirmations[0];
  const { confirmationId, revision, kinds } = await list();
  const table = runtime.tables.find((name) => name.endsWith('-Taxpayers'));
  await runtime.dynamodb('UpdateItem', {
    TableName: table,
    Key: { companyKey: { S: keyOf(taxpayerId) } },
    UpdateExpression: 'SET #name = :name ADD rev :one',
    ExpressionAttributeNames: { '#name': 'name' },
    ExpressionAttributeValues: { ':name': { S: '改名有限公司' }, ':one': { N: '1' } },
  });
  const confirm = (body: object) =>
    runtime.http('POST', `/v1/confirmations/${confirmationId}`, body, { token });
  expect(said(await confirm({ kind: kinds[0], revision }))).toBe('STATE_CONFLICT');
  expect((await row(runtime, 'Taxpayers', { companyKey: keyOf(taxpayerId) })).state).toBe(
    'awaiting-confirmation',
  );
  expectStatus(await confirm({ kind: kinds[0], revision: (await list()).revision }), 200);
});
