import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { scan, scanState } from '#contract/schemas.ts';
import { nonceForm } from '#domain/factors/matters.ts';

const word = v.pipe(v.string(), v.minLength(1), v.maxLength(64));

export const stepUp = flow({
  name: 'step-up',
  summary: 'A face proof for a matter of risk, for another tax system to check (STP-1, STP-2).',
  tables: {
    Users: ['GetItem', 'ConditionCheckItem'],
    Sessions: ['GetItem'],
    Tickets: ['GetItem', 'PutItem'],
    /** Needed for the number of a company, if it is personal data and the audience may have it (STP-4). */
    Taxpayers: ['GetItem'],
    Audit: ['PutItem'],
  },
  secrets: ['handles', 'sealing', 'signing'],
  routes: {
    start: {
      method: 'POST',
      path: '/v1/step-ups',
      access: 'session',
      summary: 'The proof at once where a recent face check serves, else a code to scan',
      body: v.object({
        matter: word,
        audience: word,
        /** Returned in the proof, so that the caller can match the proof to its request. */
        nonce: v.optional(v.pipe(v.string(), v.regex(nonceForm))),
      }),
      answers: {
        200: v.object({ satisfied: v.literal(true), proof: v.string() }),
        201: v.object({ stepUpId: v.string(), scan }),
      },
      errors: ['MATTER_UNKNOWN', 'ROLE_NOT_ALLOWED'],
    },
    show: {
      method: 'GET',
      path: '/v1/step-ups/{id}',
      access: 'session',
      summary: 'How the scan stands; the proof once it has passed',
      answers: { 200: v.object({ state: scanState, proof: v.optional(v.string()) }) },
      errors: ['ROLE_NOT_ALLOWED'],
    },
  },
});
