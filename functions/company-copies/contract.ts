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
        // Its own line has come: agreements may have waited for the name.
        {
          eventName: written,
          dynamodb: {
            NewImage: { name: { S: [{ exists: true }] } },
            OldImage: { name: { S: [{ exists: false }] } },
          },
        },
      ],
      // What was written beside a change of the company, by whoever had read it before.
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
