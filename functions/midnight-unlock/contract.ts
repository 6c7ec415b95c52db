import { flow } from '#contract/flow.ts';

export const midnightUnlock = flow({
  name: 'midnight-unlock',
  summary: 'Clears the locks of ended days and writes an audit event each (UNL-1).',
  tables: {
    'Lockouts/sweep': ['Query'],
    Lockouts: ['UpdateItem'],
    Audit: ['PutItem'],
  },
  sends: ['locks-left'],
  memoryMb: 1769,
  timeoutSeconds: 300,
  trigger: {
    kind: 'schedule',
    name: 'midnight-unlock',
    expression: 'cron(0 0 * * ? *)',
    timezone: 'Asia/Shanghai',
  },
});
