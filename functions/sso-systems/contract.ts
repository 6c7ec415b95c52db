import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { time } from '#contract/schemas.ts';

export const ssoSystems = flow({
  name: 'sso-systems',
  summary: 'The tax systems: which one may enter now, and which one has entered in this session (SSO-13).',
  tables: { RpSessions: ['GetItem', 'Query', 'UpdateItem'], Audit: ['PutItem'] },
  secrets: ['signing'],
  carries: ['relying-parties.json'],
  routes: {
    list: {
      method: 'GET',
      path: '/v1/session/systems',
      access: 'session',
      evenIfLost: true,
      summary:
        'All tax systems: `open` to who the session is now, with `startUri` to begin there; `enteredAt` where entered',
      answers: {
        200: v.object({
          systems: v.array(
            v.object({
              clientId: v.string(),
              name: v.object({ zh: v.string(), en: v.string() }),
              open: v.boolean(),
              startUri: v.optional(v.string()),
              enteredAt: v.optional(time),
            }),
          ),
        }),
      },
    },
    leave: {
      method: 'DELETE',
      path: '/v1/session/systems/{clientId}',
      access: 'session',
      evenIfLost: true,
      summary: 'Leaves one system, which is told; the session and the other systems go on',
      answers: { 204: null },
    },
  },
});
