import type { RouteDeclaration } from '#contract/flow.ts';
import { asOAuth, TokenMissing } from '#domain/oauth-problem.ts';
import type { Problem } from '#domain/problem.ts';
import { messageFor } from '#runtime/messages/index.ts';
import { commonHeaders, type HttpAnswer, retryAfterOf } from './problems.ts';

/** The description's alphabet (RFC 6749, 5.2). */
const plain = (text: string): string => text.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, ' ');

/** RFC 6749, 5.2 and RFC 6750, 3: how a route with `errorsAs: 'oauth'` says no. */
export function oauthAnswer(problem: Problem, route: Pick<RouteDeclaration, 'access'>): HttpAnswer {
  const { error, status, description } = asOAuth(problem);
  const said = plain(description ?? messageFor(problem.code, problem.variant, 'en').title);
  const retryAfter = retryAfterOf(problem);
  // Who brought no token is told how to bring one, and nothing of an error.
  const challenge =
    problem instanceof TokenMissing ? 'Bearer' : `Bearer error="${error}", error_description="${said}"`;
  const challenged = route.access === 'client-token' && (status === 401 || status === 403);
  return {
    statusCode: status,
    headers: {
      ...commonHeaders,
      'content-type': 'application/json; charset=utf-8',
      ...(challenged ? { 'www-authenticate': challenge } : {}),
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
    body: JSON.stringify({ error, error_description: said }),
  };
}
