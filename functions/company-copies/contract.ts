import { flow } from '#contract/flow.ts';

export const companyCopies = flow({
  name: 'company-copies',
  summary: 'Brings a company’s new name and state to what its relations show of it, after the change.',
  tables: {
    Taxpayers: ['GetItem', 'UpdateItem'],
    'Relationships/byCompany': ['Query'],
    Relationships: ['UpdateItem'],
  },
  timeoutSeconds: 300,
  trigger: {
    kind: 'stream',
    tables: {
      Taxpayers: [{ eventName: ['INSERT', 'MODIFY'], dynamodb: { NewImage: { copiesDue: { S: ['due'] } } } }],
    },
    // One large company must not keep many others waiting, nor be done anew with them.
    batchSize: 5,
  },
});
