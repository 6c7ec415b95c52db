import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { notice, scan as scanAnswer, scanState, session } from '#contract/schemas.ts';

export const scan = flow({
  name: 'scan',
  summary: 'The page asks how its scan stands, and gets the session of a confirmed QR login (QR, FACE).',
  tables: {
    Users: ['GetItem', 'UpdateItem'],
    Relationships: ['GetItem', 'BatchGetItem', 'ConditionCheckItem'],
    Taxpayers: ['GetItem', 'BatchGetItem', 'ConditionCheckItem'],
    Agencies: ['BatchGetItem', 'ConditionCheckItem'],
    Agreements: ['BatchGetItem', 'ConditionCheckItem'],
    Sessions: ['PutItem', 'UpdateItem'],
    Tickets: ['GetItem', 'PutItem', 'UpdateItem'],
    Audit: ['PutItem'],
  },
  secrets: ['handles', 'sealing', 'signing'],
  routes: {
    qrLogin: {
      method: 'POST',
      path: '/v1/qr-logins',
      access: 'public',
      summary: 'A code for the login page, to be scanned by a phone that is logged in',
      answers: { 201: scanAnswer },
    },
    poll: {
      method: 'GET',
      path: '/v1/scans/{ticket}',
      access: 'public',
      summary: 'State of a scan; header Poll-Secret; Retry-After is advice',
      answers: {
        200: v.object({
          state: scanState,
          /**
           * For a login code that was scanned: the masked name of who scanned it, so that the user notices somebody
           * else (QR-2).
           */
          scannedBy: v.optional(v.string()),
          session: v.optional(session),
          proof: v.optional(v.string()),
          /** A face check failed (REG-5): what helps, and how many tries are left. */
          advice: v.optional(notice),
          remainingAttempts: v.optional(v.number()),
        }),
      },
      errors: [
        'ACCOUNT_SUSPENDED',
        'USER_NOT_REGISTERED',
        'RELATION_NOT_FOUND',
        'COMPANY_NOT_CONFIRMED',
        'TAXPAYER_NOT_FOUND',
        'USE_SPECIAL_ENTRY',
      ],
    },
  },
});
