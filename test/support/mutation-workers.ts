import { syncBuiltinESMExports } from 'node:module';
import threads, { Worker, type WorkerOptions } from 'node:worker_threads';
import { beforeAll } from 'vitest';
import { aloneInItsTables } from './alone.ts';

type Hits = Record<string, number>;

/**
 * What Stryker keeps in a process: the change that is switched on, or, at the first run, which change a test reaches.
 */
interface Stryker {
  activeMutant?: string;
  currentTestId?: string;
  mutantCoverage?: { readonly static: Hits; readonly perTest: Record<string, Hits> };
}
const global = globalThis as typeof globalThis & {
  __stryker__?: Stryker;
  /** The change that is switched on in all threads; -1: none. */
  switchedOn?: Int32Array;
  lendsNothing?: boolean;
};
global.__stryker__ ??= {};
const stryker = global.__stryker__;

// As in the whole suite: other files look at tables to which no other file has written.
// biome-ignore lint/correctness/noEmptyPattern: Vitest wants it
beforeAll(({}, { file: { filepath } }) => {
  global.lendsNothing =
    !/\/test\/(flows|races)\/[^/]+$/.test(filepath) || aloneInItsTables.some((one) => filepath.endsWith(one));
});

interface Reached {
  readonly kind: 'reached';
  /** Before the function was loaded: then no test in particular reached it. */
  readonly loading: boolean;
  readonly hits: Hits;
}

/**
 * Which change is switched on stands in memory that all threads share, as a number; Stryker sets and compares texts.
 * This function's text runs in the workers, too.
 */
function shareWhatIsOn(): void {
  const here = globalThis as typeof globalThis & { __stryker__?: Stryker; switchedOn: Int32Array };
  here.__stryker__ ??= {};
  Object.defineProperty(here.__stryker__, 'activeMutant', {
    configurable: true,
    get: () => ((here.switchedOn[0] ?? -1) < 0 ? undefined : String(here.switchedOn[0])),
    set: (id: string | undefined) => {
      here.switchedOn[0] = id === undefined ? -1 : Number(id);
    },
  });
}

/**
 * Runs in a function's worker before the function: before each message it sends what was reached since the last one.
 */
const report = `{
  const { parentPort, workerData } = require('node:worker_threads');
  globalThis.switchedOn = workerData.switchedOn;
  (${String(shareWhatIsOn)})();
  const send = parentPort.postMessage.bind(parentPort);
  parentPort.postMessage = (message) => {
    const coverage = globalThis.__stryker__.mutantCoverage;
    if (coverage && globalThis.switchedOn[0] < 0) {
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
 * The functions run in workers, of which Stryker knows nothing: a worker sees which change is switched on, and tells
 * what it reached. Other workers (esbuild's) begin with a file and not with a text.
 */
class MutantWorker extends Worker {
  constructor(code: string | URL, options: WorkerOptions = {}) {
    const workerData = { ...options.workerData, switchedOn: global.switchedOn };
    super(
      options.eval ? `${report}${String(code)}` : code,
      options.eval ? { ...options, workerData } : options,
    );
    this.on('message', (message: { kind: string }) => {
      if (message.kind === 'reached') count(message as Reached);
    });
  }
}

// Once in a process, which runs many files.
if (!global.switchedOn) {
  const { activeMutant } = stryker;
  global.switchedOn = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
  shareWhatIsOn();
  stryker.activeMutant = activeMutant as string;
  Object.assign(threads, { Worker: MutantWorker });
  syncBuiltinESMExports();
}
