import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { person, scan } from '#contract/schemas.ts';

const word = v.pipe(v.string(), v.minLength(1), v.maxLength(64));

export const verification = flow({
  name: 'verification',
  summary: 'A terminal or hall counter asks for the face of the person in front of it (STP-3).',
  tables: {
    Users: ['GetItem'],
    Tickets: ['PutItem', 'UpdateItem'],
    Audit: ['PutItem'],
  },
  secrets: ['root', 'handles', 'sealing'],
  routes: {
    start: {
      method: 'POST',
      path: '/v1/channel/verifications',
      access: 'channel',
      summary: 'A code for the person to scan; the poll answer `passed` carries the proof',
      body: v.object({
        matter: word,
        audience: word,
        person,
        nonce: v.optional(v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,128}$/))),
      }),
      answers: { 200: scan },
      errors: [
        'ACCOUNT_SUSPENDED',
        'ASSERTION_INVALID',
        'CHANNEL_NOT_ALLOWED',
        'MATTER_UNKNOWN',
        'DOCUMENT_INVALID',
        'USER_NOT_REGISTERED',
        'PERSON_MISMATCH',
      ],
    },
  },
});
