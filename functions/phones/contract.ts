import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { challenge, codeSent, handle, ownPhone, phone, smsCode } from '#contract/schemas.ts';

export const phones = flow({
  name: 'phones',
  summary: '手机号码修改: list, add, take over, choose the default, delete (PHN-1 … PHN-3, PHN-5).',
  tables: {
    Users: ['GetItem', 'UpdateItem'],
    Phones: ['GetItem', 'BatchGetItem', 'UpdateItem', 'ConditionCheckItem'],
    SmsWindows: ['BatchGetItem', 'UpdateItem'],
    Lockouts: ['UpdateItem', 'ConditionCheckItem'],
    Sessions: ['GetItem', 'ConditionCheckItem'],
    Tickets: ['GetItem', 'PutItem', 'UpdateItem'],
    Audit: ['PutItem'],
  },
  secrets: ['root', 'sealing', 'signing', 'providers'],
  gateways: ['sms'],
  routes: {
    list: {
      method: 'GET',
      path: '/v1/account/phones',
      access: 'session',
      summary: 'The own numbers, masked',
      answers: { 200: v.object({ phones: v.array(ownPhone) }) },
      errors: ['SESSION_ENDED'],
    },
    sms: {
      method: 'POST',
      path: '/v1/account/phones/sms',
      access: 'session',
      summary: 'Send a code to the number to be added',
      body: v.object({ phone, challenge }),
      answers: { 202: codeSent },
      errors: [
        'SESSION_ENDED',
        'FRESH_FACTOR_REQUIRED',
        'PHONE_INVALID',
        'TOO_MANY_PHONES',
        'SMS_TOO_FREQUENT',
        'CHALLENGE_REQUIRED',
      ],
    },
    add: {
      method: 'POST',
      path: '/v1/account/phones',
      access: 'session',
      summary: 'Add the number; one of somebody else is taken over with a face proof (PHN-3)',
      body: v.object({
        phone,
        smsCode,
        makeDefault: v.optional(v.boolean()),
        takeover: v.optional(v.boolean()),
        faceTicket: v.optional(handle),
      }),
      answers: { 201: ownPhone },
      errors: [
        'SESSION_ENDED',
        'FRESH_FACTOR_REQUIRED',
        'PHONE_INVALID',
        'SMS_CODE_WRONG',
        'PHONE_TAKEN',
        'FACE_REQUIRED',
        'TOO_MANY_PHONES',
      ],
    },
    makeDefault: {
      method: 'PUT',
      path: '/v1/account/phones/{phoneId}/default',
      access: 'session',
      summary: 'Make it the default number',
      answers: { 204: null },
      errors: ['SESSION_ENDED', 'FRESH_FACTOR_REQUIRED'],
    },
    remove: {
      method: 'DELETE',
      path: '/v1/account/phones/{phoneId}',
      access: 'session',
      summary: 'Delete the number, unless it is the default',
      answers: { 204: null },
      errors: ['SESSION_ENDED', 'FRESH_FACTOR_REQUIRED', 'DEFAULT_PHONE'],
    },
  },
});
