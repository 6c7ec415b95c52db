import type { MigrationShares } from './migration-lines.ts';

/** What decides the invented lines: the same size, seed and year give the same lines. */
export interface SampleSize {
  readonly people: number;
  readonly companies: number;
  readonly seed: number;
  /** The calendar year in which agreements and reports run. */
  readonly year: number;
  /** `person` lines for everybody, instead of hall collections for some (MIG-1). */
  readonly migration?: MigrationShares;
}
/** Legal representative, finance head and handler are three people. */
export const fewestPeople = 3;
