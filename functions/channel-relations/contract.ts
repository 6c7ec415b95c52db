import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { cursor, role, time } from '#contract/schemas.ts';
import { permissions, shownStates } from '#domain/companies/relations.ts';

export const channelRelations = flow({
  name: 'channel-relations',
  summary: 'Apps, mini programs and halls look at the companies of a person; they change nothing (REL-9).',
  tables: {
    Users: ['GetItem'],
    'Relationships/byPerson': ['Query'],
    'Taxpayers/copiesDue': ['Query'],
    Taxpayers: ['BatchGetItem'],
    Tickets: ['PutItem'],
  },
  secrets: ['root', 'sealing'],
  routes: {
    list: {
      method: 'GET',
      path: '/v1/channel/relations',
      access: 'channel',
      summary: 'Active and waiting relations of the asserted person, in pages',
      query: v.object({ cursor }),
      answers: {
        200: v.object({
          relations: v.array(
            v.object({
              taxpayerId: v.string(),
              taxpayerName: v.string(),
              role,
              state: v.picklist(shownStates),
              direction: v.picklist(['invited', 'applied']),
              permissions: v.array(v.picklist(permissions)),
              validUntil: v.optional(v.string()),
              updatedAt: time,
            }),
          ),
          cursor: v.optional(v.string()),
        }),
      },
      errors: ['ACCOUNT_SUSPENDED', 'ASSERTION_INVALID', 'CHANNEL_NOT_ALLOWED'],
    },
  },
});
