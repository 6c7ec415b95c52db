import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Door } from '../../support/door.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Only tests scan: to look at everything that stands there. */
export async function rowsOf(door: Door, table: string): Promise<Row[]> {
  const TableName = door.tables.find((name) => name.endsWith(`-${table}`)) ?? table;
  const rows: Row[] = [];
  let ExclusiveStartKey: unknown;
  do {
    const page = await door.dynamodb('Scan', {
      TableName,
      ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
    });
    for (const item of page.Items as Parameters<typeof unmarshall>[0][]) rows.push(unmarshall(item));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return rows;
}

/** Changes a person's item as a later issue's flow (cancelling, an import) would. */
export async function setOnPerson(door: Door, personKey: string, attribute: string, value: unknown) {
  await door.dynamodb('UpdateItem', {
    TableName: door.tables.find((name) => name.endsWith('-Users')),
    Key: marshall({ personKey }),
    UpdateExpression: 'SET #a = :v, #rev = #rev + :one',
    ExpressionAttributeNames: { '#a': attribute, '#rev': 'rev' },
    ExpressionAttributeValues: marshall({ ':v': value, ':one': 1 }, { removeUndefinedValues: true }),
  });
}

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

export const events = async (door: Door): Promise<Event[]> =>
  (await rowsOf(door, 'Audit')) as unknown as Event[];

/** The audit events that an action writes, in their order. */
export async function eventsOf<T>(door: Door, action: () => Promise<T>): Promise<Event[]> {
  const before = new Set((await events(door)).map((event) => event.eventId));
  await action();
  return (await events(door))
    .filter((event) => !before.has(event.eventId))
    .sort((a, b) => (a.eventId < b.eventId ? -1 : 1));
}

/** The person key that an action writes its events under: nobody outside can compute it. */
export async function subjectOf<T>(door: Door, action: () => Promise<T>, kind: string): Promise<string> {
  const event = (await eventsOf(door, action)).find((one) => one.kind === kind);
  if (!event) throw new Error(`no event ${kind}`);
  return event.subject;
}

export async function personOf(door: Door, personKey: string): Promise<Row> {
  const found = (await rowsOf(door, 'Users')).find((row) => row.personKey === personKey);
  if (!found) throw new Error(`no person ${personKey}`);
  return found;
}
