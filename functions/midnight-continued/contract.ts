import { flow } from '#contract/flow.ts';
import { lockSweep, locksLeft } from '#contract/sweeps.ts';

export const midnightContinued = flow({
  name: 'midnight-continued',
  summary: 'Goes on with the locks that did not fit the time of a run before (UNL-1).',
  ...lockSweep,
  trigger: locksLeft,
});
