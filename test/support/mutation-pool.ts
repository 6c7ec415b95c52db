import {
  ForksPoolWorker,
  type PoolOptions,
  type PoolWorker,
  type TestProject,
  type WorkerRequest,
} from 'vitest/node';

/** The process in which the tests of all changes run, with its open runtimes. */
let kept: ForksPoolWorker | undefined;

type Heard = Parameters<PoolWorker['on']>;

/**
 * Vitest starts a process for each run, which here is a change. `LentProcess` only lends the process that is there: at
 * the end it stops listening, and the process stays. A process that does not end its run is ended.
 */
class LentProcess implements PoolWorker {
  readonly name = 'kept';
  readonly cacheFs = true;
  private readonly process: ForksPoolWorker;
  private readonly heard: Heard[] = [];
  private ended = false;

  constructor(options: PoolOptions) {
    this.process = kept ?? new ForksPoolWorker(options);
  }

  async start(): Promise<void> {
    if (this.process === kept) return;
    await this.process.start();
    kept = this.process;
    kept.on('exit', () => {
      kept = undefined;
    });
  }

  on(...heard: Heard): void {
    this.heard.push(heard);
    this.process.on(...heard);
  }

  off(...heard: Heard): void {
    this.process.off(...heard);
  }

  send(message: WorkerRequest): void {
    if (message.type === 'stop') this.answerStopped();
    else this.process.send(message);
  }

  private answerStopped(): void {
    this.ended = true;
    for (const [event, tell] of this.heard)
      if (event === 'message') tell({ __vitest_worker_response__: true, type: 'stopped' });
  }

  async stop(): Promise<void> {
    for (const heard of this.heard) this.process.off(...heard);
    if (!this.ended) await end();
  }

  deserialize(data: unknown): unknown {
    return data;
  }
}

async function end(): Promise<void> {
  const process = kept;
  kept = undefined;
  await process?.stop();
}

/**
 * For `npm run mutate:http`: from the second run on, all runs share one process, so that a change does not cost the
 * start of a runtime. Stryker names the pool itself, so it is changed here and not in the configuration.
 */
export default function setup({ config }: TestProject) {
  Object.assign(config, {
    pool: 'kept',
    poolRunner: { name: 'kept', createPoolWorker: (options: PoolOptions) => new LentProcess(options) },
  });
  return end;
}
