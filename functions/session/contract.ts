import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import {
  channel,
  codeSent,
  exactlyOneFactor,
  factorEntries,
  handle,
  scan,
  session as sessionAnswer,
  time,
} from '#contract/schemas.ts';

export const session = flow({
  name: 'session',
  summary: 'The sessions of the person: refresh, look, log out, end others, pass a fresh factor (SES).',
  tables: {
    Users: ['GetItem', 'UpdateItem'],
    SmsWindows: ['GetItem', 'UpdateItem'],
    Lockouts: ['UpdateItem', 'ConditionCheckItem'],
    Sessions: ['GetItem', 'BatchGetItem', 'UpdateItem'],
    Tickets: ['GetItem', 'PutItem', 'UpdateItem'],
    Audit: ['PutItem'],
  },
  secrets: ['root', 'sealing', 'signing', 'providers'],
  gateways: ['sms'],
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
      evenIfLost: true,
      summary: 'The session as it stands',
      answers: { 200: v.object({ session: v.omit(sessionAnswer, ['accessToken', 'expiresIn']) }) },
      errors: ['SESSION_ENDED'],
    },
    logout: {
      method: 'DELETE',
      path: '/v1/session',
      access: 'session',
      evenIfLost: true,
      summary: '退出: ends the session at once',
      answers: { 204: null },
      errors: ['SESSION_ENDED'],
    },
    list: {
      method: 'GET',
      path: '/v1/sessions',
      access: 'session',
      summary: 'The own web sessions (SES-4)',
      answers: {
        200: v.object({
          sessions: v.array(
            v.object({
              sessionId: handle,
              channel,
              startedAt: time,
              lastSeenAt: time,
              current: v.boolean(),
              browser: v.string(),
              address: v.string(),
            }),
          ),
        }),
      },
      errors: ['SESSION_ENDED'],
    },
    end: {
      method: 'DELETE',
      path: '/v1/sessions/{id}',
      access: 'session',
      summary: 'Ends one of the own sessions',
      answers: { 204: null },
      errors: ['SESSION_ENDED'],
    },
    factorSms: {
      method: 'POST',
      path: '/v1/session/factor/sms',
      access: 'session',
      summary: 'Send a code for a fresh factor (SES-5)',
      answers: { 202: codeSent },
      errors: ['SESSION_ENDED', 'SMS_TOO_FREQUENT', 'PHONE_EMPTY', 'FACE_REQUIRED'],
    },
    factorFace: {
      method: 'POST',
      path: '/v1/session/factor/face',
      access: 'session',
      summary: 'Start a face check for a fresh factor',
      answers: { 201: scan },
      errors: ['SESSION_ENDED'],
    },
    factor: {
      method: 'POST',
      path: '/v1/session/factor',
      access: 'session',
      summary: 'Pass the factor: fresh for ten minutes',
      body: v.pipe(
        v.object(factorEntries),
        v.check(exactlyOneFactor, 'exactly one of smsCode and faceTicket'),
      ),
      answers: { 204: null },
      errors: ['SESSION_ENDED', 'SMS_CODE_WRONG', 'FACE_REQUIRED'],
    },
  },
});
