import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import {
  cursor,
  movedAuthorization,
  role,
  seenRevision,
  taxpayerId,
  time,
  validUntil,
} from '#contract/schemas.ts';
import { permissions, relationLists, shownStates } from '#domain/companies/relations.ts';

/** One authorization as the person sees it (CTR-3). */
export const authorization = v.object({
  authorizationId: v.string(),
  taxpayerId: v.string(),
  taxpayerName: v.string(),
  role,
  state: v.picklist(shownStates),
  direction: v.picklist(['invited', 'applied']),
  permissions: v.array(v.picklist(permissions)),
  validUntil: v.optional(v.string()),
  refusable: v.boolean(),
  updatedAt: time,
  /** The client sends this revision with the person's decision (REL-11). */
  revision: v.string(),
});

export const authorizations = flow({
  name: 'authorizations',
  summary: '企业授权管理: the companies of the person (CTR-3, REL-5 to REL-7).',
  tables: {
    Sessions: ['GetItem'],
    Relationships: ['GetItem', 'PutItem', 'UpdateItem'],
    'Relationships/byPerson': ['Query'],
    'Taxpayers/copiesDue': ['Query'],
    Taxpayers: ['GetItem', 'UpdateItem', 'ConditionCheckItem'],
    Tickets: ['UpdateItem'],
    Audit: ['PutItem'],
  },
  secrets: ['root', 'sealing', 'signing'],
  routes: {
    list: {
      method: 'GET',
      path: '/v1/authorizations',
      access: 'session',
      summary: '已授权, 待确认 or 历史, in pages',
      query: v.object({ state: v.optional(v.picklist(relationLists), 'active'), cursor }),
      answers: {
        200: v.object({ authorizations: v.array(authorization), cursor: v.optional(v.string()) }),
      },
      errors: ['SESSION_ENDED'],
    },
    preview: {
      method: 'POST',
      path: '/v1/authorizations/preview',
      access: 'session',
      summary: 'The name of a company before applying to it, 20 a person and day (REL-11)',
      body: v.object({ taxpayerId }),
      answers: { 200: v.object({ taxpayerName: v.string() }) },
      errors: ['SESSION_ENDED', 'CHANNEL_NOT_ALLOWED', 'TAXPAYER_NOT_FOUND', 'COMPANY_NOT_CONFIRMED'],
    },
    apply: {
      method: 'POST',
      path: '/v1/authorizations',
      access: 'session',
      summary: 'Apply to a company, whose legal representative or finance head decides (REL-6)',
      body: v.object({ taxpayerId, role, validUntil }),
      answers: { 201: v.object({ authorizationId: v.string() }) },
      errors: [
        'SESSION_ENDED',
        'CHANNEL_NOT_ALLOWED',
        'ROLE_NOT_ALLOWED',
        'TAXPAYER_NOT_FOUND',
        'COMPANY_NOT_CONFIRMED',
        'RELATION_EXISTS',
      ],
    },
    confirm: {
      method: 'POST',
      path: '/v1/authorizations/{authorizationId}/confirm',
      access: 'session',
      managing: true,
      summary: 'Accept what a company or the registry offers, as natural person (REL-5)',
      body: v.optional(v.object(seenRevision), {}),
      answers: { 200: movedAuthorization },
      errors: [
        'SESSION_ENDED',
        'CHANNEL_NOT_ALLOWED',
        'ROLE_NOT_ALLOWED',
        'FRESH_FACTOR_REQUIRED',
        'FACE_REQUIRED',
      ],
    },
    reject: {
      method: 'POST',
      path: '/v1/authorizations/{authorizationId}/reject',
      access: 'session',
      summary: 'Refuse it; a finance head cannot (REL-3)',
      body: v.optional(v.object(seenRevision), {}),
      answers: { 200: movedAuthorization },
      errors: ['SESSION_ENDED', 'CHANNEL_NOT_ALLOWED', 'ROLE_NOT_ALLOWED', 'REFUSAL_NOT_ALLOWED'],
    },
    withdraw: {
      method: 'POST',
      path: '/v1/authorizations/{authorizationId}/withdraw',
      access: 'session',
      summary: 'Take the own application back (REL-6)',
      body: v.optional(v.object(seenRevision), {}),
      answers: { 200: movedAuthorization },
      errors: ['SESSION_ENDED', 'CHANNEL_NOT_ALLOWED'],
    },
    hide: {
      method: 'POST',
      path: '/v1/authorizations/{authorizationId}/hide',
      access: 'session',
      summary: '清除记录: hide what has ended from the own list (CTR-3)',
      answers: { 200: movedAuthorization },
      errors: ['SESSION_ENDED', 'CHANNEL_NOT_ALLOWED'],
    },
    leave: {
      method: 'DELETE',
      path: '/v1/authorizations/{authorizationId}',
      access: 'session',
      summary: 'End an active relation at once (REL-7)',
      query: v.object(seenRevision),
      answers: { 204: null },
      errors: ['SESSION_ENDED', 'CHANNEL_NOT_ALLOWED', 'ROLE_NOT_ALLOWED'],
    },
  },
});
