import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { TableName } from '#contract/tables.ts';
import type { Person } from '#store/people/person-row.ts';
import type { TestRuntime } from '../../support/runtime.ts';
import type { StoredRow } from '../../support/stored-rows.ts';

export type Row = Readonly<Record<string, unknown>>;

type Stored = Record<string, AttributeValue>;

/** All rows of a table. Only tests scan a table. */
export const rowsOf = async (runtime: TestRuntime, table: string): Promise<Row[]> =>
  (await itemsOf(runtime, table)).map((item) => unmarshall(item));

/** The same in DynamoDB's own form; the test then converts only the items that it needs. */
async function itemsOf(runtime: TestRuntime, table: string): Promise<Stored[]> {
  const TableName = runtime.tables.find((name) => name.endsWith(`-${table}`)) ?? table;
  const items: Stored[] = [];
  let ExclusiveStartKey: unknown;
  do {
    const page = await runtime.dynamodb('Scan', {
      TableName,
      ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
    });
    items.push(...(page.Items as Stored[]));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return items;
}

/** Changes a person's item directly, for states that no flow of this test makes. */
export async function setOnPerson(
  runtime: TestRuntime,
  personKey: string,
  attribute: keyof Person,
  value: unknown,
) {
  await runtime.dynamodb('UpdateItem', {
    TableName: runtime.tables.find((name) => name.endsWith('-Users')),
    Key: marshall({ personKey }),
    UpdateExpression: 'SET #a = :v, #rev = #rev + :one',
    ExpressionAttributeNames: { '#a': attribute, '#rev': 'rev' },
    ExpressionAttributeValues: marshall({ ':v': value, ':one': 1 }, { removeUndefinedValues: true }),
  });
}

/** Changes fields of any row directly. @param nextRev whether the row's `rev` grows, as with every change of production */
export const setIn = <Table extends TableName>(
  runtime: TestRuntime,
  table: Table,
  key: Record<string, string>,
  facts: StoredRow<Table>,
  { nextRev = false } = {},
) => {
  const entries = Object.entries(facts);
  return runtime.dynamodb('UpdateItem', {
    TableName: runtime.tables.find((name) => name.endsWith(`-${table}`)),
    Key: marshall(key),
    UpdateExpression: `SET ${entries.map((_, i) => `#${i} = :${i}`).join(', ')}${nextRev ? ' ADD #rev :one' : ''}`,
    ExpressionAttributeNames: {
      ...(nextRev ? { '#rev': 'rev' } : {}),
      ...Object.fromEntries(entries.map(([name], i) => [`#${i}`, name])),
    },
    ExpressionAttributeValues: marshall({
      ...(nextRev ? { ':one': 1 } : {}),
      ...Object.fromEntries(entries.map(([, value], i) => [`:${i}`, value])),
    }),
  });
};

export interface Event {
  readonly subject: string;
  readonly eventId: string;
  readonly kind: string;
  readonly outcome: string;
  readonly at: string;
  readonly channel: string;
  readonly address: string;
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly ttl: number;
}

export const events = async (runtime: TestRuntime): Promise<Event[]> =>
  (await rowsOf(runtime, 'Audit')) as unknown as Event[];

/** The audit events that an action writes, in their order. */
export async function eventsOf<T>(runtime: TestRuntime, action: () => Promise<T>): Promise<Event[]> {
  const before = new Set((await itemsOf(runtime, 'Audit')).map((event) => event.eventId?.S));
  await action();
  return (await itemsOf(runtime, 'Audit'))
    .filter((event) => !before.has(event.eventId?.S))
    .map((event) => unmarshall(event) as Event)
    .sort((a, b) => (a.eventId < b.eventId ? -1 : 1));
}

/** The person key under which an action writes its events; nobody outside can compute it. */
export async function subjectOf<T>(
  runtime: TestRuntime,
  action: () => Promise<T>,
  kind: string,
): Promise<string> {
  const event = (await eventsOf(runtime, action)).find((one) => one.kind === kind);
  if (!event) throw new Error(`no event ${kind}`);
  return event.subject;
}

export async function personOf(runtime: TestRuntime, personKey: string): Promise<Row> {
  const { Item } = await runtime.dynamodb('GetItem', {
    TableName: runtime.tables.find((name) => name.endsWith('-Users')),
    Key: { personKey: { S: personKey } },
    ConsistentRead: true,
  });
  if (!Item) throw new Error(`no person ${personKey}`);
  return unmarshall(Item as Stored);
}
