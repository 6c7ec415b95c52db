import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { FunctionError } from '../../infra/local/lambda/functions.ts';
import { taxpayer } from '../flows/support/feed-lines.ts';
import { type LegacyRuntime, openLegacyRuntime } from '../flows/support/legacy.ts';
import { type StandIn, standIn } from '../flows/support/rps.ts';
import { creditCode } from '../support/credit-codes.ts';
import { allowing } from '../support/patience.ts';
import { long } from '../support/variants.ts';
import { companyKinds } from './company-kinds.ts';
import { type Spot, spotsOf } from './journeys.ts';
import { laterKinds } from './later-kinds.ts';
import { complete, type Journey, type Kind, type PatientRuntime, patient } from './patient-runtime.ts';
import { personKinds } from './person-kinds.ts';
import { handOverTo } from './sso-kinds.ts';

/**
 * Functions with a limit of 3 s. The calls of these functions have 2 s, which is less than one try of the client
 * library; so one call without an answer uses the whole time.
 */
const longestSeconds = 3;
const kinds: readonly Kind[] = [...personKinds, ...companyKinds];

let runtime: LegacyRuntime;
let system: StandIn;
beforeAll(async () => {
  system = await standIn('filing-web');
  runtime = await openLegacyRuntime({ longestSeconds, relyingParties: [system.client] });
});
afterAll(async () => {
  system.stop();
  await runtime?.stop();
});

async function ownSpots({ routes, ready }: Kind): Promise<Spot[]> {
  const journey = await ready(patient(runtime));
  const spots = await spotsOf(runtime, () => journey.run(false));
  return spots.filter(({ routeKey }) => routes.test(routeKey));
}

const lines = (): Record<string, unknown>[] =>
  runtime.logs().flatMap(({ line }) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });

/**
 * Log lines of requests in which a call got no answer in time: the request was refused, or succeeded without this call.
 */
const answeredLate = (routeKey: string) =>
  lines().filter(
    ({ route, code, Milliseconds }) =>
      route === routeKey && (code === 'UNAVAILABLE' || Number(Milliseconds) >= 1_500),
  );

/**
 * Runs journeys in parallel, each with one call that hangs. Every answer must be one of ours, and the log must name the
 * call.
 */
async function hanging(those: readonly { readonly kind: Kind; readonly spot: Spot }[]): Promise<void> {
  const begun: { own: PatientRuntime; journey: Journey }[] = [];
  for (const { kind } of those) {
    const own = patient(runtime);
    begun.push({ own, journey: await kind.ready(own) });
  }
  // The log keeps only its newest lines, so the test compares the lines, not their number.
  const before = new Set(
    those.flatMap(({ spot }) => answeredLate(spot.routeKey)).map((line) => JSON.stringify(line)),
  );
  const ids = those.map(({ spot }) => runtime.faults.add({ ...spot, kind: 'timeout', times: 1 }));
  try {
    await Promise.all(begun.map(({ own, journey }) => complete(own, journey)));
    expect(those.filter((_, at) => runtime.faults.struck(ids[at] ?? '') === 0)).toEqual([]);
  } finally {
    runtime.faults.clear();
  }
  for (const { spot } of those) {
    // The answer can arrive before its log line.
    const told = await vi.waitFor(() => {
      const found = answeredLate(spot.routeKey).filter((line) => !before.has(JSON.stringify(line)));
      expect(found, JSON.stringify(spot)).not.toEqual([]);
      return found.at(-1);
    }, allowing(1_000));
    if (told?.code === 'UNAVAILABLE')
      expect(told).toMatchObject({ level: 'ERROR', status: 503, cause: { name: expect.any(String) } });
  }
  expect(runtime.logs().filter(({ line }) => /timed out after/.test(line))).toEqual([]);
}

const lastOf = async (kind: Kind): Promise<{ kind: Kind; spot: Spot }> => {
  const spot = (await ownSpots(kind)).at(-1);
  if (!spot) throw new Error(`${kind.name} makes no call`);
  return { kind, spot };
};

it('ERR-02 a call that hangs has a problem answer and a log line, and the next try gets through', async () => {
  // A third of the kinds; the others are tagged `long`.
  const some = [];
  for (const kind of [...kinds.filter((_, at) => at % 3 === 1), handOverTo(system)])
    some.push(await lastOf(kind));
  await hanging(some);
});

it.each([...kinds, ...laterKinds])(
  'ERR-02 $name: whichever call hangs',
  { tags: ['long'], timeout: 600_000 },
  async (kind) => {
    for (const spot of await ownSpots(kind)) await hanging([{ kind, spot }]);
  },
);

it('SSO-4 SSO-5 ERR-02 a hand-over: whichever call hangs', { tags: ['long'], timeout: 600_000 }, async () => {
  const kind = handOverTo(system);
  for (const spot of await ownSpots(kind)) await hanging([{ kind, spot }]);
});

/** The function fails by itself, and in time, while each of its calls hangs. */
async function expectEndsByItself(name: string, run: () => Promise<unknown>): Promise<void> {
  const id = runtime.faults.add({ function: name, kind: 'timeout', times: Number.POSITIVE_INFINITY });
  const type = await run().then(
    () => 'done',
    (error: unknown) => (error as FunctionError).type,
  );
  expect(runtime.faults.struck(id), name).toBeGreaterThan(0);
  runtime.faults.clear();
  expect(['Sandbox.Timedout', 'done'], name).not.toContain(type);
}

const record = (table: string, keys: object) => ({
  eventName: 'MODIFY',
  eventSourceARN: `arn:aws:dynamodb:local:000000000000:table/ahtax-local-${table}/stream/x`,
  dynamodb: { Keys: keys, OldImage: keys, NewImage: keys },
});
const message = (body: object) => ({
  messageId: 'hanging',
  body: JSON.stringify(body),
  attributes: { ApproximateReceiveCount: '1' },
});

long('ERR-02 SSO-8 ENT-4 UNL-1 what streams and queues start ends by itself when a call hangs', async () => {
  const told = {
    sessionId: 's',
    clientId: 'none',
    sid: 'n',
    sub: 'n',
    personKey: 'p_hanging',
    reason: 'left',
  };
  for (const [name, Record] of [
    ['sso-notices', record('Sessions', { sessionId: { S: 's' } })],
    ['sso-tell', message(told)],
    ['company-copies', record('Taxpayers', { companyKey: { S: 'c_hanging' } })],
    ['copies-continued', message({ companyKey: 'c_hanging' })],
    ['midnight-continued', message({})],
  ] as const)
    await expectEndsByItself(name, () => runtime.invoke(name, { Records: [Record] }));
});

long(
  'ERR-02 UNL-1 ENT-3 the schedule and the feed end by themselves when a call hangs, and the next run does it all',
  async () => {
    const line = JSON.stringify(taxpayer(creditCode()));
    await expectEndsByItself('midnight-unlock', () => runtime.schedule('midnight-unlock'));
    await expectEndsByItself('registry-feed', () => runtime.registry(line));
    expect(await runtime.schedule('midnight-unlock')).toMatchObject({ unlocked: 0, left: false });
    expect(await runtime.registry(line)).toMatchObject({ accepted: 1 });
  },
);
