import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { agreement, agreementRevision, cursor, movedAgreement } from '#contract/schemas.ts';

const managers = ['SESSION_ENDED', 'ROLE_NOT_ALLOWED', 'RELATION_NOT_FOUND'] as const;
const changing = [
  ...managers,
  'CHANNEL_NOT_ALLOWED',
  'COMPANY_NOT_CONFIRMED',
  'FRESH_FACTOR_REQUIRED',
  'FACE_REQUIRED',
] as const;

export const clientAgreements = flow({
  name: 'client-agreements',
  summary: 'A client’s side of agreements with agencies: see, agree, refuse, end (AGY-4).',
  tables: {
    Users: ['BatchGetItem'],
    Taxpayers: ['GetItem', 'BatchGetItem', 'ConditionCheckItem'],
    Relationships: ['UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
    Agreements: ['GetItem', 'UpdateItem'],
    'Agreements/byClient': ['Query'],
    Audit: ['PutItem'],
  },
  secrets: ['handles', 'sealing', 'signing'],
  timeoutSeconds: 25,
  routes: {
    list: {
      method: 'GET',
      path: '/v1/enterprise/agreements',
      access: 'session',
      summary: 'The agreements of the session’s company with agencies, in pages',
      query: v.object({ cursor }),
      answers: { 200: v.object({ agreements: v.array(agreement), cursor: v.optional(v.string()) }) },
      errors: [...managers],
    },
    confirm: {
      method: 'POST',
      path: '/v1/enterprise/agreements/{id}/confirm',
      access: 'session',
      managing: true,
      summary: 'Agree to what waits: a new agreement, or other terms of one that holds',
      body: v.optional(v.object(agreementRevision), {}),
      answers: { 200: movedAgreement },
      errors: [...changing],
    },
    reject: {
      method: 'POST',
      path: '/v1/enterprise/agreements/{id}/reject',
      access: 'session',
      managing: true,
      summary: 'Refuse what waits; what holds stays',
      body: v.optional(v.object(agreementRevision), {}),
      answers: { 200: movedAgreement },
      errors: [...changing],
    },
    terminate: {
      method: 'POST',
      path: '/v1/enterprise/agreements/{id}/terminate',
      access: 'session',
      managing: true,
      summary: 'End an agreement; at once',
      body: v.optional(v.object(agreementRevision), {}),
      answers: { 200: movedAgreement },
      errors: [...changing],
    },
  },
});
