import type { Runtime } from '../../infra/local/runtime.ts';

/**
 * One runtime that the test files of a worker use one after the other, which saves the start of the functions. Its
 * tables keep what earlier files wrote. So it suits only files that invent their own people and companies and look at
 * no others.
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

const worker = globalThis as typeof globalThis & { sharedRuntime?: SharedRuntime | undefined };

/** The shared runtime, with its state reset; a separate runtime if the shared one is in use. `stop` gives it back. */
export async function leaseRuntime(start: () => Promise<Runtime>): Promise<Runtime> {
  if (worker.sharedRuntime?.inUse) return start();
  worker.sharedRuntime ??= { runtime: await start(), inUse: true, leases: 0 };
  const shared = worker.sharedRuntime;
  shared.inUse = true;
  shared.leases++;
  shared.runtime.beginAnew();
  let returned: Promise<void> | undefined;
  const giveBack = async () => {
    shared.runtime.faults.clear();
    if (shared.leases < leasesEach) shared.inUse = false;
    else {
      worker.sharedRuntime = undefined;
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
