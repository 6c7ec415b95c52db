import * as v from 'valibot';
import { flow } from '#contract/flow.ts';

/** The step judges, so that a refused form, too, spends the assertion that came with it (SSO-3). */
const text = v.optional(v.string());
/** Any text: one that is no token of ours is an unknown token, not a bad request (RFC 7009, 2.2). */
const token = v.pipe(v.string(), v.minLength(1));
/** `DPoP`: bound to the key that the call has proved (RFC 9449, 5). */
const token_type = v.picklist(['Bearer', 'DPoP']);
/** What was granted (RFC 9396, 7). */
const details = v.array(v.record(v.string(), v.unknown()));

const userinfo = {
  path: '/oauth2/userinfo',
  access: 'client-token',
  provesKey: true,
  errorsAs: 'oauth',
  answers: {
    200: v.object({
      sub: v.string(),
      /** Masked; only with the scope `profile`. */
      name: v.optional(v.string()),
      real_name_level: v.number(),
      identity: v.object({ kind: v.string(), role: v.optional(v.string()) }),
      authorization_details: details,
      /** Only with the scope `document`, for clients that may know it. */
      document: v.optional(v.object({ type: v.string(), number: v.string() })),
    }),
  },
  oauthErrors: ['insufficient_scope'],
} as const;

export const ssoToken = flow({
  name: 'sso-token',
  summary:
    'A tax system gets tokens, asks what they are worth now, and gives them back (SSO-5, SSO-6, SSO-7, SSO-11).',
  tables: {
    Tickets: ['BatchGetItem', 'PutItem', 'UpdateItem'],
    RpSessions: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
    Sessions: ['BatchGetItem', 'UpdateItem', 'ConditionCheckItem'],
    Users: ['GetItem', 'ConditionCheckItem'],
    Relationships: ['BatchGetItem', 'ConditionCheckItem'],
    Taxpayers: ['BatchGetItem', 'ConditionCheckItem'],
    Agencies: ['BatchGetItem', 'ConditionCheckItem'],
    Agreements: ['BatchGetItem', 'ConditionCheckItem'],
    CrossRegionReports: ['BatchGetItem', 'ConditionCheckItem'],
    Audit: ['PutItem'],
  },
  secrets: ['handles', 'signing', 'sealing'],
  carries: ['relying-parties.json'],
  routes: {
    token: {
      method: 'POST',
      path: '/oauth2/token',
      access: 'client',
      spendsAssertion: true,
      provesKey: true,
      form: v.object({
        grant_type: text,
        code: text,
        redirect_uri: text,
        code_verifier: text,
        refresh_token: text,
        scope: text,
        resource: text,
      }),
      errorsAs: 'oauth',
      summary:
        'The token endpoint: a code, once, with its verifier; or a refresh token, as long as its hand-over is live',
      answers: {
        200: v.object({
          access_token: v.string(),
          token_type,
          expires_in: v.number(),
          /** Absent if a refresh leaves out `openid`. */
          id_token: v.optional(v.string()),
          /** For clients with refresh tokens; it stays the same for one hand-over. */
          refresh_token: v.optional(v.string()),
          scope: v.string(),
          authorization_details: details,
        }),
      },
      oauthErrors: [
        'invalid_grant',
        'invalid_scope',
        'invalid_target',
        'unauthorized_client',
        'unsupported_grant_type',
      ],
    },
    userinfo: {
      method: 'GET',
      ...userinfo,
      summary: 'Whose access token it is, and what they may do at this moment (OpenID Connect Core, 5.3)',
    },
    userinfoByForm: {
      method: 'POST',
      ...userinfo,
      form: v.object({ access_token: v.optional(token) }),
      summary: 'The same, with the token in the header or in the form (RFC 6750)',
    },
    revoke: {
      method: 'POST',
      path: '/oauth2/revoke',
      access: 'client',
      form: v.object({ token, token_type_hint: text }),
      errorsAs: 'oauth',
      summary: 'Gives a token back: the hand-over that it stands on is over (RFC 7009)',
      answers: { 200: null },
    },
    introspect: {
      method: 'POST',
      path: '/oauth2/introspect',
      access: 'client',
      form: v.object({ token, token_type_hint: text }),
      errorsAs: 'oauth',
      summary: 'Whether an access token for a resource that the client keeps holds at this moment (RFC 7662)',
      answers: {
        200: v.union([
          v.object({
            active: v.literal(true),
            iss: v.string(),
            sub: v.string(),
            aud: v.string(),
            client_id: v.string(),
            token_type,
            scope: v.string(),
            jti: v.string(),
            sid: v.string(),
            iat: v.number(),
            exp: v.number(),
            auth_time: v.number(),
            acr: v.string(),
            real_name_level: v.number(),
            authorization_details: details,
            /** For a bound token. */
            cnf: v.optional(v.object({ jkt: v.string() })),
          }),
          v.object({ active: v.literal(false) }),
        ]),
      },
    },
  },
});
