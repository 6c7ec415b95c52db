import { flow } from '#contract/flow.ts';
import { lockSweep } from '#contract/sweeps.ts';

export const midnightUnlock = flow({
  name: 'midnight-unlock',
  summary: 'Clears the locks of ended days and writes an audit event each (UNL-1).',
  ...lockSweep,
  trigger: {
    kind: 'schedule',
    name: 'midnight-unlock',
    expression: 'cron(0 0 * * ? *)',
    timezone: 'Asia/Shanghai',
  },
});
