import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import {
  account,
  challenge,
  choice,
  codeSent,
  entry,
  exactlyOneFactor,
  factorEntries,
  notice,
  password,
  role,
  scan,
  secondFactor,
  session,
  time,
} from '#contract/schemas.ts';

export const login = flow({
  name: 'login',
  summary: 'Password, then SMS code or face, then a session (LGN, LCK).',
  tables: {
    Users: ['GetItem', 'BatchGetItem', 'UpdateItem'],
    Phones: ['BatchGetItem'],
    Lockouts: ['BatchGetItem', 'UpdateItem', 'ConditionCheckItem'],
    SmsWindows: ['BatchGetItem', 'GetItem', 'UpdateItem'],
    Sessions: ['PutItem', 'UpdateItem'],
    Tickets: ['GetItem', 'PutItem', 'UpdateItem'],
    Audit: ['PutItem'],
  },
  secrets: ['root', 'sealing', 'signing', 'providers'],
  gateways: ['sms'],
  hashesPasswords: true,
  memoryMb: 1024,
  routes: {
    password: {
      method: 'POST',
      path: '/v1/logins',
      access: 'public',
      summary: 'First factor: account and password',
      body: v.object({
        entry,
        taxpayerId: v.optional(v.pipe(v.string(), v.maxLength(64))),
        account,
        password,
        challenge,
      }),
      answers: {
        201: v.object({
          loginId: v.string(),
          expiresAt: time,
          secondFactors: v.array(secondFactor),
          notices: v.array(notice),
        }),
      },
      errors: [
        'USER_NOT_REGISTERED',
        'PHONE_NOT_FOUND',
        'BAD_CREDENTIALS',
        'ACCOUNT_LOCKED',
        'TAXPAYER_NOT_FOUND',
        'COMPANY_NOT_CONFIRMED',
        'RELATION_NOT_FOUND',
        'USE_SPECIAL_ENTRY',
        'CHALLENGE_REQUIRED',
      ],
    },
    sms: {
      method: 'POST',
      path: '/v1/logins/{id}/sms',
      access: 'public',
      summary: 'Send the code to the masked number shown',
      answers: { 202: codeSent },
      errors: ['SMS_TOO_FREQUENT', 'PHONE_EMPTY', 'FACE_REQUIRED', 'ACCOUNT_LOCKED'],
    },
    face: {
      method: 'POST',
      path: '/v1/logins/{id}/face',
      access: 'public',
      summary: 'Start the face check: a code to scan with an app (FACE-1)',
      answers: { 201: scan },
      errors: ['ACCOUNT_LOCKED'],
    },
    verify: {
      method: 'POST',
      path: '/v1/logins/{id}/verify',
      access: 'public',
      summary: 'Second factor; opens the session or offers the choice of role',
      body: v.pipe(
        v.object(factorEntries),
        v.check(exactlyOneFactor, 'exactly one of smsCode and faceTicket'),
      ),
      answers: {
        200: v.object({
          session: v.optional(session),
          choices: v.optional(v.array(choice)),
          confirm: v.optional(v.object({ authorizationId: v.string(), role })),
        }),
      },
      errors: ['SMS_CODE_WRONG', 'ACCOUNT_LOCKED', 'FACE_REQUIRED'],
    },
  },
});
