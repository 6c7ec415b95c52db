import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { session as sessionAnswer } from '#contract/schemas.ts';

export const session = flow({
  name: 'session',
  summary: 'The session of the person: refresh, look, log out (SES-1, SES-2).',
  tables: {
    Sessions: ['GetItem', 'UpdateItem'],
    Audit: ['PutItem'],
  },
  secrets: ['root', 'sealing', 'signing'],
  routes: {
    refresh: {
      method: 'POST',
      path: '/v1/session/refresh',
      access: 'refresh',
      summary: 'A new access token for the refresh cookie',
      answers: { 200: v.object({ session: sessionAnswer }) },
      errors: ['SESSION_ENDED'],
    },
    show: {
      method: 'GET',
      path: '/v1/session',
      access: 'session',
      summary: 'The session as it stands',
      answers: { 200: v.object({ session: v.omit(sessionAnswer, ['accessToken', 'expiresIn']) }) },
      errors: ['SESSION_ENDED'],
    },
    logout: {
      method: 'DELETE',
      path: '/v1/session',
      access: 'session',
      summary: '退出: ends the session at once',
      answers: { 204: null },
      errors: ['SESSION_ENDED'],
    },
  },
});
