import * as v from 'valibot';
import { flow } from '#contract/flow.ts';
import { role } from '#contract/schemas.ts';
import { permissions } from '#domain/companies/relations.ts';
import { companyStates, companySubjects } from '#domain/companies/taxpayers.ts';

export const enterprise = flow({
  name: 'enterprise',
  summary: '企业基本信息: the company that the session works for (CTR-1).',
  tables: {
    Taxpayers: ['GetItem'],
    'Relationships/byCompany': ['Query'],
    Sessions: ['GetItem'],
  },
  secrets: ['sealing', 'signing'],
  routes: {
    show: {
      method: 'GET',
      path: '/v1/enterprise',
      access: 'session',
      summary: 'The company of the session and what the person may do there today',
      answers: {
        200: v.object({
          taxpayerId: v.string(),
          taxpayerName: v.string(),
          subjects: v.array(v.picklist(companySubjects)),
          state: v.picklist(companyStates),
          role,
          permissions: v.array(v.picklist(permissions)),
          /** Masked (DOC-4). */
          legalRepresentative: v.optional(v.string()),
        }),
      },
      errors: ['SESSION_ENDED', 'ROLE_NOT_ALLOWED', 'RELATION_NOT_FOUND'],
    },
  },
});
