import * as v from 'valibot';
import { flow } from '#contract/flow.ts';

export const challenge = flow({
  name: 'challenge',
  summary: 'Hands out a proof-of-work challenge (ALTCHA, LGN-12).',
  secrets: ['handles'],
  routes: {
    newChallenge: {
      method: 'GET',
      path: '/v1/challenge',
      access: 'public',
      summary: 'A challenge to solve and send with a guarded call',
      answers: {
        200: v.looseObject({
          parameters: v.record(v.string(), v.unknown()),
          signature: v.optional(v.string()),
        }),
      },
    },
  },
});
