import type { Runtime } from '../../infra/local/runtime.ts';

/**
 * One runtime that the test files of a worker use one after the other, which saves the start of the functions. Its
 * tables keep what earlier files wrote. So it suits only files that invent their own people and companies and look at
 * no others.
 */
interface Standing {
  readonly runtime: Runtime;
  inUse: boolean;
  leases: number;
}

/**
 * After this many files a new runtime is started, because tables that some tests read completely must not grow during a
 * whole run.
 */
const leasesEach = 8;

const worker = globalThis as typeof globalThis & { standingRuntime?: Standing | undefined };

/** The shared runtime, with its state reset; a separate runtime if the shared one is in use. `stop` gives it back. */
export async function leaseRuntime(start: () => Promise<Runtime>): Promise<Runtime> {
  if (worker.standingRuntime?.inUse) return start();
  worker.standingRuntime ??= { runtime: await start(), inUse: true, leases: 0 };
  const standing = worker.standingRuntime;
  standing.inUse = true;
  standing.leases++;
  standing.runtime.beginAnew();
  let returned: Promise<void> | undefined;
  const giveBack = async () => {
    standing.runtime.faults.clear();
    if (standing.leases < leasesEach) standing.inUse = false;
    else {
      worker.standingRuntime = undefined;
      await standing.runtime.stop();
    }
  };
  return {
    ...standing.runtime,
    stop: () => {
      returned ??= giveBack();
      return returned;
    },
  };
}
