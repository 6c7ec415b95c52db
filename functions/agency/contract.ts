import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import {
  agreement,
  agreementRevision,
  challenge,
  cursor,
  formAgent,
  movedAgreement,
  personEntries,
  taxpayerId,
} from '#contract/schemas.ts';
import { serviceItems } from '#domain/agencies/agreements.ts';

/** A person by name and document, or by their handle on the staff form. */
const agent = v.union([
  v.object({ agentId: v.pipe(v.string(), v.minLength(1), v.maxLength(64)) }),
  v.object(personEntries),
]);
const agreementAgents = v.pipe(v.array(agent), v.minLength(1), v.maxLength(500));
const items = v.pipe(v.array(v.picklist(serviceItems)), v.minLength(1), v.maxLength(serviceItems.length));
const day = v.pipe(v.string(), v.minLength(1), v.maxLength(10));

/**
 * Grows with every change of the form; 0 while there is none. A change names the revision that it is based on, so that
 * no other change is lost.
 */
const revision = v.pipe(v.number(), v.integer(), v.minValue(0));
const staffForm = v.object({
  agents: v.array(v.object({ ...formAgent.entries, phone: v.optional(v.string()) })),
  revision: v.optional(revision),
});

const staffErrors = ['SESSION_ENDED', 'ROLE_NOT_ALLOWED', 'RELATION_NOT_FOUND'] as const;
const changing = [...staffErrors, 'CHANNEL_NOT_ALLOWED', 'FRESH_FACTOR_REQUIRED', 'FACE_REQUIRED'] as const;
const naming = ['DOCUMENT_INVALID', 'PERSON_MISMATCH', 'AGENT_NOT_LISTED'] as const;

export const agency = flow({
  name: 'agency',
  summary: 'An agency’s staff form and its agreements with clients (AGY-1, AGY-4).',
  tables: {
    Users: ['BatchGetItem', 'UpdateItem'],
    Taxpayers: ['GetItem', 'BatchGetItem', 'ConditionCheckItem'],
    Relationships: ['BatchGetItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
    Agencies: [
      'GetItem',
      'BatchGetItem',
      'Query',
      'PutItem',
      'UpdateItem',
      'DeleteItem',
      'ConditionCheckItem',
    ],
    Agreements: ['GetItem', 'UpdateItem'],
    'Agreements/byAgency': ['Query'],
    Tickets: ['PutItem', 'UpdateItem', 'ConditionCheckItem'],
    Audit: ['PutItem'],
  },
  secrets: ['root', 'handles', 'sealing', 'signing'],
  memoryMb: 1024,
  timeoutSeconds: 25,
  routes: {
    staff: {
      method: 'GET',
      path: '/v1/agency/staff',
      access: 'session',
      summary: 'The staff form that holds',
      answers: { 200: staffForm },
      errors: [...staffErrors],
    },
    changeStaff: {
      method: 'PUT',
      path: '/v1/agency/staff',
      access: 'session',
      managing: true,
      summary: 'Another staff form, whole, in the place of the one before; holds at once',
      bodyLimitKiB: 256,
      body: v.object({
        agents: v.pipe(v.array(agent), v.maxLength(5000)),
        revision: v.optional(revision),
        challenge,
      }),
      answers: { 200: staffForm },
      errors: [...changing, ...naming, 'STATE_CONFLICT', 'CHALLENGE_REQUIRED'],
    },
    agreements: {
      method: 'GET',
      path: '/v1/agency/agreements',
      access: 'session',
      summary: 'The agency’s agreements, in pages',
      query: v.object({ cursor }),
      answers: { 200: v.object({ agreements: v.array(agreement), cursor: v.optional(v.string()) }) },
      errors: [...staffErrors],
    },
    enter: {
      method: 'POST',
      path: '/v1/agency/agreements',
      access: 'session',
      managing: true,
      summary: 'Enter an agreement: it waits for the client',
      bodyLimitKiB: 64,
      body: v.object({
        clientId: taxpayerId,
        agents: agreementAgents,
        items,
        from: day,
        until: day,
        challenge,
      }),
      answers: { 201: movedAgreement },
      errors: [
        ...changing,
        ...naming,
        'AGENT_IS_STAFF',
        'TAXPAYER_NOT_FOUND',
        'COMPANY_NOT_CONFIRMED',
        'CHALLENGE_REQUIRED',
      ],
    },
    change: {
      method: 'PATCH',
      path: '/v1/agency/agreements/{id}',
      access: 'session',
      managing: true,
      summary:
        'Other terms: at once where nobody gets more, otherwise they wait for the client beside those that hold',
      bodyLimitKiB: 64,
      body: v.object({
        agents: v.optional(agreementAgents),
        items: v.optional(items),
        from: v.optional(day),
        until: v.optional(day),
        challenge,
        ...agreementRevision,
      }),
      answers: { 200: v.object({ ...movedAgreement.entries, waits: v.boolean() }) },
      errors: [...changing, ...naming, 'AGENT_IS_STAFF', 'CHALLENGE_REQUIRED'],
    },
    terminate: {
      method: 'POST',
      path: '/v1/agency/agreements/{id}/terminate',
      access: 'session',
      managing: true,
      summary: 'End an agreement, or take one back that waits; at once',
      body: v.optional(v.object(agreementRevision), {}),
      answers: { 200: movedAgreement },
      errors: [...changing],
    },
  },
});
