import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { choice, cursor, session } from '#contract/schemas.ts';

export const identity = flow({
  name: 'identity',
  summary: 'Switch role, company, or back to natural, without a new login (SWI).',
  tables: {
    Users: ['GetItem', 'UpdateItem'],
    Taxpayers: ['GetItem', 'ConditionCheckItem'],
    Relationships: ['Query', 'ConditionCheckItem'],
    'Relationships/byPerson': ['Query'],
    'Taxpayers/copiesDue': ['Query'],
    Agencies: ['ConditionCheckItem'],
    Sessions: ['GetItem', 'UpdateItem'],
    Audit: ['PutItem'],
  },
  secrets: ['sealing', 'signing'],
  routes: {
    list: {
      method: 'GET',
      path: '/v1/session/identities',
      access: 'session',
      evenIfLost: true,
      summary: 'What this session can become: natural first, then by company and role, in pages',
      query: v.object({ cursor }),
      answers: { 200: v.object({ choices: v.array(choice), cursor: v.optional(v.string()) }) },
      errors: ['SESSION_ENDED'],
    },
    change: {
      method: 'POST',
      path: '/v1/session/identity',
      access: 'session',
      evenIfLost: true,
      summary: 'Become one of them; the older access token ends',
      body: v.object({ choiceId: v.pipe(v.string(), v.minLength(1), v.maxLength(512)) }),
      answers: { 200: v.object({ session }) },
      errors: [
        'SESSION_ENDED',
        'NOT_FOUND',
        'RELATION_NOT_FOUND',
        'SWITCH_NOT_ALLOWED',
        'TAXPAYER_NOT_FOUND',
        'COMPANY_NOT_CONFIRMED',
      ],
    },
  },
});
