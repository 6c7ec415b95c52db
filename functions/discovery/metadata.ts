import { dpopAlgorithms } from '#crypto/dpop-proofs.ts';
import { acrs } from '#domain/sso/acrs.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { discovery } from './contract.ts';
import { readDescription } from './description.ts';

/** Endpoints by their names in the metadata. An endpoint that no contract declares is not listed. */
const endpoints = {
  authorization_endpoint: '/oauth2/authorize',
  pushed_authorization_request_endpoint: '/oauth2/par',
  token_endpoint: '/oauth2/token',
  userinfo_endpoint: '/oauth2/userinfo',
  revocation_endpoint: '/oauth2/revoke',
  introspection_endpoint: '/oauth2/introspect',
  end_session_endpoint: '/oauth2/logout',
} as const;
/** The endpoints at which a client must prove who it is. */
const authenticated = ['token', 'revocation', 'introspection'] as const;

/** SSO-12: what this stage supports. */
async function metadata({
  settings: { issuer },
}: Pick<FlowContext, 'settings'>): Promise<Record<string, unknown>> {
  const { paths } = (await readDescription()) as { paths: Record<string, unknown> };
  const served = Object.entries(endpoints).filter(([, path]) => path in paths);
  const has = new Set(served.map(([name]) => name));
  const authentication = authenticated
    .filter((name) => has.has(`${name}_endpoint`))
    .flatMap((name) => [
      [`${name}_endpoint_auth_methods_supported`, ['private_key_jwt']],
      [`${name}_endpoint_auth_signing_alg_values_supported`, ['ES256']],
    ]);
  return {
    issuer,
    ...Object.fromEntries(served.map(([name, path]) => [name, issuer + path])),
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    ...Object.fromEntries(authentication),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    require_pushed_authorization_requests: false,
    authorization_response_iss_parameter_supported: true,
    dpop_signing_alg_values_supported: [...dpopAlgorithms],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['ES256'],
    scopes_supported: ['openid', 'profile', 'document'],
    authorization_details_types_supported: ['taxpayer', 'matter'],
    acr_values_supported: Object.values(acrs),
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    display_values_supported: ['page'],
    ui_locales_supported: ['zh-CN', 'en'],
    claim_types_supported: ['normal'],
    claims_supported: [
      'iss',
      'sub',
      'aud',
      'iat',
      'exp',
      'nonce',
      'auth_time',
      'acr',
      'amr',
      'sid',
      'real_name_level',
      'identity',
      'name',
      'document',
    ],
    claims_parameter_supported: true,
    // Each of these features is off, and a request that uses it gets the error code meant for it.
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  };
}

/** Clients may cache the metadata for as long as the keys (TOK-03). */
const kept = { headers: { 'cache-control': 'public, max-age=300' } };

export const openidConfiguration: StepOf<typeof discovery, 'openidConfiguration'> = async (ctx) =>
  ok(await metadata(ctx), kept);
export const oauthServer: StepOf<typeof discovery, 'oauthServer'> = async (ctx) =>
  ok(await metadata(ctx), kept);
