import type { WarningCode } from './warnings.ts';

export type Taken = 'accepted' | 'stale';
/** The result of a line, if there is more to report than that it was taken. */
export interface Outcome {
  readonly taken: Taken;
  readonly warnings?: readonly WarningCode[];
  readonly emptied?: number;
}
