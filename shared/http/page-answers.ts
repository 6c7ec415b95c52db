import type { Problem } from '#domain/problem.ts';
import { commonHeaders, type HttpAnswer } from './problems.ts';

/**
 * How a route with `errorsAs: 'page'` says no to somebody's browser: on to the portal's page, which has sentences in both
 * languages. The log tells the problem as ever.
 */
export function pageAnswer({ status }: Problem, issuer: string): HttpAnswer {
  const reason = status === 429 ? 'busy' : status >= 500 ? 'unavailable' : 'request';
  return {
    statusCode: 303,
    headers: { ...commonHeaders, location: `${issuer}/sso/error?reason=${reason}` },
    body: '',
  };
}
