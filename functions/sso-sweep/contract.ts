import { flow } from '#contract/flow.ts';
import { handOverSweep } from '#contract/sweeps.ts';

export const ssoSweep = flow({
  name: 'sso-sweep',
  summary:
    'Ends the hand-overs to tax systems that time alone has ended, at midnight those of a last day (SSO-8).',
  ...handOverSweep,
  trigger: {
    kind: 'schedule',
    name: 'sso-sweep',
    // Also at 00:00, at the same time as the midnight unlock.
    expression: 'cron(0/5 * * * ? *)',
    timezone: 'Asia/Shanghai',
  },
});
