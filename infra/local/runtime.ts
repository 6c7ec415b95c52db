import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { openChannels } from './control/channel-keys.ts';
import { openDataFolder } from './control/data-folder.ts';
import { prepareDemo } from './control/demo-data.ts';
import { serveLocal } from './control/local-routes.ts';
import { openState } from './control/state-file.ts';
import { makeAwsStub } from './emulators/aws-stub.ts';
import type { Denial, EmulatorContext } from './emulators/caller.ts';
import { dynamoDbClient } from './emulators/dynamodb-client.ts';
import { openDynamoDb } from './emulators/dynamodb-local.ts';
import { isWrite, needsOf } from './emulators/dynamodb-needs.ts';
import { makeDynamoDbProxy } from './emulators/dynamodb-proxy.ts';
import { FaceSimulator } from './emulators/face-simulator.ts';
import { Faults } from './emulators/faults.ts';
import { Kms } from './emulators/kms.ts';
import { Objects } from './emulators/objects.ts';
import { Outbox } from './emulators/outbox.ts';
import { Queues } from './emulators/queues.ts';
import { Secrets } from './emulators/secrets.ts';
import { Streams } from './emulators/streams.ts';
import { createTables } from './emulators/tables.ts';
import { UsageBook } from './emulators/usage.ts';
import { makeGateway } from './http/gateway.ts';
import { makeAgent } from './http/http.ts';
import { startInternalServer } from './http/internal-server.ts';
import { takePort } from './http/public-server.ts';
import { makeClock } from './lambda/clock.ts';
import { Functions } from './lambda/functions.ts';
import { Logs } from './lambda/logs.ts';
import { startSchedules } from './lambda/schedules.ts';
import { runtimeOf } from './runtime-control.ts';
import { openPortal, overridesOf, synthesized, taxSystemsOf, temporaryFolder } from './runtime-inputs.ts';
import type { Runtime, RuntimeOptions } from './runtime-types.ts';
import { readAssembly } from './template/assembly.ts';
import { type FunctionModel, readModel } from './template/model.ts';
import { withOriginSecret, withSettings, withShortTime } from './template/stage-settings.ts';

export type { Runtime, RuntimeClock, RuntimeOptions } from './runtime-types.ts';

/**
 * Runs the application on this machine: synthesizes stage `local` (or takes an assembly), starts DynamoDB Local with
 * the template's tables, the functions in workers, and the routes and schedules of the template.
 * @throws PlainError for a problem that the user can solve: a port in use, a broken data folder, missing Java
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const cleanups: (() => unknown)[] = [];
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      for (const cleanup of cleanups.reverse()) await cleanup();
    })();
    return stopping;
  };
  try {
    return await start(options, (cleanup) => (stopping ? void cleanup() : cleanups.push(cleanup)), stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: RuntimeOptions,
  onStop: (cleanup: () => unknown) => void,
  stop: () => Promise<void>,
): Promise<Runtime> {
  const { progress = () => undefined } = options;
  const server = await takePort(options.port ?? 0);
  onStop(server.stop);
  const url = `http://127.0.0.1:${server.port}`;

  if (!options.inMemory && !options.dataDir) throw new Error('Without inMemory, dataDir is needed');
  const folder = options.inMemory ? undefined : openDataFolder(options.dataDir ?? '');
  if (folder) onStop(folder.release);

  // Java, the synthesis, the portal and the internal server start in parallel.
  progress('starting DynamoDB Local');
  const dynamoDb = openDynamoDb(options.dynamodbEndpoint, folder?.file('dynamodb'));
  const dynamoDbOrNone = dynamoDb.catch(() => undefined);
  onStop(async () => (await dynamoDbOrNone)?.stop());
  const internal = await startInternalServer();
  onStop(internal.stop);
  const channels = await openChannels(folder?.file('channel-keys.json'));
  // Nothing is synthesized if the start has already failed.
  await Promise.race([dynamoDb, Promise.resolve()]);
  const portal = options.portal ? openPortal(options, onStop) : Promise.resolve(undefined);
  portal.catch(() => undefined);
  const clock = makeClock();
  const taxSystems = await taxSystemsOf(options, url, () => new Date(clock.now()));
  if (taxSystems) onStop(taxSystems.stop);
  const overrides = overridesOf(options, url, channels, taxSystems?.relyingParties);
  const given = options.assemblyDir ?? options.stageDir;
  if (!given) progress('synthesizing stage local');
  const assembly = given ? Promise.resolve(given) : synthesized(overrides, onStop);
  assembly.catch(() => undefined);
  // The first failure is the one that is reported.
  const model = readModel(
    readAssembly(await Promise.race([assembly, dynamoDb.then(() => assembly), portal.then(() => assembly)])),
  );
  let copies: string | undefined;
  const configured =
    options.stageDir && !options.assemblyDir
      ? withSettings(model, overrides, () => {
          copies ??= temporaryFolder(onStop);
          return copies;
        })
      : model;
  const timed = options.longestSeconds ? withShortTime(configured, options.longestSeconds) : configured;
  const app = options.originSecret ? withOriginSecret(timed, options.originSecret) : timed;

  const { region } = app.environment;
  const { state: identity, save } = openState(folder?.file('runtime.json'), {
    namespace: `n${randomUUID().replaceAll('-', '')}`,
  });
  save();
  const namespace = options.namespace ?? identity.namespace;
  const faults = new Faults();
  const usage = new UsageBook();
  const denials: Denial[] = [];
  const outbox = new Outbox();
  const face = new FaceSimulator();
  const objects = new Objects(app.buckets, app.environment.account);
  const logs = new Logs(options.quiet ? 'nothing' : options.verbose ? 'all' : 'errors');
  const keyOf = new Map<FunctionModel, string>(app.functions.map((model, i) => [model, `LOCALFUNCTION${i}`]));
  const functions = new Functions(app.functions, {
    clock,
    logs,
    usage,
    region,
    internalOrigin: internal.origin,
    accessKey: (model) => keyOf.get(model) ?? '',
  });
  onStop(() => functions.stop());
  // Before the functions, which wait for running invocations.
  onStop(() => faults.clear());
  let streams: Streams | undefined;
  const queues = new Queues(app.queues, functions, clock, (queue, error) =>
    logs.add('queue', `${queue}: ${String(error)}`, true),
  );
  onStop(() => queues.stop());
  const ctx: EmulatorContext = {
    clock,
    faults,
    usage,
    denials,
    functionsByKey: new Map([...keyOf].map(([model, key]) => [key, model])),
    crash: (name) => functions.crash(name),
    written: (tables) => streams?.wake(tables),
  };
  const invoke = async (name: string, event: unknown, startedBy: string): Promise<unknown> =>
    JSON.parse(await functions.invoke(name, event, startedBy));

  const { endpoint } = await dynamoDb;
  const tableArns = new Map(app.tables.map(({ name, arn }) => [name, arn]));
  const { partition, account } = app.environment;
  const proxy = makeDynamoDbProxy(ctx, {
    endpoint,
    namespace,
    region,
    tableArn: (table) =>
      tableArns.get(table) ?? `arn:${partition}:dynamodb:${region}:${account}:table/${table}`,
  });
  onStop(proxy.close);
  const secrets = new Secrets(
    openState(folder?.file('secrets.json'), { secrets: {} }),
    app.secrets,
    clock.now,
  );
  const kms = new Kms(openState(folder?.file('kms.json'), { keys: {} }), app.keys);
  internal.attach({
    ctx,
    dynamoDb: proxy.handle,
    aws: makeAwsStub(ctx, secrets, kms, queues),
    outbox,
    face,
    objects,
  });
  const toRotate = secrets.create();

  progress(`creating ${app.tables.length} tables, loading ${app.functions.length} functions`);
  const direct = dynamoDbClient(endpoint, namespace, region);
  // A write without any policy starts functions too.
  const call: typeof direct = async (action, input) => {
    const answer = await direct(action, input);
    if (isWrite(action)) streams?.wake(needsOf(action, input, (table) => table).map(({ table }) => table));
    return answer;
  };
  await Promise.all([
    createTables(call, app.tables),
    options.loadLate ? undefined : functions.loadAll(availableParallelism()),
  ]);
  streams = new Streams(app.streams, {
    tables: direct,
    streams: dynamoDbClient(endpoint, namespace, region, makeAgent(), 'DynamoDBStreams'),
    functions,
    putAside: ({ failedArn = '' }, record, error) => {
      logs.add('stream', String(error), true);
      const failed = queues.find(failedArn);
      if (failed) queues.send(failed, JSON.stringify(record));
    },
  });
  onStop(() => streams?.stop());
  // Kept data may contain changes that were written while the functions did not run.
  if (folder) streams.wake(app.streams.map(({ table }) => table));
  const rotate = (event: unknown, name: string) => invoke(name, event, 'rotation');
  for (const secret of toRotate) await secrets.rotate(secret, (name, event) => rotate(event, name));
  secrets.save();
  usage.reset();

  const schedules = startSchedules(app.schedules, functions, clock, (name, error) =>
    logs.add('schedule', `${name}: ${String(error)}`, true),
  );
  onStop(schedules.stop);
  const demo: string[] = [];
  const runtime = runtimeOf({
    url,
    app,
    clock,
    faults,
    secrets,
    kms,
    taxSystems,
    outbox,
    face,
    objects,
    channels,
    schedules,
    streams,
    queues,
    functions,
    usage,
    denials,
    logs,
    dynamodb: call,
    demo: options.demo ? demo : undefined,
    stop,
  });
  const gateway = makeGateway(app.routes, functions, clock, (line) => logs.add('gateway', line, false));
  const pages = await portal;
  server.open((incoming, response) =>
    /^\/local(\/|$|\?)/.test(incoming.url ?? '')
      ? serveLocal(incoming, response, runtime)
      : (pages?.(incoming, response) ?? gateway(incoming, response)),
  );
  if (options.demo) {
    const ending = new AbortController();
    onStop(() => ending.abort());
    const file = folder?.file('demo.json');
    demo.push(...(await prepareDemo({ url, file, clock, progress, signal: ending.signal })));
    usage.reset();
  }
  return runtime;
}
