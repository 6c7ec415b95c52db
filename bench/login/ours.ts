import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { Session } from 'node:inspector/promises';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gatewayEvent } from '../../infra/local/http/gateway-event.ts';
import { readBody } from '../../infra/local/http/http.ts';
import { routeFinder } from '../../infra/local/http/routes.ts';
import type { RouteModel } from '../../infra/local/template/model.ts';
import { callsPath, countCalls } from './calls.ts';
import { obey, tell } from './child.ts';

/**
 * The measured process of our side: the bundled handlers of functions of stage `local` behind a bare HTTP server. The
 * handlers call DynamoDB Local directly, without the runtime's proxy, and have the environment of the template.
 */
export interface OursSetup {
  readonly functions: readonly {
    readonly name: string;
    readonly directory: string;
    readonly handler: string;
  }[];
  /** The routes of these functions. */
  readonly routes: readonly RouteModel[];
}
type Handler = (
  event: object,
  context: object,
) => Promise<{ statusCode: number; headers: Record<string, string>; cookies?: string[]; body: string }>;

const { functions, routes } = JSON.parse(process.argv[2] ?? '') as OursSetup;
const handlers = new Map<string, Handler>(
  functions.map(({ name, directory, handler }) => {
    const [file = 'index', member = 'handler'] = handler.split('.');
    const load = createRequire(join(directory, 'package.json'));
    return [name, load(join(directory, `${file}.js`))[member] as Handler];
  }),
);
const find = routeFinder(routes);
const context = { functionName: 'bench', awsRequestId: 'bench', getRemainingTimeInMillis: () => 30_000 };

const calls = countCalls();

const server = createServer(async (incoming, response) => {
  if (incoming.url === callsPath) return void response.end(String(calls()));
  const body = await readBody(incoming, 65_536);
  const [path = '/', query = ''] = (incoming.url ?? '/').split('?');
  const match = find(incoming.method ?? '', path);
  const handler = match && handlers.get(match.route.functionName);
  if (!handler || !body) {
    response.writeHead(404).end();
    return;
  }
  const answer = await handler(gatewayEvent(incoming, { path, query }, match, body, Date.now()), context);
  response.writeHead(answer.statusCode, {
    ...answer.headers,
    ...(answer.cookies ? { 'set-cookie': answer.cookies } : {}),
  });
  response.end(answer.body);
});
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => tell({ kind: 'ready', port: (server.address() as AddressInfo).port }));

const inspector = new Session();
obey((message) => {
  if (message.kind !== 'profile') return;
  void profile('file' in message ? message.file : undefined).then(() => tell({ kind: 'profiled' }));
});

/** Starts the profiler; or ends it and writes the profile to `file`. */
async function profile(file: string | undefined): Promise<void> {
  if (file === undefined) {
    inspector.connect();
    await inspector.post('Profiler.enable');
    await inspector.post('Profiler.setSamplingInterval', { interval: 200 });
    await inspector.post('Profiler.start');
    return;
  }
  const { profile: seen } = await inspector.post('Profiler.stop');
  await writeFile(file, JSON.stringify(seen));
  inspector.disconnect();
}
