import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { handler, visitorOf } from '../../infra/canary/handler.ts';
import { codeAt, smoke } from '../../infra/smoke/journey.ts';
import { openTestRuntime, type TestRuntime } from '../support/runtime.ts';
import { settled } from '../support/seed.ts';
import { long } from '../support/variants.ts';

let runtime: TestRuntime;
let visitor: { account: string; password: string };
beforeAll(async () => {
  runtime = await openTestRuntime();
  const person = await settled(runtime);
  visitor = { account: person.phone, password: person.password };
});
afterAll(() => runtime?.stop());
const codes = () => codeAt(`${runtime.url}/local/sms?phone=${visitor.account}`);

long(
  'OPS-01 the smoke journey logs a person in, looks, refreshes and goes out, through the public address alone',
  async () => {
    const steps = await smoke(runtime.url, { ...visitor, code: codes() });
    expect(steps.map(({ name }) => name)).toEqual([
      'health',
      'settings',
      'keys',
      'session refused',
      'password',
      'code sent',
      'code arrived',
      'second factor',
      'session',
      'refresh',
      'logout',
      'session over',
    ]);
  },
);

long('OPS-01 the smoke journey says where it failed, and nothing of the person', async () => {
  await expect(smoke(runtime.url, { ...visitor, password: 'Wrong#20580' })).rejects.toThrow(
    /^password: answered 401 BAD_CREDENTIALS$/,
  );
  runtime.faults.add({ kind: 'error500', service: 'dynamodb', function: 'login', times: 20 });
  await expect(smoke(runtime.url, visitor)).rejects.toThrow(/^password: answered 503 UNAVAILABLE$/);
  runtime.faults.clear();
});

long('OPS-01 `npm run smoke` ends with 1 where something does not answer', async () => {
  const run = (url: string) =>
    new Promise<{ code: number | null; said: string }>((resolve) => {
      const child = spawn(process.execPath, ['infra/smoke/main.ts', '--url', url]);
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += String(data)));
      child.on('exit', (code) => resolve({ code, said }));
    });
  expect(await run(runtime.url)).toMatchObject({ code: 0, said: expect.stringContaining('smoke passed') });
  expect(await run('http://127.0.0.1:9')).toMatchObject({
    code: 1,
    said: expect.stringContaining('smoke failed at health'),
  });
});

it('OPS-02 the canary tells by a metric whether its person got in, and where it ended', async () => {
  const told = async (url: string) => {
    vi.stubEnv('DOOR_URL', url);
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      await handler();
      return JSON.parse(String(write.mock.calls[0]?.[0]));
    } finally {
      write.mockRestore();
      vi.unstubAllEnvs();
    }
  };
  const well = await told(runtime.url);
  expect(well).toMatchObject({ event: 'canary', CanaryPassed: 1, steps: 4 });
  const [{ Namespace, Dimensions, Metrics }] = well._aws.CloudWatchMetrics;
  expect([Namespace, Dimensions]).toEqual(['AhtaxDoor', [[]]]);
  expect(Metrics.map(({ Name }: { Name: string }) => Name)).toEqual(['CanaryPassed', 'CanaryMilliseconds']);
  expect(await told('http://127.0.0.1:9')).toMatchObject({ CanaryPassed: 0, failedAt: 'health' });
});

it('OPS-02 the canary goes the whole way once an hour: codes are counted by day', async () => {
  const secret = { ...visitor, codeUrl: 'http://127.0.0.1:9' };
  const at = (minute: string) => visitorOf(secret, new Date(`2027-03-01T08:${minute}:00Z`));
  expect((await at('02'))?.code).toBeDefined();
  expect((await at('32'))?.code).toBeUndefined();
  expect(await visitorOf({}, new Date())).toBeUndefined();
});
