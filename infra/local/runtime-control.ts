import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalChannels } from './control/channel-keys.ts';
import { type FeedBatch, feedRegistry } from './control/registry.ts';
import type { Denial } from './emulators/caller.ts';
import type { FaceSimulator } from './emulators/face-simulator.ts';
import type { Faults } from './emulators/faults.ts';
import type { Kms } from './emulators/kms.ts';
import type { Objects } from './emulators/objects.ts';
import type { Outbox } from './emulators/outbox.ts';
import type { Queues } from './emulators/queues.ts';
import type { Secrets } from './emulators/secrets.ts';
import type { Streams } from './emulators/streams.ts';
import type { UsageBook } from './emulators/usage.ts';
import type { makeClock } from './lambda/clock.ts';
import type { Functions } from './lambda/functions.ts';
import type { Logs } from './lambda/logs.ts';
import type { startSchedules } from './lambda/schedules.ts';
import type { Runtime } from './runtime-types.ts';
import type { LocalApp } from './template/model.ts';

/** The parts of a runtime that has started. */
interface Parts {
  readonly url: string;
  readonly app: LocalApp;
  readonly clock: ReturnType<typeof makeClock>;
  readonly faults: Faults;
  readonly secrets: Secrets;
  readonly kms: Kms;
  readonly taxSystems: Runtime['taxSystems'];
  readonly outbox: Outbox;
  readonly face: FaceSimulator;
  readonly objects: Objects;
  readonly channels: LocalChannels;
  readonly schedules: ReturnType<typeof startSchedules>;
  readonly streams: Streams;
  readonly queues: Queues;
  readonly functions: Functions;
  readonly usage: UsageBook;
  readonly denials: Denial[];
  readonly logs: Logs;
  readonly dynamodb: Runtime['dynamodb'];
  readonly demo: readonly string[] | undefined;
  readonly stop: () => Promise<void>;
}

/** What tests and the routes under `/local` may do with the runtime. */
export function runtimeOf(parts: Parts): Runtime {
  const { url, app, clock, faults, secrets, kms, taxSystems, outbox, face, objects, channels } = parts;
  const { schedules, streams, queues, functions, usage, denials, logs, dynamodb, demo, stop } = parts;
  const invoke = async (name: string, event: unknown, startedBy: string): Promise<unknown> =>
    JSON.parse(await functions.invoke(name, event, startedBy));
  const rotate = (event: unknown, name: string) => invoke(name, event, 'rotation');
  const feed = app.functions.find((model) => model.name.endsWith('registry-feed'));
  const rotating = (name: string) =>
    app.secrets.find(
      (s) =>
        s.rotation &&
        (s.name === name || (/[-/]/.test(s.name.at(-name.length - 1) ?? '') && s.name.endsWith(name))),
    );

  return {
    url,
    issuer: url,
    faults,
    dynamodb,
    secret: (name) => {
      const found = app.secrets.find(
        (secret) => /[-/]/.test(secret.name.at(-name.length - 1) ?? '') && secret.name.endsWith(name),
      );
      if (!found) throw new Error(`There is no secret ${name}`);
      return String(secrets.getValue(found, {}).SecretString);
    },
    decrypt: (input) => kms.decrypt(kms.find(input), input),
    tables: app.tables.map((table) => table.name),
    clock: {
      now: () => new Date(clock.now()),
      fixed: clock.fixed,
      set: (instant) => clock.stopAt(new Date(instant).getTime()),
      advance: (seconds) => clock.advance(seconds * 1_000),
      reset: clock.reset,
    },
    demo,
    taxSystems,
    sms: (phone) => outbox.sent(phone),
    face: (outcome) => {
      face.outcome = outcome;
    },
    faceOutcome: () => face.outcome,
    assertion: (channel, input) => channels.assertion(channel, input, url, clock.now()),
    hasSchedule: (name) => schedules.find(name) !== undefined,
    schedule: async (name) => {
      const found = schedules.find(name);
      if (!found) throw new Error(`There is no schedule ${name}`);
      return JSON.parse(await schedules.run(found));
    },
    registry: (ndjson) => {
      if (!feed) throw new Error('No function takes the registry feed');
      const body = typeof ndjson === 'string' ? Readable.from([ndjson]) : ndjson;
      return feedRegistry(body, (batch: FeedBatch) => invoke(feed.name, batch, 'registry feed'));
    },
    hasRotation: (name) => rotating(name) !== undefined,
    rotateSecret: async (name) => {
      const found = rotating(name);
      if (!found) throw new Error(`There is no rotating secret ${name}`);
      await secrets.rotate(found, (of, event) => rotate(event, of));
    },
    invoke: (name, event) => {
      const found = app.functions.find((model) => model.shortName === name || model.name === name);
      if (!found) throw new Error(`There is no function ${name}`);
      return invoke(found.name, event, 'by hand');
    },
    settled: async (which) => {
      while (streams.isBusy(which) || queues.isBusy()) {
        streams.hurry(which);
        await sleep(10);
      }
    },
    queued: (name) => queues.bodies(name),
    kept: () => objects.all(),
    usage: () => usage.report(),
    resetUsage: () => usage.reset(),
    denials: () => denials,
    unusedGrants: () =>
      app.functions.flatMap(({ shortName, policy }) =>
        policy
          .unused(['dynamodb', 'secretsmanager', 'kms'])
          // Lambda reads streams for the function; the function itself does not.
          .filter(({ resource }) => !resource.includes('/stream/'))
          .map((grant) => ({ functionName: shortName, ...grant })),
      ),
    logs: () => logs.all(),
    beginAnew: () => {
      clock.reset();
      faults.clear();
      queues.clear();
      objects.clear();
      face.outcome = 'pass';
      usage.reset();
      denials.length = 0;
      logs.clear();
      for (const { policy } of app.functions) policy.forget('dynamodb');
    },
    stop,
  };
}
