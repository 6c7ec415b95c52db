import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import {
  challenge,
  cursor,
  movedAuthorization,
  permissionList,
  personEntries,
  role,
  seenRevision,
  time,
  validUntil,
} from '#contract/schemas.ts';
import { permissions, relationLists, shownStates } from '#domain/companies/relations.ts';

/** One authorization as the company sees it. */
const staffMember = v.object({
  authorizationId: v.string(),
  /** All three are masked (DOC-4); they show the person who decides whom the relation is about (REL-11). */
  name: v.string(),
  documentNumber: v.string(),
  phone: v.optional(v.string()),
  role,
  state: v.picklist(shownStates),
  direction: v.picklist(['invited', 'applied']),
  permissions: v.array(v.picklist(permissions)),
  validUntil: v.optional(v.string()),
  updatedAt: time,
  /** The client sends this revision with a decision (REL-11). */
  revision: v.string(),
});
const managers = ['SESSION_ENDED', 'CHANNEL_NOT_ALLOWED', 'ROLE_NOT_ALLOWED', 'RELATION_NOT_FOUND'] as const;
const changing = [...managers, 'COMPANY_NOT_CONFIRMED', 'FRESH_FACTOR_REQUIRED', 'FACE_REQUIRED'] as const;

export const staff = flow({
  name: 'staff',
  summary:
    '人员权限管理: legal representative and finance head manage the people of the company (REL-5 to REL-8).',
  tables: {
    Users: ['GetItem', 'BatchGetItem'],
    Relationships: ['GetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
    'Relationships/byCompany': ['Query'],
    Taxpayers: ['GetItem', 'ConditionCheckItem'],
    SmsWindows: ['UpdateItem'],
    Tickets: ['PutItem', 'UpdateItem', 'ConditionCheckItem'],
    Audit: ['PutItem'],
  },
  secrets: ['root', 'handles', 'sealing', 'signing', 'providers'],
  gateways: ['sms'],
  routes: {
    list: {
      method: 'GET',
      path: '/v1/enterprise/staff',
      access: 'session',
      summary: '现有办税人员, 待确认 or 历史, in pages',
      query: v.object({ state: v.optional(v.picklist(relationLists), 'active'), cursor }),
      answers: { 200: v.object({ staff: v.array(staffMember), cursor: v.optional(v.string()) }) },
      errors: [...managers],
    },
    invite: {
      method: 'POST',
      path: '/v1/enterprise/staff',
      access: 'session',
      managing: true,
      summary: '添加办税人员: active once the person confirms (REL-5)',
      body: v.object({
        ...personEntries,
        role,
        permissions: v.optional(permissionList),
        validUntil,
        challenge,
      }),
      answers: { 201: v.object({ authorizationId: v.string() }) },
      errors: [
        ...changing,
        'DOCUMENT_INVALID',
        'PERSON_NOT_REGISTERED',
        'PERSON_MISMATCH',
        'CHALLENGE_REQUIRED',
        'RELATION_EXISTS',
      ],
    },
    adjust: {
      method: 'PATCH',
      path: '/v1/enterprise/staff/{authorizationId}',
      access: 'session',
      managing: true,
      summary: 'Narrow or widen permissions, change the last day (REL-8)',
      body: v.object({ permissions: v.optional(permissionList), validUntil, ...seenRevision }),
      answers: {
        200: v.object({
          ...movedAuthorization.entries,
          permissions: v.array(v.picklist(permissions)),
          validUntil: v.optional(v.string()),
        }),
      },
      errors: [...changing],
    },
    dismiss: {
      method: 'DELETE',
      path: '/v1/enterprise/staff/{authorizationId}',
      access: 'session',
      managing: true,
      summary: 'End an active relation at once (REL-7)',
      query: v.object(seenRevision),
      answers: { 204: null },
      errors: [...changing],
    },
    confirm: {
      method: 'POST',
      path: '/v1/enterprise/staff/{authorizationId}/confirm',
      access: 'session',
      managing: true,
      summary: 'Take an applicant (REL-6)',
      body: v.optional(v.object(seenRevision), {}),
      answers: { 200: movedAuthorization },
      errors: [...changing],
    },
    reject: {
      method: 'POST',
      path: '/v1/enterprise/staff/{authorizationId}/reject',
      access: 'session',
      managing: true,
      summary: 'Refuse an applicant (REL-6)',
      body: v.optional(v.object(seenRevision), {}),
      answers: { 200: movedAuthorization },
      errors: [...changing],
    },
    withdraw: {
      method: 'POST',
      path: '/v1/enterprise/staff/{authorizationId}/withdraw',
      access: 'session',
      managing: true,
      summary: 'Take an invitation back',
      body: v.optional(v.object(seenRevision), {}),
      answers: { 200: movedAuthorization },
      errors: [...changing],
    },
    hide: {
      method: 'POST',
      path: '/v1/enterprise/staff/{authorizationId}/hide',
      access: 'session',
      managing: true,
      summary: '清除记录: hide what has ended from the company’s list (CTR-3)',
      answers: { 200: movedAuthorization },
      errors: [...changing],
    },
  },
});
