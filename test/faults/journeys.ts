import { expect } from 'vitest';
import { shanghaiDay } from '#domain/days.ts';
import type { FaultKind, FaultRule } from '../../infra/local/emulators/faults.ts';
import { asChannel } from '../flows/support/channels.ts';
import { expectProblem } from '../flows/support/problems.ts';
import { rowsOf } from '../flows/support/tables.ts';
import type { Loose, Reply } from '../support/client.ts';
import type { Sample } from '../support/people.ts';
import { type TestRuntime, wait } from '../support/runtime.ts';

/**
 * Journeys as a patient person makes them: the person repeats a step that failed, and asks for a new code if the code
 * is lost.
 */

type Answer = Reply<Loose>;
const patience = 4;

/** Whatever fails behind the API, an answer is a success, a refusal, or UNAVAILABLE. */
export function expectDecent(reply: Answer, what: string): void {
  if (reply.status < 400) return;
  if (reply.status !== 503) {
    expectProblem(reply, what);
    return;
  }
  const said = `${what} → ${JSON.stringify(reply.body)}`;
  expect(reply.headers.get('content-type'), said).toBe('application/problem+json; charset=utf-8');
  expect(reply.body, said).toMatchObject({ status: 503, code: 'UNAVAILABLE', title: '系统繁忙，请稍后重试' });
  expect(Object.keys(reply.body).sort(), said).toEqual([
    'code',
    'detail',
    'status',
    'title',
    'traceId',
    'type',
  ]);
}

/**
 * Repeats a call while the service is unavailable; after TOO_MANY_REQUESTS it waits for the time that the answer names.
 */
export async function persist(
  runtime: TestRuntime,
  what: string,
  call: () => Promise<Answer>,
): Promise<Answer> {
  let reply = await call();
  for (let i = 0; i < patience; i++) {
    expectDecent(reply, what);
    if (reply.status === 429) await wait(runtime, Number(reply.headers.get('retry-after') ?? 60) + 1);
    // The assertion of a channel may be spent although the answer was lost; then the channel signs a new one.
    else if (reply.status !== 503 && reply.body?.code !== 'ASSERTION_INVALID') return reply;
    reply = await call();
  }
  throw new Error(`${what} never came to an end: ${reply.status} ${JSON.stringify(reply.body)}`);
}

const post = (runtime: TestRuntime, path: string, body?: unknown) =>
  persist(runtime, `POST ${path.replace(/[\w-]{22,}/, '…')}`, () => runtime.http('POST', path, body));

/** Asks for a code and uses it; asks again if the code was lost. */
async function withCode(
  runtime: TestRuntime,
  phone: string,
  send: () => Promise<Answer>,
  use: (smsCode: string) => Promise<Answer>,
): Promise<Answer> {
  for (let i = 0; i < patience; i++) {
    const sent = await send();
    if (sent.status !== 202) return sent;
    const smsCode = runtime.sms(phone).find((message) => message.code)?.code ?? '';
    const used = await use(smsCode);
    if (used.body?.code !== 'SMS_CODE_WRONG') return used;
    await wait(runtime, 61);
  }
  throw new Error('no code ever worked');
}

/**
 * Scans the QR code of a journey and passes the face check; returns the ticket. If the scan fails, a new code is shown.
 */
async function passFace(runtime: TestRuntime, journey: string): Promise<string | undefined> {
  for (let i = 0; i < patience; i++) {
    const started = await post(runtime, `${journey}/face`);
    if (started.status !== 201) return undefined;
    const { ticket, qrContent } = started.body;
    const app = asChannel(runtime, 'ahtax-app');
    const step = (path: string, body?: unknown) =>
      persist(runtime, `app ${path.replace(ticket, '…')}`, () => app('POST', path, body));
    if ((await step('/v1/channel/scans', { qrContent })).status !== 200) continue;
    const kit = await step(`/v1/channel/scans/${ticket}/face`);
    if (kit.status !== 200) continue;
    const result = await step(`/v1/channel/scans/${ticket}/face-result`, { token: kit.body.token });
    if (result.body?.passed) return ticket;
  }
  throw new Error('the face never passed');
}

/** Registers a person, with as many repetitions as needed. */
export async function register(runtime: TestRuntime, who: Sample): Promise<void> {
  const { name, documentType, documentNumber, phone, password } = who;
  for (let i = 0; i < patience; i++) {
    const begun = await post(runtime, '/v1/registrations', {
      name,
      documentType,
      documentNumber,
      consents: ['privacy', 'face'],
    });
    // The last step was done; only its answer was lost.
    if (begun.body?.code === 'ALREADY_REGISTERED') return;
    expect(begun.status).toBe(201);
    const journey = `/v1/registrations/${begun.body.registrationId}`;
    const profile = await withCode(
      runtime,
      phone,
      () => post(runtime, `${journey}/sms`, { phone }),
      (smsCode) =>
        persist(runtime, 'profile', () =>
          runtime.http('PUT', `${journey}/profile`, { phone, smsCode, password }),
        ),
    );
    if (profile.status !== 200) continue;
    if (!(await passFace(runtime, journey))) continue;
    const done = await post(runtime, `${journey}/complete`);
    if (done.status === 201) return;
  }
  throw new Error('never registered');
}

export type Method = 'sms' | 'face';

/** Logs in and returns the session. */
export async function logIn(
  runtime: TestRuntime,
  who: Sample,
  method: Method,
): Promise<{ accessToken: string; sessionId: string }> {
  for (let i = 0; i < patience; i++) {
    const opened = await post(runtime, '/v1/logins', {
      entry: 'natural',
      account: who.phone,
      password: who.password,
    });
    expect(opened.status, JSON.stringify(opened.body)).toBe(201);
    const journey = `/v1/logins/${opened.body.loginId}`;
    const verified =
      method === 'sms'
        ? await withCode(
            runtime,
            who.phone,
            () => post(runtime, `${journey}/sms`),
            (smsCode) => post(runtime, `${journey}/verify`, { smsCode }),
          )
        : await post(runtime, `${journey}/verify`, {
            faceTicket: (await passFace(runtime, journey)) ?? 'none',
          });
    if (verified.status === 200) return verified.body.session;
  }
  throw new Error('never logged in');
}

/** Sets a new password. If the last answer is lost, a login shows that the new password works. */
export async function reset(
  runtime: TestRuntime,
  who: Sample,
  newPassword: string,
  method: Method,
): Promise<void> {
  for (let i = 0; i < patience; i++) {
    const begun = await post(runtime, '/v1/password-resets', {
      account: who.phone,
      name: who.name,
      documentNumber: who.documentNumber,
    });
    expect(begun.status).toBe(201);
    const journey = `/v1/password-resets/${begun.body.resetId}`;
    const complete = (proof: object) => post(runtime, `${journey}/complete`, { ...proof, newPassword });
    const done =
      method === 'sms'
        ? await withCode(
            runtime,
            who.phone,
            () => post(runtime, `${journey}/sms`),
            (smsCode) => complete({ smsCode }),
          )
        : await complete({ faceTicket: (await passFace(runtime, journey)) ?? 'none' });
    if (done.status === 204) return;
    const login = await post(runtime, '/v1/logins', {
      entry: 'natural',
      account: who.phone,
      password: newPassword,
    });
    if (login.status === 201) return;
  }
  throw new Error('never reset');
}

/** One DynamoDB call of a journey: the n-th call of one request to a route. */
export interface Spot {
  readonly routeKey: string;
  readonly nth: number;
}

/** Every DynamoDB call that a journey makes; found by one run of the journey. */
export async function spotsOf(runtime: TestRuntime, journey: () => Promise<unknown>): Promise<Spot[]> {
  runtime.resetUsage();
  await journey();
  return Object.values(runtime.usage()).flatMap(({ routes }) =>
    Object.entries(routes).flatMap(([routeKey, { calls, invocations }]) =>
      // A function behind a stream or a queue may run at any time, also because of earlier calls.
      invocations === 0 || /^(stream|queue) /.test(routeKey)
        ? []
        : Array.from({ length: Math.round(calls / invocations) }, (_, i) => ({ routeKey, nth: i + 1 })),
    ),
  );
}

export interface Case {
  readonly kind: FaultKind;
  /**
   * How many calls in a row fail. The client library hides 1 failure. 3 failures are all its tries: then the function
   * gets the error.
   */
  readonly times: number;
}
export const cases: readonly Case[] = [
  // The hardest case comes first: all tries are executed, and no answer arrives.
  { kind: 'after', times: 3 },
  { kind: 'error500', times: 1 },
  { kind: 'throttle', times: 1 },
  { kind: 'conflict', times: 1 },
  { kind: 'after', times: 1 },
  { kind: 'error500', times: 3 },
];
type Pick = (spots: readonly Spot[]) => readonly Spot[];
/** Every third call, and the last call. */
const someCalls: Pick = (spots) => spots.filter((_, at) => at % 3 === 0 || at === spots.length - 1);
const everyCall: Pick = (spots) => spots;

/**
 * `npm test` tries one kind of fault at some calls of a journey; `npm run test:full` tries every kind at every call.
 */
export const sweep: readonly [cases: readonly Case[], pick: Pick, options: { tags?: string[] }][] = [
  [cases.slice(0, 1), someCalls, {}],
  [cases, everyCall, { tags: ['long'] }],
];

/** Makes the journey with the fault at that spot. Fails if the fault never happened. */
export async function under(
  runtime: TestRuntime,
  rule: FaultRule,
  journey: () => Promise<unknown>,
): Promise<void> {
  const id = runtime.faults.add(rule);
  try {
    await journey();
    // A read cannot get a conflict.
    if (rule.kind !== 'conflict') expect(runtime.faults.struck(id), 'the fault was met').toBeGreaterThan(0);
  } catch (error) {
    throw new Error(
      `with ${JSON.stringify(rule)}: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  } finally {
    runtime.faults.clear();
  }
}

/** The failures and guesses that count against a person today, by method. */
export async function countedAttempts(
  runtime: TestRuntime,
  personKey: string,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const today = shanghaiDay(runtime.clock.now());
  for (const row of await rowsOf(runtime, 'Lockouts'))
    if (row.personKey === personKey && row.day === today)
      for (const [name, value] of Object.entries(row)) {
        if (value instanceof Set) counts[name] = (counts[name] ?? 0) + value.size;
        if (name === 'lockedAt') counts.locks = (counts.locks ?? 0) + 1;
      }
  return counts;
}

interface Person {
  personKey: string;
  account?: { status: string };
  phones?: { phoneKey: string; phoneId: string }[];
  defaultPhoneId?: string;
  webSession?: { sessionId: string };
}

/** Checks everything that must be true across the tables, whatever happened before. */
export async function expectWhole(runtime: TestRuntime): Promise<void> {
  const users = (await rowsOf(runtime, 'Users')) as unknown as Person[];
  const people = users.filter((user) => user.account);
  const phones = (await rowsOf(runtime, 'Phones')) as unknown as { phoneKey: string; personKey: string }[];
  const registered = (await rowsOf(runtime, 'Audit')).filter((event) => event.kind === 'registered');
  // Each account has one phone owner and one event of each kind.
  expect(phones.map((phone) => phone.personKey).sort()).toEqual(
    people.map((person) => person.personKey).sort(),
  );
  expect(registered.map((event) => event.subject).sort()).toEqual(
    people.map((person) => person.personKey).sort(),
  );
  for (const person of people) {
    expect(person.account?.status).toBe('active');
    expect(person.phones).toHaveLength(1);
    const [own] = person.phones ?? [];
    expect(person.defaultPhoneId).toBe(own?.phoneId);
    expect(phones.find((phone) => phone.phoneKey === own?.phoneKey)?.personKey).toBe(person.personKey);
  }
  // Each person has one live web session: the session to which the person's pointer points.
  const alive = (
    (await rowsOf(runtime, 'Sessions')) as unknown as {
      sessionId: string;
      personKey: string;
      ended?: object;
    }[]
  )
    .filter((session) => !session.ended)
    .map((session) => `${session.personKey} ${session.sessionId}`);
  const pointed = people.flatMap((person) =>
    person.webSession ? [`${person.personKey} ${person.webSession.sessionId}`] : [],
  );
  expect(alive.sort()).toEqual(pointed.sort());
}
