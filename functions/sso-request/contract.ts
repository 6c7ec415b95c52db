import * as v from 'valibot';
import { flow } from '#contract/flow.ts';

const text = v.optional(v.string());
/** For OpenAPI; the step judges (SSO-2). */
const parameters = v.object({
  client_id: v.string(),
  redirect_uri: text,
  request_uri: text,
  response_type: text,
  scope: text,
  state: text,
  nonce: text,
  code_challenge: text,
  code_challenge_method: text,
  resource: text,
  authorization_details: text,
  claims: text,
  prompt: text,
  max_age: text,
  acr_values: text,
  dpop_jkt: text,
  login_hint: text,
  id_token_hint: text,
  ui_locales: text,
});

export const ssoRequest = flow({
  name: 'sso-request',
  summary: 'A tax system sends somebody here: its request is judged and kept for the decision (SSO-2).',
  tables: { Tickets: ['PutItem', 'UpdateItem'] },
  secrets: ['handles'],
  carries: ['relying-parties.json'],
  routes: {
    authorize: {
      method: 'GET',
      path: '/oauth2/authorize',
      access: 'public',
      raw: true,
      errorsAs: 'page',
      query: parameters,
      summary: 'The authorization endpoint: on to the page that decides, or back to the client with an error',
      answers: { 303: null },
    },
    authorizeByForm: {
      method: 'POST',
      path: '/oauth2/authorize',
      access: 'public',
      raw: true,
      errorsAs: 'page',
      fromAnyPage: true,
      form: parameters,
      summary: 'The same by a form (OpenID Connect Core, 3.1.2.1)',
      answers: { 303: null },
    },
    push: {
      method: 'POST',
      path: '/oauth2/par',
      access: 'client',
      provesKey: true,
      form: v.record(v.string(), v.string()),
      errorsAs: 'oauth',
      summary: 'Pushed authorization requests (RFC 9126): the request itself stays out of the browser',
      answers: { 201: v.object({ request_uri: v.string(), expires_in: v.number() }) },
      oauthErrors: [
        'unsupported_response_type',
        'invalid_scope',
        'invalid_target',
        'invalid_authorization_details',
        'unmet_authentication_requirements',
        'request_not_supported',
        'registration_not_supported',
      ],
    },
  },
});
