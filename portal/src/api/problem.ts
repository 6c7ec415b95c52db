import type { ProblemCode } from '#domain/problem.ts';
import { sentences } from './sentences.ts';

/** A refusal of the API (RFC 9457); its sentences are for the person, in the language of the request. */
export interface Problem {
  /**
   * Two codes are the portal's own: no answer came (`NETWORK`), or the answer came from something in front of the API
   * (`BLOCKED`).
   */
  readonly code: ProblemCode | 'NETWORK' | 'BLOCKED';
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly traceId?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  /** Members of single codes, e.g. `retryAt`, `lockedUntil`, `remainingAttempts`, `reasons`. */
  readonly [member: string]: unknown;
}

export class ApiProblem extends Error {
  readonly problem: Problem;
  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.code, options);
    this.name = 'ApiProblem';
    this.problem = problem;
  }
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'code' in body && 'title' in body;

/**
 * Turns a thrown value or an answer into a problem that can be shown. An answer that is no problem does not come from
 * the API: a firewall or proxy refuses (403 and others) or limits the calls (429), and the network works.
 */
export function problemOf(error: unknown, status = 0): Problem {
  if (error instanceof ApiProblem) return error.problem;
  if (isProblem(error)) return error;
  if (status >= 500) return { code: 'UNAVAILABLE', status, ...sentences.unavailable() };
  if (status === 429) return { code: 'TOO_MANY_REQUESTS', status, ...sentences.tooMany() };
  if (status >= 400) return { code: 'BLOCKED', status, ...sentences.blocked() };
  return { code: 'NETWORK', status, ...sentences.network() };
}

/** Title and detail in one line, each a sentence of its language. */
export const sentenceOf = ({ title, detail }: Problem): string => {
  if (!detail) return title;
  if (/[。！]$/.test(title)) return title + detail;
  return `${title}${/[.!]$/.test(title) ? ' ' : /\p{Script=Han}/u.test(title) ? '。' : '. '}${detail}`;
};

/** The page may repeat the call by itself, unchanged. */
export const isTransient = ({ code }: Problem): boolean => code === 'NETWORK' || code === 'UNAVAILABLE';

/** The person may repeat the call by a click; something in front of the API may let the next call pass. */
export const isRetryable = (problem: Problem): boolean =>
  isTransient(problem) || problem.code === 'BLOCKED' || problem.code === 'TOO_MANY_REQUESTS';

/** A member of a problem, if it is a text. */
export const textMember = (problem: Problem, member: string): string | undefined => {
  const value = problem[member];
  return typeof value === 'string' ? value : undefined;
};
