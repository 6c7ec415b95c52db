import { flow } from '#contract/flow.ts';

export const registryFeed = flow({
  name: 'registry-feed',
  summary: 'Takes registry feed lines: hall collections, companies, people (ENT-3, MIG-1).',
  tables: {
    Users: ['GetItem', 'BatchGetItem', 'UpdateItem'],
    Taxpayers: ['GetItem', 'BatchGetItem', 'UpdateItem'],
    Relationships: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
    'Relationships/byCompany': ['Query'],
    Audit: ['PutItem'],
  },
  secrets: ['root', 'sealing'],
  memoryMb: 1024,
  timeoutSeconds: 900,
  trigger: { kind: 'feed' },
});
