import { accessReads, flow } from '#contract/flow.ts';

export const ssoSweepRest = flow({
  name: 'sso-sweep-rest',
  summary: 'Goes on with the hand-overs that did not fit the time of a sweep before (SSO-8).',
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
  trigger: { kind: 'queue', queue: 'hand-overs-left', tries: 5, retrySeconds: 1800 },
});
