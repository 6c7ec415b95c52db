import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Usage } from '../../infra/local/emulators/usage.ts';
import { person } from '../support/people.ts';
import {
  codeFor,
  expectStatus,
  openTestRuntime,
  registered,
  type TestRuntime,
  wait,
} from '../support/runtime.ts';

let runtime: TestRuntime;
beforeAll(async () => {
  runtime = await openTestRuntime({ quiet: true });
});
afterAll(() => runtime?.stop());

/**
 * The DynamoDB calls of each step of a complete login, as GET /local/usage counts them, and the longest chain of
 * sequential calls.
 */
async function callsOf(account: string, who: { phone: string; password: string }) {
  expectStatus(await runtime.http('DELETE', '/local/usage'), 204);
  const { password, phone } = who;
  const opened = await runtime.http('POST', '/v1/logins', { entry: 'natural', account, password });
  const { loginId } = expectStatus(opened, 201).body;
  expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/sms`), 202);
  const smsCode = await codeFor(runtime, phone);
  expectStatus(await runtime.http('POST', `/v1/logins/${loginId}/verify`, { smsCode }), 200);
  const { body } = await runtime.http('GET', '/local/usage');
  const { routes } = (body as { login: { routes: Record<string, Usage> } }).login;
  const step = (path: string) => routes[`POST /v1/logins${path}`];
  const steps = [step(''), step('/{id}/sms'), step('/{id}/verify')];
  return {
    calls: steps.map((usage) => usage?.calls),
    chains: steps.map((usage) => usage?.longestChain),
    sum: steps.reduce((sum, usage) => sum + (usage?.calls ?? Number.NaN), 0),
  };
}

it.each<['documentNumber' | 'phone' | 'username', number[], number]>([
  ['documentNumber', [3, 2, 2], 7],
  ['phone', [4, 2, 2], 8],
  ['username', [4, 2, 2], 8],
])('LGN-3 SES-3 a whole login by %s makes %j calls of DynamoDB', async (by, calls, sum) => {
  const username = `Calls${Math.floor(Math.random() * 1e9)}`;
  const who = await registered(runtime, person(), { username });
  await wait(runtime, 61);
  const account = by === 'username' ? username : who[by];
  const first = await callsOf(account, who);
  expect(first).toMatchObject({ calls, sum });
  expect(first.chains.map((chain, step) => (chain ?? 99) <= ([3, 2, 3][step] ?? 0))).toEqual([
    true,
    true,
    true,
  ]);
  // The next login ends this login's session, and finds the SMS window that this login left.
  await wait(runtime, 61);
  expect(await callsOf(account, who)).toMatchObject({ calls, sum });
});
