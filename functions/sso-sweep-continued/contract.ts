import { flow } from '#contract/flow.ts';
import { handOverSweep, handOversLeft } from '#contract/sweeps.ts';

export const ssoSweepContinued = flow({
  name: 'sso-sweep-continued',
  summary: 'Goes on with the hand-overs that did not fit the time of a sweep before (SSO-8).',
  ...handOverSweep,
  trigger: handOversLeft,
});
