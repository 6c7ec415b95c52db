import type { WarningCode } from './warnings.ts';

export type LineResult = 'accepted' | 'stale';
/** The result of a line, if there is more to report than that it was taken. */
export interface Outcome {
  readonly taken: LineResult;
  readonly warnings?: readonly WarningCode[];
  readonly emptied?: number;
}
