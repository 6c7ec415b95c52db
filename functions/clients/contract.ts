import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { cursor, session, taxpayerId } from '#contract/schemas.ts';

export const clients = flow({
  name: 'clients',
  summary: 'An agent’s clients in an agency session, and the way to the next (SWI-3).',
  tables: {
    Taxpayers: ['GetItem', 'BatchGetItem', 'ConditionCheckItem'],
    'Taxpayers/copiesDue': ['Query'],
    Relationships: ['Query', 'ConditionCheckItem'],
    Agencies: ['ConditionCheckItem'],
    Agreements: ['BatchGetItem', 'ConditionCheckItem'],
    Sessions: ['UpdateItem'],
    Audit: ['PutItem'],
  },
  secrets: ['root', 'sealing', 'signing'],
  routes: {
    list: {
      method: 'GET',
      path: '/v1/session/clients',
      access: 'session',
      evenIfLost: true,
      summary:
        'The agency’s clients that this person serves today, by number, in pages; by a part of name or number',
      query: v.object({ query: v.optional(v.pipe(v.string(), v.maxLength(120))), cursor }),
      answers: {
        200: v.object({
          clients: v.array(
            v.object({
              /** Valid in this session; also for a client whose number is a person's and therefore masked (DOC-4). */
              choiceId: v.string(),
              taxpayerId: v.string(),
              taxpayerName: v.string(),
              current: v.optional(v.literal(true)),
            }),
          ),
          cursor: v.optional(v.string()),
        }),
      },
      errors: ['SESSION_ENDED', 'SWITCH_NOT_ALLOWED'],
    },
    become: {
      method: 'POST',
      path: '/v1/session/client',
      access: 'session',
      evenIfLost: true,
      summary: 'Work for one of them; the older access token ends',
      body: v.pipe(
        v.object({
          taxpayerId: v.optional(taxpayerId),
          choiceId: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(512))),
        }),
        v.check(
          (input) => (input.taxpayerId === undefined) !== (input.choiceId === undefined),
          'exactly one of taxpayerId and choiceId',
        ),
      ),
      answers: { 200: v.object({ session }) },
      errors: ['SESSION_ENDED', 'NOT_FOUND', 'SWITCH_NOT_ALLOWED', 'RELATION_NOT_FOUND'],
    },
  },
});
