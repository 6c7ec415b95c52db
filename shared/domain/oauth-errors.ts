/**
 * The errors of OAuth 2.0 and OpenID Connect that this server answers, each by the name that its RFC gives it. Towards
 * relying parties they stand where the other routes have problem codes.
 */
export const oauthErrors = [
  // RFC 6749, 4.1.2.1 and 5.2
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'invalid_scope',
  'access_denied',
  // OpenID Connect Core, 3.1.2.6
  'login_required',
  'interaction_required',
  'account_selection_required',
  'request_not_supported',
  'request_uri_not_supported',
  'registration_not_supported',
  // OpenID Connect Unmet Authentication Requirements, RFC 9126, RFC 8707, RFC 9396
  'unmet_authentication_requirements',
  'invalid_request_uri',
  'invalid_target',
  'invalid_authorization_details',
] as const;
export type OauthError = (typeof oauthErrors)[number];

/** A refusal in OAuth's words. `description` is for the developer of the relying party; it repeats nothing that was sent. */
export interface OauthRefusal {
  readonly error: OauthError;
  readonly description: string;
}
export const refusal = (error: OauthError, description: string): OauthRefusal => ({ error, description });
