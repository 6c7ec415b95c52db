import { Problem } from '../problem.ts';

/**
 * The error codes of OAuth (RFC 6749, 6750, 7009, 8707, 9396, 9449, 9470; OpenID Connect Core), each with its HTTP
 * status.
 */
export const oauthErrorStatus = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_dpop_proof: 400,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  unsupported_response_type: 400,
  unsupported_token_type: 400,
  invalid_scope: 400,
  invalid_target: 400,
  invalid_authorization_details: 400,
  invalid_request_object: 400,
  invalid_request_uri: 400,
  request_not_supported: 400,
  request_uri_not_supported: 400,
  registration_not_supported: 400,
  access_denied: 403,
  login_required: 400,
  interaction_required: 400,
  account_selection_required: 400,
  unmet_authentication_requirements: 400,
  invalid_token: 401,
  insufficient_scope: 403,
  insufficient_user_authentication: 401,
  temporarily_unavailable: 503,
} as const;
export type OAuthErrorCode = keyof typeof oauthErrorStatus;

/**
 * A refusal of a route with `errorsAs: 'oauth'`. The description is for the developer of the other system: in English,
 * and it never repeats what was sent.
 */
export class OAuthProblem extends Problem {
  readonly error: OAuthErrorCode;
  readonly description: string | undefined;
  constructor(error: OAuthErrorCode, description?: string, options: ErrorOptions = {}) {
    super('BAD_REQUEST', {}, options);
    this.name = 'OAuthProblem';
    this.error = error;
    this.description = description;
  }
  override get status(): number {
    return oauthErrorStatus[this.error];
  }
}

/** The description of `invalid_target` for a request that sends the parameter `resource` twice. */
export const severalResources = 'one resource at a time';

/** RFC 6750, 3: the call carries no token at all, which is answered differently from a token that is not valid. */
export class TokenMissing extends OAuthProblem {
  constructor() {
    super('invalid_token', 'An access token is needed');
    this.name = 'TokenMissing';
  }
}

/** RFC 9449: the proof of the key does not fit this call, or was used before. */
export const invalidDpopProof = (): OAuthProblem =>
  new OAuthProblem('invalid_dpop_proof', 'The DPoP proof was not accepted');

/** A refusal of the general checks in OAuth's form: the status stays, the error code is OAuth's. */
export function asOAuth(problem: Problem): {
  readonly error: OAuthErrorCode;
  readonly status: number;
  readonly description: string | undefined;
} {
  if (problem instanceof OAuthProblem) {
    const { error, status, description } = problem;
    return { error, status, description };
  }
  const { code, status } = problem;
  if (status === 429 || status === 503)
    return { error: 'temporarily_unavailable', status, description: undefined };
  if (code === 'SESSION_ENDED')
    return { error: 'invalid_token', status: 401, description: 'The session has ended' };
  const [{ path, message } = {}] = (problem.details.errors ?? []) as { path?: string; message?: string }[];
  return {
    error: 'invalid_request',
    status,
    description: path && message ? `${path}: ${message}` : undefined,
  };
}
