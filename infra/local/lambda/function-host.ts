import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Invocation, UsageBook } from '../emulators/usage.ts';
import type { FunctionModel } from '../template/model.ts';
import type { Clock } from './clock.ts';
import type { Logs } from './logs.ts';
import { runNative } from './native-code.ts';
import { workerCode } from './worker-code.ts';
import type { FromWorker, ToWorker, WorkerError, WorkerSetup } from './worker-messages.ts';

/** A function threw, timed out or died; `name` is its own name for what happened. */
export class FunctionError extends Error {
  readonly type: string;
  constructor(functionName: string, { type, message, stack }: WorkerError) {
    super(`${functionName}: ${type}: ${message}`);
    this.name = 'FunctionError';
    this.type = type;
    if (stack) this.stack = `${this.message}\n${stack}`;
  }
}

export interface FunctionSurroundings {
  readonly clock: Clock;
  readonly logs: Logs;
  readonly usage: UsageBook;
  readonly region: string;
  readonly internalOrigin: string;
  /** The access key of a function, by which the services know who calls. */
  accessKey(model: FunctionModel): string;
}

interface Pending {
  resolve(json: string): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
}

/** After a timeout, a worker that does not even answer a ping for this long hangs, and is replaced. */
const pingMs = 2_000;

const drainMs = 2_000;

/** One function in its worker, which serves many invocations at the same time and is started again after it died. */
export class FunctionHost {
  readonly model: FunctionModel;
  private readonly around: FunctionSurroundings;
  private readonly pending = new Map<string, Pending>();
  private worker: Worker | undefined;
  private starting: Promise<Worker> | undefined;
  private stopped = false;

  constructor(model: FunctionModel, around: FunctionSurroundings) {
    this.model = model;
    this.around = around;
  }

  /** Loads the function's code. Throws FunctionError if that fails. */
  load(): Promise<Worker> {
    if (this.stopped) return Promise.reject(this.error('Runtime.Stopped', 'The runtime is stopped'));
    if (this.worker) return Promise.resolve(this.worker);
    this.starting ??= this.start().finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  async invoke(event: unknown, invocation: Invocation): Promise<string> {
    const worker = await this.load();
    const timeoutMs = this.model.timeoutSeconds * 1_000;
    return new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.settle(invocation.id)?.reject(
          this.error('Sandbox.Timedout', `Task timed out after ${this.model.timeoutSeconds} seconds`),
        );
        replaceIfHanging(worker);
      }, timeoutMs);
      this.pending.set(invocation.id, { resolve, reject, timer });
      const message: ToWorker = {
        kind: 'invoke',
        id: invocation.id,
        requestId: randomUUID(),
        event,
        timeoutMs,
      };
      worker.postMessage(message);
    });
  }

  /** Ends the worker in the middle of its work. */
  async crash(): Promise<void> {
    await this.worker?.terminate();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.starting?.catch(() => undefined);
    // Running invocations may finish, within a limit.
    for (let waited = 0; this.pending.size > 0 && waited < drainMs; waited += 20) await sleep(20);
    await this.worker?.terminate();
  }

  private start(): Promise<Worker> {
    const { clock, logs, internalOrigin } = this.around;
    const { name, shortName, arn, alias, directory, handler, memoryMb } = this.model;
    const setup: WorkerSetup = {
      clock: clock.shared,
      directory,
      handler,
      functionName: name,
      functionArn: alias === undefined ? arn : `${arn}:${alias}`,
      memoryMb,
      internalOrigin,
    };
    const worker = new Worker(workerCode(), {
      eval: true,
      name: shortName,
      env: this.environment(),
      workerData: setup,
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    logs.collect(shortName, worker.stdout, false);
    logs.collect(shortName, worker.stderr, true);
    return new Promise<Worker>((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        switch (message.kind) {
          case 'ready':
            this.worker = worker;
            return resolve(worker);
          case 'broken':
            logs.add(shortName, message.error.stack ?? message.error.message, true);
            void worker.terminate();
            return reject(new FunctionError(shortName, message.error));
          case 'native':
            void answerNative(worker, message);
            return;
          case 'result':
            return this.settle(message.id)?.resolve(message.json);
          case 'failed':
            logs.add(shortName, message.error.stack ?? message.error.message, true);
            return this.settle(message.id)?.reject(new FunctionError(shortName, message.error));
        }
      });
      worker.once('error', (error: unknown) => logs.add(shortName, `Died: ${String(error)}`, true));
      worker.once('exit', (code) => {
        const error = this.error('Runtime.ExitError', `The worker ended with code ${code}`);
        reject(error);
        if (this.worker !== worker) return;
        this.worker = undefined;
        for (const id of [...this.pending.keys()]) this.settle(id)?.reject(error);
      });
    });
  }

  private settle(id: string): Pending | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    clearTimeout(pending?.timer);
    return pending;
  }

  private error(type: string, message: string): FunctionError {
    return new FunctionError(this.model.shortName, { type, message, stack: undefined });
  }

  /**
   * The function's environment: variables of the template, those that Lambda adds, and the addresses of this machine's
   * services; none of this process's own.
   */
  private environment(): Record<string, string> {
    const { region, internalOrigin } = this.around;
    const { name, alias, directory, handler, memoryMb, environment } = this.model;
    return {
      ...environment,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: alias === undefined ? '$LATEST' : '1',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
      AWS_ACCESS_KEY_ID: this.around.accessKey(this.model),
      AWS_SECRET_ACCESS_KEY: 'local',
      LAMBDA_TASK_ROOT: directory,
      _HANDLER: handler,
      LANG: 'en_US.UTF-8',
      // Keeps the user's own AWS profile out of the functions.
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_ENDPOINT_URL_DYNAMODB: internalOrigin,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: internalOrigin,
      AWS_ENDPOINT_URL_KMS: internalOrigin,
      AWS_ENDPOINT_URL_S3: internalOrigin,
      AWS_ENDPOINT_URL_SQS: internalOrigin,
      AWS_ENDPOINT_URL_OUTBOX: `${internalOrigin}/outbox`,
      AWS_ENDPOINT_URL_FACE_SIMULATOR: `${internalOrigin}/face`,
    };
  }
}

/** A worker that died meanwhile gets no answer; that is no error. */
async function answerNative(worker: Worker, native: Extract<FromWorker, { kind: 'native' }>): Promise<void> {
  const { call } = native;
  const answer: ToWorker = await runNative(native).then(
    (value) => ({ kind: 'native-result', call, value }),
    (error: unknown) => ({
      kind: 'native-failed',
      call,
      error: {
        type: 'Error',
        message: error instanceof Error ? error.message : String(error),
        stack: undefined,
      },
    }),
  );
  worker.postMessage(answer);
}

function replaceIfHanging(worker: Worker): void {
  const timer = setTimeout(() => void worker.terminate(), pingMs);
  const pong = (message: FromWorker): void => {
    if (message.kind !== 'pong') return;
    clearTimeout(timer);
    worker.off('message', pong);
  };
  worker.on('message', pong);
  worker.once('exit', () => clearTimeout(timer));
  const ping: ToWorker = { kind: 'ping' };
  worker.postMessage(ping);
}
