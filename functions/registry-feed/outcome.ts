import type { WarningCode } from './warnings.ts';

export type LineResult = 'accepted' | 'stale';
/** The result of a line with what there is to report beside it: warnings, and how many numbers it emptied. */
export interface LineOutcome {
  readonly taken: LineResult;
  readonly warnings?: readonly WarningCode[];
  readonly emptied?: number;
}
