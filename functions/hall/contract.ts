import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { orderEntries, person, phone, role, taxpayerId, validUntil } from '#contract/schemas.ts';

const counters = ['ASSERTION_INVALID', 'CHANNEL_NOT_ALLOWED'] as const;

export const hall = flow({
  name: 'hall',
  summary:
    'Work at the hall counter: collections, relations, confirmations, orders; the audit keeps officer and office (CHN-1).',
  tables: {
    Users: ['GetItem', 'UpdateItem'],
    Phones: ['UpdateItem'],
    Sessions: ['UpdateItem'],
    Relationships: ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
    Taxpayers: ['GetItem', 'UpdateItem', 'ConditionCheckItem'],
    SmsWindows: ['UpdateItem'],
    Tickets: ['GetItem', 'PutItem', 'UpdateItem'],
    Audit: ['PutItem'],
  },
  secrets: ['root', 'sealing', 'providers'],
  gateways: ['sms'],
  routes: {
    collect: {
      method: 'POST',
      path: '/v1/hall/collections',
      access: 'channel',
      summary:
        'The person, the document and the phone were seen; a name changed by law with `formerName` (REG-2, LVL-1, DOC-5)',
      body: v.object({ person, phone, formerName: v.optional(person.entries.name) }),
      answers: { 201: v.object({ realNameLevel: v.number() }) },
      errors: [...counters, 'DOCUMENT_INVALID', 'PHONE_INVALID', 'PERSON_MISMATCH'],
    },
    relate: {
      method: 'POST',
      path: '/v1/hall/relations',
      access: 'channel',
      summary: 'Enter a finance head, tax handler or invoice clerk (ENT-3)',
      body: v.object({ taxpayerId, person, role, validUntil }),
      answers: { 201: v.object({ authorizationId: v.string() }) },
      errors: [
        ...counters,
        'ROLE_NOT_ALLOWED',
        'DOCUMENT_INVALID',
        'TAXPAYER_NOT_FOUND',
        'PERSON_MISMATCH',
        'RELATION_EXISTS',
      ],
    },
    remove: {
      method: 'DELETE',
      path: '/v1/hall/relations/{authorizationId}',
      access: 'channel',
      summary: 'End a tax handler’s or invoice clerk’s relation',
      answers: { 204: null },
      errors: [...counters, 'ROLE_NOT_ALLOWED'],
    },
    order: {
      method: 'POST',
      path: '/v1/hall/orders',
      access: 'channel',
      summary:
        'Suspend or resume an account, end its sessions, take it off its phones; suspending and emptying name a second officer (ORD-1)',
      body: v.object(orderEntries),
      answers: { 204: null },
      errors: [...counters, 'DOCUMENT_INVALID', 'PERSON_MISMATCH'],
    },
    confirm: {
      method: 'POST',
      path: '/v1/hall/confirmations',
      access: 'channel',
      summary: 'Confirm a waiting company (ENT-2)',
      body: v.object({ taxpayerId }),
      answers: { 200: v.object({ taxpayerId: v.string(), taxpayerName: v.string() }) },
      errors: [...counters, 'TAXPAYER_NOT_FOUND'],
    },
  },
});
