import { type ChangePattern, flow } from '#contract/flow.ts';

const written: ChangePattern['eventName'] = ['INSERT', 'MODIFY'];

export const companyCopies = flow({
  name: 'company-copies',
  summary:
    'Brings a company’s new name and state to what shows copies of it, after the change (ENT-4, CTR-3).',
  tables: {
    Taxpayers: ['GetItem', 'BatchGetItem', 'UpdateItem'],
    'Relationships/byCompany': ['Query'],
    Relationships: ['UpdateItem'],
    'Agreements/byClient': ['Query'],
  },
  sends: ['copies-left'],
  memoryMb: 512,
  timeoutSeconds: 60,
  trigger: {
    kind: 'stream',
    tables: {
      Taxpayers: [
        { eventName: written, dynamodb: { NewImage: { copiesDue: { S: ['due'] } } } },
        // The company's own line has come: agreements may have waited for the name.
        {
          eventName: written,
          dynamodb: {
            NewImage: { name: { S: [{ exists: true }] } },
            OldImage: { name: { S: [{ exists: false }] } },
          },
        },
      ],
      // Rows that were written at the same time as a change of the company, by somebody who had read the company
      // before.
      Relationships: [
        { eventName: written, dynamodb: { NewImage: { state: { S: ['pending', 'active'] } } } },
        {
          eventName: written,
          dynamodb: {
            Keys: { relation: { S: [{ prefix: 'agent-for#' }] } },
            NewImage: { searched: { S: [{ exists: false }] } },
          },
        },
      ],
    },
    batchSize: 25,
  },
});
