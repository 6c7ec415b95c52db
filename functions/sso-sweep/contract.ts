import { accessReads, flow } from '#contract/flow.ts';

export const ssoSweep = flow({
  name: 'sso-sweep',
  summary:
    'Ends the hand-overs to tax systems that time alone has ended, at midnight those of a last day (SSO-8).',
  tables: {
    'RpSessions/sweep': ['Query'],
    RpSessions: ['UpdateItem'],
    Sessions: ['GetItem'],
    ...accessReads,
    Audit: ['PutItem'],
  },
  sends: ['hand-overs-left'],
  memoryMb: 1769,
  timeoutSeconds: 300,
  trigger: {
    kind: 'schedule',
    name: 'sso-sweep',
    // At 00:00 itself, too: beside the midnight unlock.
    expression: 'cron(0/5 * * * ? *)',
    timezone: 'Asia/Shanghai',
  },
});
