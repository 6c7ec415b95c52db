import { flow } from '#contract/flow.ts';

export const copiesContinued = flow({
  name: 'copies-continued',
  summary: 'Goes on with the copies of a company that has many people, or that failed before (ENT-4).',
  tables: {
    Taxpayers: ['GetItem', 'BatchGetItem', 'UpdateItem'],
    'Relationships/byCompany': ['Query'],
    Relationships: ['GetItem', 'UpdateItem'],
    'Agreements/byClient': ['Query'],
  },
  sends: ['copies-left'],
  memoryMb: 512,
  timeoutSeconds: 30,
  trigger: { kind: 'queue', queue: 'copies-left', tries: 8, retrySeconds: 180 },
});
