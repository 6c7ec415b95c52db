import { flow } from '#contract/flow.ts';

export const registryFeed = flow({
  name: 'registry-feed',
  summary: 'Takes registry feed lines: hall collections, companies, people, orders (ENT-3, MIG-1, ORD-1).',
  tables: {
    Users: ['GetItem', 'BatchGetItem', 'UpdateItem'],
    Phones: ['GetItem', 'BatchGetItem', 'UpdateItem'],
    Taxpayers: ['GetItem', 'BatchGetItem', 'UpdateItem'],
    Relationships: [
      'GetItem',
      'BatchGetItem',
      'Query',
      'PutItem',
      'UpdateItem',
      'DeleteItem',
      'ConditionCheckItem',
    ],
    Agencies: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    Agreements: ['GetItem', 'BatchGetItem', 'UpdateItem'],
    CrossRegionReports: ['GetItem', 'BatchGetItem', 'PutItem', 'DeleteItem'],
    Sessions: ['UpdateItem'],
    Tickets: ['UpdateItem'],
    Audit: ['PutItem'],
  },
  secrets: ['root', 'handles', 'sealing', 'providers'],
  gateways: ['sms'],
  hashesPasswords: true,
  // Short, so that a failed part is retried soon; long files are handed on.
  timeoutSeconds: 175,
  trigger: { kind: 'feed' },
});
