import * as v from 'valibot';
import { flow } from '#contract/flow.ts';

const text = v.optional(v.string());
/** For OpenAPI; the step judges (SSO-10). */
const parameters = v.object({
  id_token_hint: text,
  client_id: text,
  logout_hint: text,
  post_logout_redirect_uri: text,
  state: text,
  ui_locales: text,
});
/** Absent if the request did not name the system. */
const client = v.optional(
  v.object({ clientId: v.string(), name: v.object({ zh: v.string(), en: v.string() }) }),
);
const redirectTo = v.optional(v.string());

export const ssoLogout = flow({
  name: 'sso-logout',
  summary: 'A tax system asks that the person be logged out here, as 退出 does (SSO-10).',
  tables: {
    Tickets: ['GetItem', 'PutItem', 'UpdateItem'],
    Sessions: ['UpdateItem'],
    RpSessions: ['Query', 'UpdateItem'],
    Users: ['UpdateItem'],
    Audit: ['PutItem'],
  },
  secrets: ['handles', 'signing'],
  carries: ['relying-parties.json'],
  routes: {
    ask: {
      method: 'GET',
      path: '/oauth2/logout',
      access: 'public',
      raw: true,
      errorsAs: 'page',
      query: parameters,
      summary:
        'The end-session endpoint (OpenID Connect RP-Initiated Logout 1.0): on to the page that logs out',
      answers: { 303: null },
    },
    askByForm: {
      method: 'POST',
      path: '/oauth2/logout',
      access: 'public',
      raw: true,
      errorsAs: 'page',
      fromAnyPage: true,
      form: parameters,
      summary: 'The same by a form',
      answers: { 303: null },
    },
    confirm: {
      method: 'POST',
      path: '/v1/sso/logouts/{id}/confirm',
      access: 'session',
      evenIfLost: true,
      evenWithInitialPassword: true,
      summary: 'Ends the session; `silently`: only where the system named a hand-over of this very session',
      body: v.object({ silently: v.optional(v.boolean()) }),
      answers: {
        200: v.union([
          v.object({ loggedOut: v.literal(true), redirectTo }),
          v.object({ asked: v.object({ client }) }),
        ]),
      },
      errors: ['SESSION_ENDED'],
    },
    leave: {
      method: 'POST',
      path: '/v1/sso/logouts/{id}/leave',
      access: 'public',
      summary: 'Nobody is logged in: where the browser goes',
      answers: { 200: v.object({ redirectTo }) },
    },
  },
});
