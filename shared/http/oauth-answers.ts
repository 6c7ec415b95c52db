import type { RouteDeclaration } from '#contract/flow.ts';
import { dpopAlgorithms } from '#crypto/dpop-proofs.ts';
import type { Problem } from '#domain/problem.ts';
import { asOAuth, TokenMissing } from '#domain/sso/oauth-problem.ts';
import { messageFor } from '#runtime/messages/index.ts';
import { commonHeaders, type HttpAnswer, retryAfterOf } from './problems.ts';

/** The characters that a description may contain (RFC 6749, 5.2). */
const plain = (text: string): string => text.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, ' ');

const algorithms = `algs="${dpopAlgorithms.join(' ')}"`;

/**
 * RFC 6749, 5.2: a client that tries to prove itself by the header is refused with a challenge of the scheme that it
 * tried, though the endpoint takes assertions in the form alone. Undefined for a header without a scheme.
 */
const schemeOf = (authorization = ''): string | undefined =>
  /^([A-Za-z][A-Za-z0-9-]{0,31})( |$)/.exec(authorization)?.[1];

/** RFC 6749, 5.2, RFC 6750, 3 and RFC 9449, 7.1: the refusals of a route with `errorsAs: 'oauth'`. */
export function oauthAnswer(
  problem: Problem,
  route: Pick<RouteDeclaration, 'access'>,
  authorization: string | undefined,
): HttpAnswer {
  const oauth = asOAuth(problem);
  const { error, description } = oauth;
  const atResource = route.access === 'client-token';
  // At a resource the status says that the token is not accepted (RFC 9449, 7.1).
  const status = atResource && error === 'invalid_dpop_proof' ? 401 : oauth.status;
  const said = plain(description ?? messageFor(problem.code, problem.variant, 'en').title);
  const retryAfter = retryAfterOf(problem);
  // A call without a token learns how to send one, and gets no error code.
  const why = `error="${error}", error_description="${said}"`;
  const challenge =
    problem instanceof TokenMissing
      ? `Bearer, DPoP ${algorithms}`
      : /^dpop /i.test(authorization ?? '')
        ? `DPoP ${why}, ${algorithms}`
        : `Bearer ${why}`;
  const challenged = atResource && (status === 401 || status === 403);
  const tried = route.access === 'client' && status === 401 ? schemeOf(authorization) : undefined;
  return {
    statusCode: status,
    headers: {
      ...commonHeaders,
      'content-type': 'application/json; charset=utf-8',
      ...(challenged ? { 'www-authenticate': challenge } : {}),
      ...(tried === undefined ? {} : { 'www-authenticate': `${tried} realm="oauth2"` }),
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
    body: JSON.stringify({ error, error_description: said }),
  };
}
