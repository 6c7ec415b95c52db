import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  expectStatus,
  loggedInByFace,
  loginTicket,
  openTestRuntime,
  type TestRuntime,
  wait,
} from '../support/runtime.ts';
import { seeded, settled } from '../support/seed.ts';
import { long } from '../support/variants.ts';

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await openTestRuntime();
});
afterAll(() => runtime?.stop());

type Line = Record<string, unknown>;
const lines = (): Line[] =>
  runtime.logs().flatMap(({ line }) => {
    try {
      return [JSON.parse(line) as Line];
    } catch {
      return [];
    }
  });
/** A log line can come a moment after the answer. */
async function line(is: (line: Line) => boolean): Promise<Line> {
  for (let waited = 0; waited < 5_000; waited += 20) {
    const found = lines().findLast(is);
    if (found) return found;
    await sleep(20);
  }
  throw new Error('no such line');
}

it('OPS-02 every line of a request carries the trace id that its answer has', async () => {
  const who = await settled(runtime);
  const refused = await runtime.http('POST', '/v1/logins', {
    entry: 'natural',
    account: who.documentNumber,
    password: 'Wrong#20580',
  });
  expectStatus(refused, 401);
  const { traceId } = refused.body;
  expect(traceId).toMatch(/^[\w=-]{8,}$/);
  expect(await line((one) => one.traceId === traceId)).toMatchObject({
    event: 'request',
    route: 'POST /v1/logins',
    code: 'BAD_CREDENTIALS',
  });

  const loginId = await loginTicket(runtime, who);
  await wait(runtime, 61);
  expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/sms`), 202);
  const request = await line(({ route }) => route === 'POST /v1/logins/{id}/sms');
  const provider = lines().findLast(({ event }) => event === 'provider-called');
  expect(provider?.traceId).toBe(request.traceId);
});

it('OPS-02 what no request has started writes lines under one trace id too', async () => {
  const who = await seeded(runtime);
  await runtime.registry(
    JSON.stringify({
      type: 'order',
      version: 1,
      person: { documentType: who.documentType, documentNumber: who.documentNumber },
      order: 'end-sessions',
      reason: '公安机关来函',
      officer: '3401001',
    }),
  );
  expectStatus(await runtime.http('POST', '/local/schedule/midnight-unlock'), 200);
  const words = ['order-given', 'unlocked'];
  for (const event of words) await line((one) => one.event === event);
  const nameless = lines().filter(({ event, traceId }) => event !== undefined && traceId === undefined);
  expect(nameless).toEqual([]);
});

long(
  'OPS-02 log lines name whoever is signed in by one pseudonym, which is no key of theirs; a stranger’s name nobody',
  async () => {
    const who = await seeded(runtime);
    const { session } = await loggedInByFace(runtime, who);
    const actors = new Set<unknown>();
    for (const path of ['/v1/session', '/v1/account', '/v1/session/identities']) {
      expectStatus(await runtime.http('GET', path, undefined, { token: session.accessToken }), 200);
      const { actor } = await line(({ route, status }) => route === `GET ${path}` && status === 200);
      actors.add(actor);
    }
    const [actor] = actors;
    expect([actors.size, actor]).toEqual([1, expect.stringMatching(/^[\w-]{16}$/)]);
    expect(JSON.stringify(lines())).not.toContain(who.personKey);
    expectStatus(await runtime.http('GET', '/v1/session'), 401);
    const stranger = await line(({ route, status }) => route === 'GET /v1/session' && status === 401);
    expect(stranger).not.toHaveProperty('actor');
  },
);
