import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { seenRevision } from '#contract/schemas.ts';
import { confirmationKinds } from '#domain/companies/taxpayers.ts';

const kind = v.picklist(confirmationKinds);

export const confirmations = flow({
  name: 'confirmations',
  summary:
    '新办纳税人套餐, 一照一码信息确认, 个体工商户信息确认: new companies begin to work (ENT-1, ENT-2).',
  tables: {
    Relationships: ['Query', 'GetItem', 'UpdateItem', 'ConditionCheckItem'],
    'Relationships/confirming': ['Query'],
    Taxpayers: ['GetItem', 'BatchGetItem', 'UpdateItem'],
    Audit: ['PutItem'],
  },
  secrets: ['sealing', 'signing'],
  routes: {
    list: {
      method: 'GET',
      path: '/v1/confirmations',
      access: 'session',
      summary: 'Companies that wait for this person',
      answers: {
        200: v.object({
          confirmations: v.array(
            v.object({
              confirmationId: v.string(),
              taxpayerId: v.string(),
              taxpayerName: v.string(),
              kinds: v.array(kind),
              /** The client sends this revision with the confirmation (REL-11). */
              revision: v.string(),
            }),
          ),
        }),
      },
      errors: ['SESSION_ENDED'],
    },
    confirm: {
      method: 'POST',
      path: '/v1/confirmations/{confirmationId}',
      access: 'session',
      managing: true,
      summary: 'Confirm the company and the own relation to it, as natural person',
      body: v.object({ kind, ...seenRevision }),
      answers: { 200: v.object({ taxpayerId: v.string(), taxpayerName: v.string() }) },
      errors: [
        'SESSION_ENDED',
        'CHANNEL_NOT_ALLOWED',
        'ROLE_NOT_ALLOWED',
        'FRESH_FACTOR_REQUIRED',
        'FACE_REQUIRED',
      ],
    },
  },
});
