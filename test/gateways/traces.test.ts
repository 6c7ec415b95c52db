import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { writeLine } from '#gateways/log.ts';
import { call } from '#gateways/outbound.ts';
import { withinTimeBudget } from '#gateways/time-budget.ts';
import { traced, traceId } from '#gateways/trace.ts';
import { logRequest } from '#http/request-log.ts';
import { openTables } from '#store/dynamodb/tables.ts';
import { answer, refusal, startMisbehaving } from '../store/misbehaving-server.ts';
import { allowing } from '../support/patience.ts';

const root = '1-5759e988-bd862e3fe1be46a994272793';
const header = (sampled: 0 | 1) => `Root=${root};Parent=53995c3f42cd8ad8;Sampled=${sampled};Lineage=1:a:0`;

/** A stand-in for X-Ray's daemon, which Lambda runs beside a function. */
let daemon: Socket;
let told: { trace_id: string; parent_id: string; name: string; [member: string]: unknown }[];
let server: Awaited<ReturnType<typeof startMisbehaving>>;
beforeAll(async () => {
  daemon = createSocket('udp4');
  daemon.on('message', (data) => {
    const [version = '', segment = ''] = String(data).split('\n');
    expect(JSON.parse(version)).toEqual({ format: 'json', version: 1 });
    told.push(JSON.parse(segment));
  });
  await new Promise<void>((resolve) => daemon.bind(0, '127.0.0.1', resolve));
});
afterAll(() => daemon.close());
beforeEach(async () => {
  told = [];
  server = await startMisbehaving();
  const environment = {
    AWS_ACCESS_KEY_ID: 'k',
    AWS_SECRET_ACCESS_KEY: 's',
    AWS_REGION: 'ap-southeast-1',
    AWS_ENDPOINT_URL_DYNAMODB: server.origin,
    TABLE_USERS: 'ahtax-dev-Users',
    TABLE_PHONES: 'ahtax-dev-Phones',
    AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${(daemon.address() as AddressInfo).port}`,
    _X_AMZN_TRACE_ID: header(1),
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(() => {
  server.stop();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
const arrived = (count: number) =>
  vi.waitFor(() => expect(told).toHaveLength(count), { interval: 5, timeout: allowing(1_000) });

it('OPS-02 tells X-Ray of each call of DynamoDB by operation and table, of no key and no item', async () => {
  server.plays(answer({ Item: { personKey: { S: 'p1_secret' } } }));
  await openTables().get('Users', { personKey: 'p1_secret' });
  server.plays(answer({}));
  await openTables().transact([
    { table: 'Users', key: { personKey: 'p1_secret' }, update: { set: { a: 1 } } },
    { table: 'Phones', key: { phoneKey: 'n1_secret' }, update: { set: { a: 1 } } },
  ]);
  await arrived(2);
  for (const one of told)
    expect(one).toMatchObject({
      type: 'subsegment',
      trace_id: root,
      parent_id: '53995c3f42cd8ad8',
      name: 'DynamoDB',
      namespace: 'aws',
    });
  expect(told.map(({ aws }) => aws)).toEqual([
    { operation: 'GetItem', table_name: 'ahtax-dev-Users' },
    { operation: 'TransactWriteItems', table_names: ['ahtax-dev-Users', 'ahtax-dev-Phones'] },
  ]);
  expect(JSON.stringify(told)).not.toContain('secret');
  expect(new Set(told.map(({ id }) => id)).size).toBe(2);
});

it('OPS-02 shows a refusal as an error, a failure as a fault, and an address by its host alone', async () => {
  server.plays(refusal('ValidationException'));
  await openTables()
    .get('Users', { personKey: 'p' })
    .catch(() => undefined);
  await call('http://127.0.0.1:9/accounts/13805510001', { timeoutMilliseconds: 500 }).catch(() => undefined);
  await arrived(2);
  expect(told[0]).toMatchObject({ name: 'DynamoDB', error: true });
  expect(told[1]).toMatchObject({ name: '127.0.0.1', namespace: 'remote', fault: true });
  expect(JSON.stringify(told)).not.toContain('13805510001');
});

it('OPS-02 tells nothing of calls that the sampling leaves out, and fails nothing without a daemon', async () => {
  server.plays(answer({}));
  vi.stubEnv('_X_AMZN_TRACE_ID', header(0));
  await openTables().get('Users', { personKey: 'p' });
  vi.stubEnv('_X_AMZN_TRACE_ID', header(1));
  vi.stubEnv('AWS_XRAY_DAEMON_ADDRESS', undefined);
  await openTables().get('Users', { personKey: 'p' });
  vi.stubEnv('AWS_XRAY_DAEMON_ADDRESS', '127.0.0.1:9');
  await openTables().get('Users', { personKey: 'p' });
  expect(told).toEqual([]);
});

it('OPS-02 an invocation is found by X-Ray’s trace id where it is traced, else by the request’s own', async () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const lineOf = async (run: () => Promise<void>) => {
    await run();
    return JSON.parse(String(write.mock.lastCall?.[0]));
  };
  const log = async () => writeLine({ level: 'INFO', event: 'secret-rotated' });
  expect(await lineOf(() => traced('request-1', log))).toMatchObject({ traceId: root });
  // The gateway's own log names the request by this id.
  const event = {
    routeKey: 'GET /v1/health',
    headers: {},
    requestContext: { requestId: 'request-1', http: { sourceIp: '203.0.113.9' } },
  };
  const request = async () => logRequest('discovery', event as never, 200, performance.now(), undefined);
  expect(await lineOf(() => traced('request-1', request))).toMatchObject({
    traceId: root,
    requestId: 'request-1',
  });
  vi.stubEnv('_X_AMZN_TRACE_ID', header(0));
  expect(await lineOf(() => traced('request-1', request))).not.toHaveProperty('requestId');
  expect(await lineOf(() => traced('request-2', log))).toMatchObject({ traceId: 'request-2' });
  // A text that is not a trace id of X-Ray is not used as one.
  vi.stubEnv('_X_AMZN_TRACE_ID', `Root=1-\n{"level":"ERROR"};Parent=53995c3f42cd8ad8;Sampled=1`);
  expect(await lineOf(() => traced('request-3', log))).toMatchObject({ traceId: 'request-3' });
  const invocation = { awsRequestId: 'invocation-4', getRemainingTimeInMillis: () => 5_000 };
  expect(await lineOf(() => withinTimeBudget(invocation, log))).toMatchObject({ traceId: 'invocation-4' });
  expect(traceId()).toBeUndefined();
});
