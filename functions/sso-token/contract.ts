import * as v from 'valibot';
import { flow } from '#contract/flow.ts';

const text = v.optional(v.pipe(v.string(), v.maxLength(1024)));

export const ssoToken = flow({
  name: 'sso-token',
  summary:
    'A tax system exchanges the code of a decision for tokens, and the hand-over begins (SSO-5, SSO-6).',
  tables: {
    Tickets: ['GetItem', 'PutItem', 'UpdateItem'],
    RpSessions: ['GetItem', 'PutItem', 'UpdateItem'],
    Sessions: ['ConditionCheckItem'],
    Relationships: ['ConditionCheckItem'],
    Taxpayers: ['ConditionCheckItem'],
    Agencies: ['ConditionCheckItem'],
    Agreements: ['ConditionCheckItem'],
    CrossRegionReports: ['ConditionCheckItem'],
    Audit: ['PutItem'],
  },
  secrets: ['signing', 'sealing'],
  carries: ['relying-parties.json'],
  routes: {
    token: {
      method: 'POST',
      path: '/oauth2/token',
      access: 'client',
      spendsAssertion: true,
      form: v.object({
        grant_type: v.pipe(v.string(), v.maxLength(64)),
        code: text,
        redirect_uri: text,
        code_verifier: text,
        resource: text,
      }),
      errorsAs: 'oauth',
      summary: 'The token endpoint: a code, once, with its verifier',
      answers: {
        200: v.object({
          access_token: v.string(),
          token_type: v.literal('Bearer'),
          expires_in: v.number(),
          id_token: v.string(),
          scope: v.string(),
          /** What was granted (RFC 9396, 7). */
          authorization_details: v.array(v.record(v.string(), v.unknown())),
        }),
      },
      oauthErrors: ['invalid_grant', 'unsupported_grant_type', 'invalid_target'],
    },
  },
});
