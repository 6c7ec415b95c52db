import type { Runtime } from '../../infra/local/runtime.ts';

/**
 * One runtime that the test files of a worker use one after the other, which saves the start of the functions. The
 * tables of the runtime keep what earlier files wrote. So the shared runtime suits only files that invent their own
 * people and companies and look at no others.
 */
interface SharedRuntime {
  readonly runtime: Runtime;
  inUse: boolean;
  leases: number;
}

/**
 * After this many files a new runtime is started, because tables that some tests read completely must not grow during a
 * whole run.
 */
const leasesEach = 8;

const worker = globalThis as typeof globalThis & {
  /** By what they were started with. */
  sharedRuntimes?: Map<string, SharedRuntime>;
  /** Set for a file that is lent none. */
  lendsNothing?: boolean;
};

/** The shared runtime of that kind, with its state reset; a separate runtime if it is in use. `stop` gives it back. */
export async function leaseRuntime(kind: string, start: () => Promise<Runtime>): Promise<Runtime> {
  worker.sharedRuntimes ??= new Map();
  const { sharedRuntimes } = worker;
  const known = sharedRuntimes.get(kind);
  if (worker.lendsNothing || known?.inUse) return start();
  const shared: SharedRuntime = known ?? { runtime: await start(), inUse: true, leases: 0 };
  sharedRuntimes.set(kind, shared);
  shared.inUse = true;
  shared.leases++;
  shared.runtime.beginAnew();
  let returned: Promise<void> | undefined;
  const giveBack = async () => {
    shared.runtime.faults.clear();
    if (shared.leases < leasesEach) shared.inUse = false;
    else {
      sharedRuntimes.delete(kind);
      await shared.runtime.stop();
    }
  };
  return {
    ...shared.runtime,
    stop: () => {
      returned ??= giveBack();
      return returned;
    },
  };
}
