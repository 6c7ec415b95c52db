import type { WarningCode } from './warnings.ts';

export type Taken = 'accepted' | 'stale';
/** What became of a line, where there is more to tell than that it was taken. */
export interface Outcome {
  readonly taken: Taken;
  readonly warnings?: readonly WarningCode[];
  readonly emptied?: number;
}
