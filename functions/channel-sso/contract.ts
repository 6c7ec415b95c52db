import * as v from 'valibot';
import { flow } from '#contract/flow.ts';

export const channelSso = flow({
  name: 'channel-sso',
  summary: 'An app that opened a tax system in its web view hands its person over there (QR-1, SSO-4).',
  tables: {
    Tickets: ['GetItem', 'PutItem', 'UpdateItem'],
    Users: ['GetItem', 'UpdateItem'],
    Sessions: ['GetItem', 'PutItem', 'UpdateItem'],
    Relationships: ['GetItem', 'BatchGetItem', 'Query', 'ConditionCheckItem'],
    Taxpayers: ['GetItem', 'BatchGetItem', 'ConditionCheckItem'],
    Agencies: ['BatchGetItem', 'ConditionCheckItem'],
    Agreements: ['BatchGetItem', 'ConditionCheckItem'],
    Audit: ['PutItem'],
  },
  secrets: ['root', 'handles', 'sealing'],
  carries: ['relying-parties.json'],
  routes: {
    handOver: {
      method: 'POST',
      path: '/v1/channel/sso/{id}',
      access: 'channel',
      summary:
        'The person and identity of the assertion go to the tax system whose request the web view shows',
      answers: { 200: v.object({ redirectTo: v.string() }) },
      errors: [
        'ACCOUNT_SUSPENDED',
        'ASSERTION_INVALID',
        'CHANNEL_NOT_ALLOWED',
        'USER_NOT_REGISTERED',
        'RELATION_NOT_FOUND',
        'COMPANY_NOT_CONFIRMED',
        'USE_SPECIAL_ENTRY',
        'IDENTITY_NOT_ACCEPTED',
        'LEVEL_TOO_LOW',
        'FACE_REQUIRED',
        'REAUTHENTICATION_REQUIRED',
      ],
    },
  },
});
