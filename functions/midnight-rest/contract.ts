import { flow } from '#contract/flow.ts';

export const midnightRest = flow({
  name: 'midnight-rest',
  summary: 'Goes on with the locks that did not fit the time of a run before (UNL-1).',
  tables: {
    'Lockouts/sweep': ['Query'],
    Lockouts: ['UpdateItem'],
    Audit: ['PutItem'],
  },
  sends: ['locks-left'],
  memoryMb: 1769,
  timeoutSeconds: 300,
  trigger: { kind: 'queue', queue: 'locks-left', tries: 5, retrySeconds: 1800 },
});
