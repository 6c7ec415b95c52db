import type { MigrationShares } from './migration-lines.ts';

/** What made-up lines follow from: the same size, seed and year make the same lines. */
export interface SampleSize {
  readonly people: number;
  readonly companies: number;
  readonly seed: number;
  /** The calendar year in which agreements and reports run. */
  readonly year: number;
  /** `person` lines of everybody instead of hall collections of some (MIG-1). */
  readonly migration?: MigrationShares;
}
/** Legal representative, finance head and handler are three people. */
export const fewestPeople = 3;
