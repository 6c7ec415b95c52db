import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { tables, tableVariable } from '#contract/tables.ts';
import { isLive, type RelationState, refusalOf, stateOn, transitions } from '#domain/companies/relations.ts';
import { Problem } from '#domain/problem.ts';
import { beginRelationWrites, hideUpdate, transitionUpdate } from '#store/companies/relation-changes.ts';
import { findAuthorization, findRelation, type Relation, relationsOf } from '#store/companies/relations.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { type Db, openTables } from '#store/dynamodb/tables.ts';
import { dynamoDbClient } from '../../infra/local/emulators/dynamodb-client.ts';
import { long } from '../support/variants.ts';

type TransitionName = keyof typeof transitions;

/** The store alone: its refusals must not depend on the code before it (REL-10). */
const namespace = `Rel${randomUUID().replaceAll('-', '')}`;
const region = 'ap-southeast-1';
let db: Db;
beforeAll(async () => {
  const endpoint = inject('dynamodbEndpoint');
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: namespace,
    AWS_SECRET_ACCESS_KEY: 'local',
    [tableVariable('Relationships')]: 'Relationships',
  });
  const { partitionKey, sortKey, indexes } = tables.Relationships;
  const string = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
  const schema = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
  await dynamoDbClient(
    endpoint,
    namespace,
    region,
  )('CreateTable', {
    TableName: 'Relationships',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: schema(partitionKey, sortKey),
    AttributeDefinitions: [
      string(partitionKey),
      string(sortKey),
      string(indexes.byCompany.partitionKey),
      string(indexes.byCompany.sortKey),
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byCompany',
        KeySchema: schema(indexes.byCompany.partitionKey, indexes.byCompany.sortKey),
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  db = openTables();
});

const today = '2026-11-23';
const now = new Date('2026-11-23T04:00:00Z');
const facts = (personKey: string, overrides: Partial<Relation> = {}) => ({
  personKey,
  companyKey: 'c_91340100MA0000001X',
  taxpayerId: '91340100MA0000001X',
  role: 'tax-handler' as const,
  state: 'pending' as const,
  direction: 'invited' as const,
  refusable: true,
  permissions: [],
  source: 'company' as const,
  sealedName: 's1.x.y',
  taxpayerName: '合肥春晓科技有限公司',
  taxpayerState: 'active' as const,
  ...overrides,
});
type Fresh = Parameters<typeof beginRelationWrites>[0];
const person = () => `p1_${randomUUID()}`;
const current = (personKey: string) => findRelation(db, personKey, 'c_91340100MA0000001X', 'tax-handler');

async function begin(personKey: string, overrides: Partial<Relation> = {}, previous?: Relation) {
  const begun = beginRelationWrites(facts(personKey, overrides) as Fresh, previous, now, today);
  await db.transact(begun.writes);
  return begun.relation;
}
/** The result of a write: the state that it led to, or the code of the refusal. */
const outcome = async (write: () => Promise<unknown>): Promise<string> => {
  try {
    await write();
    return 'done';
  } catch (error) {
    if (error instanceof Problem) return error.code;
    if (error instanceof ConcurrentChange) return 'stale';
    throw error;
  }
};
const move = (relation: Relation, name: TransitionName, day = today) =>
  outcome(async () => db.transact([transitionUpdate(relation, transitions[name], now, day)]));

describe('relations in their table', () => {
  it('REL-10 the write itself refuses what was legal when it was read', async () => {
    const personKey = person();
    const read = await begin(personKey);
    expect(await move(read, 'withdrawInvitation')).toBe('done');
    // Each of these moves was decided from the earlier row.
    expect(await move(read, 'acceptInvitation')).toBe('STATE_CONFLICT');
    expect(await move(read, 'refuseInvitation')).toBe('STATE_CONFLICT');
    expect((await current(personKey))?.state).toBe('withdrawn');
  });

  long('REL-10 of all answers to one invitation at once the first one counts', async () => {
    const names = ['acceptInvitation', 'refuseInvitation', 'withdrawInvitation', 'strike'] as const;
    for (let round = 0; round < 10; round++) {
      const personKey = person();
      const read = await begin(personKey);
      const outcomes = await Promise.all(names.map((name) => move(read, name)));
      const row = await current(personKey);
      const winners = names.filter((_, i) => outcomes[i] === 'done');
      // Removing an accepted relation is legal too, so one removal may follow the acceptance.
      expect([1, 2]).toContain(winners.length);
      if (winners.length === 2) expect(winners).toEqual(['acceptInvitation', 'strike']);
      expect(row?.rev).toBe(1 + winners.length);
      expect(winners.map((name) => transitions[name].to)).toContain(row?.state);
    }
  });

  it('REL-8 what has passed its last day cannot be moved, and may be begun anew', async () => {
    const personKey = person();
    const read = await begin(personKey, { state: 'active', validUntil: today });
    expect(await move({ ...read, validUntil: '2026-11-24' }, 'adjust', '2026-11-24')).toBe('STATE_CONFLICT');
    expect(await outcome(() => begin(personKey, {}, read))).toBe('RELATION_EXISTS');
    const begun = beginRelationWrites(facts(personKey) as Fresh, read, now, '2026-11-24');
    await db.transact(begun.writes);
    const { items } = await relationsOf(db, personKey, { history: true });
    expect(items.map((one) => one.state).sort()).toEqual(['expired', 'pending']);
    expect((await findAuthorization(db, read.authorizationId))?.state).toBe('expired');
    expect((await findAuthorization(db, begun.authorizationId))?.state).toBe('pending');
  });

  it('REL-10 of two invitations at once one begins, also after an end', async () => {
    const personKey = person();
    const first = await Promise.all([outcome(() => begin(personKey)), outcome(() => begin(personKey))]);
    expect(first.sort()).toEqual(['done', 'stale']);
    const read = await current(personKey);
    if (!read) throw new Error('nothing began');
    await move(read, 'refuseInvitation');
    const ended = await current(personKey);
    const again = await Promise.all(
      Array.from({ length: 4 }, () => outcome(() => begin(personKey, {}, ended))),
    );
    expect(again.sort()).toEqual(['done', 'stale', 'stale', 'stale']);
    const { items } = await relationsOf(db, personKey, { history: true });
    expect(items).toHaveLength(2);
  });

  it('CTR-3 hides only what has ended, from one side, and history keeps it hidden', async () => {
    const personKey = person();
    const read = await begin(personKey);
    expect(await outcome(() => db.transact([hideUpdate(read, 'person', today)]))).toBe('STATE_CONFLICT');
    await move(read, 'refuseInvitation');
    const ended = await current(personKey);
    if (!ended) throw new Error('gone');
    await db.transact([hideUpdate(ended, 'person', today)]);
    // The new authorization was decided from the row before the hiding, so it is decided again and the hiding is kept.
    expect(await outcome(() => begin(personKey, {}, ended))).toBe('stale');
    await begin(personKey, {}, await current(personKey));
    const moved = await findAuthorization(db, read.authorizationId);
    expect(moved).toMatchObject({ hiddenByPerson: true, state: 'rejected' });
    expect(moved?.hiddenByCompany).toBeUndefined();
    expect(await outcome(() => db.transact([hideUpdate(ended, 'company', today)]))).toBe('stale');
  });

  long(
    'REL-10 any interleaving of both sides walks only legal ways and keeps every authorization once',
    async () => {
      const names = Object.keys(transitions) as TransitionName[];
      const step = fc.record({
        names: fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
        begin: fc.boolean(),
        direction: fc.constantFrom('invited' as const, 'applied' as const),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
          const personKey = person();
          const begun = new Set<string>();
          for (const { names: wanted, begin: anew, direction } of steps) {
            const read = await current(personKey);
            const started = async () => {
              const fresh = await begin(personKey, { direction }, read);
              begun.add(fresh.authorizationId);
            };
            const happened = await Promise.all([
              ...(read ? wanted.map((name) => move(read, name)) : []),
              ...(anew ? [outcome(started), outcome(started)] : []),
            ]);
            const row = await current(personKey);
            if (!read) {
              expect(happened.filter((one) => one === 'done')).toHaveLength(anew ? 1 : 0);
              continue;
            }
            // Whatever else happened, no transition happened that was illegal for the row as it was read.
            for (const [i, name] of wanted.entries())
              if (refusalOf(transitions[name], read, today)) expect(happened[i]).not.toBe('done');
            if (anew && isLive(stateOn(read, today))) expect(row?.authorizationId).toBe(read.authorizationId);
          }
          const { items } = await relationsOf(db, personKey, { history: true });
          expect(new Set(items.map((one) => one.authorizationId))).toEqual(begun);
          expect(items).toHaveLength(begun.size);
          const live: RelationState[] = items.map((one) => one.state).filter(isLive);
          expect(live.length).toBeLessThanOrEqual(1);
          for (const id of begun) expect((await findAuthorization(db, id))?.authorizationId).toBe(id);
        }),
        { numRuns: 40 },
      );
    },
  );
});
