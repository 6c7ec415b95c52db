import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import {
  account,
  accountKind,
  challenge,
  codeSent,
  exactlyOneFactor,
  factorEntries,
  password,
  scan,
  secondFactor,
} from '#contract/schemas.ts';

export const passwordReset = flow({
  name: 'password-reset',
  summary: '忘记密码: a new password by SMS or face, which also unlocks (PWD-1, LCK-3).',
  tables: {
    Users: ['GetItem', 'BatchGetItem', 'UpdateItem'],
    Phones: ['BatchGetItem', 'UpdateItem'],
    Lockouts: ['BatchGetItem', 'UpdateItem', 'ConditionCheckItem'],
    SmsWindows: ['BatchGetItem', 'UpdateItem'],
    Sessions: ['UpdateItem'],
    Tickets: ['GetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
    Audit: ['PutItem'],
  },
  secrets: ['root', 'handles', 'sealing', 'providers'],
  gateways: ['sms'],
  hashesPasswords: true,
  routes: {
    start: {
      method: 'POST',
      path: '/v1/password-resets',
      access: 'public',
      summary: 'Account, name and document number',
      body: v.object({
        account,
        accountKind,
        name: v.pipe(v.string(), v.minLength(1), v.maxLength(120)),
        documentNumber: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
        challenge,
      }),
      answers: { 201: v.object({ resetId: v.string(), methods: v.array(secondFactor) }) },
      errors: [
        'ACCOUNT_SUSPENDED',
        'USER_NOT_REGISTERED',
        'PHONE_NOT_FOUND',
        'ACCOUNT_AMBIGUOUS',
        'IDENTITY_MISMATCH',
        'CHALLENGE_REQUIRED',
      ],
    },
    sms: {
      method: 'POST',
      path: '/v1/password-resets/{id}/sms',
      access: 'public',
      summary: 'Send a code',
      answers: { 202: codeSent },
      errors: ['SMS_TOO_FREQUENT', 'PHONE_EMPTY', 'PHONE_INVALID', 'FACE_REQUIRED'],
    },
    face: {
      method: 'POST',
      path: '/v1/password-resets/{id}/face',
      access: 'public',
      summary: 'Start a face check',
      answers: { 201: scan },
      errors: ['ACCOUNT_SUSPENDED'],
    },
    complete: {
      method: 'POST',
      path: '/v1/password-resets/{id}/complete',
      access: 'public',
      summary: 'Set the new password; unlocks the account and ends its sessions',
      body: v.pipe(
        v.object({ ...factorEntries, newPassword: password }),
        v.check(exactlyOneFactor, 'exactly one of smsCode and faceTicket'),
      ),
      answers: { 204: null },
      errors: [
        'ACCOUNT_SUSPENDED',
        'USER_NOT_REGISTERED',
        'PASSWORD_WEAK',
        'SMS_CODE_WRONG',
        'FACE_REQUIRED',
      ],
    },
  },
});
