import { createHash } from 'node:crypto';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { expect } from 'vitest';
import type { TableName } from '#contract/tables.ts';
import type { Client, Loose } from './client.ts';
import { person, type Sample } from './people.ts';
import {
  expectStatus,
  grantsLeft,
  loginTicket,
  openTestRuntime,
  registered,
  type TestRuntime,
} from './runtime.ts';
import { settled } from './seed.ts';
import type { FoundRow } from './stored-rows.ts';

/** A runtime that records what must never happen: answers 5xx, and calls that the functions' policies refuse. */
export interface WatchedRuntime extends TestRuntime {
  /** Runs an action that provokes our own errors: its 5xx answers are expected. */
  provoking<T>(run: () => Promise<T>): Promise<T>;
  /** Fails if there was a 5xx or a refused grant so far. The `exercised` functions must have used all their grants. */
  expectClean(...exercised: string[]): void;
  /** Stops the runtime, and then checks the same. */
  finish(...exercised: string[]): Promise<void>;
}

/**
 * Every route for signed-in people has this grant, but uses it only for a company identity: switching.test.ts shows
 * that.
 */
const readsAccessBasis = ({ action, resource }: { action: string; resource: string }): boolean =>
  action === 'dynamodb:BatchGetItem' &&
  ['Relationships', 'Taxpayers', 'Agencies', 'Agreements', 'CrossRegionReports'].some((table) =>
    resource.endsWith(table),
  );

/** Far from the machine's own day and from midnight. Every test advances the clock itself. */
export const morning = '2027-03-02T10:00:00+08:00';

export async function openWatchedRuntime(
  options: Parameters<typeof openTestRuntime>[0] = {},
  at: string | null = morning,
): Promise<WatchedRuntime> {
  const runtime = await openTestRuntime({ quiet: true, ...options });
  if (at) runtime.clock.set(at);
  const serverErrors: string[] = [];
  let provoked = 0;
  const http: Client = async (method, path, body, request) => {
    const reply = await runtime.http(method, path, body, request);
    if (reply.status >= 500 && provoked === 0)
      serverErrors.push(
        `${method} ${path} ${reply.status} ${JSON.stringify(reply.body)} ${lastError(runtime)}`,
      );
    return reply;
  };
  const expectClean = (...exercised: string[]): void => {
    expect(serverErrors).toEqual([]);
    expect(runtime.denials()).toEqual([]);
    expect(runtime.logs().filter((line) => /AccessDenied/.test(JSON.stringify(line)))).toEqual([]);
    const unused = grantsLeft(runtime).filter((grant) => !readsAccessBasis(grant));
    expect(unused.filter((grant) => exercised.includes(grant.functionName))).toEqual([]);
  };
  return {
    ...runtime,
    http,
    async provoking(run) {
      provoked++;
      try {
        return await run();
      } finally {
        runtime.faults.clear();
        provoked--;
      }
    },
    expectClean,
    async finish(...exercised) {
      await runtime.stop();
      expectClean(...exercised);
    },
  };
}

const lastError = (runtime: TestRuntime): string =>
  runtime
    .logs()
    .map((line) => JSON.stringify(line))
    .findLast((line) => line.includes('ERROR')) ?? '';

const tableOf = (runtime: TestRuntime, table: string): string =>
  runtime.tables.find((name) => name.toLowerCase().endsWith(table.toLowerCase())) ?? table;

/** Every item of a table, read directly. */
export async function rows<Table extends TableName>(
  runtime: TestRuntime,
  table: Table,
): Promise<FoundRow<Table>[]> {
  const found: FoundRow<Table>[] = [];
  let from: Loose;
  do {
    const page = (await runtime.dynamodb('Scan', {
      TableName: tableOf(runtime, table),
      ConsistentRead: true,
      ...(from ? { ExclusiveStartKey: from } : {}),
    })) as Loose;
    found.push(...page.Items.map((item: Loose) => unmarshall(item)));
    from = page.LastEvaluatedKey;
  } while (from);
  return found;
}

export async function row<Table extends TableName>(
  runtime: TestRuntime,
  table: Table,
  key: Record<string, string>,
): Promise<FoundRow<Table>> {
  const { Item } = (await runtime.dynamodb('GetItem', {
    TableName: tableOf(runtime, table),
    Key: Object.fromEntries(Object.entries(key).map(([name, value]) => [name, { S: value }])),
    ConsistentRead: true,
  })) as Loose;
  return Item && unmarshall(Item);
}

/** The person key of an open ticket. */
export async function personOf(runtime: TestRuntime, ticketId: string): Promise<string> {
  const ticketKey = `t_${createHash('sha256').update(ticketId).digest('base64url')}`;
  return (await row(runtime, 'Tickets', { ticketKey })).personKey;
}

export interface Known extends Sample {
  readonly personKey: string;
}

/**
 * A registered person with the person key, with which a test can read tables. The phone's next code is possible in 60
 * s.
 */
export async function knownPerson(
  runtime: TestRuntime,
  who: Sample = person(),
  extra: object = {},
): Promise<Known> {
  const there = await settled(runtime, who, extra);
  if ('personKey' in there) return there;
  return { ...who, personKey: await personOf(runtime, await loginTicket(runtime, who)) };
}

/** The same, but the person made every step of the registration: for tests that count what a registration sends. */
export async function knownAfterRegistering(runtime: TestRuntime): Promise<Known> {
  const who = await registered(runtime);
  return { ...who, personKey: await personOf(runtime, await loginTicket(runtime, who)) };
}

const shanghaiDay = (at: Date): string => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);

/** The counts in a person's lockout row of the day. */
export async function failures(
  runtime: TestRuntime,
  { personKey }: Known,
  day = shanghaiDay(runtime.clock.now()),
) {
  const found = await row(runtime, 'Lockouts', { personKey, day });
  const size = (set: Set<string> | undefined) => set?.size ?? 0;
  return {
    password: size(found?.password),
    sms: size(found?.sms),
    face: size(found?.face),
    guesses: size(found?.smsGuesses),
    locked: found?.lockedAt !== undefined,
  };
}
export const none = { password: 0, sms: 0, face: 0, guesses: 0, locked: false };

/** The audit events of a person or company, oldest first. */
export async function eventsAbout(runtime: TestRuntime, subject: string): Promise<Loose[]> {
  const found: Loose[] = [];
  let from: Loose;
  do {
    const page = (await runtime.dynamodb('Query', {
      TableName: tableOf(runtime, 'Audit'),
      ConsistentRead: true,
      KeyConditionExpression: 'subject = :subject',
      ExpressionAttributeValues: { ':subject': { S: subject } },
      ...(from ? { ExclusiveStartKey: from } : {}),
    })) as Loose;
    found.push(...page.Items.map((item: Loose) => unmarshall(item)));
    from = page.LastEvaluatedKey;
  } while (from);
  return found;
}

/** A person's audit events, oldest first. */
export const history = (runtime: TestRuntime, { personKey }: Known): Promise<Loose[]> =>
  eventsAbout(runtime, personKey);

export const ticketCall = (runtime: TestRuntime, loginId: string, step: 'sms' | 'face') =>
  runtime.http('POST', `/v1/logins/${loginId}/${step}`);
export const verify = (runtime: TestRuntime, loginId: string, body: object) =>
  runtime.http('POST', `/v1/logins/${loginId}/verify`, body);

/** Sends a login code and returns it. */
export async function loginCode(runtime: TestRuntime, loginId: string, phone: string): Promise<string> {
  expectStatus(await ticketCall(runtime, loginId, 'sms'), 202);
  return runtime.sms(phone).find((message) => message.code)?.code ?? '';
}

/** A code that differs from the given one. */
export const otherThan = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
