import { isoShanghai } from '#domain/days.ts';
import { Problem, type ProblemDetails } from '#domain/problem.ts';
import type { Language } from '#runtime/language.ts';
import { messageFor } from '#runtime/messages/index.ts';

export interface HttpAnswer {
  statusCode: number;
  headers: Record<string, string>;
  cookies?: string[];
  body: string;
}

/** Headers of every answer: browsers and proxies must not cache, frame or sniff it. */
export const commonHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
} as const;

/**
 * Turns any thrown value into a Problem. An error that is not ours comes from a dependency or a bug; the caller learns
 * only that nothing was changed.
 */
export const asProblem = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem('UNAVAILABLE', {}, { cause: error });

/**
 * docs/api.md: every rate limit tells when it ends, as an instant and in seconds. The code that throws gives one of the
 * two; this adds the other.
 */
function withRetry({ status, details }: Problem): ProblemDetails & { retryAfter?: number; retryAt?: string } {
  const { retryAfter, retryAt } = details as { retryAfter?: number; retryAt?: string };
  if (status !== 429) return details;
  const now = Date.now();
  return {
    ...details,
    retryAfter: retryAfter ?? Math.max(1, Math.ceil((Date.parse(retryAt ?? '') - now) / 1000) || 1),
    retryAt: retryAt ?? isoShanghai(new Date(now + (retryAfter ?? 1) * 1000)),
  };
}

/** Seconds until a refused call may be repeated, if that is known. */
export const retryAfterOf = (problem: Problem): number | undefined => withRetry(problem).retryAfter;

/** The answer in RFC 9457's form; the title is the sentence for the person, in their language. */
export function problemAnswer(problem: Problem, language: Language, traceId: string): HttpAnswer {
  const message = messageFor(problem.code, problem.variant, language);
  const { retryAfter, ...details } = withRetry(problem);
  const detail = message.detail?.(problem.details);
  return {
    statusCode: problem.status,
    headers: {
      ...commonHeaders,
      'content-type': 'application/problem+json; charset=utf-8',
      'content-language': language === 'zh' ? 'zh-CN' : 'en',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
    body: JSON.stringify({
      type: `/problems/${problem.code.toLowerCase().replaceAll('_', '-')}`,
      title: message.title,
      status: problem.status,
      code: problem.code,
      ...(detail ? { detail } : {}),
      traceId,
      ...details,
    }),
  };
}
