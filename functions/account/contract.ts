import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { cursor, documentType, handle, ownPhone, password, scan, time, username } from '#contract/schemas.ts';

const exactlyOneProof = <T extends { oldPassword?: string | undefined; faceTicket?: string | undefined }>(
  input: T,
): boolean => (input.oldPassword === undefined) !== (input.faceTicket === undefined);

export const account = flow({
  name: 'account',
  summary: '账户中心: profile, username, password, real-name level, own security history (CTR-1, SES-4).',
  tables: {
    Users: ['GetItem', 'PutItem', 'UpdateItem'],
    Lockouts: ['UpdateItem'],
    Sessions: ['GetItem', 'UpdateItem', 'ConditionCheckItem'],
    Tickets: ['GetItem', 'PutItem', 'UpdateItem'],
    Audit: ['PutItem', 'Query'],
  },
  secrets: ['root', 'sealing', 'signing', 'providers'],
  gateways: ['sms'],
  hashesPasswords: true,
  memoryMb: 1024,
  routes: {
    show: {
      method: 'GET',
      path: '/v1/account',
      access: 'session',
      summary: 'The own account, masked (DOC-4)',
      answers: {
        200: v.object({
          name: v.string(),
          documentType,
          documentNumber: v.string(),
          username: v.nullable(v.string()),
          usernameChangeableFrom: v.nullable(time),
          phones: v.array(ownPhone),
          realNameLevel: v.number(),
          registeredAt: time,
          consents: v.array(
            v.object({ kind: v.picklist(['privacy', 'face']), version: v.string(), at: time }),
          ),
        }),
      },
      errors: ['SESSION_ENDED'],
    },
    username: {
      method: 'PUT',
      path: '/v1/account/username',
      access: 'session',
      summary: 'Set the username, or change it once a calendar year (USR-1)',
      body: v.object({ username }),
      answers: {
        200: v.object({ username: v.string(), usernameChangeableFrom: v.nullable(time) }),
      },
      errors: [
        'SESSION_ENDED',
        'FRESH_FACTOR_REQUIRED',
        'USERNAME_INVALID',
        'USERNAME_TAKEN',
        'USERNAME_CHANGED_THIS_YEAR',
      ],
    },
    password: {
      method: 'PUT',
      path: '/v1/account/password',
      access: 'session',
      evenWithInitialPassword: true,
      summary:
        'Change the password by the old one or by a face proof; ends the other sessions (PWD-1, PWD-3)',
      body: v.pipe(
        v.object({
          oldPassword: v.optional(password),
          faceTicket: v.optional(handle),
          newPassword: password,
        }),
        v.check(exactlyOneProof, 'exactly one of oldPassword and faceTicket'),
      ),
      answers: { 204: null },
      errors: [
        'SESSION_ENDED',
        'BAD_CREDENTIALS',
        'ACCOUNT_LOCKED',
        'PASSWORD_WEAK',
        'FACE_REQUIRED',
        'FRESH_FACTOR_REQUIRED',
      ],
    },
    face: {
      method: 'POST',
      path: '/v1/account/face',
      access: 'session',
      summary:
        'Start a face check: level 4 when passed (LVL-2), and a proof for one call in this session (SES-5)',
      body: v.optional(
        v.object({
          /**
           * The call that the check is for; absent means any of these three. `level`: only raises the level and proves
           * nothing.
           */
          for: v.optional(v.picklist(['password', 'phone', 'deregistration', 'level'])),
        }),
        {},
      ),
      answers: { 201: scan },
      errors: ['SESSION_ENDED'],
    },
    activity: {
      method: 'GET',
      path: '/v1/account/activity',
      access: 'session',
      summary: 'The own security history, newest first (SES-4, AUD-1)',
      query: v.object({ cursor }),
      answers: {
        200: v.object({
          events: v.array(
            v.object({
              at: time,
              kind: v.string(),
              outcome: v.picklist(['success', 'failure']),
              channel: v.string(),
              address: v.string(),
              detail: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
            }),
          ),
          cursor: v.optional(v.string()),
        }),
      },
      errors: ['SESSION_ENDED'],
    },
  },
});
