import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { notice, role, time } from '#contract/schemas.ts';

export const channelScan = flow({
  name: 'channel-scan',
  summary: 'The phone scans a code and confirms it or runs the face check (QR, FACE, STP, CHN-1).',
  tables: {
    Users: ['GetItem', 'UpdateItem'],
    Lockouts: ['UpdateItem'],
    Relationships: ['GetItem', 'BatchGetItem', 'Query'],
    Taxpayers: ['GetItem', 'BatchGetItem'],
    Agencies: ['BatchGetItem'],
    Agreements: ['BatchGetItem'],
    Sessions: ['UpdateItem'],
    Tickets: ['GetItem', 'PutItem', 'UpdateItem'],
    Audit: ['PutItem'],
  },
  secrets: ['root', 'sealing', 'providers'],
  gateways: ['face'],
  routes: {
    scan: {
      method: 'POST',
      path: '/v1/channel/scans',
      access: 'channel',
      summary: 'What the scanned code is for',
      body: v.object({ qrContent: v.pipe(v.string(), v.minLength(1), v.maxLength(512)) }),
      answers: {
        200: v.object({
          ticket: v.string(),
          purpose: v.picklist(['login', 'face', 'step-up', 'register', 'reset', 'verification']),
          requires: v.picklist(['confirm', 'face']),
          origin: v.object({ account: v.string(), browser: v.string(), place: v.string(), at: time }),
        }),
      },
      errors: [
        'ASSERTION_INVALID',
        'CHANNEL_NOT_ALLOWED',
        'FACE_MISMATCH',
        'NOT_FOUND',
        'EXPIRED',
        'USER_NOT_REGISTERED',
      ],
    },
    confirm: {
      method: 'POST',
      path: '/v1/channel/scans/{ticket}/confirm',
      access: 'channel',
      summary: 'The person agrees; the page takes over the identity',
      body: v.optional(
        v.object({
          /** As in the assertion: the company that the person works for on the phone, or the natural person. */
          identity: v.optional(
            v.union(
              [
                v.object({ kind: v.literal('natural') }),
                v.object({
                  kind: v.optional(v.literal('enterprise')),
                  taxpayerId: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
                  role,
                }),
              ],
              'natural, or a company and role',
            ),
          ),
        }),
      ),
      answers: { 204: null },
      errors: [
        'ACCOUNT_SUSPENDED',
        'ASSERTION_INVALID',
        'CHANNEL_NOT_ALLOWED',
        'USER_NOT_REGISTERED',
        'RELATION_NOT_FOUND',
        'COMPANY_NOT_CONFIRMED',
        'USE_SPECIAL_ENTRY',
      ],
    },
    cancel: {
      method: 'POST',
      path: '/v1/channel/scans/{ticket}/cancel',
      access: 'channel',
      summary: 'The person refuses; the code is over',
      answers: { 204: null },
      errors: ['ASSERTION_INVALID', 'CHANNEL_NOT_ALLOWED', 'FACE_MISMATCH'],
    },
    face: {
      method: 'POST',
      path: '/v1/channel/scans/{ticket}/face',
      access: 'channel',
      summary: 'Start the face kit',
      answers: { 200: v.object({ provider: v.string(), token: v.string() }) },
      errors: ['ASSERTION_INVALID', 'CHANNEL_NOT_ALLOWED', 'FACE_MISMATCH'],
    },
    faceResult: {
      method: 'POST',
      path: '/v1/channel/scans/{ticket}/face-result',
      access: 'channel',
      summary: "The face kit is done; the provider's own result is fetched",
      body: v.object({ token: v.pipe(v.string(), v.minLength(1), v.maxLength(512)) }),
      answers: {
        200: v.object({ passed: v.boolean(), remainingAttempts: v.number(), advice: v.optional(notice) }),
      },
      errors: [
        'ACCOUNT_SUSPENDED',
        'ASSERTION_INVALID',
        'CHANNEL_NOT_ALLOWED',
        'FACE_MISMATCH',
        'ACCOUNT_LOCKED',
      ],
    },
  },
});
