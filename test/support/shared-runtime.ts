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

const worker = globalThis as typeof globalThis & {
  /** By what they were started with. */
  standingRuntimes?: Map<string, Standing>;
  /** Set for a file that is lent none. */
  standsAlone?: boolean;
};

/** The shared runtime of that kind, with its state reset; a separate runtime if it is in use. `stop` gives it back. */
export async function leaseRuntime(kind: string, start: () => Promise<Runtime>): Promise<Runtime> {
  worker.standingRuntimes ??= new Map();
  const { standingRuntimes } = worker;
  const known = standingRuntimes.get(kind);
  if (worker.standsAlone || known?.inUse) return start();
  const standing: Standing = known ?? { runtime: await start(), inUse: true, leases: 0 };
  standingRuntimes.set(kind, standing);
  standing.inUse = true;
  standing.leases++;
  standing.runtime.beginAnew();
  let returned: Promise<void> | undefined;
  const giveBack = async () => {
    standing.runtime.faults.clear();
    if (standing.leases < leasesEach) standing.inUse = false;
    else {
      standingRuntimes.delete(kind);
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
