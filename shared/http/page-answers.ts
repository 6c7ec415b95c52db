import type { Problem } from '#domain/problem.ts';
import { ssoErrorAddress } from '#runtime/answers.ts';
import { commonHeaders, type HttpAnswer } from './problems.ts';

/**
 * The refusal of a route with `errorsAs: 'page'`: the browser is redirected to the portal's page, which explains it in
 * both languages. The log records the problem as always.
 */
export function pageAnswer({ status }: Problem, issuer: string): HttpAnswer {
  const reason = status === 429 ? 'busy' : status >= 500 ? 'unavailable' : 'request';
  return {
    statusCode: 303,
    headers: { ...commonHeaders, location: ssoErrorAddress(issuer, reason) },
    body: '',
  };
}
