/**
 * The code that runs inside a function's worker: the virtual clock, the headers that tell the proxy to which invocation
 * a request belongs, and Lambda's loop. Bundled by worker-code.ts; the function itself sees none of it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { installClock } from './clock.ts';
import { depthHeader, invocationHeader } from './invocation-headers.ts';
import { forwardNativeModules, type NativeCall } from './native-code.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './worker-messages.ts';

const setup = workerData as WorkerSetup;
const port = parentPort;
if (!port) throw new Error('Only runs in a worker');
const say = (message: FromWorker): void => port.postMessage(message);

interface Running {
  readonly id: string;
  /** The longest chain of calls of this invocation whose answers have arrived. */
  answered: number;
}
const running = new AsyncLocalStorage<Running>();

function markHttpRequests(): void {
  const original = http.request;
  const marked = function request(this: unknown, ...args: unknown[]): http.ClientRequest {
    const outgoing = Reflect.apply(original, this, args) as http.ClientRequest;
    const invocation = running.getStore();
    if (!invocation || outgoing.headersSent) return outgoing;
    outgoing.setHeader(invocationHeader, invocation.id);
    if (!String(outgoing.getHeader('x-amz-target')).startsWith('DynamoDB_')) return outgoing;
    // Counted here and not in the proxy: only the function knows which answers it had received when it made the call.
    const depth = invocation.answered + 1;
    outgoing.setHeader(depthHeader, depth);
    const answered = () => {
      invocation.answered = Math.max(invocation.answered, depth);
    };
    return outgoing.once('response', answered).once('error', answered);
  };
  http.request = marked as typeof http.request;
  syncBuiltinESMExports();
}

function markFetch(): void {
  const original = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const invocation = running.getStore();
    const url = typeof input === 'string' || input instanceof URL ? String(input) : input.url;
    if (!invocation || !url.startsWith(setup.internalOrigin)) return original(input, init);
    // Added to the call's own members: a Request that is copied loses its abort signal to the garbage collector, and
    // with it its time limit (nodejs/undici#4068).
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    headers.set(invocationHeader, invocation.id);
    return original(input, { ...init, headers });
  };
}

const nativeCalls = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
let nextNativeCall = 0;

function askForNative(native: NativeCall): Promise<unknown> {
  const call = ++nextNativeCall;
  return new Promise((resolve, reject) => {
    nativeCalls.set(call, { resolve, reject });
    say({ kind: 'native', call, ...native });
  });
}

function nativeAnswered(message: Extract<ToWorker, { kind: 'native-result' | 'native-failed' }>): void {
  const waiting = nativeCalls.get(message.call);
  nativeCalls.delete(message.call);
  if (message.kind === 'native-result') waiting?.resolve(message.value);
  else waiting?.reject(new Error(message.error.message));
}

type Handler = (event: unknown, context: object) => unknown;

function load(): Handler {
  const [file = 'index', name = 'handler'] = setup.handler.split('.');
  const require = createRequire(join(setup.directory, 'package.json'));
  const handler: unknown = require(join(setup.directory, `${file}.js`))[name];
  if (typeof handler !== 'function') throw new Error(`${setup.handler} is no function`);
  return handler as Handler;
}

function contextOf({ requestId, timeoutMs }: Extract<ToWorker, { kind: 'invoke' }>): object {
  const deadline = performance.now() + timeoutMs;
  const name = setup.functionName;
  return {
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: setup.functionArn,
    memoryLimitInMB: String(setup.memoryMb),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  };
}

function described(error: unknown): { type: string; message: string; stack: string | undefined } {
  if (error instanceof Error) return { type: error.name, message: error.message, stack: error.stack };
  return { type: 'Error', message: String(error), stack: undefined };
}

installClock(setup.clock);
markHttpRequests();
markFetch();
forwardNativeModules(askForNative);
try {
  const handler = load();
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'ping') return say({ kind: 'pong' });
    if (message.kind !== 'invoke') return nativeAnswered(message);
    const { id, event } = message;
    running.run({ id, answered: 0 }, async () => {
      try {
        const result = await handler(event, contextOf(message));
        say({ kind: 'result', id, json: JSON.stringify(result) ?? 'null' });
      } catch (error) {
        say({ kind: 'failed', id, error: described(error) });
      }
    });
  });
  say({ kind: 'ready' });
} catch (error) {
  say({ kind: 'broken', error: described(error) });
}
