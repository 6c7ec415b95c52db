import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { time } from '#contract/schemas.ts';

export const channelScan = flow({
  name: 'channel-scan',
  summary: 'The phone app scans a code and runs the face check (FACE-1, CHN-1).',
  tables: {
    Lockouts: ['UpdateItem'],
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
      answers: { 200: v.object({ passed: v.boolean(), remainingAttempts: v.number() }) },
      errors: ['ASSERTION_INVALID', 'CHANNEL_NOT_ALLOWED', 'FACE_MISMATCH', 'ACCOUNT_LOCKED'],
    },
  },
});
