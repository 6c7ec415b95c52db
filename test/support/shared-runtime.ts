import type { Runtime } from '../../infra/local/runtime.ts';

/**
 * One runtime that the test files of a worker use after each other, for what warm functions save. Its tables keep what
 * earlier files wrote: fit for files whose people and companies are made up anew and which look at nobody else's.
 */
interface Standing {
  readonly runtime: Runtime;
  inUse: boolean;
  leases: number;
}

/** Afterwards a fresh one is started: tables that some tests read whole must not grow for a whole run. */
const leasesEach = 8;

const worker = globalThis as typeof globalThis & { standingRuntime?: Standing | undefined };

/** The standing runtime, begun anew; one of its own for who asks while it is in use. `stop` gives it back. */
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
