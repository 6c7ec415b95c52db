import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { channel, identity, role, scan, time } from '#contract/schemas.ts';
import { companySubjects } from '#domain/companies/taxpayers.ts';
import { identityKinds } from '#domain/sso/relying-parties.ts';

/** What the page shows before the person decides (SSO-13). */
const client = v.object({ clientId: v.string(), name: v.object({ zh: v.string(), en: v.string() }) });
const asked = v.object({
  client,
  identity,
  /** Whether the system accepts this identity; if not, the person chooses another one from `/v1/session/identities`. */
  accepted: v.boolean(),
  /** The system wants the person to choose an identity. */
  choose: v.boolean(),
  accepts: v.object({
    kinds: v.array(v.picklist(identityKinds)),
    roles: v.optional(v.array(role)),
    subjects: v.optional(v.array(v.picklist(companySubjects))),
  }),
  /** What the system will get. */
  gets: v.array(v.picklist(['pseudonym', 'level', 'name', 'company', 'permissions', 'document'])),
  permissions: v.array(v.string()),
  /** The matter of risk that the system asks about, and whether this identity may do it (STP-4). */
  matter: v.optional(v.object({ code: v.string(), zh: v.string(), allowed: v.boolean() })),
  expiresAt: time,
});
const redirect = v.object({ redirectTo: v.string() });
/** A face check is needed for the system's matter, with one of these phone apps; then the page asks again (SSO-9). */
const stepUpWanted = v.object({
  stepUp: v.object({
    matter: v.object({ code: v.string(), zh: v.string() }),
    channels: v.array(channel),
  }),
});
/**
 * The address for the browser; or, if the hand-over should be silent and cannot be, what the page shows or does first.
 */
const approved = v.union([redirect, v.object({ asked }), stepUpWanted]);
const choiceId = v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(512)));

/** Refusals of a hand-over, with the current or with the chosen identity. */
const decisionErrors = [
  'SESSION_ENDED',
  'IDENTITY_NOT_ACCEPTED',
  'LEVEL_TOO_LOW',
  'REAUTHENTICATION_REQUIRED',
  'FACE_REQUIRED',
  'RELATION_NOT_FOUND',
  'SWITCH_NOT_ALLOWED',
  'COMPANY_NOT_CONFIRMED',
  'ROLE_NOT_ALLOWED',
] as const;

const session = { access: 'session', handOver: true, evenIfLost: true } as const;

export const ssoDecision = flow({
  name: 'sso-decision',
  summary: 'The person in whose session a tax system asks decides, or the system’s settings do (SSO-4).',
  tables: {
    Tickets: ['GetItem', 'PutItem', 'UpdateItem'],
    Sessions: ['UpdateItem', 'ConditionCheckItem'],
    Users: ['GetItem', 'UpdateItem', 'ConditionCheckItem'],
    Relationships: ['Query', 'ConditionCheckItem'],
    Taxpayers: ['GetItem', 'ConditionCheckItem'],
    Agencies: ['ConditionCheckItem'],
    Agreements: ['ConditionCheckItem'],
    CrossRegionReports: ['ConditionCheckItem'],
    Audit: ['PutItem'],
  },
  secrets: ['handles', 'sealing', 'signing'],
  carries: ['relying-parties.json'],
  routes: {
    introduce: {
      method: 'GET',
      path: '/v1/sso/{id}/system',
      access: 'public',
      summary:
        'Which system asks, for the browser that it sent; `interactive`: whether anybody may be shown a page',
      answers: { 200: v.object({ client, interactive: v.boolean() }) },
    },
    show: {
      method: 'GET',
      path: '/v1/sso/{id}',
      ...session,
      summary: 'What a tax system asks for, for the browser that it sent',
      answers: { 200: v.object({ asked }) },
      errors: ['SESSION_ENDED', 'LEVEL_TOO_LOW', 'REAUTHENTICATION_REQUIRED', 'FACE_REQUIRED'],
    },
    approve: {
      method: 'POST',
      path: '/v1/sso/{id}/approve',
      ...session,
      summary:
        'Hands the person over, as who they are or as `choiceId`; `silently`: only where nobody need be asked',
      body: v.object({
        choiceId,
        silently: v.optional(v.boolean()),
      }),
      answers: { 200: approved },
      errors: decisionErrors,
    },
    stepUp: {
      method: 'POST',
      path: '/v1/sso/{id}/step-up',
      ...session,
      summary:
        'The face for the matter that the system asks: satisfied by a recent check, else a code to scan; who wanted no page is told so',
      body: v.object({ choiceId }),
      answers: {
        200: v.union([v.object({ satisfied: v.literal(true) }), redirect]),
        201: v.object({ scan }),
      },
      errors: decisionErrors,
    },
    refuse: {
      method: 'POST',
      path: '/v1/sso/{id}/refuse',
      ...session,
      summary: 'The person says no: back to the system with access_denied',
      answers: { 200: redirect },
      errors: ['SESSION_ENDED'],
    },
    leave: {
      method: 'POST',
      path: '/v1/sso/{id}/leave',
      access: 'public',
      summary:
        'Nobody is logged in and nobody will: back to the system, with login_required where it wanted no page',
      answers: { 200: redirect },
    },
  },
});
