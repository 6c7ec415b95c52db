import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { scanState, session } from '#contract/schemas.ts';

export const scan = flow({
  name: 'scan',
  summary: 'The page asks how its scan stands (QR, FACE).',
  tables: { Tickets: ['GetItem'] },
  secrets: ['root'],
  routes: {
    poll: {
      method: 'GET',
      path: '/v1/scans/{ticket}',
      access: 'public',
      summary: 'State of a scan; header Poll-Secret; Retry-After is advice',
      answers: {
        200: v.object({ state: scanState, session: v.optional(session), proof: v.optional(v.string()) }),
      },
    },
  },
});
