import { syncBuiltinESMExports } from 'node:module';
import threads, { Worker, type WorkerOptions } from 'node:worker_threads';

type Hits = Record<string, number>;

/** What Stryker keeps in a process: the change that is switched on, or, at the first run, which change a test reaches. */
interface Stryker {
  activeMutant?: string;
  currentTestId?: string;
  mutantCoverage?: { readonly static: Hits; readonly perTest: Record<string, Hits> };
}
const global = globalThis as typeof globalThis & { __stryker__?: Stryker };
global.__stryker__ ??= {};
const stryker = global.__stryker__;

interface Reached {
  readonly kind: 'reached';
  /** Before the function was loaded: then no test in particular reached it. */
  readonly loading: boolean;
  readonly hits: Hits;
}

/** Runs in a function's worker before the function: before each message it sends what was reached since the last one. */
const report = `{
  const { parentPort } = require('node:worker_threads');
  const send = parentPort.postMessage.bind(parentPort);
  parentPort.postMessage = (message) => {
    const coverage = globalThis.__stryker__?.mutantCoverage;
    if (coverage) {
      send({ kind: 'reached', loading: message.kind === 'ready', hits: coverage.static });
      coverage.static = {};
    }
    send(message);
  };
}
`;

function add(to: Hits, hits: Hits): void {
  for (const [change, count] of Object.entries(hits)) to[change] = (to[change] ?? 0) + count;
}

function count({ loading, hits }: Reached): void {
  stryker.mutantCoverage ??= { static: {}, perTest: {} };
  const { static: always, perTest } = stryker.mutantCoverage;
  const test = loading ? undefined : stryker.currentTestId;
  if (test !== undefined) perTest[test] ??= {};
  add((test !== undefined && perTest[test]) || always, hits);
}

/**
 * The functions run in workers, of which Stryker knows nothing: a worker is told which change is switched on, and tells
 * what it reached. Other workers (esbuild's) begin with a file and not with a text.
 */
class MutantWorker extends Worker {
  constructor(code: string | URL, { env, ...options }: WorkerOptions = {}) {
    const { activeMutant } = stryker;
    const switchedOn = activeMutant === undefined ? {} : { __STRYKER_ACTIVE_MUTANT__: activeMutant };
    super(options.eval ? `${report}${String(code)}` : code, {
      ...options,
      env: { ...(env as NodeJS.Dict<string>), ...switchedOn },
    });
    this.on('message', (message: { kind: string }) => {
      if (message.kind === 'reached') count(message as Reached);
    });
  }
}
Object.assign(threads, { Worker: MutantWorker });
syncBuiltinESMExports();
