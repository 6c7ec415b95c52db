import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import {
  challenge,
  codeSent,
  handle,
  password,
  personEntries,
  phone,
  scan,
  smsCode,
} from '#contract/schemas.ts';

export const phoneRecovery = flow({
  name: 'phone-recovery',
  summary: '找回手机号码: a new default number for who still knows the password (PHN-4).',
  tables: {
    Users: ['GetItem', 'UpdateItem'],
    Phones: ['GetItem', 'UpdateItem'],
    Lockouts: ['UpdateItem', 'ConditionCheckItem'],
    SmsWindows: ['GetItem', 'UpdateItem'],
    Tickets: ['GetItem', 'PutItem', 'UpdateItem'],
    Audit: ['PutItem'],
  },
  secrets: ['root', 'sealing', 'providers'],
  gateways: ['sms'],
  hashesPasswords: true,
  memoryMb: 1024,
  routes: {
    start: {
      method: 'POST',
      path: '/v1/phone-recoveries',
      access: 'public',
      summary: 'Name, document, password and the new number',
      body: v.object({ ...personEntries, password, newPhone: phone, challenge }),
      answers: { 201: v.object({ recoveryId: v.string() }) },
      errors: [
        'DOCUMENT_INVALID',
        'PHONE_INVALID',
        'BAD_CREDENTIALS',
        'ACCOUNT_LOCKED',
        'PASSWORD_CHANGE_REQUIRED',
        'CHALLENGE_REQUIRED',
      ],
    },
    sms: {
      method: 'POST',
      path: '/v1/phone-recoveries/{id}/sms',
      access: 'public',
      summary: 'Send a code to the new number',
      body: v.optional(v.object({ challenge })),
      answers: { 202: codeSent },
      errors: ['SMS_TOO_FREQUENT', 'CHALLENGE_REQUIRED'],
    },
    face: {
      method: 'POST',
      path: '/v1/phone-recoveries/{id}/face',
      access: 'public',
      summary: 'Start a face check, for a number of somebody else or where the stage wants one',
      answers: { 201: scan },
    },
    complete: {
      method: 'POST',
      path: '/v1/phone-recoveries/{id}/complete',
      access: 'public',
      summary: 'Make the new number the default one; the old numbers are told',
      body: v.object({ smsCode, faceTicket: v.optional(handle), takeover: v.optional(v.boolean()) }),
      answers: { 204: null },
      errors: ['SMS_CODE_WRONG', 'PHONE_TAKEN', 'FACE_REQUIRED', 'TOO_MANY_PHONES', 'ACCOUNT_LOCKED'],
    },
  },
});
