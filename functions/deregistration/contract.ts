import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { codeSent, exactlyOneFactor, factorEntries, password, role } from '#contract/schemas.ts';

export const deregistration = flow({
  name: 'deregistration',
  summary: '用户注销: ends the account and keeps the relations (CTR-2, REG-4).',
  tables: {
    Users: ['GetItem', 'PutItem', 'UpdateItem'],
    Phones: ['UpdateItem'],
    Relationships: ['Query'],
    'Relationships/byPerson': ['Query'],
    'Taxpayers/copiesDue': ['Query'],
    SmsWindows: ['UpdateItem'],
    Lockouts: ['UpdateItem', 'ConditionCheckItem'],
    Sessions: ['GetItem', 'UpdateItem'],
    Tickets: ['GetItem', 'PutItem', 'UpdateItem'],
    Audit: ['PutItem'],
  },
  secrets: ['root', 'handles', 'sealing', 'signing', 'providers'],
  gateways: ['sms'],
  hashesPasswords: true,
  memoryMb: 1024,
  routes: {
    sms: {
      method: 'POST',
      path: '/v1/account/deregistration/sms',
      access: 'session',
      summary: 'Send the code, and warn which companies can no longer be served',
      answers: {
        202: v.object({
          ...codeSent.entries,
          companies: v.array(v.object({ taxpayerName: v.string(), role })),
          /** Not all companies are named: there are more than the two hundred of each kind that are searched. */
          moreCompanies: v.optional(v.literal(true)),
        }),
      },
      errors: [
        'SESSION_ENDED',
        'FRESH_FACTOR_REQUIRED',
        'SMS_TOO_FREQUENT',
        'PHONE_EMPTY',
        'PHONE_INVALID',
        'FACE_REQUIRED',
      ],
    },
    deregister: {
      method: 'POST',
      path: '/v1/account/deregistration',
      access: 'session',
      summary: 'End the account by password and second factor',
      body: v.pipe(
        v.object({ password, ...factorEntries }),
        v.check(exactlyOneFactor, 'exactly one of smsCode and faceTicket'),
      ),
      answers: { 204: null },
      errors: [
        'SESSION_ENDED',
        'FRESH_FACTOR_REQUIRED',
        'USER_NOT_REGISTERED',
        'BAD_CREDENTIALS',
        'ACCOUNT_LOCKED',
        'SMS_CODE_WRONG',
        'FACE_REQUIRED',
      ],
    },
  },
});
